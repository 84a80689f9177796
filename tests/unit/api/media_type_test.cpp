// Content negotiation by the rules of JSON:API 1.1: which bodies are taken, and which answers are refused.
#include <gmock/gmock.h>

#include "tests/unit/api/api_fixture.h"

namespace prospectd::api {
namespace {

class MediaTypes : public ApiTest {
 protected:
  int status_accepting(const std::string& accept) {
    auto asked = request("GET", "/v1/status");
    asked.headers.set("Accept", accept);
    return send(asked).status;
  }
  int status_of_body(const std::string& type) {
    auto asked = post("/v1/syncs", "{}");
    asked.headers.set("Content-Type", type);
    return send(asked).status;
  }
};

TEST_F(MediaTypes, AnswersGoToWhoTakesJson) {
  for (const std::string accept :
       {"application/vnd.api+json", "*/*", "application/*", "application/json", "Application/Vnd.Api+Json",
        "text/html, application/vnd.api+json;q=0.5", "application/vnd.api+json; profile=\"https://x.test/p\"",
        "application/vnd.api+json; ext=\"https://x.test/e\", application/vnd.api+json", "",
        "text/plain;a=\"b,application/json\", */*;q=0.1"})
    EXPECT_EQ(status_accepting(accept), 200) << accept;
}

TEST_F(MediaTypes, OthersGet406) {
  for (const std::string accept :
       {"text/html", "application/vnd.api+json; charset=utf-8",
        "application/vnd.api+json; ext=\"https://x.test/e\"",
        "application/vnd.api+json; ext=\"a\", application/vnd.api+json; charset=x",
        "application/vnd.api+json;q=0", "application/jsonx", "text/plain;a=\"b, application/json\""}) {
    auto asked = request("GET", "/v1/status");
    asked.headers.set("Accept", accept);
    const auto answer = send(asked);
    EXPECT_EQ(answer.status, 406) << accept;
    EXPECT_EQ(code_of(answer), "not_acceptable");
    EXPECT_EQ(answer.headers.get("vary"), "Accept");
  }
}

TEST_F(MediaTypes, ProbesAreForEverybody) {
  auto asked = request("GET", "/livez");
  asked.headers.set("Accept", "text/plain");
  asked.headers.remove("Authorization");
  EXPECT_EQ(send(asked).status, 200);
}

TEST_F(MediaTypes, BodiesHaveNoParametersButAProfile) {
  EXPECT_EQ(status_of_body("application/vnd.api+json"), 202);
  EXPECT_EQ(status_of_body("application/vnd.api+json; profile=\"https://x.test/p https://x.test/q\""), 202);
  EXPECT_EQ(status_of_body("application/json; charset=utf-8"), 202);
  EXPECT_EQ(status_of_body("application/vnd.api+json; charset=utf-8"), 415);
  EXPECT_EQ(status_of_body("application/vnd.api+json; ext=\"https://x.test/e\""), 415);
}

}  // namespace
}  // namespace prospectd::api
