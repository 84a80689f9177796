// Running a bound query: which rows come into question, which pass, in what order.
#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "connectors/sandbox/multipicklist.h"
#include "connectors/sandbox/record_writer.h"
#include "connectors/sandbox/soql_evaluate.h"
#include "connectors/sandbox/text_fold.h"

namespace prospectd::sandbox {
namespace {

namespace soql = salesforce_wire::soql;
using soql::Operator;

bool accepts(Operator op, int order) {
  switch (op) {
    case Operator::kEqual:
      return order == 0;
    case Operator::kNotEqual:
      return order != 0;
    case Operator::kLess:
      return order < 0;
    case Operator::kLessOrEqual:
      return order <= 0;
    case Operator::kGreater:
      return order > 0;
    case Operator::kGreaterOrEqual:
      return order >= 0;
    default:
      return false;
  }
}

template <class T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

// Null equals only null; what is unequal to a value is also what has none (SALESFORCE_API §5.1).
bool null_passes(const Test& t) {
  switch (t.op) {
    case Operator::kEqual:
    case Operator::kIn:
      return t.with_null;
    case Operator::kNotEqual:
    case Operator::kNotIn:
      return !t.with_null;
    case Operator::kExcludes:
      return true;  // what has no values includes none
    default:
      return false;
  }
}

// A value against literals of its type; a literal list that holds only null has none of them.
template <class T, class V>
bool value_passes(const Test& t, const std::vector<T>& literals, const V& value) {
  if (t.op == Operator::kIn || t.op == Operator::kNotIn) {
    const bool found = std::binary_search(literals.begin(), literals.end(), value);
    return found == (t.op == Operator::kIn);
  }
  if (literals.empty()) return t.op == Operator::kNotEqual;
  return accepts(t.op, three_way(V(value), V(literals.front())));
}

bool text_passes(const Test& t, std::string_view text) {
  switch (t.op) {
    case Operator::kLike:
      return soql::like_matches(t.texts.front(), fold_case(text));
    case Operator::kIn:
    case Operator::kNotIn: {
      const bool found = std::binary_search(t.texts.begin(), t.texts.end(), fold_case(text));
      return found == (t.op == Operator::kIn);
    }
    case Operator::kIncludes:
    case Operator::kExcludes: {
      const std::string held = fold_case(text);
      const bool found = std::any_of(t.texts.begin(), t.texts.end(), [&](const std::string& wanted) {
        return holds_all_values(held, wanted);
      });
      return found == (t.op == Operator::kIncludes);
    }
    default:
      if (t.texts.empty()) return t.op == Operator::kNotEqual;
      return accepts(t.op, compare_folded(text, t.texts.front()));
  }
}

class Evaluator {
 public:
  explicit Evaluator(const BoundQuery& query) : query_(query), table_(*query.table) {}

  bool passes(Row row) const { return query_.tests.empty() || passes(row, query_.tests.back()); }

 private:
  bool passes(Row row, const Test& root) const {
    return tree_passes(query_.tests, root, [&](const Test& t) { return leaf_passes(row, t); });
  }

  bool leaf_passes(Row row, const Test& t) const {
    if (t.field == nullptr) return datum_passes(t, read_source(*query_.org, {&table_, row}, t.source));
    if (t.kind == Test::Kind::kName) {
      const std::string name = person_name(table_, row, *t.field);
      return name.empty() ? null_passes(t) : text_passes(t, name);
    }
    const int column = t.field->column;
    if (table_.is_null(row, column)) return null_passes(t);
    switch (t.kind) {
      case Test::Kind::kText:
        return text_passes(t, table_.text(row, column));
      case Test::Kind::kId:
        return value_passes(t, t.texts, table_.text(row, column));
      case Test::Kind::kReal:
        return value_passes(t, t.reals, table_.real(row, column));
      default:
        return value_passes(t, t.numbers, table_.number(row, column));
    }
  }

