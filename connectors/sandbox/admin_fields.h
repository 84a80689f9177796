// Fields of records as the admin endpoint and fault plans give them: plain JSON, owners by address. Pure but
// for reading the org; one thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "connectors/sandbox/crm_model.h"

namespace prospectd::sandbox {

/// 400 INVALID_INPUT.
ApiError bad_request(std::string message);
/// The id of the user with that username or address; what it was given where there is none.
std::string user_by_address(const Org& org, const std::string& address);
/// The fields under `key`, with texts read as the fields' types; `table` may be unknown.
/// **Errors:** INVALID_INPUT for what is no field's value.
Outcome<FieldValues> plain_fields(const Org& org, const Table* table, const nlohmann::json& body,
                                  const char* key);

}  // namespace prospectd::sandbox
