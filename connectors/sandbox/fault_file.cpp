#include "connectors/sandbox/fault_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "connectors/http/syntax.h"
#include "connectors/sandbox/fault_kinds.h"
#include "connectors/sandbox/fault_request.h"
#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;
using Type = FaultParameterType;

constexpr int64_t kCountMax = 1'000'000'000'000;
constexpr size_t kListMax = kFaultLogMax;
constexpr size_t kTextMax = 10'000;

Error bad_plan(const std::string& place, const std::string& what) {
  return make_error(ErrorCode::kConfigInvalid, place + " " + what);
}

Result<void> check_object(const Json& json, const std::string& place, std::string_view keys) {
  if (!json.is_object()) return bad_plan(place, "must be an object");
  for (const auto& [key, value] : json.items()) {
    if (!is_among(keys, key))
      return bad_plan(place + "." + key, "is not known; known are " + std::string(keys));
  }
  return {};
}

Result<int64_t> whole_in(const Json& json, const std::string& place, int64_t min, int64_t max) {
  // Compared as a double first: what doesn't fit into 64 bits is out of range, too.
  const bool fits = json.is_number_integer() && json.get<double>() >= static_cast<double>(min) &&
                    json.get<double>() <= static_cast<double>(max);
  if (fits) return json.get<int64_t>();
  return bad_plan(place, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
}

Result<std::string> text_in(const Json& json, const std::string& place) {
  if (json.is_string() && json.get_ref<const std::string&>().size() <= kTextMax)
    return json.get<std::string>();
  return bad_plan(place, "must be a text of at most " + std::to_string(kTextMax) + " bytes");
}

Result<double> share_in(const Json& json, const std::string& place) {
  if (json.is_number() && json.get<double>() >= 0 && json.get<double>() <= 1) return json.get<double>();
  return bad_plan(place, "must be a number from 0 to 1");
}

/// One number, or a list of them; sorted.
Result<std::vector<int64_t>> numbers_in(const Json& json, const std::string& place) {
  const Json list = json.is_array() ? json : Json::array({json});
  if (list.size() > kListMax)
    return bad_plan(place, "has more than " + std::to_string(kListMax) + " numbers");
  std::vector<int64_t> numbers;
  for (const Json& one : list) {
    PD_ASSIGN(number, whole_in(one, place, 1, kCountMax));
    numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

/// One text, or a list of them.
Result<std::vector<std::string>> texts_in_plan(const Json& json, const std::string& place) {
  const Json list = json.is_array() ? json : Json::array({json});
  if (list.size() > kListMax) return bad_plan(place, "has more than " + std::to_string(kListMax) + " texts");
  std::vector<std::string> texts;
  for (const Json& one : list) {
    PD_ASSIGN(text, text_in(one, place));
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<FaultScope> read_scope(const Json& json, const std::string& place) {
  PD_TRY(check_object(json, place, "operation,method,path,object,where"));
  FaultScope on;
  if (json.contains("operation")) {
    PD_ASSIGN(operations, texts_in_plan(json["operation"], place + ".operation"));
    for (const std::string& operation : operations) {
      if (!is_among(kFaultOperations, operation))
        return bad_plan(place + ".operation", "must be among " + std::string(kFaultOperations));
    }
    on.operations = std::move(operations);
  }
  const std::pair<const char*, std::string FaultScope::*> texts[] = {{"method", &FaultScope::method},
                                                                     {"path", &FaultScope::path},
                                                                     {"object", &FaultScope::object},
                                                                     {"where", &FaultScope::where}};
  for (const auto& [key, member] : texts) {
    if (!json.contains(key)) continue;
    PD_ASSIGN(text, text_in(json[key], place + "." + key));
    on.*member = std::move(text);
  }
  if (on.path.starts_with('/')) on.path.erase(0, 1);
  return on;
}

Result<FaultTiming> read_timing(const Json& json, const std::string& place) {
  PD_TRY(check_object(json, place, "after,until,nth,every,probability,times,rows,calls,written_rows"));
  FaultTiming when;
  const std::pair<const char*, int64_t FaultTiming::*> counts[] = {{"after", &FaultTiming::after},
                                                                   {"until", &FaultTiming::until},
                                                                   {"every", &FaultTiming::every},
                                                                   {"times", &FaultTiming::times},
                                                                   {"rows", &FaultTiming::rows}};
  for (const auto& [key, member] : counts) {
    if (!json.contains(key)) continue;
    PD_ASSIGN(number,
              whole_in(json[key], place + "." + key, member == &FaultTiming::after ? 0 : 1, kCountMax));
    when.*member = number;
  }
  if (json.contains("nth")) {
    PD_ASSIGN(nth, numbers_in(json["nth"], place + ".nth"));
    when.nth = std::move(nth);
  }
  if (json.contains("probability")) {
    PD_ASSIGN(probability, share_in(json["probability"], place + ".probability"));
    when.probability = probability;
  }
  for (const auto& [key, member] :
       {std::pair{"calls", &FaultTiming::calls}, std::pair{"written_rows", &FaultTiming::written_rows}}) {
    if (!json.contains(key)) continue;
    PD_ASSIGN(numbers, numbers_in(json[key], place + "." + key));
    when.*member = std::move(numbers);
  }
  return when;
}

Result<void> check_headers(const Json& json, const std::string& place) {
  if (!json.is_object()) return bad_plan(place, "must be an object of texts");
  for (const auto& [name, value] : json.items()) {
    if (http::is_token(name) && value.is_string() &&
        http::is_field_value(value.get_ref<const std::string&>()))
      continue;
    return bad_plan(place + "." + name, "can't be sent as a header");
  }
  return {};
}

Result<void> check_parameter(const FaultParameter& parameter, const Json& json, const std::string& place) {
  switch (parameter.type) {
    case Type::kWhole:
      PD_TRY(whole_in(json, place, parameter.min, parameter.max));
      return {};
    case Type::kShare:
      PD_TRY(share_in(json, place));
      return {};
    case Type::kChoice:
      if (json.is_string() && is_among(parameter.choices, json.get_ref<const std::string&>())) return {};
      return bad_plan(place, "must be among " + std::string(parameter.choices));
    case Type::kHeader:
      if (json.is_string() && http::is_field_value(json.get_ref<const std::string&>())) return {};
      return bad_plan(place, "must be a text that can be sent in a header");
    case Type::kText:
      PD_TRY(text_in(json, place));
      return {};
    case Type::kFlag:
      if (json.is_boolean()) return {};
      return bad_plan(place, "must be true or false");
    case Type::kTexts:
      if (!json.is_array()) return bad_plan(place, "must be a list of texts");
      PD_TRY(texts_in_plan(json, place));
      return {};
    case Type::kHeaders:
      return check_headers(json, place);
    case Type::kObject:
      if (json.is_object()) return {};
      return bad_plan(place, "must be an object");
  }
  return {};
}

Result<void> check_with(const FaultKind& kind, const Json& with, const std::string& place) {
  PD_TRY(check_object(with, place, kind.parameters));
  for (const auto& [key, value] : with.items())
    PD_TRY(check_parameter(*find_fault_parameter(key), value, place + "." + key));
  std::string_view rest = kind.parameters;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    std::string_view one = rest.substr(0, comma);
    const bool needed = one.ends_with('!');
    if (needed) one.remove_suffix(1);
    if (needed && !with.contains(one)) return bad_plan(place + "." + std::string(one), "is missing");
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return {};
}

std::string names_of_kinds() {
  std::string names;
  for (const FaultKind& kind : fault_kinds())
    names += (names.empty() ? "" : ",") + std::string(kind.name);
  return names;
}

// How often a rule strikes that doesn't say so: what sends a client back to its login must come to an end.
int64_t times_otherwise(const FaultRule& rule) {
  constexpr int kUnauthorized = 401;
  constexpr int64_t kUnauthorizedTimes = 2;
  const bool listed = rule.when.calls || rule.when.written_rows;
  if (listed) return 0;
  const int status = rule.with->value("status", rule.kind->answer.status);
  return status == kUnauthorized ? kUnauthorizedTimes : rule.kind->times;
}

// What counts records alone has no meaning for a request.
Result<void> check_rule(const FaultRule& rule, const std::string& place) {
  const bool of_rows = rule.kind->phase == FaultPhase::kRow;
  if (!of_rows && !rule.on.where.empty())
    return bad_plan(place + ".on.where", "is for lock_row and refuse_row alone");
  if (!of_rows && (rule.when.rows > 0 || rule.when.written_rows))
    return bad_plan(place + ".when", "counts records, which is for lock_row and refuse_row alone");
  if (!rule.on.where.empty() && rule.on.object.empty())
    return bad_plan(place + ".on.where", "needs the object beside it");
  return {};
}

Result<FaultRule> read_rule(const Json& json, const std::string& place) {
  PD_TRY(check_object(json, place, "name,on,when,fault,with"));
  FaultRule rule;
  if (json.contains("name")) {
    PD_ASSIGN(name, text_in(json["name"], place + ".name"));
    rule.name = std::move(name);
  }
  if (!json.contains("fault")) return bad_plan(place + ".fault", "is missing");
  PD_ASSIGN(fault, text_in(json["fault"], place + ".fault"));
  rule.kind = find_fault_kind(fault);
  if (rule.kind == nullptr) return bad_plan(place + ".fault", "must be among " + names_of_kinds());
  PD_ASSIGN(on, read_scope(json.value("on", Json::object()), place + ".on"));
  PD_ASSIGN(when, read_timing(json.value("when", Json::object()), place + ".when"));
  rule.on = std::move(on);
  rule.when = std::move(when);
  rule.source = std::make_shared<const Json>(json);
  rule.with = std::make_shared<const Json>(json.value("with", Json::object()));
  PD_TRY(check_with(*rule.kind, *rule.with, place + ".with"));
  PD_TRY(check_rule(rule, place));
  if (rule.when.times == 0) rule.when.times = times_otherwise(rule);
  return rule;
}

// The rules again, each for the very requests or records that it has struck.
Json replay_of(const FaultPlan& plan) {
  std::vector<Json> calls(plan.rules().size(), Json::array());
  for (const FaultLogEntry& entry : plan.log())
    calls[entry.rule].push_back(entry.row > 0 ? entry.row : entry.call);
  Json rules = Json::array();
  for (size_t i = 0; i < calls.size(); ++i) {
    Json rule = *plan.rules()[i].source;
    const bool of_rows = plan.rules()[i].kind->phase == FaultPhase::kRow;
    rule["when"] = Json{{of_rows ? "written_rows" : "calls", std::move(calls[i])}};
    rules.push_back(std::move(rule));
  }
  return Json{{"seed", plan.seed()}, {"rules", std::move(rules)}};
}

}  // namespace

Result<FaultFile> read_fault_plan(const Json& plan) {
  if (!plan.is_object()) return bad_plan("a plan", "must be an object");
  for (const auto& [key, value] : plan.items()) {
    if (key != "seed" && key != "rules") return bad_plan(key, "is not known; known are seed,rules");
  }
  FaultFile file;
  if (plan.contains("seed")) {
    if (!plan["seed"].is_number_unsigned()) return bad_plan("seed", "must be a whole number from 0");
    file.seed = plan["seed"].get<uint64_t>();
  }
  const auto rules = plan.find("rules");
  if (rules == plan.end() || !rules->is_array()) return bad_plan("rules", "must be a list of rules");
  if (rules->size() > kFaultRulesMax)
    return bad_plan("rules", "are more than " + std::to_string(kFaultRulesMax));
  for (size_t i = 0; i < rules->size(); ++i) {
    PD_ASSIGN(rule, read_rule((*rules)[i], "rules[" + std::to_string(i) + "]"));
    file.rules.push_back(std::move(rule));
  }
  return file;
}

Result<FaultFile> read_fault_plan(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return make_error(ErrorCode::kConfigInvalid, json.error().message);
  return read_fault_plan(*json);
}

Json fault_report(const FaultPlan& plan) {
  Json rules = Json::array();
  for (const FaultRule& rule : plan.rules()) {
    Json told = *rule.source;
    told["seen"] = rule.seen;
    told["fired"] = rule.fired;
    rules.push_back(std::move(told));
  }
  Json log = Json::array();
  for (const FaultLogEntry& entry : plan.log()) {
    const FaultRule& rule = plan.rules()[entry.rule];
    Json told = {{"call", entry.call},
                 {"rule", entry.rule},
                 {"fault", rule.kind->name},
                 {"method", entry.method},
                 {"path", entry.path}};
    if (!rule.name.empty()) told["name"] = rule.name;
    if (entry.row > 0) told["written_row"] = entry.row;
    if (!entry.failure.empty()) told["failure"] = entry.failure;
    log.push_back(std::move(told));
  }
  return Json{{"seed", plan.seed()},       {"calls", plan.calls()}, {"written_rows", plan.written_rows()},
              {"rules", std::move(rules)}, {"log", std::move(log)}, {"log_left_out", plan.log_left_out()},
              {"replay", replay_of(plan)}};
}

}  // namespace prospectd::sandbox
