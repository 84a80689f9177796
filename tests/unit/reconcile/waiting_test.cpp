// Everybody who waits for one user, or one account, gets them at once (F23).
#include "tests/unit/reconcile/page_fixture.h"

namespace prospectd::reconcile {
namespace {

TEST_F(PageTest, F23_AllWhoWaitForOneUserGetThem) {
  const std::vector<const char*> leads = {"00Q1", "00Q2", "00Q3", "00Q4", "00Q5"};
  for (const char* lead : leads) {
    poll(lead_, {record(lead, 10, (std::string(lead) + "@x.test").c_str(), "", "005B")});
    world_.waiting_prospects[RemoteId("005B")].push_back(link_of(lead).prospect);
  }
  UserRecord user;
  user.id = RemoteId("005B");
  user.version = at(1);
  user.name = "Bo";
  PageSnapshot seen = world_;
  const Plan plan = plan_user_page(policy_, {lead_, contact_}, {user}, seen);
  for (const Step& step : plan.steps)
    apply_to(world_, step);
  const Value bo(world_.users.at(RemoteId("005B")).id.value);
  for (const char* lead : leads) {
    EXPECT_EQ(prospect_of(lead).fields[mapping::field::kOwner], bo) << lead;
    EXPECT_TRUE(link_of(lead).pending.empty()) << lead;
  }
}

}  // namespace
}  // namespace prospectd::reconcile
