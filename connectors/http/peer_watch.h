// PeerWatch: notices on a connection that its client is gone while a request of it is under way. Reads no
// request: what a client sends ahead is kept for the session. Internal to the server; the loop's one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "connectors/http/peer.h"

namespace prospectd::http {

class PeerWatch final : public Peer, public std::enable_shared_from_this<PeerWatch> {
 public:
  /// Borrows both until detach(): while somebody watches, nobody else may wait on `socket`. What was sent
  /// ahead is appended to `ahead`.
  PeerWatch(boost::asio::ip::tcp::socket& socket, std::string& ahead,
            std::chrono::milliseconds half_closed_timeout);

  void watch(std::function<void()> on_gone) override;
  void end_watch() override;
  bool gone() const override { return gone_; }
  /// The session ends, and its socket with it.
  void detach();

 private:
  void await_bytes();
  void take_bytes();
  void await_reset();
  void begin_patience();
  void leave();

  boost::asio::ip::tcp::socket* socket_;  ///< nullptr once detached
  std::string& ahead_;
  boost::asio::steady_timer patience_;
  std::chrono::milliseconds half_closed_timeout_;
  std::function<void()> on_gone_;  ///< set while somebody watches
  uint64_t turn_ = 0;              ///< tells what an ended watch still had coming
  bool gone_ = false;
};

}  // namespace prospectd::http
