// What the CRM's refusals, Retry-After and describes mean.
#include "connectors/salesforce/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/salesforce/fake_org.h"
#include "tests/unit/salesforce/fixtures.h"

namespace prospectd::salesforce::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Error meaning(const http::Response& response) {
  return error_of(response, salesforce_wire::RequestKind::kOther);
}

http::Response page_of_html(int status) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.body = "<html><title>Sign in</title>m1@acme.test</html>";
  return response;
}

struct RefusalCase {
  int status;
  const char* code;
  const char* message;
  ErrorCode expected;
  const char* says;
};

class Refusal : public ::testing::TestWithParam<RefusalCase> {};

TEST_P(Refusal, MeansWhatTheEngineNeeds) {
  const RefusalCase& given = GetParam();
  const Error error = meaning(refusal(given.status, given.code, given.message));
  EXPECT_EQ(error.code, given.expected) << given.code;
  EXPECT_THAT(error.message, HasSubstr(given.says));
  EXPECT_THAT(error.message, Not(HasSubstr("WHERE")));
}

const RefusalCase kRefusals[] = {
    {401, "INVALID_SESSION_ID", "Session expired or invalid", ErrorCode::kSessionExpired, "401"},
    {400, "INVALID_FIELD",
     "SELECT Id, Foo__c FROM Lead WHERE x = 1\n ^\nERROR at Row:1:Column:12\nNo such column 'Foo__c' on "
     "entity "
     "'Lead'. If you are attempting to use a custom field, ...",
     ErrorCode::kUnknownField, "Lead has no field 'Foo__c'"},
    {400, "INVALID_TYPE", "FROM Foo__c WHERE\nsObject type 'Foo__c' is not supported.",
     ErrorCode::kUnknownObject, "'Foo__c'"},
    {400, "MALFORMED_QUERY", "WHERE Email = 'x'\nunexpected token", ErrorCode::kMalformedQuery,
     "MALFORMED_QUERY"},
    {400, "INVALID_QUERY_LOCATOR", "invalid query locator", ErrorCode::kQueryRestart,
     "INVALID_QUERY_LOCATOR"},
    {403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", ErrorCode::kQuotaExhausted, "403"},
    {503, "SERVER_UNAVAILABLE", "busy", ErrorCode::kServerError, "503"},
    {500, "UNKNOWN_EXCEPTION", "An unexpected error", ErrorCode::kServerError, "500"},
    {403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id",
     ErrorCode::kPermission, "INSUFFICIENT_ACCESS_OR_READONLY"},
};

INSTANTIATE_TEST_SUITE_P(Table, Refusal, ::testing::ValuesIn(kRefusals),
                         [](const auto& given) { return std::string(given.param.code); });

TEST(Answers, NamesTheFieldsOfARefusal) {
  const Error error = meaning(json_answer(
      403, R"([{"message":"no","errorCode":"INSUFFICIENT_ACCESS_OR_READONLY","fields":["Email","a b",7]}])"));
  EXPECT_THAT(error.message, HasSubstr("fields Email"));
  EXPECT_THAT(error.message, Not(HasSubstr("a b")));
}

TEST(Answers, ANameInARefusalThatIsNoNameIsNotPassedOn) {
  const Error error =
      meaning(refusal(400, "INVALID_FIELD", "No such column 'm1@acme.test' on entity 'Lead'"));
  EXPECT_EQ(error.code, ErrorCode::kUnknownField);
  EXPECT_THAT(error.message, Not(HasSubstr("acme")));
}

TEST(Answers, HtmlIsAFaultOfTheServerWhateverItsStatus) {
  for (const int status : {200, 420, 500, 502, 503}) {
    const Error error = meaning(page_of_html(status));
    EXPECT_EQ(error.code, ErrorCode::kServerError) << status;
    EXPECT_THAT(error.message, HasSubstr("text/html"));
    EXPECT_THAT(error.message, Not(HasSubstr("acme")));
  }
}

TEST(Answers, ARedirectIsRefused) {
  EXPECT_EQ(meaning(page_of_html(302)).code, ErrorCode::kRefusedTarget);
}

TEST(Answers, BodiesThatAreNoRefusalAreNoTrouble) {
  for (const char* body : {"", "[]", "{}", "[[]]", "[7]", "null", "[{\"errorCode\":7}]", "{\"message\":"}) {
    EXPECT_EQ(meaning(json_answer(500, body)).code, ErrorCode::kServerError) << body;
  }
}

std::optional<milliseconds> wait_of(const std::string& value) {
  http::Headers headers{{"Date", "Fri, 20 Nov 2026 09:00:00 GMT"}, {"Retry-After", value}};
  return retry_after_of(headers);
}

TEST(RetryAfter, TakesSecondsAndDates) {
  EXPECT_EQ(wait_of("120"), seconds{120});
  EXPECT_EQ(wait_of(" 7 "), seconds{7});
  EXPECT_EQ(wait_of("Fri, 20 Nov 2026 09:01:30 GMT"), seconds{90});
}

TEST(RetryAfter, IsCappedAtAnHour) {
  EXPECT_EQ(wait_of("7200"), kRetryAfterMax);
  EXPECT_EQ(wait_of("Fri, 20 Nov 2026 20:00:00 GMT"), kRetryAfterMax);
}

TEST(RetryAfter, AbsurdOrUnreadableIsIgnored) {
  for (const char* value : {"0", "-5", "86401", "99999999999999999999", "1.5", "soon", "",
                            "Fri, 20 Nov 2026 08:59:00 GMT", "Fri, 20 Nov 2099 09:00:00 GMT"}) {
    EXPECT_EQ(wait_of(value), std::nullopt) << value;
  }
  EXPECT_EQ(retry_after_of(http::Headers{}), std::nullopt);
  EXPECT_EQ(retry_after_of(http::Headers{{"Retry-After", "Fri, 20 Nov 2026 09:01:30 GMT"}}), std::nullopt);
}

TEST(RetryAfter, ComesWithTheError) {
  http::Response response = refusal(503, "SERVER_UNAVAILABLE", "busy");
  response.headers.add("Retry-After", "30");
  EXPECT_EQ(meaning(response).retry_after, seconds{30});
}

TEST(Describe, BecomesASchema) {
  const auto schema = parse_describe(R"({"name":"Lead","label":"Lead","queryable":true,"fields":[
    {"name":"OwnerId","label":"Owner ID","type":"reference","length":18,"nillable":false,"createable":true,
     "updateable":true,"defaultedOnCreate":true,"filterable":true,"referenceTo":["Group","User"],"picklistValues":[]},
    {"name":"Rating","label":"Rating","type":"picklist","length":40,"nillable":true,"restrictedPicklist":true,
     "picklistValues":[{"active":true,"label":"Warm","value":"warm"},{"active":false,"label":"Cold","value":"cold"}]},
    {"name":"Size__c","label":"Size","type":"double","filterable":false},
    {"name":"New__c","type":"hologram"}]})");
  ASSERT_TRUE(schema) << schema.error().text();
  EXPECT_EQ(schema->name, "Lead");
  ASSERT_EQ(schema->fields.size(), 4u);
  const auto* owner = schema->find("ownerid");
  ASSERT_NE(owner, nullptr);
  EXPECT_EQ(owner->type, mapping::FieldType::kReference);
  EXPECT_EQ(owner->length, 18);
  EXPECT_EQ(owner->reference_to, (std::vector<std::string>{"Group", "User"}));
  EXPECT_FALSE(owner->nillable);
  EXPECT_FALSE(owner->required_on_create());
  const auto* rating = schema->find("Rating");
  ASSERT_NE(rating, nullptr);
  EXPECT_TRUE(rating->restricted_picklist);
  ASSERT_EQ(rating->picklist.size(), 2u);
  EXPECT_EQ(rating->picklist[1].value, "cold");
  EXPECT_FALSE(rating->picklist[1].active);
  EXPECT_EQ(schema->find("Size__c")->type, mapping::FieldType::kDouble);
  EXPECT_FALSE(schema->find("Size__c")->filterable);
  EXPECT_EQ(schema->find("New__c")->type, mapping::FieldType::kOther);
}

