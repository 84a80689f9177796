#include "connectors/http/request_parser.h"

#include <gtest/gtest.h>

namespace prospectd::http {
namespace {

constexpr size_t kHeaderMax = 1'024;
constexpr size_t kBodyMax = 256;

/// Feeds `text` in pieces of `step` bytes, as a connection does; returns what was left over.
std::string feed_all(RequestParser& parser, const std::string& text, size_t step) {
  std::string pending;
  for (size_t at = 0; at < text.size(); at += step) {
    pending += text.substr(at, step);
    while (const size_t taken = parser.feed(pending))
      pending.erase(0, taken);
  }
  return pending;
}

const std::string kChunked =
    "POST /a?b=c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nX-A:  1 \r\n\r\n"
    "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n";

TEST(RequestParser, ReadsTheSameInPiecesOfAnySize) {
  for (const size_t step : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{64}, kChunked.size()}) {
    RequestParser parser(kHeaderMax, kBodyMax);
    EXPECT_EQ(feed_all(parser, kChunked, step), "") << step;
    ASSERT_TRUE(parser.done()) << step;
    EXPECT_EQ(parser.refusal(), 0);
    EXPECT_EQ(parser.request().method, "POST");
    EXPECT_EQ(parser.request().target, "/a?b=c");
    EXPECT_EQ(parser.request().body, "hello world");
    EXPECT_EQ(parser.request().headers.get("x-a"), "1");
    EXPECT_EQ(parser.request().headers.get("x-trailer"), std::nullopt);
  }
}

TEST(RequestParser, StopsAtTheEndOfTheRequest) {
  const std::string one = "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  RequestParser parser(kHeaderMax, kBodyMax);
  EXPECT_EQ(feed_all(parser, one + "GET /next", one.size() + 9), "GET /next");
  EXPECT_EQ(parser.request().body, "abc");
}

TEST(RequestParser, TakesAHeaderOfExactlyItsLimit) {
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
  const std::string exact = start + std::string(kHeaderMax - start.size() - 4, 'a') + "\r\n\r\n";
  RequestParser fits(kHeaderMax, kBodyMax);
  feed_all(fits, exact, exact.size());
  EXPECT_TRUE(fits.done());
  RequestParser over(kHeaderMax - 1, kBodyMax);
  feed_all(over, exact, exact.size());
  EXPECT_EQ(over.refusal(), 431);
}

TEST(RequestParser, TakesABodyOfExactlyItsLimit) {
  const auto with_body = [](size_t size) {
    return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
           std::string(size, 'b');
  };
  RequestParser fits(kHeaderMax, kBodyMax);
  feed_all(fits, with_body(kBodyMax), 100);
  EXPECT_TRUE(fits.done());
  RequestParser over(kHeaderMax, kBodyMax);
  feed_all(over, with_body(kBodyMax + 1), 100);
  EXPECT_EQ(over.refusal(), 413);
}

TEST(RequestParser, ChunksCountTogetherAgainstTheBodyLimit) {
  std::string text = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 3; ++i)
    text += "64\r\n" + std::string(100, 'c') + "\r\n";
  RequestParser parser(kHeaderMax, kBodyMax);
  feed_all(parser, text, text.size());
  EXPECT_EQ(parser.refusal(), 413);
  EXPECT_LE(parser.request().body.size(), kBodyMax);
}

TEST(RequestParser, AsksToContinueOnlyWhenExpected) {
  RequestParser parser(kHeaderMax, kBodyMax);
  feed_all(parser, "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n", 1'000);
  EXPECT_TRUE(parser.header_done());
  EXPECT_TRUE(parser.expects_continue());
  EXPECT_FALSE(parser.done());
}

TEST(RequestParser, KeepsConnectionsAsTheVersionSays) {
  const std::pair<const char*, bool> cases[] = {
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
  };
  for (const auto& [text, kept] : cases) {
    RequestParser parser(kHeaderMax, kBodyMax);
    feed_all(parser, text, 1'000);
    ASSERT_TRUE(parser.done()) << text;
    EXPECT_EQ(parser.keep_alive(), kept) << text;
  }
}

}  // namespace
}  // namespace prospectd::http
