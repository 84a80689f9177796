// The contract of saved plans: written whole, read whole until they expire, bounded in number.
#include "tests/contract/store_contract.h"

namespace prospectd::store {

using reconcile::DropPlan;
using reconcile::SavedPlan;
using reconcile::SavePlan;

namespace {

constexpr int64_t kThen = 4'000'000'000;

SavedPlan plan_of(const std::string& id, int64_t created = kThen) {
  SavedPlan plan;
  plan.id = id;
  plan.kind = "push";
  plan.actor = "ana";
  plan.created_at = at(created);
  plan.expires_at = at(created + 100);
  return plan;
}

}  // namespace

TEST_P(StoreContract, ASavedPlanIsReadAsItWasWrittenUntilItExpires) {
  SavedPlan plan = plan_of("p-7f3a");
  plan.connection = "salesforce";
  plan.force = plan.blanks = true;
  plan.filter = "tag:\"hot\"";
  plan.prospects = 2;
  plan.inputs = {{{3}, "salesforce", 7, at(5), 0xffff'ffff'ffff'fff1}, {{9}, "salesforce", 0, {}, 0}};
  plan.told = R"({"rows":[]})";
  must_commit({SavePlan{plan}});
  EXPECT_EQ(*reader()->saved_plan("p-7f3a", at(kThen + 20)), plan);
  EXPECT_FALSE(*reader()->saved_plan("p-7f3a", at(kThen + 100)));
  EXPECT_FALSE(*reader()->saved_plan("p-0000", at(kThen + 20)));
  EXPECT_EQ(reader()->saved_plans(at(kThen + 20))->size(), 1U);
  EXPECT_TRUE(reader()->saved_plans(at(kThen + 100))->empty());
  must_commit({DropPlan{"p-7f3a"}});
  EXPECT_FALSE(*reader()->saved_plan("p-7f3a", at(kThen + 20)));
}

TEST_P(StoreContract, OfSavedPlansTheNewestAreKept) {
  const auto many = static_cast<int64_t>(reconcile::kSavedPlansMax);
  for (int64_t i = 0; i < many + 2; ++i)
    must_commit({SavePlan{plan_of("p-" + std::to_string(i), kThen + i)}});
  const auto plans = *reader()->saved_plans(at(kThen));
  ASSERT_EQ(plans.size(), reconcile::kSavedPlansMax);
  EXPECT_EQ(plans.front().id, "p-" + std::to_string(many + 1));
  EXPECT_EQ(plans.back().id, "p-2");
}

}  // namespace prospectd::store
