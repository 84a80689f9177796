#include "reconcile/store/sqlite_row_scene.h"

#include <charconv>

#include "reconcile/store/collections.h"
#include "reconcile/store/sqlite_rows.h"

namespace prospectd::store {
namespace {

using mapping::Value;
using reconcile::Cell;
using reconcile::CellType;
using reconcile::Referrers;
using reconcile::RowKeys;
using reconcile::RowKind;
using reconcile::RowName;
using reconcile::RowScene;
using reconcile::RowsWith;
using reconcile::StoredRow;

/// What refers to rows of a kind: counted where `sql` equals the row's number.
struct Referring {
  std::string_view type;
  const char* what;
  const char* table;
  const char* sql;
  bool holds = false;
};

constexpr const char* kStageNumber = "(SELECT s.id FROM stages AS s WHERE s.name = prospects.stage)";
constexpr const char* kFilterOwner =
    "(SELECT u.id FROM users AS u WHERE u.email_key = lower(saved_filters.actor) AND u.email_key <> '')";

// In the order in which they are told.
constexpr Referring kReferring[] = {
    {"users", "open tasks", "tasks", "CASE WHEN state <> 'complete' THEN owner END", true},
    {"users", "completed tasks", "tasks", "CASE WHEN state = 'complete' THEN owner END"},
    {"users", "active sequence states", "sequence_states",
     "CASE WHEN state NOT IN ('finished', 'opted_out') THEN sequencer END", true},
    {"users", "ended sequence states", "sequence_states",
     "CASE WHEN state IN ('finished', 'opted_out') THEN sequencer END"},
    {"users", "sequences", "sequences", "owner", true},
    {"users", "prospects", "prospects", "owner", true},
    {"users", "accounts", "accounts", "owner", true},
    {"users", "account roles", "account_roles", "user", true},
    {"users", "saved filters", "saved_filters", kFilterOwner, true},
    {"users", "mailboxes", "mailboxes", "user"},
    {"accounts", "tasks", "tasks", "account"},
    {"accounts", "prospects", "prospects", "account"},
    {"accounts", "account roles", "account_roles", "account"},
    {"mailboxes", "sequence states", "sequence_states", "mailbox"},
    {"stages", "prospects", "prospects", kStageNumber, true},
    {"stages", "rulesets", "rulesets", nullptr},
    {"tags", "prospects", "prospect_tags", "tag"},
    {"sequences", "sequence states", "sequence_states", "sequence"},
    {"rulesets", "sequences", "sequences", "ruleset"},
};

Value cell_in(const Query& query, int column, CellType type) {
  if (query.is_null(column)) return Value::null();
  switch (type) {
    case CellType::kInteger:
    case CellType::kReference:
      return Value(query.integer(column));
    case CellType::kFlag:
      return Value(query.integer(column) != 0);
    case CellType::kTime:
      return Value(time_of(query.integer(column)));
    default:
      return query.text(column).empty() ? Value::null() : Value(query.text(column));
  }
}

std::string select_row(const RowKind& kind) {
  std::string sql = "SELECT id, version, ";
  sql += may_follow_record(kind) ? "remote <> ''" : "0";
  for (const Cell& cell : kind.cells)
    sql += ", " + column_of(kind, cell);
  return sql + " FROM " + table_of(kind) + " WHERE ";
}

StoredRow row_in(const Query& query, const RowKind& kind) {
  StoredRow row;
  row.version = query.integer(1);
  row.in_crm = query.integer(2) != 0;
  int at = 3;
  for (const Cell& cell : kind.cells)
    row.cells.push_back(cell_in(query, at++, cell.type));
  return row;
}

Result<void> read_named_row(Database& db, const RowName& name, RowScene& scene) {
  const RowKind& kind = *reconcile::row_kind_named(name.type);
  std::optional<StoredRow>& out = scene.rows[name];
  Statement statement(db, select_row(kind) + "id = ?");
  Query query(statement);
  query.bind(name.id);
  if (query.step()) out = row_in(query, kind);
  return query.done();
}

// People before queues, and who is there before who has left.
Result<void> read_user_of(Database& db, const std::string& email, RowScene& scene) {
  std::optional<int64_t>& out = scene.users_by_email[email];
  Statement statement(db,
                      "SELECT id FROM users WHERE email_key = ? AND email_key <> '' ORDER BY kind, active "
                      "DESC, id LIMIT 1");
  Query query(statement);
  query.bind(email);
  if (query.step()) out = query.integer(0);
  return query.done();
}

bool is_number(CellType type) {
  return type == CellType::kReference || type == CellType::kInteger || type == CellType::kFlag;
}

Result<void> read_rows_with(Database& db, const RowsWith& wanted, RowScene& scene) {
  const RowKind& kind = *reconcile::row_kind_named(wanted.type);
  const Cell& cell = kind.cells[wanted.cell];
  std::vector<int64_t>& out = scene.lists[wanted];
  Statement statement(db, select_row(kind) + column_of(kind, cell) + " = ? ORDER BY id LIMIT " +
                              std::to_string(reconcile::kRowsListedMax));
  Query query(statement);
  int64_t number = 0;
  if (is_number(cell.type)) {
    const std::string& text = wanted.value;
    std::from_chars(text.data(), text.data() + text.size(), number);
    query.bind(number);
  } else {
    query.bind(wanted.value);
  }
  while (query.step()) {
    out.push_back(query.integer(0));
    scene.rows.insert_or_assign(RowName{wanted.type, query.integer(0)}, row_in(query, kind));
  }
  return query.done();
}

// A ruleset names stages in several of its columns.
std::string condition_of(const Referring& one) {
  if (one.sql != nullptr) return std::string(one.sql) + " = ?1";
  std::string any;
  const RowKind& kind = *reconcile::row_kind_named("rulesets");
  for (const Cell& cell : kind.cells)
    if (cell.to == one.type) any += (any.empty() ? "" : " OR ") + cell.name + " = ?1";
  return any;
}

Result<void> count_referrers(Database& db, const RowName& name, RowScene& scene) {
  std::vector<Referrers>& out = scene.referrers[name];
  for (const Referring& one : kReferring) {
    if (one.type != name.type) continue;
    Statement statement(db, "SELECT count(*) FROM " + std::string(one.table) + " WHERE " + condition_of(one));
    Query query(statement);
    query.bind(name.id);
    const int64_t count = query.step() ? query.integer(0) : 0;
    PD_TRY(query.done());
    out.push_back({one.what, count, one.holds});
  }
  return {};
}

Result<void> read_next_number(Database& db, const Tally& tally, const std::string& type, RowScene& scene) {
  const RowKind& kind = *reconcile::row_kind_named(type);
  // A number that was given out once is not given out again, even where the row is gone.
  Statement statement(db,
                      "SELECT max(coalesce((SELECT next FROM next_numbers WHERE kind = ?), 1), "
                      "coalesce((SELECT max(id) FROM " +
                          table_of(kind) + "), 0) + 1)");
  Query query(statement);
  query.bind(type);
  int64_t next = query.step() ? query.integer(0) : 1;
  PD_TRY(query.done());
  if (type == "users") next = std::max(next, tally.next_user);
  if (type == "accounts") next = std::max(next, tally.next_account);
  scene.next[type] = next;
  return {};
}

}  // namespace

std::string table_of(const RowKind& kind) {
  const Collection* collection = collection_named(kind.type);
  return collection != nullptr ? collection->table : prospect_collection().table;
}

std::string column_of(const RowKind& kind, const Cell& cell) {
  return kind.type == "users" && cell.name == "email" ? "email_key" : cell.name;
}

bool may_follow_record(const RowKind& kind) {
  return kind.type == "users" || kind.type == "accounts";
}

Result<void> look_up_rows(Database& db, const Tally& tally, const RowKeys& keys, RowScene& scene) {
  for (const RowName& name : keys.rows)
    PD_TRY(read_named_row(db, name, scene));
  for (const std::string& email : keys.user_emails)
    PD_TRY(read_user_of(db, email, scene));
  for (const RowsWith& wanted : keys.lists)
    PD_TRY(read_rows_with(db, wanted, scene));
  for (const RowName& name : keys.referrers)
    PD_TRY(count_referrers(db, name, scene));
  for (const std::string& type : keys.next)
    PD_TRY(read_next_number(db, tally, type, scene));
  return {};
}

}  // namespace prospectd::store
