// Target: what a request asks for, cut into the parts of its path and its query. Parsed by cpprestsdk's uri,
// which throws on raw brackets and on much else: they are escaped first, and the rest is answered. Pure, any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/api/refusal.h"

namespace prospectd::api {

struct Target {
  std::vector<std::string> segments;                       ///< of the path, decoded
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
};

constexpr size_t kTargetBytesMax = 8 * 1024;
constexpr size_t kSegmentsMax = 8;
constexpr size_t kParametersMax = 20;

/// Cuts the origin form of a target.
/// **Errors:** kInvalidInput.
std::variant<Target, Refusal> parse_target(std::string_view target);

}  // namespace prospectd::api
