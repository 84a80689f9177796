// What goes into the address of a query and comes back as the place of its next page. Owned by salesforce;
// pure, any thread. Free of coroutines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "connectors/page.h"
#include "connectors/salesforce/page_layout.h"
#include "connectors/salesforce_wire/soql.h"

namespace prospectd::salesforce {

/// The API takes 16,384 bytes of address and headers together (API §2).
constexpr size_t kTargetBytesMax = 15'000;

/// "/services/data/v60.0/queryAll?q=…" for the first page of a feed, ordered by SystemModstamp and Id.
/// `lower` is cut to its second, `upper` stays as given. **Errors:** kMalformedQuery when the filter is no
/// condition or the address grows over kTargetBytesMax (each says which). Source: API §5, §14.2.
Result<std::string> feed_target(const std::string& api_version, const FeedQuery& query,
                                const PageLayout& layout);

/// Records by the values of one field.
struct ListQuery {
  std::string object;
  std::string field;
  std::vector<salesforce_wire::soql::Literal> values;
  bool deleted_too = true;
};
/// The address of a query for as many of the values, from `first` on, as one address holds (kFetchIdsMax at
/// most); moves `first` behind them. **Errors:** kMalformedQuery when not even one value has room.
Result<std::string> list_target(const std::string& api_version, const ListQuery& list,
                                const PageLayout& layout, size_t& first);

/// The same for single records, deleted ones too. Takes as many of `ids`, from `first` on, as one address
/// holds, and moves `first` behind them. `ids` are canonical. **Errors:** kMalformedQuery when not even one
/// id has room.
Result<std::string> ids_target(const std::string& api_version, const std::string& object,
                               const PageLayout& layout, const std::vector<std::string>& ids, size_t& first);

/// The address of a query for an object's records behind `after` (empty: from the first), by id, `limit` at
/// most; deleted ones too. **Errors:** as feed_target. Source: API §5, §14.2.
Result<std::string> listing_target(const std::string& api_version, const ListingQuery& query,
                                   const PageLayout& layout);
/// The address that asks how many records an object has, deleted ones too. Source: API §5.
std::string count_target(const std::string& api_version, const std::string& object);

/// Where the next page of a query lies, and what is known of the pages before: the content of Page::next.
struct NextPlace {
  std::string locator;
  uint64_t session = 0;  ///< the generation that made the locator; 0: not known
  int64_t rows = -1;     ///< on the pages before; -1: not known
  int64_t total = -1;    ///< rows of the whole query as the page before told; -1: not known
  uint64_t query = 0;    ///< mark_of the query; 0: not known

  bool operator==(const NextPlace&) const = default;
};
/// A number that two different queries don't share, for practical purposes; never 0.
uint64_t mark_of(const FeedQuery& query);
/// "/services/data/v60.0/query/0r8…-2000#3,2000,4211,86…": the path, then what we remember.
std::string format_next(const std::string& api_version, const NextPlace& place);
/// Also takes the path alone. **Errors:** nullopt for everything but a path of this API's own queries.
std::optional<NextPlace> parse_next(std::string_view next);

/// The path of the next page, made of our own version and the locator alone.
std::string next_target(const std::string& api_version, const NextPlace& place);

}  // namespace prospectd::salesforce
