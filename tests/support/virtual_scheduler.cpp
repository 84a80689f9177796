#include "tests/support/virtual_scheduler.h"

#include <algorithm>
#include <utility>

namespace prospectd::test {
namespace {

namespace asio = boost::asio;

}  // namespace

VirtualScheduler::VirtualScheduler(uint64_t seed)
    : start_(*parse_timestamp("2026-11-21T10:00:00Z")), random_(seed) {}

asio::awaitable<void> VirtualScheduler::sleep(milliseconds duration, engine::Wakeup* wakeup) {
  if (stopping_ || (wakeup != nullptr && wakeup->take())) co_return;
  auto alarm = std::make_shared<engine::Signal>(io_);
  const auto place = sleepers_.emplace(elapsed_ + duration, alarm);
  if (wakeup != nullptr) wakeup->listen([alarm] { alarm->notify(); });
  co_await alarm->wait();
  sleepers_.erase(place);
  if (wakeup == nullptr) co_return;
  wakeup->listen({});
  wakeup->take();
}

asio::awaitable<void> VirtualScheduler::blocking(std::function<void()> work) {
  return in_order(writer_free_at_, std::move(work));
}

asio::awaitable<void> VirtualScheduler::reading(std::function<void()> work) {
  return in_order(reader_free_at_, std::move(work));
}

// Each piece takes its time, after the one before it.
asio::awaitable<void> VirtualScheduler::in_order(std::chrono::nanoseconds& free_at,
                                                 std::function<void()> work) {
  if (blocking_delay_.count() > 0) {
    const auto longest = static_cast<uint64_t>(blocking_delay_.count());
    free_at = std::max(free_at, elapsed_) + milliseconds{static_cast<int64_t>(random_() % (longest + 1))};
    co_await sleep(std::chrono::ceil<milliseconds>(free_at - elapsed_), nullptr);
  }
  work();
}

void VirtualScheduler::stop() {
  stopping_ = true;
  for (auto& [when, alarm] : sleepers_)
    alarm->notify();
}

void VirtualScheduler::run_ready() {
  io_.restart();
  io_.poll();
}

bool VirtualScheduler::run_until(const std::function<bool()>& done, int64_t steps_max) {
  for (int64_t step = 0; step < steps_max; ++step) {
    run_ready();
    if (done()) return true;
    if (sleepers_.empty()) return false;
    const auto next = sleepers_.begin();
    elapsed_ = std::max(elapsed_, next->first);
    next->second->notify();
  }
  return false;
}

bool VirtualScheduler::run_for(milliseconds duration, const std::function<bool()>& halt) {
  const auto until = elapsed_ + duration;
  for (;;) {
    run_ready();
    if (halt && halt()) return false;
    if (sleepers_.empty() || sleepers_.begin()->first > until) break;
    elapsed_ = std::max(elapsed_, sleepers_.begin()->first);
    sleepers_.begin()->second->notify();
  }
  elapsed_ = std::max(elapsed_, until);
  return true;
}

}  // namespace prospectd::test
