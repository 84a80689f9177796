#include "connectors/sandbox/admin_fields.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;

Outcome<mapping::Value> plain_field_value(const Org& org, const Field* field, const Json& json) {
  if (json.is_null()) return mapping::Value::null();
  if (json.is_boolean()) return mapping::Value(json.get<bool>());
  if (json.is_number_integer()) return mapping::Value(json.get<int64_t>());
  if (json.is_number()) return mapping::Value(json.get<double>());
  if (!json.is_string()) return bad_request("a field's value must be null, true, false, a number or a text");
  const auto& text = json.get_ref<const std::string&>();
  if (auto typed = field == nullptr ? std::nullopt : value_of_text(*field, text)) return *std::move(typed);
  const bool names_user =
      field != nullptr && field->kind == FieldKind::kReference && text.find('@') != std::string::npos &&
      std::find(field->reference_to.begin(), field->reference_to.end(), "User") != field->reference_to.end();
  return mapping::Value(names_user ? user_by_address(org, text) : text);
}

}  // namespace

ApiError bad_request(std::string message) {
  return api_error("INVALID_INPUT", std::move(message));
}

std::string user_by_address(const Org& org, const std::string& address) {
  const Table& users = *org.table("User");
  for (const std::string_view key : {"Username", "Email"}) {
    const int column = users.type().column(key);
    for (Row row = 0; row < users.rows(); ++row) {
      if (users.state(row) == RowState::kLive && equals_ignore_case_ascii(users.text(row, column), address)) {
        return std::string(users.id(row));
      }
    }
  }
  return address;
}

Outcome<FieldValues> plain_fields(const Org& org, const Table* table, const nlohmann::json& body,
                                  const char* key) {
  const auto at = body.find(key);
  FieldValues fields;
  if (at == body.end()) return fields;
  if (!at->is_object()) return bad_request(std::string(key) + " must be an object");
  for (const auto& [name, json] : at->items()) {
    const Field* field = table == nullptr ? nullptr : table->type().find(name);
    PD_ASSIGN(value, plain_field_value(org, field, json));
    fields.emplace_back(name, std::move(value));
  }
  return fields;
}

}  // namespace prospectd::sandbox
