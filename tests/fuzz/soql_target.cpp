#include <string>

#include "connectors/salesforce_wire/soql.h"
#include "tests/fuzz/targets.h"

namespace prospectd::fuzz {

void soql(std::string_view bytes) {
  using salesforce_wire::soql::Query;
  const auto parsed = salesforce_wire::soql::parse(bytes);
  const auto* query = std::get_if<Query>(&parsed);
  if (query == nullptr) return;
  const std::string printed = salesforce_wire::soql::print(*query);
  const auto again = salesforce_wire::soql::parse(printed);
  const auto* same = std::get_if<Query>(&again);
  if (same != nullptr && *same == *query) return;
  broken(("printed, this query is another one: " + printed).c_str());
}

}  // namespace prospectd::fuzz
