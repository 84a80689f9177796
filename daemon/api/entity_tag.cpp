#include "daemon/api/entity_tag.h"

#include "base/text.h"
#include "daemon/api/call.h"

namespace prospectd::api {

std::string entity_tag(int64_t version) {
  return "\"" + std::to_string(version) + "\"";
}

std::variant<std::optional<int64_t>, Refusal> expected_version(const std::optional<std::string>& if_match) {
  if (!if_match) return std::optional<int64_t>();
  const std::string_view tag = trim_ascii(*if_match);
  if (tag == "*") return std::optional<int64_t>();
  if (tag.find(',') != std::string_view::npos)
    return refuse(Refused::kInvalidInput, "If-Match takes one ETag here, as it was answered");
  if (tag.size() > 2 && tag.front() == '"' && tag.back() == '"') {
    if (const auto version = number_of(std::string(tag.substr(1, tag.size() - 2)))) return version;
  }
  return refuse(Refused::kPreconditionFailed, "If-Match names no version of this: nothing was done");
}

}  // namespace prospectd::api
