#include "mapping/schema.h"

#include <algorithm>

#include "base/text.h"

namespace prospectd::mapping {

const FieldSchema* ObjectSchema::find(std::string_view field) const {
  const auto it = std::find_if(fields.begin(), fields.end(), [field](const FieldSchema& f) {
    return equals_ignore_case_ascii(f.name, field);
  });
  return it == fields.end() ? nullptr : &*it;
}

std::vector<std::string> ObjectSchema::field_names() const {
  std::vector<std::string> names;
  names.reserve(fields.size());
  for (const FieldSchema& f : fields)
    names.push_back(f.name);
  return names;
}

}  // namespace prospectd::mapping
