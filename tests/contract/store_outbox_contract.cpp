// The store contract: the outbox. Entries coalesce, are leased in order and within bounds, and are settled.
#include "tests/contract/store_outbox_contract.h"

namespace prospectd::store {
namespace {

using namespace reconcile;

using Numbers = std::vector<int64_t>;

TEST_P(OutboxContract, AnEntrySaysWhatIsToBeWrittenWhereAndWhy) {
  add_linked(1);
  Plan edit = plan({push(1, PushLane::kOwner)});
  edit.cause = {"edit", "prospect 1", "ana"};
  JournalEntry row;
  row.reason = Reason::kLocalEdit;
  row.prospect = {1};
  edit.journal.push_back(row);
  ASSERT_TRUE(commit(edit));
  const auto entries = entries_of(1);
  ASSERT_EQ(entries.size(), 1U);
  const OutboxEntry& entry = entries.front();
  EXPECT_EQ(entry.object, "Lead");
  EXPECT_EQ(entry.remote, RemoteId("L1"));
  EXPECT_EQ(entry.operation, PushOperation::kUpdate);
  EXPECT_EQ(entry.lane, PushLane::kOwner);
  EXPECT_EQ(entry.state, PushState::kReady);
  EXPECT_EQ(entry.due_at, at(200));
  EXPECT_FALSE(entry.key.empty());
  EXPECT_FALSE(entry.is_in_doubt());
  EXPECT_EQ(entry.cause, reader()->journal_of(ProspectId{1}, 10)->back().cause);
  check_outbox(1, 0);
}

TEST_P(OutboxContract, AnEntryIsCommittedWithItsChangeOrNotAtAll) {
  add_linked(2);
  must_refuse({push(1), change(1, 99, mapping::field::kTitle, Value("stale"))});
  EXPECT_TRUE(entries_of(1).empty());
  check_outbox(0, 0);
  must_commit({push(1), change(1, 1, mapping::field::kTitle, Value("new"))});
  check_outbox(1, 0);
}

TEST_P(OutboxContract, F40_EditsThatWaitForTheSameAreOneEntryInTheMostUrgentLane) {
  add_linked(1);
  commit_at(10, {push(1)});
  const OutboxEntry first = entries_of(1).front();
  commit_at(20, {push(1, PushLane::kOptOut)});
  commit_at(30, {push(1)});
  const auto entries = entries_of(1);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries.front().id, first.id);
  EXPECT_EQ(entries.front().key, first.key);
  EXPECT_EQ(entries.front().lane, PushLane::kOptOut);
  EXPECT_EQ(entries.front().due_at, at(10));
  EXPECT_GT(entries.front().cause, first.cause);
  check_outbox(1, 0);
}

TEST_P(OutboxContract, EachConnectionHasItsOwnEntry) {
  add_linked(1);
  EnqueuePush elsewhere = push(1);
  elsewhere.connection = *store_->connection("other");
  must_commit({push(1), elsewhere});
  EXPECT_EQ(entries_of(1).size(), 2U);
  EXPECT_EQ(due(300).size(), 1U);
}

TEST_P(OutboxContract, TheMostUrgentLaneComesFirstThenWhatIsDueLongestThenTheLowestNumber) {
  add_linked(6);
  commit_at(50, {push(1), push(2, PushLane::kOwner)});
  commit_at(40, {push(3), push(4, PushLane::kOwner), push(5)});
  commit_at(60, {push(6, PushLane::kOptOut)});
  EXPECT_EQ(prospects_of(due(100)), (Numbers{6, 4, 2, 3, 5, 1}));
  EXPECT_EQ(prospects_of(due(100, 3)), (Numbers{6, 4, 2}));
  EXPECT_EQ(prospects_of(due(45)), (Numbers{4, 3, 5})) << "the others are not due yet";
  EXPECT_TRUE(due(39).empty());
}

TEST_P(OutboxContract, ABatchIsOfOneObjectAndOneOperationAndBounded) {
  constexpr int64_t kMany = static_cast<int64_t>(kPushLeaseMax) + 5;
  add_linked(kMany + 2);
  EnqueuePush contact = push(1);
  contact.object = "Contact";
  commit_at(10, {contact, creation(2)});
  std::vector<Step> steps;
  for (int64_t id = 3; id < 3 + kMany; ++id)
    steps.emplace_back(push(id));
  commit_at(20, std::move(steps));
  const auto contacts = lease(30);
  EXPECT_EQ(prospects_of(contacts), Numbers{1});
  const auto created = lease(30);
  EXPECT_EQ(prospects_of(created), Numbers{2});
  EXPECT_EQ(due(30, 10 * kPushLeaseMax).size(), kPushLeaseMax);
}

TEST_P(OutboxContract, WhatIsDoneGoes) {
  add_linked(2);
  must_commit({push(1), push(2)});
  const auto taken = lease(300);
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_TRUE(due(300).empty());
  settle(taken[0], std::nullopt);
  EXPECT_TRUE(entries_of(1).empty());
  EXPECT_EQ(entries_of(2).front().state, PushState::kLeased);
  check_outbox(1, 0);
}

TEST_P(OutboxContract, ANumberAndAKeyAreGivenOutOnce) {
  add_linked(2);
  must_commit({push(1)});
  const auto taken = lease(300);
  settle(taken[0], std::nullopt);
  must_commit({push(2)});
  EXPECT_GT(entries_of(2).front().id, taken[0].id);
  EXPECT_NE(entries_of(2).front().key, taken[0].key);
}

TEST_P(OutboxContract, I6_AnEditWhileOneIsUnderWayWaitsBehindIt) {
  add_linked(1);
  must_commit({push(1)});
  const auto taken = lease(300);
  must_commit({push(1, PushLane::kOwner)});
  must_commit({push(1)});
  ASSERT_EQ(entries_of(1).size(), 2U);
  EXPECT_TRUE(due(305).empty()) << "one in flight for each record";
  settle(taken[0], std::nullopt);
  const auto next = due(305);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].lane, PushLane::kOwner);
  check_outbox(1, 0);
}

