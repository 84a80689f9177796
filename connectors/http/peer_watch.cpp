#include "connectors/http/peer_watch.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace prospectd::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kAheadReadBytes = 4 * 1024;
constexpr size_t kAheadBytesMax = 16 * 1024;  // of requests that come before the one under way is answered

}  // namespace

PeerWatch::PeerWatch(tcp::socket& socket, std::string& ahead, std::chrono::milliseconds half_closed_timeout)
    : socket_(&socket),
      ahead_(ahead),
      patience_(socket.get_executor()),
      half_closed_timeout_(half_closed_timeout) {}

void PeerWatch::watch(std::function<void()> on_gone) {
  if (socket_ == nullptr || gone_) return;
  end_watch();
  on_gone_ = std::move(on_gone);
  error_code ignored;
  socket_->non_blocking(true, ignored);
  await_bytes();
}

void PeerWatch::end_watch() {
  if (!on_gone_) return;
  on_gone_ = nullptr;
  ++turn_;
  patience_.cancel();
  error_code ignored;
  socket_->cancel(ignored);
}

void PeerWatch::detach() {
  end_watch();
  socket_ = nullptr;
}

void PeerWatch::await_bytes() {
  socket_->async_wait(tcp::socket::wait_read,
                      [self = shared_from_this(), turn = turn_](const error_code& ec) {
                        if (self->turn_ != turn) return;
                        if (ec) return self->leave();  // the server has closed it
                        self->take_bytes();
                      });
}

/// Requests that a client sends ahead are no end, and the end may stand behind them. One that sends more of
/// them than is read ahead is noticed when it resets the connection, or by the answer.
void PeerWatch::take_bytes() {
  const size_t room = kAheadBytesMax - std::min(kAheadBytesMax, ahead_.size());
  if (room == 0) return await_reset();
  std::array<char, kAheadReadBytes> piece{};
  error_code ec;
  const size_t count = socket_->read_some(asio::buffer(piece.data(), std::min(piece.size(), room)), ec);
  ahead_.append(piece.data(), count);
  if (!ec || ec == asio::error::would_block || ec == asio::error::interrupted) return await_bytes();
  if (ec != asio::error::eof) return leave();
  await_reset();
  begin_patience();
}

void PeerWatch::await_reset() {
  socket_->async_wait(tcp::socket::wait_error, [self = shared_from_this(), turn = turn_](const error_code&) {
    if (self->turn_ == turn) self->leave();
  });
}

/// The end of what a client sends looks the same whether it has closed the connection or wants its answer
/// all the same, as HTTP lets it: only bytes that are sent to it would tell. So it is taken for gone where
/// the answer keeps it waiting for longer than somebody who has said everything would.
void PeerWatch::begin_patience() {
  patience_.expires_after(half_closed_timeout_);
  patience_.async_wait([self = shared_from_this(), turn = turn_](const error_code& ec) {
    if (!ec && self->turn_ == turn) self->leave();
  });
}

void PeerWatch::leave() {
  gone_ = true;
  const std::function<void()> tell = on_gone_;
  end_watch();
  tell();
}

}  // namespace prospectd::http
