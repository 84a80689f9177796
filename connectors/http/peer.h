// Peer: the client of a request under way, for a handler that lets it wait: whoever is gone needs no answer,
// and what waits for it should end. The loop's one thread.
#pragma once

#include <functional>

namespace prospectd::http {

class Peer {
 public:
  virtual ~Peer() = default;
  /// Looks after the client until end_watch(), and calls `on_gone` from the loop, once, when nobody waits for
  /// the answer any more: the connection was reset or closed, or is half closed for longer than
  /// ServerOptions::half_closed_timeout. A request that is watched by nobody costs nothing, and runs to its
  /// end.
  virtual void watch(std::function<void()> on_gone) = 0;
  virtual void end_watch() = 0;
  /// True from the call of `on_gone` on. The connection is closed then, whatever the handler answers.
  virtual bool gone() const = 0;
};

}  // namespace prospectd::http
