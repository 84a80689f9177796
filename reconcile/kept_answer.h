// Kept answers: what was asked of the control API under a key of the asker's, and what it was answered, so
// that the same asked again is told again, and nothing is done twice. Pure data, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace prospectd::reconcile {

constexpr milliseconds kAnswersKeptFor{24LL * 60 * 60 * 1000};
constexpr size_t kKeptAnswersMax = 20'000;
constexpr size_t kKeptAnswerBytesMax = 256 * 1024;           ///< of one body
constexpr size_t kKeptAnswersBytesMax = 64UL * 1024 * 1024;  ///< of all bodies together

enum class AnswerState {
  kBegun,  ///< it is under way; or the process ended meanwhile, and what came of it is not known
  kDone,   ///< its change is committed, and its answer can be told from what there is
  kTold,   ///< its answer is here
};
constexpr std::string_view kAnswerStateNames[] = {"begun", "done", "told"};

constexpr std::string_view name_of(AnswerState state) {
  return kAnswerStateNames[static_cast<size_t>(state)];
}
constexpr std::optional<AnswerState> answer_state_named(std::string_view name) {
  for (const AnswerState state : {AnswerState::kBegun, AnswerState::kDone, AnswerState::kTold}) {
    if (name_of(state) == name) return state;
  }
  return std::nullopt;
}

/// A request that came with a key.
struct AnswerKey {
  std::string actor;    ///< the token's user: keys of others are others
  std::string key;      ///< theirs, at most 255 visible characters
  std::string request;  ///< fingerprint_of (base/fingerprint.h) what was asked
  bool operator==(const AnswerKey&) const = default;
};

struct KeptAnswer {
  AnswerKey key;
  AnswerState state = AnswerState::kBegun;
  int64_t status = 0;
  std::string location;  ///< of what was made; empty where nothing was
  std::string headers;   ///< a JSON object of those that matter
  std::string body;      ///< of kTold
  Timestamp begun_at{};
  bool operator==(const KeptAnswer&) const = default;
};

/// A body that is too long is not kept: that it was done is.
inline void bound(KeptAnswer& answer) {
  if (answer.body.size() <= kKeptAnswerBytesMax) return;
  answer.body.clear();
  answer.state = AnswerState::kDone;
}

}  // namespace prospectd::reconcile
