// RowWriter: rows of the kinds that people write (reconcile/row_kind.h), and touches of prospects.
#include <algorithm>

#include "reconcile/store/sqlite_row_scene.h"
#include "reconcile/store/sqlite_writer.h"

namespace prospectd::store {
namespace {

using reconcile::Cell;
using reconcile::RowKind;

void bind_cell(Query& query, const RowKind& kind, const Cell& cell, const Value& value) {
  if (const auto* time = value.get<Timestamp>()) {
    query.bind(ms_of(*time));
  } else if (value.is_null() && column_of(kind, cell) == "email_key") {
    query.bind("");  // as the users of a CRM have it, too
  } else {
    bind_value(query, value);
  }
}

Result<const RowKind*> editable_kind(const std::string& type) {
  const RowKind* kind = reconcile::row_kind_named(type);
  if (kind == nullptr || !kind->editable)
    return make_error(ErrorCode::kInvalidInput, "rows of \"" + type + "\" are not written like this");
  return kind;
}

std::string row_label(const RowKind& kind, int64_t id) {
  return kind.noun + " " + std::to_string(id);
}

std::string insert_row_sql(const RowKind& kind) {
  std::string columns = "id, version";
  std::string values = "?, 1";
  if (may_follow_record(kind)) {
    columns += ", connection, remote, remote_version, remote_hash";
    values += ", 0, '', 0, 0";
  }
  for (const Cell& cell : kind.cells) {
    columns += ", " + column_of(kind, cell);
    values += ", ?";
  }
  return "INSERT INTO " + table_of(kind) + " (" + columns + ") VALUES (" + values + ")";
}

}  // namespace

RowWriter::RowWriter(WriteContext& context, PendingWriter& pending)
    : c_(context),
      pending_(pending),
      put_next_(c_.db,
                "INSERT INTO next_numbers (kind, next) VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET next = "
                "max(next, excluded.next)"),
      touch_(c_.db,
             "UPDATE prospects SET touched_at = ?1 WHERE id = ?2 AND (touched_at IS NULL OR touched_at < "
             "?1)") {}

Result<void> RowWriter::write(const reconcile::CreateRow& step) {
  PD_ASSIGN(kind, editable_kind(step.type));
  if (step.cells.size() != kind->cells.size())
    return make_error(ErrorCode::kInvalidInput, "a new " + kind->noun + " is not whole");
  Statement statement(c_.db, insert_row_sql(*kind));
  Query query(statement);
  query.bind(step.id);
  for (size_t at = 0; at < step.cells.size(); ++at)
    bind_cell(query, *kind, kind->cells[at], step.cells[at]);
  if (auto done = query.run(); !done)
    return write_error(std::move(done).error(),
                       row_label(*kind, step.id) + ", or one like it, is there already");
  ++c_.written;
  count(*kind, 1);
  return note_number(*kind, step.id);
}

Result<void> RowWriter::write(const reconcile::UpdateRow& step) {
  PD_ASSIGN(kind, editable_kind(step.type));
  std::string sql = "UPDATE " + table_of(*kind) + " SET version = version + 1";
  bool assigns = false;
  for (const auto& [at, value] : step.cells) {
    if (at >= kind->cells.size()) return make_error(ErrorCode::kInvalidInput, "a cell that no row has");
    sql += ", " + column_of(*kind, kind->cells[at]) + " = ?";
    assigns = assigns || (step.type == "accounts" && at == reconcile::account_cell::kOwner);
  }
  Statement statement(c_.db, sql + " WHERE id = ? AND version = ?");
  Query query(statement);
  for (const auto& [at, value] : step.cells)
    bind_cell(query, *kind, kind->cells[at], value);
  query.bind(step.id).bind(step.expected);
  if (auto done = query.run(); !done)
    return write_error(std::move(done).error(),
                       "another " + kind->noun + " is like " + row_label(*kind, step.id));
  if (c_.db.changes() != 1)
    return make_error(ErrorCode::kConflict, row_label(*kind, step.id) + " has changed since, or is gone");
  ++c_.written;
  return assigns ? stop_waiting(step.id) : Result<void>{};
}

Result<void> RowWriter::write(const reconcile::RemoveRow& step) {
  PD_ASSIGN(kind, editable_kind(step.type));
  if (may_follow_record(*kind)) PD_TRY(stop_waiting(step.type == "accounts" ? step.id : 0));
  Statement statement(c_.db, "DELETE FROM " + table_of(*kind) + " WHERE id = ? AND version = ?");
  Query query(statement);
  query.bind(step.id).bind(step.expected);
  PD_TRY(query.run());
  if (c_.db.changes() != 1)
    return make_error(ErrorCode::kConflict, row_label(*kind, step.id) + " has changed since, or is gone");
  ++c_.written;
  count(*kind, -1);
  return note_number(*kind, step.id);
}

Result<void> RowWriter::write(const reconcile::TouchProspect& step) {
  Query query(touch_);
  query.bind(ms_of(step.at)).bind(step.prospect.value);
  PD_TRY(query.run());
  c_.written += c_.db.changes();
  return {};
}

void RowWriter::count(const RowKind& kind, int64_t more) {
  if (kind.type == "users") c_.tally.users += more;
  if (kind.type == "accounts") c_.tally.accounts += more;
}

// The number is not given out again.
Result<void> RowWriter::note_number(const RowKind& kind, int64_t id) {
  if (kind.type == "users") c_.tally.next_user = std::max(c_.tally.next_user, id + 1);
  if (kind.type == "accounts") c_.tally.next_account = std::max(c_.tally.next_account, id + 1);
  Query query(put_next_);
  query.bind(kind.type).bind(id + 1);
  return query.run();
}

// An account that is assigned here waits no more for the owner that its record names.
Result<void> RowWriter::stop_waiting(int64_t account) {
  Statement read(c_.db, "SELECT connection, pending FROM accounts WHERE id = ? AND pending IS NOT NULL");
  reconcile::ConnectionId connection;
  std::string stored;
  {
    Query query(read);
    query.bind(account);
    if (!query.step()) return query.done();
    connection = {query.integer(0)};
    stored = query.text(1);
  }
  PD_ASSIGN(before, Codec::read_pending(stored, mapping::account_fields()));
  Statement clear(c_.db, "UPDATE accounts SET pending = NULL WHERE id = ?");
  {
    Query query(clear);
    query.bind(account);
    PD_TRY(query.run());
  }
  return pending_.replace(connection, PendingWriter::Kind::kAccount, account, before, {},
                          mapping::account_fields());
}

}  // namespace prospectd::store
