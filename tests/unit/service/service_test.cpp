// The service's other questions: status, lists, syncs, health.
#include <set>

#include <gmock/gmock.h>

#include "tests/unit/service/fake_store.h"

namespace prospectd::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(ServiceTest, StatusBringsTogetherWhatStoreAndEngineKnow) {
  store.shelf.totals.prospects = 12;
  store::ObjectCursor cursor;
  cursor.connection = store::ConnectionId{1};
  cursor.object = "Lead";
  store.shelf.cursors.push_back(cursor);
  const auto answer = wait_for(service().status());
  ASSERT_TRUE(answer);
  const auto& status = *answer;
  EXPECT_EQ(status->version, "0.1.0");
  EXPECT_EQ(status->dataset, "/state/prospectd.db");
  EXPECT_EQ(status->totals.prospects, 12);
  EXPECT_EQ(status->connections.at(0).name, "salesforce");
  EXPECT_EQ(status->cursors.at(0).object, "Lead");
  EXPECT_GE(status->now, status->started_at);
  EXPECT_EQ(service().connection_name(store::ConnectionId{1}), "salesforce");
}

TEST_F(ServiceTest, HowFarAnObjectIsComesFromTheCursorUntilThisDaemonHasReadItFurther) {
  store::ObjectCursor cursor;
  cursor.connection = store::ConnectionId{1};
  cursor.object = "Lead";
  cursor.cursor.verified = scheduler->now() - std::chrono::hours{2};
  store.shelf.cursors.push_back(cursor);
  ASSERT_TRUE(wait_for(service().status()));
  const auto first = wait_for(service().status());
  ASSERT_TRUE(first);
  const auto& before = *first;
  ASSERT_EQ(before->connections.at(0).objects.size(), 1U);
  EXPECT_EQ(before->connections[0].objects[0].lag, before->now - *cursor.cursor.verified);

  engine::ObjectStatus further;
  further.object = "Lead";
  further.verified = scheduler->now() - std::chrono::minutes{5};
  supervisor.connections[0].objects.push_back(further);
  supervisor.connections[0].clock_skew = seconds{60};
  const auto second = wait_for(service().status());
  ASSERT_TRUE(second);
  const auto& after = *second;
  ASSERT_EQ(after->connections.at(0).objects.size(), 1U);
  EXPECT_EQ(after->connections[0].objects[0].verified, further.verified);
  EXPECT_EQ(after->connections[0].objects[0].lag, after->now + seconds{60} - *further.verified);
}

TEST_F(ServiceTest, AConnectionThatIsNotConfiguredAnyMoreHasANumberForAName) {
  ASSERT_TRUE(wait_for(service().status()));
  EXPECT_EQ(service().connection_name(store::ConnectionId{9}), "connection 9");
}

TEST_F(ServiceTest, EveryQuestionSeesTheDatabaseAsItIsNow) {
  ASSERT_TRUE(wait_for(service().status()));
  store.shelf.totals.prospects = 5;
  const auto answer = wait_for(service().status());
  ASSERT_TRUE(answer);
  const auto& status = *answer;
  EXPECT_EQ(status->totals.prospects, 5);
  EXPECT_EQ(store.readers_made, 2) << "a reader keeps its view, so each question has its own";
}

TEST_F(ServiceTest, ManyWhoAskForTheStatusAtOnceShareALookAndNoneIsToldWhatWasBefore) {
  store.shelf.totals.prospects = 1;
  int answered = 0;
  std::set<std::shared_ptr<const Status>> told;
  const auto ask = [&]() -> boost::asio::awaitable<void> {
    const auto status = co_await service().status();
    EXPECT_TRUE(status);
    EXPECT_EQ((*status)->totals.prospects, 1);
    told.insert(*status);
    ++answered;
  };
  for (int i = 0; i < 50; ++i)
    boost::asio::co_spawn(io, ask, [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
  io.restart();
  io.run();
  EXPECT_EQ(answered, 50);
  EXPECT_LE(told.size(), 2U);
  EXPECT_LE(store.readers_made, 2) << "the first one's, and one for all who came meanwhile";
  store.shelf.totals.prospects = 2;
  EXPECT_EQ((*wait_for(service().status()))->totals.prospects, 2);
}

TEST_F(ServiceTest, MoreQuestionsThanCanWaitAreRefusedAsBusyAndTheNextIsAnswered) {
  int answered = 0;
  int busy = 0;
  const auto ask = [&]() -> boost::asio::awaitable<void> {
    store::ProspectQuery query;
    const auto rows = co_await service().prospects(std::move(query));
    answered += rows ? 1 : 0;
    busy += !rows && rows.error().code == ErrorCode::kLocked ? 1 : 0;
  };
  for (int i = 0; i < 40; ++i)
    boost::asio::co_spawn(io, ask, [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
  io.restart();
  io.run();
  EXPECT_EQ(answered, 32);
  EXPECT_EQ(busy, 8);
  EXPECT_TRUE(wait_for(service().prospects({})));
}

TEST_F(ServiceTest, ProspectsAreListedInPages) {
  for (int64_t id = 1; id <= 5; ++id)
    store.shelf.prospects[id].prospect.id = ProspectId{id};
  store::ProspectQuery query;
  query.place.after = 2;
  query.limit = 2;
  const auto rows = wait_for(service().prospects(query));
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->front().prospect.id.value, 3);
}

TEST_F(ServiceTest, AListIsNeverLongerThanTheStoreAllows) {
  for (int64_t id = 1; id <= static_cast<int64_t>(store::kListRowsMax) + 1; ++id)
    store.shelf.prospects[id].prospect.id = ProspectId{id};
  store::ProspectQuery query;
  query.limit = 1'000'000;
  const auto rows = wait_for(service().prospects(query));
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), store::kListRowsMax);
}

TEST_F(ServiceTest, DuplicatesAndDeadLettersAreListed) {
  held(reconcile::DuplicateKind::kDuplicateEmail);
  held(reconcile::DuplicateKind::kDuplicateEmail).open = false;
  store.shelf.dead_letters.resize(1);
  store.shelf.dead_letters[0].id = DeadLetterId{1};
  const auto open = wait_for(service().duplicates(DuplicateId{}, 10, true));
  const auto all = wait_for(service().duplicates(DuplicateId{}, 10, false));
  const auto letters = wait_for(service().dead_letters(DeadLetterId{}, 10));
  ASSERT_TRUE(open && all && letters);
  EXPECT_EQ(open->size(), 1U);
  EXPECT_EQ(all->size(), 2U);
  EXPECT_EQ(letters->size(), 1U);
}

TEST_F(ServiceTest, SyncsAndDryRunsGoToTheSupervisor) {
  ASSERT_TRUE(wait_for(service().sync("salesforce")));
  ASSERT_TRUE(wait_for(service().dry_run("")));
  EXPECT_THAT(supervisor.asked, ElementsAre("sync salesforce", "dry run "));
  supervisor.cycle = make_error(ErrorCode::kLoginRefused, "the CRM refused the login");
  const auto refused = wait_for(service().sync(""));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLoginRefused);
}

