#include "connectors/http/message.h"

#include <gtest/gtest.h>

namespace prospectd::http {
namespace {

TEST(Headers, AreFoundInAnyCase) {
  const Headers headers{{"Content-Type", "text/plain"}, {"X-A", "1"}};
  EXPECT_EQ(headers.get("content-TYPE"), "text/plain");
  EXPECT_EQ(headers.get("x-b"), std::nullopt);
}

TEST(Headers, GiveTheFirstOfSeveral) {
  Headers headers{{"A", "1"}};
  headers.add("a", "2");
  EXPECT_EQ(headers.get("A"), "1");
}

TEST(Headers, SetLeavesOneField) {
  Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
  headers.set("a", "4");
  const std::vector<std::pair<std::string, std::string>> expected = {{"A", "4"}, {"B", "2"}};
  EXPECT_EQ(headers.fields(), expected);
}

TEST(Headers, SetAddsWhatWasNotThere) {
  Headers headers;
  headers.set("A", "1");
  EXPECT_EQ(headers.get("a"), "1");
}

TEST(Headers, RemoveDropsEveryFieldOfThatName) {
  Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
  headers.remove("A");
  EXPECT_EQ(headers.fields().size(), 1U);
  EXPECT_EQ(headers.get("b"), "2");
}

TEST(Response, ContentTypeIsTheBareLowerCaseMediaType) {
  Response response;
  EXPECT_EQ(response.content_type(), "");
  response.headers.add("Content-Type", " Application/JSON ;charset=UTF-8");
  EXPECT_EQ(response.content_type(), "application/json");
}

TEST(ServerRequest, CutsTheTargetAtTheFirstQuestionMark) {
  ServerRequest request;
  request.target = "/a/b?q=1?2";
  EXPECT_EQ(request.path(), "/a/b");
  EXPECT_EQ(request.query(), "q=1?2");
  request.target = "/a";
  EXPECT_EQ(request.path(), "/a");
  EXPECT_EQ(request.query(), "");
}

TEST(PercentDecode, UndoesEscapes) {
  EXPECT_EQ(percent_decode("a%20b%2fC+d", false), "a b/C+d");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  EXPECT_EQ(percent_decode("", true), "");
}

TEST(PercentDecode, RefusesBrokenEscapes) {
  for (const char* bad : {"%", "%2", "a%", "%zz", "%2g", "%-1"}) {
    EXPECT_EQ(percent_decode(bad, false), std::nullopt) << bad;
  }
}

TEST(PercentEncode, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/ü'+"), "a%20b%2F%C3%BC%27%2B");
}

TEST(PercentEncode, IsUndoneByDecode) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte)
    every_byte += static_cast<char>(byte);
  EXPECT_EQ(percent_decode(percent_encode(every_byte), true), every_byte);
}

TEST(ParseForm, GivesDecodedPairsInOrder) {
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"a", "1"}, {"b c", "x y"}, {"empty", ""}, {"bare", ""}, {"a", "=2"}};
  EXPECT_EQ(parse_form("a=1&b+c=x%20y&empty=&bare&&a==2"), expected);
}

TEST(ParseForm, RefusesABrokenEscape) {
  EXPECT_EQ(parse_form("a=1&b=%4"), std::nullopt);
}

TEST(ParseForm, RefusesMoreThanAThousandPairs) {
  std::string text;
  for (int i = 0; i < 1'000; ++i)
    text += "a=1&";
  EXPECT_TRUE(parse_form(text).has_value());
  EXPECT_EQ(parse_form(text + "a=1"), std::nullopt);
}

struct GoodUrl {
  const char* text;
  const char* host;
  uint16_t port;
  const char* target;
  const char* origin;
};

TEST(ParseUrl, TakesHttpAndHttps) {
  const GoodUrl urls[] = {
      {"https://Example.COM", "example.com", 443, "/", "https://example.com"},
      {"HTTPS://a.b/c?d=e", "a.b", 443, "/c?d=e", "https://a.b"},
      {"http://127.0.0.1:9443/x", "127.0.0.1", 9443, "/x", "http://127.0.0.1:9443"},
      {"http://a:80/", "a", 80, "/", "http://a"},
      {"https://a:65535?q", "a", 65535, "/?q", "https://a:65535"},
      {"https://[::1]:8443/", "::1", 8443, "/", "https://[::1]:8443"},
      {"https://[2001:DB8::1]", "2001:db8::1", 443, "/", "https://[2001:db8::1]"},
      {"https://my_org--dev.sandbox.my.salesforce.com/services/data/v60.0/query?q=SELECT+Id",
       "my_org--dev.sandbox.my.salesforce.com", 443, "/services/data/v60.0/query?q=SELECT+Id",
       "https://my_org--dev.sandbox.my.salesforce.com"},
  };
  for (const GoodUrl& good : urls) {
    const auto url = parse_url(good.text);
    ASSERT_TRUE(url) << good.text;
    EXPECT_EQ(url->host, good.host);
    EXPECT_EQ(url->port, good.port);
    EXPECT_EQ(url->target, good.target);
    EXPECT_EQ(url->origin(), good.origin);
  }
}

class BadUrl : public testing::TestWithParam<const char*> {};

TEST_P(BadUrl, IsRefused) {
  EXPECT_FALSE(parse_url(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    ParseUrl, BadUrl,
    testing::Values("", "/path", "//host/path", "host/path", "ftp://host/", "file:///etc/passwd",
                    "javascript://x", "http:/host", "http://", "https:///path", "https://?q", "https://:443/",
                    "https://user@host/", "https://user:pw@host/", "https://host:/", "https://host:0/",
                    "https://host:65536/", "https://host:-1/", "https://host:+80/", "https://host:8o/",
                    "https://host:443443/", "https://ho st/", "https://host/a b", "https://host/a\tb",
                    "https://host/\r\nX: y", "https://host\n/", "https://host/a\x7f", "https://h\xc3\xb6st/",
                    "https://host/\xc3\xb6", "https://host/#part", "https://host\\@other/", "https://ho%73t/",
                    "https://a..b/", "https://.a/", "https://a./", "https://[::1", "https://[::1]x/",
                    "https://[::1]:/", "https://[::g]/", "https://[]/", "https://[fe80::1%25eth0]/",
                    "https://[127.0.0.1]/", "https://::1/", "https://a,b/", "https://a;b/"));

TEST(ParseUrl, RefusesANulAndTooLongHosts) {
  EXPECT_FALSE(parse_url(std::string_view("https://host/\0x", 15)));
  EXPECT_FALSE(parse_url("https://" + std::string(64, 'a') + "/"));
  EXPECT_TRUE(parse_url("https://" + std::string(63, 'a') + "/"));
  EXPECT_FALSE(parse_url("https://host/" + std::string(64 * 1024, 'a')));
}

}  // namespace
}  // namespace prospectd::http
