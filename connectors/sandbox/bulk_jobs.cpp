#include "connectors/sandbox/bulk_jobs.h"

#include <algorithm>
#include <array>

#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/bulk_ingest.h"
#include "connectors/sandbox/bulk_query.h"

namespace prospectd::sandbox {
namespace {

constexpr std::string_view kBulkJobPrefix = "750";
constexpr std::string_view kNoRoom =
    "uploads and results take more room than this org has for bulk jobs; delete some jobs";
constexpr std::string_view kBulkBatchPrefix = "751";

ApiError invalid_state(const BulkJob& job, std::string_view what) {
  return api_error("INVALIDJOBSTATE", "InvalidJobState : " + std::string(what) + ", and job " + job.id +
                                          " is in state " + std::string(name_of(job.state)));
}

std::string query_failure(const BulkJob& job, const ApiError& error) {
  if (!job.is_batch()) return error.code + " : " + error.message;
  return "InvalidBatch : Failed to process query: " + error.code + ": " + error.message;
}

ApiError exceeded(std::string_view what) {
  return api_error("EXCEEDEDQUOTA", "ExceededQuota : " + std::string(what));
}

}  // namespace

std::string_view name_of(BulkOperation operation) {
  static constexpr std::array<std::string_view, 7> kNames = {"query",  "queryAll", "insert",    "update",
                                                             "upsert", "delete",   "hardDelete"};
  return kNames[static_cast<size_t>(operation)];
}

std::string_view name_of(BulkState state) {
  static constexpr std::array<std::string_view, 6> kNames = {"Open",        "UploadComplete", "InProgress",
                                                             "JobComplete", "Failed",         "Aborted"};
  return kNames[static_cast<size_t>(state)];
}

BulkJob::BulkJob(CsvDialect csv)
    : dialect(csv), results(csv), succeeded(csv), refused(csv), unprocessed(csv) {}
BulkJob::~BulkJob() = default;

size_t BulkJob::bytes() const {
  return data.size() + query.size() + json_results.size() + results.bytes() + succeeded.bytes() +
         refused.bytes() + unprocessed.bytes();
}

size_t BulkJobs::bytes() const {
  size_t sum = 0;
  for (const Map* map : {&jobs_, &batches_}) {
    for (const auto& [id, job] : *map)
      sum += job->bytes();
  }
  return sum;
}

void BulkJobs::enter(BulkJob& job, BulkState state) {
  const Timestamp now = org_.now();
  job.state = state;
  job.changed = now;
  if (state == BulkState::kUploadComplete) job.queued = now;
  if (state == BulkState::kInProgress) job.started = now;
  if (!job.over()) return;
  job.run.reset();
  job.data = {};
  std::erase(active_, &job);
}

void BulkJobs::fail(BulkJob& job, std::string error) {
  job.error = std::move(error);
  set_aside_unprocessed(job);
  enter(job, BulkState::kFailed);
}

// What an ingest job leaves untouched when it ends early; batches don't tell.
void BulkJobs::set_aside_unprocessed(BulkJob& job) {
  if (job.kind() == BulkKind::kQuery || job.is_batch()) return;
  if (!job.run) job.run = std::make_unique<BulkIngest>(org_, job);
  job.run->set_aside_rest();
}

void BulkJobs::advance(const Knobs& knobs) {
  drop_expired();
  // A job that ends leaves the list.
  const std::vector<BulkJob*> active = active_;
  for (BulkJob* job : active)
    advance_one(*job, knobs);
}

void BulkJobs::drop_expired() {
  const Timestamp now = org_.now();
  while (!jobs_.empty()) {
    const BulkJob& oldest = *jobs_.begin()->second;
    if (!oldest.over() || now - oldest.created < kBulkJobKept) return;
    jobs_.erase(jobs_.begin());
  }
}

void BulkJobs::advance_one(BulkJob& job, const Knobs& knobs) {
  const Timestamp now = org_.now();
  if (job.state == BulkState::kOpen) {
    if (now - job.created >= kBulkOpenMax) (void)abort(job);
    return;
  }
  if (job.state == BulkState::kUploadComplete) {
    if (now - job.queued < knobs.bulk_queue_time || (job.after != nullptr && !job.after->over())) return;
    enter(job, BulkState::kInProgress);
  }
  if (now - job.started < knobs.bulk_run_time) return;
  if (job.kind() == BulkKind::kQuery) {
    step_query(job, knobs);
  } else {
    step_ingest(job, knobs);
  }
}

// The schema may have changed since the job was made, so its query is bound again.
void BulkJobs::step_query(BulkJob& job, const Knobs& knobs) {
  QueryContext context;
  context.user = job.created_by;
  context.api_version = job.version.major;
  context.with_deleted = job.operation == BulkOperation::kQueryAll;
  const auto bound = bind_bulk_query(org_, knobs, job.query, context);
  if (!bound) return fail(job, query_failure(job, bound.error()));
  const size_t held = std::min(bytes(), kBulkBytesMax);
  auto answer = run_bulk_query(*bound, job, kBulkBytesMax - held);
  if (!answer) return fail(job, "ExceededQuota : " + answer.error().message);
  job.columns = std::move(answer->columns);
  job.results = std::move(answer->rows);
  job.json_results = std::move(answer->json);
  job.processed = answer->count;
  enter(job, BulkState::kJobComplete);
}

void BulkJobs::step_ingest(BulkJob& job, const Knobs& knobs) {
  if (!job.run) {
    job.run = std::make_unique<BulkIngest>(org_, job);
    if (auto begun = job.run->begin(knobs); !begun) return fail(job, begun.error().message);
  }
  const int64_t before = job.processed;
  org_.recorder().set_origin(job.origin);
  org_.set_author(job.created_by);
  const bool more = job.run->step(knobs.bulk_rows_per_step, knobs);
  org_.set_author({});
  org_.recorder().set_origin({});
  job.changed = org_.now();
  if (!within_quota(job, knobs, job.processed - before)) {
    return fail(job, "ExceededQuota : more records or batches were uploaded than 24 hours allow");
  }
  if (!more) enter(job, BulkState::kJobComplete);
}

// Counts rows that were processed, and the batches that begin with them.
bool BulkJobs::within_quota(BulkJob& job, const Knobs& knobs, int64_t rows) {
  const Timestamp now = org_.now();
  const auto batches = [](int64_t n) { return (n + kBulkBatchRows - 1) / kBulkBatchRows; };
  records_.count(now, rows);
  if (job.is_batch()) return records_.used(now) <= knobs.bulk_records_max;
  batch_quota_.count(now, batches(job.processed) - batches(job.processed - rows));
  return records_.used(now) <= knobs.bulk_records_max && batch_quota_.used(now) <= knobs.bulk_batches_max;
}

Outcome<BulkJob*> BulkJobs::add(std::unique_ptr<BulkJob> job, const Knobs& knobs) {
  const Timestamp now = org_.now();
  if (jobs_.size() >= kBulkJobsMax) return exceeded("too many jobs are kept; delete some");
  if (job->kind() == BulkKind::kQuery) {
    if (query_jobs_.used(now) >= knobs.bulk_query_jobs_max) {
      return exceeded("the limit of query jobs in 24 hours is reached");
    }
    query_jobs_.count(now);
  } else if (batch_quota_.used(now) >= knobs.bulk_batches_max) {
    return exceeded("the limit of batches in 24 hours is reached");
  }
  job->id = next_job_id();
  BulkJob& kept = *job;
  take_up(jobs_, std::move(job));
  enter(kept, kept.kind() == BulkKind::kQuery ? BulkState::kUploadComplete : BulkState::kOpen);
  return &kept;
}

Outcome<void> BulkJobs::check_room(size_t batches, size_t more_bytes, const Knobs& knobs) {
  if (batches_.size() + batches > kBulkBatchesKeptMax) return exceeded("too many batches are kept");
  if (batches_used() + static_cast<int64_t>(batches) > knobs.bulk_batches_max)
    return exceeded("the limit of batches in 24 hours is reached");
  if (bytes() + more_bytes > kBulkBytesMax) return exceeded(kNoRoom);
  return {};
}

BulkJob* BulkJobs::add_batch(std::unique_ptr<BulkJob> batch) {
  batch_quota_.count(org_.now());
  batch->id = salesforce_wire::make_id(kBulkBatchPrefix, ++last_batch_);
  BulkJob& kept = *batch;
  take_up(batches_, std::move(batch));
  enter(kept, BulkState::kUploadComplete);
  return &kept;
}

void BulkJobs::drop_batch(const BulkJob& batch) {
  std::erase(active_, &batch);
  batches_.erase(batches_.find(batch.id));
}

std::string BulkJobs::next_job_id() {
  return salesforce_wire::make_id(kBulkJobPrefix, ++last_job_);
}

void BulkJobs::take_up(Map& map, std::unique_ptr<BulkJob> job) {
  job->created = org_.now();
  active_.push_back(job.get());
  map.emplace(job->id, std::move(job));
}

BulkJob* BulkJobs::find(BulkKind kind, std::string_view id) {
  return const_cast<BulkJob*>(std::as_const(*this).find(kind, id));
}

const BulkJob* BulkJobs::find(BulkKind kind, std::string_view id) const {
  const auto canonical = salesforce_wire::canonical_id(id);
  const auto at = canonical ? jobs_.find(*canonical) : jobs_.end();
  return at != jobs_.end() && at->second->kind() == kind ? at->second.get() : nullptr;
}

std::vector<const BulkJob*> BulkJobs::list(BulkKind kind, std::string_view after, size_t max) const {
  std::vector<const BulkJob*> found;
  for (auto at = jobs_.upper_bound(after); at != jobs_.end() && found.size() < max; ++at) {
    if (at->second->kind() == kind) found.push_back(at->second.get());
  }
  return found;
}

Outcome<void> BulkJobs::upload(BulkJob& job, std::string data) {
  if (job.state != BulkState::kOpen) return invalid_state(job, "only an open job takes data");
  if (job.uploaded) {
    return api_error("CLIENTINPUTERROR", "ClientInputError : Found multiple contents for job: " + job.id +
                                             "; a job takes one PUT");
  }
  if (data.size() > kBulkUploadBytesMax) {
    return api_error("CLIENTINPUTERROR", "ClientInputError : the upload is larger than " +
                                             std::to_string(kBulkUploadBytesMax) + " bytes");
  }
  if (bytes() + data.size() > kBulkBytesMax) return exceeded(kNoRoom);
  job.data = std::move(data);
  job.uploaded = true;
  job.changed = org_.now();
  return {};
}

Outcome<void> BulkJobs::close(BulkJob& job) {
  if (job.state != BulkState::kOpen) return invalid_state(job, "only an open job can be closed");
  if (!job.uploaded) return invalid_state(job, "a job without data can't be closed");
  enter(job, BulkState::kUploadComplete);
  return {};
}

Outcome<void> BulkJobs::abort(BulkJob& job) {
  if (job.over()) return invalid_state(job, "a job that is over can't be aborted");
  set_aside_unprocessed(job);
  enter(job, BulkState::kAborted);
  return {};
}

Outcome<void> BulkJobs::remove(BulkJob& job) {
  const bool waits = job.kind() == BulkKind::kIngest && job.state == BulkState::kUploadComplete;
  if (!job.over() && !waits) return invalid_state(job, "a job that is not over can't be deleted");
  std::erase(active_, &job);
  jobs_.erase(job.id);
  return {};
}

}  // namespace prospectd::sandbox
