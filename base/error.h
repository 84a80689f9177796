// The one error type of the project, and the closed list of its codes. A code belongs to a class, and the
// class alone tells the engine what to do next; nobody parses a message. Values, no ownership, any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace prospectd {

/// What the engine does next when it meets an error.
enum class ErrorClass {
  kRetry,      ///< transient: the same thing again, after a back-off
  kWait,       ///< the other side asks for patience: pause the connection
  kReauth,     ///< the session is gone: log in once, then the same thing again
  kRecord,     ///< this record (or this request) is bad: set it apart, the rest goes on
  kConfig,     ///< a person has to change something: credentials, permission, mapping, file
  kCorrupt,    ///< our own state can't be trusted: stop
  kCancelled,  ///< we are stopping
};

enum class ErrorCode {
  // kRetry
  kNetwork,       ///< connection refused, reset, closed early, name not found
  kTimeout,       ///< no answer in time
  kServerError,   ///< 5xx, 420, or an answer that is not what the API sends
  kBadPayload,    ///< an answer that doesn't parse
  kLocked,        ///< a row or the database is locked by another
  kQueryRestart,  ///< the cursor of a query is gone: start again from the last commit
  kDiskFull,      ///< no space, quota or I/O error below the store
  // kWait
  kRateLimited,
  kQuotaExhausted,
  // kReauth
  kSessionExpired,
  // kRecord
  kBadRecord,
  kNotFound,
  kConflict,
  kInvalidInput,  ///< a value given by a caller or a person
  kTooLarge,      ///< over a named maximum
  // kConfig
  kConfigInvalid,
  kLoginRefused,
  kPermission,
  kUnknownField,
  kUnknownObject,
  kMalformedQuery,
  kRefusedTarget,  ///< a URL, host or redirect that must not be followed
  kMassChange,     ///< more would change at once than goes without a person's word
  // kCorrupt
  kStateDamaged,
  kStateTooNew,
  kLockHeld,  ///< another daemon owns the state
  kInternal,
  // kCancelled
  kCancelled,
};

ErrorClass class_of(ErrorCode code);
/// Stable lower-case name, e.g. "session_expired"; used in logs, JSON and tests.
std::string_view name_of(ErrorCode code);
std::optional<ErrorCode> error_code_named(std::string_view name);

/// What went wrong, in words for a person. `message` says what, where and what to do, and never holds a
/// secret or a personal value (I11); `context` is the path of actions around it, outermost first.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::optional<std::chrono::milliseconds> retry_after = std::nullopt;
  std::string context = {};
  /// Of a request that had no answer: not a byte of it left this machine, so it can't have been carried out.
  bool never_sent = false;

  ErrorClass error_class() const { return class_of(code); }
  /// "context: message", or the message alone.
  std::string text() const { return context.empty() ? message : context + ": " + message; }
  /// Adds an outer action: "read page" + "Lead" gives "Lead: read page".
  Error within(std::string_view action) && {
    context = context.empty() ? std::string(action) : std::string(action) + ": " + context;
    return std::move(*this);
  }
};

inline Error make_error(ErrorCode code, std::string message) {
  return Error{code, std::move(message)};
}

}  // namespace prospectd
