// The small answers of the CRM: refusals, logins, describes. Each is bytes in, project terms out. Owned by
// salesforce; pure, any thread. Free of coroutines.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "connectors/http/message.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/formats.h"
#include "mapping/schema.h"

namespace prospectd::salesforce {

/// True when the answer says that its body is JSON (its media type, not a look at the bytes).
bool is_json(const http::Response& response);

/// What an answer that is no success means. The message holds the API's code, names of fields and objects,
/// and no other word of the body. Source: API §2, §11.
Error error_of(const http::Response& response, salesforce_wire::RequestKind kind);

/// True when the body is the API's own list of errors, not a page of something before it.
bool is_refusal(const http::Response& response);

/// What a refused login means, with advice. Source: API §1.3.
Error login_error_of(const http::Response& response);

/// How long the header Retry-After asks to wait, at most kRetryAfterMax: seconds, or a date counted from the
/// answer's own Date. nullopt when it is missing, unreadable, in the past, or beyond kRetryAfterAbsurd.
std::optional<std::chrono::milliseconds> retry_after_of(const http::Headers& headers);
constexpr std::chrono::milliseconds kRetryAfterMax = std::chrono::hours{1};
constexpr std::chrono::milliseconds kRetryAfterAbsurd = std::chrono::hours{24};

struct LoginAnswer {
  Secret token;
  Secret refresh_token;      ///< empty unless the answer gives one
  std::string instance_url;  ///< as the answer has it, not yet checked
  std::string identity_url;  ///< the same; its last two segments are the organisation and the user
  std::string scope;         ///< words with blanks between
};
/// Reads the answer of a login and wipes `body`. **Errors:** kBadPayload. Source: API §1.2.
Result<LoginAnswer> parse_login(std::string& body);
constexpr size_t kTokenBytesMax = 8 * 1024;

/// Who a token stands for, as the CRM tells it. Texts of strangers, valid UTF-8, each at most
/// kIdentityBytesMax.
struct Identity {
  std::string organization_id;
  std::string user_id;
  std::string username;
  std::string name;
};
constexpr size_t kIdentityBytesMax = 255;
/// **Errors:** kBadPayload. Source: API §1.5.
Result<Identity> parse_user_info(const std::string& body);
/// The ids alone, of an identity URL; empty where it has none.
Identity identity_of(std::string_view identity_url);

/// The versions that the API is offered in, oldest first; at most kVersionsMax.
/// **Errors:** kBadPayload when there is none. Source: API §3.1.
Result<std::vector<salesforce_wire::ApiVersion>> parse_versions(const std::string& body);
constexpr size_t kVersionsMax = 1'000;

/// Reads a describe. **Errors:** kBadPayload, when it isn't one, or has more than kDescribeFieldsMax fields.
/// Source: API §3.5.
Result<mapping::ObjectSchema> parse_describe(const std::string& body);
constexpr size_t kDescribeFieldsMax = 2'000;
constexpr size_t kPicklistValuesMax = 10'000;  ///< of one field

}  // namespace prospectd::salesforce
