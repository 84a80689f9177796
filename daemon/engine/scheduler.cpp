#include "daemon/engine/scheduler.h"

#include <random>
#include <set>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

class SystemScheduler final : public Scheduler {
 public:
  explicit SystemScheduler(asio::io_context& io) : io_(io), random_(std::random_device{}()) {}
  ~SystemScheduler() override {
    writer_.join();
    reader_.join();
  }

  asio::io_context& io() override { return io_; }
  Timestamp now() const override {
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  }
  std::chrono::nanoseconds monotonic() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }

  asio::awaitable<void> sleep(milliseconds duration, Wakeup* wakeup) override {
    if (stopping_ || (wakeup != nullptr && wakeup->take())) co_return;
    asio::steady_timer timer(io_, duration);
    sleepers_.insert(&timer);
    if (wakeup != nullptr) wakeup->listen([&timer] { timer.cancel(); });
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    sleepers_.erase(&timer);
    if (wakeup == nullptr) co_return;
    wakeup->listen({});
    wakeup->take();
  }

  asio::awaitable<void> blocking(std::function<void()> work) override { return on(writer_, std::move(work)); }
  asio::awaitable<void> reading(std::function<void()> work) override { return on(reader_, std::move(work)); }

  uint64_t random() override { return random_(); }

  void stop() override {
    stopping_ = true;
    for (asio::steady_timer* timer : sleepers_)
      timer->cancel();
  }
  bool stopping() const override { return stopping_; }

 private:
  asio::awaitable<void> on(asio::thread_pool& pool, std::function<void()> work) {
    // The timer never runs out: the worker's notice, posted to the loop, cancels it. Being shared, it
    // outlives whichever of the two ends last.
    auto done = std::make_shared<asio::steady_timer>(io_, asio::steady_timer::time_point::max());
    asio::post(pool, [this, done, work = std::move(work)] {
      work();
      asio::post(io_, [done] { done->cancel(); });
    });
    boost::system::error_code ignored;
    co_await done->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  asio::io_context& io_;
  asio::thread_pool writer_{1};
  asio::thread_pool reader_{1};
  std::mt19937_64 random_;
  std::set<asio::steady_timer*> sleepers_;
  bool stopping_ = false;
};

}  // namespace

std::unique_ptr<Scheduler> make_scheduler(asio::io_context& io) {
  return std::make_unique<SystemScheduler>(io);
}

}  // namespace prospectd::engine
