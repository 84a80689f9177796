#include "connectors/sandbox/admin_knobs.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;

struct NumberKnob {
  const char* name;
  int64_t min;
  int64_t max;
  int64_t (*get)(const Knobs&);
  void (*set)(Knobs&, int64_t);
};
constexpr int64_t kSecondsMax = 366LL * 86'400;
constexpr int64_t kDelayMaxMs = 60'000;
constexpr int64_t kCountMax = 1'000'000'000'000;
constexpr NumberKnob kNumbers[] = {
    {"session_idle_seconds", 0, kSecondsMax, [](const Knobs& k) -> int64_t { return k.session_idle.count(); },
     [](Knobs& k, int64_t n) { k.session_idle = std::chrono::seconds(n); }},
    {"token_requests_max", 0, kCountMax, [](const Knobs& k) { return k.token_requests_max; },
     [](Knobs& k, int64_t n) { k.token_requests_max = n; }},
    {"daily_limit", 0, kCountMax, [](const Knobs& k) { return k.daily_limit; },
     [](Knobs& k, int64_t n) { k.daily_limit = n; }},
    {"app_limit", 0, kCountMax, [](const Knobs& k) { return k.app_limit; },
     [](Knobs& k, int64_t n) { k.app_limit = n; }},
    {"page_size_max", 1, 2'000, [](const Knobs& k) -> int64_t { return k.page_size_max; },
     [](Knobs& k, int64_t n) { k.page_size_max = static_cast<int>(n); }},
    {"cursors_per_session", 1, 1'000,
     [](const Knobs& k) -> int64_t { return static_cast<int64_t>(k.cursors_per_session); },
     [](Knobs& k, int64_t n) { k.cursors_per_session = static_cast<size_t>(n); }},
    {"cursor_idle_seconds", 0, kSecondsMax, [](const Knobs& k) -> int64_t { return k.cursor_idle.count(); },
     [](Knobs& k, int64_t n) { k.cursor_idle = std::chrono::seconds(n); }},
    {"bulk_queue_seconds", 0, kSecondsMax,
     [](const Knobs& k) -> int64_t { return k.bulk_queue_time.count(); },
     [](Knobs& k, int64_t n) { k.bulk_queue_time = std::chrono::seconds(n); }},
    {"bulk_run_seconds", 0, kSecondsMax, [](const Knobs& k) -> int64_t { return k.bulk_run_time.count(); },
     [](Knobs& k, int64_t n) { k.bulk_run_time = std::chrono::seconds(n); }},
    {"bulk_rows_per_step", 1, kCountMax, [](const Knobs& k) { return k.bulk_rows_per_step; },
     [](Knobs& k, int64_t n) { k.bulk_rows_per_step = n; }},
    {"bulk_page_rows_max", 1, kCountMax, [](const Knobs& k) { return k.bulk_page_rows_max; },
     [](Knobs& k, int64_t n) { k.bulk_page_rows_max = n; }},
    {"bulk_query_jobs_max", 0, kCountMax, [](const Knobs& k) { return k.bulk_query_jobs_max; },
     [](Knobs& k, int64_t n) { k.bulk_query_jobs_max = n; }},
    {"bulk_batches_max", 0, kCountMax, [](const Knobs& k) { return k.bulk_batches_max; },
     [](Knobs& k, int64_t n) { k.bulk_batches_max = n; }},
    {"bulk_records_max", 0, kCountMax, [](const Knobs& k) { return k.bulk_records_max; },
     [](Knobs& k, int64_t n) { k.bulk_records_max = n; }},
    {"events_daily_max", 0, kCountMax, [](const Knobs& k) { return k.events_daily_max; },
     [](Knobs& k, int64_t n) { k.events_daily_max = n; }},
    {"cometd_timeout_milliseconds", 0, 110'000,
     [](const Knobs& k) -> int64_t { return k.cometd_timeout.count(); },
     [](Knobs& k, int64_t n) { k.cometd_timeout = std::chrono::milliseconds(n); }},
    {"version_min", 7, 200, [](const Knobs& k) -> int64_t { return k.version_min; },
     [](Knobs& k, int64_t n) { k.version_min = static_cast<int>(n); }},
    {"version_max", 7, 200, [](const Knobs& k) -> int64_t { return k.version_max; },
     [](Knobs& k, int64_t n) { k.version_max = static_cast<int>(n); }},
    {"date_offset_seconds", -kSecondsMax, kSecondsMax,
     [](const Knobs& k) -> int64_t { return k.date_offset.count(); },
     [](Knobs& k, int64_t n) { k.date_offset = std::chrono::seconds(n); }},
    {"answer_delay_milliseconds", 0, kDelayMaxMs,
     [](const Knobs& k) -> int64_t { return k.answer_delay.count(); },
     [](Knobs& k, int64_t n) { k.answer_delay = std::chrono::milliseconds(n); }},
};

