// Paths of the API against patterns: "sobjects/*/describe", where '*' is any one segment and '**' one or more
// at the end. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd::sandbox {

/// No resource's path has more segments.
constexpr size_t kPathSegmentsMax = 8;

/// The segments of "a/b%20c", decoded. nullopt for a broken escape, or more than kPathSegmentsMax.
std::optional<std::vector<std::string>> path_segments(std::string_view path);
bool fits_pattern(std::string_view pattern, const std::vector<std::string>& segments);

}  // namespace prospectd::sandbox
