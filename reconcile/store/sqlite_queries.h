// Queries: what lists, explain and reports ask, on one connection. Called by SqliteReader, which owns bounds
// and the view. Belongs to its connection's thread.
#pragma once

#include "reconcile/store/address_hash.h"
#include "reconcile/store/sqlite_rows.h"
#include "reconcile/store/store.h"

namespace prospectd::store {

constexpr int kLineageHopsMax = 10;

class Queries {
 public:
  Queries(Database& db, Rows& rows, const AddressHash& hash);

  Result<std::vector<ObjectCursor>> cursors();
  Result<std::vector<StoredSetting>> settings();
  Result<std::vector<ProspectRow>> prospects(const ProspectQuery& query, size_t limit);
  /// A prospect with its links, tags and the names that it refers to.
  Result<ProspectRow> whole(reconcile::Prospect prospect);
  Result<std::optional<ProspectId>> find_by_remote(const RemoteId& remote);
  Result<std::vector<reconcile::Duplicate>> duplicates(DuplicateId after, size_t limit, bool only_open);
  Result<std::vector<reconcile::Duplicate>> duplicates_of(const RemoteId& remote);
  Result<std::vector<reconcile::Duplicate>> duplicates_of(ProspectId prospect);
  Result<std::vector<reconcile::DeadLetter>> dead_letters(DeadLetterId after, size_t limit,
                                                          reconcile::ConnectionId connection);
  Result<std::vector<reconcile::Conflict>> conflicts(reconcile::ConflictId after, size_t limit);
  /// The record's entries and those of what it became, in that order.
  Result<std::vector<reconcile::LineageEntry>> lineage_of(const RemoteId& remote);
  Result<std::vector<JournalRow>> journal_of(ProspectId prospect, size_t limit);
  Result<std::vector<JournalRow>> journal_of_remote(const RemoteId& remote, size_t limit);
  Result<std::vector<JournalRow>> journal_of_row(const reconcile::RowName& row, size_t limit);
  Result<std::vector<JournalRow>> journal_of_cause(CauseId id, int64_t after, size_t limit);

 private:
  Result<std::string> name_of(Statement& statement, const Value& id);
  Result<bool> add_lineage(const RemoteId& from, std::vector<reconcile::LineageEntry>& out);
  Result<ProspectId> linked_prospect(const RemoteId& remote);

  Database& db_;
  Rows& rows_;
  AddressHash hash_;
  Statement links_of_;
  Statement tags_of_;
  Statement user_name_;
  Statement account_name_;
  Statement linked_;
  Statement lineage_;
};

}  // namespace prospectd::store
