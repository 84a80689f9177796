// Entity tags: a row's version as ETag, and the version that If-Match wants (RFC 9110 §13.1.1). Pure, any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "daemon/api/refusal.h"

namespace prospectd::api {

/// "\"7\""
std::string entity_tag(int64_t version);

/// What If-Match wants: one strong tag of ours; nothing where there is no such header, or any version does.
/// **Errors:** kPreconditionFailed for what can't be a tag of ours; kInvalidInput for several.
std::variant<std::optional<int64_t>, Refusal> expected_version(const std::optional<std::string>& if_match);

}  // namespace prospectd::api
