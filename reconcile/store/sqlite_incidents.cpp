// IncidentWriter: failure rows, dead letters, lineage, tags, conflicts and settings.
#include "reconcile/store/sqlite_writer.h"

namespace prospectd::store {

IncidentWriter::IncidentWriter(WriteContext& context)
    : c_(context),
      find_duplicate_(c_.db,
                      "SELECT id, open FROM duplicates WHERE connection = ? AND remote = ? AND prospect = ?"),
      insert_duplicate_(c_.db,
                        "INSERT INTO duplicates (kind, object, linked_remote, linked_object, email_key, "
                        "policy, connection, remote, prospect, first_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
                        "?, ?)"),
      reopen_duplicate_(c_.db,
                        "UPDATE duplicates SET kind = ?, object = ?, linked_remote = ?, linked_object = ?, "
                        "email_key = ?, policy = ?, open = 1, stale = 0 WHERE id = ?"),
      close_duplicates_(c_.db,
                        "UPDATE duplicates SET open = 0 WHERE connection = ? AND remote = ? AND open = 1"),
      count_letter_(c_.db,
                    "UPDATE dead_letters SET seen = seen + 1, object = ?, version = ?, reason = ?, payload = "
                    "?, last_seen = ? WHERE connection = ? AND remote = ?"),
      insert_letter_(c_.db,
                     "INSERT INTO dead_letters (object, version, reason, payload, last_seen, connection, "
                     "remote, first_seen, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      delete_letter_(c_.db, "DELETE FROM dead_letters WHERE connection = ? AND remote = ?"),
      last_lineage_(c_.db,
                    "SELECT to_remote, to_object, kind FROM lineage WHERE connection = ? AND from_remote = ? "
                    "ORDER BY id DESC LIMIT 1"),
      insert_lineage_(c_.db,
                      "INSERT INTO lineage (connection, from_remote, to_remote, to_object, kind, at) VALUES "
                      "(?, ?, ?, ?, ?, ?)"),
      find_tag_(c_.db, "SELECT id FROM tags WHERE name = ?"),
      insert_tag_(c_.db, "INSERT INTO tags (name) VALUES (?)"),
      add_tag_(c_.db, "INSERT OR IGNORE INTO prospect_tags (prospect, tag) VALUES (?, ?)"),
      remove_tag_(c_.db, "DELETE FROM prospect_tags WHERE prospect = ? AND tag = ?"),
      find_conflict_(
          c_.db,
          "SELECT id, remote, local, frozen FROM conflicts WHERE prospect = ? AND connection = ? AND "
          "field = ? AND open = 1"),
      insert_conflict_(
          c_.db,
          "INSERT INTO conflicts (remote, local, frozen, prospect, connection, field, opened_at) "
          "VALUES (?, ?, ?, ?, ?, ?, ?)"),
      update_conflict_(c_.db, "UPDATE conflicts SET remote = ?, local = ?, frozen = ? WHERE id = ?"),
      close_conflict_(c_.db,
                      "UPDATE conflicts SET open = 0 WHERE prospect = ? AND connection = ? AND field = ? AND "
                      "open = 1"),
      put_setting_(
          c_.db,
          "INSERT INTO settings (name, value, actor, changed_at) VALUES (?, ?, ?, ?) ON CONFLICT (name) "
          "DO UPDATE SET value = excluded.value, actor = excluded.actor, changed_at = "
          "excluded.changed_at"),
      delete_setting_(c_.db, "DELETE FROM settings WHERE name = ?") {}

Result<void> IncidentWriter::write(const reconcile::HoldDuplicate& step) {
  const reconcile::Duplicate& d = step.duplicate;
  std::optional<int64_t> closed;
  {
    Query query(find_duplicate_);
    query.bind(d.connection.value).bind(d.remote.str()).bind(d.prospect.value);
    if (query.step()) {
      if (query.integer(1) != 0) return {};  // once for each (record, prospect)
      closed = query.integer(0);
    }
    PD_TRY(query.done());
  }
  Query query(closed ? reopen_duplicate_ : insert_duplicate_);
  query.bind(code_of(d.kind))
      .bind(d.object)
      .bind(d.linked_remote.str())
      .bind(d.linked_object)
      .bind(d.email_key)
      .bind(d.policy);
  if (closed) {
    query.bind(*closed);
  } else {
    query.bind(d.connection.value).bind(d.remote.str()).bind(d.prospect.value).bind(ms_of(d.first_seen));
  }
  PD_TRY(query.run());
  ++c_.written;
  ++c_.tally.open_duplicates;
  return {};
}

Result<void> IncidentWriter::write(const reconcile::CloseDuplicates& step) {
  Query query(close_duplicates_);
  query.bind(step.connection.value).bind(step.remote.str());
  PD_TRY(query.run());
  c_.written += c_.db.changes();
  c_.tally.open_duplicates -= c_.db.changes();
  return {};
}

Result<void> IncidentWriter::write(const reconcile::Quarantine& step) {
  const reconcile::DeadLetter& letter = step.letter;
  const auto bind = [&](Query& query) {
    query.bind(letter.object)
        .bind_or_null(ms_of(letter.version))
        .bind(letter.reason)
        .bind(letter.payload)
        .bind(ms_of(letter.last_seen))
        .bind(letter.connection.value)
        .bind(letter.remote.str());
  };
  ++c_.written;
  Query again(count_letter_);
  bind(again);
  PD_TRY(again.run());
  if (c_.db.changes() > 0) return {};
  Query first(insert_letter_);
  bind(first);
  first.bind(ms_of(letter.first_seen)).bind(letter.seen);
  PD_TRY(first.run());
  ++c_.tally.dead_letters;
  return {};
}

Result<void> IncidentWriter::write(const reconcile::Release& step) {
  Query query(delete_letter_);
  query.bind(step.connection.value).bind(step.remote.str());
  PD_TRY(query.run());
  c_.written += c_.db.changes();
  c_.tally.dead_letters -= c_.db.changes();
  return {};
}

Result<void> IncidentWriter::write(const reconcile::AddLineage& step) {
  const reconcile::LineageEntry& entry = step.entry;
  {
    Query last(last_lineage_);
    last.bind(entry.connection.value).bind(entry.from.str());
    const bool same = last.step() && last.text(0) == entry.to.str() && last.text(1) == entry.to_object &&
                      last.text(2) == entry.kind;
    PD_TRY(last.done());
    if (same) return {};
  }
  Query query(insert_lineage_);
  query.bind(entry.connection.value)
      .bind(entry.from.str())
      .bind(entry.to.str())
      .bind(entry.to_object)
      .bind(entry.kind)
      .bind(ms_of(entry.at));
  PD_TRY(query.run());
  ++c_.written;
  ++c_.tally.lineage;
  return {};
}

Result<int64_t> IncidentWriter::tag_id(const std::string& name) {
  Query query(find_tag_);
  query.bind(name);
  const int64_t id = query.step() ? query.integer(0) : 0;
  PD_TRY(query.done());
  return id;
}

Result<void> IncidentWriter::write(const reconcile::TagProspect& step) {
  PD_ASSIGN(tag, tag_id(step.tag));
  if (tag == 0) {
    if (step.remove) return {};
    Query query(insert_tag_);
    query.bind(step.tag);
    PD_TRY(query.run());
    PD_ASSIGN(made, tag_id(step.tag));
    tag = made;
  }
  Query query(step.remove ? remove_tag_ : add_tag_);
  query.bind(step.prospect.value).bind(tag);
  PD_TRY(query.run());
  c_.written += c_.db.changes();
  return {};
}

Result<void> IncidentWriter::write(const reconcile::OpenConflict& step) {
  const auto& fields = c_.codec.schema().fields();
  if (step.field >= fields.size()) return make_error(ErrorCode::kInternal, "a conflict of no field");
  const std::string& field = fields[step.field].name;
  const std::string remote = Codec::tagged_json(step.remote);
  const std::string local = Codec::tagged_json(step.local);
  int64_t open = 0;
  {
    Query query(find_conflict_);
    query.bind(step.prospect.value).bind(step.connection.value).bind(field);
    if (query.step()) {
      open = query.integer(0);
      const bool same = query.text(1) == remote && query.text(2) == local;
      if (same && (query.integer(3) != 0) == step.frozen) return {};
    }
    PD_TRY(query.done());
  }
  Query query(open != 0 ? update_conflict_ : insert_conflict_);
  query.bind_or_null(remote).bind_or_null(local).bind(step.frozen ? int64_t{1} : int64_t{0});
  if (open != 0) {
    query.bind(open);
  } else {
    query.bind(step.prospect.value).bind(step.connection.value).bind(field).bind(ms_of(c_.now));
  }
  PD_TRY(query.run());
  ++c_.written;
  c_.tally.open_conflicts += open != 0 ? 0 : 1;
  return {};
}

Result<void> IncidentWriter::write(const reconcile::CloseConflict& step) {
  const auto& fields = c_.codec.schema().fields();
  if (step.field >= fields.size()) return make_error(ErrorCode::kInternal, "a conflict of no field");
  if (c_.tally.open_conflicts == 0) return {};
  Query query(close_conflict_);
  query.bind(step.prospect.value).bind(step.connection.value).bind(fields[step.field].name);
  PD_TRY(query.run());
  c_.written += c_.db.changes();
  c_.tally.open_conflicts -= c_.db.changes();
  return {};
}

Result<void> IncidentWriter::write(const reconcile::PutSetting& step) {
  Query query(step.value ? put_setting_ : delete_setting_);
  query.bind(step.name);
  if (step.value) query.bind(*step.value).bind(c_.cause.actor).bind(ms_of(c_.now));
  PD_TRY(query.run());
  c_.written += c_.db.changes();
  return {};
}

}  // namespace prospectd::store
