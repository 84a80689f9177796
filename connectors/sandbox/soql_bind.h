// From a SOQL tree to something that runs on a table: names become columns, literals become values of the
// columns' types, and what the CRM refuses is refused in its words. Pure; borrows the org's tables.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/knobs.h"
#include "connectors/sandbox/outcome.h"
#include "connectors/sandbox/soql_source.h"

namespace prospectd::sandbox {

/// A test of one row, or of one group. Leaves compare a value; the others hold the places of their terms in
/// the same list.
struct Test {
  enum class Kind : uint8_t { kAnd, kOr, kNot, kText, kId, kName, kFlag, kWhole, kReal };
  Kind kind = Kind::kAnd;
  salesforce_wire::soql::Operator op = salesforce_wire::soql::Operator::kEqual;
  const Field* field = nullptr;  ///< a field of the row itself; nullptr: look at `source`, or at `cell`
  Source source = {};
  int cell = -1;  ///< of a group: the place among its keys and aggregates
  std::vector<int> terms = {};
  bool with_null = false;               ///< null is among the literals (so is '' for a text)
  std::vector<std::string> texts = {};  ///< folded, or ids of 18 characters; sorted for IN
  std::vector<int64_t> numbers = {};    ///< flags as 0 and 1, days, or seconds; sorted for IN
  std::vector<double> reals = {};
};

struct OrderKey {
  const Field* field = nullptr;  ///< a field of the row itself; nullptr: look at `source`
  bool descending = false;
  bool nulls_last = false;
  Source source = {};
};

/// Rows brought together: GROUP BY and aggregates. A group is a list of cells: its keys, then its aggregates.
struct Grouping {
  struct Aggregate {
    salesforce_wire::soql::Function function;  ///< an aggregate, or GROUPING
    Source source;                             ///< of GROUPING: a key
    FieldKind kind;                            ///< of the result
  };
  struct Column {
    std::string name;
    int cell = 0;
  };
  struct Order {
    int cell = 0;
    bool descending = false;
    bool nulls_last = false;
  };
  salesforce_wire::soql::GroupBy::Kind kind = salesforce_wire::soql::GroupBy::Kind::kPlain;
  std::vector<Source> keys;
  std::vector<Aggregate> aggregates;
  std::vector<Column> columns;
  std::vector<Test> having;  ///< as BoundQuery::tests, over cells
  std::vector<Order> order;
};
using Cells = std::vector<Datum>;

struct Selection;

struct BoundQuery {
  const Org* org = nullptr;
  const Table* table = nullptr;
  /// What is selected, when it is nothing but fields of the rows themselves under their own names.
  std::vector<const Field*> select;
  /// What is selected otherwise; nullptr beside `select`, COUNT() and a grouping.
  std::shared_ptr<const Selection> selection;
  std::shared_ptr<const Grouping> grouping;
  bool count = false;
  std::vector<Test> tests;  ///< the last one is the root; none: every row
  std::vector<OrderKey> order;
  int64_t limit = -1;  ///< −1: none
  int64_t offset = 0;
};

/// The children that a subquery selects of each record.
struct Children {
  std::string relationship;
  const Field* reference = nullptr;  ///< in the children's table, to the parent
  BoundQuery query;                  ///< with a selection; its limit and offset count for each parent
};

/// What a record of an answer shows, in the order of SELECT: fields, parents and lists of children.
struct Selection {
  struct Column {
    std::string name;
    const Field* field = nullptr;      ///< of this table
    const Field* reference = nullptr;  ///< to a parent, shown as one of `parents`
    std::vector<Selection> parents = {};
    bool type_of = false;       ///< TYPEOF: parents show their own type
    std::string constant = {};  ///< where there is neither field nor reference
    std::shared_ptr<const Children> children = {};
    size_t children_at = 0;  ///< among the lists of children of this selection
  };
  const Table* table = nullptr;
  std::string type_name;  ///< that attributes tell: "Lead", or "Name" behind a lookup to several types
  std::vector<Column> columns;
  size_t child_lists = 0;
};

/// The rows of a subquery by the row of their parent, in their order; and those of its own subqueries.
struct ChildRows {
  std::unordered_map<Row, std::vector<Row>> of;
  std::shared_ptr<const std::vector<ChildRows>> deeper;  ///< nullptr: there are none
};
using ChildLists = std::shared_ptr<const std::vector<ChildRows>>;

/// Who asks, and how; parts of the meaning of a query.
struct QueryContext {
  std::string user = {};  ///< id; whose time zone dates are in, and whose records "mine" are
  int api_version = 60;
  bool with_deleted = false;  ///< queryAll; for the queries inside IN
};

/// Binds a parsed query. `text` is the query as sent, for the excerpt in a refusal. Queries inside IN are run
/// here: their ids become literals.
/// **Errors:** INVALID_TYPE, INVALID_FIELD, INVALID_QUERY_FILTER_OPERATOR, MALFORMED_QUERY (SALESFORCE_API
/// §5.1, §5.3, §11.2).
Outcome<BoundQuery> bind_query(const Org& org, const Knobs& knobs, const salesforce_wire::soql::Query& query,
                               std::string_view text, const QueryContext& context = {});

/// Runs it and gives the rows in their order; the whole answer, whatever the page size. For COUNT() their
/// number is the answer. Of a query with a grouping they are the rows to bring together.
std::vector<Row> run_query(const BoundQuery& query, bool with_deleted);
/// The groups of a query with a grouping, in their order.
std::vector<Cells> run_grouping(const BoundQuery& query, bool with_deleted);
/// How a query finds its rows.
struct QueryPlan {
  std::string leading;              ///< "Index" or "TableScan"
  std::vector<std::string> fields;  ///< of the index
  size_t rows = 0;                  ///< that are looked at
};
QueryPlan plan_query(const BoundQuery& query);

/// The lists of children of all records of a selection; nullptr when it has none.
ChildLists run_children(const Org& org, const Selection& selection, bool with_deleted);

}  // namespace prospectd::sandbox
