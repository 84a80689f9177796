// From a SOQL tree to something that runs on a table: names become columns, literals become values of the
// columns' types, and what the CRM refuses is refused in its words. Pure; borrows the table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/knobs.h"
#include "connectors/sandbox/outcome.h"

namespace prospectd::sandbox {

/// A test of one row. Leaves compare a field; the others hold the places of their terms in BoundQuery::tests.
struct Test {
  enum class Kind : uint8_t { kAnd, kOr, kNot, kText, kId, kName, kFlag, kWhole, kReal };
  Kind kind = Kind::kAnd;
  salesforce_wire::soql::Operator op = salesforce_wire::soql::Operator::kEqual;
  const Field* field = nullptr;
  std::vector<int> terms = {};
  bool with_null = false;               ///< null is among the literals (so is '' for a text)
  std::vector<std::string> texts = {};  ///< folded, or ids of 18 characters; sorted for IN
  std::vector<int64_t> numbers = {};    ///< flags as 0 and 1, days, or seconds; sorted for IN
  std::vector<double> reals = {};
};

struct OrderKey {
  const Field* field = nullptr;
  bool descending = false;
  bool nulls_last = false;
};

struct BoundQuery {
  const Table* table = nullptr;
  std::vector<const Field*> select;
  bool count = false;
  std::vector<Test> tests;  ///< the last one is the root; none: every row
  std::vector<OrderKey> order;
  int64_t limit = -1;  ///< −1: none
  int64_t offset = 0;
};

/// Binds a parsed query. `text` is the query as sent, for the excerpt in a refusal.
/// **Errors:** INVALID_TYPE, INVALID_FIELD, INVALID_QUERY_FILTER_OPERATOR, MALFORMED_QUERY (SALESFORCE_API
/// §5.1, §11.2).
Outcome<BoundQuery> bind_query(const Org& org, const Knobs& knobs, const salesforce_wire::soql::Query& query,
                               std::string_view text);

/// Runs it and gives the rows in their order; the whole answer, whatever the page size. For COUNT() their
/// number is the answer.
std::vector<Row> run_query(const BoundQuery& query, bool with_deleted);

}  // namespace prospectd::sandbox
