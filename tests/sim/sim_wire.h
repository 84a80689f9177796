// Wire: what happens to answers between the CRM and the connector in a simulated run, beyond the faults of
// SimTransport: single records that are bad for a while or for good, and a row that vanishes. It also sees
// every exchange, for the digest, the trace and the oracle. One owner, one thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/digest.h"
#include "tests/sim/sim_plan.h"
#include "tests/support/json_rows.h"

namespace prospectd::test {

class Wire {
 public:
  /// `now` counts from the run's beginning.
  Wire(const SimPlan& plan, std::function<milliseconds()> now, Digest& digest,
       std::function<void(const std::string&)> trace);

  /// Puts itself into a transport; each start of the daemon has its own.
  void attach(SimTransport& transport);
  /// From here on only those that are bad for good stay so.
  void heal() { healed_ = true; }

  /// Records that are bad until the end, of those that were asked for.
  const std::set<std::string>& stuck() const { return stuck_; }
  /// Records that were bad at least once.
  const std::set<std::string>& was_bad() const { return was_bad_; }
  const std::string& dropped() const { return dropped_; }
  int64_t exchanges() const { return exchanges_; }
  /// Writes of as many records as a call takes; records that were refused since somebody held them; answers
  /// that said the session is over.
  int64_t whole_batches() const { return whole_batches_; }
  int64_t locked() const { return locked_; }
  int64_t sessions_over() const { return sessions_over_; }

 private:
  void mangle(const http::Request& request, http::Response& answer);
  void observe(const http::Request& request, const Result<http::Response>& answer);
  void count(const http::Request& request, const http::Response& answer);
  bool is_bad(const std::string& id);
  std::string spoil(const std::string& row, const std::string& id) const;
  void drop_row(JsonRows& page);
  uint64_t chance_of(const std::string& id, uint64_t salt) const;

  const SimPlan& plan_;
  std::function<milliseconds()> now_;
  Digest& digest_;
  std::function<void(const std::string&)> trace_;
  std::map<std::string, milliseconds> bad_until_;
  std::set<std::string> stuck_;
  std::set<std::string> was_bad_;
  std::string dropped_;
  bool healed_ = false;
  int64_t exchanges_ = 0;
  int64_t whole_batches_ = 0;
  int64_t locked_ = 0;
  int64_t sessions_over_ = 0;
};

}  // namespace prospectd::test
