#include "daemon/api/job_order.h"

#include <nlohmann/json.hpp>

#include "daemon/api/body.h"
#include "daemon/api/call.h"

namespace prospectd::api {
namespace {

engine::Direction direction_of(const Body& attributes, const std::string& pointer) {
  const std::string kind = text_member(attributes, pointer, "kind");
  for (const engine::Direction direction : {engine::Direction::kPull, engine::Direction::kPush})
    if (kind == name_of(direction)) return direction;
  refuse_member(pointer + "/kind", "\"kind\" must be one of pull, push");
}

std::vector<ProspectId> ids_of(const Body& list, const std::string& pointer) {
  if (!list.is_array() || list.empty())
    refuse_member(pointer, "\"prospects\" must be a list of numbers as texts, one at least");
  if (list.size() > reconcile::kJobIdsMax) {
    refuse_member(pointer, "at most " + std::to_string(reconcile::kJobIdsMax) +
                               " prospects can be named; a filter selects more");
  }
  std::vector<ProspectId> ids;
  for (const Body& one : list) {
    const auto number = one.is_string() ? number_of(one.get<std::string>()) : std::nullopt;
    if (!number) {
      refuse_member(pointer + "/" + std::to_string(ids.size()),
                    "a prospect is named by its number, like \"42\"");
    }
    ids.push_back({*number});
  }
  return ids;
}

// Exactly one of them, so that a member that was forgotten never means everybody.
void read_selection(const Body& attributes, const std::string& pointer, service::JobOrder& order) {
  const auto prospects = attributes.find("prospects");
  order.filter = text_or_nothing(attributes, pointer, "filter");
  const bool named = prospects != attributes.end();
  const bool all = flag_member(attributes, pointer, "all");
  const int ways = (named ? 1 : 0) + (order.filter.empty() ? 0 : 1) + (all ? 1 : 0);
  if (ways != 1)
    refuse_member(pointer, R"(say which prospects: one of "prospects", "filter" and "all": true)");
  if (named) order.prospects = ids_of(*prospects, pointer + "/prospects");
}

JobBody job_of(const Body& attributes, const std::string& pointer) {
  JobBody job;
  job.pointer = pointer;
  if (attributes.is_object() && attributes.contains("plan")) {
    check_members(attributes, pointer, {"plan"});  // which says the rest
    job.order.plan = text_member(attributes, pointer, "plan");
    if (job.order.plan.empty()) refuse_member(pointer + "/plan", "a plan is named like p-7f3a");
    return job;
  }
  check_members(
      attributes, pointer,
      {"kind", "prospects", "filter", "all", "force", "includeBlanks", "dryRun", "save", "connection"});
  job.order.direction = direction_of(attributes, pointer);
  read_selection(attributes, pointer, job.order);
  job.order.force = flag_member(attributes, pointer, "force");
  job.order.blanks = flag_member(attributes, pointer, "includeBlanks");
  job.order.dry_run = flag_member(attributes, pointer, "dryRun");
  job.save = flag_member(attributes, pointer, "save");
  if (job.save && !job.order.dry_run)
    refuse_member(pointer + "/save", "what is saved is a plan: \"dryRun\": true");
  job.order.connection = text_or_nothing(attributes, pointer, "connection");
  if (job.order.blanks && !job.order.force)
    refuse_member(pointer + "/includeBlanks", "blanks are only included in a force update: \"force\": true");
  return job;
}

}  // namespace

std::variant<JobBody, Refusal> parse_job_order(const std::string& body) {
  return read_body<JobBody>(body, [](const Body& whole) {
    std::string pointer;
    const Body& attributes = attributes_in(whole, "jobs", pointer, "");
    return job_of(attributes, pointer);
  });
}

std::variant<service::JobOrder, Refusal> parse_verification_order(const std::string& body) {
  return read_body<service::JobOrder>(body, [](const Body& whole) {
    std::string pointer;
    const Body& attributes = attributes_in(whole, "verifications", pointer, "");
    check_members(attributes, pointer, {"object", "connection", "repair", "yes", "dryRun"});
    service::JobOrder order;
    order.connection = text_or_nothing(attributes, pointer, "connection");
    order.dry_run = flag_member(attributes, pointer, "dryRun");
    order.verify.emplace();
    order.verify->object = text_or_nothing(attributes, pointer, "object");
    order.verify->repair = flag_member(attributes, pointer, "repair");
    order.verify->yes = flag_member(attributes, pointer, "yes");
    if (order.verify->yes && !order.verify->repair)
      refuse_member(pointer + "/yes", "only a repair has something to confirm: \"repair\": true");
    return order;
  });
}

}  // namespace prospectd::api