TEST(Describe, ThatIsNoneIsRefused) {
  for (const char* body : {"", "[]", "{}", "x", R"({"name":"Lead"})", R"({"name":"Lead","fields":{}})",
                           R"({"name":"Lead","fields":[7]})", R"({"name":"Lead","fields":[{"name":"A"}]})",
                           R"({"name":"Lead","fields":[{"name":"A B","type":"string"}]})",
                           R"({"name":"../x","fields":[]})", R"({"fields":[]})"}) {
    const auto schema = parse_describe(body);
    ASSERT_FALSE(schema) << body;
    EXPECT_EQ(schema.error().code, ErrorCode::kBadPayload);
  }
  const std::string describe = lead_describe();
  for (size_t size = 0; size < describe.size(); ++size) {
    ASSERT_FALSE(parse_describe(describe.substr(0, size))) << size;
  }
}

TEST(Describe, OfAbsurdDepthOrWidthIsRefused) {
  EXPECT_FALSE(parse_describe(std::string(200'000, '[')));
  std::string fields;
  for (size_t i = 0; i <= kDescribeFieldsMax; ++i) {
    fields +=
        (i == 0 ? "" : ",") + std::string(R"({"name":"F)") + std::to_string(i) + R"(","type":"string"})";
  }
  EXPECT_FALSE(parse_describe(R"({"name":"Lead","fields":[)" + fields + "]}"));
}

}  // namespace
}  // namespace prospectd::salesforce::test
