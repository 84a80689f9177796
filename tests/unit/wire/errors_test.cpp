// What the CRM's refusals mean: every row of the tables, the variants, and what comes from the edge instead
// of from the API. Source: API §1.3, §11.
#include "connectors/salesforce_wire/errors.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace prospectd::salesforce_wire {
namespace {

using Code = ErrorCode;

struct Answer {
  int status;
  std::string_view error_code;
  std::string_view message;
  Code code;
};

// One row for each row of API §11.2, with the message a real org sends.
constexpr Answer kCodeTable[] = {
    {401, "INVALID_SESSION_ID", "Session expired or invalid", Code::kSessionExpired},
    {401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", Code::kLoginRefused},
    {403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.", Code::kPermission},
    {403, "API_CURRENTLY_DISABLED", "API is disabled for this User", Code::kPermission},
    {403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", Code::kQuotaExhausted},
    {403, "TXN_SECURITY_METERING_ERROR", "", Code::kRateLimited},
    {403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", Code::kPermission},
    {400, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights on cross-reference id",
     Code::kPermission},
    {400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: 001",
     Code::kLocked},
    {400, "QUERY_TIMEOUT", "Your query request was running for too long.", Code::kTimeout},
    {400, "QUERY_TOO_COMPLICATED", "", Code::kMalformedQuery},
    {400, "OPERATION_TOO_LARGE", "", Code::kTooLarge},
    {400, "MALFORMED_QUERY", "ERROR at Row:1:Column:34\nunexpected token: 'FORM'", Code::kMalformedQuery},
    {400, "INVALID_FIELD", "No such column 'Foo__c' on entity 'Lead'.", Code::kUnknownField},
    {400, "INVALID_TYPE", "sObject type 'Foo__c' is not supported.", Code::kUnknownObject},
    {400, "INVALID_QUERY_LOCATOR", "invalid query locator", Code::kQueryRestart},
    {400, "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: xyz", Code::kMalformedQuery},
    {400, "INVALID_BATCH_SIZE", "", Code::kInvalidInput},
    {400, "NUMBER_OUTSIDE_VALID_RANGE", "OFFSET must be less than 2000", Code::kInvalidInput},
    {400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Company]", Code::kBadRecord},
    {400, "STRING_TOO_LONG", "Last Name: data value too large: x (max length=80)", Code::kBadRecord},
    {400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Ask the manager first", Code::kBadRecord},
    {400, "FIELD_INTEGRITY_EXCEPTION", "", Code::kBadRecord},
    {400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
     "Rating: bad value for restricted picklist field: Lukewarm", Code::kBadRecord},
    {400, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: zz", Code::kBadRecord},
    {400, "DUPLICATE_VALUE", "duplicate value found: Ext__c duplicates value on record with id: 001",
     Code::kConflict},
    {400, "DUPLICATES_DETECTED", "A similar lead is already on file.", Code::kConflict},
    {400, "DUPLICATE_EXTERNAL_ID", "", Code::kConflict},
    {400, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: CreatedDate.",
     Code::kPermission},
    {400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", Code::kBadRecord},
    {404, "ENTITY_IS_DELETED", "entity is deleted", Code::kNotFound},
    {404, "NOT_FOUND", "The requested resource does not exist", Code::kNotFound},
    {400, "MALFORMED_ID", "Account ID: id value of incorrect type: 00Q", Code::kInvalidInput},
    {405, "METHOD_NOT_ALLOWED", "HTTP Method 'PUT' not allowed. Allowed are HEAD,GET,POST",
     Code::kInvalidInput},
    {400, "JSON_PARSER_ERROR", "Unexpected character at [line:1, column:18]", Code::kInvalidInput},
    {415, "UNSUPPORTED_MEDIA_TYPE", "", Code::kInvalidInput},
    {400, "INVALID_HTTP_METHOD", "", Code::kInvalidInput},
    {400, "INACTIVE_OWNER_OR_USER", "operation performed with inactive user [005] as owner of lead",
     Code::kBadRecord},
    {400, "CANNOT_EXECUTE_FLOW_TRIGGER", "The flow failed", Code::kBadRecord},
    {400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrg: execution of BeforeInsert", Code::kBadRecord},
    {400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", Code::kConflict},
    {400, "ENTITY_IS_LOCKED", "", Code::kBadRecord},
    {400, "DELETE_FAILED", "", Code::kBadRecord},
    {400, "STORAGE_LIMIT_EXCEEDED", "", Code::kQuotaExhausted},
    {400, "TRANSFER_REQUIRES_READ", "", Code::kPermission},
    {400, "INVALID_REPLICATION_DATE", "", Code::kQueryRestart},
    {400, "EXCEEDED_ID_LIMIT", "", Code::kQueryRestart},
    {400, "LIMIT_EXCEEDED", "", Code::kTooLarge},
    {400, "TOO_MANY_ENUM_VALUE", "", Code::kTooLarge},
    {400, "MALFORMED_SEARCH", "", Code::kMalformedQuery},
    {400, "ALL_OR_NONE_OPERATION_ROLLED_BACK", "", Code::kServerError},
    {400, "PROCESSING_HALTED", "", Code::kServerError},
    {412, "BATCH_PROCESSING_HALTED", "", Code::kServerError},
    {410, "UNSUPPORTED_API_VERSION", "", Code::kConfigInvalid},
    {503, "SERVER_UNAVAILABLE", "", Code::kServerError},
    {500, "UNKNOWN_EXCEPTION", "An unexpected error occurred.", Code::kServerError},
};

TEST(Errors, EveryCodeOfTheTableHasItsMeaning) {
  std::set<std::string_view> told;
  for (const Answer& row : kCodeTable) {
    EXPECT_EQ(classify(row.status, row.error_code, row.message, true), row.code) << row.error_code;
    ASSERT_NE(find_error(row.error_code), nullptr) << row.error_code;
    told.insert(row.error_code);
  }
  for (const ErrorRow& row : error_rows())
    EXPECT_TRUE(told.count(row.name)) << row.name << " has no row in this test";
}

TEST(Errors, TheUsualStatusOfACodeIsTheOneItComesWith) {
  for (const Answer& row : kCodeTable) {
    const ErrorRow* error = find_error(row.error_code);
    ASSERT_NE(error, nullptr);
    const bool in_lists_only = error->http_status == 0;
    EXPECT_TRUE(in_lists_only || error->http_status == row.status) << row.error_code;
  }
  EXPECT_EQ(find_error(error_name::kMalformedQuery)->http_status, 400);
  EXPECT_EQ(find_error("NO_SUCH_CODE"), nullptr);
  EXPECT_EQ(find_error(""), nullptr);
  EXPECT_EQ(find_error("malformed_query"), nullptr);
}

TEST(Errors, TheClassOfARowAndItsCodeAskForTheSame) {
  for (const ErrorRow& row : error_rows()) {
    const ErrorClass then = class_of(row.code);
    switch (row.api_class) {
      case ApiErrorClass::kReauthenticate:
        EXPECT_EQ(then, ErrorClass::kReauth) << row.name;
        break;
      case ApiErrorClass::kQuota:
        EXPECT_EQ(then, ErrorClass::kWait) << row.name;
        break;
      case ApiErrorClass::kRetry:
      case ApiErrorClass::kRepeat:
      case ApiErrorClass::kRestart:
        EXPECT_TRUE(then == ErrorClass::kRetry || then == ErrorClass::kWait) << row.name;
        break;
      case ApiErrorClass::kRecord:
      case ApiErrorClass::kRequest:
      case ApiErrorClass::kLifecycle:
        EXPECT_TRUE(then == ErrorClass::kRecord || then == ErrorClass::kConfig) << row.name;
        break;
    }
  }
}

TEST(Errors, AMessageCanChangeWhatItsCodeMeans) {
  const Answer rows[] = {
      {401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API", Code::kPermission},
      {401, "INVALID_SESSION_ID", "Connected app is not attached to Agent", Code::kPermission},
      {403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", Code::kRateLimited},
      {403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
       Code::kRateLimited},
      {400, "INVALID_FIELD", "field 'Description' can not be filtered in a query call",
       Code::kMalformedQuery},
      {400, "INVALID_FIELD", "field 'Description' can not be sorted in a query call", Code::kMalformedQuery},
      {404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: X",
       Code::kUnknownField},
      {400, "NUMBER_OUTSIDE_VALID_RANGE", "value outside of valid range on numeric field: 1",
       Code::kBadRecord},
      {404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", Code::kNotFound},
  };
  for (const Answer& row : rows)
    EXPECT_EQ(classify(row.status, row.error_code, row.message, true), row.code) << row.message;
}

TEST(Errors, ALockIsSeenInsideAnotherError) {
  const Answer rows[] = {
      {400, "CANNOT_EXECUTE_FLOW_TRIGGER", "The flow failed: UNABLE_TO_LOCK_ROW: try later", Code::kLocked},
      {400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
       "LeadTrg: caused by: unable to obtain exclusive access to this record", Code::kLocked},
      {500, "SOME_NEW_CODE", "unable to obtain exclusive access to this record", Code::kLocked},
  };
  for (const Answer& row : rows)
    EXPECT_EQ(classify(row.status, row.error_code, row.message, true), row.code) << row.message;
}

TEST(Errors, NotFoundMeansTheObjectWhereAnObjectWasAskedFor) {
  const std::string_view text = "The requested resource does not exist";
  EXPECT_EQ(classify(404, "NOT_FOUND", text, true, RequestKind::kDescribe), Code::kUnknownObject);
  EXPECT_EQ(classify(404, "NOT_FOUND", text, true, RequestKind::kOther), Code::kNotFound);
  EXPECT_EQ(classify(400, "INVALID_TYPE", "", true, RequestKind::kDescribe), Code::kUnknownObject);
}

TEST(Errors, PagesOfTheEdgeSayNothingAboutARecord) {
  for (const int status : {200, 204, 300, 400, 403, 404, 405, 409, 420, 500, 502, 503, 504, 599, 0, -1, 700})
    EXPECT_EQ(classify(status, "", "", false), Code::kServerError) << status;
  // What a page without JSON claims to be is not believed.
  EXPECT_EQ(classify(404, "NOT_FOUND", "unable to obtain exclusive access", false), Code::kServerError);
}

TEST(Errors, SomeStatusesSpeakForThemselves) {
  struct Row {
    int status;
    Code with_json;
    Code without_json;
  };
  const Row rows[] = {
      {200, Code::kBadPayload, Code::kServerError},
      {300, Code::kConflict, Code::kServerError},
      {302, Code::kRefusedTarget, Code::kRefusedTarget},
      {400, Code::kBadRecord, Code::kServerError},
      {401, Code::kSessionExpired, Code::kSessionExpired},
      {403, Code::kPermission, Code::kServerError},
      {404, Code::kNotFound, Code::kServerError},
      {405, Code::kInvalidInput, Code::kServerError},
      {408, Code::kTimeout, Code::kTimeout},
      {409, Code::kConflict, Code::kServerError},
      {410, Code::kConfigInvalid, Code::kConfigInvalid},
      {412, Code::kConflict, Code::kConflict},
      {413, Code::kTooLarge, Code::kTooLarge},
      {414, Code::kTooLarge, Code::kTooLarge},
      {418, Code::kBadRecord, Code::kServerError},
      {420, Code::kServerError, Code::kServerError},
      {428, Code::kInvalidInput, Code::kInvalidInput},
      {429, Code::kRateLimited, Code::kRateLimited},
      {431, Code::kTooLarge, Code::kTooLarge},
      {500, Code::kServerError, Code::kServerError},
      {503, Code::kServerError, Code::kServerError},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(classify(row.status, "", "", true), row.with_json) << row.status;
    EXPECT_EQ(classify(row.status, "SOME_NEW_CODE", "words", true), row.with_json) << row.status;
    EXPECT_EQ(classify(row.status, "", "", false), row.without_json) << row.status;
  }
}

TEST(Errors, ThePlainWordsOfTheIdentityServiceAreUnderstood) {
  EXPECT_EQ(classify(403, "", "Bad_OAuth_Token", false), Code::kSessionExpired);
  EXPECT_EQ(classify(403, "", "Missing_OAuth_Token", false), Code::kSessionExpired);
  EXPECT_EQ(classify(403, "", "Wrong_Org", false), Code::kServerError);
}

RC_GTEST_PROP(Errors, AnyAnswerHasAMeaning,
              (int status, const std::string& code, const std::string& message, bool is_json)) {
  RC_ASSERT(class_of(classify(status, code, message, is_json)) != ErrorClass::kCorrupt);
}

struct Refusal {
  int status;
  std::string_view error;
  std::string_view description;
  Code code;
  std::string_view advice_names;  // a word of the advice
};

TEST(OAuthErrors, EveryRefusalHasItsMeaningAndAdvice) {
  const Code refused = Code::kLoginRefused;
  const Refusal rows[] = {
      {400, "invalid_grant", "authentication failure", refused, "login history"},
      {400, "invalid_grant", "invalid username, password, security token; or user locked out.", refused,
       "security token"},
      {400, "invalid_grant", "expired access/refresh token", refused, "login.refresh_token"},
      {400, "invalid_grant", "expired authorization code", refused, "clock"},
      {400, "invalid_grant", "user hasn't approved this consumer", refused, "pre-authorise"},
      {400, "invalid_grant", "no client credentials user enabled", refused, "Run As"},
      {400, "invalid_grant", "request not supported on this domain", refused, "My Domain"},
      {400, "invalid_grant", "ip restricted", refused, "Network Access"},
      {400, "invalid_grant", "inactive user", refused, "activate"},
      {400, "invalid_grant", "user is not assigned to profile 00e", refused, "profile"},
      {400, "invalid_grant", "Invalid Audience", refused, "login.audience"},
      {400, "invalid_grant", "invalid assertion", refused, "certificate"},
      {400, "invalid_grant", "login rate exceeded", Code::kRateLimited, "wait"},
      {400, "invalid_grant", "", refused, "username"},
      {400, "invalid_app_access", "user is not admin approved to access this app", refused, "administrator"},
      {400, "invalid_client_id", "client identifier invalid", refused, "client_id"},
      {400, "invalid_client", "invalid client credentials", refused, "client_secret"},
      {401, "invalid_client", "invalid client credentials", refused, "client_secret"},
      {400, "unauthorized_client", "", refused, "flow"},
      {400, "unsupported_grant_type", "grant type not supported", refused, "login.flow"},
      {400, "invalid_scope", "", refused, "scope"},
      {400, "redirect_uri_mismatch", "", refused, "redirect_uri"},
      {400, "invalid_request", "", refused, "credentials"},
      {400, "inactive_org", "", refused, "org"},
      {400, "inactive_user", "", refused, "not active"},
      {400, "access_denied", "", refused, "authorise"},
      {400, "rate_limit_exceeded", "", Code::kRateLimited, "wait"},
      {500, "server_error", "", Code::kServerError, "again"},
      {503, "temporarily_unavailable", "", Code::kServerError, "again"},
      {400, "unknown_error", "retry your request", Code::kServerError, "again"},
      {400, "some_new_error", "", refused, "login history"},
      {429, "", "", Code::kRateLimited, "wait"},
      {302, "", "", Code::kRefusedTarget, "login_url"},
      {420, "", "", Code::kServerError, "login_url"},
      {500, "", "", Code::kServerError, "again"},
      {400, "", "", Code::kServerError, "again"},
      {200, "", "", Code::kServerError, "again"},
  };
  for (const Refusal& row : rows) {
    const OAuthVerdict verdict = classify_oauth(row.status, row.error, row.description);
    EXPECT_EQ(verdict.code, row.code) << row.status << " " << row.error << " " << row.description;
    EXPECT_NE(verdict.advice.find(row.advice_names), std::string_view::npos) << verdict.advice;
  }
}

RC_GTEST_PROP(OAuthErrors, AnyRefusalIsAdvisedInOneSentence,
              (int status, const std::string& error, const std::string& description)) {
  const OAuthVerdict verdict = classify_oauth(status, error, description);
  RC_ASSERT(!verdict.advice.empty());
  RC_ASSERT(verdict.advice.back() == '.');
}

}  // namespace
}  // namespace prospectd::salesforce_wire
