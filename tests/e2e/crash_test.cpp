// kill -9, SIGTERM and a second daemon, in the middle of an import.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

using testing::HasSubstr;

constexpr int64_t kPeople = 20'000;
constexpr int64_t kKills = 6;

/// A larger organisation that gives small pages, so that an import has many moments to stop at.
std::unique_ptr<SandboxCrm> large_crm() {
  auto crm = std::make_unique<SandboxCrm>(std::vector<std::string>{"--people", std::to_string(kPeople)});
  crm->change({"knobs", "page_size_max:=200"});
  return crm;
}

/// Waits until so many prospects are there or the import has ended; true when it was still under way.
bool reach(const Follower& follower, int64_t prospects) {
  bool under_way = false;
  const bool reached = wait_until([&] {
    const auto status = follower.status();
    if (!status) return false;
    under_way = status->at("connections").at(0).at("lastCycle").is_null();
    return !under_way || status->at("totals").at("prospects").get<int64_t>() >= prospects;
  });
  EXPECT_TRUE(reached);
  return under_way;
}

TEST(Crash, KillDuringAnImportLosesAndDoublesNothing) {
  const auto crm = large_crm();
  Follower follower(*crm);
  // The very first moments, before anything is committed.
  follower.start();
  EXPECT_TRUE(wait_until([&] { return std::filesystem::exists(follower.database()); }));
  EXPECT_EQ(follower.stop(SIGKILL), 128 + SIGKILL);
  int64_t in_the_middle = 0;
  for (int64_t kill = 1; kill <= kKills; ++kill) {
    follower.start();
    in_the_middle += reach(follower, kill * kPeople / (kKills + 2)) ? 1 : 0;
    EXPECT_EQ(follower.stop(SIGKILL), 128 + SIGKILL);
  }
  EXPECT_GE(in_the_middle, kKills / 2) << "the kills came too late to mean anything";
  follower.start();
  follower.await_first_cycle();
  const Holding after = holding_of(follower);
  const Json again = follower.data({"sync"});
  EXPECT_EQ(again.at("result").at("people").at("created"), 0);
  EXPECT_EQ(follower.stop(SIGTERM), 0);
  expect_same(after, undisturbed(*crm));
}

TEST(Crash, SigtermDuringASyncStopsInOrderAndTheNextRunGoesOn) {
  const auto crm = large_crm();
  Follower follower(*crm);
  follower.start();
  EXPECT_TRUE(reach(follower, 1)) << "the import ended before it could be stopped";
  EXPECT_EQ(follower.stop(SIGTERM), 0) << follower.daemon().err();
  EXPECT_FALSE(std::filesystem::exists(follower.path("state/api.address")));
  follower.start();
  follower.await_api();
  const auto kept = follower.status();
  ASSERT_TRUE(kept);
  EXPECT_GT(kept->at("totals").at("prospects"), 0);
  follower.await_first_cycle();
  const Holding after = holding_of(follower);
  EXPECT_EQ(follower.stop(SIGTERM), 0);
  expect_same(after, undisturbed(*crm));
}

TEST(Crash, TheSandboxGoingAwayIsTroubleThatPasses) {
  SandboxCrm crm({"--people", "200"});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  crm.program().signal(SIGKILL);
  crm.program().wait();
  const Ended sync = follower.ask({"sync"});
  EXPECT_EQ(sync.code, 5) << sync.err << sync.out;
  EXPECT_EQ(follower.data({"status"}).at("totals").at("prospects").get<int64_t>() > 0, true);
  EXPECT_EQ(follower.stop(SIGTERM), 0);
}

TEST(Crash, ASecondDaemonOnOneStateIsRefused) {
  const SandboxCrm crm({"--people", "50"});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  const Ended second = follower.ask({"run"});
  EXPECT_EQ(second.code, 11);
  EXPECT_THAT(second.err, HasSubstr(std::to_string(follower.daemon().pid())));
  EXPECT_EQ(follower.ask({"run", "--once"}).code, 11);
  // The first one goes on as if nothing had been.
  EXPECT_EQ(follower.ask({"sync"}).code, 0);
  EXPECT_EQ(follower.stop(SIGTERM), 0);
  EXPECT_EQ(follower.ask({"run", "--once"}).code, 0);
}

}  // namespace
}  // namespace prospectd::e2e
