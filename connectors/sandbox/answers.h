// The shapes of the sandbox's answers: JSON bodies and the error arrays of SALESFORCE_API §11.1. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "connectors/http/message.h"
#include "connectors/sandbox/outcome.h"

namespace prospectd::sandbox {

http::Response json_answer(int status, std::string body);
/// [{"message":…,"errorCode":…,"fields":[…]},…] with the error's status.
http::Response error_answer(const ApiError& error);
/// The answer to a write that a duplicate rule refused: the array with "duplicateResut", as the real one has
/// long spelled it, or "duplicateResult" (§11.1). `base` is "/services/data/v60.0".
http::Response duplicate_answer(const ApiError& error, std::string_view base, bool spelled_right);
/// {"statusCode":…,"message":…,"fields":[…]}: the refusal of one record among several (§7.1); more of them
/// where more was wrong with it.
std::string item_errors_json(const ApiError& error);
/// {"error":…,"error_description":…} (§1.3).
http::Response oauth_error(int status, std::string_view error, std::string_view description);
/// 405 with the array and `Allow`; `allowed` as "GET,HEAD".
http::Response method_not_allowed(std::string_view method, std::string_view allowed);
ApiError not_found();
/// The answer to a request that never reaches the front: the array with a code for the status.
http::Response refused_request(int status);

}  // namespace prospectd::sandbox
