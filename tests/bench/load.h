// Load: asks a server on this machine the same question at a fixed rate, over kept connections, while slow
// clients drip their requests. Open loop: a request is due at a fixed moment, whatever became of those before
// it, and its latency counts from that moment; so a server that stalls is charged for all who would have come
// meanwhile. Blocking: one loop on the calling thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace prospectd::bench {

struct LoadOptions {
  uint16_t port = 0;   ///< on 127.0.0.1
  std::string target;  ///< "/v1/status"
  std::string token;   ///< of the header Authorization
  int64_t requests_per_second = 5'000;
  std::chrono::milliseconds duration{6'000};
  int connections = 64;
  int slow_connections = 500;  ///< each sends a byte of a header every kDripEvery
};
constexpr std::chrono::milliseconds kDripEvery{200};

struct LoadFigures {
  int64_t asked = 0;
  int64_t errors = 0;  ///< other answers than 200, none, or a lost connection
  double rate = 0;     ///< good answers a second, until the last one
  double p50_ms = 0;
  double p99_ms = 0;
  double p999_ms = 0;
  int64_t slow_least = 0;   ///< of the slow connections, the fewest that were open at once
  int64_t slow_closed = 0;  ///< that ended; each is opened anew
  int64_t body_bytes = 0;   ///< of one answer
};

/// **Errors:** kInternal when nothing is answered at all.
Result<LoadFigures> run_load(const LoadOptions& options);

}  // namespace prospectd::bench
