#include "daemon/engine/poller.h"

#include <algorithm>
#include <exception>

#include "base/log.h"
#include "base/memory.h"
#include "daemon/engine/on_worker.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

constexpr int64_t kManyRecords = 20'000;  ///< in a cycle: more than a few pages

ConnectionState state_for(const Error& error) {
  switch (error.error_class()) {
    case ErrorClass::kWait:
      return ConnectionState::kWaiting;
    case ErrorClass::kConfig:
    case ErrorClass::kReauth:
    case ErrorClass::kCorrupt:
      return ConnectionState::kNeedsAttention;
    default:
      return ConnectionState::kBackingOff;
  }
}

Result<std::vector<store::StoredVerification>> last_scans(store::Store& store) {
  PD_ASSIGN(reader, store.reader());
  return reader->verifications();
}

}  // namespace

Poller::Poller(Scheduler& scheduler, store::Store& store, ConnectionOptions options)
    : scheduler_(scheduler), store_(store), options_(std::move(options)) {
  status_.name = options_.name;
}

asio::awaitable<void> Poller::run() {
  if (options_.poll.start_jitter && tickets_.empty()) {
    const auto interval = static_cast<uint64_t>(std::max<int64_t>(options_.poll.interval.count(), 1));
    co_await rest(milliseconds{static_cast<int64_t>(scheduler_.random() % interval)},
                  ConnectionState::kStarting);
  }
  std::exception_ptr thrown;
  try {
    while (!scheduler_.stopping() && !fatal_) {
      const milliseconds pause = co_await turn();
      if (scheduler_.stopping() || fatal_) break;
      co_await rest(pause, status_.state);
    }
  } catch (...) {
    thrown = std::current_exception();
    fatal_ = make_error(ErrorCode::kInternal, "a connection's loop threw");
  }
  status_.state = fatal_ ? ConnectionState::kNeedsAttention : ConnectionState::kStopped;
  for (auto* waiting : {&serving_, &tickets_}) {  // whoever waits for them learns that nothing comes
    for (const auto& ticket : std::exchange(*waiting, {}))
      ticket->done.notify();
  }
  if (thrown) std::rethrow_exception(thrown);
}

std::shared_ptr<Ticket> Poller::request(bool dry) {
  auto ticket = std::make_shared<Ticket>(scheduler_.io());
  ticket->dry = dry;
  return queue(std::move(ticket));
}

std::shared_ptr<Ticket> Poller::request(OnDemandOrder order) {
  auto ticket = std::make_shared<Ticket>(scheduler_.io());
  ticket->order = std::move(order);
  return queue(std::move(ticket));
}

std::shared_ptr<Ticket> Poller::request(VerifyOrder order) {
  auto ticket = std::make_shared<Ticket>(scheduler_.io());
  ticket->verify = std::move(order);
  return queue(std::move(ticket));
}

std::shared_ptr<Ticket> Poller::queue(std::shared_ptr<Ticket> ticket) {
  if (scheduler_.stopping() || fatal_) {
    ticket->done.notify();
    return ticket;
  }
  tickets_.push_back(ticket);
  wakeup_.notify();
  return ticket;
}

// Beside the cycles: it only reads.
asio::awaitable<Result<std::optional<Judgement>>> Poller::judge(RemoteId remote) {
  PD_TRY_CO(co_await connect());
  ConnectionOptions options = options_;
  std::shared_ptr<const Maps> maps = maps_;
  co_return co_await judge_record(scheduler_, store_, std::move(options), connection_, std::move(maps),
                                  std::move(remote));
}

void Poller::reconfigure(ConnectionOptions options) {
  // A connector that waits for the cycle's end is not given up for options that keep the one there is.
  if (next_ && options.connector == nullptr) {
    options.connector = next_->connector;
    options.owned = std::move(next_->owned);
  }
  next_ = std::move(options);
  wakeup_.notify();
}

ConnectionStatus Poller::status() const {
  ConnectionStatus s = status_;
  s.usage = options_.connector->usage();
  s.forecast = allowance_.forecast();
  s.calls = calls_before_ + options_.connector->calls();
  s.poll_interval = options_.poll.interval;
  s.verify = options_.verify;
  for (const auto& [object, scan] : scans_)
    status_of(s.objects, object).verification = scan;
  tally_.show(s, scheduler_.monotonic());
  return s;
}

