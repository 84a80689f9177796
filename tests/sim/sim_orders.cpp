#include "tests/sim/sim_orders.h"

#include <algorithm>
#include <numeric>

#include <boost/asio/co_spawn.hpp>

namespace prospectd::test {
namespace {

namespace asio = boost::asio;
using engine::Direction;
using service::JobOrder;
using service::JobView;
using service::UndoReport;

constexpr const char* kPerson = "a person";
constexpr int kTriesToUndo = 5;

std::string words_of(const service::JobDriftRow& drift) {
  return drift.row.object + " " + drift.row.remote.str() + " " + std::string(name_of(drift.row.kind)) + " (" +
         drift.row.action + ", " + drift.row.code + ")";
}

}  // namespace

OrderStats& OrderStats::operator+=(const OrderStats& o) {
  jobs += o.jobs;
  resumed += o.resumed;
  drift += o.drift;
  plans += o.plans;
  outdated += o.outdated;
  undos += o.undos;
  restored += o.restored;
  changed_since += o.changed_since;
  return *this;
}

Orders::Orders(World& world, const SimPlan& plan, std::function<void(const std::string&)> trace,
               std::function<void(const std::string&)> fail)
    : world_(world),
      plan_(plan),
      trace_(std::move(trace)),
      fail_(std::move(fail)),
      dice_(plan.seed * 0xc2b2ae3d27d4eb4fULL + 17) {}

Orders::~Orders() = default;

const std::vector<Orders::Kind>& Orders::kinds() {
  static const std::vector<Kind> all = {
      {35, &Orders::undo},     {15, &Orders::pull},       {15, &Orders::push},  {12, &Orders::verify},
      {8, &Orders::save_plan}, {10, &Orders::apply_plan}, {5, &Orders::cancel},
  };
  return all;
}

void Orders::open() {
  closing_ = false;
  service_ = service::make_service(world_.scheduler(), world_.supervisor(), world_.store(), world_.schema(),
                                   [](const std::string& id) { return std::optional(id); });
  undos_ = service::make_undos(world_.scheduler(), world_.supervisor(), world_.store(), world_.schema());
  auto jobs = service::make_jobs(world_.scheduler(), world_.supervisor(), world_.store(), *service_);
  if (!jobs) return fail_("I12: the jobs can't be read: " + jobs.error().text());
  jobs_ = *std::move(jobs);
  for (JobPtr& job : jobs_->all()) {
    if (!is_open(job->job.state)) continue;
    if (cancelled_.contains(job->id)) fail_("§6: job " + job->id + " goes on though it was cancelled");
    ++stats_.resumed;
    open_.push_back(std::move(job));
  }
  jobs_->resume();
}

void Orders::close() {
  closing_ = true;
  world_.scheduler().run_ready();
  if (under_way_ > 0) fail_("I12: an order does not end with the daemon");
  open_.clear();
  undos_.reset();
  jobs_.reset();
  service_.reset();
}

void Orders::step() {
  note_ended();
  if (!dice_.of_thousand(plan_.orders_per_mille)) return;
  const auto& all = kinds();
  int64_t at = dice_.below(
      std::accumulate(all.begin(), all.end(), 0, [](int n, const Kind& kind) { return n + kind.weight; }));
  for (const Kind& kind : all) {
    at -= kind.weight;
    if (at < 0) return (this->*kind.give)();
  }
}

void Orders::note_edit() {
  const auto last = world_.reader()->last_cause();
  if (last && *last && (*last)->cause.kind == "edit")
    causes_.push_back("c-" + std::to_string((*last)->id.value));
}

bool Orders::idle() const {
  return under_way_ == 0 && (jobs_ == nullptr || std::ranges::none_of(jobs_->all(), [](const JobPtr& job) {
                               return is_open(job->job.state);
                             }));
}

// ---- what is ordered ----

JobOrder Orders::draw_order(Direction direction) {
  JobOrder order;
  order.direction = direction;
  order.force = dice_.of_thousand(600);
  order.blanks = order.force && dice_.of_thousand(300);
  const int64_t whom = dice_.below(10);
  const auto rows = world_.prospects();
  if (whom < 6 && !rows.empty()) {
    for (int64_t n = dice_.between(1, 6); n > 0; --n)
      order.prospects.push_back(dice_.pick(rows).prospect.id);
  } else if (whom < 8) {
    order.filter = "id:>=" + std::to_string(dice_.between(1, 30));
  }
  return order;
}

void Orders::pull() {
  start(draw_order(Direction::kPull));
}

void Orders::push() {
  start(draw_order(Direction::kPush));
}

void Orders::verify() {
  JobOrder order;
  order.verify.emplace();
  order.verify->repair = dice_.of_thousand(600);
  if (dice_.of_thousand(300)) order.verify->object = dice_.of_thousand(500) ? "Lead" : "Contact";
  order.dry_run = dice_.of_thousand(200);
  start(std::move(order));
}

void Orders::save_plan() {
  JobOrder order = draw_order(dice_.of_thousand(500) ? Direction::kPull : Direction::kPush);
  order.dry_run = true;
  order.tell = [](const JobView& view) { return "[" + std::to_string(view.rows.size()) + "]"; };
  start(std::move(order));
}

void Orders::apply_plan() {
  const auto plans = world_.reader()->saved_plans(world_.scheduler().now());
  if (!plans) return fail_("I12: the saved plans can't be read: " + plans.error().text());
  if (plans->empty()) return;
  JobOrder order;
  order.plan = dice_.pick(*plans).id;
  start(std::move(order));
}

void Orders::cancel() {
  std::vector<JobPtr> running;
  for (const JobPtr& job : jobs_->all())
    if (is_open(job->job.state)) running.push_back(job);
  if (running.empty()) return;
  const JobPtr job = dice_.pick(running);
  if (trace_) trace_("cancel job " + job->id);
  std::string id = job->id;
  spawn<JobPtr>(jobs_->cancel(std::move(id)), [this, id = job->id](const Result<JobPtr>& cancelled) {
    if (cancelled) {
      // One that has ended already is answered with its end.
      if ((*cancelled)->cancelling || (*cancelled)->job.state == reconcile::JobState::kCancelled)
        cancelled_.insert(id);
    } else if (!is_stopped(cancelled.error())) {
      fail_("I12: job " + id + " can't be cancelled: " + cancelled.error().text());
    }
  });
}

void Orders::undo() {
  const auto of = draw_cause();
  if (!of) return;
  const bool dry_run = dice_.of_thousand(150);
  if (trace_) trace_((dry_run ? "dry run of undo " : "undo ") + *of);
  spawn<UndoReport>(undos_->undo({*of, dry_run, kPerson, true}),
                    [this, of = *of](Result<UndoReport> report) { note_undo(of, report); });
}

// Often the last thing that was done, else any.
std::optional<std::string> Orders::draw_cause() {
  if (causes_.empty()) return std::nullopt;
  return dice_.of_thousand(400) ? causes_.back() : dice_.pick(causes_);
}

// ---- how it goes on ----

void Orders::start(JobOrder order) {
  order.actor = kPerson;
  if (trace_) {
    const std::string kind = order.verify ? "verify" : std::string(name_of(order.direction));
    trace_("order: " + kind + (order.force ? " --force" : "") + (order.blanks ? " --include-blanks" : "") +
           (order.dry_run ? " --dry-run" : "") + (order.verify && order.verify->repair ? " --repair" : "") +
           " " + std::to_string(order.prospects.size()) + " prospects, filter \"" + order.filter +
           "\", plan \"" + order.plan + "\"");
  }
  const bool applies = !order.plan.empty();
  spawn<JobPtr>(jobs_->start(std::move(order)), [this, applies](Result<JobPtr> started) {
    if (started) {
      ++stats_.jobs;
      open_.push_back(*std::move(started));
      return;
    }
    const ErrorCode code = started.error().code;
    // Too many at once, or a plan that was used up meanwhile, or is being applied.
    if (applies && code == ErrorCode::kConflict) return;
    if (code != ErrorCode::kLocked && code != ErrorCode::kNotFound && !is_stopped(started.error()))
      fail_("§6: an order is refused: " + started.error().text());
  });
}

void Orders::note_ended() {
  std::erase_if(open_, [this](const JobPtr& job) {
    if (is_open(job->job.state)) return false;
    note_ended(*job);
    return true;
  });
}

void Orders::note_ended(const JobView& view) {
  const reconcile::Job& job = view.job;
  if (trace_) trace_("job " + view.id + " is " + std::string(name_of(job.state)) + " " + job.error);
  stats_.drift += static_cast<int64_t>(view.drift.size());
  if (trace_) {
    for (const service::JobDriftRow& row : view.drift)
      trace_("  apart: " + words_of(row));
  }
  if (job.code == name_of(ErrorCode::kInternal)) fail_("I12: job " + view.id + " failed: " + job.error);
  if (!job.plan.empty()) {
    const bool outdated = job.code == name_of(ErrorCode::kConflict);
    stats_.outdated += outdated ? 1 : 0;
    stats_.plans += job.state == reconcile::JobState::kDone ? 1 : 0;
  }
  if (!view.dry_run && job.kind != reconcile::kVerifyKind) causes_.push_back("job-" + view.id);
}

void Orders::note_undo(const std::string& of, const Result<UndoReport>& report) {
  if (!report) {
    // A job that has changed nothing, or what can't be undone at all.
    const ErrorCode code = report.error().code;
    if (code != ErrorCode::kConflict && code != ErrorCode::kNotFound && !is_stopped(report.error()))
      fail_("§12: undo " + of + " is refused: " + report.error().text());
    return;
  }
  if (trace_)
    trace_("undone " + of + ": " + std::to_string(report->counts.restored) + " restored, " +
           std::to_string(report->counts.changed_since) + " changed since");
  if (report->dry_run) return;
  ++stats_.undos;
  stats_.restored += report->counts.restored;
  stats_.changed_since += report->counts.changed_since;
  for (const CauseId made : report->made)
    causes_.push_back("c-" + std::to_string(made.value));
}

// After a crash nothing can be written any more, and nobody hears why.
bool Orders::is_stopped(const Error& error) const {
  return closing_ || error.code == ErrorCode::kCancelled || !world_.store().reader();
}

template <class T>
void Orders::spawn(asio::awaitable<Result<T>> work, std::function<void(Result<T>)> then) {
  ++under_way_;
  const auto keep = [](asio::awaitable<Result<T>> awaited,
                       std::function<void(Result<T>)> tell) -> asio::awaitable<void> {
    tell(co_await std::move(awaited));
  };
  asio::co_spawn(world_.scheduler().io(), keep(std::move(work), std::move(then)),
                 [this](std::exception_ptr failure) {
                   --under_way_;
                   if (failure) fail_("I12: an order ended with an exception");
                 });
}

// ---- at rest ----

template <class T>
std::optional<Result<T>> Orders::await(asio::awaitable<Result<T>> work) {
  const auto outcome = std::make_shared<std::optional<Result<T>>>();
  spawn<T>(std::move(work), [outcome](Result<T> answer) { *outcome = std::move(answer); });
  if (!world_.scheduler().run_until([&] { return outcome->has_value(); })) fail_("I12: an order hangs");
  return *outcome;
}

std::vector<std::string> Orders::scan(bool repair) {
  JobOrder order;
  order.verify.emplace();
  order.verify->repair = repair;
  order.actor = kPerson;
  const auto started = await<JobPtr>(jobs_->start(std::move(order)));
  std::vector<std::string> found;
  if (!started || !*started) {
    fail_("I12: a drift scan does not begin: " + (started ? started->error().text() : std::string()));
    return found;
  }
  const JobPtr job = **started;
  if (!world_.scheduler().run_until([&] { return !is_open(job->job.state); })) fail_("I12: a scan hangs");
  if (!job->job.error.empty()) fail_("I12: a drift scan fails though all is well: " + job->job.error);
  note_ended(*job);
  for (const service::JobDriftRow& row : job->drift)
    found.push_back(words_of(row));
  return found;
}

std::optional<std::string> Orders::undo_something() {
  for (int i = 0; i < kTriesToUndo; ++i) {
    const auto of = draw_cause();
    if (!of) return std::nullopt;
    const auto totals = world_.reader()->totals();
    const bool quiet = totals && totals->outbox == 0;  // else pushes go on beside it
    const int64_t rows = world_.store().rows_written();
    const auto told = await<UndoReport>(undos_->undo({*of, true, kPerson, true}));
    if (quiet && world_.store().rows_written() != rows) fail_("§12: a dry run of undo " + *of + " writes");
    const auto done = await<UndoReport>(undos_->undo({*of, false, kPerson, true}));
    if (!told || !done) return std::nullopt;
    note_undo(*of, *done);
    if (told->has_value() != done->has_value() || (*told && (*told)->counts != (*done)->counts))
      fail_("§12: undo " + *of + " does something else than it told");
    if (*done && (*done)->counts.restored > 0) return of;
  }
  return std::nullopt;
}

int64_t Orders::undo_again(const std::string& of) {
  const auto again = await<UndoReport>(undos_->undo({of, true, kPerson, true}));
  return again && *again ? (*again)->counts.restored : 0;
}

}  // namespace prospectd::test
