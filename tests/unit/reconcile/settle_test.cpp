// What becomes of a change that was sent, for everything that the CRM can make of it.
#include "reconcile/settle.h"

#include <gtest/gtest.h>

#include <limits>

namespace prospectd::reconcile {
namespace {

constexpr uint64_t kTopChance = std::numeric_limits<uint64_t>::max();
constexpr PushKind kKinds[] = {PushKind::kCreate, PushKind::kUpsert, PushKind::kUpdate, PushKind::kDelete};

const Timestamp kNow = *parse_timestamp("2026-11-20T09:00:00Z");

PushAttempt attempt(int tries = 1, uint64_t chance = 0) {
  return {kNow, tries, chance};
}
PushOutcome refused(PushKind kind, RefusalClass what, std::vector<RemoteId> others = {}) {
  PushOutcome out;
  out.kind = kind;
  out.state = SendResult::kRefused;
  out.refusal = what;
  out.others = std::move(others);
  return out;
}
PushOutcome failed(ErrorCode code) {
  PushOutcome out;
  out.state = SendResult::kNotDone;
  out.failure = code;
  return out;
}

TEST(Settle, WhatIsWrittenIsDone) {
  for (const PushKind kind : kKinds) {
    PushOutcome written;
    written.kind = kind;
    EXPECT_EQ(settle(written, attempt()), Settlement{});
  }
}

TEST(Settle, F24_WhatMayHaveBeenWrittenIsLookedUpAndNotSentAgain) {
  for (const PushKind kind : kKinds) {
    PushOutcome doubtful;
    doubtful.kind = kind;
    doubtful.state = SendResult::kInDoubt;
    EXPECT_EQ(settle(doubtful, attempt(100)).verdict, PushVerdict::kVerify);
    EXPECT_FALSE(settle(doubtful, attempt(100)).counts);
  }
}

TEST(Settle, EachRefusalHasItsVerdictForEachKindOfChange) {
  struct Row {
    RefusalClass what;
    PushVerdict create;
    PushVerdict update;
    PushVerdict remove;
    bool counts;
  };
  const Row rows[] = {
      {RefusalClass::kGone, PushVerdict::kDeadLetter, PushVerdict::kFollow, PushVerdict::kDone, false},
      {RefusalClass::kConverted, PushVerdict::kDeadLetter, PushVerdict::kFollow, PushVerdict::kFollow, false},
      {RefusalClass::kMapping, PushVerdict::kDeadLetter, PushVerdict::kDeadLetter, PushVerdict::kDeadLetter,
       false},
      {RefusalClass::kRequest, PushVerdict::kDeadLetter, PushVerdict::kDeadLetter, PushVerdict::kDeadLetter,
       false},
      {RefusalClass::kPermission, PushVerdict::kDeadLetter, PushVerdict::kDeadLetter,
       PushVerdict::kDeadLetter, false},
      {RefusalClass::kRecord, PushVerdict::kDeadLetter, PushVerdict::kDeadLetter, PushVerdict::kDeadLetter,
       false},
      {RefusalClass::kDuplicate, PushVerdict::kRetryAlone, PushVerdict::kConflict, PushVerdict::kDeadLetter,
       false},
      {RefusalClass::kQuota, PushVerdict::kRetryAt, PushVerdict::kRetryAt, PushVerdict::kRetryAt, false},
      {RefusalClass::kSession, PushVerdict::kRetryAt, PushVerdict::kRetryAt, PushVerdict::kRetryAt, true},
      {RefusalClass::kLater, PushVerdict::kRetryAt, PushVerdict::kRetryAt, PushVerdict::kRetryAt, true},
      {RefusalClass::kLocked, PushVerdict::kRetryAt, PushVerdict::kRetryAt, PushVerdict::kRetryAt, true},
  };
  EXPECT_EQ(std::size(rows), kRefusalClassCount);
  for (const Row& row : rows) {
    const std::pair<PushKind, PushVerdict> cases[] = {
        {PushKind::kCreate, row.create}, {PushKind::kUpdate, row.update}, {PushKind::kDelete, row.remove}};
    for (const auto& [kind, verdict] : cases) {
      const Settlement settled = settle(refused(kind, row.what), attempt());
      EXPECT_EQ(name_of(settled.verdict), name_of(verdict)) << name_of(row.what);
      const bool is_given_up = verdict == PushVerdict::kDeadLetter || verdict == PushVerdict::kConflict;
      EXPECT_EQ(settled.counts, row.counts || is_given_up) << name_of(row.what);
      EXPECT_EQ(settled.verdict == PushVerdict::kRetryAt, settled.at >= kNow) << name_of(row.what);
    }
  }
}

TEST(Settle, ADuplicateIsLinkedWhereItIsCertainWhichRecordItIs) {
  const RemoteId ada("00Q000000000001EAA");
  const RemoteId bob("00Q000000000002EAA");
  Settlement settled = settle(refused(PushKind::kCreate, RefusalClass::kDuplicate, {ada}), attempt());
  EXPECT_EQ(settled.verdict, PushVerdict::kLink);
  EXPECT_EQ(settled.other, ada);
  settled = settle(refused(PushKind::kCreate, RefusalClass::kDuplicate, {ada, bob}), attempt());
  EXPECT_EQ(settled.verdict, PushVerdict::kConflict);
  EXPECT_TRUE(settled.other.empty());
  PushOutcome untold = refused(PushKind::kCreate, RefusalClass::kDuplicate);
  untold.alone = true;
  EXPECT_EQ(settle(untold, attempt()).verdict, PushVerdict::kConflict) << "it would not be told another time";
  EXPECT_EQ(settle(refused(PushKind::kUpdate, RefusalClass::kDuplicate, {ada}), attempt()).verdict,
            PushVerdict::kConflict);
}

TEST(Settle, F28_ARowThatNeverPassesIsSetApartAfterItsTries) {
  struct Row {
    RefusalClass what;
    int tries_max;
  };
  const Row rows[] = {{RefusalClass::kLater, kPushTriesMax},
                      {RefusalClass::kSession, kPushTriesMax},
                      {RefusalClass::kLocked, kLockTriesMax}};
  for (const Row& row : rows) {
    const PushOutcome outcome = refused(PushKind::kUpdate, row.what);
    EXPECT_EQ(settle(outcome, attempt(row.tries_max - 1)).verdict, PushVerdict::kRetryAt);
    EXPECT_EQ(settle(outcome, attempt(row.tries_max)).verdict, PushVerdict::kDeadLetter);
  }
  EXPECT_EQ(settle(refused(PushKind::kUpdate, RefusalClass::kQuota), attempt(1'000)).verdict,
            PushVerdict::kRetryAt)
      << "no row is to blame for the allowance";
}

TEST(Settle, F29_ALockIsTriedAgainSoonerThanAFaultOfTheServer) {
  for (int tries = 1; tries < kPushTriesMax; ++tries) {
    for (const uint64_t chance : {uint64_t{0}, uint64_t{12'345'678}}) {
      const auto lock = settle(refused(PushKind::kUpdate, RefusalClass::kLocked), attempt(tries, chance));
      const auto later = settle(refused(PushKind::kUpdate, RefusalClass::kLater), attempt(tries, chance));
      EXPECT_GT(lock.at, kNow);
      EXPECT_LE(lock.at, later.at);
    }
  }
}

TEST(Settle, F34_WhatTheWholeConnectionSuffersNeverCountsAgainstARow) {
  for (const ErrorCode code :
       {ErrorCode::kNetwork, ErrorCode::kTimeout, ErrorCode::kServerError, ErrorCode::kQuotaExhausted,
        ErrorCode::kRateLimited, ErrorCode::kSessionExpired, ErrorCode::kLoginRefused, ErrorCode::kPermission,
        ErrorCode::kInternal}) {
    const Settlement settled = settle(failed(code), attempt(1'000));
    EXPECT_EQ(settled.verdict, PushVerdict::kRetryAt) << name_of(code);
    EXPECT_FALSE(settled.counts) << name_of(code);
    EXPECT_GT(settled.at, kNow) << name_of(code);
  }
  EXPECT_EQ(settle(failed(ErrorCode::kCancelled), attempt()).at, kNow);
}

TEST(Settle, F32_WhatTheCrmAsksToWaitIsWaitedUpToAnHour) {
  PushOutcome asked = failed(ErrorCode::kServerError);
  asked.retry_after = std::chrono::minutes{20};
  EXPECT_EQ(settle(asked, attempt()).at, kNow + std::chrono::minutes{20});
  asked.retry_after = std::chrono::hours{48};
  EXPECT_EQ(settle(asked, attempt()).at, kNow + std::chrono::hours{1});
  asked.retry_after = milliseconds{-5};
  EXPECT_GT(settle(asked, attempt()).at, kNow);
  PushOutcome quota = failed(ErrorCode::kQuotaExhausted);
  const Timestamp unasked = settle(quota, attempt()).at;
  quota.retry_after = std::chrono::seconds{30};
  EXPECT_EQ(settle(quota, attempt()).at, kNow + std::chrono::seconds{30});
  EXPECT_GT(unasked, kNow + std::chrono::seconds{30});
}

TEST(Settle, F32_TooManyCallsAtOneMomentAreTriedAgainSoonerThanAnAllowanceThatIsUsedUp) {
  const Timestamp rate = settle(failed(ErrorCode::kRateLimited), attempt()).at;
  EXPECT_GT(rate, kNow);
  EXPECT_LT(rate, settle(failed(ErrorCode::kQuotaExhausted), attempt()).at);
  PushOutcome asked = failed(ErrorCode::kRateLimited);
  asked.retry_after = std::chrono::minutes{10};
  EXPECT_EQ(settle(asked, attempt()).at, kNow + std::chrono::minutes{10});
}

TEST(Settle, I12_ACallThatOneRowSpoilsIsSentAgainRowByRow) {
  for (const ErrorCode code : {ErrorCode::kInvalidInput, ErrorCode::kTooLarge, ErrorCode::kBadRecord}) {
    PushOutcome spoilt = failed(code);
    EXPECT_EQ(settle(spoilt, attempt()).verdict, PushVerdict::kRetryAlone);
    spoilt.alone = true;
    EXPECT_EQ(settle(spoilt, attempt()).verdict, PushVerdict::kDeadLetter);
  }
}

TEST(Settle, NoWaitIsLongerThanItsCapWhateverTheChance) {
  for (const RefusalClass what : {RefusalClass::kLater, RefusalClass::kLocked, RefusalClass::kQuota}) {
    for (const uint64_t chance : {uint64_t{0}, uint64_t{999'999'937}, kTopChance}) {
      const Settlement settled = settle(refused(PushKind::kUpdate, what), attempt(4, chance));
      EXPECT_LE(settled.at, kNow + std::chrono::hours{1});
    }
  }
}

}  // namespace
}  // namespace prospectd::reconcile
