// Work with a deadline: what doesn't come back in time is left behind, so that nothing that hangs (a network
// file system, a CRM behind a broken gateway) can hang the command. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <system_error>
#include <thread>

namespace prospectd::cli {

/// Whether something has been left behind and may still run: then the process has to end without waiting
/// for it.
inline std::atomic<bool>& work_left_behind() {
  static std::atomic<bool> left{false};
  return left;
}

/// What `work` gives, on a thread of its own; nothing when it takes longer than `deadline`. The work owns, or
/// shares, everything that it touches, and doesn't throw.
template <class T>
std::optional<T> within(std::chrono::milliseconds deadline, std::function<T()> work) {
  std::packaged_task<T()> task(work);
  std::future<T> outcome = task.get_future();
  try {
    std::thread(std::move(task)).detach();
  } catch (const std::system_error&) {
    return work();  // no thread to be had: then here
  }
  if (outcome.wait_for(deadline) == std::future_status::ready) return outcome.get();
  work_left_behind() = true;
  return std::nullopt;
}

}  // namespace prospectd::cli
