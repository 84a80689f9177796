// Rows of the kinds that people write (reconcile/row_kind.h) in SQLite: what a change of one is decided on.
// On the connection's thread.
#pragma once

#include <string>

#include "reconcile/row_edit.h"
#include "reconcile/store/sqlite_db.h"
#include "reconcile/store/sqlite_tally.h"

namespace prospectd::store {

/// Transaction::look_up.
Result<void> look_up_rows(Database& db, const Tally& tally, const reconcile::RowKeys& keys,
                          reconcile::RowScene& scene);

/// The table of a kind's rows, and the column of a cell.
std::string table_of(const reconcile::RowKind& kind);
std::string column_of(const reconcile::RowKind& kind, const reconcile::Cell& cell);
/// Whether rows of a kind may follow a record of a CRM.
bool may_follow_record(const reconcile::RowKind& kind);

}  // namespace prospectd::store
