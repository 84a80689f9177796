// What hostile or broken clients send (F60): each is answered with a 4xx and closed, or just closed, within
// the server's limits; none reaches the handler; and the server goes on serving.
#include <gtest/gtest.h>

#include "connectors/http/gzip.h"
#include "tests/unit/http/harness.h"

namespace prospectd::http {
namespace {

using std::chrono::milliseconds;

struct Attack {
  const char* name;
  std::string bytes;
  int status;
};

void PrintTo(const Attack& attack, std::ostream* out) {
  *out << attack.name;
}

ServerOptions small_sizes() {
  ServerOptions options;
  options.header_bytes_max = 2'048;
  options.body_bytes_max = 8'192;
  return options;
}

/// For those who are refused for being slow; the others must not be, however busy the machine is.
ServerOptions short_times() {
  ServerOptions options = small_sizes();
  options.header_timeout = milliseconds(100);
  options.request_timeout = milliseconds(150);
  options.idle_timeout = milliseconds(100);
  return options;
}

std::string with_nul(std::string text) {
  text[text.find('@')] = '\0';
  return text;
}

std::string request_with(const std::string& fields, const std::string& body = "") {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}

std::string repeated(const std::string& text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i)
    all += text;
  return all;
}

std::vector<Attack> attacks() {
  return {
      {"bare_garbage", "\x16\x03\x01 hello there\r\n\r\n", 400},
      {"garbage_without_an_end", repeated("garbage", 1'000), 414},
      {"nothing_but_line_ends", "\r\n\r\n", 400},
      {"slow_request_line", "GET / HT", 408},
      {"slow_header", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", 408},
      {"slow_body", request_with("Content-Length: 100\r\n", "abc"), 408},
      {"slow_chunk", request_with("Transfer-Encoding: chunked\r\n", "5\r\nab"), 408},
      {"huge_header", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(100'000, 'a') + "\r\n\r\n", 431},
      {"huge_header_claimed_piece_by_piece", "GET / HTTP/1.1\r\nHost: x\r\n" + repeated("A: b\r\n", 400),
       431},
      {"too_many_fields", "GET / HTTP/1.1\r\nHost: x\r\n" + repeated("a:\r\n", 200) + "\r\n", 431},
      {"huge_target", "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
      {"huge_body_claimed", request_with("Content-Length: 268435456\r\n"), 413},
      {"huge_body_sent", request_with("Content-Length: 9000\r\n", std::string(9'000, 'a')), 413},
      {"body_of_more_than_64_bits", request_with("Content-Length: 99999999999999999999999\r\n"), 400},
      {"huge_chunk_claimed", request_with("Transfer-Encoding: chunked\r\n", "10000000\r\n"), 413},
      {"many_chunks", request_with("Transfer-Encoding: chunked\r\n", repeated("4\r\nabcd\r\n", 3'000)), 413},
      {"chunk_size_minus_one", request_with("Transfer-Encoding: chunked\r\n", "-1\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk_size_overflows",
       request_with("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk_size_is_no_number", request_with("Transfer-Encoding: chunked\r\n", "xyz\r\nabc\r\n"), 400},
      {"chunk_without_its_line_end",
       request_with("Transfer-Encoding: chunked\r\n", "3\r\nabcdef\r\n0\r\n\r\n"), 400},
      {"endless_chunk_extension",
       request_with("Transfer-Encoding: chunked\r\n", "3;" + std::string(70'000, 'x')), 400},
      {"endless_trailers",
       request_with("Transfer-Encoding: chunked\r\n", "0\r\n" + repeated("A: b\r\n", 20'000)), 400},
      {"length_and_chunked", request_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       400},
      {"chunked_and_length", request_with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
       400},
      {"two_lengths", request_with("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400},
      {"the_same_length_twice", request_with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
      {"length_as_a_list", request_with("Content-Length: 3, 3\r\n", "abc"), 400},
      {"length_with_a_sign", request_with("Content-Length: +3\r\n", "abc"), 400},
      {"negative_length", request_with("Content-Length: -1\r\n", "abc"), 400},
      {"empty_length", request_with("Content-Length:\r\n", "abc"), 400},
      {"unknown_transfer_coding", request_with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
      {"gzip_as_transfer_coding", request_with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400},
      {"chunked_twice",
       request_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"chunked_in_http_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"absolute_target", "GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"authority_target", "CONNECT other:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"asterisk_target", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"fragment_in_target", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"nul_in_target", with_nul("GET /a@b HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
      {"nul_in_header", with_nul("GET / HTTP/1.1\r\nHost: x\r\nA: b@c\r\n\r\n"), 400},
      {"bare_line_feeds", "GET / HTTP/1.1\nHost: x\n\n", 400},
      {"one_bare_line_feed", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400},
      {"bare_carriage_return", "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", 400},
      {"blank_before_the_colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"field_without_a_colon", "GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", 400},
      {"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two_hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
      {"http_2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"http_9_9", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400},
      {"no_version", "GET /\r\n\r\n", 400},
      {"websocket", "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 400},
      {"unknown_expectation", request_with("Expect: miracles\r\nContent-Length: 3\r\n"), 417},
      {"gzip_bomb",
       [] {
         const std::string bomb = gzip_compress(std::string(4 * 1024 * 1024, '\0'));
         return request_with(
             "Content-Encoding: gzip\r\nContent-Length: " + std::to_string(bomb.size()) + "\r\n", bomb);
       }(),
       413},
      {"gzip_that_is_none", request_with("Content-Encoding: gzip\r\nContent-Length: 3\r\n", "abc"), 400},
      {"gzip_that_is_cut",
       [] {
         const std::string cut = gzip_compress("hello").substr(0, 15);
         return request_with("Content-Encoding: gzip\r\nContent-Length: 15\r\n", cut);
       }(),
       400},
      {"unknown_content_coding", request_with("Content-Encoding: br\r\nContent-Length: 3\r\n", "abc"), 415},
  };
}

class Hostile : public testing::TestWithParam<Attack> {};

TEST_P(Hostile, F60_IsRefusedClosedAndForgotten) {
  World world;
  int handled = 0;
  const Handler count = [&handled](ServerRequest request) {
    ++handled;
    return echo(std::move(request));
  };
  world.serve(GetParam().status == 408 ? short_times() : small_sizes(), count);
  const std::string answer = world.raw(GetParam().bytes);
  EXPECT_EQ(status_of(answer), GetParam().status) << answer.substr(0, 200);
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("HTTP/1.1", 8), std::string::npos) << "one answer, not two";
  EXPECT_EQ(handled, 0);

  const auto after = world.get("/still-here");
  ASSERT_TRUE(after) << after.error().text();
  EXPECT_EQ(after->status, 200);
}

INSTANTIATE_TEST_SUITE_P(Server, Hostile, testing::ValuesIn(attacks()),
                         [](const testing::TestParamInfo<Attack>& info) { return info.param.name; });

TEST(HostileServer, F60_ClosesAConnectionThatSaysNothing) {
  World world;
  world.serve(short_times(), echo);
  EXPECT_EQ(world.raw(""), "");
}

TEST(HostileServer, F60_OpensNoSecondRequestInsideARefusedBody) {
  World world;
  int handled = 0;
  const Handler count = [&handled](ServerRequest request) {
    ++handled;
    return echo(std::move(request));
  };
  world.serve(small_sizes(), count);
  const std::string smuggled = "GET /admin HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string answer =
      world.raw(request_with("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled));
  EXPECT_EQ(status_of(answer), 400);
  EXPECT_EQ(handled, 0);
}

TEST(HostileServer, F60_AnswersAHundredStalledClientsAndOthersMeanwhile) {
  World world;
  world.serve(short_times(), echo);
  std::vector<boost::asio::ip::tcp::socket> stalled;
  for (int i = 0; i < 100; ++i) {
    stalled.push_back(connect_to(world.io, world.port()));
    stalled.back().send(boost::asio::buffer("GET / HTTP/1.1\r\nHost:", 21));
  }
  const auto answer = world.get("/meanwhile");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  for (auto& socket : stalled) {
    EXPECT_EQ(status_of(wait_for(world.io, read_all(socket))), 408);
  }
}

}  // namespace
}  // namespace prospectd::http
