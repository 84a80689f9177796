// Pages that are no whole answer: nothing of them is handed out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/salesforce/page_decoder.h"
#include "tests/unit/salesforce/fixtures.h"

namespace prospectd::salesforce::test {
namespace {

class BrokenPage : public ::testing::Test {
 protected:
  BrokenPage() : layout_(*PageLayout::make(lead_schema(), lead_fields())) {}

  Result<DecodedPage> decode(std::string body) { return decoder_.decode(std::move(body), layout_); }
  void refuses(const std::string& body) {
    const auto page = decode(body);
    ASSERT_FALSE(page) << body.substr(0, 200);
    EXPECT_EQ(page.error().code, ErrorCode::kBadPayload);
    EXPECT_THAT(page.error().message, ::testing::Not(::testing::HasSubstr("acme.test")));
  }

  PageLayout layout_;
  PageDecoder decoder_;
};

TEST_F(BrokenPage, CutAtAnyByteYieldsNothing) {
  const std::string body = page_of({lead(1), lead(2), lead(3)}, 5, next_url(3));
  ASSERT_TRUE(decode(body));
  for (size_t size = 0; size < body.size(); ++size) {
    const auto page = decode(body.substr(0, size));
    ASSERT_FALSE(page) << "cut at " << size;
    ASSERT_EQ(page.error().code, ErrorCode::kBadPayload);
  }
}

TEST_F(BrokenPage, AnyOneByteOverwrittenNeverInventsARecord) {
  const std::string body = whole({lead(1), lead(2)});
  for (size_t at = 0; at < body.size(); ++at) {
    for (const char c : {'"', '{', ']', '\\', '\xFF', '\0'}) {
      std::string damaged = body;
      damaged[at] = c;
      const auto page = decode(damaged);
      if (page) {
        ASSERT_EQ(page->records.size() + page->bad.size(), 2u) << "byte " << at;
      }
    }
  }
}

TEST_F(BrokenPage, EmptyOrNoJson) {
  for (const char* body :
       {"", " ", "\n", "null", "7", "\"x\"", "[]", "[{}]", "<html><body>Sign in</body></html>",
        "\xEF\xBB\xBF{}", "{", "}", "{]", "{\"a\"}", "{\"a\":}"}) {
    refuses(body);
  }
}

TEST_F(BrokenPage, ErrorListInsteadOfAnAnswer) {
  refuses(R"([{"message":"boom","errorCode":"UNKNOWN_EXCEPTION"}])");
}

TEST_F(BrokenPage, PartsMissing) {
  refuses(R"({"done":true,"records":[]})");
  refuses(R"({"totalSize":0,"records":[]})");
  refuses(R"({"totalSize":0,"done":true})");
}

TEST_F(BrokenPage, PartsTwice) {
  refuses(R"({"totalSize":0,"totalSize":0,"done":true,"records":[]})");
  refuses(R"({"totalSize":0,"done":true,"done":true,"records":[]})");
  refuses(R"({"totalSize":0,"done":true,"records":[],"records":[]})");
  refuses(R"({"totalSize":9,"done":false,"nextRecordsUrl":"/a","nextRecordsUrl":"/b","records":[]})");
}

TEST_F(BrokenPage, PartsOfTheWrongType) {
  refuses(R"({"totalSize":"0","done":true,"records":[]})");
  refuses(R"({"totalSize":-1,"done":true,"records":[]})");
  refuses(R"({"totalSize":1e400,"done":true,"records":[]})");
  refuses(R"({"totalSize":0,"done":"true","records":[]})");
  refuses(R"({"totalSize":0,"done":true,"records":{}})");
  refuses(R"({"totalSize":0,"done":true,"records":null})");
  refuses(R"({"totalSize":5,"done":false,"nextRecordsUrl":7,"records":[]})");
}

TEST_F(BrokenPage, DoneAndNextContradictEachOther) {
  refuses(R"({"totalSize":0,"done":true,"nextRecordsUrl":")" + next_url(1) + R"(","records":[]})");
  refuses(R"({"totalSize":2,"done":false,"records":[]})");
  refuses(R"({"totalSize":2,"done":false,"nextRecordsUrl":null,"records":[]})");
}

TEST_F(BrokenPage, MoreRecordsThanTheQueryHas) {
  refuses(page_of({lead(1), lead(2)}, 1));
  refuses(page_of({lead(1), lead(2)}, 2, next_url(2)));
}

TEST_F(BrokenPage, SomethingBehindTheAnswer) {
  refuses(whole({lead(1)}) + "{}");
  refuses(whole({lead(1)}) + "x");
  refuses(whole({lead(1)}) + "}");
}

TEST_F(BrokenPage, DamageOutsideOfAnyRecord) {
  refuses("{\"totalSize\":0,\"done\":true,\"note\":\"\xFF\",\"records\":[]}");
}

TEST_F(BrokenPage, BrokenJsonInsideARecord) {
  refuses(whole({lead(1), R"({"Id":"x" "LastName":"y"})", lead(3)}));
  refuses(whole({lead(1), R"({"Id" "x"})"}));
  refuses(whole({lead(1), R"({"Id":"x",})"}));
}

TEST_F(BrokenPage, DepthOf200000) {
  const std::string open(200'000, '[');
  const std::string close(200'000, ']');
  refuses(open);
  refuses(open + close);
  refuses(R"({"totalSize":0,"done":true,"records":[],"x":)" + open + close + "}");
  std::string objects;
  for (int i = 0; i < 200'000; ++i)
    objects += "{\"a\":";
  refuses(objects);
}

TEST_F(BrokenPage, MoreRecordsThanAnyPageHas) {
  std::string list = "0";
  for (size_t i = 0; i < kPageRecordsMax; ++i)
    list += ",0";
  refuses(R"({"totalSize":20000,"done":true,"records":[)" + list + "]}");
}

}  // namespace
}  // namespace prospectd::salesforce::test
