// The overlay of a snapshot: what a step makes of it in memory, and whether a plan still fits it.
#include "reconcile/snapshot.h"

#include <gtest/gtest.h>

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;

constexpr ConnectionId kConnection{1};

Prospect prospect(int64_t id, const std::string& email = "") {
  Prospect p;
  p.id = {id};
  p.version = 1;
  p.fields.assign(field::kStandardCount, Value::null());
  if (!email.empty()) p.addresses = {{email, email}};
  return p;
}

Link link(int64_t prospect, const std::string& remote) {
  Link l;
  l.prospect = {prospect};
  l.connection = kConnection;
  l.object = "Lead";
  l.remote = RemoteId(remote);
  return l;
}

UpdateProspect change(int64_t id, int64_t expected, const std::string& title) {
  return {{id}, expected, {{field::kTitle, Value::null(), Value(title), Reason::kUpdatedFromCrm}}, {}, false};
}

UpdateProspect readdress(int64_t id, int64_t expected, const std::string& email) {
  UpdateProspect update = change(id, expected, "");
  update.addresses = std::vector<Address>{{email, email}};
  return update;
}

// Prospects 1 and 2, with the addresses a@ and b@ and the records L1 and L2.
class SnapshotTest : public testing::Test {
 protected:
  SnapshotTest() {
    s_.connection = kConnection;
    for (const auto& [id, email] : {std::pair{1, "a@x.test"}, {2, "b@x.test"}}) {
      const std::string remote = "L" + std::to_string(id);
      s_.prospects[{id}] = prospect(id, email);
      s_.addresses[email] = {id};
      s_.links[RemoteId(remote)] = link(id, remote);
      s_.link_of[{id}] = RemoteId(remote);
    }
    s_.next_prospect = {3};
  }

  void apply(const Step& step) { apply_to(s_, step); }

  // The plan fits, and what it makes of the snapshot is sound.
  void fits(std::vector<Step> steps) {
    Plan plan;
    plan.steps = std::move(steps);
    const auto can = can_apply(s_, plan);
    EXPECT_TRUE(can) << can.error().text();
  }
  std::string refused(std::vector<Step> steps) {
    Plan plan;
    plan.steps = std::move(steps);
    const auto can = can_apply(s_, plan);
    EXPECT_FALSE(can);
    if (can) return "";
    EXPECT_EQ(can.error().code, ErrorCode::kConflict);
    return can.error().message;
  }

  PageSnapshot s_;
};

// ---- apply_to ----

TEST_F(SnapshotTest, ACreationIsFoundByAllItsKeys) {
  apply(CreateProspect{prospect(7, "c@x.test"), link(7, "L7")});
  EXPECT_EQ(s_.prospects.at({7}), prospect(7, "c@x.test"));
  EXPECT_EQ(s_.addresses.at("c@x.test"), ProspectId{7});
  EXPECT_EQ(s_.links.at(RemoteId("L7")), link(7, "L7"));
  EXPECT_EQ(s_.link_of.at({7}), RemoteId("L7"));
  EXPECT_EQ(s_.next_prospect, ProspectId{8});
}

TEST_F(SnapshotTest, AnUpdateSetsFieldsAndCountsTheVersion) {
  apply(change(1, 1, "x"));
  EXPECT_EQ(s_.prospects.at({1}).version, 2);
  EXPECT_EQ(s_.prospects.at({1}).fields[field::kTitle], Value("x"));
  apply(change(99, 1, "of one that is not loaded"));
  EXPECT_FALSE(s_.prospects.contains({99}));
}

TEST_F(SnapshotTest, NewAddressesFreeTheOldOnes) {
  apply(readdress(1, 1, "c@x.test"));
  EXPECT_FALSE(s_.addresses.contains("a@x.test"));
  EXPECT_EQ(s_.addresses.at("c@x.test"), ProspectId{1});
}

TEST_F(SnapshotTest, ASwapOfAddressesLosesNone) {
  apply(readdress(1, 1, "b@x.test"));
  apply(readdress(2, 1, "a@x.test"));
  EXPECT_EQ(s_.addresses.at("b@x.test"), ProspectId{1});
  EXPECT_EQ(s_.addresses.at("a@x.test"), ProspectId{2});
}

