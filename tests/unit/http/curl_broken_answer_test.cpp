// Answers that are cut, broken or too large (F22): each is an error of its kind, says nothing secret, and
// leaves the transport good for the next request.
#include <gtest/gtest.h>

#include "connectors/http/gzip.h"
#include "tests/unit/http/harness.h"

namespace prospectd::http {
namespace {

struct BrokenAnswer {
  const char* name;
  std::string bytes;
  ErrorCode code;
};

void PrintTo(const BrokenAnswer& answer, std::ostream* out) {
  *out << answer.name;
}

std::vector<BrokenAnswer> broken_answers() {
  const std::string gzip = gzip_compress(std::string(5'000, 'a'));
  const std::string gzip_header = "Content-Encoding: gzip\r\n";
  std::string many_fields;
  for (int i = 0; i < 300; ++i)
    many_fields += "a: b\r\n";
  return {
      {"no_answer", "", ErrorCode::kNetwork},
      {"half_a_header", "HTTP/1.1 200 OK\r\nContent-Le", ErrorCode::kNetwork},
      {"shorter_than_its_length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", ErrorCode::kNetwork},
      {"chunks_without_an_end", chunked_reply("3\r\nabc\r\n"), ErrorCode::kNetwork},
      {"chunk_cut_in_the_middle", chunked_reply("64\r\nabc"), ErrorCode::kNetwork},
      {"chunk_size_minus_one", chunked_reply("-1\r\nabc\r\n0\r\n\r\n"), ErrorCode::kNetwork},
      {"gzip_cut", ok_reply(gzip.substr(0, gzip.size() / 2), gzip_header), ErrorCode::kNetwork},
      {"gzip_without_its_checksum", ok_reply(gzip.substr(0, gzip.size() - 8), gzip_header),
       ErrorCode::kNetwork},
      {"gzip_that_is_none", ok_reply("{\"a\":1}", gzip_header), ErrorCode::kBadPayload},
      {"gzip_bomb", ok_reply(gzip_compress(std::string(64 * 1024 * 1024, '\0')), gzip_header),
       ErrorCode::kTooLarge},
      {"coding_not_asked_for", ok_reply("abc", "Content-Encoding: br\r\n"), ErrorCode::kServerError},
      {"not_http", "220 mail.example.com ESMTP\r\n\r\n", ErrorCode::kServerError},
      {"claims_256_mib", "HTTP/1.1 200 OK\r\nContent-Length: 268435456\r\n\r\nabc", ErrorCode::kTooLarge},
      {"body_over_the_limit", chunked_reply("100001\r\n" + std::string(0x100001, 'a') + "\r\n0\r\n\r\n"),
       ErrorCode::kTooLarge},
      {"header_over_64_kib", ok_reply("", "A: " + std::string(70'000, 'a') + "\r\n"), ErrorCode::kTooLarge},
      {"header_line_over_100_kib", ok_reply("", "A: " + std::string(500'000, 'a') + "\r\n"),
       ErrorCode::kTooLarge},
      {"too_many_fields", ok_reply("", many_fields), ErrorCode::kTooLarge},
      {"endless_interim_answers",
       [] {
         std::string all;
         for (int i = 0; i < 4'000; ++i)
           all += "HTTP/1.1 100 Continue\r\n\r\n";
         return all;
       }(),
       ErrorCode::kTooLarge},
  };
}

class Broken : public testing::TestWithParam<BrokenAnswer> {};

TEST_P(Broken, IsAnErrorAndNoAnswer) {
  Scripted scripted({{GetParam().bytes}, {ok_reply("fine")}});
  Request request = World::local_get(scripted.server.port(), "/path?q=secret-query");
  request.method = "POST";
  request.headers.add("Authorization", "Bearer secret-token");
  request.body = "secret-body";
  request.response_body_max = 1024 * 1024;
  const auto answer = scripted.world.send(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, GetParam().code) << answer.error().text();
  EXPECT_FALSE(answer.error().never_sent);
  EXPECT_EQ(answer.error().text().find("secret"), std::string::npos) << answer.error().text();
  EXPECT_NE(answer.error().text().find("POST http://127.0.0.1:" + std::to_string(scripted.server.port()) +
                                       "/path: "),
            std::string::npos)
      << answer.error().text();

  const auto next = scripted.get();
  ASSERT_TRUE(next) << next.error().text();
  EXPECT_EQ(next->body, "fine");
}

INSTANTIATE_TEST_SUITE_P(CurlTransport, Broken, testing::ValuesIn(broken_answers()),
                         [](const testing::TestParamInfo<BrokenAnswer>& info) { return info.param.name; });

}  // namespace
}  // namespace prospectd::http
