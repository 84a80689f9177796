#include "daemon/service/jobs.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <iterator>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.h"
#include "daemon/engine/backoff.h"
#include "daemon/engine/on_worker.h"
#include "daemon/service/desk.h"
#include "daemon/service/job_counts.h"
#include "daemon/service/plan_inputs.h"
#include "daemon/service/plan_shelf.h"
#include "daemon/service/verify_run.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;
using engine::Direction;
using reconcile::Job;
using reconcile::JobState;

constexpr size_t kSmallJobMax = 200;     // prospects: such a one never waits for another
constexpr int kPartTriesMax = 8;         // of one part that failed for no reason of its own
constexpr size_t kDryRunsKeptMax = 100;  // that have ended
constexpr milliseconds kBetweenTries{60'000};
constexpr milliseconds kHeldBackPause{600'000};  // before the allowance is looked at again

/// A job under way, or ended.
struct Running {
  JobView view;
  std::shared_ptr<const mapping::expression::Expression> filter;
  engine::Wakeup wakeup;                            ///< of its pauses
  int tries = 0;                                    ///< of the part under way, that failed
  std::function<std::string(const JobView&)> tell;  ///< JobOrder::tell
  std::vector<reconcile::PlanInput> inputs;         ///< of a dry run that is kept as a plan
  std::optional<reconcile::SavedPlan> plan;         ///< that it applies, once that has begun
  std::unique_ptr<VerifyRun> scan;                  ///< of a drift scan that runs

  bool is_small() const { return !view.job.prospects.empty() && view.job.prospects.size() <= kSmallJobMax; }
  /// Drift scans go over one connection at a time as it is, and may wait for its allowance.
  bool is_large() const { return !is_small() && !is_scan(); }
  bool is_scan() const { return view.job.kind == reconcile::kVerifyKind; }
};
using RunningPtr = std::shared_ptr<Running>;

std::shared_ptr<const JobView> shown(const RunningPtr& one) {
  return {one, &one->view};
}

class StoredJobs final : public Jobs {
 public:
  StoredJobs(engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store,
             Service& service, std::vector<Job> stored)
      : scheduler_(scheduler), supervisor_(supervisor), store_(store), service_(service) {
    for (Job& job : stored) {
      auto one = std::make_shared<Running>();
      one->view.id = std::to_string(job.id.value);
      next_ = std::max(next_, job.id.value + 1);
      one->view.job = std::move(job);
      jobs_.push_back(std::move(one));
    }
  }

  void resume() override {
    for (const RunningPtr& one : jobs_)
      if (is_open(one->view.job.state)) begin(one);
  }

  asio::awaitable<Result<std::shared_ptr<const JobView>>> start(JobOrder order) override {
    if (!order.plan.empty()) {
      const auto plan = co_await plan_of(order.plan, scheduler_.now());
      if (!plan) co_return plan.error();
      take_plan(*plan, order);
    }
    if (auto wrong = check(order)) co_return *std::move(wrong);
    auto one = std::make_shared<Running>();
    if (!order.filter.empty()) {
      auto filter = service_.prospect_filter(order.filter);
      if (!filter) co_return std::move(filter).error();
      one->filter = *std::move(filter);
    }
    Job& job = one->view.job;
    job.kind = order.verify ? reconcile::kVerifyKind : name_of(order.direction);
    if (order.verify) job.verify = *std::move(order.verify);
    job.actor = order.actor;
    job.connection = order.connection;
    job.force = order.force;
    job.blanks = order.blanks;
    job.filter = order.filter;
    job.plan = order.plan;
    one->tell = std::move(order.tell);
    job.prospects = std::move(order.prospects);
    std::ranges::sort(job.prospects);
    const auto repeated = std::ranges::unique(job.prospects);
    job.prospects.erase(repeated.begin(), repeated.end());
    job.created_at = scheduler_.now();
    if (!job.prospects.empty()) job.total = static_cast<int64_t>(job.prospects.size());
    one->view.dry_run = order.dry_run;
    if (order.dry_run) {
      one->view.id = "dry-" + std::to_string(next_dry_++);
    } else {
      job.id = {next_++};
      one->view.id = std::to_string(job.id.value);
    }
    make_room();
    jobs_.push_back(one);  // before it is saved, so that the next order is held against it
    KeepWith<JobView> keep = std::move(order.keep);
    if (Result<void> saved = co_await save(one, std::move(keep)); !saved) {
      std::erase(jobs_, one);
      co_return std::move(saved).error();
    }
    begin(one);
    co_return shown(one);
  }

  std::vector<std::shared_ptr<const JobView>> all() const override {
    std::vector<std::shared_ptr<const JobView>> views;
    for (auto one = jobs_.rbegin(); one != jobs_.rend(); ++one)
      views.push_back(shown(*one));
    return views;
  }

  std::shared_ptr<const JobView> find(const std::string& id) const override {
    const RunningPtr one = running(id);
    return one == nullptr ? nullptr : shown(one);
  }

  asio::awaitable<Result<std::shared_ptr<const JobView>>> cancel(std::string id) override {
    const RunningPtr one = running(id);
    if (one == nullptr) co_return make_error(ErrorCode::kNotFound, "no job of this id");
    if (is_open(one->view.job.state)) {
      one->view.cancelling = true;
      one->wakeup.notify();
      PD_TRY_CO(co_await save(one));
    }
    co_return shown(one);
  }

 private:
  std::optional<Error> check(const JobOrder& order) const {
    if (order.prospects.size() > reconcile::kJobIdsMax) {
      return make_error(ErrorCode::kTooLarge, "at most " + std::to_string(reconcile::kJobIdsMax) +
                                                  " prospects can be named; a filter selects more");
    }
    if (order.blanks && !order.force)
      return make_error(ErrorCode::kInvalidInput, "blanks are only included in a force update");
    const auto names = connections_of(order.connection);
    if (names.empty()) {
      return make_error(ErrorCode::kNotFound, order.connection.empty()
                                                  ? "the configuration names no connection"
                                                  : "no connection of this name in the configuration");
    }
    const auto applies = [&](const RunningPtr& one) {
      return !order.plan.empty() && one->view.job.plan == order.plan && is_open(one->view.job.state);
    };
    if (const auto other = std::ranges::find_if(jobs_, applies); other != jobs_.end())
      return make_error(ErrorCode::kConflict,
                        "plan " + order.plan + " is being applied already, by job " + (*other)->view.id);
    if (order.verify && scans_over(order.connection))
      return make_error(ErrorCode::kLocked,
                        "a drift scan goes over the connection already: /v1/verifications");
    const auto open =
        std::ranges::count_if(jobs_, [](const RunningPtr& one) { return is_open(one->view.job.state); });
    if (static_cast<size_t>(open) >= kJobsOpenMax)
      return make_error(ErrorCode::kLocked, "too many jobs are waiting: ask again when one has ended");
    return std::nullopt;
  }

  bool scans_over(const std::string& connection) const {
    return std::ranges::any_of(jobs_, [&](const RunningPtr& one) {
      const std::string& its = one->view.job.connection;
      return one->is_scan() && is_open(one->view.job.state) &&
             (its.empty() || connection.empty() || its == connection);
    });
  }

  std::vector<std::string> connections_of(const std::string& wanted) const {
    std::vector<std::string> names;
    for (const engine::ConnectionStatus& connection : supervisor_.status())
      if (wanted.empty() || connection.name == wanted) names.push_back(connection.name);
    return names;
  }

  RunningPtr running(const std::string& id) const {
    const auto found = std::ranges::find_if(jobs_, [&](const RunningPtr& one) { return one->view.id == id; });
    return found == jobs_.end() ? nullptr : *found;
  }

  // As many of those that have ended are kept in memory as in the database, and some dry runs.
  void make_room() {
    for (const bool dry_run : {false, true}) {
      const auto ended = [&](const RunningPtr& one) {
        return one->view.dry_run == dry_run && !is_open(one->view.job.state);
      };
      const size_t most = dry_run ? kDryRunsKeptMax : reconcile::kEndedJobsMax;
      if (static_cast<size_t>(std::ranges::count_if(jobs_, ended)) < most) continue;
      jobs_.erase(std::ranges::find_if(jobs_, ended));
    }
  }

  // ---- a job's run ----

  void begin(const RunningPtr& one) {
    asio::co_spawn(scheduler_.io(), run(one), [this, one](std::exception_ptr failure) {
      if (!failure) return;
      log::error("job.threw", "a job ended with an exception", {{"job", one->view.id}});
      Error defect = make_error(ErrorCode::kInternal, "a defect of prospectd");
      asio::co_spawn(scheduler_.io(), end(one, JobState::kFailed, std::move(defect)), asio::detached);
    });
  }

  asio::awaitable<void> run(RunningPtr one) {
    while (one->is_large() && large_ != nullptr && !one->view.cancelling && !scheduler_.stopping())
      co_await scheduler_.sleep(kTurnPause, &one->wakeup);
    if (scheduler_.stopping()) co_return;
    if (one->is_large() && !one->view.cancelling) large_ = one;
    std::exception_ptr thrown;  // no guard: the frame may outlive the jobs, when the loop is destroyed
    try {
      co_await work(one);
    } catch (...) {
      thrown = std::current_exception();
    }
    if (large_ == one) {
      large_.reset();
      for (const RunningPtr& other : jobs_)
        if (other->view.job.state == JobState::kQueued) other->wakeup.notify();
    }
    if (thrown) std::rethrow_exception(thrown);
  }

  asio::awaitable<void> work(RunningPtr one) {
    const bool is_new = one->view.job.state == JobState::kQueued;
    if (!one->view.cancelling) {
      one->view.job.state = JobState::kRunning;
      if (Result<void> ready = co_await get_ready(one); !ready)
        co_return co_await end(one, JobState::kFailed, ready.error());
    }
    if (!one->view.job.plan.empty()) {
      const Result<void> begun = co_await begin_plan(one, is_new);
      if (scheduler_.stopping()) co_return;  // it is checked anew with the next start
      if (!begun) co_return co_await end(one, JobState::kFailed, begun.error());
    }
    while (!one->view.cancelling) {
      const Result<bool> more = co_await carry_on(one);
      if (scheduler_.stopping()) co_return;  // it goes on with the next start
      if (!more) {
        if (!may_try_again(*one, more.error())) co_return co_await end(one, JobState::kFailed, more.error());
        const milliseconds pause =
            engine::rest_after(more.error(), one->tries, kBetweenTries, scheduler_.random());
        co_await scheduler_.sleep(pause, &one->wakeup);
      } else if (!*more) {
        std::optional<Error> not_kept = co_await keep_plan(one);
        const JobState state = not_kept ? JobState::kFailed : JobState::kDone;
        co_return co_await end(one, state, std::move(not_kept));
      } else {
        one->tries = 0;
        if (Result<void> saved = co_await save(one); !saved)
          co_return settle(*one, JobState::kFailed, saved.error());
        if (!one->view.held_back.empty()) co_await scheduler_.sleep(kHeldBackPause, &one->wakeup);
      }
      if (scheduler_.stopping()) co_return;
    }
    co_await end(one, JobState::kCancelled, std::nullopt);
  }

  asio::awaitable<Result<bool>> carry_on(const RunningPtr& one) {
    return one->is_scan() ? one->scan->next() : next_part_of(one);
  }

  // False: nothing is left.
  asio::awaitable<Result<bool>> next_part_of(RunningPtr one) {
    auto ids = co_await next_part(*one);
    if (!ids) co_return std::move(ids).error();
    if (ids->empty()) co_return false;
    const ProspectId last = ids->back();
    Result<std::vector<JobRow>> rows = co_await carry_out(one, *std::move(ids), one->view.dry_run);
    if (!rows) co_return std::move(rows).error();
    Job& job = one->view.job;
    job.after = last;
    add_rows(job.counts, *rows);
    if (one->tell) std::ranges::move(inputs_of_rows(*rows), std::back_inserter(one->inputs));
    if (one->tell && static_cast<size_t>(job.counts.done) > reconcile::kJobIdsMax)
      co_return too_large_to_keep();
    keep_rows(one->view, *std::move(rows), one->is_small());
    co_return true;
  }

  // What an earlier daemon began is parsed anew; how many there are is asked where that is one look.
  asio::awaitable<Result<void>> get_ready(RunningPtr one) {
    Job& job = one->view.job;
    if (one->is_scan()) {
      one->scan = std::make_unique<VerifyRun>(supervisor_, one->view, connections_of(job.connection));
      co_return Result<void>{};
    }
    if (!job.filter.empty() && one->filter == nullptr) {
      auto filter = service_.prospect_filter(job.filter);
      if (!filter) co_return std::move(filter).error();
      one->filter = *std::move(filter);
    }
    if (!job.prospects.empty() || !job.filter.empty() || job.total) co_return Result<void>{};
    const auto status = co_await service_.status();
    if (status) job.total = (*status)->totals.prospects;
    co_return Result<void>{};
  }

  bool may_try_again(Running& one, const Error& error) const {
    const ErrorClass kind = error.error_class();
    return (kind == ErrorClass::kRetry || kind == ErrorClass::kWait) && ++one.tries < kPartTriesMax;
  }

  asio::awaitable<Result<std::vector<ProspectId>>> next_part(const Running& one) {
    const Job& job = one.view.job;
    std::vector<ProspectId> ids;
    if (!job.prospects.empty()) {
      auto at = std::ranges::upper_bound(job.prospects, job.after);
      for (; at != job.prospects.end() && ids.size() < engine::kOnDemandMax; ++at)
        ids.push_back(*at);
      co_return ids;
    }
    while (ids.size() < engine::kOnDemandMax) {
      store::ProspectQuery query;
      query.filter = one.filter;
      query.place.after = ids.empty() ? job.after.value : ids.back().value;
      query.limit = std::min(store::kListRowsMax, engine::kOnDemandMax - ids.size());
      const size_t asked = query.limit;
      auto rows = co_await service_.prospects(std::move(query));
      if (!rows) co_return std::move(rows).error();
      for (const store::ProspectRow& row : *rows)
        ids.push_back(row.prospect.id);
      if (rows->size() < asked) break;
    }
    co_return ids;
  }

  // ---- saved plans ----

  asio::awaitable<Result<reconcile::SavedPlan>> plan_of(std::string id, Timestamp now) {
    co_return co_await engine::on_worker<reconcile::SavedPlan>(scheduler_,
                                                               [&]() -> Result<reconcile::SavedPlan> {
                                                                 PD_ASSIGN(reader, store_.reader());
                                                                 return find_plan(*reader, id, now);
                                                               });
  }

  // From where this leaves it with its plan it is under way: what it changes itself is no reason against it,
  // and the plan goes with its end. One that goes on was checked before, and may have outlived the plan's
  // day.
  asio::awaitable<Result<void>> begin_plan(RunningPtr one, bool is_new) {
    std::string id = one->view.job.plan;
    auto plan = co_await plan_of(std::move(id), is_new ? scheduler_.now() : Timestamp{});
    if (!plan) co_return std::move(plan).error();
    if (is_new) PD_TRY_CO(co_await check_plan(one, *plan));
    if (one->view.cancelling || scheduler_.stopping()) co_return Result<void>{};
    if (is_new) PD_TRY_CO(co_await save(one));
    if (!one->view.cancelling) one->plan = *std::move(plan);
    co_return Result<void>{};
  }

  // The whole order is decided again before anything of it is done.
  asio::awaitable<Result<void>> check_plan(RunningPtr one, const reconcile::SavedPlan& plan) {
    std::vector<ProspectId> changed;
    const auto& all = one->view.job.prospects;
    for (size_t from = 0; from < all.size() && !one->view.cancelling; from += engine::kOnDemandMax) {
      const size_t to = std::min(all.size(), from + engine::kOnDemandMax);
      std::vector<ProspectId> ids(all.begin() + static_cast<ptrdiff_t>(from),
                                  all.begin() + static_cast<ptrdiff_t>(to));
      const auto rows = co_await carry_out(one, std::move(ids), true);
      if (!rows) co_return rows.error();
      std::ranges::move(changed_inputs(plan, *rows), std::back_inserter(changed));
    }
    if (auto conflict = outdated(plan, changed)) co_return *std::move(conflict);
    co_return Result<void>{};
  }

  // Answers why it could not be kept; nothing where it was, or is not to be.
  asio::awaitable<std::optional<Error>> keep_plan(RunningPtr one) {
    if (!one->tell) co_return std::nullopt;
    reconcile::SavedPlan plan = plan_of_job(one->view.job, std::move(one->inputs), scheduler_.now());
    plan.told = one->tell(one->view);
    if (plan.told.size() > reconcile::kSavedPlanTextMax)
      co_return make_error(ErrorCode::kTooLarge,
                           "what the plan tells is too long to be kept: name fewer prospects");
    const uint64_t chance = scheduler_.random();
    Result<std::string> saved = co_await engine::on_worker<std::string>(
        scheduler_, [&] { return shelve_plan(store_, std::move(plan), chance); });
    if (!saved) co_return std::move(saved).error();
    one->view.saved_as = *std::move(saved);
    co_return std::nullopt;
  }

  asio::awaitable<Result<std::vector<JobRow>>> carry_out(RunningPtr one, std::vector<ProspectId> ids,
                                                         bool dry_run) {
    const Job& job = one->view.job;
    std::vector<JobRow> rows;
    const std::vector<std::string> names = connections_of(job.connection);
    for (const std::string& name : names) {
      engine::OnDemandOrder order = part_order(one->view, ids, dry_run);
      if (one->plan) order.expected = inputs_of_plan(*one->plan, name);
      std::string connection = name;
      auto report = co_await supervisor_.on_demand(std::move(connection), std::move(order));
      if (!report) co_return std::move(report).error();
      one->view.job.calls += report->calls;
      if (one->view.dry_run) one->view.calls_to_come += report->calls_to_come;
      for (engine::OnDemandRow& row : report->rows)
        rows.push_back({name, std::move(row)});
    }
    co_return rows;
  }

  // ---- how it ends ----

  static void settle_state(Job& job, JobState state, const std::optional<Error>& error, Timestamp now) {
    job.state = state;
    job.finished_at = now;
    if (!error) return;
    job.code = name_of(error->code);
    job.error = error->text();
  }

  void settle(Running& one, JobState state, const std::optional<Error>& error) {
    settle_state(one.view.job, state, error, scheduler_.now());
    one.view.cancelling = false;
    one.view.held_back.clear();
    one.scan.reset();
    if (!one.view.job.total && state == JobState::kDone) one.view.job.total = one.view.job.counts.done;
    log::info("job.ended", "a job has ended",
              {{"job", one.view.id},
               {"kind", one.view.job.kind},
               {"state", name_of(state)},
               {"done", one.view.job.counts.done},
               {"changed", one.view.job.counts.changed},
               {"refused", one.view.job.counts.refused}});
  }

  asio::awaitable<void> end(RunningPtr one, JobState state, std::optional<Error> error) {
    if (scheduler_.stopping()) co_return;  // it goes on with the next start
    settle(*one, state, error);
    if (Result<void> saved = co_await save(one); !saved)
      log::warn("job.not_saved", saved.error().text(), {{"job", one->view.id}});
  }

  asio::awaitable<Result<void>> save(RunningPtr one, KeepWith<JobView> keep = {}) {
    if (one->view.dry_run) co_return Result<void>{};
    const Timestamp now = scheduler_.now();
    reconcile::Plan plan = kept_form(*one, now);
    add_kept(plan, keep, one->view, now);
    co_return co_await commit(std::move(plan), now);
  }

  // One that is cancelled goes on to the end of its part, but not with the next start.
  static reconcile::Plan kept_form(const Running& one, Timestamp now) {
    reconcile::Plan plan;
    plan.cause = {"job", one.view.id, one.view.job.actor};
    Job job = one.view.job;
    if (one.view.cancelling) settle_state(job, JobState::kCancelled, std::nullopt, now);
    if (one.plan && !is_open(job.state)) plan.steps.emplace_back(reconcile::DropPlan{job.plan});
    plan.steps.emplace_back(reconcile::PutJob{std::move(job)});
    return plan;
  }

  asio::awaitable<Result<void>> commit(reconcile::Plan plan, Timestamp now) {
    co_return co_await engine::on_worker<void>(scheduler_, [&]() -> Result<void> {
      PD_TRY(commit_plan(store_, plan, now));
      return {};
    });
  }

  static constexpr milliseconds kTurnPause{60'000};  ///< a large job is woken when it is its turn

  engine::Scheduler& scheduler_;
  engine::Supervisor& supervisor_;
  store::Store& store_;
  Service& service_;
  std::vector<RunningPtr> jobs_;  ///< oldest first
  RunningPtr large_;              ///< the large one under way: one at a time
  int64_t next_ = 1;
  int64_t next_dry_ = 1;
};

}  // namespace

Result<std::unique_ptr<Jobs>> make_jobs(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                        store::Store& store, Service& service) {
  PD_ASSIGN(reader, store.reader());
  PD_ASSIGN(stored, reader->jobs());
  return std::unique_ptr<Jobs>(
      std::make_unique<StoredJobs>(scheduler, supervisor, store, service, std::move(stored)));
}

}  // namespace prospectd::service
