// What the refusal of a row means, code by code, and which answers show that nothing was done.
#include "connectors/salesforce_wire/refusals.h"

#include <gtest/gtest.h>

#include <set>

#include "connectors/salesforce_wire/errors.h"

namespace prospectd::salesforce_wire {
namespace {

using What = RefusalClass;

struct RefusedRow {
  std::string_view code;
  What what;
};

// Every code of the API's table, for a row that named its record by id and whose error names no field.
constexpr RefusedRow kRefusedRows[] = {
    {"ENTITY_IS_DELETED", What::kGone},
    {"NOT_FOUND", What::kGone},
    {"INVALID_CROSS_REFERENCE_KEY", What::kGone},
    {"CANNOT_UPDATE_CONVERTED_LEAD", What::kConverted},
    {"INVALID_FIELD", What::kMapping},
    {"INVALID_FIELD_FOR_INSERT_UPDATE", What::kMapping},
    {"INVALID_TYPE", What::kMapping},
    {"INVALID_BATCH_SIZE", What::kRequest},
    {"INVALID_HTTP_METHOD", What::kRequest},
    {"INVALID_QUERY_FILTER_OPERATOR", What::kRequest},
    {"INVALID_QUERY_LOCATOR", What::kRequest},
    {"INVALID_REPLICATION_DATE", What::kRequest},
    {"EXCEEDED_ID_LIMIT", What::kRequest},
    {"JSON_PARSER_ERROR", What::kRequest},
    {"LIMIT_EXCEEDED", What::kRequest},
    {"MALFORMED_QUERY", What::kRequest},
    {"MALFORMED_SEARCH", What::kRequest},
    {"METHOD_NOT_ALLOWED", What::kRequest},
    {"OPERATION_TOO_LARGE", What::kRequest},
    {"QUERY_TOO_COMPLICATED", What::kRequest},
    {"TOO_MANY_ENUM_VALUE", What::kRequest},
    {"UNSUPPORTED_API_VERSION", What::kRequest},
    {"UNSUPPORTED_MEDIA_TYPE", What::kRequest},
    {"API_CURRENTLY_DISABLED", What::kLater},
    {"API_DISABLED_FOR_ORG", What::kLater},
    {"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", What::kPermission},
    {"INSUFFICIENT_ACCESS_OR_READONLY", What::kPermission},
    {"TRANSFER_REQUIRES_READ", What::kPermission},
    {"CANNOT_EXECUTE_FLOW_TRIGGER", What::kRecord},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", What::kRecord},
    {"DELETE_FAILED", What::kRecord},
    {"ENTITY_IS_LOCKED", What::kRecord},
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION", What::kRecord},
    {"FIELD_INTEGRITY_EXCEPTION", What::kRecord},
    {"INACTIVE_OWNER_OR_USER", What::kRecord},
    {"INVALID_EMAIL_ADDRESS", What::kRecord},
    {"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", What::kRecord},
    {"MALFORMED_ID", What::kRecord},
    {"NUMBER_OUTSIDE_VALID_RANGE", What::kRecord},
    {"REQUIRED_FIELD_MISSING", What::kRecord},
    {"STRING_TOO_LONG", What::kRecord},
    {"DUPLICATES_DETECTED", What::kDuplicate},
    {"DUPLICATE_EXTERNAL_ID", What::kDuplicate},
    {"DUPLICATE_VALUE", What::kDuplicate},
    {"REQUEST_LIMIT_EXCEEDED", What::kQuota},
    {"STORAGE_LIMIT_EXCEEDED", What::kQuota},
    {"INVALID_AUTH_HEADER", What::kSession},
    {"INVALID_SESSION_ID", What::kSession},
    {"ALL_OR_NONE_OPERATION_ROLLED_BACK", What::kLater},
    {"BATCH_PROCESSING_HALTED", What::kLater},
    {"PROCESSING_HALTED", What::kLater},
    {"QUERY_TIMEOUT", What::kLater},
    {"SERVER_UNAVAILABLE", What::kLater},
    {"TXN_SECURITY_METERING_ERROR", What::kLater},
    {"UNKNOWN_EXCEPTION", What::kLater},
    {"UNABLE_TO_LOCK_ROW", What::kLocked},
};

RowError row_error(std::string_view code, std::string_view message = "") {
  RowError error;
  error.code = code;
  error.message = message;
  error.addressed = true;
  return error;
}

TEST(Refusals, EveryCodeSaysWhatToDo) {
  std::set<std::string_view> told;
  for (const RefusedRow& row : kRefusedRows) {
    EXPECT_EQ(name_of(refusal_of(row_error(row.code))), name_of(row.what)) << row.code;
    told.insert(row.code);
  }
  for (const ErrorRow& row : error_rows())
    EXPECT_TRUE(told.count(row.name)) << row.name << " has no row in this test";
}

TEST(Refusals, ACodeThatNobodyKnowsIsTheRecordsFault) {
  EXPECT_EQ(refusal_of(row_error("A_CODE_OF_NEXT_YEAR")), What::kRecord);
  EXPECT_EQ(refusal_of(row_error("")), What::kRecord);
}

TEST(Refusals, AMessageCanChangeWhatItsCodeMeans) {
  struct Row {
    std::string_view code;
    std::string_view message;
    What what;
  };
  const Row rows[] = {
      {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
       "LeadTrg: execution of AfterUpdate caused by: System.DmlException: UNABLE_TO_LOCK_ROW, try again",
       What::kLocked},
      {"CANNOT_EXECUTE_FLOW_TRIGGER", "The flow failed: unable to obtain exclusive access to this record",
       What::kLocked},
      {"A_CODE_OF_NEXT_YEAR", "unable to obtain exclusive access to this record", What::kLocked},
      {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrg: no lock in sight", What::kRecord},
      {"DUPLICATE_VALUE", "duplicate value found: Ext__c duplicates value on record with id: 00Q000000000001",
       What::kDuplicate},
      {"DUPLICATE_VALUE", "Duplicate external id specified: A-1", What::kRequest},
      {"INVALID_FIELD", "Foreign key external ID: a-17 not found for field Ext__c in entity Account",
       What::kRecord},
      {"NOT_FOUND", "Provided external ID field does not exist or is not accessible: X__c", What::kMapping},
      {"REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", What::kLater},
      {"INVALID_SESSION_ID", "This session is not valid for use with the REST API", What::kLater},
  };
  for (const Row& row : rows)
    EXPECT_EQ(name_of(refusal_of(row_error(row.code, row.message))), name_of(row.what)) << row.message;
}

TEST(Refusals, AnErrorAboutALookupIsNotOneAboutTheRecord) {
  RowError error = row_error("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
  error.names_fields = true;
  EXPECT_EQ(refusal_of(error), What::kRecord);
  error = row_error("ENTITY_IS_DELETED", "entity is deleted");
  error.addressed = false;
  EXPECT_EQ(refusal_of(error), What::kRecord);
  error = row_error("NOT_FOUND", "The requested resource does not exist");
  error.addressed = false;
  EXPECT_EQ(refusal_of(error), What::kMapping);
}

TEST(Refusals, OnlyTheCrmsOwnRefusalShowsThatNothingWasDone) {
  struct Row {
    int status;
    bool is_refusal;
    bool not_done;
  };
  const Row rows[] = {
      {400, true, true},   {403, true, true},   {404, true, true},   {409, true, true},   {300, true, true},
      {400, false, false}, {403, false, false}, {404, false, false}, {300, false, false}, {302, false, true},
      {401, false, true},  {413, false, true},  {429, false, true},  {429, true, true},   {408, true, false},
      {408, false, false}, {420, false, false}, {500, true, false},  {500, false, false}, {502, false, false},
      {503, true, false},  {503, false, false}, {504, false, false}, {200, true, false},  {200, false, false},
      {204, false, false}, {0, false, false},   {-1, true, false},   {700, true, false},
  };
  for (const Row& row : rows)
    EXPECT_EQ(certainly_not_done(row.status, row.is_refusal), row.not_done)
        << row.status << (row.is_refusal ? " as the API says it" : " from somewhere");
}

}  // namespace
}  // namespace prospectd::salesforce_wire
