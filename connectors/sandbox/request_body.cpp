#include "connectors/sandbox/request_body.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connectors/http/message.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/crm_model.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;
namespace code = salesforce_wire::error_name;

ApiError parser_error(std::string message) {
  return api_error(std::string(code::kJsonParserError), std::move(message));
}

std::string place_in(std::string_view body, size_t offset) {
  const std::string_view before = body.substr(0, std::min(offset, body.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const size_t newline = before.rfind('\n');
  const size_t column = newline == std::string_view::npos ? before.size() : before.size() - newline - 1;
  return " at [line:" + std::to_string(lines + 1) + ", column:" + std::to_string(column + 1) + "]";
}

// `byte` counts from 1, and is past the end where the text breaks off.
ApiError broken_json(std::string_view body, size_t byte) {
  if (byte == 0 || byte > body.size())
    return parser_error("Unexpected end-of-input" + place_in(body, body.size()));
  const auto c = static_cast<unsigned char>(body[byte - 1]);
  const std::string shown = c >= 0x20 && c < 0x7f ? std::string(1, static_cast<char>(c)) : std::string("?");
  return parser_error("Unexpected character ('" + shown + "' (code " + std::to_string(c) + "))" +
                      place_in(body, byte - 1));
}

// Told before the parser sees it, which follows every depth. Of a text that is no JSON the answer may be
// either.
bool is_nested_too_deep(std::string_view body) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kBodyDepthMax) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

std::string_view json_token(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      return "START_OBJECT value {";
    case Json::value_t::array:
      return "START_ARRAY value [";
    case Json::value_t::string:
      return "VALUE_STRING value";
    case Json::value_t::boolean:
      return "VALUE_BOOLEAN value";
    case Json::value_t::null:
      return "VALUE_NULL value null";
    case Json::value_t::number_float:
      return "VALUE_NUMBER_FLOAT value";
    default:
      return "VALUE_NUMBER_INT value";
  }
}

ApiError no_such_column(const Table& table, const std::string& name) {
  return api_error(std::string(code::kInvalidField),
                   "No such column '" + name + "' on sobject of type " + std::string(table.type().name()));
}

const Field* field_of_relationship(const ObjectType& type, std::string_view name) {
  for (const Field& field : type.fields()) {
    if (!field.relationship.empty() && equals_ignore_case_ascii(field.relationship, name)) return &field;
  }
  return nullptr;
}

// The object that a reference by key points into: the only one possible, or the one that "attributes" names.
const Table* target_of(const Org& org, const Knobs& knobs, const Field& field, const Json& reference) {
  std::string_view wanted = field.reference_to.front();
  const Json* attributes = find_member(reference, "attributes");
  const Json* type =
      attributes != nullptr && attributes->is_object() ? find_member(*attributes, "type") : nullptr;
  if (type != nullptr && type->is_string()) wanted = type->get_ref<const std::string&>();
  const auto same = [&](const std::string& name) { return equals_ignore_case_ascii(name, wanted); };
  if (std::none_of(field.reference_to.begin(), field.reference_to.end(), same)) return nullptr;
  return knobs.object_enabled(wanted) ? org.table(wanted) : nullptr;
}

Outcome<mapping::Value> resolve_reference(const Org& org, const Knobs& knobs, const Field& field,
                                          const Json& reference) {
  const Table* target = target_of(org, knobs, field, reference);
  const Field* key = nullptr;
  const Json* value = nullptr;
  size_t keys = 0;
  for (const auto& [name, json] : reference.items()) {
    if (equals_ignore_case_ascii(name, "attributes")) continue;
    ++keys;
    key = target == nullptr ? nullptr : target->type().find(name);
    value = &json;
  }
  if (keys != 1 || key == nullptr || !is_key(*key) || !value->is_primitive() || value->is_null() ||
      !knobs.field_visible(target->type().name(), key->name)) {
    return api_error(std::string(code::kInvalidField),
                     "The relationship " + field.relationship + " needs one external id field and its value");
  }
  const mapping::Value sought = typed_key(*key, *value);
  const auto rows = org.find_by_key(*target, *key, sought);
  if (rows.size() != 1) {
    const std::string problem = rows.empty() ? " not found" : " matches more than one record";
    return api_error(std::string(code::kInvalidField),
                     "Foreign key external ID: " + to_lower_ascii(sought.to_text()) + problem +
                         " for field " + key->name + " in entity " + std::string(target->type().name()));
  }
  return mapping::Value(target->id(rows.front()));
}

}  // namespace

