// FrontTransport: http::Transport with the sandbox's front behind it, called directly: both ends of the wire,
// without a network or time between them. Every request takes a turn of the loop before and behind it, so
// that calls made together really run together. Borrows the front; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/http/transport.h"
#include "connectors/sandbox/front.h"

namespace prospectd::test {

/// An answer of the front that never comes whole: its connection is cut.
inline bool is_lost(const http::Response& answer) {
  return answer.delivery != nullptr && answer.delivery->cut_after.has_value();
}

class FrontTransport final : public http::Transport {
 public:
  explicit FrontTransport(sandbox::Front& front) : front_(front) {}

  boost::asio::awaitable<Result<http::Response>> send(http::Request request) override {
    auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
    const auto url = http::parse_url(request.url);
    if (!url) co_return make_error(ErrorCode::kRefusedTarget, "no URL");
    ++requests_;
    http::ServerRequest asked;
    asked.method = request.method;
    asked.target = url->target;
    asked.headers = request.headers;
    asked.headers.set("Host", "127.0.0.1:9443");
    asked.body = request.body;
    asked.remote_address = "127.0.0.1";
    asked.local_port = 9443;
    http::Response answer = front_.handle(asked);
    if (mangler_) mangler_(request, answer);
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
    if (is_lost(answer)) co_return make_error(ErrorCode::kNetwork, "the connection ended early");
    co_return answer;
  }
  void cancel_all() override {}

  /// Changes answers on their way; empty: nothing.
  void set_mangler(std::function<void(const http::Request&, http::Response&)> mangler) {
    mangler_ = std::move(mangler);
  }
  /// Requests that have reached the front.
  int64_t requests() const { return requests_; }

 private:
  sandbox::Front& front_;
  std::function<void(const http::Request&, http::Response&)> mangler_;
  int64_t requests_ = 0;
};

}  // namespace prospectd::test