// What a reload brought takes the place of what was, between two cycles.
bool Poller::take_next() {
  if (!next_) return false;
  next_->schema = std::move(options_.schema);
  if (next_->connector == nullptr) {
    next_->connector = options_.connector;
    next_->owned = std::move(options_.owned);
  } else {
    calls_before_ += options_.connector->calls();
  }
  options_ = *std::exchange(next_, std::nullopt);
  maps_.reset();
  allowance_ = {};
  log::info("connection.reconfigured", "goes on with other options", {{"connection", options_.name}});
  return true;
}

// Answers the requests that are there, polls where that is due, and pushes what waits; returns how long to
// rest.
asio::awaitable<milliseconds> Poller::turn() {
  const bool reconfigured = take_next();
  serving_ = std::exchange(tickets_, {});
  wakeup_.take();  // what it announced is being served: the rest after this turn is a whole one
  bool asked_for = false;
  bool only_parts = true;
  for (const auto& ticket : serving_) {
    only_parts = only_parts && ticket->is_part();
    if (ticket->is_part()) {
      co_await answer_part(*ticket);
      ticket->done.notify();
    } else if (ticket->dry) {
      co_await answer_dry(*ticket);
      ticket->done.notify();
    } else {
      asked_for = true;
    }
  }
  // The parts of a long job may follow each other without an end: they don't put a poll off.
  const bool is_due = only_parts && (reconfigured || scheduler_.monotonic() >= due_);
  if (!asked_for && !is_due) {
    if (reconfigured) due_ = {};
    co_await push(false, nullptr);
    serving_.clear();
    co_return until_due();
  }
  // What an earlier process had under way is known before its echo is met.
  if (!pushes_.has_recovered()) co_await push(false, nullptr);
  Result<CycleSummary> outcome = co_await cycle(asked_for);
  unreachable_ = !outcome && outcome.error().code != ErrorCode::kMassChange;
  const milliseconds pause = settle(outcome);
  due_ = scheduler_.monotonic() + pause;
  if (!unreachable_ && !fatal_) co_await push(asked_for, outcome ? &outcome : nullptr);
  for (const auto& ticket : serving_) {
    if (!ticket->wants_cycle()) continue;
    ticket->cycle = outcome;
    ticket->done.notify();
  }
  serving_.clear();
  co_await idle_work();
  co_return until_due();
}

// Where the CRM could not be reached, the next poll finds out whether it can.
asio::awaitable<void> Poller::push(bool asked_for, Result<CycleSummary>* beside, OnDemand* order) {
  if (unreachable_ || fatal_ || options_.connector->writer() == nullptr) co_return;
  if (!asked_for && !pushes_.may_begin(scheduler_)) co_return;
  if (Result<void> connected = co_await connect(); !connected) co_return;
  PushTurn turn;
  const auto now = scheduler_.monotonic();
  turn.reread = !read_at_ || now - *read_at_ > options_.push.reread_after;
  if (!asked_for && due_ > now) turn.until = due_;
  if (order != nullptr) turn.on_plan = [order](const reconcile::Plan& plan) { order->hear(plan); };
  CycleContext context = make_context();
  context.on_progress = {};
  Result<PushSummary> pushed = co_await pushes_.turn(context, turn);
  ++status_.push_turns;
  if (!pushed) {
    log::warn("push.failed", pushed.error().text(), {{"connection", options_.name}});
    status_.push_error = pushed.error();
    if (is_fatal(pushed.error())) fatal_ = pushed.error();
    co_return;
  }
  status_.push_error = pushed->first_error;
  status_.push_held_back = pushed->held_back;
  tally_.pushed(*pushed);
  if (pushed->any()) {
    status_.last_push_at = scheduler_.now();
    log_push(*pushed);
  }
  if (beside != nullptr) (*beside)->pushes = *pushed;
}

// A dry run in between does not put the next poll off.
milliseconds Poller::until_due() const {
  const auto left = std::chrono::ceil<milliseconds>(due_ - scheduler_.monotonic());
  const auto push = unreachable_ ? std::nullopt : pushes_.until_next(scheduler_);
  return std::max(std::min(left, push.value_or(left)), milliseconds{0});
}

