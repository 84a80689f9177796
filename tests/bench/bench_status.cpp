#include <atomic>
#include <cstdio>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/loader.h"
#include "daemon/cli/sync_call.h"
#include "tests/bench/daemon.h"
#include "tests/bench/load.h"
#include "tests/bench/rows.h"

namespace prospectd::bench {
namespace {

constexpr int64_t kRequestsPerSecond = 5'000;
constexpr double kRateShare = 0.99;
constexpr int64_t kChangedRecords = 10'000;  // that the overlap lets every poll read again
constexpr int kQuietPolls = 5;
constexpr int kAskAgainMs = 5;
constexpr int kBetweenPollsMs = 2'000;  // far more often than anybody lets it poll
constexpr size_t kPollsMax = 10'000;

Result<cli::DaemonClient> client_of(const std::string& config) {
  const config::Loaded loaded = config::load(config);
  if (!loaded.config)
    return make_error(ErrorCode::kConfigInvalid, "the bench's own configuration is refused");
  return cli::DaemonClient::open(*loaded.config);
}

/// Milliseconds that a poll took, by the daemon's own clock.
Result<double> poll(const cli::DaemonClient& client) {
  cli::SyncCall call;
  call.wait = [] {
    pause_ms(kAskAgainMs);
    return true;
  };
  PD_ASSIGN(sync, cli::run_sync(client, call));
  const auto took = sync["result"].find("tookMs");
  if (took != sync["result"].end() && took->is_number()) return took->get<double>();
  return make_error(ErrorCode::kInternal, "a poll ended without its time");
}

/// Polls now and then until it is told to stop.
Result<void> poll_while(const std::atomic<bool>& on, const cli::DaemonClient& client,
                        std::vector<double>& times) {
  while (on && times.size() < kPollsMax) {
    PD_ASSIGN(time, poll(client));
    times.push_back(time);
    for (int waited = 0; on && waited < kBetweenPollsMs; waited += kAskAgainMs)
      pause_ms(kAskAgainMs);
  }
  return {};
}

class StatusBench {
 public:
  explicit StatusBench(Bench& bench) : bench_(bench) {}

  Result<void> run() {
    PD_TRY(bench_.bed.poll({kChangedRecords}));
    PD_ASSIGN(daemon, start_daemon(bench_.bed.config()));
    daemon_ = std::move(daemon);
    PD_ASSIGN(api, wait_for_api(bench_.bed.work().file("state")));
    PD_ASSIGN(client, client_of(bench_.bed.config()));
    PD_TRY(poll(client));  // the first logs in
    for (int round = 0; round < bench_.options.runs; ++round) {
      bench_.tell(round, "status");
      PD_TRY(measure_daemon(api, client));
      PD_TRY(measure_reference());
    }
    PD_TRY(reference_.finish());
    PD_TRY(stop_daemon(daemon_));
    report();
    return {};
  }

 private:
  Result<void> measure_daemon(const ApiAccess& api, const cli::DaemonClient& client) {
    for (int i = 0; i < kQuietPolls; ++i) {
      PD_ASSIGN(time, poll(client));
      quiet_polls_.push_back(time);
    }
    LoadOptions options;
    options.port = api.port;
    options.token = api.token;
    options.target = "/v1/status";
    options.requests_per_second = kRequestsPerSecond;
    std::atomic<bool> on = true;
    Result<void> polled;
    std::thread poller([&] { polled = poll_while(on, client, busy_polls_); });
    auto figures = run_load(options);
    on = false;
    poller.join();
    if (!figures) return figures.error();
    PD_TRY(polled);
    ours_.push_back(*figures);
    return {};
  }

  Result<void> measure_reference() {
    if (reference_port_ == 0) {
      PD_ASSIGN(child, Child::start({own_program(), "role", "bytes", std::to_string(ours_[0].body_bytes)}));
      reference_ = std::move(child);
      reference_port_ = static_cast<uint16_t>(std::stoi("0" + reference_.read_line()));
    }
    LoadOptions options;
    options.port = reference_port_;
    options.target = "/";
    options.requests_per_second = kRequestsPerSecond;
    PD_ASSIGN(figures, run_load(options));
    bare_.push_back(figures);
    return {};
  }

  template <class Get>
  static std::vector<double> each(const std::vector<LoadFigures>& runs, Get get) {
    std::vector<double> values;
    for (const LoadFigures& run : runs)
      values.push_back(static_cast<double>(get(run)));
    return values;
  }

  template <class Get>
  void add(const char* name, const char* title, int decimals, Get get, Goal goal = {}) const {
    bench_.report.add({name, title, each(ours_, get), decimals, "a server that answers the same bytes",
                       each(bare_, get), goal});
  }

  void report() const {
    bench_.report.begin("status", "GET /v1/status, " + group_digits(kRequestsPerSecond) +
                                      "/s and slow clients, beside a server of the same bytes");
    add(
        "status_rate", "good answers/s", 0, [](const LoadFigures& f) { return f.rate; },
        at_least(kRateShare * static_cast<double>(kRequestsPerSecond)));
    add(
        "status_errors", "errors", 0, [](const LoadFigures& f) { return f.errors; }, at_most(0));
    add("status_p50", "p50, ms", 2, [](const LoadFigures& f) { return f.p50_ms; });
    add("status_p99", "p99, ms", 2, [](const LoadFigures& f) { return f.p99_ms; });
    add("status_p999", "p99.9, ms", 2, [](const LoadFigures& f) { return f.p999_ms; });
    add("status_slow_open", "slow connections open, the fewest", 0,
        [](const LoadFigures& f) { return f.slow_least; });
    add("status_slow_closed", "slow connections cut and reopened", 0,
        [](const LoadFigures& f) { return f.slow_closed; });
    const double reference = median(each(bare_, [](const LoadFigures& f) { return f.rate; }));
    if (reference < kRateShare * static_cast<double>(kRequestsPerSecond))
      std::printf("  This machine had no room for the load: the reference fell behind, too.\n");
    bench_.report.add(
        {"status_poll", "ms a poll under the load", busy_polls_, 0, "the same without a load", quiet_polls_});
  }

  Bench& bench_;
  Child daemon_;
  Child reference_;
  uint16_t reference_port_ = 0;
  std::vector<LoadFigures> ours_;
  std::vector<LoadFigures> bare_;
  std::vector<double> quiet_polls_;
  std::vector<double> busy_polls_;
};

}  // namespace

Result<void> bench_status(Bench& bench) {
  return StatusBench(bench).run();
}

}  // namespace prospectd::bench
