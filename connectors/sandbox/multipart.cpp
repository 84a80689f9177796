#include "connectors/sandbox/multipart.h"

#include "base/text.h"

namespace prospectd::sandbox {
namespace {

constexpr size_t kBoundaryBytesMax = 70;
constexpr size_t kPartHeadersMax = 16;

// The value of "; name=value" or "; name="value""; empty when there is none.
std::string_view header_parameter(std::string_view header, std::string_view name) {
  for (size_t at = header.find(';'); at != std::string_view::npos; at = header.find(';')) {
    header.remove_prefix(at + 1);
    const std::string_view pair = header.substr(0, header.find(';'));
    const size_t equal = pair.find('=');
    if (equal == std::string_view::npos || !equals_ignore_case_ascii(trim_ascii(pair.substr(0, equal)), name))
      continue;
    std::string_view value = trim_ascii(pair.substr(equal + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return value;
  }
  return {};
}

// Takes a line off the front, without its end; nullopt when there is no line end.
std::optional<std::string_view> take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The headers of a part up to the blank line; the part's name out of them.
std::optional<std::string> take_part_name(std::string_view& text) {
  constexpr std::string_view kDisposition = "content-disposition:";
  std::string name;
  for (size_t i = 0; i <= kPartHeadersMax; ++i) {
    const auto line = take_line(text);
    if (!line) return std::nullopt;
    if (line->empty()) return name;
    if (starts_with_ignore_case_ascii(*line, kDisposition)) name = header_parameter(*line, "name");
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<FormPart>> parse_multipart(std::string_view content_type, std::string_view body) {
  const std::string_view boundary = header_parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > kBoundaryBytesMax) return std::nullopt;
  const std::string first = "--" + std::string(boundary);
  const std::string next = "\n" + first;
  size_t at = body.starts_with(first) ? first.size() : body.find(next);
  if (at == std::string_view::npos) return std::nullopt;
  if (!body.starts_with(first)) at += next.size();
  body.remove_prefix(at);
  std::vector<FormPart> parts;
  while (!body.starts_with("--")) {
    const auto rest_of_line = take_line(body);
    if (!rest_of_line || !trim_ascii(*rest_of_line).empty() || parts.size() == kFormPartsMax)
      return std::nullopt;
    auto name = take_part_name(body);
    const size_t end = name ? body.find(next) : std::string_view::npos;
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view content = body.substr(0, end);
    if (content.ends_with('\r')) content.remove_suffix(1);
    parts.push_back({*std::move(name), content});
    body.remove_prefix(end + next.size());
  }
  return parts;
}

}  // namespace prospectd::sandbox
