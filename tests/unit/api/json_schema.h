// As much of JSON Schema as the OpenAPI document uses, read strictly: what a schema does not name is a
// complaint, unless it says additionalProperties. Pure.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace prospectd::api {

class SchemaCheck {
 public:
  using Json = nlohmann::ordered_json;

  /// `document`: where "#/…" leads to; outlives it.
  explicit SchemaCheck(const Json& document) : document_(document) {}

  /// What does not fit, each with its place; empty: all does.
  std::vector<std::string> complaints(const Json& schema, const Json& value) {
    found_.clear();
    check(schema, value, "");
    return found_;
  }

  const Json& resolved(const Json& schema) const {
    if (!schema.contains("$ref")) return schema;
    return resolved(document_.at(Json::json_pointer(schema["$ref"].get<std::string>().substr(1))));
  }

 private:
  static bool is_of(const std::string& type, const Json& value) {
    if (type == "null") return value.is_null();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    if (type == "array") return value.is_array();
    return type == "object" && value.is_object();
  }

  void complain(const std::string& place, const std::string& what) { found_.push_back(place + ": " + what); }

  void check(const Json& given, const Json& value, const std::string& place) {
    const Json& schema = resolved(given);
    check_type(schema, value, place);
    if (schema.contains("const") && value != schema["const"])
      complain(place, "is not " + schema["const"].dump());
    if (schema.contains("enum")) {
      const Json& values = schema["enum"];
      if (std::find(values.begin(), values.end(), value) == values.end())
        complain(place, "is none of its values");
    }
    if (value.is_object()) check_members(schema, value, place);
    if (!value.is_array() || !schema.contains("items")) return;
    for (size_t i = 0; i < value.size(); ++i)
      check(schema["items"], value[i], place + "/" + std::to_string(i));
  }

  void check_type(const Json& schema, const Json& value, const std::string& place) {
    if (!schema.contains("type")) return;
    const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
    for (const Json& type : types) {
      if (is_of(type, value)) return;
    }
    complain(place, value.dump() + " is no " + types.dump());
  }

  void check_members(const Json& schema, const Json& value, const std::string& place) {
    if (!schema.contains("type")) return;  // anything
    const Json none = Json::object();
    const Json& properties = schema.contains("properties") ? schema["properties"] : none;
    for (const auto& [name, member] : value.items()) {
      const std::string at = place + "/" + name;
      if (properties.contains(name)) {
        check(properties[name], member, at);
      } else if (!schema.contains("additionalProperties")) {
        complain(at, "is not documented");
      } else if (schema["additionalProperties"].is_object()) {
        check(schema["additionalProperties"], member, at);
      }
    }
    for (const Json& name : schema.value("required", Json::array())) {
      if (!value.contains(name.get<std::string>())) complain(place, "lacks " + name.dump());
    }
  }

  const Json& document_;
  std::vector<std::string> found_;
};

}  // namespace prospectd::api
