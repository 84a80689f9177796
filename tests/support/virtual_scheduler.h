// VirtualScheduler: the engine's scheduler in virtual time, on one thread, from a seed. Time moves only when
// nothing can run: then it jumps to the next sleeper. The same seed gives the same order of everything.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>

#include "daemon/engine/scheduler.h"
#include "daemon/engine/signal.h"

namespace prospectd::test {

class VirtualScheduler final : public engine::Scheduler {
 public:
  explicit VirtualScheduler(uint64_t seed);

  boost::asio::io_context& io() override { return io_; }
  Timestamp now() const override { return start_ + std::chrono::duration_cast<milliseconds>(elapsed_); }
  std::chrono::nanoseconds monotonic() const override { return elapsed_; }
  boost::asio::awaitable<void> sleep(milliseconds duration, engine::Wakeup* wakeup) override;
  boost::asio::awaitable<void> blocking(std::function<void()> work) override;
  boost::asio::awaitable<void> reading(std::function<void()> work) override;
  uint64_t random() override { return random_(); }
  void stop() override;
  bool stopping() const override { return stopping_; }

  /// Lets the world run until `done` holds. Answers false when nothing can run any more, or after `steps_max`
  /// jumps in time.
  bool run_until(const std::function<bool()>& done, int64_t steps_max = 1'000'000);
  /// Lets `duration` of virtual time pass. Ends early, answering false, when `halt` holds after a step.
  bool run_for(milliseconds duration, const std::function<bool()>& halt = {});
  /// Runs what can run now, without moving time.
  void run_ready();
  /// After stop(): a new engine may run on this scheduler.
  void resume() { stopping_ = false; }
  /// How long blocking work takes, at most; drawn anew each time. 0: none.
  void set_blocking_delay(milliseconds longest) { blocking_delay_ = longest; }

 private:
  boost::asio::awaitable<void> in_order(std::chrono::nanoseconds& free_at, std::function<void()> work);

  boost::asio::io_context io_{1};
  Timestamp start_;
  std::chrono::nanoseconds elapsed_{0};
  std::mt19937_64 random_;
  std::multimap<std::chrono::nanoseconds, std::shared_ptr<engine::Signal>> sleepers_;
  milliseconds blocking_delay_{0};
  std::chrono::nanoseconds writer_free_at_{0};  ///< when the worker has done what it was given
  std::chrono::nanoseconds reader_free_at_{0};
  bool stopping_ = false;
};

}  // namespace prospectd::test
