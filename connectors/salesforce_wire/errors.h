// The error codes of the API as tables: what the CRM calls it, the HTTP status it usually comes with, and
// what it means for us. The client classifies answers with it, the sandbox writes answers with it. Owned by
// salesforce_wire; static tables, any thread. Source: API §1.3, §11.
#pragma once

#include <span>
#include <string_view>

#include "base/error.h"
#include "base/refusal.h"

namespace prospectd::salesforce_wire {

/// The codes of API §11.2, so that nobody spells one wrong.
namespace error_name {
inline constexpr std::string_view kAllOrNoneRolledBack = "ALL_OR_NONE_OPERATION_ROLLED_BACK";
inline constexpr std::string_view kApiCurrentlyDisabled = "API_CURRENTLY_DISABLED";
inline constexpr std::string_view kApiDisabledForOrg = "API_DISABLED_FOR_ORG";
inline constexpr std::string_view kBatchProcessingHalted = "BATCH_PROCESSING_HALTED";
inline constexpr std::string_view kCannotExecuteFlowTrigger = "CANNOT_EXECUTE_FLOW_TRIGGER";
inline constexpr std::string_view kCannotInsertUpdateActivateEntity = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY";
inline constexpr std::string_view kCannotUpdateConvertedLead = "CANNOT_UPDATE_CONVERTED_LEAD";
inline constexpr std::string_view kDeleteFailed = "DELETE_FAILED";
inline constexpr std::string_view kDuplicateExternalId = "DUPLICATE_EXTERNAL_ID";
inline constexpr std::string_view kDuplicateValue = "DUPLICATE_VALUE";
inline constexpr std::string_view kDuplicatesDetected = "DUPLICATES_DETECTED";
inline constexpr std::string_view kEntityIsDeleted = "ENTITY_IS_DELETED";
inline constexpr std::string_view kEntityIsLocked = "ENTITY_IS_LOCKED";
inline constexpr std::string_view kExceededIdLimit = "EXCEEDED_ID_LIMIT";
inline constexpr std::string_view kFieldCustomValidation = "FIELD_CUSTOM_VALIDATION_EXCEPTION";
inline constexpr std::string_view kFieldIntegrity = "FIELD_INTEGRITY_EXCEPTION";
inline constexpr std::string_view kInactiveOwnerOrUser = "INACTIVE_OWNER_OR_USER";
inline constexpr std::string_view kInsufficientAccessCrossReference =
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY";
inline constexpr std::string_view kInsufficientAccess = "INSUFFICIENT_ACCESS_OR_READONLY";
inline constexpr std::string_view kInvalidAuthHeader = "INVALID_AUTH_HEADER";
inline constexpr std::string_view kInvalidBatchSize = "INVALID_BATCH_SIZE";
inline constexpr std::string_view kInvalidCrossReferenceKey = "INVALID_CROSS_REFERENCE_KEY";
inline constexpr std::string_view kInvalidEmailAddress = "INVALID_EMAIL_ADDRESS";
inline constexpr std::string_view kInvalidField = "INVALID_FIELD";
inline constexpr std::string_view kInvalidFieldForInsertUpdate = "INVALID_FIELD_FOR_INSERT_UPDATE";
inline constexpr std::string_view kInvalidHttpMethod = "INVALID_HTTP_METHOD";
inline constexpr std::string_view kInvalidPicklistValue = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST";
inline constexpr std::string_view kInvalidQueryFilterOperator = "INVALID_QUERY_FILTER_OPERATOR";
inline constexpr std::string_view kInvalidQueryLocator = "INVALID_QUERY_LOCATOR";
inline constexpr std::string_view kInvalidReplicationDate = "INVALID_REPLICATION_DATE";
inline constexpr std::string_view kInvalidSessionId = "INVALID_SESSION_ID";
inline constexpr std::string_view kInvalidType = "INVALID_TYPE";
inline constexpr std::string_view kJsonParserError = "JSON_PARSER_ERROR";
inline constexpr std::string_view kLimitExceeded = "LIMIT_EXCEEDED";
inline constexpr std::string_view kMalformedId = "MALFORMED_ID";
inline constexpr std::string_view kMalformedQuery = "MALFORMED_QUERY";
inline constexpr std::string_view kMalformedSearch = "MALFORMED_SEARCH";
inline constexpr std::string_view kMethodNotAllowed = "METHOD_NOT_ALLOWED";
inline constexpr std::string_view kNotFound = "NOT_FOUND";
inline constexpr std::string_view kNumberOutsideValidRange = "NUMBER_OUTSIDE_VALID_RANGE";
inline constexpr std::string_view kOperationTooLarge = "OPERATION_TOO_LARGE";
inline constexpr std::string_view kProcessingHalted = "PROCESSING_HALTED";
inline constexpr std::string_view kQueryTimeout = "QUERY_TIMEOUT";
inline constexpr std::string_view kQueryTooComplicated = "QUERY_TOO_COMPLICATED";
inline constexpr std::string_view kRequestLimitExceeded = "REQUEST_LIMIT_EXCEEDED";
inline constexpr std::string_view kRequiredFieldMissing = "REQUIRED_FIELD_MISSING";
inline constexpr std::string_view kServerUnavailable = "SERVER_UNAVAILABLE";
inline constexpr std::string_view kStorageLimitExceeded = "STORAGE_LIMIT_EXCEEDED";
inline constexpr std::string_view kStringTooLong = "STRING_TOO_LONG";
inline constexpr std::string_view kTooManyEnumValue = "TOO_MANY_ENUM_VALUE";
inline constexpr std::string_view kTransferRequiresRead = "TRANSFER_REQUIRES_READ";
inline constexpr std::string_view kTxnSecurityMetering = "TXN_SECURITY_METERING_ERROR";
inline constexpr std::string_view kUnableToLockRow = "UNABLE_TO_LOCK_ROW";
inline constexpr std::string_view kUnknownException = "UNKNOWN_EXCEPTION";
inline constexpr std::string_view kUnsupportedApiVersion = "UNSUPPORTED_API_VERSION";
inline constexpr std::string_view kUnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE";
}  // namespace error_name

/// The class column of API §11.2.
enum class ApiErrorClass {
  kReauthenticate,  ///< A: log in again, repeat once
  kRetry,           ///< R: repeat with a back-off
  kQuota,           ///< Q: pause the connection
  kRecord,          ///< P: permanent for this record
  kRequest,         ///< C: the request or the schema we believe in is wrong
  kLifecycle,       ///< L: the record is gone, merged or converted
  kRestart,         ///< the place in a query or feed is gone: begin it again
  kRepeat,          ///< an innocent row beside a bad one: repeat without that one
};

struct ErrorRow {
  std::string_view name;
  int http_status;  ///< of a request for a single record; 0: only ever inside a list of results
  ApiErrorClass api_class;
  ErrorCode code;        ///< what classify answers when no variant of the message says otherwise
  RefusalClass refusal;  ///< what refusal_of answers when neither message nor address say otherwise
};
/// All rows, in the order of their names.
std::span<const ErrorRow> error_rows();
/// The row with exactly this name; nullptr when the table has none.
const ErrorRow* find_error(std::string_view name);

/// What was asked for, where the meaning of an answer depends on it.
enum class RequestKind {
  kOther,
  kDescribe,  ///< an address that names an object: "not found" is then the object
};

/// The meaning of an answer that is no success. `error_code` and `message` are those of the first error in
/// the body, empty when there was none; for an item inside a list of results pass status 400. `is_json` tells
/// whether the body was JSON: pages of the edge or of a proxy are not, and say nothing about a record. A 2xx
/// without JSON where JSON was due is kServerError. A message is only ever searched for known phrases.
ErrorCode classify(int status, std::string_view error_code, std::string_view message, bool is_json,
                   RequestKind request = RequestKind::kOther);

struct OAuthVerdict {
  ErrorCode code;
  std::string_view advice;  ///< one sentence for the person who set the connection up; never empty
};
/// The meaning of a refused login. `error` and `description` are those of the body, empty when it was not
/// JSON. Source: API §1.3.
OAuthVerdict classify_oauth(int status, std::string_view error, std::string_view description);

}  // namespace prospectd::salesforce_wire