Outcome<Json> parse_json(std::string_view body) {
  if (is_nested_too_deep(body)) return parser_error("The request is nested too deep");
  try {
    return Json::parse(body);
  } catch (const Json::parse_error& error) {
    return broken_json(body, error.byte);
  } catch (const Json::exception&) {
    return parser_error("Numeric value out of range");
  }
}

Outcome<Json> parse_request_body(const http::ServerRequest& request) {
  if (const auto type = request.headers.get("Content-Type")) {
    const std::string_view media = trim_ascii(type->substr(0, type->find(';')));
    if (!media.empty() && !equals_ignore_case_ascii(media, "application/json")) {
      return api_error(415, std::string(code::kUnsupportedMediaType),
                       "Content type " + std::string(media) + " is not supported");
    }
  }
  if (trim_ascii(request.body).empty()) {
    return parser_error("The HTTP entity body is required, but this request has no entity body.");
  }
  PD_ASSIGN(json, parse_json(request.body));
  if (!json.is_object()) return wrong_shape("sobject", json);
  return json;
}

ApiError wrong_shape(std::string_view what, const Json& value) {
  std::string message =
      "Cannot deserialize instance of " + std::string(what) + " from " + std::string(json_token(value));
  if (value.is_primitive() && !value.is_null()) message += " " + plain_value(value).to_text();
  return parser_error(message + " or request may be missing a required field");
}

const Json* find_member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  for (auto at = object.begin(); at != object.end(); ++at) {
    if (equals_ignore_case_ascii(at.key(), name)) return &at.value();
  }
  return nullptr;
}

Outcome<FieldValues> record_fields(const Org& org, const Knobs& knobs, const Table& table, const Json& record,
                                   std::span<const std::string_view> set_apart) {
  FieldValues fields;
  const ObjectType& type = table.type();
  for (const auto& [name, json] : record.items()) {
    const auto is_name = [&name = name](std::string_view n) { return equals_ignore_case_ascii(n, name); };
    if (is_name("attributes") || std::any_of(set_apart.begin(), set_apart.end(), is_name)) continue;
    const Field* field = type.find(name);
    const Field* lookup = field == nullptr ? field_of_relationship(type, name) : nullptr;
    const Field* seen = field == nullptr ? lookup : field;
    if (seen == nullptr || !knobs.field_visible(type.name(), seen->name)) return no_such_column(table, name);
    if (lookup != nullptr && json.is_object()) {
      PD_ASSIGN(id, resolve_reference(org, knobs, *lookup, json));
      fields.emplace_back(lookup->name, std::move(id));
    } else if (lookup != nullptr && !json.is_null()) {
      return no_such_column(table, name);
    } else if (json.is_structured()) {
      return wrong_shape(describe_type(seen->kind), json);
    } else {
      fields.emplace_back(seen->name, plain_value(json));
    }
  }
  return fields;
}

mapping::Value plain_value(const Json& json) {
  if (json.is_string()) return mapping::Value(json.get_ref<const std::string&>());
  if (json.is_boolean()) return mapping::Value(json.get<bool>());
  if (json.is_number_unsigned() && json.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX))
    return mapping::Value(json.get<double>());
  if (json.is_number_integer()) return mapping::Value(json.get<int64_t>());
  if (json.is_number()) return mapping::Value(json.get<double>());
  return mapping::Value::null();
}

mapping::Value typed_key(const Field& key, const Json& sent) {
  mapping::Value value = plain_value(sent);
  if (!value.is_string()) return value;
  auto typed = value_of_text(key, value.str());
  return typed ? *std::move(typed) : value;
}

bool is_key(const Field& field) {
  return field.column >= 0 && (field.kind == FieldKind::kId || field.has(kExternalId | kIdLookup));
}

ApiError no_such_key(std::string_view name) {
  return api_error(404, std::string(code::kNotFound),
                   "Provided external ID field does not exist or is not accessible: " + std::string(name));
}

}  // namespace prospectd::sandbox
