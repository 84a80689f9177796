#include "connectors/sandbox/path_pattern.h"

#include "connectors/http/message.h"

namespace prospectd::sandbox {

std::optional<std::vector<std::string>> path_segments(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    auto segment = http::percent_decode(path.substr(0, slash), false);
    if (!segment || out.size() == kPathSegmentsMax) return std::nullopt;
    out.push_back(*std::move(segment));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return out;
}

bool fits_pattern(std::string_view pattern, const std::vector<std::string>& segments) {
  for (const std::string& segment : segments) {
    if (pattern.empty()) return false;
    const size_t slash = pattern.find('/');
    const std::string_view expected = pattern.substr(0, slash);
    if (expected == "**") return true;
    if (expected != "*" && expected != segment) return false;
    pattern = slash == std::string_view::npos ? std::string_view{} : pattern.substr(slash + 1);
  }
  return pattern.empty();
}

}  // namespace prospectd::sandbox
