#include <unistd.h>

#include <array>
#include <cstdio>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "connectors/http/server.h"
#include "connectors/sandbox/serve.h"
#include "tests/bench/roles.h"

namespace prospectd::bench {
namespace {

boost::asio::awaitable<http::Response> answer_with(const std::string* body) {
  http::Response response;
  response.status = 200;
  response.headers.set("Content-Type", "application/vnd.api+json");
  response.body = *body;
  co_return response;
}

}  // namespace

// Whoever started this holds the other end: when that is gone, so is the need for a server.
void run_until_input_ends(boost::asio::io_context& io) {
  boost::asio::posix::stream_descriptor input(io, ::dup(STDIN_FILENO));
  std::array<char, 1> byte{};
  input.async_read_some(boost::asio::buffer(byte),
                        [&io](const boost::system::error_code&, size_t) { io.stop(); });
  io.run();
}

Result<void> serve_sandbox(int64_t people) {
  boost::asio::io_context io{1};
  sandbox::SandboxOptions options;
  options.generator.people = people;
  options.knobs.daily_limit = int64_t{1} << 40;
  PD_ASSIGN(made, sandbox::make_sandbox(io, std::move(options)));
  std::printf("%s %s %s %s\n", made->url().c_str(), made->client_id().c_str(),
              std::string(made->client_secret().reveal()).c_str(),
              std::string(made->admin_token().reveal()).c_str());
  std::fflush(stdout);
  run_until_input_ends(io);
  return {};
}

Result<void> serve_bytes(int64_t bytes) {
  boost::asio::io_context io{1};
  http::ServerOptions options;
  const std::string body(static_cast<size_t>(bytes), 'x');
  PD_ASSIGN(server, http::make_server(io, std::move(options),
                                      [&body](http::ServerRequest) { return answer_with(&body); }));
  std::printf("%u\n", static_cast<unsigned>(server->port()));
  std::fflush(stdout);
  run_until_input_ends(io);
  return {};
}

}  // namespace prospectd::bench
