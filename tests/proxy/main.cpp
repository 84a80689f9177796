// fault_proxy: the TCP fault proxy as a program, between any client and any server on this machine.
#include <csignal>
#include <cstdio>
#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>

#include "tests/support/tcp_fault_proxy.h"

namespace prospectd::test {
namespace {

struct DirectionOptions {
  int64_t delay_ms = 0;
  int64_t delay_up_to_ms = 0;
  size_t drip = 0;
  int64_t cut = -1;
  int64_t cut_up_to = -1;
};

struct ProxyOptions {
  uint16_t listen = 0;
  uint16_t to = 0;
  uint64_t seed = 1;
  double share = 1;
  bool refuse = false;
  WireEnd end = WireEnd::kClose;
  DirectionOptions to_server;
  DirectionOptions to_client;
};

const std::map<std::string, WireEnd> kEnds = {{"close", WireEnd::kClose},
                                              {"reset", WireEnd::kReset},
                                              {"half-close", WireEnd::kHalfClose},
                                              {"stall", WireEnd::kStall}};

void add_direction(CLI::App& app, const std::string& name, DirectionOptions& d) {
  app.add_option("--delay-" + name, d.delay_ms, "milliseconds before each piece")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--delay-up-to-" + name, d.delay_up_to_ms, "and so many more, drawn")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--drip-" + name, d.drip, "bytes of a piece; with a delay, slow bytes");
  app.add_option("--cut-" + name, d.cut, "the end behind so many bytes")->check(CLI::NonNegativeNumber);
  app.add_option("--cut-up-to-" + name, d.cut_up_to, "the end behind at most so many, drawn")
      ->check(CLI::NonNegativeNumber);
}

WireFault fault_of(const DirectionOptions& d, WireEnd end, sandbox::Random& random) {
  WireFault fault;
  fault.delay = std::chrono::milliseconds(d.delay_ms);
  fault.delay_up_to = std::chrono::milliseconds(d.delay_up_to_ms);
  fault.drip_bytes = d.drip;
  if (d.cut >= 0) fault.cut_after = static_cast<uint64_t>(d.cut);
  if (d.cut_up_to >= 0) fault.cut_after = static_cast<uint64_t>(random.below(d.cut_up_to + 1));
  fault.end = end;
  return fault;
}

ConnectionFault fault_of(const ProxyOptions& o, sandbox::Random& random) {
  constexpr int64_t kMillion = 1'000'000;
  if (static_cast<double>(random.below(kMillion)) >= o.share * kMillion) return {};
  return {o.refuse, fault_of(o.to_server, o.end, random), fault_of(o.to_client, o.end, random)};
}

int serve(const ProxyOptions& o) {
  boost::asio::io_context io(1);
  TcpFaultProxy proxy(io, o.to, o.seed, o.listen);
  proxy.set_plan([&o](uint64_t, sandbox::Random& random) { return fault_of(o, random); });
  std::printf("127.0.0.1:%u\n", static_cast<unsigned>(proxy.port()));
  std::fflush(stdout);
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) proxy.close();
  });
  io.run();
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app("Passes connections to a port of this machine, and spoils them on the way.", "fault_proxy");
  ProxyOptions o;
  app.add_option("--listen", o.listen, "port on 127.0.0.1 (0: any free one; it is printed)");
  app.add_option("--to", o.to, "port of the server on 127.0.0.1")->required();
  app.add_option("--seed", o.seed, "of what is drawn");
  app.add_option("--share", o.share, "of the connections that are spoilt, 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  app.add_flag("--refuse", o.refuse, "they are reset at once");
  app.add_option("--end", o.end, "how a cut ends: close, reset, half-close, stall")
      ->transform(CLI::CheckedTransformer(kEnds));
  add_direction(app, "to-server", o.to_server);
  add_direction(app, "to-client", o.to_client);
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return serve(o);
  } catch (const boost::system::system_error& error) {
    std::fprintf(stderr, "fault_proxy: %s\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace prospectd::test

int main(int argc, char** argv) {
  return prospectd::test::run(argc, argv);
}
