#include "reconcile/store/sqlite_plans.h"

#include <nlohmann/json.hpp>

#include "reconcile/store/sqlite_rows.h"

namespace prospectd::store {
namespace {

using reconcile::PlanInput;
using reconcile::SavedPlan;
using PlanTree = nlohmann::json;

std::string plan_text(const PlanTree& tree) {
  return tree.dump(-1, ' ', false, PlanTree::error_handler_t::replace);
}

PlanTree parse_plan(std::string_view text) {
  return PlanTree::parse(text.begin(), text.end(), nullptr, false);
}

std::string order_of(const SavedPlan& plan) {
  return plan_text({{"connection", plan.connection},
                    {"force", plan.force},
                    {"blanks", plan.blanks},
                    {"filter", plan.filter},
                    {"prospects", plan.prospects}});
}

// [[prospect, connection, version, record, hash]]; a hash needs all its bits.
std::string inputs_of(const SavedPlan& plan) {
  PlanTree inputs = PlanTree::array();
  for (const PlanInput& input : plan.inputs)
    inputs.push_back(
        {input.prospect.value, input.connection, input.version, ms_of(input.record), input.hash});
  return plan_text(inputs);
}

bool is_input(const PlanTree& row) {
  return row.is_array() && row.size() == 5 && row[0].is_number_integer() && row[1].is_string() &&
         row[2].is_number_integer() && row[3].is_number_integer() && row[4].is_number_integer();
}

bool take_inputs(std::string_view text, SavedPlan& plan) {
  const PlanTree inputs = parse_plan(text);
  if (!inputs.is_array()) return false;
  for (const PlanTree& row : inputs) {
    if (!is_input(row)) return false;
    plan.inputs.push_back({ProspectId{row[0].get<int64_t>()}, row[1].get<std::string>(),
                           row[2].get<int64_t>(), time_of(row[3].get<int64_t>()), row[4].get<uint64_t>()});
  }
  return true;
}

bool take_order(std::string_view text, SavedPlan& plan) {
  const PlanTree order = parse_plan(text);
  if (!order.is_object()) return false;
  plan.connection = order.value("connection", std::string());
  plan.force = order.value("force", false);
  plan.blanks = order.value("blanks", false);
  plan.filter = order.value("filter", std::string());
  plan.prospects = order.value("prospects", int64_t{0});
  return true;
}

// `large`: the columns of the inputs and of what was told.
std::string select_plans(const char* large) {
  return "SELECT id, kind, actor, plan_order, " + std::string(large) +
         ", created_at, expires_at FROM saved_plans ";
}

Result<SavedPlan> plan_row(const Database& db, const Query& query) {
  SavedPlan plan;
  plan.id = query.text(0);
  plan.kind = query.text(1);
  plan.actor = query.text(2);
  plan.told = query.text(5);
  plan.created_at = time_of(query.integer(6));
  plan.expires_at = time_of(query.integer(7));
  if (!take_order(query.text(3), plan) || !take_inputs(query.text(4), plan))
    return damaged(db.path(), "a saved plan has an order or inputs that are none");
  return plan;
}

}  // namespace

Result<std::vector<SavedPlan>> read_saved_plans(Database& db, Timestamp now) {
  Statement statement(db, select_plans("'[]', ''") + "WHERE expires_at > ? ORDER BY created_at DESC, id");
  Query query(statement);
  query.bind(ms_of(now));
  std::vector<SavedPlan> plans;
  while (query.step()) {
    PD_ASSIGN(plan, plan_row(db, query));
    plans.push_back(std::move(plan));
  }
  PD_TRY(query.done());
  return plans;
}

Result<std::optional<SavedPlan>> read_saved_plan(Database& db, const std::string& id, Timestamp now) {
  Statement statement(db, select_plans("inputs, told") + "WHERE id = ? AND expires_at > ?");
  Query query(statement);
  query.bind(id).bind(ms_of(now));
  std::optional<SavedPlan> found;
  if (query.step()) {
    PD_ASSIGN(plan, plan_row(db, query));
    found = std::move(plan);
  }
  PD_TRY(query.done());
  return found;
}

Result<void> write_saved_plan(Database& db, const SavedPlan& plan, Timestamp now) {
  Statement put(db,
                "INSERT INTO saved_plans (id, kind, actor, plan_order, inputs, told, created_at, expires_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  const std::string order = order_of(plan);
  const std::string inputs = inputs_of(plan);
  Query query(put);
  query.bind(plan.id).bind(plan.kind).bind(plan.actor).bind(order).bind(inputs).bind(plan.told);
  query.bind(ms_of(plan.created_at)).bind(ms_of(plan.expires_at));
  PD_TRY(query.run());
  Statement forget(
      db,
      "DELETE FROM saved_plans WHERE expires_at <= ? OR id IN (SELECT id FROM saved_plans ORDER BY "
      "created_at DESC, id LIMIT -1 OFFSET " +
          std::to_string(reconcile::kSavedPlansMax) + ")");
  Query old(forget);
  old.bind(ms_of(now));
  return old.run();
}

Result<void> drop_saved_plan(Database& db, const std::string& id) {
  Statement statement(db, "DELETE FROM saved_plans WHERE id = ?");
  Query query(statement);
  query.bind(id);
  return query.run();
}

}  // namespace prospectd::store