TEST_P(OutboxContract, ALeaseThatRanOutIsGivenAgainInDoubtAndItsFirstHolderCanNotSettleIt) {
  add_linked(1);
  must_commit({push(1)});
  const auto first = lease(300);
  EXPECT_TRUE(due(309).empty());
  must_commit({push(1)});
  const auto again = lease(310);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].id, first[0].id);
  EXPECT_EQ(again[0].key, first[0].key);
  EXPECT_TRUE(again[0].is_in_doubt());
  EXPECT_EQ(again[0].attempts, 2);
  must_refuse({SettlePush{first[0].id, first[0].lease, std::nullopt, {}, "", ""}});
  must_refuse({LeasePush{first[0].id, first[0].lease, at(400)}});
  settle(again[0], std::nullopt);
  check_outbox(1, 0);
}

TEST_P(OutboxContract, AnEntryThatIsTriedAgainWaitsForItsTimeAndSaysWhy) {
  add_linked(1);
  must_commit({push(1)});
  settle(lease(300)[0], PushState::kReady, 320, "UNABLE_TO_LOCK_ROW");
  EXPECT_TRUE(due(319).empty());
  const auto next = due(320);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_FALSE(next[0].is_in_doubt());
  EXPECT_EQ(next[0].attempts, 1);
  EXPECT_EQ(next[0].code, "UNABLE_TO_LOCK_ROW");
  EXPECT_EQ(next[0].error, "said so");
  check_outbox(1, 0);
}

TEST_P(OutboxContract, AnEditMakesWhatWaitsToBeTriedAgainDueAtOnceAndCountsAnew) {
  add_linked(1);
  must_commit({push(1)});
  settle(lease(300)[0], PushState::kReady, 900, "REQUIRED_FIELD_MISSING");
  commit_at(310, {push(1)});
  const auto next = due(310);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].attempts, 0);
  EXPECT_EQ(next[0].code, "");
}

TEST_P(OutboxContract, WhatIsTriedAgainTakesInWhatCameBehindIt) {
  add_linked(1);
  must_commit({creation(1)});
  const auto taken = lease(300);
  commit_at(305, {push(1, PushLane::kOptOut)});
  settle(taken[0], PushState::kReady, 900, "UNABLE_TO_LOCK_ROW");
  const auto entries = entries_of(1);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].id, taken[0].id);
  EXPECT_EQ(entries[0].key, taken[0].key);
  EXPECT_EQ(entries[0].lane, PushLane::kOptOut);
  EXPECT_EQ(entries[0].due_at, at(305));
  check_outbox(1, 0);
}

