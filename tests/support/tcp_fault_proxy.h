// TcpFaultProxy: stands between a client and a server on this machine and does to their bytes what networks
// do: late, in drips, cut off, reset, half closed, or stuck. What a connection meets is decided by a plan
// when it comes; chance is seeded. Loopback alone, on both sides. All on the loop's one thread; what is under
// way outlives the proxy no longer than its loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "connectors/sandbox/random.h"

namespace prospectd::test {

/// How a direction ends once it is cut.
enum class WireEnd {
  kClose,      ///< the whole connection, in order
  kReset,      ///< the whole connection, with a reset
  kHalfClose,  ///< this direction alone: nothing more comes, the other one goes on
  kStall,      ///< nothing more comes, and nothing is closed
};

/// What the bytes of one direction meet.
struct WireFault {
  std::chrono::milliseconds delay{0};        ///< before each piece
  std::chrono::milliseconds delay_up_to{0};  ///< and so much more, drawn
  size_t drip_bytes = 0;                     ///< pieces of this size; 0: as they come
  std::optional<uint64_t> cut_after = {};    ///< bytes; with the next one comes the end
  WireEnd end = WireEnd::kClose;
};

struct ConnectionFault {
  bool refused = false;  ///< reset as soon as it is there
  WireFault to_server = {};
  WireFault to_client = {};
};

class TcpFaultProxy {
 public:
  /// Decides what a connection meets; they are numbered from 1.
  using Plan = std::function<ConnectionFault(uint64_t connection, sandbox::Random& random)>;

  /// Listens on 127.0.0.1 at `port` (0: any free one) for who would go to 127.0.0.1 at `target`.
  /// Throws boost::system::system_error when it can't.
  TcpFaultProxy(boost::asio::io_context& io, uint16_t target, uint64_t seed = 1, uint16_t port = 0);
  ~TcpFaultProxy();
  TcpFaultProxy(const TcpFaultProxy&) = delete;
  TcpFaultProxy& operator=(const TcpFaultProxy&) = delete;

  uint16_t port() const;
  /// From the next connection on; none: the bytes go through.
  void set_plan(Plan plan);
  /// Connections that came so far, and of these those that met an end.
  uint64_t connections() const;
  uint64_t ended() const;
  /// Takes no more connections and closes those that are open.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace prospectd::test
