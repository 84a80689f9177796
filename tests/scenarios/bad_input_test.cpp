// Bad input from the CRM, a tired disk, a wrong password: a clear error each, nothing lost or half-written,
// the rest goes on.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "tests/support/scratch.h"
#include "tests/support/world.h"

namespace prospectd::test {
namespace {

using mapping::Value;
namespace field = mapping::field;

bool mentions(const std::vector<std::string>& alerts, const std::string& text) {
  return std::ranges::any_of(alerts,
                             [&](const std::string& alert) { return alert.find(text) != std::string::npos; });
}

class BadInput : public testing::Test {
 protected:
  void knobs(const std::function<void(sandbox::Knobs&)>& change) {
    sandbox::Knobs knobs = world_.front().knobs();
    change(knobs);
    world_.front().set_knobs(knobs);
  }
  void fill(int people) {
    for (int i = 0; i < people; ++i)
      world_.lead("p" + std::to_string(i) + "@x.test");
  }
  static WorldOptions small_pages() {
    WorldOptions options;
    options.page_size = 5;
    return options;
  }

  World world_{small_pages()};
};

TEST_F(BadInput, F30_ASessionThatEndsBetweenPagesIsRenewed) {
  fill(20);
  knobs([](sandbox::Knobs& k) { k.token_requests_max = 9; });
  EXPECT_EQ(world_.sync().people.created, 20);
  EXPECT_GT(world_.front().stats().logins, 1);
}

TEST_F(BadInput, WrongCredentialsAreToldAndNothingIsWritten) {
  fill(3);
  knobs([](sandbox::Knobs& k) { k.run_as_configured = false; });
  const auto outcome = world_.try_sync();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kLoginRefused);
  EXPECT_TRUE(world_.prospects().empty());
  EXPECT_EQ(world_.supervisor().status().at(0).state, engine::ConnectionState::kNeedsAttention);
}

TEST_F(BadInput, F11_AFieldThatVanishesIsLeftOutAndTheOthersGoOn) {
  const std::string lead = world_.lead("l@x.test", {{"Title", Value("CTO")}});
  world_.sync();
  knobs([](sandbox::Knobs& k) { k.hidden_fields["lead"] = {"title"}; });
  world_.edit("Lead", lead, {{"Phone", Value("1")}});
  const auto summary = world_.sync();
  EXPECT_TRUE(mentions(summary.alerts, "Title")) << testing::PrintToString(summary.alerts);
  EXPECT_EQ(world_.prospect_of(lead).prospect.fields[field::kPhone], Value("1"));
  EXPECT_EQ(world_.prospect_of(lead).prospect.fields[field::kTitle], Value("CTO"));
}

TEST_F(BadInput, F11_WhatChangedWhileAFieldWasAwayArrivesWhenItIsBack) {
  const std::string lead = world_.lead("l@x.test", {{"Title", Value("CTO")}});
  world_.sync();
  knobs([](sandbox::Knobs& k) { k.hidden_fields["lead"] = {"title"}; });
  world_.edit("Lead", lead, {{"Title", Value("CEO")}, {"Phone", Value("1")}});
  world_.sync();
  world_.scheduler().run_for(std::chrono::hours{2});  // the overlap does not reach back to the edit
  knobs([](sandbox::Knobs& k) { k.hidden_fields.clear(); });
  EXPECT_TRUE(mentions(world_.sync().alerts, "Title → title is read again"));
  EXPECT_EQ(world_.prospect_of(lead).prospect.fields[field::kTitle], Value("CEO"));
  const int64_t written = world_.store().rows_written();
  EXPECT_TRUE(world_.sync().alerts.empty());
  EXPECT_EQ(world_.store().rows_written(), written);
}

TEST_F(BadInput, I12_AnObjectThatIsNotEnabledDoesNotStopTheOthers) {
  fill(3);
  world_.contact("c@x.test");
  knobs([](sandbox::Knobs& k) { k.disabled_objects = {"contact"}; });
  const auto summary = world_.try_sync();
  ASSERT_TRUE(summary) << summary.error().text();
  EXPECT_TRUE(mentions(summary->alerts, "Contact")) << testing::PrintToString(summary->alerts);
  EXPECT_FALSE(summary->complete) << "nobody may take it for the whole";
  EXPECT_EQ(world_.supervisor().status().at(0).state, engine::ConnectionState::kNeedsAttention);
  EXPECT_EQ(world_.prospects().size(), 3U);
}

TEST_F(BadInput, F27_AnHtmlPageWithStatus200IsAFailureAndIsReadAgain) {
  fill(3);
  world_.sync();
  world_.lead("new@x.test");
  world_.transport().plan(Fault::kHtml);
  EXPECT_FALSE(world_.try_sync());
  EXPECT_EQ(world_.sync().people.created, 1);
}

TEST_F(BadInput, F08_ATruncatedPageCommitsNothingAndIsReadAgain) {
  fill(20);
  FaultRates rates;
  rates.per_mille[static_cast<size_t>(Fault::kTruncated)] = 300;
  world_.transport().set_rates(rates);
  for (int i = 0; i < 30; ++i)
    (void)world_.try_sync();
  world_.transport().set_rates({});
  world_.sync();
  EXPECT_EQ(world_.prospects().size(), 20U);
}

TEST_F(BadInput, F06_ALocatorThatLoopsEndsTheReadingOfThatObject) {
  fill(20);
  FaultRates rates;
  rates.per_mille[static_cast<size_t>(Fault::kReplayedPage)] = 1000;
  world_.transport().set_rates(rates);
  const auto outcome = world_.try_sync();
  EXPECT_TRUE(!outcome || !outcome->complete);
  world_.transport().set_rates({});
  world_.sync();
  EXPECT_EQ(world_.prospects().size(), 20U);
}

TEST_F(BadInput, F33_AnExhaustedQuotaPausesTheConnection) {
  fill(3);
  knobs([](sandbox::Knobs& k) { k.daily_limit = 3; });
  const auto outcome = world_.try_sync();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kQuotaExhausted);
  EXPECT_EQ(world_.supervisor().status().at(0).state, engine::ConnectionState::kWaiting);
}

