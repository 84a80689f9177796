// Signal: lets one coroutine wait for another on the same loop. A notice given before the wait is not lost.
// Loop's thread only.
#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace prospectd::engine {

class Signal {
 public:
  explicit Signal(boost::asio::io_context& io) : timer_(io, boost::asio::steady_timer::time_point::max()) {}

  void notify() {
    notified_ = true;
    timer_.cancel();
  }
  boost::asio::awaitable<void> wait() {
    while (!notified_) {
      boost::system::error_code ignored;
      co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
    notified_ = false;
  }

 private:
  boost::asio::steady_timer timer_;  // never runs out; notify() cancels it
  bool notified_ = false;
};

}  // namespace prospectd::engine
