#include "daemon/wire/org_definitions.h"

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"

namespace prospectd::wire {
namespace {

using Json = nlohmann::json;
using sandbox::Field;
using sandbox::FieldKind;

std::optional<FieldKind> kind_named(std::string_view name) {
  for (int kind = 0; kind <= static_cast<int>(FieldKind::kAddress); ++kind) {
    if (sandbox::describe_type(static_cast<FieldKind>(kind)) == name) return static_cast<FieldKind>(kind);
  }
  return std::nullopt;
}

std::vector<std::string> texts_of(const Json& list) {
  std::vector<std::string> texts;
  for (const Json& text : list) {
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  return texts;
}

}  // namespace

std::string definition_of_field(const Field& field, bool custom) {
  if (!custom) return Json{{"name", field.name}}.dump();
  return Json{{"name", field.name},
              {"label", field.label},
              {"type", sandbox::describe_type(field.kind)},
              {"length", field.length},
              {"flags", field.flags},
              {"referenceTo", field.reference_to},
              {"relationship", field.relationship},
              {"children", field.children},
              {"picklist", field.picklist}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Field> field_of_definition(std::string_view text) {
  const auto json = cli::parse_json(text);
  if (!json || cli::text_at(*json, "name").empty()) return std::nullopt;
  Field field;
  field.name = cli::text_at(*json, "name");
  field.column = json->contains("type") ? -1 : 0;
  if (field.column == 0) return field;
  const auto kind = kind_named(cli::text_at(*json, "type"));
  field.label = cli::text_at(*json, "label");
  field.length = static_cast<int>(cli::number_at(*json, "length"));
  field.flags = static_cast<uint32_t>(cli::number_at(*json, "flags"));
  field.reference_to = texts_of(cli::member(*json, "referenceTo"));
  field.relationship = cli::text_at(*json, "relationship");
  field.children = cli::text_at(*json, "children");
  field.picklist = texts_of(cli::member(*json, "picklist"));
  const bool lacks_target = kind == FieldKind::kReference && field.reference_to.empty();
  const bool lacks_default =
      kind == FieldKind::kPicklist && field.has(sandbox::kDefaulted) && field.picklist.empty();
  if (!kind || *kind == FieldKind::kAddress || *kind == FieldKind::kId || lacks_target || lacks_default)
    return std::nullopt;
  field.kind = *kind;
  return field;
}

}  // namespace prospectd::wire