struct FlagKnob {
  const char* name;
  bool Knobs::*flag;
};
constexpr FlagKnob kFlags[] = {{"run_as_configured", &Knobs::run_as_configured},
                               {"user_approved", &Knobs::user_approved},
                               {"refresh_needs_secret", &Knobs::refresh_needs_secret},
                               {"rotate_refresh_tokens", &Knobs::rotate_refresh_tokens},
                               {"api_enabled", &Knobs::api_enabled},
                               {"duplicate_result_spelled_right", &Knobs::duplicate_result_spelled_right},
                               {"change_events", &Knobs::change_events},
                               {"bulk_results_reversed", &Knobs::bulk_results_reversed}};

struct TextKnob {
  const char* name;
  std::string Knobs::*text;
};
constexpr TextKnob kTexts[] = {{"app_name", &Knobs::app_name},
                               {"jwt_audience", &Knobs::jwt_audience},
                               {"refuse_logins", &Knobs::refuse_logins}};

ApiError bad(const std::string& name, const char* wanted) {
  return api_error("INVALID_INPUT", name + " must be " + wanted);
}

Outcome<std::set<std::string>> names_of(const std::string& knob, const Json& json) {
  std::set<std::string> names;
  if (!json.is_array()) return bad(knob, "a list of names");
  for (const Json& name : json) {
    if (!name.is_string()) return bad(knob, "a list of names");
    names.insert(to_lower_ascii(name.get_ref<const std::string&>()));
  }
  return names;
}

Outcome<void> set_hidden_fields(const Json& json, Knobs& knobs) {
  if (!json.is_object()) return bad("hidden_fields", "an object of lists");
  knobs.hidden_fields.clear();
  for (const auto& [object, fields] : json.items()) {
    PD_ASSIGN(names, names_of("hidden_fields", fields));
    knobs.hidden_fields[to_lower_ascii(object)] = std::move(names);
  }
  return {};
}

Outcome<void> set_one(const std::string& name, const Json& json, Knobs& knobs) {
  for (const NumberKnob& k : kNumbers) {
    if (name != k.name) continue;
    const bool beyond = json.is_number_unsigned() && json.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX);
    if (!json.is_number_integer() || beyond || json.get<int64_t>() < k.min || json.get<int64_t>() > k.max) {
      std::string range = "a whole number from " + std::to_string(k.min) + " to " + std::to_string(k.max);
      if (json.is_string()) range += ", not a text; on a command line " + name + ":=NUMBER";
      return bad(name, range.c_str());
    }
    k.set(knobs, json.get<int64_t>());
    return {};
  }
  for (const FlagKnob& k : kFlags) {
    if (name != k.name) continue;
    if (!json.is_boolean()) return bad(name, "true or false, on a command line behind ':='");
    knobs.*(k.flag) = json.get<bool>();
    return {};
  }
  for (const TextKnob& k : kTexts) {
    if (name != k.name) continue;
    constexpr size_t kTextMax = 4'096;
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (!json.is_string() || json.get_ref<const std::string&>().size() > kTextMax)
      return bad(name, "a text of at most 4,096 bytes");
    // It goes into a header; what refuses logins may be as hostile as an answer can be.
    if (name == "app_name" && std::ranges::any_of(json.get_ref<const std::string&>(), control))
      return bad(name, "a text of one line");
    knobs.*(k.text) = json.get<std::string>();
    return {};
  }
  if (name == "disabled_objects") {
    PD_ASSIGN(names, names_of(name, json));
    knobs.disabled_objects = std::move(names);
    return {};
  }
  if (name == "hidden_fields") return set_hidden_fields(json, knobs);
  return api_error("INVALID_INPUT", "there is no knob " + name);
}

}  // namespace

Json knobs_to_json(const Knobs& knobs) {
  Json out = {{"disabled_objects", knobs.disabled_objects}, {"hidden_fields", knobs.hidden_fields}};
  for (const TextKnob& k : kTexts)
    out[k.name] = knobs.*(k.text);
  for (const NumberKnob& k : kNumbers)
    out[k.name] = k.get(knobs);
  for (const FlagKnob& k : kFlags)
    out[k.name] = knobs.*(k.flag);
  return out;
}

Outcome<void> knobs_from_json(const Json& json, Knobs& knobs) {
  for (const auto& [name, value] : json.items())
    PD_TRY(set_one(name, value, knobs));
  return {};
}

}  // namespace prospectd::sandbox
