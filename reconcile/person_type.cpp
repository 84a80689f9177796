// What a person type knows of its mapping: its editions, and which prospects become records.
#include <algorithm>

#include "mapping/hash.h"
#include "mapping/prospect_condition.h"
#include "reconcile/page.h"

namespace prospectd::reconcile {
namespace {

// The lines of an edition; nullptr where it is not known.
const std::vector<uint64_t>* lines_of(const PersonType& type, EditionId id) {
  const auto found = std::ranges::find(type.editions, id, &MappingEdition::id);
  return found == type.editions.end() ? nullptr : &found->lines;
}

// Stands in an edition that had a rule, beside the rule itself: so it is known that there was one.
constexpr uint64_t kRuleMark = 0x7275'6c65'2061'7421ULL;

// Of the rule by which new records are let in; 0: every one is.
uint64_t rule_of(const PersonType& type) {
  if (type.inbound_create && type.create_when.empty()) return 0;
  return mapping::hash_bytes(type.create_when, type.inbound_create ? kRuleMark : ~kRuleMark);
}

bool has(const std::vector<uint64_t>& lines, uint64_t line) {
  return std::ranges::binary_search(lines, line);
}

}  // namespace

bool PersonType::may_create(const std::vector<Value>& prospect) const {
  return outbound_create && (outbound_condition == nullptr || mapping::meets(*outbound_condition, prospect));
}

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

std::vector<uint64_t> PersonType::edition_lines(std::vector<uint64_t> lines) const {
  if (const uint64_t rule = rule_of(*this); rule != 0) lines.insert(lines.end(), {kRuleMark, rule});
  std::ranges::sort(lines);
  return lines;
}

bool PersonType::admits_anew(EditionId since) const {
  const std::vector<uint64_t>* lines = lines_of(*this, since);
  if (since == edition || lines == nullptr || !inbound_create) return false;
  const uint64_t rule = rule_of(*this);
  return rule == 0 ? has(*lines, kRuleMark) : !has(*lines, rule);
}

}  // namespace prospectd::reconcile
