#include <unistd.h>

#include <array>
#include <cstdio>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "connectors/sandbox/serve.h"
#include "tests/bench/roles.h"

namespace prospectd::bench {

Result<void> serve_sandbox(int64_t people) {
  boost::asio::io_context io{1};
  sandbox::SandboxOptions options;
  options.generator.people = people;
  options.knobs.daily_limit = int64_t{1} << 40;
  PD_ASSIGN(made, sandbox::make_sandbox(io, std::move(options)));
  std::printf("%s %s %s\n", made->url().c_str(), made->client_id().c_str(),
              std::string(made->client_secret().reveal()).c_str());
  std::fflush(stdout);
  // Whoever started this holds the other end: when that is gone, so is the need for a CRM.
  boost::asio::posix::stream_descriptor input(io, ::dup(STDIN_FILENO));
  std::array<char, 1> byte{};
  input.async_read_some(boost::asio::buffer(byte),
                        [&io](const boost::system::error_code&, size_t) { io.stop(); });
  io.run();
  return {};
}

}  // namespace prospectd::bench
