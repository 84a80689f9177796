// Faults that happen in the organisation: sessions and cursors end, people and programs write, fields change.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connectors/sandbox/admin_fields.h"
#include "connectors/sandbox/admin_knobs.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/fault_kinds.h"
#include "connectors/sandbox/front_state.h"
#include "connectors/sandbox/random.h"

namespace prospectd::sandbox {
namespace {

using nlohmann::json;

ApiError not_played(std::string why) {
  return api_error("NOT_PLAYED", std::move(why));
}

// A list of values in place of one: the next of them each time. "{n}" in a text is the number of the record.
json set_for(const FaultTurn& turn, int64_t number) {
  json set = turn.with["set"];
  for (auto& [name, value] : set.items()) {
    if (value.is_array()) {
      if (value.empty()) continue;
      const auto at = static_cast<size_t>(turn.fired.time - 1) % value.size();
      json one = value[at];
      value = std::move(one);
    }
    if (!value.is_string()) continue;
    constexpr std::string_view kMark = "{n}";
    auto text = value.get<std::string>();
    if (const size_t at = text.find(kMark); at != std::string::npos)
      text.replace(at, kMark.size(), std::to_string(number));
    value = std::move(text);
  }
  return json{{"set", std::move(set)}};
}

WriteOptions commit_of(const FaultTurn& turn, Random& random) {
  const json& with = turn.with;
  WriteOptions options;
  const int64_t drawn = random.below(with.value("up_to_seconds", int64_t{0}) + 1);
  if (with.contains("stamped_before_seconds")) {
    options.stamped_before = seconds(with["stamped_before_seconds"].get<int64_t>() + drawn);
  } else if (with.contains("visible_after_seconds") || with.contains("up_to_seconds")) {
    options.visible_after = seconds(with.value("visible_after_seconds", int64_t{0}) + drawn);
  }
  return options;
}

// `count` of these, drawn; all of them where there are no more.
std::vector<Row> some_of(std::vector<Row> rows, int64_t count, Random& random) {
  const size_t some = std::min(rows.size(), static_cast<size_t>(count));
  if (some == rows.size()) return rows;
  for (size_t i = 0; i < some; ++i)
    std::swap(rows[i], rows[i + static_cast<size_t>(random.below(static_cast<int64_t>(rows.size() - i)))]);
  rows.resize(some);
  return rows;
}

FieldChange field_change_of(const json& with, const std::string& change) {
  FieldChange out;
  if (change == "shorten") out.length = with.value("length", 1);
  if (change == "retype") out.kind = kind_of_describe_type(with.value("type", ""));
  if (change == "deactivate") out.inactive_value = with.value("value", "");
  return out;
}

}  // namespace

Outcome<void> play_expire_session(const FaultTurn& turn, Handled&) {
  Sessions& sessions = turn.state.sessions;
  if (turn.with.value("refresh_tokens", false)) sessions.withdraw_all();
  if (turn.with.value("everyone", false)) {
    sessions.close_all();
    return {};
  }
  const auto token = token_in(turn.request);
  if (!token || !sessions.close(*token)) return not_played("the request has no session");
  return {};
}

Outcome<void> play_drop_cursors(const FaultTurn& turn, Handled&) {
  const auto token = token_in(turn.request);
  if (!token || !turn.state.sessions.drop_cursors(*token)) return not_played("the request has no session");
  return {};
}

Outcome<void> play_knobs(const FaultTurn& turn, Handled&) {
  Knobs knobs = turn.state.knobs;
  PD_TRY(knobs_from_json(turn.with["knobs"], knobs));
  turn.state.change_knobs(std::move(knobs));
  return {};
}

Outcome<void> play_change_field(const FaultTurn& turn, Handled&) {
  const std::string object = turn.with["object"];
  const std::string field = turn.with["field"];
  const std::string change = turn.with["change"];
  if (change != "hide" && change != "show")
    return turn.state.org.change_field(object, field, field_change_of(turn.with, change));
  Knobs knobs = turn.state.knobs;
  auto& hidden = knobs.hidden_fields[to_lower_ascii(object)];
  if (change == "hide") {
    hidden.insert(to_lower_ascii(field));
  } else {
    hidden.erase(to_lower_ascii(field));
  }
  turn.state.change_knobs(std::move(knobs));
  return {};
}

Outcome<void> play_edit(const FaultTurn& turn, Handled&) {
  Org& org = turn.state.org;
  Table* table = org.table(turn.with["object"].get_ref<const std::string&>());
  if (table == nullptr) return not_found();
  Random random(turn.fired.draw);
  PD_ASSIGN(matching, org.rows_matching(*table, turn.with.value("where", "")));
  const auto rows = some_of(std::move(matching), turn.with.value("rows", int64_t{1}), random);
  int64_t number = 0;
  for (const Row row : rows) {
    PD_ASSIGN(fields, plain_fields(org, table, set_for(turn, ++number), "set"));
    const std::string id(table->id(row));
    PD_TRY(org.update(table->type().name(), id, fields, commit_of(turn, random)));
  }
  if (rows.empty()) return not_played("there is no such record");
  return {};
}

Outcome<void> play_create(const FaultTurn& turn, Handled&) {
  Org& org = turn.state.org;
  const Table* table = org.table(turn.with["object"].get_ref<const std::string&>());
  if (table == nullptr) return not_found();
  Random random(turn.fired.draw);
  const int64_t rows = turn.with.value("rows", int64_t{1});
  for (int64_t i = 0; i < rows; ++i) {
    const int64_t number = (turn.fired.time - 1) * rows + i + 1;
    PD_ASSIGN(fields, plain_fields(org, table, set_for(turn, number), "set"));
    PD_TRY(org.create(table->type().name(), fields, commit_of(turn, random)));
  }
  return {};
}

Outcome<void> play_counter_edit(const FaultTurn& turn, Handled&) {
  Org& org = turn.state.org;
  Random random(turn.fired.draw);
  const std::vector<std::string> ids = std::move(turn.state.written_ids);
  turn.state.written_ids.clear();
  int64_t number = 0;
  for (const std::string& id : ids) {
    PD_ASSIGN(fields, plain_fields(org, org.table_of_id(id), set_for(turn, ++number), "set"));
    PD_TRY(org.update({}, id, fields, commit_of(turn, random)));
  }
  if (ids.empty()) return not_played("the request has written nothing");
  return {};
}

}  // namespace prospectd::sandbox
