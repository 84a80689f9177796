// What a request wants of a list or of one resource: filters, order, page, includes, sparse fields. Read from
// the query parameters and checked against the shape of the type; every fault names its parameter. Pure, any
// thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/api/parameters.h"
#include "daemon/api/shapes.h"

namespace prospectd::api {

constexpr int64_t kPageSizeMax = 500;  ///< one more is read, to know whether there is a next page
constexpr int64_t kPageSizeDefault = 50;
static_assert(kPageSizeMax < static_cast<int64_t>(store::kListRowsMax));

/// Of one resource, or of each in a list.
struct ShowWish {
  std::vector<Relationship> include;
  std::map<std::string, std::vector<std::string>> fields;  ///< by type; a type that is not here has all
};

struct ListWish {
  ShowWish show;
  size_t size = 0;
  store::ListPlace place;
};

/// Notes what is wrong in `parameters`.
ShowWish show_wish(Parameters& parameters, const Shape& shape, const mapping::LocalSchema& schema);
ListWish list_wish(Parameters& parameters, const Shape& shape, const mapping::LocalSchema& schema);

/// What page[after] is after a row: its number, or in an order of keys ["Diaz", 42].
std::string cursor_after(int64_t id, const std::vector<mapping::Value>& keys);

/// The filter parameters of a collection's list but for filter[q]: those of columns as expressions, by
/// parameter, those of references as numbers.
struct PlainFilters {
  std::vector<std::pair<std::string, std::string>> expressions;
  std::vector<std::pair<size_t, int64_t>> referring;
};
PlainFilters plain_filters(Parameters& parameters, const store::Collection& collection);

/// Takes away what `wish` does not name.
void keep_fields(Json& resource, const ShowWish& wish);

}  // namespace prospectd::api
