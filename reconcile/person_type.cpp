// What a person type knows of the editions of its mapping.
#include <algorithm>

#include "reconcile/page.h"

namespace prospectd::reconcile {
namespace {

// The lines of an edition; nullptr where it is not known.
const std::vector<uint64_t>* lines_of(const PersonType& type, EditionId id) {
  const auto found = std::ranges::find(type.editions, id, &MappingEdition::id);
  return found == type.editions.end() ? nullptr : &found->lines;
}

}  // namespace

bool PersonType::has_compared(const Link& link, const mapping::MapEntry& entry) const {
  if (link.edition == edition) return true;
  const std::vector<uint64_t>* lines = lines_of(*this, link.edition);
  return lines == nullptr || std::ranges::binary_search(*lines, entry.line);
}

std::string PersonType::new_fields(EditionId since) const {
  std::string fields;
  const std::vector<uint64_t>* lines = lines_of(*this, since);
  if (since == edition || lines == nullptr) return fields;
  for (const mapping::MapEntry& entry : map->entries()) {
    if (std::ranges::binary_search(*lines, entry.line)) continue;
    fields += (fields.empty() ? "" : ", ") + entry.spec.remote + " → " + entry.spec.local;
  }
  return fields;
}

}  // namespace prospectd::reconcile
