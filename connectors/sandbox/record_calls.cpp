#include "connectors/sandbox/record_calls.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

constexpr std::string_view kIdName = "Id";

// "allowSave=true; includeRecordDetails=true": whether a header of that form says yes to `option`.
bool header_option(std::string_view header, std::string_view option) {
  while (!header.empty()) {
    const size_t end = header.find_first_of(";,");
    const std::string_view pair = trim_ascii(header.substr(0, end));
    const size_t equal = pair.find('=');
    if (equal != std::string_view::npos &&
        equals_ignore_case_ascii(trim_ascii(pair.substr(0, equal)), option))
      return equals_ignore_case_ascii(trim_ascii(pair.substr(equal + 1)), "true");
    if (end == std::string_view::npos) break;
    header.remove_prefix(end + 1);
  }
  return false;
}

// What the headers of the call say about its writes (SALESFORCE_API §15).
WriteOptions write_options_of(const Call& call) {
  WriteOptions options;
  const auto assign = call.request.headers.get("Sforce-Auto-Assign");
  options.auto_assign = !assign || !equals_ignore_case_ascii(trim_ascii(*assign), "false");
  const auto rules = call.request.headers.get("Sforce-Duplicate-Rule-Header");
  options.save_duplicates = rules && header_option(*rules, "allowSave");
  return options;
}

}  // namespace

Outcome<Table*> visible_table(const Call& call, std::string_view object) {
  Table* table = call.state.org.table(object);
  if (table == nullptr || !call.state.knobs.object_enabled(table->type().name())) return not_found();
  return table;
}

Outcome<Table*> table_of_record(const Call& call, const nlohmann::json& record) {
  const nlohmann::json* attributes = find_member(record, "attributes");
  const nlohmann::json* type = attributes == nullptr ? nullptr : find_member(*attributes, "type");
  if (type == nullptr || !type->is_string()) {
    return api_error(std::string(code::kInvalidType), "The attributes of a record have to name its type");
  }
  const auto& name = type->get_ref<const std::string&>();
  auto table = visible_table(call, name);
  if (!table) {
    return api_error(std::string(code::kInvalidType), "sObject type '" + name + "' is not supported.");
  }
  return table;
}

Outcome<const Field*> visible_key(const Call& call, const Table& table, std::string_view name) {
  const Field* field = table.type().find(name);
  const bool visible =
      field != nullptr && is_key(*field) && call.state.knobs.field_visible(table.type().name(), field->name);
  if (!visible) return no_such_key(name);
  return field;
}

Outcome<Row> live_row(const Call& call, const Table& table, std::string_view id) {
  const auto canonical = salesforce_wire::canonical_id(id);
  if (!canonical || call.state.org.table_of_id(*canonical) != &table) {
    return api_error(std::string(code::kMalformedId), "malformed id " + std::string(id));
  }
  const auto row = table.find(*canonical);
  if (!row || table.state(*row) == RowState::kPurged) return not_found();
  if (table.state(*row) == RowState::kDeleted) {
    return api_error(404, std::string(code::kEntityIsDeleted), "entity is deleted");
  }
  return *row;
}

std::vector<std::string> split_names(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const size_t comma = list.find(',');
    names.emplace_back(trim_ascii(list.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return names;
}

Outcome<std::vector<const Field*>> fields_to_read(const Call& call, const Table& table,
                                                  const std::optional<std::vector<std::string>>& names) {
  const ObjectType& type = table.type();
  const Knobs& knobs = call.state.knobs;
  std::vector<const Field*> fields;
  if (!names) {
    for (const Field& f : type.fields()) {
      if (knobs.field_visible(type.name(), f.name)) fields.push_back(&f);
    }
    return fields;
  }
  for (const std::string& name : *names) {
    const Field* field = type.find(name);
    if (field == nullptr || !knobs.field_visible(type.name(), field->name)) {
      return api_error(std::string(code::kInvalidField),
                       "No such column '" + name + "' on sobject of type " + std::string(type.name()));
    }
    if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
  }
  return fields;
}

Outcome<Saved> create_record(Call& call, const Table& table, const nlohmann::json& record) {
  if (find_member(record, kIdName) != nullptr) {
    return api_error(std::string(code::kInvalidField),
                     "The Id field should not be specified in the sobject data.");
  }
  PD_ASSIGN(fields, record_fields(call.state.org, call.state.knobs, table, record));
  PD_ASSIGN(change, call.state.org.create(table.type().name(), fields, write_options_of(call)));
  return Saved{std::move(change.id), true};
}

Outcome<Saved> update_record(Call& call, const Table& table, std::string_view id,
                             const nlohmann::json& record) {
  constexpr std::string_view kSetApart[] = {kIdName};
  PD_TRY(live_row(call, table, id));
  PD_ASSIGN(fields, record_fields(call.state.org, call.state.knobs, table, record, kSetApart));
  PD_ASSIGN(change, call.state.org.update(table.type().name(), id, fields, write_options_of(call)));
  return Saved{std::move(change.id), false};
}

Outcome<Saved> upsert_record(Call& call, const Table& table, const Field& key, const mapping::Value& value,
                             const std::vector<Row>& matches, const nlohmann::json& record) {
  const std::string_view set_apart[] = {key.name};
  PD_ASSIGN(fields, record_fields(call.state.org, call.state.knobs, table, record, set_apart));
  if (!matches.empty()) {
    PD_ASSIGN(change, call.state.org.update(table.type().name(), table.id(matches.front()), fields,
                                            write_options_of(call)));
    return Saved{std::move(change.id), false};
  }
  if (key.kind == FieldKind::kId && !value.is_null()) return not_found();
  if (key.kind != FieldKind::kId) fields.emplace_back(key.name, value);
  PD_ASSIGN(change, call.state.org.create(table.type().name(), fields, write_options_of(call)));
  return Saved{std::move(change.id), true};
}

std::string record_url(const Call& call, const Table& table, std::string_view id) {
  return call.base() + "/sobjects/" + std::string(table.type().name()) + "/" + std::string(id);
}

std::string saved_json(const Saved& saved, bool with_created) {
  std::string out = "{\"id\":\"" + saved.id + "\",\"success\":true,\"errors\":[]";
  if (with_created) out += std::string(",\"created\":") + (saved.created ? "true" : "false");
  return out + "}";
}

}  // namespace prospectd::sandbox
