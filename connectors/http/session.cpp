#include "connectors/http/session.h"

#include <algorithm>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/http/request_parser.h"
#include "connectors/http/server_message.h"

namespace prospectd::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kHeaderReadBytes = 4 * 1024;
constexpr size_t kBodyReadBytes = 16 * 1024;  // held by each connection that stalls in a body
constexpr size_t kWriteSliceBytes =
    256 * 1024;                           // each within write_timeout, so a slow reader is bounded in rate
constexpr size_t kJoinBytes = 16 * 1024;  // up to here head and body go out as one packet's worth
constexpr size_t kLingerBytesMax = 1024 * 1024;
constexpr std::chrono::milliseconds kLingerTime{1'000};

constexpr int kRequestTimeout = 408;
constexpr int kServerError = 500;
constexpr int kUnavailable = 503;

}  // namespace

Session::Session(std::shared_ptr<SessionHost> host, tcp::socket socket, bool serves)
    : host_(std::move(host)),
      socket_(std::move(socket)),
      watchdog_(socket_.get_executor()),
      watch_(std::make_shared<PeerWatch>(socket_, pending_, host_->options.half_closed_timeout)),
      serves_(serves) {
  host_->sessions.insert(this);
  if (serves_) ++host_->serving;
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
}

Session::~Session() {
  watch_->detach();
  host_->sessions.erase(this);
  if (serves_) --host_->serving;
  if (host_->stopping && host_->sessions.empty() && host_->on_last_ended) host_->on_last_ended();
}

void Session::close() {
  error_code ignored;
  socket_.close(ignored);
}

void Session::close_if_idle() {
  if (idle_) close();
}

void Session::watch_until(Clock::time_point deadline) {
  expired_ = false;
  const uint64_t number = ++watch_number_;
  watchdog_.expires_at(deadline);
  watchdog_.async_wait([weak = weak_from_this(), number](const error_code& ec) {
    const auto self = weak.lock();
    if (ec || !self || self->watch_number_ != number) return;
    self->expired_ = true;
    error_code ignored;
    self->socket_.cancel(ignored);
  });
}

void Session::unwatch() {
  ++watch_number_;
  watchdog_.cancel();
}

asio::awaitable<void> Session::run(std::shared_ptr<Session> self) {
  if (!self->serves_) {
    co_await self->refuse(kUnavailable);
  } else {
    bool first = true;
    while (co_await self->serve_one(first))
      first = false;
  }
  self->unwatch();
  self->close();
}

/// One request and its answer; true when the connection is good for another.
asio::awaitable<bool> Session::serve_one(bool first) {
  const ServerOptions& options = host_->options;
  RequestParser parser(options.header_bytes_max, options.body_bytes_max, options.body_limit_of);
  Received received = co_await receive(parser, first);
  unwatch();
  if (received.closed) co_return false;
  if (received.refusal == 0) {
    received.refusal = decode_request_body(parser.request(), parser.body_bytes_max());
  }
  if (received.refusal != 0) {
    co_await refuse(received.refusal);
    co_return false;
  }
  if (host_->closed) co_return false;
  ServerRequest request = take_request(parser);
  Wishes wishes;
  wishes.head = request.method == "HEAD";
  wishes.gzip = options.gzip && accepts_gzip(request.headers);
  wishes.keep_alive = parser.keep_alive();
  wishes.http_1_0 = parser.is_http_1_0();
  Response response = co_await ask_handler(std::move(request));
  if (watch_->gone()) co_return false;
  const bool again = co_await respond(std::move(response), wishes);
  co_return again;
}

ServerRequest Session::take_request(RequestParser& parser) const {
  ServerRequest request = std::move(parser.request());
  error_code ignored;
  request.remote_address = socket_.remote_endpoint(ignored).address().to_string();
  request.local_port = socket_.local_endpoint(ignored).port();
  request.peer = watch_;
  return request;
}

asio::awaitable<Session::Received> Session::receive(RequestParser& parser, bool first) {
  if (pending_.empty()) {
    const bool came = co_await await_first_byte(first);
    if (!came) co_return Received{true, 0};
  }
  const Clock::time_point start = Clock::now();
  feed(parser);
  Received received{false, parser.refusal()};
  if (!parser.header_done() && received.refusal == 0) received = co_await receive_header(parser, start);
  if (received.closed || received.refusal != 0 || parser.done()) co_return received;
  received = co_await receive_body(parser, start);
  co_return received;
}

/// False when the connection closed, or nothing came in time: nobody waits for an answer then.
asio::awaitable<bool> Session::await_first_byte(bool first) {
  const ServerOptions& options = host_->options;
  pending_.shrink_to_fit();
  if (host_->stopping) co_return false;
  idle_ = true;
  watch_until(Clock::now() +
              (first ? std::min(options.header_timeout, options.idle_timeout) : options.idle_timeout));
  const bool came = co_await fill(kHeaderReadBytes);
  idle_ = false;
  co_return came;
}

asio::awaitable<Session::Received> Session::receive_header(RequestParser& parser, Clock::time_point start) {
  watch_until(start + host_->options.header_timeout);
  while (!parser.header_done() && parser.refusal() == 0) {
    const bool came = co_await fill(kHeaderReadBytes);
    if (!came) co_return lost();
    feed(parser);
  }
  co_return Received{false, parser.refusal()};
}

