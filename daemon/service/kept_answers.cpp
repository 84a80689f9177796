#include "daemon/service/kept_answers.h"

#include <map>
#include <string>
#include <utility>

#include "base/log.h"
#include "daemon/service/journaled.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;
using reconcile::AnswerKey;
using reconcile::AnswerState;
using reconcile::KeptAnswer;

/// What is known of a key; the answer itself is in the database.
struct Held {
  std::string request;
  AnswerState state = AnswerState::kBegun;
  bool under_way = false;
  size_t body_bytes = 0;
  Timestamp begun_at{};
};

class StoredAnswers final : public KeptAnswers {
 public:
  StoredAnswers(engine::Scheduler& scheduler, store::Store& store, const std::vector<store::KeptSize>& stored)
      : scheduler_(scheduler), store_(store) {
    for (const store::KeptSize& one : stored) {
      const AnswerKey& key = one.answer.key;
      held_[{key.actor, key.key}] = {key.request, one.answer.state, false, one.body_bytes,
                                     one.answer.begun_at};
      bytes_ += one.body_bytes;
    }
  }

  asio::awaitable<Result<KeyCheck>> begin(AnswerKey key, bool noted_by_change) override {
    forget_old();
    const Name name{key.actor, key.key};
    if (const auto found = held_.find(name); found != held_.end()) {
      const Held held = found->second;
      KeyCheck check;
      check.fate = held.request != key.request         ? KeyFate::kOtherRequest
                   : held.under_way                    ? KeyFate::kUnderWay
                   : held.state == AnswerState::kBegun ? KeyFate::kUnsettled
                                                       : KeyFate::kKept;
      if (check.fate != KeyFate::kKept) co_return check;
      co_return co_await read(std::move(key));
    }
    if (held_.size() >= reconcile::kKeptAnswersMax || bytes_ >= reconcile::kKeptAnswersBytesMax)
      co_return KeyCheck{KeyFate::kFull, {}};
    held_[name] = {key.request, AnswerState::kBegun, true, 0, scheduler_.now()};
    if (noted_by_change) co_return KeyCheck{};
    reconcile::KeepAnswer begun;
    begun.answer.key = key;
    begun.answer.begun_at = scheduler_.now();
    Result<void> noted = co_await write(std::move(begun));
    if (!noted) {
      held_.erase(name);
      co_return std::move(noted).error();
    }
    co_return KeyCheck{};
  }

  asio::awaitable<void> finish(AnswerKey key, std::optional<KeptAnswer> answer) override {
    const Name name{key.actor, key.key};
    const auto begun = held_.find(name);
    if (begun == held_.end()) co_return;
    const Timestamp begun_at = begun->second.begun_at;
    if (!answer) {
      co_await let_go(std::move(key));
      co_return;
    }
    answer->key = key;
    answer->begun_at = begun_at;
    reconcile::bound(*answer);
    const AnswerState state = answer->state;
    const size_t bytes = answer->body.size();
    reconcile::KeepAnswer step;
    step.answer = *std::move(answer);
    const Result<void> kept = co_await write(std::move(step));
    if (!kept) {
      log::warn("answers.not_kept", kept.error().text(), {});
      co_await let_go(std::move(key));
      co_return;
    }
    settle(name, state, bytes);
  }

 private:
  using Name = std::pair<std::string, std::string>;

  static constexpr milliseconds kBetweenSweeps{10LL * 60 * 1000};

  void forget_old() {
    const Timestamp now = scheduler_.now();
    if (now < next_sweep_ && held_.size() < reconcile::kKeptAnswersMax) return;
    next_sweep_ = now + kBetweenSweeps;
    std::erase_if(held_, [&](const auto& one) {
      const Held& held = one.second;
      const bool old = !held.under_way && held.begun_at + reconcile::kAnswersKeptFor <= now;
      if (old) bytes_ -= held.body_bytes;
      return old;
    });
  }

  void settle(const Name& name, AnswerState state, size_t bytes) {
    const auto found = held_.find(name);
    if (found == held_.end()) return;
    found->second.state = state;
    found->second.under_way = false;
    found->second.body_bytes = bytes;
    bytes_ += bytes;
  }

  // Nothing came of it, unless its change is committed all the same.
  asio::awaitable<void> let_go(AnswerKey key) {
    const Name name{key.actor, key.key};
    std::optional<KeptAnswer> stored;
    Result<void> looked = make_error(ErrorCode::kCancelled, "the daemon is stopping");
    const Timestamp now = scheduler_.now();
    std::function<void()> work = [&] { looked = let_go_now(key, now, stored); };
    co_await scheduler_.blocking(std::move(work));
    if (looked && !stored) {
      held_.erase(name);
    } else {
      settle(name, stored ? stored->state : AnswerState::kBegun, stored ? stored->body.size() : 0);
    }
  }

  Result<void> let_go_now(const AnswerKey& key, Timestamp now, std::optional<KeptAnswer>& stored) {
    PD_ASSIGN(reader, store_.reader());
    PD_ASSIGN(found, reader->kept_answer(key.actor, key.key));
    if (found && found->state != AnswerState::kBegun) {
      stored = std::move(found);
      return {};
    }
    return found ? commit_now(store_, change_of(reconcile::DropAnswer{key.actor, key.key}), now)
                 : Result<void>{};
  }

  asio::awaitable<Result<KeyCheck>> read(AnswerKey key) {
    Result<std::optional<KeptAnswer>> found = make_error(ErrorCode::kCancelled, "the daemon is stopping");
    std::function<void()> work = [&] {
      auto reader = store_.reader();
      found = reader ? (*reader)->kept_answer(key.actor, key.key)
                     : Result<std::optional<KeptAnswer>>(reader.error());
    };
    co_await scheduler_.blocking(std::move(work));
    if (!found) co_return std::move(found).error();
    if (!*found) co_return KeyCheck{KeyFate::kUnsettled, {}};
    co_return KeyCheck{KeyFate::kKept, **std::move(found)};
  }

  asio::awaitable<Result<void>> write(reconcile::KeepAnswer step) {
    Change change = change_of(std::move(step));
    co_return co_await commit_change(scheduler_, store_, std::move(change));
  }

  static Change change_of(reconcile::Step step) { return {{}, std::move(step), std::nullopt}; }

  engine::Scheduler& scheduler_;
  store::Store& store_;
  std::map<Name, Held> held_;  ///< at most kKeptAnswersMax
  size_t bytes_ = 0;           ///< of bodies
  Timestamp next_sweep_{};
};

}  // namespace

Result<std::unique_ptr<KeptAnswers>> make_kept_answers(engine::Scheduler& scheduler, store::Store& store) {
  PD_ASSIGN(reader, store.reader());
  PD_ASSIGN(stored, reader->kept_answers());
  return std::unique_ptr<KeptAnswers>(std::make_unique<StoredAnswers>(scheduler, store, stored));
}

}  // namespace prospectd::service
