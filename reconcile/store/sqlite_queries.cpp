#include "reconcile/store/sqlite_queries.h"

#include <algorithm>

#include "reconcile/store/sqlite_list.h"
#include "reconcile/store/sqlite_prospect_expression.h"

namespace prospectd::store {
namespace {

using reconcile::DeadLetter;
using reconcile::Duplicate;
using reconcile::LineageEntry;

constexpr const char* kAnyConnection = "connection IN (SELECT id FROM connections)";

// `text` as part of a LIKE pattern that finds it anywhere.
std::string containing(const std::string& text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

// `filter` is empty, or its condition stands on top of the others.
std::string prospect_list_sql(const ProspectQuery& query, const PlaceSql& place, const std::string& filter) {
  std::string sql =
      "SELECT " + prospect_columns() + place.selected + " FROM prospects AS p WHERE " + place.condition;
  if (query.ids) {
    std::string numbers;
    for (const int64_t id : *query.ids)
      numbers += (numbers.empty() ? "" : ", ") + std::to_string(id);
    sql += " AND p.id IN (" + numbers + ")";
  }
  if (query.without_key) sql += " AND p.address_count = 0";
  if (!query.text.empty()) {
    sql +=
        " AND (coalesce(p.first_name, '') || ' ' || coalesce(p.last_name, '') LIKE ?3 ESCAPE '\\'"
        " OR p.company LIKE ?3 ESCAPE '\\'"
        " OR EXISTS (SELECT 1 FROM addresses AS a WHERE a.id BETWEEN p.id * " +
        std::to_string(kAddressesMax) + " AND p.id * " + std::to_string(kAddressesMax) + " + " +
        std::to_string(kAddressesMax - 1) + " AND a.key LIKE ?3 ESCAPE '\\'))";
  }
  if (!filter.empty()) sql += " AND " + filter;
  return sql + place.order + " LIMIT ?2";
}

Result<std::vector<Duplicate>> read_duplicates(Query& query) {
  std::vector<Duplicate> rows;
  while (query.step())
    rows.push_back(Rows::duplicate(query));
  PD_TRY(query.done());
  return rows;
}

JournalRow journal_row(const Query& query) {
  JournalRow row;
  row.id = query.integer(0);
  row.cause = {query.integer(1)};
  row.cause_kind = query.text(2);
  row.cause_detail = query.text(3);
  row.actor = query.text(4);
  row.at = time_of(query.integer(5));
  row.entry.reason = reconcile::reason_from_code(query.text(6)).value_or(reconcile::Reason::kUnchanged);
  row.entry.prospect = {query.integer(7)};
  row.entry.last = {query.integer(8)};
  row.entry.count = query.integer(9);
  row.entry.object = query.text(10);
  row.entry.remote = RemoteId(std::string(query.text(11)));
  row.entry.field = query.text(12);
  row.entry.before = query.text(13);
  row.entry.after = query.text(14);
  row.entry.detail = query.text(15);
  row.entry.row = query.integer(16);
  return row;
}

constexpr const char* kJournalSelect =
    "SELECT j.id, j.cause, c.kind, c.detail, c.actor, c.at, j.reason, j.prospect, j.last, j.count, j.object, "
    "j.remote, j.field, j.before, j.after, j.detail, j.\"row\" FROM journal AS j JOIN causes AS c ON c.id = "
    "j.cause ";

// The newest rows come first from the database; people read the oldest first.
Result<std::vector<JournalRow>> read_journal(Query& query) {
  std::vector<JournalRow> rows;
  while (query.step())
    rows.push_back(journal_row(query));
  PD_TRY(query.done());
  std::reverse(rows.begin(), rows.end());
  return rows;
}

}  // namespace

Queries::Queries(Database& db, Rows& rows, const AddressHash& hash)
    : db_(db),
      rows_(rows),
      hash_(hash),
      links_of_(db,
                "SELECT " + std::string(kLinkColumns) + " FROM links WHERE id BETWEEN ? AND ? ORDER BY id"),
      tags_of_(db,
               "SELECT t.name FROM prospect_tags AS pt JOIN tags AS t ON t.id = pt.tag WHERE pt.prospect = ? "
               "ORDER BY t.name"),
      user_name_(db, "SELECT name FROM users WHERE id = ?"),
      account_name_(db, "SELECT name FROM accounts WHERE id = ?"),
      linked_(db, "SELECT id, remote FROM links WHERE remote_hash = ? ORDER BY id % " +
                      std::to_string(kConnectionsMax)),
      lineage_(db, "SELECT connection, from_remote, to_remote, to_object, kind, at FROM lineage WHERE " +
                       std::string(kAnyConnection) + " AND from_remote = ? ORDER BY id") {}

Result<std::vector<ObjectCursor>> Queries::cursors() {
  Statement statement(
      db_, "SELECT connection, object, stamp, verified, edition FROM cursors ORDER BY connection, object");
  Query query(statement);
  std::vector<ObjectCursor> rows;
  while (query.step()) {
    rows.push_back(
        {{query.integer(0)},
         std::string(query.text(1)),
         {time_of(query.integer_or_null(2)), time_of(query.integer_or_null(3)), {query.integer(4)}}});
  }
  PD_TRY(query.done());
  return rows;
}

Result<std::vector<StoredSetting>> Queries::settings() {
  Statement statement(db_, "SELECT name, value, actor, changed_at FROM settings ORDER BY name");
  Query query(statement);
  std::vector<StoredSetting> rows;
  while (query.step()) {
    rows.push_back({std::string(query.text(0)), std::string(query.text(1)), std::string(query.text(2)),
                    time_of(query.integer(3))});
  }
  PD_TRY(query.done());
  return rows;
}

// ---- prospects ----

Result<std::vector<ProspectRow>> Queries::prospects(const ProspectQuery& wanted, size_t limit) {
  const std::string pattern = containing(wanted.text);
  const Collection& columns = prospect_collection();
  const int first = wanted.text.empty() ? 3 : 4;
  PD_ASSIGN(place, place_sql(columns, wanted.place, "p.id", first));
  FilterSql filter;
  if (wanted.filter) {
    const int next = first + static_cast<int>(place.parameters.size());
    PD_ASSIGN(made, filter_sql(*wanted.filter, prospect_fields(rows_.codec().schema()), next));
    filter = std::move(made);
  }
  Statement statement(db_, prospect_list_sql(wanted, place, filter.condition));
  std::vector<ProspectRow> rows;
  Query query(statement);
  query.bind(wanted.place.after).bind(static_cast<int64_t>(limit));
  if (!wanted.text.empty()) query.bind(pattern);
  for (const Value& value : place.parameters)
    bind_value(query, value);
  for (const Value& value : filter.parameters)
    bind_value(query, value);
  const int keys_at = prospect_column_count();
  while (query.step()) {
    PD_ASSIGN(prospect, rows_.prospect(query));
    PD_ASSIGN(row, whole(std::move(prospect)));
    row.keys = read_keys(query, columns, wanted.place, keys_at);
    rows.push_back(std::move(row));
  }
  PD_TRY(query.done());
  return rows;
}

Result<ProspectRow> Queries::whole(reconcile::Prospect prospect) {
  ProspectRow row;
  {
    Query links(links_of_);
    links.bind(link_id(prospect.id, {0})).bind(link_id(prospect.id, {kConnectionsMax - 1}));
    while (links.step()) {
      PD_ASSIGN(link, rows_.link(links));
      row.links.push_back(std::move(link));
    }
    PD_TRY(links.done());
  }
  {
    Query tags(tags_of_);
    tags.bind(prospect.id.value);
    while (tags.step())
      row.tags.emplace_back(tags.text(0));
    PD_TRY(tags.done());
  }
  PD_ASSIGN(owner, name_of(user_name_, prospect.fields[mapping::field::kOwner]));
  PD_ASSIGN(account, name_of(account_name_, prospect.fields[mapping::field::kAccount]));
  row.owner_name = std::move(owner);
  row.account_name = std::move(account);
  row.prospect = std::move(prospect);
  return row;
}

Result<std::string> Queries::name_of(Statement& statement, const Value& id) {
  const auto* number = id.get<int64_t>();
  if (number == nullptr) return std::string();
  Query query(statement);
  query.bind(*number);
  std::string name = query.step() ? std::string(query.text(0)) : std::string();
  PD_TRY(query.done());
  return name;
}

Result<ProspectId> Queries::linked_prospect(const RemoteId& remote) {
  Query query(linked_);
  query.bind(hash_(remote.str()));
  while (query.step()) {
    if (query.text(1) == remote.str()) return ProspectId{query.integer(0) / kConnectionsMax};
  }
  PD_TRY(query.done());
  return ProspectId{};
}

Result<std::optional<ProspectId>> Queries::find_by_remote(const RemoteId& remote) {
  PD_ASSIGN(now, linked_prospect(remote));
  if (now) return std::optional(now);
  PD_ASSIGN(became, lineage_of(remote));
  for (auto entry = became.rbegin(); entry != became.rend(); ++entry) {
    PD_ASSIGN(prospect, linked_prospect(entry->to));
    if (prospect) return std::optional(prospect);
  }
  return std::optional<ProspectId>();
}

// ---- duplicates, dead letters, lineage ----

Result<std::vector<Duplicate>> Queries::duplicates(DuplicateId after, size_t limit, bool only_open) {
  // Open ones come first, so what follows a closed row are closed rows only.
  PD_ASSIGN(after_open, db_.number("SELECT coalesce((SELECT open FROM duplicates WHERE id = " +
                                   std::to_string(after.value) + "), 1)"));
  Statement statement(db_, "SELECT " + std::string(kDuplicateColumns) +
                               " FROM duplicates WHERE (open < ?1 OR (open = ?1 AND id > ?2))" +
                               (only_open ? " AND open = 1" : "") + " ORDER BY open DESC, id LIMIT ?3");
  Query query(statement);
  query.bind(only_open ? 1 : after_open).bind(after.value).bind(static_cast<int64_t>(limit));
  return read_duplicates(query);
}

Result<std::vector<Duplicate>> Queries::duplicates_of(const RemoteId& remote) {
  Statement statement(db_, "SELECT " + std::string(kDuplicateColumns) + " FROM duplicates WHERE " +
                               kAnyConnection + " AND remote = ? ORDER BY id LIMIT " +
                               std::to_string(kListRowsMax));
  Query query(statement);
  query.bind(remote.str());
  return read_duplicates(query);
}

Result<std::vector<Duplicate>> Queries::duplicates_of(ProspectId prospect) {
  Statement statement(db_, "SELECT " + std::string(kDuplicateColumns) +
                               " FROM duplicates WHERE prospect = ? ORDER BY id LIMIT " +
                               std::to_string(kListRowsMax));
  Query query(statement);
  query.bind(prospect.value);
  return read_duplicates(query);
}

Result<std::vector<reconcile::Conflict>> Queries::conflicts(reconcile::ConflictId after, size_t limit) {
  Statement statement(db_,
                      "SELECT id, prospect, connection, field, remote, local, opened_at, frozen FROM "
                      "conflicts WHERE "
                      "open = 1 AND id > ? ORDER BY id");
  Query query(statement);
  query.bind(after.value);
  std::vector<reconcile::Conflict> rows;
  while (rows.size() < limit && query.step()) {
    reconcile::Conflict row;
    row.field = rows_.codec().schema().find(query.text(3));
    if (row.field == mapping::LocalSchema::npos) continue;
    row.id = {query.integer(0)};
    row.prospect = {query.integer(1)};
    row.connection = {query.integer(2)};
    row.remote = Codec::untagged_json(query.text(4));
    row.local = Codec::untagged_json(query.text(5));
    row.opened_at = time_of(query.integer(6));
    row.frozen = query.integer(7) != 0;
    rows.push_back(std::move(row));
  }
  PD_TRY(query.done());
  return rows;
}

Result<std::vector<DeadLetter>> Queries::dead_letters(DeadLetterId after, size_t limit,
                                                      reconcile::ConnectionId connection) {
  Statement statement(
      db_,
      "SELECT id, connection, object, remote, version, reason, payload, first_seen, "
      "last_seen, seen FROM dead_letters WHERE id > ?1 AND (?2 = 0 OR connection = ?2) ORDER BY "
      "id LIMIT ?3");
  Query query(statement);
  query.bind(after.value).bind(connection.value).bind(static_cast<int64_t>(limit));
  std::vector<DeadLetter> rows;
  while (query.step()) {
    DeadLetter letter;
    letter.id = {query.integer(0)};
    letter.connection = {query.integer(1)};
    letter.object = query.text(2);
    letter.remote = RemoteId(std::string(query.text(3)));
    letter.version = time_of(query.integer_or_null(4));
    letter.reason = query.text(5);
    letter.payload = query.text(6);
    letter.first_seen = time_of(query.integer(7));
    letter.last_seen = time_of(query.integer(8));
    letter.seen = query.integer(9);
    rows.push_back(std::move(letter));
  }
  PD_TRY(query.done());
  return rows;
}

Result<bool> Queries::add_lineage(const RemoteId& from, std::vector<LineageEntry>& out) {
  const size_t before = out.size();
  Query query(lineage_);
  query.bind(from.str());
  while (query.step()) {
    out.push_back({{query.integer(0)},
                   RemoteId(std::string(query.text(1))),
                   RemoteId(std::string(query.text(2))),
                   std::string(query.text(3)),
                   std::string(query.text(4)),
                   time_of(query.integer(5))});
  }
  PD_TRY(query.done());
  return out.size() > before;
}

Result<std::vector<LineageEntry>> Queries::lineage_of(const RemoteId& remote) {
  std::vector<LineageEntry> entries;
  RemoteId from = remote;
  for (int hop = 0; hop < kLineageHopsMax && !from.empty(); ++hop) {
    const bool seen =
        std::any_of(entries.begin(), entries.end(), [&](const LineageEntry& e) { return e.from == from; });
    if (seen) break;  // a ring
    PD_ASSIGN(more, add_lineage(from, entries));
    if (!more) break;
    from = entries.back().to;
  }
  return entries;
}

// ---- journal ----

Result<std::vector<JournalRow>> Queries::journal_of(ProspectId prospect, size_t limit) {
  Statement statement(
      db_, std::string(kJournalSelect) +
               "WHERE j.id IN (SELECT id FROM (SELECT id FROM journal WHERE prospect = ?1 AND last IS NULL "
               "ORDER BY id DESC LIMIT ?2) UNION ALL SELECT id FROM journal WHERE last IS NOT NULL AND last "
               ">= ?1 AND prospect <= ?1) ORDER BY j.id DESC LIMIT ?2");
  Query query(statement);
  query.bind(prospect.value).bind(static_cast<int64_t>(limit));
  return read_journal(query);
}

Result<std::vector<JournalRow>> Queries::journal_of_cause(CauseId id, int64_t after, size_t limit) {
  Statement statement(db_,
                      std::string(kJournalSelect) + "WHERE j.cause = ? AND j.id > ? ORDER BY j.id LIMIT ?");
  Query query(statement);
  query.bind(id.value).bind(after).bind(static_cast<int64_t>(limit));
  std::vector<JournalRow> rows;
  while (query.step())
    rows.push_back(journal_row(query));
  PD_TRY(query.done());
  return rows;
}

Result<std::vector<JournalRow>> Queries::journal_of_remote(const RemoteId& remote, size_t limit) {
  Statement statement(db_, std::string(kJournalSelect) + "WHERE j.remote = ? ORDER BY j.id DESC LIMIT ?");
  Query query(statement);
  query.bind(remote.str()).bind(static_cast<int64_t>(limit));
  return read_journal(query);
}

Result<std::vector<JournalRow>> Queries::journal_of_row(const reconcile::RowName& row, size_t limit) {
  Statement statement(
      db_, std::string(kJournalSelect) + "WHERE j.object = ? AND j.\"row\" = ? ORDER BY j.id DESC LIMIT ?");
  Query query(statement);
  query.bind(row.type).bind(row.id).bind(static_cast<int64_t>(limit));
  return read_journal(query);
}

}  // namespace prospectd::store