TEST_F(SnapshotTest, ALinkThatMovesIsGoneFromItsOldRecord) {
  apply(PutLink{link(1, "C1"), RemoteId("L1")});
  EXPECT_FALSE(s_.links.contains(RemoteId("L1")));
  EXPECT_EQ(s_.link_of.at({1}), RemoteId("C1"));
}

TEST_F(SnapshotTest, ASwapOfRecordsLosesNone) {
  apply(PutLink{link(1, "L2"), RemoteId("L1")});
  apply(PutLink{link(2, "L1"), RemoteId("L2")});
  EXPECT_EQ(s_.links.at(RemoteId("L1")).prospect, ProspectId{2});
  EXPECT_EQ(s_.links.at(RemoteId("L2")).prospect, ProspectId{1});
}

TEST_F(SnapshotTest, ALinkOfAnotherConnectionIsNotOfThisSnapshot) {
  Link other = link(1, "X1");
  other.connection = {2};
  apply(PutLink{other, RemoteId{}});
  EXPECT_FALSE(s_.links.contains(RemoteId("X1")));
  EXPECT_EQ(s_.link_of.at({1}), RemoteId("L1"));
}

TEST_F(SnapshotTest, DuplicatesOpenOnceAndClose) {
  Duplicate d;
  d.remote = RemoteId("D");
  d.prospect = {1};
  apply(HoldDuplicate{d});
  apply(HoldDuplicate{d});
  EXPECT_EQ(s_.open_duplicates.at(RemoteId("D")), std::vector<ProspectId>{{1}});
  apply(CloseDuplicates{kConnection, RemoteId("D")});
  EXPECT_TRUE(s_.open_duplicates.empty());
}

TEST_F(SnapshotTest, DeadLettersComeAndGo) {
  DeadLetter letter;
  letter.remote = RemoteId("X");
  apply(Quarantine{letter});
  EXPECT_TRUE(s_.dead_letters.contains(RemoteId("X")));
  apply(Release{kConnection, RemoteId("X")});
  EXPECT_TRUE(s_.dead_letters.empty());
}

TEST_F(SnapshotTest, AUserWhoIsLinkedIsNoLongerOfferedByAddress) {
  User user;
  user.id = {4};
  user.email_key = "u@x.test";
  s_.users_by_email["u@x.test"] = user;
  user.remote = RemoteId("005A");
  apply(PutUser{user, false});
  EXPECT_TRUE(s_.users_by_email.empty());
  EXPECT_EQ(s_.users.at(RemoteId("005A")), user);
  EXPECT_EQ(s_.next_user, UserId{5});
}

TEST_F(SnapshotTest, WhoIsServedNoLongerWaits) {
  Link waiting = link(1, "L1");
  waiting.pending = {{field::kOwner, RemoteId("005A")}};
  s_.links[RemoteId("L1")] = waiting;
  s_.waiting_prospects[RemoteId("005A")] = {{1}, {2}};
  waiting.pending.clear();
  apply(PutLink{waiting, RemoteId{}});
  EXPECT_EQ(s_.waiting_prospects.at(RemoteId("005A")), std::vector<ProspectId>{{2}});
}

TEST_F(SnapshotTest, AnAccountThatIsServedNoLongerWaits) {
  Account account;
  account.id = {1};
  account.remote = RemoteId("001A");
  account.pending = {{mapping::account_field::kOwner, RemoteId("005A")}};
  apply(PutAccount{account, true});
  EXPECT_EQ(s_.accounts.at(RemoteId("001A")).version, 1);
  EXPECT_EQ(s_.next_account, AccountId{2});
  s_.waiting_accounts[RemoteId("005A")] = {RemoteId("001A")};
  account.version = 1;
  account.pending.clear();
  apply(PutAccount{account, false});
  EXPECT_TRUE(s_.waiting_accounts.empty());
  EXPECT_EQ(s_.accounts.at(RemoteId("001A")).version, 2);
}

TEST_F(SnapshotTest, LineageIsRemembered) {
  const LineageEntry entry{kConnection, RemoteId("L1"), RemoteId("C1"), "Contact", "converted", Timestamp{}};
  apply(AddLineage{entry});
  EXPECT_EQ(s_.lineage.at(RemoteId("L1")), entry);
}

