// Prospects and users that were made here and that no record of a CRM stands behind. For tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "mapping/email_key.h"
#include "tests/support/world.h"

namespace prospectd::test {

/// Applies one step as a person's doing.
inline void apply_here(World& world, const reconcile::PageKeys& keys,
                       const std::function<reconcile::Step(reconcile::PageSnapshot&)>& make) {
  auto transaction = world.store().begin();
  ASSERT_TRUE(transaction) << transaction.error().text();
  auto snapshot = (*transaction)->snapshot(keys);
  ASSERT_TRUE(snapshot) << snapshot.error().text();
  reconcile::Plan plan;
  plan.cause = {"edit", "", "a person"};
  plan.steps.push_back(make(*snapshot));
  const auto applied = (*transaction)->apply(plan, world.scheduler().now());
  ASSERT_TRUE(applied) << applied.error().text();
  const auto committed = (*transaction)->commit();
  ASSERT_TRUE(committed) << committed.error().text();
}

/// A prospect with this address and title that is linked to nothing.
inline ProspectId prospect_made_here(World& world, const std::string& email, const std::string& title) {
  ProspectId id;
  apply_here(world, reconcile::PageKeys{}, [&](reconcile::PageSnapshot& snapshot) -> reconcile::Step {
    reconcile::CreateProspect made;
    id = made.prospect.id = snapshot.next_prospect;
    made.prospect.version = 1;
    made.prospect.created_at = made.prospect.updated_at = world.scheduler().now();
    made.prospect.fields.assign(world.schema().size(), mapping::Value::null());
    made.prospect.fields[mapping::field::kEmail] = mapping::Value(email);
    made.prospect.fields[mapping::field::kTitle] = mapping::Value(title);
    made.prospect.addresses.push_back({mapping::email_key(email).value_or(""), email});
    return made;
  });
  return id;
}

/// A user with this address whom no CRM knows.
inline UserId user_made_here(World& world, const std::string& email) {
  UserId id;
  apply_here(world, reconcile::PageKeys{}, [&](reconcile::PageSnapshot& snapshot) -> reconcile::Step {
    reconcile::PutUser put;
    put.create = true;
    id = put.user.id = snapshot.next_user;
    put.user.name = "Made here";
    put.user.email_key = mapping::email_key(email).value_or("");
    return put;
  });
  return id;
}

}  // namespace prospectd::test
