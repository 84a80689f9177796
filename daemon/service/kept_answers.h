// KeptAnswers: what was asked under a key of the asker's, and what it was answered: the same asked again
// within a day is told again, and nothing is done twice, across restarts too. The change that was asked for
// notes its key in its own transaction where it can (`noted_by_change`); else the key is recorded before the
// work. Bounded in number and size. On the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/scheduler.h"
#include "reconcile/kept_answer.h"
#include "reconcile/store/store.h"

namespace prospectd::service {

/// Makes what a change's transaction keeps under the key, of what the change has come to. Called on the
/// worker.
template <class Report>
using KeepWith = std::function<reconcile::KeptAnswer(const Report&)>;

/// Adds it to the change's plan, where a key was given.
template <class Report>
void add_kept(reconcile::Plan& plan, const KeepWith<Report>& keep, const Report& report, Timestamp now) {
  if (!keep) return;
  reconcile::KeptAnswer answer = keep(report);
  answer.begun_at = now;
  reconcile::bound(answer);
  plan.steps.emplace_back(reconcile::KeepAnswer{std::move(answer)});
}

enum class KeyFate {
  kNew,           ///< go on, and finish() afterwards
  kUnderWay,      ///< the first is not answered yet
  kOtherRequest,  ///< the key was used for something else
  kKept,          ///< it was done: `answer` says what was told
  kUnsettled,     ///< the daemon ended while it was under way, and what came of it is not known
  kFull,          ///< too many are kept
};

struct KeyCheck {
  KeyFate fate = KeyFate::kNew;
  reconcile::KeptAnswer answer;  ///< of kKept
};

class KeptAnswers {
 public:
  virtual ~KeptAnswers() = default;
  /// Looks a key up, and takes it when it is new. `noted_by_change`: nothing is written before the work, as
  /// the change itself keeps an answer.
  /// **Errors:** the store's; kCancelled when the daemon is stopping. Then the key is as it was.
  virtual boost::asio::awaitable<Result<KeyCheck>> begin(reconcile::AnswerKey key, bool noted_by_change) = 0;
  /// Ends what begin() took: keeps the answer, or (none) lets go of the key, unless its change was committed.
  virtual boost::asio::awaitable<void> finish(reconcile::AnswerKey key,
                                              std::optional<reconcile::KeptAnswer> answer) = 0;
};

/// Both outlive the io_context's run. Reads the store at once.
/// **Errors:** the store's.
Result<std::unique_ptr<KeptAnswers>> make_kept_answers(engine::Scheduler& scheduler, store::Store& store);

}  // namespace prospectd::service
