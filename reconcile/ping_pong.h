// Ping-pong (SEMANTICS §11, F37): two systems that each put a field back to what they hold never come to
// rest. A field that alternates is frozen: it is neither taken in nor given out until a person decides. Pure,
// any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "reconcile/reason.h"

namespace prospectd::reconcile {

constexpr int kAlternationsMax = 4;  ///< within the window; the fourth is not carried out any more
constexpr milliseconds kPingPongWindow{600'000};
constexpr size_t kPastChangesMax = 100;  ///< of a prospect, that are looked at

/// A change of a prospect's field, as the journal has it.
struct PastChange {
  std::string field;
  std::string before;  ///< Value::to_json
  std::string after;
  bool decided = false;  ///< by a person, on a conflict: what came before it does not count any more
  bool operator==(const PastChange&) const = default;
};

/// Is a row of the journal with this reason one of PastChange?
bool is_past_change(Reason reason);
/// … and a person's word on a conflict?
bool is_decision(Reason reason);

/// Would a change of `field` from `before` to `after` be one alternation too many? `lately`: what changed
/// within the window, the latest first.
bool is_ping_pong(const std::vector<PastChange>& lately, std::string_view field, const std::string& before,
                  const std::string& after);

}  // namespace prospectd::reconcile
