#include <curl/curl.h>

#include <unordered_map>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/http/curl_exchange.h"
#include "connectors/http/transport.h"

namespace prospectd::http {
namespace {

namespace asio = boost::asio;

constexpr size_t kRequestsMax = 1'024;  // under way or waiting for a connection
constexpr long kKeptConnectionsMax = 32;

/// A request under way. Kept alive by the coroutine that waits for it.
struct Operation {
  Operation(asio::io_context& io, std::unique_ptr<Exchange> made) : exchange(std::move(made)), wake(io) {}

  std::unique_ptr<Exchange> exchange;
  asio::steady_timer wake;  ///< its expiry is the request's deadline; cancelled when the result is there
  std::optional<Result<Response>> result;
};

/// The loop's eyes on one of libcurl's sockets. The descriptor stays libcurl's: it is released, never closed.
struct Watch {
  Watch(asio::io_context& io, curl_socket_t socket) : descriptor(io), fd(socket) {}

  asio::posix::stream_descriptor descriptor;
  curl_socket_t fd;
  int wanted = 0;  ///< CURL_POLL_IN and CURL_POLL_OUT bits
  int armed = 0;   ///< the directions with a wait under way
  bool alive = true;
};

void initialise_curl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)once;
}

/// libcurl's multi handle and what it waits for. Shared by the transport and its requests' coroutines, so
/// that either may go first.
class Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::io_context& io, CurlOptions options) : io_(io), timer_(io), options_(std::move(options)) {
    initialise_curl();
    multi_ = curl_multi_init();
  }
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  void configure();
  asio::io_context& io() { return io_; }
  const CurlOptions& options() const { return options_; }
  bool cancelled() const { return cancelled_; }
  bool full() const { return operations_.size() >= kRequestsMax; }

  void start(const std::shared_ptr<Operation>& operation);
  /// Ends the operation with `result`; no more than a look when it has ended already.
  void end(Operation& operation, Result<Response> result);
  void cancel_all();

 private:
  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*);
  static int on_timer(CURLM*, long milliseconds, void* self);
  void watch(curl_socket_t fd, int what);
  void unwatch(curl_socket_t fd);
  void arm(const std::shared_ptr<Watch>& watch);
  void arm_one(const std::shared_ptr<Watch>& watch, int direction);
  void ready(const std::shared_ptr<Watch>& watch, int direction, bool failed);
  void drive(curl_socket_t fd, int events);
  void collect();

  asio::io_context& io_;
  asio::steady_timer timer_;
  CurlOptions options_;
  CURLM* multi_ = nullptr;
  std::unordered_map<CURL*, std::shared_ptr<Operation>> operations_;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  bool cancelled_ = false;
};

void Core::configure() {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Core::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Core::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, static_cast<void*>(this));
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, options_.connections_per_host_max);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kKeptConnectionsMax);
}

Core::~Core() {
  // Kept connections are closed by the cleanup; it must not call back into what is half gone.
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
  for (auto& [fd, watch] : watches_) {
    watch->alive = false;
    watch->descriptor.release();
  }
  for (auto& [easy, operation] : operations_)
    curl_multi_remove_handle(multi_, easy);
  operations_.clear();
  curl_multi_cleanup(multi_);
}

void Core::start(const std::shared_ptr<Operation>& operation) {
  CURL* easy = operation->exchange->easy();
  operations_.emplace(easy, operation);
  operation->wake.expires_after(operation->exchange->timeout());
  const CURLMcode code = curl_multi_add_handle(multi_, easy);
  if (code == CURLM_OK) return;
  end(*operation, operation->exchange->error(ErrorCode::kInternal, curl_multi_strerror(code)));
}

void Core::end(Operation& operation, Result<Response> result) {
  const auto found = operations_.find(operation.exchange->easy());
  if (found == operations_.end()) return;
  const std::shared_ptr<Operation> kept = std::move(found->second);
  operations_.erase(found);
  curl_multi_remove_handle(multi_, kept->exchange->easy());
  kept->result = std::move(result);
  kept->wake.cancel();
}

void Core::cancel_all() {
  cancelled_ = true;
  while (!operations_.empty()) {
    Operation& operation = *operations_.begin()->second;
    end(operation, operation.exchange->error(ErrorCode::kCancelled, "cancelled"));
  }
}

int Core::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  auto& core = *static_cast<Core*>(self);
  if (what == CURL_POLL_REMOVE) {
    core.unwatch(fd);
  } else {
    core.watch(fd, what);
  }
  return 0;
}

