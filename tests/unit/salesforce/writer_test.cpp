// The writer against a scripted org: what it sends, and what it makes of answers that no honest org gives.
#include "connectors/writer.h"

#include "tests/unit/salesforce/connector_fixture.h"

namespace prospectd::salesforce::test {
namespace {

using mapping::Value;
using ::testing::HasSubstr;

class WriterTest : public ConnectorTest {
 protected:
  WriteBatch batch(size_t rows, const std::string& field = "LastName") const {
    WriteBatch out;
    out.kind = WriteKind::kUpdate;
    out.object = "Lead";
    for (size_t i = 0; i < rows; ++i) {
      WriteRow row;
      row.id = RemoteId(lead_id(static_cast<int>(i)));
      row.fields = {{field, Value("Ada")}};
      out.rows.push_back(std::move(row));
    }
    return out;
  }
  WriteReply write(WriteBatch batch) { return run(connector_->writer()->write(std::move(batch))); }
  Result<Page> read_back(std::vector<RemoteId> ids) {
    return run(connector_->writer()->read_back("Lead", {"LastName"}, std::move(ids)));
  }
  static std::string done(int number) {
    return R"({"id":")" + lead_id(number) + R"(","success":true,"errors":[]})";
  }
};

TEST_F(WriterTest, SaysWhoItIsAndWhatItSends) {
  org_.then(json_answer(200, "[" + done(0) + "," + done(1) + "]"));
  const WriteReply reply = write(batch(2));
  ASSERT_FALSE(reply.failure) << reply.failure->text();
  const http::Request& sent = org_.last();
  EXPECT_EQ(sent.method + " " + sent.url,
            "PATCH http://127.0.0.1:9443/services/data/v60.0/composite/sobjects");
  EXPECT_EQ(sent.headers.get("Content-Type"), "application/json; charset=UTF-8");
  EXPECT_EQ(sent.headers.get("Sforce-Call-Options"), "client=prospectd");
  EXPECT_EQ(sent.headers.get("Sforce-Auto-Assign"), "FALSE");
  EXPECT_EQ(sent.headers.get("Authorization"), "Bearer 00DHs0000001XyZ!token.1");
}

TEST_F(WriterTest, DescribesAgainBeforeItRefusesAFieldAndThenSendsNothing) {
  org_.then(json_answer(200, "[" + done(0) + "," + done(1) + "]"));
  ASSERT_FALSE(write(batch(2)).failure);
  const WriteReply refused = write(batch(2, "Title__c"));
  ASSERT_EQ(refused.rows.size(), 2U);
  EXPECT_EQ(refused.rows[0].what(), RefusalClass::kMapping);
  EXPECT_EQ(org_.count("/describe"), 2);
  EXPECT_EQ(org_.count("/composite/sobjects"), 1);
}

TEST_F(WriterTest, ARequestThatNeverLeftIsNotInDoubtAndAnyOtherIs) {
  for (const bool never_sent : {true, false}) {
    org_.then([=](const http::Request&) -> Result<http::Response> {
      Error error = make_error(ErrorCode::kTimeout, "no answer in time");
      error.never_sent = never_sent;
      return error;
    });
    const WriteReply reply = write(batch(2));
    ASSERT_TRUE(reply.failure);
    EXPECT_EQ(reply.failure->code, ErrorCode::kTimeout);
    EXPECT_EQ(reply.in_doubt, !never_sent);
  }
}

TEST_F(WriterTest, ASessionThatIsRefusedAgainLeavesNothingInDoubt) {
  org_.then(json_answer(200, "[" + done(0) + "," + done(1) + "]"));
  ASSERT_FALSE(write(batch(2)).failure);
  org_.refuse_every_token = true;
  const WriteReply reply = write(batch(2));
  ASSERT_TRUE(reply.failure);
  EXPECT_EQ(reply.failure->code, ErrorCode::kSessionExpired);
  EXPECT_FALSE(reply.in_doubt);
  EXPECT_EQ(org_.logins(), 2);
}

TEST_F(WriterTest, ALoginThatFailsLeavesNothingInDoubt) {
  org_.login_status = 400;
  org_.login_body = R"({"error":"invalid_grant","error_description":"authentication failure"})";
  const WriteReply reply = write(batch(2));
  ASSERT_TRUE(reply.failure);
  EXPECT_EQ(reply.failure->code, ErrorCode::kLoginRefused);
  EXPECT_FALSE(reply.in_doubt);
}

TEST_F(WriterTest, ResultsInAnotherOrderAreNotTaken) {
  org_.then(json_answer(200, "[" + done(1) + "," + done(0) + "]"));
  const WriteReply reply = write(batch(2));
  ASSERT_TRUE(reply.failure);
  EXPECT_EQ(reply.failure->code, ErrorCode::kBadPayload);
  EXPECT_TRUE(reply.in_doubt);
  EXPECT_TRUE(reply.rows.empty());
}

TEST_F(WriterTest, ARecordThatWasNotAskedForIsNotReadBack) {
  for (const std::string& body : {"[" + lead(2) + "]", "[" + lead(1) + "," + lead(1) + "]",
                                  "[" + lead(1) + ",null]", std::string("[]")}) {
    org_.then(json_answer(200, body));
    expect_error(read_back({RemoteId(lead_id(1))}), ErrorCode::kBadPayload);
  }
  org_.then(json_answer(200, "[" + lead(1) + "]"));
  const auto page = read_back({RemoteId(lead_id(1))});
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->records.size(), 1U);
  EXPECT_THAT(org_.last().body,
              HasSubstr(R"({"ids":[")" + lead_id(1) + R"("],"fields":["Id","SystemModstamp")"));
}

TEST_F(WriterTest, ALookUpAsksForLiveRecordsAndHasAnEnd) {
  Lookup lookup;
  lookup.object = "Lead";
  lookup.field = "email";
  lookup.values = {"o'hara@acme.test", "b@acme.test"};
  lookup.fields = {"LastName"};
  org_.then_page(page_of({lead(1)}, static_cast<int64_t>(kLookupRecordsMax) + 1, next_url(1)));
  expect_error(run(connector_->writer()->find(lookup)), ErrorCode::kTooLarge);
  EXPECT_THAT(org_.last().url, HasSubstr("/services/data/v60.0/query?q="));
  EXPECT_THAT(org_.last_query(),
              HasSubstr(R"(FROM Lead WHERE Email IN ('o\'hara@acme.test', 'b@acme.test'))"));
}

}  // namespace
}  // namespace prospectd::salesforce::test