TEST_F(ServiceTest, ItIsLiveAndReadyWhileNothingIsWrong) {
  EXPECT_TRUE(service().live());
  EXPECT_TRUE(service().ready());
}

TEST_F(ServiceTest, AFatalErrorEndsBeingLive) {
  supervisor.fatal_error = make_error(ErrorCode::kStateDamaged, "row 7 of /secret/path is damaged");
  EXPECT_FALSE(service().live());
  EXPECT_FALSE(service().ready());
  EXPECT_EQ(service().liveness().at(0).why,
            "the engine has stopped for good (state_damaged); the log says what to do");
}

TEST_F(ServiceTest, F46_AFullDiskEndsBeingReadyButNotBeingLive) {
  supervisor.connections[0].last_error = make_error(ErrorCode::kDiskFull, "no space");
  EXPECT_TRUE(service().live());
  EXPECT_FALSE(service().ready());
  supervisor.connections[0].last_error.reset();
  EXPECT_TRUE(service().ready());
}

TEST_F(ServiceTest, ATroubleOfTheCrmDoesNotEndBeingReady) {
  supervisor.connections[0].last_error = make_error(ErrorCode::kNetwork, "connection refused");
  EXPECT_TRUE(service().ready());
}

TEST_F(ServiceTest, ALoginThatIsRefusedLeavesAWhileOfGrace) {
  engine::ConnectionStatus& first = supervisor.connections[0];
  first.last_cycle.emplace();
  first.last_error = make_error(ErrorCode::kLoginRefused, "wrong secret");
  first.failing_for = kLoginGrace - milliseconds{1};
  EXPECT_TRUE(service().ready());
  first.failing_for = kLoginGrace;
  EXPECT_FALSE(service().ready());
  EXPECT_TRUE(service().live());
  EXPECT_EQ(service().readiness().back().name, "login");
}

TEST_F(ServiceTest, ALoginThatWasNeverGoodHasNoGrace) {
  supervisor.connections[0].last_error = make_error(ErrorCode::kLoginRefused, "wrong secret");
  supervisor.connections[0].failing_for = milliseconds{1};
  EXPECT_FALSE(service().ready());
}

TEST_F(ServiceTest, I12_OneConnectionThatLogsInIsEnoughToBeReady) {
  supervisor.connections.push_back(supervisor.connections[0]);
  supervisor.connections[0].last_error = make_error(ErrorCode::kLoginRefused, "wrong secret");
  supervisor.connections[0].failing_for = 2 * kLoginGrace;
  EXPECT_TRUE(service().ready());
}

TEST_F(ServiceTest, AHeartbeatThatStopsEndsBeingLiveAndOneThatCannotWriteBeingReady) {
  EXPECT_TRUE(service().ready());
  heartbeat.failure = ErrorCode::kDiskFull;
  EXPECT_TRUE(service().live());
  EXPECT_FALSE(service().ready());
  heartbeat.failure.reset();
  heartbeat.sentence = "the engine's loop does not turn";
  EXPECT_FALSE(service().live());
  EXPECT_EQ(service().liveness().at(0).why, "the engine's loop does not turn");
}

TEST_F(ServiceTest, StoppingEndsBeingReady) {
  scheduler->stop();
  EXPECT_TRUE(service().live());
  EXPECT_FALSE(service().ready());
}

TEST_F(ServiceTest, AStoreThatFailsAnswersItsError) {
  store.shelf.failure = make_error(ErrorCode::kLocked, "the database is busy");
  const auto status = wait_for(service().status());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kLocked);
}

}  // namespace
}  // namespace prospectd::service