int Core::on_timer(CURLM*, long milliseconds, void* self) {
  auto& core = *static_cast<Core*>(self);
  if (milliseconds < 0) {
    core.timer_.cancel();
    return 0;
  }
  core.timer_.expires_after(std::chrono::milliseconds(milliseconds));
  core.timer_.async_wait([weak = core.weak_from_this()](const boost::system::error_code& ec) {
    const auto alive = weak.lock();
    if (!ec && alive) alive->drive(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

void Core::watch(curl_socket_t fd, int what) {
  std::shared_ptr<Watch>& watch = watches_[fd];
  if (!watch) {
    watch = std::make_shared<Watch>(io_, fd);
    boost::system::error_code ec;
    watch->descriptor.assign(fd, ec);
    // The kernel has no more room for watched sockets: the request is left to its deadline.
    watch->alive = !ec;
  }
  watch->wanted = what;
  arm(watch);
}

void Core::unwatch(curl_socket_t fd) {
  const auto found = watches_.find(fd);
  if (found == watches_.end()) return;
  found->second->alive = false;
  found->second->descriptor.release();
  watches_.erase(found);
}

void Core::arm(const std::shared_ptr<Watch>& watch) {
  if (!watch->alive) return;
  for (const int direction : {CURL_POLL_IN, CURL_POLL_OUT}) {
    if ((watch->wanted & direction) != 0 && (watch->armed & direction) == 0) arm_one(watch, direction);
  }
}

void Core::arm_one(const std::shared_ptr<Watch>& watch, int direction) {
  using Descriptor = asio::posix::stream_descriptor;
  watch->armed |= direction;
  watch->descriptor.async_wait(
      direction == CURL_POLL_IN ? Descriptor::wait_read : Descriptor::wait_write,
      [weak = weak_from_this(), watch, direction](const boost::system::error_code& ec) {
        watch->armed &= ~direction;
        const auto core = weak.lock();
        if (core && watch->alive) core->ready(watch, direction, static_cast<bool>(ec));
      });
}

void Core::ready(const std::shared_ptr<Watch>& watch, int direction, bool failed) {
  if ((watch->wanted & direction) == 0) return;
  const int event = direction == CURL_POLL_IN ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
  drive(watch->fd, failed ? event | CURL_CSELECT_ERR : event);
  arm(watch);
}

void Core::drive(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, events, &running);
  collect();
}

void Core::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // the message dies with its handle's removal
    const auto found = operations_.find(message->easy_handle);
    if (found == operations_.end()) continue;
    const std::shared_ptr<Operation> operation = found->second;
    end(*operation, operation->exchange->finish(code));
  }
}

/// Takes an operation off libcurl when its coroutine goes first, as when the loop is destroyed.
struct Leave {
  Core& core;
  Operation& operation;
  ~Leave() {
    if (!operation.result) core.end(operation, make_error(ErrorCode::kCancelled, "cancelled"));
  }
};

asio::awaitable<Result<Response>> perform(std::shared_ptr<Core> core, Request request) {
  if (core->cancelled()) {
    Error closing = make_error(ErrorCode::kCancelled, "the transport is shutting down");
    closing.never_sent = true;
    co_return closing;
  }
  auto exchange = make_exchange(std::move(request), core->options());
  if (!exchange) co_return std::move(exchange).error();
  const auto operation = std::make_shared<Operation>(core->io(), std::move(exchange).value());
  if (core->full()) co_return operation->exchange->error(ErrorCode::kTooLarge, "too many requests at once");
  core->start(operation);
  const Leave leave{*core, *operation};
  while (!operation->result) {
    boost::system::error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    co_await operation->wake.async_wait(token);
    if (ec || operation->result) continue;
    core->end(*operation, operation->exchange->error(ErrorCode::kTimeout, "no whole answer in time"));
  }
  co_return *std::move(operation->result);
}

class CurlTransport final : public Transport {
 public:
  CurlTransport(asio::io_context& io, CurlOptions options)
      : core_(std::make_shared<Core>(io, std::move(options))) {
    core_->configure();
  }
  ~CurlTransport() override { core_->cancel_all(); }

  // Not a coroutine itself: the core is taken now, not when the awaitable starts, by which time the transport
  // may be gone.
  asio::awaitable<Result<Response>> send(Request request) override {
    return perform(core_, std::move(request));
  }
  void cancel_all() override { core_->cancel_all(); }

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace

std::unique_ptr<Transport> make_curl_transport(asio::io_context& io, CurlOptions options) {
  return std::make_unique<CurlTransport>(io, std::move(options));
}

}  // namespace prospectd::http
