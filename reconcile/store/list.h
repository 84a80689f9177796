// Lists: what a page of a collection is asked for and answered with. Pages follow each other by the place of
// the last row in the order, not by counting, so that rows that come and go meanwhile make none appear twice
// or be missed. Pure data, any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "mapping/value.h"
#include "reconcile/store/collections.h"

namespace prospectd::store {

constexpr size_t kListRowsMax = 1'000;
constexpr size_t kSortKeysMax = 3;

/// Rows without a value come first, or last where it is descending. Letter case does not count (ASCII).
struct SortKey {
  size_t column = 0;  ///< in Collection::columns
  bool descending = false;
  bool operator==(const SortKey&) const = default;
};

/// In which order, and from where on. Rows that are equal by every key follow by number.
struct ListPlace {
  std::vector<SortKey> keys;               ///< empty: by number alone
  std::vector<mapping::Value> after_keys;  ///< ListRow::keys of the last row before; empty: from the start
  int64_t after = 0;                       ///< its number
};

struct ListQuery {
  const Collection* of = nullptr;
  std::optional<std::vector<int64_t>> ids;  ///< only these, at most kListRowsMax
  /// Only those that match: made with catalogue_of(*of). Null: all.
  std::shared_ptr<const mapping::expression::Expression> filter;
  std::vector<std::pair<size_t, int64_t>> referring;  ///< a position in Collection::references, and to whom
  ListPlace place;
  size_t limit = 50;  ///< at most kListRowsMax
};

struct ListRow {
  int64_t id = 0;
  int64_t version = 0;                             ///< 0 where the collection has none
  std::vector<mapping::Value> values;              ///< parallel to Collection::columns; JSON as its text
  std::vector<std::optional<int64_t>> references;  ///< parallel to Collection::references
  std::vector<mapping::Value> keys;                ///< parallel to ListPlace::keys; texts and whole numbers
};

}  // namespace prospectd::store
