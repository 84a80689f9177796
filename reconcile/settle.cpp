#include "reconcile/settle.h"

#include <algorithm>
#include <array>

#include "base/backoff.h"

namespace prospectd::reconcile {
namespace {

using Then = PushVerdict;

/// By PushVerdict.
constexpr std::array<std::string_view, 8> kVerdictNames{"done",   "retry_at", "retry_alone", "verify",
                                                        "follow", "link",     "conflict",    "dead_letter"};

/// How long to wait before the same is sent again.
enum class Pace : uint8_t {
  kNone,
  kAtOnce,
  kSoon,     ///< another writer is about to be done
  kBackOff,  ///< something is out of order over there
  kRest,     ///< the whole connection pauses
};

struct RefusalRule {
  RefusalClass refusal;
  PushVerdict create;
  PushVerdict update;
  PushVerdict remove;
  Pace pace;
  int tries_max;  ///< 0: the attempt doesn't count
};

/// What a refusal means for each kind of change; by RefusalClass.
constexpr RefusalRule kRefusalRules[] = {
    // A record that is gone is what a delete wanted. A create names no record, so what is gone is a parent.
    {RefusalClass::kGone, Then::kDeadLetter, Then::kFollow, Then::kDone, Pace::kNone, 0},
    {RefusalClass::kConverted, Then::kDeadLetter, Then::kFollow, Then::kFollow, Pace::kNone, 0},
    {RefusalClass::kMapping, Then::kDeadLetter, Then::kDeadLetter, Then::kDeadLetter, Pace::kNone, 0},
    {RefusalClass::kRequest, Then::kDeadLetter, Then::kDeadLetter, Then::kDeadLetter, Pace::kNone, 0},
    {RefusalClass::kPermission, Then::kDeadLetter, Then::kDeadLetter, Then::kDeadLetter, Pace::kNone, 0},
    {RefusalClass::kRecord, Then::kDeadLetter, Then::kDeadLetter, Then::kDeadLetter, Pace::kNone, 0},
    {RefusalClass::kDuplicate, Then::kLink, Then::kConflict, Then::kDeadLetter, Pace::kNone, 0},
    {RefusalClass::kQuota, Then::kRetryAt, Then::kRetryAt, Then::kRetryAt, Pace::kRest, 0},
    {RefusalClass::kSession, Then::kRetryAt, Then::kRetryAt, Then::kRetryAt, Pace::kAtOnce, kPushTriesMax},
    {RefusalClass::kLater, Then::kRetryAt, Then::kRetryAt, Then::kRetryAt, Pace::kBackOff, kPushTriesMax},
    {RefusalClass::kLocked, Then::kRetryAt, Then::kRetryAt, Then::kRetryAt, Pace::kSoon, kLockTriesMax},
};
constexpr bool in_refusal_order() {
  for (size_t i = 0; i < std::size(kRefusalRules); ++i) {
    if (kRefusalRules[i].refusal != static_cast<RefusalClass>(i)) return false;
  }
  return std::size(kRefusalRules) == kRefusalClassCount;
}
static_assert(in_refusal_order());

struct FailureRule {
  ErrorClass failure;
  std::optional<ErrorCode> code;  ///< none: all of the class
  Pace pace;
};
/// What the failure of a whole call means for its rows, where it did nothing: the first rule that fits, and
/// rest where none does. ErrorClass::kRecord is judged apart.
constexpr FailureRule kFailureRules[] = {
    // Too many calls at one moment are soon fewer; an allowance that is used up is not.
    {ErrorClass::kWait, ErrorCode::kRateLimited, Pace::kBackOff},
    {ErrorClass::kWait, {}, Pace::kRest},
    {ErrorClass::kRetry, {}, Pace::kBackOff},
    {ErrorClass::kReauth, {}, Pace::kBackOff},
    {ErrorClass::kConfig, {}, Pace::kRest},
    {ErrorClass::kCorrupt, {}, Pace::kRest},
    {ErrorClass::kCancelled, {}, Pace::kAtOnce},
};

constexpr BackoffOptions kSoonWaits{milliseconds{500}, milliseconds{10'000}};
constexpr BackoffOptions kBackOffWaits{milliseconds{5'000}, milliseconds{600'000}};
constexpr milliseconds kRest{900'000};
constexpr milliseconds kRestMax{3'600'000};  ///< whatever the CRM asks for (F32)

milliseconds wait_of(Pace pace, const PushAttempt& attempt) {
  // Never at once: full jitter alone would let a lucky few hammer on.
  if (pace == Pace::kSoon)
    return kSoonWaits.base / 2 + full_jitter(kSoonWaits, attempt.tries, attempt.chance);
  if (pace == Pace::kBackOff)
    return kBackOffWaits.base / 2 + full_jitter(kBackOffWaits, attempt.tries, attempt.chance);
  return pace == Pace::kRest ? kRest : milliseconds{0};
}

PushVerdict verdict_of(const RefusalRule& rule, PushKind kind) {
  if (kind == PushKind::kDelete) return rule.remove;
  return kind == PushKind::kUpdate ? rule.update : rule.create;
}

/// A record that stands for a new one is linked where it is the only one. A batch doesn't tell which it is.
Settlement settle_duplicate(const PushOutcome& outcome) {
  Settlement settled;
  const bool untold = outcome.others.empty() && !outcome.alone && outcome.kind == PushKind::kCreate;
  settled.verdict = untold ? Then::kRetryAlone : Then::kConflict;
  if (outcome.others.size() == 1) {
    settled.verdict = Then::kLink;
    settled.other = outcome.others.front();
  }
  return settled;
}

Settlement settle_refusal(const PushOutcome& outcome, const PushAttempt& attempt) {
  const RefusalRule& rule = kRefusalRules[static_cast<size_t>(outcome.refusal)];
  Settlement settled;
  settled.verdict = verdict_of(rule, outcome.kind);
  if (settled.verdict == Then::kLink) return settle_duplicate(outcome);
  settled.counts = settled.verdict == Then::kDeadLetter || settled.verdict == Then::kConflict;
  if (settled.verdict != Then::kRetryAt) return settled;
  settled.counts = rule.tries_max > 0;
  if (settled.counts && attempt.tries >= rule.tries_max) {
    settled.verdict = Then::kDeadLetter;
    return settled;
  }
  settled.at = attempt.now + wait_of(rule.pace, attempt);
  return settled;
}

/// Where the request was at fault, one row of it was: each goes alone, and the one at fault is set apart.
Settlement settle_failure(const PushOutcome& outcome, const PushAttempt& attempt) {
  const ErrorClass what = class_of(outcome.failure);
  Settlement settled;
  if (what == ErrorClass::kRecord) {
    settled.verdict = outcome.alone ? Then::kDeadLetter : Then::kRetryAlone;
    settled.counts = outcome.alone;
    return settled;
  }
  const auto* rule =
      std::find_if(std::begin(kFailureRules), std::end(kFailureRules), [&](const FailureRule& r) {
        return r.failure == what && r.code.value_or(outcome.failure) == outcome.failure;
      });
  const Pace pace = rule == std::end(kFailureRules) ? Pace::kRest : rule->pace;
  const milliseconds asked =
      std::clamp(outcome.retry_after.value_or(milliseconds{0}), milliseconds{0}, kRestMax);
  const bool is_asked = pace == Pace::kRest && asked.count() > 0;
  settled.verdict = Then::kRetryAt;
  settled.at = attempt.now + (is_asked ? asked : std::max(wait_of(pace, attempt), asked));
  return settled;
}

}  // namespace

std::string_view name_of(PushVerdict verdict) {
  return kVerdictNames[static_cast<size_t>(verdict)];
}

Settlement settle(const PushOutcome& outcome, const PushAttempt& attempt) {
  Settlement settled;
  switch (outcome.state) {
    case SendResult::kWritten:
      return settled;
    case SendResult::kInDoubt:
      settled.verdict = Then::kVerify;
      return settled;
    case SendResult::kRefused:
      return settle_refusal(outcome, attempt);
    case SendResult::kNotDone:
      return settle_failure(outcome, attempt);
  }
  return settled;
}

}  // namespace prospectd::reconcile
