// BulkJobs: the jobs of the Bulk API 2.0 (SALESFORCE_API §8), and the batches of those of the Bulk API 1.0
// (§9, async_jobs.h), which go the same way from their upload to their results. No thread and no timer: jobs
// advance whenever the org is asked for anything, as far as its clock allows, so that a clock set by hand
// decides what a test sees. Jobs and their results are kept for kBulkJobKept. One owner (the front), one
// thread; borrows the org.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/sandbox/bulk_csv.h"
#include "connectors/sandbox/call_quota.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/knobs.h"
#include "connectors/sandbox/outcome.h"

namespace prospectd::sandbox {

enum class BulkKind : uint8_t { kQuery, kIngest };
enum class BulkOperation : uint8_t { kQuery, kQueryAll, kInsert, kUpdate, kUpsert, kDelete, kHardDelete };
/// What the upload and the results of a batch are written in; jobs of the Bulk API 2.0 know CSV alone.
enum class BulkForm : uint8_t { kCsv, kJson };
enum class BulkState : uint8_t { kOpen, kUploadComplete, kInProgress, kJobComplete, kFailed, kAborted };

/// "queryAll", "hardDelete", …
std::string_view name_of(BulkOperation operation);
/// "UploadComplete", …
std::string_view name_of(BulkState state);

constexpr std::chrono::hours kBulkJobKept{7 * 24};
constexpr std::chrono::hours kBulkOpenMax{24};             ///< an open job is aborted after that
constexpr size_t kBulkJobsMax = 25'000;                    ///< jobs kept, of both kinds
constexpr size_t kBulkBatchesKeptMax = 25'000;             ///< batches of the Bulk API 1.0
constexpr size_t kBulkBytesMax = 1024 * 1024 * 1024;       ///< uploads and results of all jobs
constexpr size_t kBulkUploadBytesMax = 150 * 1024 * 1024;  ///< one upload
constexpr int64_t kBulkBatchRows = 10'000;  ///< uploaded rows that count as a batch, or fit one

class BulkIngest;

struct BulkJob {
  explicit BulkJob(CsvDialect csv);
  ~BulkJob();
  BulkKind kind() const {
    return operation <= BulkOperation::kQueryAll ? BulkKind::kQuery : BulkKind::kIngest;
  }
  bool over() const { return state >= BulkState::kJobComplete; }
  /// Whether it is a batch of a job of the Bulk API 1.0.
  bool is_batch() const { return !parent.empty(); }
  /// What it holds in memory, in bytes.
  size_t bytes() const;

  std::string id;  ///< 18 characters, 750…, of a batch 751…
  BulkOperation operation = BulkOperation::kQuery;
  BulkState state = BulkState::kUploadComplete;
  std::string object;      ///< canonical name
  std::string created_by;  ///< a user's id, who is also the author of what it writes
  Timestamp created{};
  Timestamp changed{};
  Timestamp queued{};   ///< when it became UploadComplete
  Timestamp started{};  ///< when it became InProgress
  salesforce_wire::ApiVersion version;
  CsvDialect dialect;
  std::string error;  ///< of a failed job
  int64_t processed = 0;
  int64_t failed = 0;
  std::vector<std::string> columns = {};  ///< of a query's results, or of the upload as its header has them

  // Batches
  std::string parent;              ///< the id of its job
  const BulkJob* after = nullptr;  ///< the batch whose end it waits for
  BulkForm form = BulkForm::kCsv;
  std::string json_results;  ///< where the form is JSON: what stands between the brackets of the list

  // Query jobs; of a batch, `results` are those of an ingest too
  std::string query;
  CsvRows results;

  // Ingest jobs
  std::string key_field;        ///< canonical name; of an upsert
  std::string assignment_rule;  ///< as it was sent
  std::string origin;           ///< changeOrigin of what it writes
  bool uploaded = false;
  std::string data;  ///< the upload, until the job is over
  CsvRows succeeded;
  CsvRows refused;
  CsvRows unprocessed;
  std::unique_ptr<BulkIngest> run;  ///< while it is in progress
};

class BulkJobs {
 public:
  explicit BulkJobs(Org& org) : org_(org) {}

  /// Lets every job go on as far as the clock allows, and drops those that were kept long enough.
  void advance(const Knobs& knobs);

  /// Takes up a new job and gives it its id: an ingest job is open, a query job waits for its turn.
  /// **Errors:** EXCEEDEDQUOTA.
  Outcome<BulkJob*> add(std::unique_ptr<BulkJob> job, const Knobs& knobs);
  /// Whether so many more batches, of so many bytes in all, may be added. **Errors:** EXCEEDEDQUOTA.
  Outcome<void> check_room(size_t batches, size_t bytes, const Knobs& knobs);
  /// Takes up a batch that has its data, and gives it its id: it waits for its turn.
  BulkJob* add_batch(std::unique_ptr<BulkJob> batch);
  /// Forgets a batch.
  void drop_batch(const BulkJob& batch);
  /// An id for a new job, of whichever API.
  std::string next_job_id();
  /// nullptr when there is no such job of that kind.
  BulkJob* find(BulkKind kind, std::string_view id);
  const BulkJob* find(BulkKind kind, std::string_view id) const;
  /// Jobs of a kind behind the one with the id `after` (empty: from the first), in the order of their
  /// creation.
  std::vector<const BulkJob*> list(BulkKind kind, std::string_view after, size_t max) const;

  /// Keeps an ingest job's only upload.
  /// **Errors:** INVALIDJOBSTATE, CLIENTINPUTERROR for a second one, EXCEEDEDQUOTA.
  Outcome<void> upload(BulkJob& job, std::string data);
  /// The upload is complete: the job waits for its turn. **Errors:** INVALIDJOBSTATE.
  Outcome<void> close(BulkJob& job);
  /// What was not processed by now never is. **Errors:** INVALIDJOBSTATE when it is over.
  Outcome<void> abort(BulkJob& job);
  /// Forgets a job and its results. **Errors:** INVALIDJOBSTATE.
  Outcome<void> remove(BulkJob& job);

  /// Every job and batch is gone, with its results.
  void forget_all() {
    active_.clear();
    jobs_.clear();
    batches_.clear();
  }
  /// Jobs and batches get their numbers behind this one.
  void number_from(uint64_t number) { last_job_ = last_batch_ = number; }

  /// Counters of the last 24 hours, for the limits resource.
  int64_t query_jobs_used() { return query_jobs_.used(org_.now()); }
  int64_t batches_used() { return batch_quota_.used(org_.now()); }

 private:
  using Map = std::map<std::string, std::unique_ptr<BulkJob>, std::less<>>;

  void advance_one(BulkJob& job, const Knobs& knobs);
  void step_query(BulkJob& job, const Knobs& knobs);
  void step_ingest(BulkJob& job, const Knobs& knobs);
  bool within_quota(BulkJob& job, const Knobs& knobs, int64_t rows);
  void drop_expired();
  void enter(BulkJob& job, BulkState state);
  void fail(BulkJob& job, std::string error);
  void take_up(Map& map, std::unique_ptr<BulkJob> job);
  void set_aside_unprocessed(BulkJob& job);
  size_t bytes() const;

  Org& org_;
  Map jobs_;  // ids rise with their creation
  Map batches_;
  std::vector<BulkJob*> active_;  // those that are not over
  CallQuota query_jobs_;
  CallQuota batch_quota_;
  CallQuota records_;
  uint64_t last_job_ = 0;
  uint64_t last_batch_ = 0;
};

}  // namespace prospectd::sandbox
