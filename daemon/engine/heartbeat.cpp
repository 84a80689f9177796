#include "daemon/engine/heartbeat.h"

#include <exception>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

constexpr int kBeatsInWatchdog = 3;
constexpr int kWatchdogsMissed = 2;  // FAULTS B1: a tick younger than two watchdogs

class EngineHeartbeat final : public Heartbeat {
 public:
  EngineHeartbeat(Scheduler& scheduler, store::Store& store, HeartbeatOptions options)
      : scheduler_(scheduler), store_(store), options_(std::move(options)) {}

  void start() override {
    last_beat_ = scheduler_.monotonic();
    spawn(&EngineHeartbeat::beat);
    spawn(&EngineHeartbeat::ask);
  }

  std::optional<std::string> complaint() const override {
    if (!last_beat_ || scheduler_.stopping()) return std::nullopt;
    if (scheduler_.monotonic() - *last_beat_ >= kWatchdogsMissed * options_.watchdog)
      return "the engine's loop does not turn";
    if (!writer_answers()) return "the database's thread does not answer";
    return std::nullopt;
  }

  std::optional<ErrorCode> write_failure() const override { return write_failure_; }

 private:
  void spawn(asio::awaitable<void> (EngineHeartbeat::*routine)()) {
    asio::co_spawn(
        scheduler_.io(), [this, routine] { return (this->*routine)(); },
        [](std::exception_ptr failure) {
          if (failure) log::error("heartbeat.threw", "the heartbeat has ended on a defect of prospectd", {});
        });
  }

  asio::awaitable<void> beat() {
    while (!scheduler_.stopping()) {
      last_beat_ = scheduler_.monotonic();
      if (writer_answers() && options_.on_beat) options_.on_beat();
      co_await scheduler_.sleep(options_.watchdog / kBeatsInWatchdog, nullptr);
    }
  }

  // A transaction that is begun and given up tells whether the file can be written, and writes nothing.
  asio::awaitable<void> ask() {
    while (!scheduler_.stopping()) {
      asked_ = scheduler_.monotonic();
      std::optional<ErrorCode> failure;
      std::function<void()> work = [this, &failure] {
        if (const auto transaction = store_.begin(); !transaction) failure = transaction.error().code;
      };
      co_await scheduler_.blocking(std::move(work));
      asked_.reset();
      write_failure_ = failure;
      co_await scheduler_.sleep(options_.watchdog / kBeatsInWatchdog, nullptr);
    }
  }

  bool writer_answers() const {
    return !asked_ || scheduler_.monotonic() - *asked_ < options_.writer_patience;
  }

  Scheduler& scheduler_;
  store::Store& store_;
  const HeartbeatOptions options_;
  std::optional<std::chrono::nanoseconds> last_beat_;  ///< none: not started
  std::optional<std::chrono::nanoseconds> asked_;  ///< of the database's thread, which has not answered yet
  std::optional<ErrorCode> write_failure_;
};

}  // namespace

std::unique_ptr<Heartbeat> make_heartbeat(Scheduler& scheduler, store::Store& store,
                                          HeartbeatOptions options) {
  return std::make_unique<EngineHeartbeat>(scheduler, store, std::move(options));
}

}  // namespace prospectd::engine