  const BoundQuery& query_;
  const Table& table_;
};

/// What the top-level conditions say of the rows that can match at all.
struct Narrowing {
  std::optional<std::vector<std::string>> ids;
  int64_t lower = std::numeric_limits<int64_t>::min();
  int64_t upper = std::numeric_limits<int64_t>::max();
  bool by_stamp = false;
};

void narrow_by(const Test& t, const SystemColumns& columns, Narrowing& n) {
  if (t.field == nullptr || t.with_null) return;
  if (t.field->column == columns.id && (t.op == Operator::kEqual || t.op == Operator::kIn)) n.ids = t.texts;
  if (t.field->column != columns.stamp || t.numbers.empty()) return;
  const int64_t value = t.numbers.front();
  switch (t.op) {
    case Operator::kEqual:
      n.lower = std::max(n.lower, value);
      n.upper = std::min(n.upper, value + 1);
      break;
    case Operator::kGreaterOrEqual:
      n.lower = std::max(n.lower, value);
      break;
    case Operator::kGreater:
      n.lower = std::max(n.lower, value + 1);
      break;
    case Operator::kLess:
      n.upper = std::min(n.upper, value);
      break;
    case Operator::kLessOrEqual:
      n.upper = std::min(n.upper, value + 1);
      break;
    default:
      return;
  }
  n.by_stamp = true;
}

void narrow_by_all(const BoundQuery& query, const Test& test, Narrowing& n) {
  narrow_by(test, query.table->type().system(), n);
  if (test.kind != Test::Kind::kAnd) return;
  for (const int i : test.terms)
    narrow_by_all(query, query.tests[static_cast<size_t>(i)], n);
}

Narrowing narrow(const BoundQuery& query) {
  Narrowing n;
  if (!query.tests.empty()) narrow_by_all(query, query.tests.back(), n);
  return n;
}

bool in_feed_order(const BoundQuery& query) {
  const SystemColumns& columns = query.table->type().system();
  if (query.order.empty() || query.order.size() > 2) return false;
  const auto ascending = [&](size_t i, int column) {
    const OrderKey& by = query.order[i];
    return by.field != nullptr && by.field->column == column && !by.descending;
  };
  return ascending(0, columns.stamp) && (query.order.size() == 1 || ascending(1, columns.id));
}

std::vector<Row> rows_of_ids(const Table& table, const std::vector<std::string>& ids) {
  std::vector<Row> rows;
  for (const std::string& id : ids) {
    if (const auto row = table.find(id)) rows.push_back(*row);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

std::vector<Row> candidates(const BoundQuery& query, const Narrowing& n) {
  const Table& table = *query.table;
  if (n.ids) return rows_of_ids(table, *n.ids);
  if (n.by_stamp || in_feed_order(query)) return table.rows_between(n.lower, n.upper);
  std::vector<Row> all(table.rows());
  std::iota(all.begin(), all.end(), Row{0});
  return all;
}

void sort_rows(const BoundQuery& query, std::vector<Row>& rows) {
  const size_t width = query.order.size();
  std::vector<Datum> keys;
  keys.reserve(rows.size() * width);
  for (const Row row : rows) {
    for (const OrderKey& order : query.order)
      keys.push_back(folded(read_source(*query.org, {query.table, row}, order.source)));
  }
  std::vector<size_t> places(rows.size());
  std::iota(places.begin(), places.end(), size_t{0});
  std::stable_sort(places.begin(), places.end(), [&](size_t a, size_t b) {
    for (size_t i = 0; i < width; ++i) {
      const OrderKey& by = query.order[i];
      const int c = compare_in_order(keys[a * width + i], keys[b * width + i], by.descending, by.nulls_last);
      if (c != 0) return c < 0;
    }
    return false;
  });
  std::vector<Row> sorted;
  sorted.reserve(rows.size());
  for (const size_t place : places)
    sorted.push_back(rows[place]);
  rows = std::move(sorted);
}

// All rows that pass, in the order of the query; limit and offset are not applied.
std::vector<Row> passing_rows(const BoundQuery& query, bool with_deleted) {
  const Narrowing n = narrow(query);
  std::vector<Row> rows = candidates(query, n);
  const Evaluator evaluator(query);
  std::erase_if(rows, [&](Row row) {
    const RowState state = query.table->state(row);
    if (state == RowState::kPurged || (state == RowState::kDeleted && !with_deleted)) return true;
    return !evaluator.passes(row);
  });
  const bool sorted_already = in_feed_order(query) && !n.ids;
  if (!query.order.empty() && !sorted_already) sort_rows(query, rows);
  return rows;
}

void cut(const BoundQuery& query, std::vector<Row>& rows) {
  const size_t skipped = std::min(rows.size(), static_cast<size_t>(query.offset));
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(skipped));
  if (query.limit >= 0 && rows.size() > static_cast<size_t>(query.limit)) {
    rows.resize(static_cast<size_t>(query.limit));
  }
}

ChildRows children_of(const Org& org, const Table& parents, const Children& children, bool with_deleted) {
  ChildRows out;
  for (const Row row : passing_rows(children.query, with_deleted)) {
    const std::string_view parent = children.query.table->text(row, children.reference->column);
    if (const auto at = parents.find(parent)) out.of[*at].push_back(row);
  }
  for (auto& [parent, rows] : out.of)
    cut(children.query, rows);
  // An offset beyond the last child leaves none.
  std::erase_if(out.of, [](const auto& entry) { return entry.second.empty(); });
  out.deeper = run_children(org, *children.query.selection, with_deleted);
  return out;
}

}  // namespace

bool datum_passes(const Test& t, const Datum& value) {
  if (value.null) return null_passes(t);
  switch (t.kind) {
    case Test::Kind::kId:
      return value_passes(t, t.texts, value.text);
    case Test::Kind::kReal:
      return value_passes(t, t.reals, value.real);
    case Test::Kind::kFlag:
    case Test::Kind::kWhole:
      return value_passes(t, t.numbers, value.whole);
    default:
      return text_passes(t, value.text);
  }
}

std::vector<Row> run_query(const BoundQuery& query, bool with_deleted) {
  std::vector<Row> rows = passing_rows(query, with_deleted);
  if (query.grouping == nullptr) cut(query, rows);
  return rows;
}

QueryPlan plan_query(const BoundQuery& query) {
  const Narrowing n = narrow(query);
  QueryPlan plan;
  plan.rows = candidates(query, n).size();
  plan.leading = n.ids || n.by_stamp ? "Index" : "TableScan";
  if (n.ids) {
    plan.fields = {"Id"};
  } else if (n.by_stamp) {
    plan.fields = {"SystemModstamp"};
  }
  return plan;
}

ChildLists run_children(const Org& org, const Selection& selection, bool with_deleted) {
  if (selection.child_lists == 0) return nullptr;
  auto lists = std::make_shared<std::vector<ChildRows>>();
  for (const Selection::Column& column : selection.columns) {
    if (column.children != nullptr)
      lists->push_back(children_of(org, *selection.table, *column.children, with_deleted));
  }
  return lists;
}

}  // namespace prospectd::sandbox
