// The forecast of a daily allowance, from readings of the CRM's counter.
#include "daemon/engine/allowance.h"

#include <gtest/gtest.h>

namespace prospectd::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(Allowance, NothingIsForecastFromLessThanTenMinutes) {
  Allowance allowance;
  EXPECT_FALSE(allowance.forecast());
  allowance.note(minutes{0}, {100, 1'000});
  allowance.note(minutes{9}, {200, 1'000});
  EXPECT_FALSE(allowance.forecast());
  allowance.note(minutes{10}, {200, 1'000});
  EXPECT_TRUE(allowance.forecast());
}

TEST(Allowance, ACounterThatIsNotKnownIsNoReading) {
  Allowance allowance;
  allowance.note(minutes{0}, {});
  allowance.note(minutes{30}, {});
  EXPECT_FALSE(allowance.forecast());
}

TEST(Allowance, RunsOutWhereTheGrowthMeetsTheLimitWithinADay) {
  Allowance allowance;
  allowance.note(minutes{0}, {400, 1'000});
  allowance.note(minutes{30}, {500, 1'000});
  const auto forecast = allowance.forecast();
  ASSERT_TRUE(forecast);
  EXPECT_DOUBLE_EQ(forecast->per_hour, 200);
  EXPECT_EQ(forecast->runs_out_in, hours{2} + minutes{30});
}

// After a day the calls of now leave the counter again: a slower growth never reaches the limit.
TEST(Allowance, LastsWhereTheLimitIsMoreThanADayAway) {
  Allowance allowance;
  allowance.note(minutes{0}, {100, 15'000});
  allowance.note(minutes{60}, {200, 15'000});
  ASSERT_TRUE(allowance.forecast());
  EXPECT_FALSE(allowance.forecast()->runs_out_in);
}

TEST(Allowance, ASinkingCounterLasts) {
  Allowance allowance;
  allowance.note(minutes{0}, {900, 1'000});
  allowance.note(minutes{30}, {880, 1'000});
  ASSERT_TRUE(allowance.forecast());
  EXPECT_DOUBLE_EQ(allowance.forecast()->per_hour, -40);
  EXPECT_FALSE(allowance.forecast()->runs_out_in);
}

TEST(Allowance, OneThatIsUsedUpRunsOutNow) {
  Allowance allowance;
  allowance.note(minutes{0}, {900, 1'000});
  allowance.note(minutes{30}, {1'010, 1'000});
  ASSERT_TRUE(allowance.forecast());
  EXPECT_EQ(allowance.forecast()->runs_out_in, milliseconds{0});
}

TEST(Allowance, OnlyTheLastHourCountsHoweverOftenItIsRead) {
  Allowance allowance;
  int64_t used = 0;
  for (int minute = 0; minute < 180; ++minute) {
    used += minute < 120 ? 100 : 1;  // a busy time that is over
    for (int quarter = 0; quarter < 4; ++quarter)
      allowance.note(minutes{minute} + seconds{15 * quarter}, {used, 100'000});
  }
  ASSERT_TRUE(allowance.forecast());
  EXPECT_NEAR(allowance.forecast()->per_hour, 60, 5);
}

TEST(Allowance, PollsThatAreFarApartAreEnough) {
  Allowance allowance;
  allowance.note(hours{0}, {0, 100'000});
  allowance.note(hours{4}, {400, 100'000});
  allowance.note(hours{8}, {1'200, 100'000});
  ASSERT_TRUE(allowance.forecast());
  EXPECT_DOUBLE_EQ(allowance.forecast()->per_hour, 200);
}

TEST(Allowance, ACounterThatWasSetBackStartsOver) {
  Allowance allowance;
  allowance.note(minutes{0}, {900, 1'000});
  allowance.note(minutes{30}, {950, 1'000});
  allowance.note(minutes{40}, {5, 1'000});
  EXPECT_FALSE(allowance.forecast());
  allowance.note(minutes{55}, {30, 1'000});
  ASSERT_TRUE(allowance.forecast());
  EXPECT_DOUBLE_EQ(allowance.forecast()->per_hour, 100);
}

}  // namespace
}  // namespace prospectd::engine