TEST_F(BadInput, F09_ACrmWhoseClockIsAnHourAheadIsFollowedByItsOwnClock) {
  fill(3);
  knobs([](sandbox::Knobs& k) { k.date_offset = std::chrono::hours{1}; });
  EXPECT_EQ(world_.sync().people.created, 3);
  world_.lead("later@x.test");
  EXPECT_EQ(world_.sync().people.created, 1);
}

TEST_F(BadInput, F09_ACrmWhoseClockHasGoneBackIsNotTakenForQuiet) {
  fill(3);
  world_.sync();
  knobs([](sandbox::Knobs& k) { k.date_offset = -std::chrono::hours{24}; });
  world_.lead("later@x.test");
  const auto outcome = world_.try_sync();
  ASSERT_FALSE(outcome) << "nothing newer can be read";
  EXPECT_NE(outcome.error().message.find("the CRM's clock"), std::string::npos) << outcome.error().text();
  knobs([](sandbox::Knobs& k) { k.date_offset = {}; });
  EXPECT_EQ(world_.sync().people.created, 1);
}

TEST_F(BadInput, F09_AClockThatWasYearsAheadForAWhileStopsNothingLater) {
  fill(3);
  world_.sync();
  knobs([](sandbox::Knobs& k) { k.date_offset = std::chrono::hours{24 * 365 * 30}; });
  world_.lead("meanwhile@x.test");
  EXPECT_EQ(world_.sync().people.created, 1);
  knobs([](sandbox::Knobs& k) { k.date_offset = {}; });
  world_.lead("later@x.test");
  EXPECT_EQ(world_.sync().people.created, 1);
}

TEST_F(BadInput, F02_FiftyPagesOfOneSecondWithALostLocatorNowAndThen) {
  fill(250);
  FaultRates rates;
  rates.per_mille[static_cast<size_t>(Fault::kLostLocator)] = 200;
  world_.transport().set_rates(rates);
  EXPECT_EQ(world_.sync().people.created, 250);
}

TEST(FullDisk, F46_PausesMovesNoCursorAndGoesOnWhenThereIsSpace) {
  const Scratch scratch;
  WorldOptions options;
  options.database = scratch.file("prospectd.db");
  options.page_size = 200;
  World world(options);
  world.sync();
  for (int i = 0; i < 4'000; ++i)
    world.lead("p" + std::to_string(i) + "@x.test", {{"Title", Value(std::string(100, 'x'))}});
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{1024 * 1024, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const auto full = world.try_sync();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kDiskFull) << full.error().text();
  world.sync();
  EXPECT_EQ(world.prospects().size(), 4'000U);
}

}  // namespace
}  // namespace prospectd::test
