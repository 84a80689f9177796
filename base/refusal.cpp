#include "base/refusal.h"

#include <array>

namespace prospectd {
namespace {

/// By RefusalClass.
constexpr std::array<std::string_view, kRefusalClassCount> kRefusalNames{
    "gone",      "converted", "mapping", "request", "permission", "record",
    "duplicate", "quota",     "session", "later",   "locked"};

}  // namespace

std::string_view name_of(RefusalClass refusal) {
  return kRefusalNames[static_cast<size_t>(refusal)];
}

}  // namespace prospectd
