// What happens on this side during a simulated run.
#include "mapping/email_key.h"
#include "tests/sim/sim_life.h"

namespace prospectd::test {

using mapping::Value;

void Life::make_here() {
  if (plan_.writes) return make_for_the_crm();
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

// Its name says whose record it becomes, whatever happens to that.
void Life::make_for_the_crm() {
  const std::string name = kMadeHere + std::to_string(++counter_);
  const auto made = world_.try_make_here(
      {{"email", Value(dice_.of_thousand(700) ? pool_address() : name + "@here.example")},
       {"last_name", Value(name)},
       {"company", Value("Here")}});
  if (!made) return;  // somebody has the address
  say("made here: prospect " + std::to_string(made->value) + " " + name);
  memory_.made_here.insert(made->value);
}

void Life::edit_here() {
  if (plan_.writes && dice_.of_thousand(100)) return make_here();
  if (dice_.of_thousand(plan_.edits_of_all_per_mille)) return edit_all_here();
  const auto rows = world_.prospects();
  if (rows.empty()) return;
  const ProspectId id = dice_.pick(rows).prospect.id;
  const std::vector<std::string> names = {"first_name", "title", "phone", "opted_out"};
  const std::string name = dice_.pick(names);
  const bool opt_out = name == "opted_out";
  const bool blank = plan_.writes && !opt_out && dice_.of_thousand(150);
  say("edit here: prospect " + std::to_string(id.value) + " " + name + (blank ? " is blank" : ""));
  if (blank) memory_.blanked_here.emplace(id.value, world_.schema().find(name));
  world_.edit_here(id, name, opt_out ? Value(true) : blank ? Value::null() : Value(draw_name()));
  ++edits_;
  // What goes out agrees again in the end.
  if (!plan_.writes) memory_.edited_here.emplace(id.value, world_.schema().find(name));
  if (opt_out) memory_.opted_out_here.insert(id.value);
}

// As a program would: more than one call writes.
void Life::edit_all_here() {
  say("edit here: everybody");
  for (const store::ProspectRow& row : world_.prospects())
    world_.edit_here(row.prospect.id, "phone", Value(draw_name()));
  ++edits_;
}

}  // namespace prospectd::test
