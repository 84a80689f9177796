// Single records: create, read, update, delete, by id and by key (SALESFORCE_API §4).
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/record_calls.h"
#include "connectors/sandbox/record_conditions.h"
#include "connectors/sandbox/record_writer.h"
#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;
namespace code = salesforce_wire::error_name;

constexpr int kUpsertTellsVersion = 46;  ///< from here on an upsert says what it did, also when it updated

http::Response no_content() {
  http::Response answer;
  answer.status = 204;
  return answer;
}

bool reads(const Call& call) {
  return call.method == "GET" || call.method == "HEAD";
}

http::Response created_answer(const Call& call, const Table& table, const Saved& saved, bool with_created) {
  http::Response answer = json_answer(201, saved_json(saved, with_created));
  answer.headers.set("Location", record_url(call, table, saved.id));
  return answer;
}

Outcome<http::Response> read_row(Call& call, const Table& table, Row row) {
  PD_ASSIGN(unmet, check_conditions(call.request, true, table, row));
  if (unmet) return *std::move(unmet);
  const auto list = call.parameter("fields");
  PD_ASSIGN(fields, fields_to_read(call, table, list ? std::optional(split_names(*list)) : std::nullopt));
  std::string body;
  RecordWriter(table, fields, call.version.text()).append(body, row);
  ++call.state.stats.records_served;
  http::Response answer = json_answer(200, std::move(body));
  add_validators(answer, table, row);
  return answer;
}

// A body of a record that the path names already, by one of these fields.
Outcome<Json> body_without(const Call& call, std::initializer_list<std::string_view> names) {
  PD_ASSIGN(body, parse_request_body(call.request));
  for (const std::string_view name : names) {
    if (find_member(body, name) == nullptr) continue;
    return api_error(std::string(code::kInvalidField),
                     "The " + std::string(name) + " field should not be specified in the sobject data.");
  }
  return body;
}

Outcome<http::Response> change_row(Call& call, const Table& table, Row row) {
  PD_ASSIGN(unmet, check_conditions(call.request, false, table, row));
  if (unmet) return *std::move(unmet);
  PD_ASSIGN(body, body_without(call, {"Id"}));
  PD_TRY(update_record(call, table, table.id(row), body));
  return no_content();
}

Outcome<http::Response> delete_row(Call& call, const Table& table, Row row) {
  PD_TRY(call.state.org.remove(table.id(row)));
  return no_content();
}

// A delete has its own words for a record that never was.
ApiError in_words_of_delete(ApiError error) {
  if (error.code != code::kNotFound) return error;
  return api_error(404, std::string(code::kInvalidCrossReferenceKey), "invalid cross reference id");
}

// The record at the end of a path of lookups; nothing where one of them is empty.
struct Followed {
  const Table* table;
  std::optional<Row> row;
};
Outcome<Followed> follow(const Call& call, const Table& table, Row row) {
  Followed place{&table, row};
  for (size_t i = 3; i < call.segments.size() && place.row; ++i) {
    const ObjectType& type = place.table->type();
    const Field* lookup = nullptr;
    for (const Field& field : type.fields()) {
      const bool named =
          !field.relationship.empty() && equals_ignore_case_ascii(field.relationship, call.segments[i]);
      if (named && call.state.knobs.field_visible(type.name(), field.name)) lookup = &field;
    }
    if (lookup == nullptr) return not_found();
    const std::string_view id = place.table->text(*place.row, lookup->column);
    const Table* target = id.empty() ? nullptr : call.state.org.table_of_id(id);
    if (target != nullptr && !call.state.knobs.object_enabled(target->type().name())) return not_found();
    const auto found = target == nullptr ? std::nullopt : target->find(id);
    const bool live = found && target->state(*found) == RowState::kLive;
    place = live ? Followed{target, found} : Followed{place.table, std::nullopt};
  }
  return place;
}

