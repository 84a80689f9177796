#include "reconcile/store/sqlite_list.h"

#include "reconcile/store/sqlite_rows.h"

namespace prospectd::store {
namespace {

using mapping::Value;
using mapping::expression::Node;
using mapping::expression::Operation;

constexpr int kLimitParameter = 2;
constexpr int kFirstParameter = 3;
constexpr const char* kBeforeAllNumbers = "-9000000000000000000";

std::string number(int n) {
  return "?" + std::to_string(n);
}

std::string key_sql(const Column& column) {
  return "ifnull(" + column.sql + ", " + (column.type == ColumnType::kText ? "''" : kBeforeAllNumbers) + ")";
}

std::string order_sql(const Column& column) {
  return key_sql(column) + (column.type == ColumnType::kText ? " COLLATE NOCASE" : "");
}

bool fits(const Value& value, const Column& column) {
  return column.type == ColumnType::kText ? value.is_string() : value.get<int64_t>() != nullptr;
}

Value read_value(const Query& query, int at, ColumnType type) {
  if (query.is_null(at)) return Value::null();
  switch (type) {
    case ColumnType::kInteger:
      return query.integer(at);
    case ColumnType::kFlag:
      return query.integer(at) != 0;
    case ColumnType::kTime:
      return time_of(query.integer(at));
    default:
      return query.text(at);
  }
}

std::string select_sql(const ListQuery& query, const PlaceSql& place, const std::string& filter) {
  const Collection& of = *query.of;
  std::string sql = of.versioned ? "SELECT t.id, t.version" : "SELECT t.id, 0";
  for (const Column& column : of.columns)
    sql += ", " + column.sql;
  for (const Reference& reference : of.references)
    sql += ", " + reference.sql;
  sql += place.selected + " FROM " + of.table + " AS t WHERE " + place.condition;
  if (query.ids) {
    std::string numbers;
    for (const int64_t id : *query.ids)
      numbers += (numbers.empty() ? "" : ", ") + std::to_string(id);
    sql += " AND t.id IN (" + numbers + ")";
  }
  for (const auto& [at, id] : query.referring)
    sql += " AND " + of.references[at].sql + " = " + std::to_string(id);
  if (!filter.empty()) sql += " AND " + filter;
  return sql + place.order + " LIMIT " + number(kLimitParameter);
}

// The rows that a reference may mean, by their labels.
std::string referred_sql(const Reference& reference, const TestSql& test) {
  const Collection* named = collection_named(reference.to);
  const Collection& to = named != nullptr ? *named : prospect_collection();
  std::string any;
  for (const std::string& label : to.labels)
    any += (any.empty() ? "" : " OR ") + test(label);
  return "(" + reference.sql + " IN (SELECT id FROM " + to.table + " WHERE " + any + "))";
}

}  // namespace

Result<PlaceSql> place_sql(const Collection& collection, const ListPlace& place, const std::string& id,
                           int first) {
  PlaceSql made;
  const bool from_start = place.after_keys.empty();
  if (!from_start && place.after_keys.size() != place.keys.size())
    return make_error(ErrorCode::kInvalidInput, "the place in the list does not fit its order");
  made.condition = id + " > ?1";
  made.order = id;
  // From the last key to the first: what is equal by all before it is decided by the next.
  for (size_t i = place.keys.size(); i-- > 0;) {
    const SortKey& key = place.keys[i];
    const Column& column = collection.columns[key.column];
    const std::string sql = order_sql(column);
    made.order = sql + (key.descending ? " DESC, " : ", ") + made.order;
    made.selected = ", " + key_sql(column) + made.selected;
    if (from_start) continue;
    if (!fits(place.after_keys[i], column))
      return make_error(ErrorCode::kInvalidInput, "the place in the list does not fit its order");
    const std::string value = number(first + static_cast<int>(i));
    made.condition = "(" + sql + (key.descending ? " < " : " > ") + value + " OR (" + sql + " = " + value +
                     " AND " + made.condition + "))";
  }
  made.parameters = place.after_keys;
  made.order.insert(0, " ORDER BY ");
  return made;
}

std::vector<Value> read_keys(const Query& query, const Collection& collection, const ListPlace& place,
                             int column) {
  std::vector<Value> keys;
  for (const SortKey& key : place.keys) {
    if (collection.columns[key.column].type == ColumnType::kText) {
      keys.emplace_back(query.text(column++));
    } else {
      keys.emplace_back(query.integer(column++));
    }
  }
  return keys;
}

FieldSql collection_fields(const Collection& collection) {
  return [&collection](const Node& node, const TestSql& test) -> std::optional<std::string> {
    if (node.at == kIdField) return test("t.id");
    if (node.at >= kFirstReferenceField) {
      const size_t at = node.at - kFirstReferenceField;
      if (at >= collection.references.size()) return std::nullopt;
      const Reference& reference = collection.references[at];
      if (node.operation == Operation::kExists) return "(" + reference.sql + " IS NOT NULL)";
      return referred_sql(reference, test);
    }
    const size_t at = node.at - kFirstColumnField;
    if (at >= collection.columns.size()) return std::nullopt;
    return test(collection.columns[at].sql);
  };
}

Result<std::vector<ListRow>> read_list(Database& db, const ListQuery& wanted, size_t limit) {
  const Collection& of = *wanted.of;
  PD_ASSIGN(place, place_sql(of, wanted.place, "t.id", kFirstParameter));
  FilterSql filter;
  if (wanted.filter) {
    const int first = kFirstParameter + static_cast<int>(place.parameters.size());
    PD_ASSIGN(made, filter_sql(*wanted.filter, collection_fields(of), first));
    filter = std::move(made);
  }
  Statement statement(db, select_sql(wanted, place, filter.condition));
  Query query(statement);
  query.bind(wanted.place.after).bind(static_cast<int64_t>(limit));
  for (const Value& value : place.parameters)
    bind_value(query, value);
  for (const Value& value : filter.parameters)
    bind_value(query, value);
  std::vector<ListRow> rows;
  while (query.step()) {
    ListRow row;
    row.id = query.integer(0);
    row.version = query.integer(1);
    int at = 2;
    for (const Column& column : of.columns)
      row.values.push_back(read_value(query, at++, column.type));
    for (size_t i = 0; i < of.references.size(); ++i)
      row.references.push_back(query.integer_or_null(at++));
    row.keys = read_keys(query, of, wanted.place, at);
    rows.push_back(std::move(row));
  }
  PD_TRY(query.done());
  return rows;
}

}  // namespace prospectd::store
