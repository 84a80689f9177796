#include "connectors/sandbox/async_jobs.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/bulk_upload.h"

namespace prospectd::sandbox {
namespace {

ApiError wrong_async_state(const AsyncJob& job, std::string_view what) {
  return api_error("INVALIDJOBSTATE", "InvalidJobState : " + std::string(what) + ", and job " + job.id +
                                          " is in state " + std::string(name_of(job.state)));
}

}  // namespace

std::string_view name_of(AsyncState state) {
  static constexpr std::array<std::string_view, 3> kNames = {"Open", "Closed", "Aborted"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view name_of(BulkForm form) {
  return form == BulkForm::kCsv ? "CSV" : "JSON";
}

std::string_view batch_state_name(BulkState state) {
  static constexpr std::array<std::string_view, 6> kNames = {"Queued",    "Queued", "InProgress",
                                                             "Completed", "Failed", "NotProcessed"};
  return kNames[static_cast<size_t>(state)];
}

bool AsyncJob::over() const {
  return state != AsyncState::kOpen &&
         std::all_of(batches.begin(), batches.end(), [](const BulkJob* batch) { return batch->over(); });
}

void AsyncJobs::advance() {
  const Timestamp now = org_.now();
  for (const auto& [id, job] : jobs_) {
    if (job->state == AsyncState::kOpen && now - job->created >= kBulkOpenMax) (void)abort(*job);
  }
  while (!jobs_.empty()) {
    const AsyncJob& oldest = *jobs_.begin()->second;
    if (!oldest.over() || now - oldest.created < kBulkJobKept) return;
    for (const BulkJob* batch : oldest.batches)
      bulk_.drop_batch(*batch);
    jobs_.erase(jobs_.begin());
  }
}

Outcome<AsyncJob*> AsyncJobs::add(std::unique_ptr<AsyncJob> job) {
  if (jobs_.size() >= kBulkJobsMax)
    return api_error("EXCEEDEDQUOTA", "ExceededQuota : too many jobs are kept");
  job->id = bulk_.next_job_id();
  job->created = org_.now();
  job->changed = job->created;
  AsyncJob& kept = *job;
  jobs_.emplace(kept.id, std::move(job));
  return &kept;
}

AsyncJob* AsyncJobs::find(std::string_view id) {
  const auto canonical = salesforce_wire::canonical_id(id);
  const auto at = canonical ? jobs_.find(*canonical) : jobs_.end();
  return at == jobs_.end() ? nullptr : at->second.get();
}

BulkJob* AsyncJobs::find_batch(const AsyncJob& job, std::string_view id) {
  const auto canonical = salesforce_wire::canonical_id(id);
  const auto at = std::find_if(job.batches.begin(), job.batches.end(),
                               [&](const BulkJob* batch) { return canonical && batch->id == *canonical; });
  return at == job.batches.end() ? nullptr : *at;
}

Outcome<BulkJob*> AsyncJobs::add_batch(AsyncJob& job, std::string data, const Knobs& knobs) {
  if (job.state != AsyncState::kOpen) return wrong_async_state(job, "only an open job takes batches");
  if (data.size() > kAsyncBatchBytesMax) {
    return invalid_batch("a batch has at most " + std::to_string(kAsyncBatchBytesMax) + " bytes");
  }
  if (trim_ascii(data).empty()) return invalid_batch("the batch is empty");
  std::vector<std::string> chunks;
  if (job.chunking) {
    PD_ASSIGN(cut, chunks_of(org_, *job.chunking, job.operation == BulkOperation::kQueryAll, data));
    chunks = std::move(cut);
  }
  PD_TRY(bulk_.check_room(1 + chunks.size(), data.size() * (1 + chunks.size()), knobs));
  BulkJob* added = append(job, std::move(data));
  if (!job.chunking) return added;
  PD_TRY(bulk_.abort(*added));
  for (std::string& chunk : chunks)
    append(job, std::move(chunk));
  return added;
}

BulkJob* AsyncJobs::append(AsyncJob& job, std::string data) {
  auto batch = std::make_unique<BulkJob>(CsvDialect{});
  batch->parent = job.id;
  batch->operation = job.operation;
  batch->object = job.object;
  batch->created_by = job.created_by;
  batch->version = job.version;
  batch->key_field = job.key_field;
  batch->origin = job.origin;
  batch->form = job.form;
  batch->uploaded = true;
  if (job.serial && !job.batches.empty()) batch->after = job.batches.back();
  (job.queries() ? batch->query : batch->data) = std::move(data);
  BulkJob* added = bulk_.add_batch(std::move(batch));
  job.batches.push_back(added);
  job.changed = org_.now();
  return added;
}

Outcome<void> AsyncJobs::close(AsyncJob& job) {
  if (job.state != AsyncState::kOpen) return wrong_async_state(job, "only an open job can be closed");
  job.state = AsyncState::kClosed;
  job.changed = org_.now();
  return {};
}

Outcome<void> AsyncJobs::abort(AsyncJob& job) {
  if (job.state == AsyncState::kAborted) return wrong_async_state(job, "a job can be aborted once");
  for (BulkJob* batch : job.batches) {
    if (!batch->over()) PD_TRY(bulk_.abort(*batch));
  }
  job.state = AsyncState::kAborted;
  job.changed = org_.now();
  return {};
}

}  // namespace prospectd::sandbox
