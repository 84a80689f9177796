// Owners and accounts: resolved through the map, by policy where they can't be, and resolved late when they
// arrive (F23, §11, §13).
#include "tests/unit/reconcile/page_fixture.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;

class ReferenceTest : public PageTest {
 protected:
  UserRecord user(const char* id, const char* email, bool active = true, UserKind kind = UserKind::kPerson) {
    UserRecord u;
    u.id = RemoteId(id);
    u.version = at(1);
    u.name = id;
    u.email = email;
    u.kind = kind;
    u.active = active;
    u.hash = Value(std::string(id) + email).hash(active ? 1 : 2);
    return u;
  }

  Plan poll_users(std::vector<UserRecord> page) {
    PageSnapshot seen = world_;
    Plan plan = plan_user_page(policy_, {lead_, contact_}, page, seen);
    for (const Step& step : plan.steps)
      apply_to(world_, step);
    world_.next_user = seen.next_user;
    return plan;
  }

  void wait_for(const char* remote, const char* record_id) {
    world_.waiting_prospects[RemoteId(remote)].push_back(link_of(record_id).prospect);
  }
};

TEST_F(ReferenceTest, OwnerUnknown_Unassigned_IsKeptRaw_AndResolvedWhenTheUserArrives) {
  poll(lead_, {record("00Q1", 10, "ada@x.test", "", "005B")});
  EXPECT_TRUE(prospect_of("00Q1").fields[field::kOwner].is_blank());
  EXPECT_EQ(link_of("00Q1").pending, (std::vector<PendingRef>{{field::kOwner, RemoteId("005B")}}));
  wait_for("005B", "00Q1");
  const Plan plan = poll_users({user("005B", "bo@x.test")});
  EXPECT_TRUE(journaled(plan, Reason::kReferenceResolved));
  EXPECT_EQ(prospect_of("00Q1").fields[field::kOwner], Value(world_.users.at(RemoteId("005B")).id.value));
  EXPECT_TRUE(link_of("00Q1").pending.empty());
}

TEST_F(ReferenceTest, OwnerIsAQueue_FollowsThePolicy) {
  poll_users({user("00G1", "", true, UserKind::kQueue)});
  poll(lead_, {record("00Q1", 10, "ada@x.test", "", "00G1")});
  EXPECT_TRUE(prospect_of("00Q1").fields[field::kOwner].is_blank());
}

TEST_F(ReferenceTest, OwnerInactive_PolicyKeep_LeavesTheOwnerAsItIs) {
  policy_.owner_fallback = OwnerPolicy::kKeep;
  poll_users({user("005B", "bo@x.test", false)});
  poll(lead_, {record("00Q1", 10, "ada@x.test", "", "005A")});
  poll(lead_, {record("00Q1", 11, "ada@x.test", "", "005B")});
  EXPECT_EQ(prospect_of("00Q1").fields[field::kOwner], Value(int64_t{7}));
}

TEST_F(ReferenceTest, OwnerInactive_PolicyDefaultUser) {
  policy_.owner_fallback = OwnerPolicy::kDefaultUser;
  policy_.default_user = UserId{7};
  poll_users({user("005B", "bo@x.test", false)});
  poll(lead_, {record("00Q1", 10, "ada@x.test", "", "005B")});
  EXPECT_EQ(prospect_of("00Q1").fields[field::kOwner], Value(int64_t{7}));
}

TEST_F(ReferenceTest, OwnerChangesToAQueue_Unassigned_TakesTheOwnerAway) {
  poll_users({user("00G1", "", true, UserKind::kQueue)});
  poll(lead_, {record("00Q1", 10, "ada@x.test", "", "005A")});
  poll(lead_, {record("00Q1", 11, "ada@x.test", "", "00G1")});
  EXPECT_TRUE(prospect_of("00Q1").fields[field::kOwner].is_blank());
}

TEST_F(ReferenceTest, ADeactivatedUserKeepsWhatTheyOwn) {
  poll(lead_, {record("00Q1", 10, "ada@x.test", "CTO", "005A")});
  poll_users({user("005A", "", false)});
  poll(lead_, {record("00Q1", 11, "ada@x.test", "CEO", "005A")});
  EXPECT_EQ(prospect_of("00Q1").fields[field::kOwner], Value(int64_t{7}));
}

TEST_F(ReferenceTest, OwnerChangeIsCounted) {
  poll_users({user("005B", "bo@x.test")});
  poll(lead_, {record("00Q1", 10, "ada@x.test", "", "005A")});
  EXPECT_EQ(poll(lead_, {record("00Q1", 11, "ada@x.test", "", "005B")}).counts.owners, 1);
}

TEST_F(ReferenceTest, AccountUnknown_IsResolvedWhenItArrives) {
  auto contact = record("0031", 10, "ada@x.test");
  contact.values[4] = Value("0019");
  poll(contact_, {contact});
  EXPECT_TRUE(prospect_of("0031").fields[field::kAccount].is_blank());
  wait_for("0019", "0031");
  mapping::MappingSpec spec_of_account{
      "Account", {spec("Name", "name"), spec("OwnerId", "owner")}, "test.yaml"};
  const auto map = mapping::FieldMap::compile_account(spec_of_account);
  ASSERT_TRUE(map);
  mapping::MappedRecord account;
  account.id = RemoteId("0019");
  account.version = at(5);
  account.hash = 5;
  account.values = {Value("Globex"), Value("005A")};
  PageSnapshot seen = world_;
  const Plan plan = plan_account_page(*map, {lead_, contact_}, policy_, {"Account", {account}, {}}, seen);
  for (const Step& step : plan.steps)
    apply_to(world_, step);
  const Account& made = world_.accounts.at(RemoteId("0019"));
  EXPECT_EQ(made.fields[mapping::account_field::kName], Value("Globex"));
  EXPECT_EQ(made.fields[mapping::account_field::kOwner], Value(int64_t{7}));
  EXPECT_EQ(prospect_of("0031").fields[field::kAccount], Value(made.id.value));
}

TEST_F(ReferenceTest, S13_UsersAreMatchedByEmail) {
  User here;
  here.id = UserId{42};
  here.name = "Bo";
  here.email_key = "bo@x.test";
  world_.users_by_email["bo@x.test"] = here;
  const Plan plan = poll_users({user("005B", "Bo@x.test")});
  EXPECT_EQ(plan.counts.linked, 1);
  EXPECT_EQ(world_.users.at(RemoteId("005B")).id, UserId{42});
}

TEST_F(ReferenceTest, S13_UsersCreateOff_CreatesNone) {
  policy_.users_create = false;
  EXPECT_TRUE(poll_users({user("005B", "bo@x.test")}).empty());
}

TEST_F(ReferenceTest, I5_AKnownUserWritesNothing) {
  poll_users({user("005B", "bo@x.test")});
  EXPECT_TRUE(poll_users({user("005B", "bo@x.test")}).empty());
}

}  // namespace
}  // namespace prospectd::reconcile
