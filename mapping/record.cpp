#include "mapping/record.h"

#include <algorithm>

namespace prospectd::mapping {

FieldList::FieldList(std::vector<std::string> names) : names_(std::move(names)) {}

size_t FieldList::find(std::string_view name) const {
  const auto it = std::find(names_.begin(), names_.end(), name);
  return it == names_.end() ? npos : static_cast<size_t>(it - names_.begin());
}

}  // namespace prospectd::mapping
