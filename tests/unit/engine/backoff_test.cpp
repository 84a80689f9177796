#include "daemon/engine/backoff.h"

#include <gtest/gtest.h>

namespace prospectd::engine {
namespace {

constexpr uint64_t kTop = ~uint64_t{0};

TEST(Backoff, GrowsToItsCapAndNeverPastIt) {
  const BackoffOptions options{milliseconds{500}, milliseconds{60'000}};
  for (int attempt = 1; attempt < 100; ++attempt) {
    const milliseconds wait = full_jitter(options, attempt, kTop);
    EXPECT_GE(wait.count(), 0);
    EXPECT_LE(wait, options.cap);
  }
  EXPECT_LE(full_jitter(options, 1, kTop), options.base);
}

TEST(Backoff, JitterReachesDownToNothing) {
  EXPECT_EQ(full_jitter({}, 5, 0), milliseconds{0});
}

TEST(Backoff, F32_RetryAfterIsObeyedAndCappedAtAnHour) {
  Error error = make_error(ErrorCode::kServerError, "503");
  error.retry_after = seconds{90};
  EXPECT_EQ(rest_after(error, 1, seconds{60}, 1), seconds{90});
  error.retry_after = std::chrono::hours{400};
  EXPECT_EQ(rest_after(error, 1, seconds{60}, 1), std::chrono::hours{1});
}

TEST(Backoff, AnExhaustedQuotaRestsLongerThanABusyServer) {
  const milliseconds quota = rest_after(make_error(ErrorCode::kQuotaExhausted, ""), 1, seconds{60}, 7);
  const milliseconds busy = rest_after(make_error(ErrorCode::kRateLimited, ""), 1, seconds{60}, 7);
  EXPECT_GT(quota, busy);
}

TEST(RetryBudget, IsSpentAndComesBackWithSuccess) {
  RetryBudget budget;
  int retries = 0;
  while (budget.spend(ErrorCode::kTimeout))
    ++retries;
  EXPECT_GT(retries, 10);
  EXPECT_LT(retries, 1000);
  for (int i = 0; i < 10; ++i)
    budget.refund();
  EXPECT_TRUE(budget.spend(ErrorCode::kTimeout));
  EXPECT_FALSE(budget.spend(ErrorCode::kTimeout));
}

TEST(RestAfter, WhatAPersonHasToMendIsTriedLessAndLess) {
  const Error refused = make_error(ErrorCode::kLoginRefused, "");
  EXPECT_EQ(rest_after(refused, 1, seconds{2}, 7), seconds{2});
  EXPECT_EQ(rest_after(refused, 5, seconds{2}, 7), seconds{32});
  EXPECT_EQ(rest_after(refused, 1'000, seconds{2}, 7), std::chrono::minutes{10});
  EXPECT_EQ(rest_after(refused, 1'000, std::chrono::minutes{15}, 7), std::chrono::minutes{15});
}

}  // namespace
}  // namespace prospectd::engine
