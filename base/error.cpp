#include "base/error.h"

#include <iterator>

namespace prospectd {
namespace {

struct CodeRow {
  ErrorCode code;
  ErrorClass error_class;
  std::string_view name;
};

// One row a code, in the order of the enum: class_of and name_of index it.
constexpr CodeRow kCodes[] = {
    {ErrorCode::kNetwork, ErrorClass::kRetry, "network"},
    {ErrorCode::kTimeout, ErrorClass::kRetry, "timeout"},
    {ErrorCode::kServerError, ErrorClass::kRetry, "server_error"},
    {ErrorCode::kBadPayload, ErrorClass::kRetry, "bad_payload"},
    {ErrorCode::kLocked, ErrorClass::kRetry, "locked"},
    {ErrorCode::kQueryRestart, ErrorClass::kRetry, "query_restart"},
    {ErrorCode::kDiskFull, ErrorClass::kRetry, "disk_full"},
    {ErrorCode::kRateLimited, ErrorClass::kWait, "rate_limited"},
    {ErrorCode::kQuotaExhausted, ErrorClass::kWait, "quota_exhausted"},
    {ErrorCode::kSessionExpired, ErrorClass::kReauth, "session_expired"},
    {ErrorCode::kBadRecord, ErrorClass::kRecord, "bad_record"},
    {ErrorCode::kNotFound, ErrorClass::kRecord, "not_found"},
    {ErrorCode::kConflict, ErrorClass::kRecord, "conflict"},
    {ErrorCode::kInvalidInput, ErrorClass::kRecord, "invalid_input"},
    {ErrorCode::kTooLarge, ErrorClass::kRecord, "too_large"},
    {ErrorCode::kConfigInvalid, ErrorClass::kConfig, "config_invalid"},
    {ErrorCode::kLoginRefused, ErrorClass::kConfig, "login_refused"},
    {ErrorCode::kPermission, ErrorClass::kConfig, "permission"},
    {ErrorCode::kUnknownField, ErrorClass::kConfig, "unknown_field"},
    {ErrorCode::kUnknownObject, ErrorClass::kConfig, "unknown_object"},
    {ErrorCode::kMalformedQuery, ErrorClass::kConfig, "malformed_query"},
    {ErrorCode::kRefusedTarget, ErrorClass::kConfig, "refused_target"},
    {ErrorCode::kMassChange, ErrorClass::kConfig, "mass_change"},
    {ErrorCode::kStateDamaged, ErrorClass::kCorrupt, "state_damaged"},
    {ErrorCode::kStateTooNew, ErrorClass::kCorrupt, "state_too_new"},
    {ErrorCode::kLockHeld, ErrorClass::kCorrupt, "lock_held"},
    {ErrorCode::kInternal, ErrorClass::kCorrupt, "internal"},
    {ErrorCode::kCancelled, ErrorClass::kCancelled, "cancelled"},
};

constexpr bool in_enum_order() {
  for (size_t i = 0; i < std::size(kCodes); ++i) {
    if (kCodes[i].code != static_cast<ErrorCode>(i)) return false;
  }
  return std::size(kCodes) == static_cast<size_t>(ErrorCode::kCancelled) + 1;
}
static_assert(in_enum_order());

}  // namespace

ErrorClass class_of(ErrorCode code) {
  return kCodes[static_cast<size_t>(code)].error_class;
}

std::string_view name_of(ErrorCode code) {
  return kCodes[static_cast<size_t>(code)].name;
}

std::optional<ErrorCode> error_code_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::kCancelled); ++i)
    if (name_of(static_cast<ErrorCode>(i)) == name) return static_cast<ErrorCode>(i);
  return std::nullopt;
}

}  // namespace prospectd
