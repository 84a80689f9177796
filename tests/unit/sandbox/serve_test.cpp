// The sandbox over a real socket.
#include "connectors/sandbox/serve.h"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::HasSubstr;

std::string exchange(uint16_t port, const std::string& request) {
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::make_address("127.0.0.1"), port});
  asio::write(socket, asio::buffer(request));
  std::string answer;
  boost::system::error_code end;
  asio::read(socket, asio::dynamic_buffer(answer), end);
  return answer;
}

TEST(Serve, AnswersOverHttpWithChunkedBodiesToo) {
  boost::asio::io_context io;
  SandboxOptions options;
  options.client_secret = Secret("s3cret");
  options.generator.people = 50;
  auto sandbox = make_sandbox(io, std::move(options));
  ASSERT_TRUE(sandbox);
  EXPECT_EQ((*sandbox)->url(), "http://127.0.0.1:" + std::to_string((*sandbox)->port()));
  EXPECT_FALSE((*sandbox)->admin_token().empty());

  std::string versions, token;
  std::thread client([&] {
    const uint16_t port = (*sandbox)->port();
    versions = exchange(port, "GET /services/data HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    token = exchange(port,
                     "POST /services/oauth2/token HTTP/1.1\r\nHost: org.test:1\r\nConnection: close\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "1d\r\ngrant_type=client_credentials\r\n"
                     "28\r\n&client_id=sandbox&client_secret=s3cret&\r\n0\r\n\r\n");
    boost::asio::post(io, [&] { (*sandbox)->stop(milliseconds(0)); });
  });
  io.run();
  client.join();
  EXPECT_THAT(versions, HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(versions, HasSubstr("\"version\":\"67.0\""));
  EXPECT_THAT(token, HasSubstr("\"instance_url\":\"http://org.test:1\""));
}

TEST(Serve, ALoadThatFailsIsTheErrorOfTheStart) {
  boost::asio::io_context io;
  SandboxOptions options;
  options.load_directory = "/nowhere/at/all";
  const auto sandbox = make_sandbox(io, std::move(options));
  ASSERT_FALSE(sandbox);
  EXPECT_EQ(sandbox.error().code, ErrorCode::kConfigInvalid);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
