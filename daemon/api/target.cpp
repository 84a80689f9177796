#include "daemon/api/target.h"

#include <algorithm>

#include <cpprest/base_uri.h>

#include "base/text.h"
#include "connectors/http/message.h"

namespace prospectd::api {
namespace {

bool is_uri_byte(char c) {
  constexpr std::string_view kOthers = "-._~!$&'()*+,;=:@/?%";
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || kOthers.find(c) != std::string_view::npos;
}

// Percent-encodes what must not stand raw in a path or query; what is encoded already stays.
std::string escaped(std::string_view target) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_uri_byte(c)) {
      out += c;
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

bool is_clean(std::string_view text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return std::ranges::none_of(text, control) && is_valid_utf8(text);
}

Refusal broken(const char* what) {
  return refuse(Refused::kInvalidInput, std::string("the request's target is not a proper one: ") + what);
}

std::variant<Target, Refusal> cut(const web::uri& uri) {
  Target out;
  for (const std::string& part : web::uri::split_path(uri.path())) {
    const auto decoded = http::percent_decode(part, false);
    if (!decoded || !is_clean(*decoded)) return broken("a broken escape or a control character in its path");
    out.segments.push_back(*decoded);
    if (out.segments.size() > kSegmentsMax) return broken("its path has too many parts");
  }
  auto query = http::parse_form(uri.query());
  if (!query) return broken("a broken escape in its query");
  if (query->size() > kParametersMax) return broken("its query has too many parameters");
  const auto clean = [](const auto& pair) { return is_clean(pair.first) && is_clean(pair.second); };
  if (!std::ranges::all_of(*query, clean)) return broken("its query has control characters or is not UTF-8");
  out.query = *std::move(query);
  return out;
}

}  // namespace

std::variant<Target, Refusal> parse_target(std::string_view target) {
  if (target.size() > kTargetBytesMax) return broken("it is too long");
  if (!target.starts_with('/') || target.starts_with("//")) return broken("it must be a path");
  try {
    return cut(web::uri(escaped(target)));
  } catch (const std::exception&) {
    return broken("it can't be parsed as a URI");
  }
}

}  // namespace prospectd::api