http::Response several_matches(const Call& call, const Table& table, const std::vector<Row>& rows) {
  std::string body = "[";
  for (const Row row : rows)
    body += (body.size() == 1 ? "" : ",") + json_quote(record_url(call, table, table.id(row)));
  return json_answer(300, body + "]");
}

Outcome<http::Response> upsert_by_key(Call& call, const Table& table, const Field& key,
                                      const mapping::Value& value, const std::vector<Row>& matches) {
  if (matches.empty() && call.parameter("updateOnly") == "true") return not_found();
  if (!matches.empty()) {
    PD_ASSIGN(unmet, check_conditions(call.request, false, table, matches.front()));
    if (unmet) return *std::move(unmet);
  }
  PD_ASSIGN(body, body_without(call, {key.name, "Id"}));
  PD_ASSIGN(saved, upsert_record(call, table, key, value, matches, body));
  const bool tells = call.version.major >= kUpsertTellsVersion;
  if (saved.created) return created_answer(call, table, saved, tells);
  if (!tells) return no_content();
  return json_answer(200, saved_json(saved, true));
}

}  // namespace

Outcome<http::Response> answer_create(Call& call) {
  PD_ASSIGN(table, visible_table(call, call.segments[1]));
  PD_ASSIGN(body, parse_request_body(call.request));
  PD_ASSIGN(saved, create_record(call, *table, body));
  return created_answer(call, *table, saved, false);
}

Outcome<http::Response> answer_record(Call& call) {
  PD_ASSIGN(table, visible_table(call, call.segments[1]));
  const std::string& sent = call.segments[2];
  if (call.method == "POST") {
    constexpr int kPostByIdVersion = 37;
    const bool by_id = equals_ignore_case_ascii(sent, "Id") && call.version.major >= kPostByIdVersion;
    if (!by_id) return method_not_allowed("POST", "DELETE,GET,HEAD,PATCH");
    PD_ASSIGN(body, parse_request_body(call.request));
    PD_ASSIGN(saved, create_record(call, *table, body));
    return created_answer(call, *table, saved, call.version.major >= kUpsertTellsVersion);
  }
  if (!salesforce_wire::canonical_id(sent)) return no_such_key(sent);
  auto row = live_row(call, *table, sent);
  if (!row) return call.method == "DELETE" ? in_words_of_delete(row.error()) : row.error();
  if (reads(call)) return read_row(call, *table, *row);
  return call.method == "DELETE" ? delete_row(call, *table, *row) : change_row(call, *table, *row);
}

Outcome<http::Response> answer_related(Call& call) {
  PD_ASSIGN(table, visible_table(call, call.segments[1]));
  if (!salesforce_wire::canonical_id(call.segments[2])) return not_found();
  PD_ASSIGN(row, live_row(call, *table, call.segments[2]));
  PD_ASSIGN(place, follow(call, *table, row));
  if (!place.row) return no_content();
  return read_row(call, *place.table, *place.row);
}

Outcome<http::Response> answer_keyed_record(Call& call) {
  PD_ASSIGN(table, visible_table(call, call.segments[1]));
  const auto as_field = visible_key(call, *table, call.segments[2]);
  if (!as_field && salesforce_wire::canonical_id(call.segments[2])) {
    return reads(call) ? answer_related(call) : method_not_allowed(call.method, "GET,HEAD");
  }
  PD_ASSIGN(key, as_field);
  const mapping::Value value = typed_key(*key, Json(call.segments[3]));
  const std::vector<Row> matches = call.state.org.find_by_key(*table, *key, value);
  if (matches.size() > 1) return several_matches(call, *table, matches);
  if (call.method == "PATCH") return upsert_by_key(call, *table, *key, value, matches);
  if (matches.empty()) return not_found();
  return reads(call) ? read_row(call, *table, matches.front()) : delete_row(call, *table, matches.front());
}

}  // namespace prospectd::sandbox
