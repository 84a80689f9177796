#include "daemon/engine/push_turns.h"

#include <algorithm>

#include "daemon/engine/backoff.h"
#include "daemon/engine/push_ledger.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

// An entry that is due and could not be taken (its lease is another's) is looked at again after it.
constexpr milliseconds kPauseMin{200};

}  // namespace

asio::awaitable<Result<PushSummary>> PushTurns::turn(CycleContext& context, PushTurn turn) {
  if (!recovered_) {
    Result<void> abandoned;
    std::function<void()> work = [&] {
      PushLedger ledger(context.store, context.options, context.connection);
      abandoned = ledger.abandon(context.scheduler.now());
    };
    co_await context.scheduler.blocking(std::move(work));
    if (!abandoned) co_return std::move(abandoned).error();
    recovered_ = true;
  }
  auto applier = make_committing_applier(context.store);
  Result<PushSummary> summary = co_await run_pushes(context, *applier, turn);
  // What it had leased has ended with it, though nobody could write that down: the next one takes it over,
  // and does not wait for the leases' end.
  if (!summary) {
    recovered_ = false;
    next_ = context.scheduler.now();
  }
  settle(context, summary ? summary->first_error : std::optional<Error>(summary.error()));
  auto next = co_await next_due(context);
  if (!next) co_return std::move(next).error();
  if (summary) next_ = *next;
  co_return summary;
}

asio::awaitable<Result<std::optional<Timestamp>>> PushTurns::next_due(CycleContext& context) {
  Result<std::optional<Timestamp>> next = std::optional<Timestamp>();
  std::function<void()> work = [&] {
    PushLedger ledger(context.store, context.options, context.connection);
    next = ledger.next();
  };
  co_await context.scheduler.blocking(std::move(work));
  co_return next;
}

void PushTurns::settle(CycleContext& context, const std::optional<Error>& error) {
  if (!error || error->code == ErrorCode::kCancelled) {
    failures_ = 0;
    not_before_ = {};
    return;
  }
  const milliseconds pause =
      rest_after(*error, ++failures_, context.options.poll.interval, context.scheduler.random());
  not_before_ = context.scheduler.monotonic() + pause;
}

std::optional<milliseconds> PushTurns::until_next(const Scheduler& scheduler) const {
  if (!next_) return std::nullopt;
  const auto held = std::chrono::ceil<milliseconds>(not_before_ - scheduler.monotonic());
  return std::max({*next_ - scheduler.now(), held, kPauseMin});
}

}  // namespace prospectd::engine
