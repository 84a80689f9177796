// Exit codes of every command (FAULTS B1): a script can tell what happened without reading a message. Pure.
#pragma once

#include "base/error.h"

namespace prospectd {

enum class ExitCode {
  kOk = 0,
  kOther = 1,
  kUsage = 2,
  kPartial = 3,  ///< done, but some records or objects could not be
  kAuth = 4,
  kTemporary = 5,  ///< the same again later may work
  kStateDamaged = 6,
  kConfig = 7,
  kLimit = 8,        ///< a quota of the CRM
  kNothingToDo = 9,  ///< only where it was asked to be told
  kLockHeld = 11,
  kInterrupted = 130,
};

inline ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kLoginRefused:
    case ErrorCode::kSessionExpired:
    case ErrorCode::kPermission:
      return ExitCode::kAuth;
    case ErrorCode::kLockHeld:
      return ExitCode::kLockHeld;
    case ErrorCode::kQuotaExhausted:
    case ErrorCode::kRateLimited:
      return ExitCode::kLimit;
    case ErrorCode::kMassChange:
      return ExitCode::kPartial;
    case ErrorCode::kInternal:
      return ExitCode::kOther;
    default:
      break;
  }
  switch (error.error_class()) {
    case ErrorClass::kRetry:
      return ExitCode::kTemporary;
    case ErrorClass::kConfig:
      return ExitCode::kConfig;
    case ErrorClass::kCorrupt:
      return ExitCode::kStateDamaged;
    case ErrorClass::kCancelled:
      return ExitCode::kInterrupted;
    default:
      return ExitCode::kOther;
  }
}

}  // namespace prospectd