// ---- can_apply ----

TEST_F(SnapshotTest, ASoundPlanFits) {
  fits({CreateProspect{prospect(3, "c@x.test"), link(3, "L3")}, change(3, 1, "x"), change(1, 1, "y"),
        change(1, 2, "z"), PutLink{link(1, "L1"), RemoteId{}}, PutLink{link(2, "C2"), RemoteId("L2")}});
}

TEST_F(SnapshotTest, AnUpdateOfAnotherVersionDoesNotFit) {
  EXPECT_NE(refused({change(1, 1, "x"), change(1, 1, "y")}).find("step 2"), std::string::npos);
  refused({change(1, 2, "x")});
  refused({change(9, 1, "x")});
}

TEST_F(SnapshotTest, ATakenNumberDoesNotFit) {
  refused({CreateProspect{prospect(1, "c@x.test"), std::nullopt}});
  refused({CreateProspect{prospect(0, "c@x.test"), std::nullopt}});
  refused({CreateProspect{prospect(3), std::nullopt}, CreateProspect{prospect(3), std::nullopt}});
}

TEST_F(SnapshotTest, ATakenAddressDoesNotFit) {
  refused({CreateProspect{prospect(3, "a@x.test"), std::nullopt}});
  refused({readdress(1, 1, "b@x.test")});
  refused({CreateProspect{prospect(3, "c@x.test"), std::nullopt}, readdress(1, 1, "c@x.test")});
}

TEST_F(SnapshotTest, ASwapOfAddressesFits) {
  fits({readdress(1, 1, "b@x.test"), readdress(2, 1, "a@x.test")});
}

TEST_F(SnapshotTest, AnAddressGivenUpFits) {
  fits({readdress(1, 1, "c@x.test"), CreateProspect{prospect(3, "a@x.test"), std::nullopt},
        readdress(1, 2, "d@x.test"), CreateProspect{prospect(4, "c@x.test"), std::nullopt}});
}

TEST_F(SnapshotTest, ATakenRecordDoesNotFit) {
  refused({PutLink{link(1, "L2"), RemoteId("L1")}});
  refused({CreateProspect{prospect(3), link(3, "L1")}});
}

TEST_F(SnapshotTest, ASecondLinkDoesNotFit) {
  refused({PutLink{link(1, "C1"), RemoteId{}}});
}

TEST_F(SnapshotTest, ALinkMovesFromWhereItStands) {
  refused({PutLink{link(1, "C1"), RemoteId("L2")}});
  refused({PutLink{link(1, "C1"), RemoteId("nowhere")}});
  refused({PutLink{link(1, "C1"), RemoteId("L1")}, PutLink{link(1, "C2"), RemoteId("L1")}});
  fits({PutLink{link(1, "C1"), RemoteId("L1")}, PutLink{link(1, "C2"), RemoteId("C1")}});
}

TEST_F(SnapshotTest, ASwapOfRecordsFits) {
  fits({PutLink{link(1, "L2"), RemoteId("L1")}, PutLink{link(2, "L1"), RemoteId("L2")}});
}

TEST_F(SnapshotTest, ALinkNeedsItsProspect) {
  refused({PutLink{link(9, "L9"), RemoteId{}}});
}

TEST_F(SnapshotTest, UsersAndAccountsAreCheckedToo) {
  User user;
  user.id = {1};
  user.remote = RemoteId("005A");
  refused({PutUser{user, false}});
  fits({PutUser{user, true}});
  s_.users[user.remote] = user;
  refused({PutUser{user, true}});
  fits({PutUser{user, false}});
  Account account;
  account.id = {1};
  account.remote = RemoteId("001A");
  refused({PutAccount{account, false}});
  fits({PutAccount{account, true}});
  refused({PutAccount{account, true}, PutAccount{account, true}});
  account.version = 3;
  s_.accounts[account.remote] = account;
  fits({PutAccount{account, false}});
  account.version = 2;
  refused({PutAccount{account, false}});
}

}  // namespace
}  // namespace prospectd::reconcile
