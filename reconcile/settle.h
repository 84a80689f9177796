// settle: what becomes of one change that was sent to the CRM, by what the CRM made of it. A table and some
// arithmetic: time and chance are given. Pure, any thread. (FAULTS F24–F30, SEMANTICS §3)
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/refusal.h"
#include "base/time.h"

namespace prospectd::reconcile {

/// What the change was to do to its record.
enum class PushKind : uint8_t { kCreate, kUpdate, kUpsert, kDelete };

/// What became of one row.
enum class SendResult : uint8_t {
  kWritten,
  kRefused,  ///< the CRM said no, to this row
  kInDoubt,  ///< it may have been written: the answer was lost, or can't be read
  kNotDone,  ///< the call as a whole failed, and certainly did nothing
};

struct PushOutcome {
  PushKind kind = PushKind::kUpdate;
  SendResult state = SendResult::kWritten;
  RefusalClass refusal = RefusalClass::kRecord;  ///< of kRefused
  std::vector<RemoteId> others = {};        ///< of RefusalClass::kDuplicate: the records that stand for it
  ErrorCode failure = ErrorCode::kNetwork;  ///< of kNotDone
  std::optional<milliseconds> retry_after = std::nullopt;  ///< of kNotDone: what the CRM asks for
  bool alone = false;                                      ///< the row was the only one of its call
};

/// What is done next with the change.
enum class PushVerdict : uint8_t {
  kDone,
  kRetryAt,     ///< the same again at Settlement::at
  kRetryAlone,  ///< the same again at once, in a call of its own: what is wrong is told there
  kVerify,      ///< look what the record holds, or whether it is there, before anything is sent again
  kFollow,      ///< the record is gone or became another: follow it, then decide anew
  kLink,        ///< Settlement::other stands for what was to be created: link to it
  kConflict,    ///< another record has what this one wants: a person chooses
  kDeadLetter,  ///< set apart, where a person sees it
};
/// Stable lower-case name, e.g. "dead_letter"; used in logs, JSON and tests.
std::string_view name_of(PushVerdict verdict);

struct Settlement {
  PushVerdict verdict = PushVerdict::kDone;
  Timestamp at{};       ///< of kRetryAt
  bool counts = false;  ///< the attempt was the row's own: it counts towards kPushTriesMax or kLockTriesMax
                        ///< where it is made again, and is told where it was the last
  RemoteId other = {};  ///< of kLink

  bool operator==(const Settlement&) const = default;
};

constexpr int kPushTriesMax = 5;   ///< of a row whose own refusal may pass by itself
constexpr int kLockTriesMax = 10;  ///< the same, where another writer has the record

/// When and how often a change has been sent.
struct PushAttempt {
  Timestamp now{};
  int tries = 1;        ///< that count, this one included
  uint64_t chance = 0;  ///< a random number
};

/// Judges one row. What the whole connection suffers from (F33, F34) never counts against a row, and what may
/// have been written is never sent again unseen (F24).
Settlement settle(const PushOutcome& outcome, const PushAttempt& attempt);

}  // namespace prospectd::reconcile