TEST_P(OutboxContract, F24_OneInDoubtIsLookedUpBeforeAnythingBehindItIsTried) {
  add_linked(1);
  must_commit({creation(1)});
  settle(lease(300)[0], PushState::kInDoubt, 330, "TIMEOUT");
  must_commit({creation(1)});
  EXPECT_TRUE(due(329).empty());
  const auto next = lease(330);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_TRUE(next[0].is_in_doubt());
  EXPECT_EQ(entries_of(1).size(), 2U);
  settle(next[0], std::nullopt);
  EXPECT_FALSE(due(330)[0].is_in_doubt());
  check_outbox(1, 0);
}

TEST_P(OutboxContract, DoubtfulOnesAndFreshOnesAreNotInOneBatch) {
  add_linked(2);
  must_commit({push(1), push(2)});
  auto taken = lease(300, 1);
  ASSERT_EQ(prospects_of(taken), Numbers{1});
  const auto oldest = due(310);
  EXPECT_EQ(prospects_of(oldest), Numbers{2}) << "due since 200, the lease ran out at 310";
  settle(lease(310)[0], std::nullopt);
  EXPECT_EQ(prospects_of(due(310)), Numbers{1});
}

TEST_P(OutboxContract, F28_ADeadOneStaysToBeSeenUntilAnEditGivesItLifeAgain) {
  add_linked(1);
  must_commit({push(1)});
  settle(lease(300)[0], PushState::kDead, 0, "FIELD_CUSTOM_VALIDATION_EXCEPTION");
  EXPECT_TRUE(due(9'000).empty());
  const OutboxEntry dead = entries_of(1).front();
  EXPECT_EQ(dead.state, PushState::kDead);
  EXPECT_EQ(dead.code, "FIELD_CUSTOM_VALIDATION_EXCEPTION");
  check_outbox(0, 1);
  must_refuse({LeasePush{dead.id, dead.lease, at(400)}});
  commit_at(400, {push(1)});
  const auto next = due(400);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].id, dead.id);
  EXPECT_EQ(next[0].attempts, 0);
  check_outbox(1, 0);
}

TEST_P(OutboxContract, ADeadOneMakesWayForWhatCameBehindIt) {
  add_linked(1);
  must_commit({push(1)});
  const auto taken = lease(300);
  must_commit({push(1)});
  settle(taken[0], PushState::kDead, 0, "ENTITY_IS_DELETED");
  const auto entries = entries_of(1);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].state, PushState::kReady);
  EXPECT_NE(entries[0].id, taken[0].id);
  check_outbox(1, 0);
}

TEST_P(OutboxContract, WhatWasGivenUpIsListedByNumberAndConnectionWithItsTime) {
  add_linked(4);
  must_commit({push(1), push(2), push(3)});
  for (const OutboxEntry& entry : lease(300)) {
    if (entry.prospect.value != 2) settle(entry, PushState::kDead, 0, "STRING_TOO_LONG");
  }
  const auto dead = *reader()->dead_pushes({}, 10);
  ASSERT_EQ(prospects_of(dead), (Numbers{1, 3}));
  EXPECT_EQ(dead[0].due_at, at(200)) << "when it was settled";
  EXPECT_EQ(prospects_of(*reader()->dead_pushes(dead[0].id, 10)), Numbers{3});
  EXPECT_EQ(prospects_of(*reader()->dead_pushes({}, 1)), Numbers{1});
  EXPECT_EQ(prospects_of(*reader()->dead_pushes({}, 10, connection_)), (Numbers{1, 3}));
  EXPECT_TRUE(reader()->dead_pushes({}, 10, *store_->connection("other"))->empty());
}

