// Searches: SOSL and its parameterised form (SALESFORCE_API §5.4). A search looks for words in the texts of
// records and gives what its queries select of those that have them. The org keeps no index: what was just
// written is found. Pure; borrows the org's tables.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/soql_bind.h"

namespace prospectd::sandbox {

/// Which fields are looked at: IN ALL FIELDS, IN NAME FIELDS, …
enum class SearchGroup { kAll, kName, kEmail, kPhone };

/// One object of a search, as the query that shows its records.
struct SearchTarget {
  std::string object;
  std::string fields = {};   ///< as SELECT has them; empty: Id
  std::string clauses = {};  ///< WHERE, ORDER BY, LIMIT, OFFSET; may be empty
};

struct Search {
  std::string words;  ///< as typed: blanks, quotes, AND, OR, AND NOT, * and ?
  SearchGroup group = SearchGroup::kAll;
  std::vector<SearchTarget> targets;  ///< none: every object
  int64_t limit = 2'000;              ///< of records in all
};
constexpr size_t kSearchTargetsMax = 20;
constexpr size_t kSearchCharsMax = 10'000;
constexpr size_t kSearchWordsMax = 100;  ///< each is looked for in every text of every record
constexpr int64_t kSearchRowsMax = 2'000;

/// The group of that name, ALL, NAME, EMAIL or PHONE, in any letter case.
std::optional<SearchGroup> search_group(std::string_view name);

/// Reads FIND {…} [IN … FIELDS] [RETURNING …] [LIMIT n]. **Errors:** MALFORMED_SEARCH
Outcome<Search> parse_sosl(std::string_view text);

/// What is found of one object: a query whose rows are those with the words.
struct Found {
  BoundQuery query;
  std::vector<Row> rows;
};
/// **Errors:** MALFORMED_SEARCH, and those of bind_query
Outcome<std::vector<Found>> run_search(const Org& org, const Knobs& knobs, const Search& search,
                                       const QueryContext& context);

}  // namespace prospectd::sandbox
