#include "connectors/salesforce_wire/errors.h"

#include <algorithm>
#include <iterator>

namespace prospectd::salesforce_wire {
namespace {

using Class = ApiErrorClass;
using Code = ErrorCode;
using Refused = RefusalClass;
namespace name = error_name;

// In the order of the names: find_error searches by halves.
constexpr ErrorRow kErrors[] = {
    // An innocent row: the culprit is set apart, then this one is sent again like after a fault of the
    // server.
    {name::kAllOrNoneRolledBack, 0, Class::kRepeat, Code::kServerError, Refused::kLater},
    // Said of the whole login, whatever was asked: no row is at fault.
    {name::kApiCurrentlyDisabled, 403, Class::kRecord, Code::kPermission, Refused::kLater},
    {name::kApiDisabledForOrg, 403, Class::kRecord, Code::kPermission, Refused::kLater},
    {name::kBatchProcessingHalted, 412, Class::kRepeat, Code::kServerError, Refused::kLater},
    {name::kCannotExecuteFlowTrigger, 400, Class::kRecord, Code::kBadRecord, Refused::kRecord},
    {name::kCannotInsertUpdateActivateEntity, 400, Class::kRecord, Code::kBadRecord, Refused::kRecord},
    {name::kCannotUpdateConvertedLead, 400, Class::kLifecycle, Code::kConflict, Refused::kConverted},
    {name::kDeleteFailed, 400, Class::kRecord, Code::kBadRecord, Refused::kRecord},
    {name::kDuplicatesDetected, 400, Class::kRecord, Code::kConflict, Refused::kDuplicate},
    {name::kDuplicateExternalId, 0, Class::kRecord, Code::kConflict, Refused::kDuplicate},
    {name::kDuplicateValue, 400, Class::kRecord, Code::kConflict, Refused::kDuplicate},
    {name::kEntityIsDeleted, 404, Class::kLifecycle, Code::kNotFound, Refused::kGone},
    {name::kEntityIsLocked, 400, Class::kRecord, Code::kBadRecord,
     Refused::kRecord},  // by an approval: no retry opens it
    {name::kExceededIdLimit, 400, Class::kRestart, Code::kQueryRestart, Refused::kRequest},
    {name::kFieldCustomValidation, 400, Class::kRecord, Code::kBadRecord, Refused::kRecord},
    {name::kFieldIntegrity, 400, Class::kRecord, Code::kBadRecord, Refused::kRecord},
    {name::kInactiveOwnerOrUser, 400, Class::kRecord, Code::kBadRecord, Refused::kRecord},
    {name::kInsufficientAccessCrossReference, 400, Class::kRecord, Code::kPermission, Refused::kPermission},
    {name::kInsufficientAccess, 403, Class::kRecord, Code::kPermission, Refused::kPermission},
    {name::kInvalidAuthHeader, 401, Class::kRequest, Code::kLoginRefused, Refused::kSession},
    {name::kInvalidBatchSize, 400, Class::kRequest, Code::kInvalidInput, Refused::kRequest},
    {name::kInvalidCrossReferenceKey, 400, Class::kRecord, Code::kBadRecord, Refused::kRecord},
    {name::kInvalidEmailAddress, 400, Class::kRecord, Code::kBadRecord, Refused::kRecord},
    {name::kInvalidField, 400, Class::kRequest, Code::kUnknownField, Refused::kMapping},
    {name::kInvalidFieldForInsertUpdate, 400, Class::kRequest, Code::kPermission, Refused::kMapping},
    {name::kInvalidHttpMethod, 400, Class::kRequest, Code::kInvalidInput, Refused::kRequest},
    {name::kInvalidPicklistValue, 400, Class::kRecord, Code::kBadRecord, Refused::kRecord},
    {name::kInvalidQueryFilterOperator, 400, Class::kRequest, Code::kMalformedQuery, Refused::kRequest},
    {name::kInvalidQueryLocator, 400, Class::kRestart, Code::kQueryRestart, Refused::kRequest},
    {name::kInvalidReplicationDate, 400, Class::kRestart, Code::kQueryRestart, Refused::kRequest},
    {name::kInvalidSessionId, 401, Class::kReauthenticate, Code::kSessionExpired, Refused::kSession},
    {name::kInvalidType, 400, Class::kRequest, Code::kUnknownObject, Refused::kMapping},
    {name::kJsonParserError, 400, Class::kRequest, Code::kInvalidInput, Refused::kRequest},
    {name::kLimitExceeded, 400, Class::kRequest, Code::kTooLarge, Refused::kRequest},
    {name::kMalformedId, 400, Class::kRequest, Code::kInvalidInput, Refused::kRecord},
    {name::kMalformedQuery, 400, Class::kRequest, Code::kMalformedQuery, Refused::kRequest},
    {name::kMalformedSearch, 400, Class::kRequest, Code::kMalformedQuery, Refused::kRequest},
    {name::kMethodNotAllowed, 405, Class::kRequest, Code::kInvalidInput, Refused::kRequest},
    {name::kNotFound, 404, Class::kLifecycle, Code::kNotFound, Refused::kGone},
    {name::kNumberOutsideValidRange, 400, Class::kRequest, Code::kInvalidInput, Refused::kRecord},
    {name::kOperationTooLarge, 400, Class::kRequest, Code::kTooLarge, Refused::kRequest},
    {name::kProcessingHalted, 400, Class::kRepeat, Code::kServerError, Refused::kLater},
    {name::kQueryTimeout, 400, Class::kRetry, Code::kTimeout, Refused::kLater},
    {name::kQueryTooComplicated, 400, Class::kRequest, Code::kMalformedQuery, Refused::kRequest},
    {name::kRequestLimitExceeded, 403, Class::kQuota, Code::kQuotaExhausted, Refused::kQuota},
    {name::kRequiredFieldMissing, 400, Class::kRecord, Code::kBadRecord, Refused::kRecord},
    {name::kServerUnavailable, 503, Class::kRetry, Code::kServerError, Refused::kLater},
    {name::kStorageLimitExceeded, 400, Class::kQuota, Code::kQuotaExhausted, Refused::kQuota},
    {name::kStringTooLong, 400, Class::kRecord, Code::kBadRecord, Refused::kRecord},
    {name::kTooManyEnumValue, 400, Class::kRequest, Code::kTooLarge, Refused::kRequest},
    {name::kTransferRequiresRead, 400, Class::kRecord, Code::kPermission, Refused::kPermission},
    {name::kTxnSecurityMetering, 403, Class::kRetry, Code::kRateLimited, Refused::kLater},
    {name::kUnableToLockRow, 400, Class::kRetry, Code::kLocked, Refused::kLocked},
    {name::kUnknownException, 500, Class::kRetry, Code::kServerError, Refused::kLater},
    {name::kUnsupportedApiVersion, 410, Class::kRequest, Code::kConfigInvalid, Refused::kRequest},
    {name::kUnsupportedMediaType, 415, Class::kRequest, Code::kInvalidInput, Refused::kRequest},
};

constexpr bool in_order_of_names() {
  for (size_t i = 1; i < std::size(kErrors); ++i) {
    if (!(kErrors[i - 1].name < kErrors[i].name)) return false;
  }
  return true;
}
static_assert(in_order_of_names());

// Words in a message that change what its code means. The first row that fits decides.
struct Variant {
  std::string_view error_code;  // empty: any
  std::string_view phrase;
  Code code;
};
constexpr Variant kVariants[] = {
    // A lock inside a flow or a trigger keeps the outer code.
    {"", "UNABLE_TO_LOCK_ROW", Code::kLocked},
    {"", "unable to obtain exclusive access", Code::kLocked},
    // A new session would be refused the same way: logging in again would loop.
    {name::kInvalidSessionId, "This session is not valid for use with the REST API", Code::kPermission},
    {name::kInvalidSessionId, "Connected app is not attached to Agent", Code::kPermission},
    {name::kRequestLimitExceeded, "ConcurrentPerOrgLongTxn", Code::kRateLimited},
    {name::kRequestLimitExceeded, "ConcurrentRequests", Code::kRateLimited},
    {name::kInvalidField, "can not be filtered", Code::kMalformedQuery},
    {name::kInvalidField, "can not be sorted", Code::kMalformedQuery},
    {name::kNotFound, "external ID field", Code::kUnknownField},
    {name::kNumberOutsideValidRange, "numeric field", Code::kBadRecord},
};

// What a code means for one kind of request or status. The first row that fits decides.
struct Situation {
  std::string_view error_code;
  int status;  // 0: any
  RequestKind request;
  Code code;
};
constexpr Situation kSituations[] = {
    {name::kNotFound, 0, RequestKind::kDescribe, Code::kUnknownObject},
    // The record that the address names is not there; elsewhere the code is about a lookup's value.
    {name::kInvalidCrossReferenceKey, 404, RequestKind::kOther, Code::kNotFound},
};

// What a status means when the code says nothing. Without JSON the answer comes from the edge or from a proxy
// and can't be trusted to speak of a record, a right or a query.
struct StatusRow {
  int first;
  int last;
  Code with_json;
  Code without_json;
};
constexpr StatusRow kStatuses[] = {
    {100, 299, Code::kBadPayload, Code::kServerError},
    {300, 300, Code::kConflict, Code::kServerError},
    {301, 399, Code::kRefusedTarget, Code::kRefusedTarget},
    {401, 401, Code::kSessionExpired, Code::kSessionExpired},
    {403, 403, Code::kPermission, Code::kServerError},
    {404, 404, Code::kNotFound, Code::kServerError},
    {405, 405, Code::kInvalidInput, Code::kServerError},
    {408, 408, Code::kTimeout, Code::kTimeout},
    {409, 409, Code::kConflict, Code::kServerError},
    {410, 410, Code::kConfigInvalid, Code::kConfigInvalid},
    {412, 412, Code::kConflict, Code::kConflict},
    {413, 414, Code::kTooLarge, Code::kTooLarge},
    {420, 420, Code::kServerError, Code::kServerError},
    {428, 428, Code::kInvalidInput, Code::kInvalidInput},
    {429, 429, Code::kRateLimited, Code::kRateLimited},
    {431, 431, Code::kTooLarge, Code::kTooLarge},
    {400, 499, Code::kBadRecord, Code::kServerError},
};

// The identity service answers in plain words.
constexpr std::string_view kBadTokenText = "Bad_OAuth_Token";
constexpr std::string_view kMissingTokenText = "Missing_OAuth_Token";

bool contains(std::string_view text, std::string_view phrase) {
  return text.find(phrase) != std::string_view::npos;
}

ErrorCode by_status(int status, bool is_json) {
  for (const StatusRow& row : kStatuses) {
    if (status >= row.first && status <= row.last) return is_json ? row.with_json : row.without_json;
  }
  return Code::kServerError;
}

}  // namespace

std::span<const ErrorRow> error_rows() {
  return kErrors;
}

const ErrorRow* find_error(std::string_view name) {
  const auto* row = std::lower_bound(std::begin(kErrors), std::end(kErrors), name,
                                     [](const ErrorRow& a, std::string_view b) { return a.name < b; });
  return row != std::end(kErrors) && row->name == name ? row : nullptr;
}

ErrorCode classify(int status, std::string_view error_code, std::string_view message, bool is_json,
                   RequestKind request) {
  if (!is_json) {
    const bool token_refused = contains(message, kBadTokenText) || contains(message, kMissingTokenText);
    return status == 403 && token_refused ? Code::kSessionExpired : by_status(status, false);
  }
  for (const Variant& row : kVariants) {
    if ((row.error_code.empty() || row.error_code == error_code) && contains(message, row.phrase))
      return row.code;
  }
  for (const Situation& row : kSituations) {
    if (row.error_code == error_code && (row.status == 0 || row.status == status) &&
        (row.request == RequestKind::kOther || row.request == request))
      return row.code;
  }
  if (const ErrorRow* row = find_error(error_code)) return row->code;
  return by_status(status, true);
}

}  // namespace prospectd::salesforce_wire
