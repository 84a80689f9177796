// The fault plan at work: how requests and written records meet it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "connectors/sandbox/admin_knobs.h"
#include "connectors/sandbox/fault_file.h"
#include "connectors/sandbox/fault_kinds.h"
#include "connectors/sandbox/fault_request.h"
#include "connectors/sandbox/front_state.h"

namespace prospectd::sandbox {
namespace {

std::string words_of(const ApiError& error) {
  return error.code + ": " + error.message;
}

// An object that is named has to be there, and a condition has to be one about it.
Result<void> check_records(const Org& org, const std::string& object, const std::string& where,
                           const std::string& place) {
  if (object.empty()) return {};
  const Table* table = org.table(object);
  if (table == nullptr)
    return make_error(ErrorCode::kConfigInvalid, place + ".object is no object of this organisation");
  const auto checked = where.empty() ? Outcome<void>() : org.check_condition(*table, where);
  if (checked) return {};
  return make_error(ErrorCode::kConfigInvalid, place + ".where: " + words_of(checked.error()));
}

// The parameters that name what only an organisation tells.
Result<void> check_parameters(const nlohmann::json& with, const std::string& place) {
  if (with.contains("type") && !kind_of_describe_type(with["type"].get_ref<const std::string&>()))
    return make_error(ErrorCode::kConfigInvalid, place + ".type is no type that a field here can have");
  Knobs knobs;
  const auto taken = with.contains("knobs") ? knobs_from_json(with["knobs"], knobs) : Outcome<void>();
  if (!taken) return make_error(ErrorCode::kConfigInvalid, place + ".knobs: " + taken.error().message);
  return {};
}

}  // namespace

Result<void> Front::State::check_faults(const FaultFile& file, bool objects_may_come) const {
  for (size_t i = 0; i < file.rules.size(); ++i) {
    const FaultRule& rule = file.rules[i];
    const nlohmann::json& with = *rule.with;
    const std::string place = "rules[" + std::to_string(i) + "]";
    PD_TRY(check_parameters(with, place + ".with"));
    if (objects_may_come) continue;
    PD_TRY(check_records(org, rule.on.object, rule.on.where, place + ".on"));
    PD_TRY(check_records(org, with.value("object", ""), with.value("where", ""), place + ".with"));
  }
  return {};
}

void Front::State::advance() {
  org.settle();
  if (faults.watches_rows()) {
    const FaultRequest jobs = bulk_fault_request();
    const Writing scope(*this, jobs);
    bulk.advance(knobs);
  } else {
    bulk.advance(knobs);
  }
  async_jobs.advance();
}

Result<void> Front::State::play(FaultFile file) {
  PD_TRY(check_faults(file, false));
  faults.begin(file.seed, std::move(file.rules));
  if (faults.watches_rows()) {
    org.guard_writes([this](const WrittenRow& row) { return judge_row(row); });
  } else {
    org.guard_writes({});
  }
  return {};
}

Outcome<void> Front::State::judge_row(const WrittenRow& written) {
  if (writing == nullptr) return {};
  const FaultRow row{written.operation, written.table.type().name(), written.table.id(written.row),
                     [&](const std::string& where) {
                       const auto holds = org.row_matches(written.table, where, written.row);
                       return holds && *holds;
                     }};
  const auto fired = faults.strike_row(row, *writing);
  if (!fired) {
    constexpr size_t kWrittenMax = 10'000;
    if (written_ids.size() < kWrittenMax) written_ids.emplace_back(row.id);
    return {};
  }
  return row_refusal(faults.rule(*fired), row.id);
}

Handled Front::State::answer_with_faults(const http::ServerRequest& request, std::string_view path) {
  const FaultRequest seen = fault_request_of(*this, request);
  const std::vector<FiredFault> fired = faults.strike(seen);
  Handled answer;
  const auto play_all = [&](FaultPhase phase) {
    for (const FiredFault& fault : fired) {
      const FaultRule& rule = faults.rule(fault);
      if (rule.kind->phase != phase) continue;
      const auto played = rule.kind->play({*this, request, *rule.with, fault, *rule.kind}, answer);
      if (!played) faults.note_failure(fault, words_of(played.error()));
    }
  };
  const auto* instead = std::find_if(fired.data(), fired.data() + fired.size(), [&](const FiredFault& fault) {
    return faults.rule(fault).kind->phase == FaultPhase::kInstead;
  });
  const bool replaced = instead != fired.data() + fired.size();
  const bool committed = replaced && faults.rule(*instead).with->value("committed", false);
  play_all(FaultPhase::kBefore);
  if (!replaced || committed) {
    written_ids.clear();
    const Writing scope(*this, seen);
    answer = route(request, path);
  }
  play_all(FaultPhase::kInstead);
  if (!answer.poll) {
    play_all(FaultPhase::kAfter);
    return answer;
  }
  for (const FiredFault& fault : fired) {
    if (faults.rule(fault).kind->phase == FaultPhase::kAfter)
      faults.note_failure(fault, "the answer waits for events");
  }
  return answer;
}

}  // namespace prospectd::sandbox
