#include <poll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/text.h"
#include "tests/bench/daemon.h"
#include "tests/bench/rows.h"

namespace prospectd::bench {
namespace {

using boost::asio::ip::tcp;

constexpr double kGoalMs = 200;
constexpr int kPatienceMs = 60'000;
constexpr int kStartsARun = 3;  // they are short

bool readable(int descriptor) {
  pollfd wanted{descriptor, POLLIN, 0};
  return ::poll(&wanted, 1, kPatienceMs) == 1;
}

/// A CRM that hears the first byte of a request, and says nothing to it.
class Listener {
 public:
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

  /// Milliseconds from the start of the daemon until its first request is here.
  Result<double> time_start(const std::string& config) {
    const double began = seconds_now();
    PD_ASSIGN(daemon, start_daemon(config));
    double took = 0;
    if (readable(acceptor_.native_handle())) {
      tcp::socket socket = acceptor_.accept();
      if (readable(socket.native_handle())) took = seconds_now() - began;
    }
    PD_TRY(stop_daemon(daemon));
    if (took > 0) return took * 1e3;
    return make_error(ErrorCode::kInternal, "the daemon did not ask the CRM for anything");
  }

 private:
  boost::asio::io_context io_;
  tcp::acceptor acceptor_{io_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
};

}  // namespace

Result<void> bench_start(Bench& bench) {
  PD_TRY(bench.bed.ensure_imported());
  const WorkFolder& work = bench.bed.work();
  Listener listener;
  work.write("start.yaml", bench.bed.config_for(listener.url()));
  work.write("empty.yaml", bench.bed.config_for(listener.url(), "empty"));
  // The first start makes the database and the token, which no later one does.
  PD_TRY(listener.time_start(work.file("empty.yaml")));
  std::vector<double> full, empty;
  for (int round = 0; round < bench.options.runs; ++round) {
    bench.tell(round, "start");
    for (int i = 0; i < kStartsARun; ++i) {
      PD_ASSIGN(without, listener.time_start(work.file("empty.yaml")));
      PD_ASSIGN(with, listener.time_start(work.file("start.yaml")));
      empty.push_back(without);
      full.push_back(with);
    }
  }
  bench.report.begin("start", "From the start of prospectd run to its first request, with " +
                                  group_digits(bench.options.people) + " people");
  bench.report.add(
      {"start", "ms to the first request", full, 1, "an empty database", empty, at_most(kGoalMs)});
  return {};
}

}  // namespace prospectd::bench
