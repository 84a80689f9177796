// Jobs: pulls and pushes that people order (SEMANTICS §6), one prospect's or everybody's, and drift scans. A
// job goes through its prospects by number, or through a CRM's records by id, in bounded parts, each in its
// connection's turn; how far it has come is in the database, so that it goes on after a restart. Dry runs are
// jobs, too, and leave nothing behind but what they tell. On the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/scheduler.h"
#include "daemon/service/kept_answers.h"
#include "daemon/service/service.h"
#include "reconcile/job.h"

namespace prospectd::service {

constexpr size_t kJobRowsMax = 1'000;  ///< of one job, that are kept to be shown
constexpr size_t kJobsOpenMax = 100;

/// One prospect of a job, and over which connection.
struct JobRow {
  std::string connection;
  engine::OnDemandRow row;
};

/// One record that a drift scan found apart, and over which connection.
struct JobDriftRow {
  std::string connection;
  engine::DriftRow row;
};

/// A job as it stands.
struct JobView {
  std::string id;  ///< its number; "dry-3" for a dry run
  reconcile::Job job;
  bool dry_run = false;
  bool cancelling = false;    ///< it ends with the part that is under way
  int64_t calls_to_come = 0;  ///< of a dry run: what carrying it out would cost, about
  std::string saved_as;       ///< of a dry run that has ended: the plan that it is kept as; empty: none
  /// What became of prospects, those that stayed as they were left out of a job over many; since the daemon
  /// started. At most kJobRowsMax.
  std::vector<JobRow> rows;
  bool rows_cut = false;  ///< there were more
  // Of a drift scan, since the daemon started:
  std::vector<JobDriftRow> drift;  ///< at most kJobRowsMax
  reconcile::PlanCounts effects;   ///< of what was repaired, or would be
  std::string held_back;           ///< why it waits: the allowance; empty: it doesn't
};

struct JobOrder {
  engine::Direction direction = engine::Direction::kPull;
  bool force = false;
  bool blanks = false;  ///< only with `force`
  bool dry_run = false;
  std::string connection;             ///< empty: all
  std::vector<ProspectId> prospects;  ///< at most reconcile::kJobIdsMax; empty: those that `filter` selects
  std::string filter;                 ///< docs/filters.md; empty: all
  std::string actor;
  KeepWith<JobView> keep = {};  ///< empty: no answer is kept with the job
  /// A saved plan that is applied: it says the rest, but for the actor. Empty: none.
  std::string plan = {};
  /// Of a dry run: it is kept as a plan, with what this makes of it (JSON). Empty: it is not.
  std::function<std::string(const JobView&)> tell = {};
  /// A drift scan; then of the above only `dry_run`, `connection` and `actor` count.
  std::optional<reconcile::VerifyWork> verify = std::nullopt;
};

class Jobs {
 public:
  virtual ~Jobs() = default;
  /// Those of an earlier daemon that had not ended go on.
  virtual void resume() = 0;
  /// Begins a job and answers at once. One that applies a plan decides it anew first, and fails with
  /// kConflict, nothing done, where its inputs have changed since.
  /// **Errors:** kInvalidInput for a filter that is none, or nothing to do; kNotFound for an unknown
  /// connection or plan; kTooLarge over kJobIdsMax; kLocked over kJobsOpenMax, or while another drift scan
  /// goes over the same connection; the store's.
  virtual boost::asio::awaitable<Result<std::shared_ptr<const JobView>>> start(JobOrder order) = 0;
  /// Newest first.
  virtual std::vector<std::shared_ptr<const JobView>> all() const = 0;
  /// nullptr when there is none of that id, or it is not kept any more.
  virtual std::shared_ptr<const JobView> find(const std::string& id) const = 0;
  /// Ends it after the part that is under way, whether the daemon lives on until then or not; what was done
  /// stays. One that has ended stays as it is.
  /// **Errors:** kNotFound; the store's: then it ends all the same, unless the daemon ends before.
  virtual boost::asio::awaitable<Result<std::shared_ptr<const JobView>>> cancel(std::string id) = 0;
};

/// All outlive the io_context's run. Reads the store at once.
/// **Errors:** the store's.
Result<std::unique_ptr<Jobs>> make_jobs(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                        store::Store& store, Service& service);

}  // namespace prospectd::service