TEST_P(OutboxContract, WhatIsDroppedGoesUnlessAnAttemptIsUnderWayOrItIsAnotherLease) {
  add_linked(2);
  must_commit({push(1)});
  const auto taken = lease(300, 1);
  must_refuse({DropPush{taken[0].id, taken[0].lease}});
  settle(taken[0], PushState::kInDoubt, 330, "TIMEOUT");
  must_refuse({DropPush{taken[0].id, taken[0].lease}});
  settle(lease(330)[0], PushState::kDead, 0, "STRING_TOO_LONG");
  const OutboxEntry dead = entries_of(1).front();
  check_outbox(0, 1);
  must_refuse({DropPush{dead.id, dead.lease - 1}});
  must_commit({DropPush{dead.id, dead.lease}});
  EXPECT_TRUE(entries_of(1).empty());
  check_outbox(0, 0);
  must_refuse({DropPush{dead.id, dead.lease}});
  must_commit({push(2)});
  const OutboxEntry waiting = entries_of(2).front();
  must_commit({DropPush{waiting.id, waiting.lease}});
  check_outbox(0, 0);
}

TEST_P(OutboxContract, TheTotalsSaySinceWhenTheOldestWaits) {
  add_linked(3);
  EXPECT_FALSE(reader()->totals()->outbox_oldest);
  commit_at(10, {push(1)});
  commit_at(20, {push(2)});
  commit_at(30, {push(3)});
  EXPECT_EQ(reader()->totals()->outbox_oldest, (OldestPush{at(10), PushState::kReady, at(10), ""}));
  settle(lease(300, 1)[0], PushState::kDead, 0, "STRING_TOO_LONG");
  EXPECT_EQ(reader()->totals()->outbox_oldest->made, at(20));
  settle(lease(300, 1)[0], PushState::kInDoubt, 500, "network");
  EXPECT_EQ(reader()->totals()->outbox_oldest, (OldestPush{at(20), PushState::kInDoubt, at(500), "network"}));
}

TEST_P(OutboxContract, ALongErrorIsCutAtAWholeCharacter) {
  add_linked(1);
  must_commit({push(1)});
  const auto taken = lease(300);
  std::string said(kPushErrorBytesMax - 1, 'x');
  said += "\xC3\xA9 and more";
  must_commit({SettlePush{taken[0].id, taken[0].lease, PushState::kDead, {}, std::string(500, 'C'), said}});
  const OutboxEntry dead = entries_of(1).front();
  EXPECT_EQ(dead.code.size(), kPushCodeBytesMax);
  EXPECT_EQ(dead.error.substr(0, kPushErrorBytesMax - 1), said.substr(0, kPushErrorBytesMax - 1));
  EXPECT_LE(dead.error.size(), kPushErrorBytesMax + 2);
  EXPECT_EQ(dead.error.find("more"), std::string::npos);
}

TEST_P(OutboxContract, S4_WhatWaitsFollowsTheLinkToAnotherRecord) {
  add_linked(1);
  must_commit({CreateProspect{prospect(2, "p2@x.test"), std::nullopt}});
  must_commit({push(1), creation(2)});
  Link contact = link(1, "C1");
  contact.object = "Contact";
  must_commit({PutLink{contact, RemoteId("L1")}, PutLink{link(2, "L2"), RemoteId{}}});
  EXPECT_EQ(entries_of(1).front().object, "Contact");
  EXPECT_EQ(entries_of(1).front().remote, RemoteId("C1"));
  EXPECT_EQ(entries_of(2).front().operation, PushOperation::kUpdate);
  EXPECT_EQ(entries_of(2).front().remote, RemoteId("L2"));
}

TEST_P(OutboxContract, WhatIsTriedAgainFollowsTheLinkThatMovedMeanwhile) {
  add_linked(1);
  must_commit({push(1)});
  const auto taken = lease(300);
  must_commit({PutLink{link(1, "M1"), RemoteId("L1")}});
  settle(taken[0], PushState::kReady, 310, "ENTITY_IS_DELETED");
  EXPECT_EQ(entries_of(1).front().remote, RemoteId("M1"));
}

