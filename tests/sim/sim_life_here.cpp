// What happens on this side during a simulated run.
#include "mapping/email_key.h"
#include "tests/sim/sim_life.h"

namespace prospectd::test {

using mapping::Value;

void Life::make_here() {
  const std::string address = pool_address();
  auto transaction = world_.store().begin();
  if (!transaction) return;
  reconcile::PageKeys keys;
  keys.emails.push_back(*mapping::email_key(address));
  auto snapshot = (*transaction)->snapshot(keys);
  if (!snapshot || !snapshot->addresses.empty()) return;
  reconcile::CreateProspect made;
  made.prospect.id = snapshot->next_prospect;
  made.prospect.version = 1;
  made.prospect.fields.assign(world_.schema().size(), Value::null());
  made.prospect.fields[mapping::field::kEmail] = Value(address);
  made.prospect.fields[mapping::field::kLastName] = Value(draw_name());
  made.prospect.addresses.push_back({keys.emails.front(), address});
  made.prospect.created_at = made.prospect.updated_at = world_.scheduler().now();
  const int64_t id = made.prospect.id.value;
  reconcile::Plan plan;
  plan.cause = {"edit", "prospect", "a person"};
  plan.steps.emplace_back(std::move(made));
  if (!(*transaction)->apply(plan, world_.scheduler().now())) return;
  if ((*transaction)->commit()) memory_.made_here.insert(id);
}

void Life::edit_here() {
  const auto rows = world_.prospects();
  if (rows.empty()) return;
  const ProspectId id = dice_.pick(rows).prospect.id;
  const std::vector<std::string> names = {"first_name", "title", "phone", "opted_out"};
  const std::string name = dice_.pick(names);
  const bool opt_out = name == "opted_out";
  say("edit here: prospect " + std::to_string(id.value) + " " + name);
  world_.edit_here(id, name, opt_out ? Value(true) : Value(draw_name()));
  memory_.edited_here.emplace(id.value, world_.schema().find(name));
  if (opt_out) memory_.opted_out_here.insert(id.value);
}

}  // namespace prospectd::test
