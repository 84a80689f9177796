// What a write's body says: JSON in, a record's fields out, and the refusals of what is none (SALESFORCE_API
// §4, §11.2). Pure but for reading the org; one thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "connectors/sandbox/field_rules.h"
#include "connectors/sandbox/knobs.h"
#include "connectors/sandbox/outcome.h"

namespace prospectd::http {
struct ServerRequest;
}

namespace prospectd::sandbox {

constexpr int kBodyDepthMax = 64;

/// **Errors:** JSON_PARSER_ERROR for broken JSON (with line and column) and too much depth.
Outcome<nlohmann::json> parse_json(std::string_view text);

/// The JSON object of a request.
/// **Errors:** UNSUPPORTED_MEDIA_TYPE; JSON_PARSER_ERROR as parse_json, for no body, and for anything but an
/// object.
Outcome<nlohmann::json> parse_request_body(const http::ServerRequest& request);

/// JSON_PARSER_ERROR: `what` ("list of records") can't be made of that value.
ApiError wrong_shape(std::string_view what, const nlohmann::json& value);

/// The member of that name ignoring ASCII case; nullptr when the object has none.
const nlohmann::json* find_member(const nlohmann::json& object, std::string_view name);

/// The fields of one record: "attributes" and the members named in `set_apart` are left out, an object under
/// a relationship's name ({"Account":{"Ext__c":"A-17"}}) becomes the lookup that it names by a key.
/// **Errors:** INVALID_FIELD for what the caller can't see or can't be found, JSON_PARSER_ERROR for a list or
/// a nested record that is no reference.
Outcome<FieldValues> record_fields(const Org& org, const Knobs& knobs, const Table& table,
                                   const nlohmann::json& record,
                                   std::span<const std::string_view> set_apart = {});

/// A JSON value as a field's: null for what is none.
mapping::Value plain_value(const nlohmann::json& json);

/// A key's value as its field keeps it.
mapping::Value typed_key(const Field& key, const nlohmann::json& sent);

/// True for a field that can tell records apart: Id, an external id, or one that the CRM looks up by itself.
bool is_key(const Field& field);

/// 404 NOT_FOUND in the words for an external id field that isn't there (§4).
ApiError no_such_key(std::string_view name);

}  // namespace prospectd::sandbox
