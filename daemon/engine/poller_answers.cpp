// The turns that a poller gives to what is asked for beside its polls: prospects that somebody names, parts
// of a drift scan, dry runs.
#include "daemon/engine/poller.h"

namespace prospectd::engine {

namespace asio = boost::asio;

asio::awaitable<void> Poller::answer_part(Ticket& ticket) {
  if (ticket.order) {
    ticket.answer = co_await answer_order(*std::move(ticket.order));
  } else {
    ticket.verified = co_await answer_verify(*std::move(ticket.verify));
  }
}

// Prospects that somebody names: what goes out of them is pushed at once, if the CRM lets it.
asio::awaitable<Result<OnDemandReport>> Poller::answer_order(OnDemandOrder order) {
  if (fatal_) co_return *fatal_;
  PD_TRY_CO(co_await connect());
  const bool dry_run = order.dry_run;
  // Either reads: what the brake holds back would come in.
  if (hold_ && !dry_run) co_return mass_change(*hold_);
  // What an earlier process had under way is known before its echo is met.
  if (!pushes_.has_recovered()) co_await push(false, nullptr);
  CycleContext context = make_counted_context();
  context.on_progress = {};
  auto applier = make_committing_applier(store_);
  OnDemand work(context, *applier, std::move(order));
  if (Result<void> ran = co_await work.run(); !ran) {
    if (is_fatal(ran.error())) fatal_ = ran.error();
    co_return std::move(ran).error();
  }
  if (work.has_enqueued() && !dry_run) co_await push(true, nullptr, &work);
  co_return co_await work.report();
}

// A part of a drift scan; what its repairs send out goes with the turn's pushes.
asio::awaitable<Result<VerifyReport>> Poller::answer_verify(VerifyOrder order) {
  if (fatal_) co_return *fatal_;
  PD_TRY_CO(co_await connect());
  // What an earlier process had under way is known before its echo is met.
  if (!pushes_.has_recovered()) co_await push(false, nullptr);
  const bool dry_run = order.dry_run;
  CycleContext context = make_counted_context();
  context.on_progress = {};
  auto applier = make_committing_applier(store_);
  Verify work(context, *applier, std::move(order));
  Result<VerifyReport> report = co_await work.run();
  allowance_.note(scheduler_.monotonic(), options_.connector->usage());
  if (!report) {
    if (is_fatal(report.error())) fatal_ = report.error();
    co_return report;
  }
  if (!dry_run) {
    for (const reconcile::Verification& one : report->objects)
      if (one.finished_at) note(one);
  }
  if (report->failed && is_fatal(*report->failed)) fatal_ = report->failed;
  co_return report;
}

asio::awaitable<void> Poller::answer_dry(Ticket& ticket) {
  Result<void> connected = co_await connect();
  if (!connected) {
    ticket.report = connected.error();
    co_return;
  }
  DryRunReport report;
  CycleContext context = make_context();
  auto applier = make_dry_run_applier(store_, options_.schema, options_.poll.brake, report);
  context.on_progress = {};  // nothing is synced
  Result<CycleSummary> outcome = co_await run_cycle(context, *applier);
  if (!outcome) {
    if (is_fatal(outcome.error())) fatal_ = outcome.error();
    ticket.report = outcome.error();
    co_return;
  }
  report.summary = *std::move(outcome);
  if (hold_) {
    report.summary.alerts.push_back(mass_change(*hold_).text());
    report.brake = *hold_;
  }
  ticket.report = std::move(report);
}

}  // namespace prospectd::engine
