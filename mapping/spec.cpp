#include "mapping/spec.h"

namespace prospectd::mapping {

std::string_view name_of(Direction d) {
  constexpr std::string_view kNames[] = {"in", "out", "both"};
  return kNames[static_cast<size_t>(d)];
}

std::string_view name_of(ConflictRule r) {
  constexpr std::string_view kNames[] = {"crm_wins", "prospect_wins", "newest", "fill_blank", "review"};
  return kNames[static_cast<size_t>(r)];
}

std::string_view name_of(Blanks b) {
  constexpr std::string_view kNames[] = {"skip", "mirror"};
  return kNames[static_cast<size_t>(b)];
}

}  // namespace prospectd::mapping
