#include "daemon/api/media_type.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"

namespace prospectd::api {
namespace {

constexpr size_t kRangesMax = 64;  // of an Accept header; what comes behind does not count

struct MediaRange {
  std::string type;                     ///< in lower case
  std::vector<std::string> parameters;  ///< names in lower case, but for q
  bool refused = false;                 ///< q=0
};

// Cuts at a separator outside quoted strings.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t start = 0;
  bool quoted = false;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && quoted) {
      ++at;
    } else if (text[at] == '"') {
      quoted = !quoted;
    } else if (text[at] == separator && !quoted) {
      parts.push_back(trim_ascii(text.substr(start, at - start)));
      start = at + 1;
    }
  }
  parts.push_back(trim_ascii(text.substr(start)));
  return parts;
}

bool is_zero(std::string_view quality) {
  return !quality.empty() && quality.find_first_not_of("0.") == std::string_view::npos;
}

MediaRange parse_range(std::string_view text) {
  MediaRange range;
  const std::vector<std::string_view> parts = split(text, ';');
  range.type = to_lower_ascii(parts.front());
  for (size_t i = 1; i < parts.size(); ++i) {
    const size_t equals = parts[i].find('=');
    const std::string name = to_lower_ascii(trim_ascii(parts[i].substr(0, equals)));
    if (name.empty()) continue;
    if (name == "q") {
      range.refused = equals != std::string_view::npos && is_zero(trim_ascii(parts[i].substr(equals + 1)));
    } else {
      range.parameters.push_back(name);
    }
  }
  return range;
}

// We have no extensions; profiles are ignored, as the specification wants it.
bool is_plain(const MediaRange& range) {
  return std::ranges::all_of(range.parameters, [](const std::string& name) { return name == "profile"; });
}

bool takes_our_answers(const MediaRange& range) {
  if (range.refused) return false;
  if (range.type == kMediaType) return is_plain(range);
  return range.type == "*/*" || range.type == "application/*" || range.type == "application/json";
}

}  // namespace

std::optional<Refusal> check_content_type(const http::ServerRequest& request) {
  const MediaRange type = parse_range(request.headers.get("content-type").value_or(std::string_view{}));
  if (type.type == "application/json") return std::nullopt;
  if (type.type != kMediaType) {
    return refuse(Refused::kUnsupportedMediaType,
                  "send the body as application/vnd.api+json or application/json");
  }
  if (is_plain(type)) return std::nullopt;
  return refuse(Refused::kUnsupportedMediaType,
                "send application/vnd.api+json without parameters: there are no extensions here");
}

std::optional<Refusal> check_accept(const http::ServerRequest& request) {
  const auto field = request.headers.get("accept");
  if (!field || trim_ascii(*field).empty()) return std::nullopt;
  std::vector<std::string_view> ranges = split(*field, ',');
  ranges.resize(std::min(ranges.size(), kRangesMax));
  for (const std::string_view range : ranges) {
    if (takes_our_answers(parse_range(range))) return std::nullopt;
  }
  return refuse(
      Refused::kNotAcceptable,
      "answers are application/vnd.api+json without parameters, which the Accept header does not take");
}

}  // namespace prospectd::api