asio::awaitable<Result<void>> Poller::connect() {
  if (connection_) co_return Result<void>{};
  Result<reconcile::ConnectionId> id = reconcile::ConnectionId{};
  Result<std::optional<reconcile::BrakeHold>> hold = std::optional<reconcile::BrakeHold>();
  Result<std::vector<store::StoredVerification>> scans = std::vector<store::StoredVerification>();
  std::function<void()> work = [this, &id, &hold, &scans] {
    id = store_.connection(options_.name);
    if (id) hold = store_.hold(*id);
    scans = last_scans(store_);
  };
  co_await scheduler_.blocking(std::move(work));
  if (!id) co_return std::move(id).error();
  if (!hold) co_return std::move(hold).error();
  if (!scans) co_return std::move(scans).error();
  connection_ = *id;
  hold_ = *std::move(hold);
  for (store::StoredVerification& scan : *scans) {
    const std::string object = scan.verification.object;
    if (scan.connection == connection_) scans_[object] = std::move(scan.verification);
  }
  co_return Result<void>{};
}

asio::awaitable<Result<CycleSummary>> Poller::cycle(bool asked_for) {
  status_.state = ConnectionState::kSyncing;
  status_.next_poll_at.reset();
  began_ = scheduler_.monotonic();
  const auto began = began_;
  read_before_ = 0;
  PD_TRY_CO(co_await connect());
  reconcile::Brake brake(options_.poll.brake);
  const bool accepts = !accepted_by_.empty();
  if (hold_ && !accepts) co_return mass_change(*hold_);
  CycleContext context = make_counted_context();
  context.asked_for = asked_for;
  if (!accepts) context.brake = &brake;
  auto applier = make_committing_applier(store_);
  Result<CycleSummary> outcome = co_await run_cycle(context, *applier);
  if (brake.hold()) hold_ = brake.hold();
  if (outcome && outcome->complete) read_at_ = began;
  if (outcome && outcome->complete && accepts) PD_TRY_CO(co_await let_go());
  read_many_ = read_before_ + (status_.progress ? status_.progress->read : 0) >= kManyRecords;
  co_return outcome;
}

// A person has looked, and a whole cycle has passed.
asio::awaitable<Result<void>> Poller::let_go() {
  if (!hold_) {
    accepted_by_.clear();
    co_return Result<void>{};
  }
  reconcile::Plan plan;
  plan.cause = {"brake", options_.name, accepted_by_};
  plan.steps.emplace_back(reconcile::ReleaseConnection{connection_});
  reconcile::JournalEntry entry;
  entry.reason = reconcile::Reason::kMassChangeAccepted;
  entry.object = hold_->object;
  entry.remote = hold_->remote;
  entry.detail = words_of(*hold_);
  plan.journal.push_back(std::move(entry));
  const Result<void> done = co_await on_worker<void>(scheduler_, [this, &plan] { return commit(plan); });
  if (done) {
    hold_.reset();
    accepted_by_.clear();
  }
  co_return done;
}

Result<void> Poller::commit(const reconcile::Plan& plan) {
  PD_ASSIGN(transaction, store_.begin());
  PD_TRY(transaction->apply(plan, scheduler_.now()));
  return transaction->commit();
}

CycleContext Poller::make_context() {
  return CycleContext{
      scheduler_, store_, options_, connection_,
      budget_,    maps_,  rounds_,  [this](const ObjectProgress& progress) { show(progress); },
      {}};
}

// What it commits of records counts in the metrics.
CycleContext Poller::make_counted_context() {
  CycleContext context = make_context();
  context.on_applied = [this](const std::string& object, const reconcile::PlanCounts& counts) {
    tally_.applied(object, counts);
  };
  return context;
}

void Poller::show(const ObjectProgress& progress) {
  if (status_.progress && status_.progress->object != progress.object) read_before_ += status_.progress->read;
  status_.progress = progress;
  const double elapsed = std::chrono::duration<double>(scheduler_.monotonic() - began_).count();
  status_.rate = elapsed > 0 ? static_cast<double>(read_before_ + progress.read) / elapsed : 0;
}