asio::awaitable<Session::Received> Session::receive_body(RequestParser& parser, Clock::time_point start) {
  if (parser.expects_continue() && pending_.empty()) {
    std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    const bool written = co_await write(std::move(interim));
    if (!written) co_return lost();
  }
  watch_until(start + host_->options.request_timeout);
  while (!parser.done() && parser.refusal() == 0) {
    const bool came = co_await fill(kBodyReadBytes);
    if (!came) co_return lost();
    feed(parser);
  }
  co_return Received{false, parser.refusal()};
}

Session::Received Session::lost() const {
  return expired_ ? Received{false, kRequestTimeout} : Received{true, 0};
}

/// Gives the parser what was read, and keeps what it leaves.
void Session::feed(RequestParser& parser) {
  size_t taken = 0;
  while (const size_t step = parser.feed(std::string_view(pending_).substr(taken)))
    taken += step;
  pending_.erase(0, taken);
}

asio::awaitable<Response> Session::ask_handler(ServerRequest request) {
  try {
    Response response = co_await host_->handler(std::move(request));
    watch_->end_watch();
    co_return response;
  } catch (...) {
    // Whatever it was, it stays inside: its words may hold values, and the log belongs to the layers above.
  }
  watch_->end_watch();
  co_return refusal_of(kServerError);
}

asio::awaitable<bool> Session::respond(Response response, Wishes wishes) {
  if (response.status == 0) co_return false;
  if (wishes.gzip && status_has_body(response.status)) compress_response(response);
  HeadOptions options;
  options.close = !wishes.keep_alive || host_->stopping;
  options.announce_keep_alive = wishes.http_1_0;
  std::string text = response_head(response, options);
  if (text.empty()) {
    response = refusal_of(kServerError);
    text = response_head(response, options);
  }
  std::string body = std::move(response.body);
  if (wishes.head || !status_has_body(response.status)) body.clear();
  if (response.delivery != nullptr) {
    text += body;
    const bool whole = co_await deliver(std::move(text), std::move(response.delivery));
    if (whole && options.close) co_await linger();
    co_return whole && !options.close;
  }
  if (body.size() <= kJoinBytes) {
    text += body;
    body.clear();
  }
  bool written = co_await write(std::move(text));
  if (written && !body.empty()) written = co_await write(std::move(body));
  if (!written) co_return false;
  if (options.close) co_await linger();
  co_return !options.close;
}

/// Puts an answer on the wire as a bad network does; false when the connection ended with it.
asio::awaitable<bool> Session::deliver(std::string text, std::shared_ptr<const Delivery> how) {
  if (how->cut_after) text.resize(std::min(text.size(), *how->cut_after));
  const size_t piece = how->piece_bytes == 0 ? text.size() : how->piece_bytes;
  bool written = true;
  for (size_t at = 0; written && at < text.size(); at += piece) {
    if (at > 0) co_await pause(how->pause);
    if (watch_->gone()) co_return false;
    std::string part = text.substr(at, piece);
    written = co_await write(std::move(part));
  }
  if (how->cut_after && how->reset) {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  }
  co_return written && !how->cut_after;
}

/// Ends early when the connection does, or its client is gone.
asio::awaitable<void> Session::pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(socket_.get_executor(), time);
  watch_->watch([&timer] { timer.cancel(); });
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  co_await timer.async_wait(token);
  watch_->end_watch();
}

asio::awaitable<void> Session::refuse(int status) {
  Wishes wishes;
  Response response = refusal_of(status);
  co_await respond(std::move(response), wishes);
}

Response Session::refusal_of(int status) const {
  const auto& refusal = host_->options.refusal;
  return refusal ? refusal(status) : plain_response(status);
}

/// Reads what there is, at most so much, behind `pending_`; false when the connection or the time is over.
asio::awaitable<bool> Session::fill(size_t at_most) {
  const size_t before = pending_.size();
  pending_.resize(before + at_most);
  const auto space = asio::buffer(pending_.data() + before, at_most);
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  const size_t count = co_await socket_.async_read_some(space, token);
  pending_.resize(before + (ec ? 0 : count));
  co_return !ec && !expired_;
}

asio::awaitable<bool> Session::write(std::string text) {
  size_t written = 0;
  size_t slice_end = 0;
  while (written < text.size()) {
    if (written == slice_end) {
      slice_end = std::min(text.size(), written + kWriteSliceBytes);
      watch_until(Clock::now() + host_->options.write_timeout);
    }
    const auto slice = asio::buffer(text.data() + written, slice_end - written);
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    const size_t count = co_await socket_.async_write_some(slice, token);
    if (ec || expired_) co_return false;
    written += count;
  }
  unwatch();
  co_return true;
}

/// Lets the client read the last answer: closing while bytes of it are unread here would reset the connection
/// and take the answer away from it.
asio::awaitable<void> Session::linger() {
  idle_ = true;
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  watch_until(Clock::now() + kLingerTime);
  size_t left = kLingerBytesMax;
  bool more = true;
  while (more && left > 0) {
    pending_.clear();
    more = co_await fill(kHeaderReadBytes);
    left -= std::min(left, pending_.size());
  }
}

}  // namespace prospectd::http
