#include "tests/bench/load.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace prospectd::bench {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWarmUp{500};  // until the slow ones are all there
constexpr std::chrono::seconds kPatience{10};      // for answers that are still to come at the end
constexpr std::chrono::milliseconds kRestAfterError{10};
// What a slow client sends: the first time, at most for as long as a server waits for a header; later on, as
// much as it gets to send.
constexpr int64_t kFirstBytesMax = 5'000 / kDripEvery.count();
constexpr int64_t kBytesMax = 1'000;

/// Of sorted values.
double quantile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(at, sorted.size() - 1)];
}

void on_ended(const std::exception_ptr&) {}

class Load {
 public:
  explicit Load(const LoadOptions& options)
      : options_(options),
        total_(options.requests_per_second * options.duration.count() / 1'000),
        began_(Clock::now() + kWarmUp),
        over_(io_, began_ + options.duration + kPatience) {
    latencies_.reserve(static_cast<size_t>(total_));
  }

  Result<LoadFigures> run() {
    for (int i = 0; i < options_.slow_connections; ++i)
      asio::co_spawn(io_, drip(i), on_ended);
    for (int i = 0; i < options_.connections; ++i)
      asio::co_spawn(io_, ask_in_turn(i), [this](const std::exception_ptr&) {
        if (++ended_ == options_.connections) io_.stop();
      });
    over_.async_wait([this](const error_code&) { io_.stop(); });
    io_.run();
    if (latencies_.empty()) return make_error(ErrorCode::kInternal, "a server under load answered nothing");
    return figures();
  }

 private:
  tcp::endpoint endpoint() const { return {asio::ip::address_v4::loopback(), options_.port}; }
  Clock::time_point due(int64_t number) const {
    return began_ + std::chrono::nanoseconds(number * 1'000'000'000 / options_.requests_per_second);
  }

  // One kept connection: every so-manieth of all requests.
  asio::awaitable<void> ask_in_turn(int first) {
    tcp::socket socket(io_);
    boost::beast::flat_buffer buffer;
    asio::steady_timer timer(io_);
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    for (int64_t number = first; number < total_; number += options_.connections) {
      if (!socket.is_open()) co_await socket.async_connect(endpoint(), token);
      timer.expires_at(due(number));
      co_await timer.async_wait(token);
      const bool good = co_await ask(socket, buffer);
      if (good) {
        last_ = Clock::now();
        latencies_.push_back(std::chrono::duration<double, std::milli>(last_ - due(number)).count());
        continue;
      }
      error_code ignored;
      socket.close(ignored);
      buffer.clear();
      timer.expires_after(kRestAfterError);
      co_await timer.async_wait(token);
    }
  }

  asio::awaitable<bool> ask(tcp::socket& socket, boost::beast::flat_buffer& buffer) {
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    co_await asio::async_write(socket, asio::buffer(request_), token);
    if (ec) co_return false;
    beast_http::response<beast_http::string_body> response;
    co_await beast_http::async_read(socket, buffer, response, token);
    if (ec || response.result_int() != 200) co_return false;
    body_bytes_ = static_cast<int64_t>(response.body().size());
    co_return response.keep_alive();
  }

  // One slow client: opened anew whenever the server has had enough of it. The first time each goes by
  // itself, at its own moment, so that the server doesn't cut them all at once later on.
  asio::awaitable<void> drip(int number) {
    asio::steady_timer timer(io_, kDripEvery * number / std::max(options_.slow_connections, 1));
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    co_await timer.async_wait(token);
    int64_t bytes = kFirstBytesMax * (number + 1) / std::max(options_.slow_connections, 1);
    for (;; bytes = kBytesMax) {
      tcp::socket socket(io_);
      co_await socket.async_connect(endpoint(), token);
      if (!ec) {
        count_slow(1);
        co_await drip_into(socket, timer, bytes);
        count_slow(-1);
      }
      timer.expires_after(kRestAfterError);
      co_await timer.async_wait(token);
    }
  }

  asio::awaitable<void> drip_into(tcp::socket& socket, asio::steady_timer& timer, int64_t bytes) {
    static const std::string kHead = "GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ";
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    for (int64_t sent = 0; sent < bytes && socket.available(ec) == 0 && !ec; ++sent) {
      const char byte = sent < std::ssize(kHead) ? kHead[static_cast<size_t>(sent)] : 'x';
      co_await asio::async_write(socket, asio::buffer(&byte, 1), token);
      if (ec) break;
      timer.expires_after(kDripEvery);
      co_await timer.async_wait(token);
    }
  }

  void count_slow(int change) {
    slow_open_ += change;
    if (Clock::now() < began_ || ended_ == options_.connections) return;
    if (change < 0) ++slow_closed_;
    slow_least_ = std::min(slow_least_, slow_open_);
  }

  LoadFigures figures() {
    LoadFigures figures;
    figures.asked = total_;
    // What has no latency was refused, lost, or never answered.
    figures.errors = total_ - static_cast<int64_t>(latencies_.size());
    const double seconds = std::chrono::duration<double>(last_ - began_).count();
    figures.rate = seconds > 0 ? static_cast<double>(latencies_.size()) / seconds : 0;
    std::ranges::sort(latencies_);
    figures.p50_ms = quantile(latencies_, 0.5);
    figures.p99_ms = quantile(latencies_, 0.99);
    figures.p999_ms = quantile(latencies_, 0.999);
    figures.slow_least = std::min<int64_t>(slow_least_, slow_open_);
    figures.slow_closed = slow_closed_;
    figures.body_bytes = body_bytes_;
    return figures;
  }

  const LoadOptions& options_;
  asio::io_context io_{1};
  const int64_t total_;
  const Clock::time_point began_;
  asio::steady_timer over_;
  const std::string request_ = "GET " + options_.target +
                               " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) +
                               "\r\nAuthorization: Bearer " + options_.token + "\r\n\r\n";
  std::vector<double> latencies_;  ///< milliseconds, of good answers
  Clock::time_point last_{};
  int ended_ = 0;
  int slow_open_ = 0;
  int slow_least_ = options_.slow_connections;
  int64_t slow_closed_ = 0;
  int64_t body_bytes_ = 0;
};

}  // namespace

Result<LoadFigures> run_load(const LoadOptions& options) {
  return Load(options).run();
}

}  // namespace prospectd::bench
