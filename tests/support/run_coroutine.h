// run(): one coroutine to its end on a loop of its own, and what it answered. For tests of what needs no
// clock and no thread.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace prospectd::test {

template <class T>
boost::asio::awaitable<void> store_outcome(boost::asio::awaitable<T> work, std::optional<T>& out) {
  T value = co_await std::move(work);
  out.emplace(std::move(value));
}

/// Starts `work` on `io`; its answer is in `out` once the loop has run. An exception leaves the loop's run().
template <class T>
void start(boost::asio::io_context& io, boost::asio::awaitable<T> work, std::optional<T>& out) {
  boost::asio::co_spawn(io, store_outcome(std::move(work), out), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
}

template <class T>
T run(boost::asio::awaitable<T> work) {
  boost::asio::io_context io;
  std::optional<T> out;
  start(io, std::move(work), out);
  io.run();
  return std::move(out).value();
}

}  // namespace prospectd::test