TEST_P(OutboxContract, F24_WhatIsAboutToBeSentIsKeptThroughEveryAttempt) {
  add_linked(1);
  must_commit({push(1)});
  auto taken = lease(300);
  EXPECT_TRUE(taken[0].sent.empty());
  EXPECT_FALSE(taken[0].sent_at.has_value());
  const SentValues values{{mapping::field::kTitle, Value("VP")}, {mapping::field::kOptedOut, Value(true)}};
  commit_at(301, {NotePushSent{taken[0].id, taken[0].lease, values}});
  settle(taken[0], PushState::kInDoubt, 330, "TIMEOUT");
  const auto again = lease(330);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].sent, values);
  EXPECT_EQ(again[0].sent_at, at(301));
  must_refuse({NotePushSent{taken[0].id, taken[0].lease, values}});
}

TEST_P(OutboxContract, AnAttemptThatFailedForNoReasonOfItsOwnDoesNotCount) {
  add_linked(1);
  must_commit({push(1)});
  const auto taken = lease(300);
  SettlePush back{taken[0].id, taken[0].lease, PushState::kReady, at(320), "SERVER_ERROR", "down", false};
  must_commit({back});
  EXPECT_EQ(entries_of(1).front().attempts, 0);
  EXPECT_EQ(lease(320)[0].attempts, 1);
}

TEST_P(OutboxContract, TheLeasesOfAProcessThatEndedAreInDoubtAtOnce) {
  add_linked(3);
  must_commit({push(1), push(2)});
  ASSERT_EQ(lease(300, 1).size(), 1U);
  EnqueuePush elsewhere = push(3);
  elsewhere.connection = *store_->connection("other");
  must_commit({elsewhere});
  commit_at(301, {AbandonLeases{connection_}});
  EXPECT_EQ(entries_of(1).front().state, PushState::kInDoubt);
  EXPECT_EQ(entries_of(2).front().state, PushState::kReady);
  EXPECT_EQ(entries_of(3).front().state, PushState::kReady);
  check_outbox(3, 0);
}

TEST_P(OutboxContract, SaysWhenTheNextEntryIsDue) {
  const auto next = [this] {
    const auto transaction = store_->begin();
    const auto found = (*transaction)->next_push(connection_);
    EXPECT_TRUE(found) << found.error().text();
    return *found;
  };
  add_linked(2);
  EXPECT_FALSE(next().has_value());
  commit_at(50, {push(1)});
  commit_at(40, {push(2)});
  EXPECT_EQ(next(), at(40));
  settle(lease(45)[0], PushState::kDead, 0, "GONE");
  EXPECT_EQ(next(), at(50));
}

TEST_P(OutboxContract, TheSceneOfAPushIsTheProspectsTheirLinksAndWhomTheyName) {
  add_linked(2);
  must_commit({CreateProspect{prospect(3, "p3@x.test"), std::nullopt}});
  const ConnectionId elsewhere = *store_->connection("other");
  const auto transaction = store_->begin();
  const auto scene = (*transaction)->push_scene(connection_, {{1}, {3}, {99}});
  ASSERT_TRUE(scene) << scene.error().text();
  EXPECT_EQ(scene->prospects.size(), 2U);
  ASSERT_EQ(scene->links.size(), 1U);
  EXPECT_EQ(scene->links.at(ProspectId{1}).remote, RemoteId("L1"));
  const auto other = (*transaction)->push_scene(elsewhere, {{1}});
  EXPECT_TRUE(other->links.empty()) << "another connection's";
}

TEST_P(DurableOutboxContract, ALeaseOutlivesACrashAndRunsOut) {
  add_linked(1);
  must_commit({push(1)});
  const auto taken = lease(300);
  reopen();
  EXPECT_TRUE(due(309).empty());
  const auto again = lease(310);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].key, taken[0].key);
  settle(again[0], std::nullopt);
  check_outbox(0, 0);
}

TEST_P(DurableOutboxContract, ACrashBeforeTheCommitOfALeaseLeavesTheEntryReady) {
  add_linked(1);
  must_commit({push(1)});
  reopen([](CommitPoint) { return false; });
  auto entries = due(300);
  EXPECT_FALSE(commit(plan_lease(entries, at(310))));
  reopen();
  EXPECT_EQ(entries_of(1).front().state, PushState::kReady);
  EXPECT_EQ(entries_of(1).front().attempts, 0);
  check_outbox(1, 0);
}

}  // namespace
}  // namespace prospectd::store
