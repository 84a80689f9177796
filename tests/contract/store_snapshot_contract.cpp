// The store contract: snapshots, and who waits for what.
#include "tests/contract/store_contract.h"

namespace prospectd::store {
namespace {

using namespace reconcile;
namespace field = mapping::field;

TEST_P(StoreContract, ASnapshotOfAnEmptyStoreIsEmpty) {
  const PageSnapshot s = snapshot(keys({"L1"}, {"a@x.test"}));
  EXPECT_TRUE(s.links.empty() && s.prospects.empty() && s.addresses.empty() && s.link_of.empty());
  EXPECT_EQ(s.connection, connection_);
  EXPECT_EQ(s.next_prospect, ProspectId{1});
  EXPECT_EQ(s.next_user, UserId{1});
  EXPECT_EQ(s.next_account, AccountId{1});
}

TEST_P(StoreContract, ASnapshotHoldsExactlyTheKeys) {
  add_linked(4);
  const PageSnapshot s = snapshot(keys({"L1", "L9"}, {"p2@x.test", "nobody@x.test"}));
  ASSERT_EQ(s.prospects.size(), 2U);
  EXPECT_EQ(s.prospects.at({1}), prospect(1, "p1@x.test"));
  EXPECT_EQ(s.prospects.at({2}), prospect(2, "p2@x.test"));
  ASSERT_EQ(s.addresses.size(), 1U);
  EXPECT_EQ(s.addresses.at("p2@x.test"), ProspectId{2});
  ASSERT_EQ(s.links.size(), 2U);  // the record's, and that of the prospect found by its address
  EXPECT_EQ(s.links.at(RemoteId("L1")), link(1, "L1"));
  EXPECT_EQ(s.links.at(RemoteId("L2")), link(2, "L2"));
  ASSERT_EQ(s.link_of.size(), 2U);
  EXPECT_EQ(s.link_of.at({2}), RemoteId("L2"));
  EXPECT_EQ(s.next_prospect, ProspectId{5});
}

TEST_P(StoreContract, ARecordThatIsKnownAsItStandsIsAnsweredWithoutItsProspect) {
  add_linked(3);
  PageKeys known = keys({"L1", "L2", "L3"}, {"p1@x.test", "p2@x.test", "p3@x.test"});
  const uint64_t hash = link(1, "L1").hash;
  known.known = {{at(1), hash}, {at(2), hash}, {at(1), hash + 1}};
  const PageSnapshot s = snapshot(known);
  EXPECT_EQ(s.links.size(), 3U);
  EXPECT_EQ(s.link_of.size(), 3U);
  EXPECT_EQ(s.addresses.size(), 3U);
  EXPECT_FALSE(s.prospects.contains({1}));
  EXPECT_TRUE(s.prospects.contains({2}));
  EXPECT_TRUE(s.prospects.contains({3}));
}

TEST_P(StoreContract, ARecordThatComesTwiceAndHasChangedIsAnsweredWhole) {
  add_linked(1);
  PageKeys known = keys({"L1", "L1"});
  known.known = {{at(1), link(1, "L1").hash}, {at(2), 0}};
  EXPECT_TRUE(snapshot(known).prospects.contains({1}));
}

TEST_P(StoreContract, WhatOnlyUnchangedRecordsNameIsNotLookedUp) {
  add_linked(3);
  must_commit({PutAccount{account(1, "001A"), true}, PutAccount{account(2, "001B"), true}});
  PageKeys page = keys({"L1", "L2"}, {"p1@x.test", "p2@x.test", "p3@x.test", "p3@x.test"});
  page.known = {{at(1), link(1, "L1").hash}, {at(2), 0}};  // the first one stands, the second has changed
  page.email_owners = {0, 1, 0, 1};
  page.accounts = {RemoteId("001A"), RemoteId("001B"), RemoteId("001B")};
  page.account_owners = {0, 0, 1};
  const PageSnapshot s = snapshot(page);
  EXPECT_FALSE(s.addresses.contains("p1@x.test"));
  EXPECT_EQ(s.addresses.at("p2@x.test"), ProspectId{2});
  EXPECT_EQ(s.addresses.at("p3@x.test"), ProspectId{3});
  ASSERT_EQ(s.accounts.size(), 1U);
  EXPECT_EQ(s.accounts.at(RemoteId("001B")).id, AccountId{2});
}

TEST_P(StoreContract, OpenFailureRowsAreFoundWhetherTheyAreFewerThanTheRecordsOrMore) {
  add_linked(1);
  must_commit({HoldDuplicate{duplicate("D1", 1, "p1@x.test")}, HoldDuplicate{duplicate("D2", 1, "p1@x.test")},
               HoldDuplicate{duplicate("D3", 1, "p1@x.test")}});
  for (const auto& remotes : {std::vector<std::string>{"D1", "D2"}, {"D1", "D2", "X1", "X2"}}) {
    const PageSnapshot s = snapshot(keys(remotes));
    ASSERT_EQ(s.open_duplicates.size(), 2U);
    EXPECT_EQ(s.open_duplicates.at(RemoteId("D1")), std::vector<ProspectId>{{1}});
    EXPECT_EQ(s.open_duplicates.at(RemoteId("D2")), std::vector<ProspectId>{{1}});
  }
}

TEST_P(StoreContract, ATransactionSeesItsOwnSteps) {
  auto transaction = store_->begin();
  ASSERT_TRUE(transaction);
  const PageKeys page = keys({"L1"}, {"a@x.test"});
  ASSERT_TRUE((*transaction)->snapshot(page));
  ASSERT_TRUE((*transaction)->apply(plan({CreateProspect{prospect(1, "a@x.test"), link(1, "L1")}}), at(200)));
  const auto seen = (*transaction)->snapshot(page);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->prospects.at({1}), prospect(1, "a@x.test"));
  EXPECT_EQ(seen->next_prospect, ProspectId{2});
}

TEST_P(StoreContract, WhatAPlanDoesInMemoryTheStoreDoes) {
  add_linked(3);
  must_commit({PutUser{user(1, "005A"), true}, Quarantine{dead_letter("X1")}});
  const PageKeys page =
      keys({"L1", "L2", "L3", "N1", "X1", "D1", "C3"}, {"p1@x.test", "p2@x.test", "n@x.test"});
  const Plan p = plan(
      {CreateProspect{prospect(4, "n@x.test"), link(4, "N1")}, change(1, 1, field::kTitle, Value("t")),
       new_address(2, 1, "p1@x.test"), new_address(1, 2, "p2@x.test"), PutLink{link(3, "C3"), RemoteId("L3")},
       HoldDuplicate{duplicate("D1", 1, "p2@x.test")}, Release{connection_, RemoteId("X1")},
       AddLineage{{connection_, RemoteId("L3"), RemoteId("C3"), "Contact", "converted", at(1)}}});
  PageSnapshot memory = snapshot(page);
  ASSERT_TRUE(can_apply(memory, p));
  for (const Step& step : p.steps)
    apply_to(memory, step);
  ASSERT_TRUE(commit(p));
  const PageSnapshot stored = snapshot(page);
  EXPECT_EQ(memory.links, stored.links);
  EXPECT_EQ(memory.link_of, stored.link_of);
  EXPECT_EQ(memory.addresses, stored.addresses);
  EXPECT_EQ(memory.open_duplicates, stored.open_duplicates);
  EXPECT_EQ(memory.lineage, stored.lineage);
  EXPECT_EQ(memory.dead_letters, stored.dead_letters);
  EXPECT_EQ(memory.next_prospect, stored.next_prospect);
  for (auto& [id, known] : memory.prospects)
    known.updated_at = stored.prospects.at(id).updated_at;  // the store stamps what it writes
  EXPECT_EQ(memory.prospects, stored.prospects);
}

TEST_P(StoreContract, AReadersSnapshotIsTheSame) {
  add_linked(3);
  const PageKeys page = keys({"L1", "L2"}, {"p3@x.test"});
  const auto read = reader()->snapshot(page);
  ASSERT_TRUE(read);
  const PageSnapshot s = snapshot(page);
  EXPECT_EQ(read->prospects, s.prospects);
  EXPECT_EQ(read->links, s.links);
  EXPECT_EQ(read->next_prospect, s.next_prospect);
}

// ---- references that could not be resolved (F23) ----

TEST_P(StoreContract, WhoWaitsForAUserIsFoundByTheUsersRecord) {
  Link waiting = link(1, "L1");
  waiting.pending = {{field::kOwner, RemoteId("005A")}};
  Link other = link(2, "L2");
  other.pending = {{field::kOwner, RemoteId("005B")}};
  Account a = account(1, "001A");
  a.pending = {{mapping::account_field::kOwner, RemoteId("005A")}};
  must_commit({CreateProspect{prospect(1, "a@x.test"), waiting},
               CreateProspect{prospect(2, "b@x.test"), other}, PutAccount{a, true}});
  const PageSnapshot s = snapshot(reference_keys({"005A", "005C"}));
  ASSERT_EQ(s.waiting_prospects.size(), 1U);
  EXPECT_EQ(s.waiting_prospects.at(RemoteId("005A")), std::vector<ProspectId>{{1}});
  EXPECT_EQ(s.waiting_accounts.at(RemoteId("005A")), std::vector<RemoteId>{RemoteId("001A")});
  EXPECT_TRUE(s.accounts.contains(RemoteId("001A")));
  EXPECT_EQ(s.links.at(s.link_of.at({1})), waiting);
  EXPECT_EQ(s.prospects.size(), 1U);
}

TEST_P(StoreContract, WhatIsResolvedDoesNotWait) {
  Link waiting = link(1, "L1");
  waiting.pending = {{field::kOwner, RemoteId("005A")}, {field::kAccount, RemoteId("001A")}};
  must_commit({CreateProspect{prospect(1, "a@x.test"), waiting}});
  waiting.pending.erase(waiting.pending.begin());
  must_commit({PutLink{waiting, RemoteId{}}});
  EXPECT_TRUE(snapshot(reference_keys({"005A"})).waiting_prospects.empty());
  EXPECT_EQ(snapshot(reference_keys({"001A"})).waiting_prospects.size(), 1U);
  Link moved = link(1, "C1");
  must_commit({PutLink{moved, RemoteId("L1")}});
  EXPECT_TRUE(snapshot(reference_keys({"001A"})).waiting_prospects.empty());
}

TEST_P(StoreContract, NobodyIsServedByAQueueThatIsKnownAsOne) {
  User queue = user(1, "00GQ");
  queue.kind = UserKind::kQueue;
  Link waiting = link(1, "L1");
  waiting.pending = {{field::kOwner, RemoteId("00GQ")}};
  must_commit({PutUser{queue, true}, CreateProspect{prospect(1, "a@x.test"), waiting}});
  EXPECT_TRUE(snapshot(reference_keys({"00GQ"})).waiting_prospects.empty());
}

TEST_P(StoreContract, WhoWaitsForAUserIsSparedWhileTheUsersRecordStandsAsItWas) {
  User gone = user(1, "005A");
  gone.active = false;
  gone.remote_version = at(10);
  gone.remote_hash = 7;
  Link waiting = link(1, "L1");
  waiting.pending = {{field::kOwner, RemoteId("005A")}};
  must_commit({PutUser{gone, true}, CreateProspect{prospect(1, "a@x.test"), waiting}});
  PageKeys page = reference_keys({"005A"});
  page.users = {RemoteId("005A")};
  page.known = {{at(10), 7}};
  EXPECT_TRUE(snapshot(page).waiting_prospects.empty());
  page.known = {{at(10), 8}};
  EXPECT_EQ(snapshot(page).waiting_prospects.size(), 1U);
  page.known = {{at(11), 7}};
  EXPECT_EQ(snapshot(page).waiting_prospects.size(), 1U);
}

TEST_P(StoreContract, WhoWaitsForAnAddressComesWithItsHolder) {
  Link waiting = link(2, "L2");
  waiting.pending = {{field::kEmail, RemoteId("p1@x.test")}};
  Link free = link(3, "L3");
  free.pending = {{field::kEmail, RemoteId("free@x.test")}};
  must_commit({CreateProspect{prospect(1, "p1@x.test"), link(1, "L1")},
               CreateProspect{prospect(2, "p2@x.test"), waiting},
               CreateProspect{prospect(3, "p3@x.test"), free},
               CreateProspect{prospect(4, "p4@x.test"), link(4, "L4")}});
  const auto waiters = [&](size_t limit, ProspectId after = {}) {
    return *(*store_->begin())->waiting_for_addresses(connection_, after, limit);
  };
  const PageSnapshot s = waiters(10);
  EXPECT_EQ(s.links.size(), 2U);
  EXPECT_EQ(s.links.at(s.link_of.at({2})), waiting);
  ASSERT_EQ(s.addresses.size(), 1U);
  EXPECT_EQ(s.addresses.at("p1@x.test"), ProspectId{1});
  EXPECT_EQ(s.prospects.size(), 3U);
  EXPECT_TRUE(s.prospects.contains({1}));
  EXPECT_EQ(waiters(1).links.begin()->second, waiting);
  EXPECT_EQ(waiters(1, {2}).links.begin()->second, free);
  EXPECT_TRUE(waiters(1, {3}).links.empty());
  EXPECT_TRUE((*store_->begin())->waiting_for_addresses({9}, {}, 10)->links.empty());
  waiting.pending.clear();
  free.pending.clear();
  must_commit({PutLink{waiting, RemoteId{}}, PutLink{free, RemoteId{}}});
  EXPECT_TRUE(waiters(10).links.empty());
}

TEST_P(StoreContract, NobodyWaitsForAnAddressAsForAUser) {
  Link waiting = link(1, "L1");
  waiting.pending = {{field::kEmail, RemoteId("005A")}};
  must_commit({CreateProspect{prospect(1, "a@x.test"), waiting}});
  EXPECT_TRUE(snapshot(reference_keys({"005A"})).waiting_prospects.empty());
}

// What a plan adds is looked for by the next one of its transaction: by record, by address, by prospect, and
// by whoever counts.
TEST_P(StoreContract, WhatAPlanAddsTheNextOfItsTransactionFinds) {
  auto transaction = store_->begin();
  ASSERT_TRUE(transaction);
  Prospect second = prospect(2, "p2@x.test");
  second.addresses.push_back({"other2@x.test", "Other2@x.test"});
  ASSERT_TRUE((*transaction)
                  ->apply(plan({CreateProspect{prospect(1, "p1@x.test"), link(1, "L1")},
                                CreateProspect{second, link(2, "L2")},
                                CreateProspect{prospect(3, "p3@x.test"), link(3, "L3")},
                                CreateProspect{prospect(4, "p4@x.test"), link(4, "L4")}}),
                          at(1)));
  const auto seen = (*transaction)->snapshot(keys({"L1", "L9"}, {"other2@x.test", "p9@x.test"}));
  ASSERT_TRUE(seen) << seen.error().text();
  EXPECT_EQ(seen->links.at(RemoteId("L1")), link(1, "L1"));
  EXPECT_EQ(seen->links.at(RemoteId("L2")), link(2, "L2"));
  EXPECT_EQ(seen->links.size(), 2U);
  EXPECT_EQ(seen->addresses, (decltype(seen->addresses){{"other2@x.test", ProspectId{2}}}));
  EXPECT_EQ(seen->prospects.at(ProspectId{1}), prospect(1, "p1@x.test"));
  EXPECT_EQ(seen->prospects.at(ProspectId{2}), second);
  ASSERT_TRUE((*transaction)->apply(plan({new_address(3, 1, "new3@x.test")}), at(2)));
  EXPECT_EQ(*(*transaction)->linked_records(connection_), 4);
  ASSERT_TRUE((*transaction)->commit());
  EXPECT_EQ(row(4).links, std::vector<Link>{link(4, "L4")});
  EXPECT_EQ(row(4).prospect, prospect(4, "p4@x.test"));
  EXPECT_FALSE(*reader()->find_by_email("p3@x.test"));
  EXPECT_EQ(*reader()->find_by_email("p2@x.test"), ProspectId{2});
  check_totals();
}

// One that waits for its owner, too: the next page may hold the same record, or the owner's.
TEST_P(StoreContract, WhoWaitsIsFoundWholeByTheNextPlanOfTheTransaction) {
  Link waiting = link(1, "L1");
  waiting.pending = {{field::kOwner, RemoteId("005A")}};
  const Plan adds = plan({CreateProspect{prospect(1, "p1@x.test"), waiting},
                          CreateProspect{prospect(2, "p2@x.test"), link(2, "L2")}});
  for (const PageKeys& page : {keys({"L1"}), reference_keys({"005A"})}) {
    auto transaction = store_->begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE((*transaction)->apply(adds, at(1)));
    const auto seen = (*transaction)->snapshot(page);
    ASSERT_TRUE(seen) << seen.error().text();
    EXPECT_EQ(seen->prospects.at(ProspectId{1}), prospect(1, "p1@x.test"));
    EXPECT_EQ(seen->links.at(RemoteId("L1")), waiting);
  }
}

TEST_P(StoreContract, AnEditSeesWhatAnEarlierPlanOfTheTransactionAdded) {
  auto transaction = store_->begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE((*transaction)->apply(plan({CreateProspect{prospect(1, "p1@x.test"), link(1, "L1")}}), at(1)));
  EditKeys wanted;
  wanted.prospects = {ProspectId{1}};
  const auto scene = (*transaction)->edit_scene(wanted);
  ASSERT_TRUE(scene) << scene.error().text();
  EXPECT_EQ(scene->prospects.at(ProspectId{1}), prospect(1, "p1@x.test"));
  EXPECT_EQ(scene->links.at(ProspectId{1}), std::vector<Link>{link(1, "L1")});
}

TEST_P(StoreContract, AnAddressOrARecordThatAnEarlierPlanOfTheTransactionTookIsTaken) {
  const std::vector<CreateProspect> taken = {CreateProspect{prospect(2, "p1@x.test"), link(2, "L2")},
                                             CreateProspect{prospect(2, "p2@x.test"), link(2, "L1")}};
  for (const CreateProspect& step : taken) {
    auto transaction = store_->begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(
        (*transaction)->apply(plan({CreateProspect{prospect(1, "p1@x.test"), link(1, "L1")}}), at(1)));
    const auto refused = (*transaction)->apply(plan({step}), at(1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  }
  // Nothing of it is left, and nothing of it is owed to what comes next.
  add_linked(2);
  EXPECT_EQ(all().size(), 2U);
  check_totals();
}

}  // namespace
}  // namespace prospectd::store
