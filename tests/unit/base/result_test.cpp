// Result, its macros, and the table of error codes.
#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace prospectd {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return make_error(ErrorCode::kInvalidInput, "odd");
  return n / 2;
}

Result<int> quarter(int n) {
  PD_ASSIGN(h, half(n));
  PD_ASSIGN(q, half(h));
  return q;
}

Result<void> check_even(int n, int* reached) {
  PD_TRY(half(n));
  ++*reached;
  return {};
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = half(8);
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 4);
  const Result<int> bad = half(7);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(bad.error().message, "odd");
}

TEST(Result, ValueOrGivesTheFallbackOnlyForAnError) {
  EXPECT_EQ(half(8).value_or(99), 4);
  EXPECT_EQ(half(7).value_or(99), 99);
}

TEST(Result, CarriesWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> boxed = std::make_unique<int>(5);
  const std::unique_ptr<int> out = *std::move(boxed);
  ASSERT_NE(out, nullptr);
  EXPECT_EQ(*out, 5);
}

TEST(Result, AssignPassesTheFirstErrorOn) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_EQ(quarter(5).error().message, "odd");
}

TEST(Result, TryReturnsEarlyOnAnErrorOnly) {
  int reached = 0;
  EXPECT_TRUE(check_even(2, &reached));
  EXPECT_EQ(reached, 1);
  EXPECT_FALSE(check_even(3, &reached));
  EXPECT_EQ(reached, 1);
}

TEST(Result, OfVoidIsGoodByDefault) {
  const Result<void> good;
  EXPECT_TRUE(good);
  const Result<void> bad = make_error(ErrorCode::kTimeout, "late");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::kTimeout);
}

TEST(Error, TextNamesTheActionsOutermostFirst) {
  Error error = make_error(ErrorCode::kNetwork, "refused");
  EXPECT_EQ(error.text(), "refused");
  error = std::move(error).within("read page");
  error = std::move(error).within("Lead");
  EXPECT_EQ(error.text(), "Lead: read page: refused");
}

// Every code there is, in order; the last one closes the list.
constexpr int kCodeCount = static_cast<int>(ErrorCode::kCancelled) + 1;

TEST(ErrorTable, EveryCodeHasAStableNameOfItsOwn) {
  std::set<std::string> names;
  for (int i = 0; i < kCodeCount; ++i) {
    const std::string name(name_of(static_cast<ErrorCode>(i)));
    EXPECT_FALSE(name.empty());
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << name;
    EXPECT_TRUE(names.insert(name).second) << name << " is there twice";
  }
}

TEST(ErrorTable, TheClassSaysWhatTheEngineDoesNext) {
  struct Row {
    ErrorCode code;
    ErrorClass expected;
  };
  constexpr Row kRows[] = {
      {ErrorCode::kNetwork, ErrorClass::kRetry},        {ErrorCode::kTimeout, ErrorClass::kRetry},
      {ErrorCode::kServerError, ErrorClass::kRetry},    {ErrorCode::kQueryRestart, ErrorClass::kRetry},
      {ErrorCode::kDiskFull, ErrorClass::kRetry},       {ErrorCode::kRateLimited, ErrorClass::kWait},
      {ErrorCode::kQuotaExhausted, ErrorClass::kWait},  {ErrorCode::kSessionExpired, ErrorClass::kReauth},
      {ErrorCode::kBadRecord, ErrorClass::kRecord},     {ErrorCode::kTooLarge, ErrorClass::kRecord},
      {ErrorCode::kLoginRefused, ErrorClass::kConfig},  {ErrorCode::kPermission, ErrorClass::kConfig},
      {ErrorCode::kRefusedTarget, ErrorClass::kConfig}, {ErrorCode::kStateDamaged, ErrorClass::kCorrupt},
      {ErrorCode::kStateTooNew, ErrorClass::kCorrupt},  {ErrorCode::kLockHeld, ErrorClass::kCorrupt},
      {ErrorCode::kInternal, ErrorClass::kCorrupt},     {ErrorCode::kCancelled, ErrorClass::kCancelled},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(class_of(row.code), row.expected) << name_of(row.code);
  }
}

TEST(ErrorTable, ClassesLieTogetherInTheOrderOfTheirEnum) {
  for (int i = 1; i < kCodeCount; ++i) {
    EXPECT_LE(class_of(static_cast<ErrorCode>(i - 1)), class_of(static_cast<ErrorCode>(i))) << i;
  }
}

}  // namespace
}  // namespace prospectd