// The state after a cycle, and the rest before the next.
milliseconds Poller::settle(Result<CycleSummary>& outcome) {
  status_.progress.reset();
  tally_.ended(outcome, began_, scheduler_.monotonic());
  const std::optional<Error> error = outcome ? outcome->first_error : std::optional<Error>(outcome.error());
  status_.last_error = error;
  if (outcome) {
    status_.last_cycle_at = scheduler_.now();
    status_.alerts = outcome->alerts;
    status_.last_cycle = *outcome;
    status_.clock_skew = outcome->clock_skew;
    for (const ObjectReading& reading : outcome->readings)
      note(reading, *outcome);
    log_cycle(*outcome);
  }
  allowance_.note(scheduler_.monotonic(), options_.connector->usage());
  if (!error) {
    status_.consecutive_failures = 0;
    status_.state = ConnectionState::kIdle;
    return options_.poll.interval;
  }
  ++status_.consecutive_failures;
  if (error->error_class() == ErrorClass::kCancelled) return milliseconds{0};
  log::write(log::Level::kWarn, "poll.failed", error->text(),
             {{"connection", options_.name},
              {"code", name_of(error->code)},
              {"failures", status_.consecutive_failures}});
  if (is_fatal(*error)) fatal_ = error;
  status_.state = state_for(*error);
  if (outcome) return options_.poll.interval;
  return rest_after(*error, status_.consecutive_failures, options_.poll.interval, scheduler_.random());
}

void Poller::note(const ObjectReading& reading, const CycleSummary& cycle) {
  ObjectStatus& status = status_of(status_.objects, reading.object);
  const auto counts = cycle.objects.find(reading.object);
  status.read = counts == cycle.objects.end() ? 0 : counts->second.read;
  status.took = reading.took;
  status.complete = reading.complete;
  if (reading.complete) status.verified = cycle.window_upper;
}

void Poller::note(const reconcile::Verification& verification) {
  scans_[verification.object] = verification;
  const reconcile::DriftCounts& counts = verification.counts;
  const bool quiet = counts.found() == 0 && verification.code.empty();
  log::write(quiet ? log::Level::kInfo : log::Level::kWarn, "verify.done",
             verification.code.empty() ? "compared with the CRM" : verification.trouble,
             {{"connection", options_.name},
              {"object", verification.object},
              {"compared", counts.compared},
              {"missing", counts.missing},
              {"stale", counts.stale},
              {"unexpected", counts.unexpected},
              {"gone", counts.gone},
              {"repaired", counts.repaired}});
}

void Poller::log_cycle(const CycleSummary& summary) const {
  const reconcile::PlanCounts& people = summary.people;
  const bool quiet = people.read == people.unchanged + people.skipped + people.held_again;
  log::write(quiet ? log::Level::kDebug : log::Level::kInfo, "poll.done", "polled",
             {{"connection", options_.name},
              {"read", people.read},
              {"created", people.created},
              {"updated", people.updated},
              {"linked", people.linked},
              {"held", people.held},
              {"deleted", people.deleted},
              {"quarantined", people.quarantined},
              {"calls", summary.calls},
              {"ms", summary.took.count()}});
}

void Poller::log_push(const PushSummary& summary) const {
  log::write(log::Level::kInfo, "push.done", "pushed",
             {{"connection", options_.name},
              {"written", summary.written},
              {"created", summary.created},
              {"linked", summary.linked},
              {"at_rest", summary.at_rest},
              {"refused", summary.refused},
              {"again", summary.again},
              {"doubtful", summary.doubtful},
              {"calls", summary.calls}});
}

asio::awaitable<void> Poller::rest(milliseconds pause, ConnectionState state) {
  if (!tickets_.empty() || next_) co_return;
  status_.state = state;
  if (!hold_) status_.next_poll_at = scheduler_.now() + pause;  // nothing is polled until a person's word
  co_await scheduler_.sleep(pause, &wakeup_);
}

// While nothing is waiting, what the log holds goes into the database file. What an import took, a poll
// will not need again.
asio::awaitable<void> Poller::idle_work() {
  Result<void> done;
  const bool give_back = std::exchange(read_many_, false);
  std::function<void()> work = [this, give_back, &done] {
    done = store_.checkpoint();
    if (!give_back) return;
    store_.release_memory();
    give_back_memory();
  };
  co_await scheduler_.blocking(std::move(work));
  if (!done) log::warn("store.checkpoint", done.error().text(), {});
}

}  // namespace prospectd::engine
