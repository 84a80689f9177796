// Scheduler: the seam between the engine and time, threads and chance. The real one uses the system's clocks,
// Asio timers and two worker threads; the simulator's runs in virtual time on one thread, from a seed. All
// calls on the loop's one thread, but for now(), which the worker asks, too.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/time.h"

namespace prospectd::engine {

/// Ends one sleep early. A notice given while nobody sleeps on it ends the next sleep at once. On the loop's
/// thread.
class Wakeup {
 public:
  void notify() {
    pending_ = true;
    if (on_notify_) on_notify_();
  }

  /// For schedulers: what to do when a notice comes; an empty function takes it back.
  void listen(std::function<void()> on_notify) { on_notify_ = std::move(on_notify); }
  /// For schedulers: whether a notice is pending; it is used up by asking.
  bool take() { return std::exchange(pending_, false); }

 private:
  bool pending_ = false;
  std::function<void()> on_notify_;
};

class Scheduler {
 public:
  virtual ~Scheduler() = default;

  virtual boost::asio::io_context& io() = 0;
  /// Wall clock, for stamps that people read. Never compared with the CRM's clock.
  virtual Timestamp now() const = 0;
  /// Monotonic; for durations, rates and deadlines.
  virtual std::chrono::nanoseconds monotonic() const = 0;
  /// Sleeps; returns early when `wakeup` is notified, and at once when stop() was called. `wakeup` may be
  /// null.
  virtual boost::asio::awaitable<void> sleep(milliseconds duration, Wakeup* wakeup) = 0;
  /// Runs `work` on the one worker thread (in order), and resumes here when it has returned. The work must
  /// not throw.
  virtual boost::asio::awaitable<void> blocking(std::function<void()> work) = 0;
  /// The same on a second thread of its own, for reads that must not wait behind the writer.
  virtual boost::asio::awaitable<void> reading(std::function<void()> work) = 0;
  /// A uniform random number, for jitter.
  virtual uint64_t random() = 0;
  /// Wakes every sleeper; later sleeps return at once.
  virtual void stop() = 0;
  virtual bool stopping() const = 0;
};

std::unique_ptr<Scheduler> make_scheduler(boost::asio::io_context& io);

}  // namespace prospectd::engine
