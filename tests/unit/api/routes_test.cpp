// Paths, methods, queries: what is there, and how the rest is refused.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/api/resources.h"
#include "daemon/api/routes.h"
#include "daemon/api/target.h"
#include "reconcile/store/collections.h"
#include "tests/unit/api/api_fixture.h"

namespace prospectd::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class Routes : public ApiTest {};

TEST_F(Routes, UnknownPathsAre404) {
  for (const std::string path : {"/", "/v1", "/v1/nothing", "/v1/status/more", "/v2/status", "/V1/status",
                                 "/v1/syncs/1/2", "/livez/x"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(code_of(answer), "not_found") << path;
  }
}

TEST_F(Routes, OtherMethodsAre405AndSayWhatMayBeAsked) {
  const auto post_to_list = send(post("/v1/journalEntries", "{}"));
  EXPECT_EQ(post_to_list.status, 405);
  EXPECT_EQ(post_to_list.headers.get("allow"), "GET, HEAD");
  const auto get_of_syncs = get("/v1/syncs");
  EXPECT_EQ(get_of_syncs.status, 405);
  EXPECT_EQ(get_of_syncs.headers.get("allow"), "POST");
  for (const std::string method : {"DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "get"})
    EXPECT_EQ(send(request(method, "/v1/status")).status, 405) << method;
}

TEST_F(Routes, HeadIsTakenWhereGetIs) {
  EXPECT_EQ(send(request("HEAD", "/v1/status")).status, 200);
  EXPECT_EQ(send(request("HEAD", "/livez")).status, 200);
}

TEST_F(Routes, RawAndEscapedBracketsAreTheSame) {
  for (const std::string target : {"/v1/prospects?filter[text]=ana&page[size]=7",
                                   "/v1/prospects?filter%5Btext%5D=ana&page%5bsize%5d=7"}) {
    EXPECT_EQ(get(target).status, 200) << target;
    EXPECT_EQ(service.last_query.text, "ana");
    EXPECT_EQ(service.last_query.limit, 8U);
  }
}

TEST_F(Routes, UnknownQueryParametersAreNamed) {
  const auto answer = get("/v1/prospects?filter[txt]=ana");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code_of(answer), "invalid_input");
  EXPECT_THAT(detail_of(answer), HasSubstr("did you mean filter[text]?"));
  EXPECT_EQ(body_of(answer)["errors"][0]["source"]["parameter"], "filter[txt]");
  EXPECT_EQ(get("/v1/status?verbose=1").status, 400);
  EXPECT_EQ(get("/livez?x").status, 400);
}

TEST_F(Routes, AParameterGivenTwiceIsRefused) {
  const auto answer = get("/v1/prospects?page[size]=1&page[size]=2");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(detail_of(answer), HasSubstr("given twice"));
}

TEST_F(Routes, PageSizesHaveBounds) {
  for (const std::string size : {"0", "-1", "501", "1e2", "", " 5", "5x", "99999999999999999999999"}) {
    const auto answer = get("/v1/duplicates?page[size]=" + http::percent_encode(size));
    EXPECT_EQ(answer.status, 400) << size;
    EXPECT_THAT(detail_of(answer), HasSubstr("1 to 500")) << size;
  }
  EXPECT_EQ(get("/v1/duplicates?page[size]=500").status, 200);
}

TEST_F(Routes, PlacesAndSwitchesMustBeProper) {
  EXPECT_EQ(get("/v1/prospects?page[after]=-3").status, 400);
  EXPECT_EQ(get("/v1/prospects?page[after]=next").status, 400);
  const auto answer = get("/v1/prospects?filter[withoutKey]=maybe");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(detail_of(answer), HasSubstr("true or false"));
}

TEST_F(Routes, BrokenTargetsAre400) {
  for (const std::string target :
       {"", "v1/status", "//evil.test/v1/status", "http://evil.test/v1/status", "/v1/%zz", "/v1/%",
        "/v1/status?a=%f", "/v1/%00", "/v1/prospects?filter[text]=%00", "/v1/%ff",
        "/v1/prospects?filter[text]=%ff", "*"}) {
    const auto answer = get(target);
    EXPECT_EQ(answer.status, 400) << target;
    EXPECT_EQ(code_of(answer), "invalid_input") << target;
  }
  EXPECT_EQ(get("/" + std::string(20'000, 'a')).status, 400);
  std::string deep;
  for (int i = 0; i < 50; ++i)
    deep += "/a";
  EXPECT_EQ(get(deep).status, 400);
  std::string wide = "/v1/status?";
  for (int i = 0; i < 2'000; ++i)
    wide += "a" + std::to_string(i) + "=1&";
  EXPECT_EQ(get(wide).status, 400);
}

TEST_F(Routes, AnEscapedSlashStaysInItsSegment) {
  EXPECT_EQ(get("/v1%2Fstatus").status, 404);
}

TEST_F(Routes, EveryKindOfByteIsAnsweredSomehow) {
  for (int byte = 1; byte < 256; ++byte) {
    const auto answer = get(std::string("/v1/prospects?filter[text]=") + static_cast<char>(byte));
    EXPECT_TRUE(answer.status == 200 || answer.status == 400) << byte << ": " << answer.status;
  }
}

TEST(Target, IsCutAndDecoded) {
  const auto parsed = parse_target("/v1/a%20b?x=1+2&y=%C3%A9&flag");
  ASSERT_TRUE(std::holds_alternative<Target>(parsed));
  const Target& target = std::get<Target>(parsed);
  EXPECT_THAT(target.segments, ElementsAre("v1", "a b"));
  EXPECT_THAT(target.query, ElementsAre(Pair("x", "1 2"), Pair("y", "é"), Pair("flag", "")));
}

TEST(RouteTable, IsWhatTheDocumentationLists) {
  std::ifstream file(std::filesystem::path(PROSPECTD_SOURCE_DIR) / "docs/api.md");
  std::stringstream text;
  text << file.rdbuf();
  for (const Route& route : routes()) {
    std::string line = "| `" + route.method + " ";
    for (const std::string& segment : route.path)
      line += "/" + segment;
    EXPECT_THAT(text.str(), HasSubstr(line));
    if (store::collection_named(route.type) != nullptr) continue;  // by rules; the OpenAPI document has each
    for (const std::string& parameter : route.parameters) {
      const std::string shown = parameter.starts_with("fields[") ? "fields[" : parameter;
      EXPECT_THAT(text.str(), HasSubstr(shown)) << line;
    }
  }
}

TEST(CamelCase, TurnsTheSchemasNamesIntoTheApis) {
  EXPECT_EQ(camel_case("first_name"), "firstName");
  EXPECT_EQ(camel_case("email"), "email");
  EXPECT_EQ(camel_case("a_b_c"), "aBC");
  EXPECT_EQ(camel_case("x_1"), "x_1");
  EXPECT_EQ(camel_case("_"), "_");
}

}  // namespace
}  // namespace prospectd::api
