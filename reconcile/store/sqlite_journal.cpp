// JournalWriter: causes, journal rows and cursors.
#include "reconcile/store/sqlite_writer.h"

namespace prospectd::store {

using reconcile::Cursor;

JournalWriter::JournalWriter(WriteContext& context)
    : c_(context),
      insert_cause_(c_.db, "INSERT INTO causes (kind, detail, actor, at) VALUES (?, ?, ?, ?) RETURNING id"),
      insert_entry_(c_.db,
                    "INSERT INTO journal (cause, reason, prospect, last, count, object, remote, field, "
                    "before, after, detail, row) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      read_cursor_(c_.db, "SELECT stamp, verified, edition FROM cursors WHERE connection = ? AND object = ?"),
      put_cursor_(c_.db,
                  "INSERT INTO cursors (connection, object, stamp, verified, edition) VALUES (?, ?, ?, ?, ?) "
                  "ON CONFLICT (connection, object) DO UPDATE SET stamp = excluded.stamp, verified = "
                  "excluded.verified, edition = excluded.edition") {}

Result<int64_t> JournalWriter::cause() {
  if (c_.cause_id != 0) return c_.cause_id;
  const reconcile::Cause& cause = c_.cause;
  Query query(insert_cause_);
  query.bind(cause.kind).bind(cause.detail).bind(cause.actor).bind(ms_of(c_.now));
  if (query.step()) c_.cause_id = query.integer(0);
  query.step();  // to its end
  PD_TRY(query.done());
  ++c_.written;
  return c_.cause_id;
}

Result<void> JournalWriter::write(const std::vector<reconcile::JournalEntry>& entries) {
  PD_ASSIGN(id, cause());
  for (const reconcile::JournalEntry& entry : entries)
    PD_TRY(add(id, entry));
  return {};
}

Result<void> JournalWriter::add(int64_t cause, const reconcile::JournalEntry& entry) {
  const auto id_or_none = [](ProspectId id) { return id ? std::optional(id.value) : std::nullopt; };
  Query query(insert_entry_);
  query.bind(cause)
      .bind(code_of(entry.reason))
      .bind_or_null(id_or_none(entry.prospect))
      .bind_or_null(id_or_none(entry.last))
      .bind(entry.count)
      .bind_or_null(entry.object)
      .bind_or_null(entry.remote.str())
      .bind_or_null(entry.field)
      .bind_or_null(entry.before)
      .bind_or_null(entry.after)
      .bind_or_null(entry.detail)
      .bind_or_null(entry.row != 0 ? std::optional(entry.row) : std::nullopt);
  PD_TRY(query.run());
  ++c_.written;
  return {};
}

Result<Cursor> JournalWriter::cursor(reconcile::ConnectionId connection, const std::string& object) {
  Query query(read_cursor_);
  query.bind(connection.value).bind(object);
  Cursor cursor;
  if (query.step()) {
    cursor.stamp = time_of(query.integer_or_null(0));
    cursor.verified = time_of(query.integer_or_null(1));
    cursor.edition = {query.integer(2)};
  }
  PD_TRY(query.done());
  return cursor;
}

Result<void> JournalWriter::move(const reconcile::CursorMove& move) {
  PD_ASSIGN(stands, cursor(move.connection, move.object));
  if (stands != move.expected) {
    return make_error(ErrorCode::kConflict,
                      "the cursor of " + move.object + " has moved since: another cycle has committed");
  }
  if (move.next == stands) return {};
  Query query(put_cursor_);
  query.bind(move.connection.value)
      .bind(move.object)
      .bind_or_null(ms_of(move.next.stamp))
      .bind_or_null(ms_of(move.next.verified))
      .bind(move.next.edition.value);
  PD_TRY(query.run());
  ++c_.written;
  return {};
}

}  // namespace prospectd::store
