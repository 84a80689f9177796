// AsyncJobs: the jobs of the Bulk API 1.0 (SALESFORCE_API §9): each a list of batches, which BulkJobs runs
// and owns. Kept for kBulkJobKept. One owner (the front), one thread; borrows the org and the bulk jobs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/async_chunks.h"
#include "connectors/sandbox/bulk_jobs.h"

namespace prospectd::sandbox {

enum class AsyncState : uint8_t { kOpen, kClosed, kAborted };
/// "Open", "Closed", "Aborted"
std::string_view name_of(AsyncState state);
/// "CSV", "JSON"
std::string_view name_of(BulkForm form);
/// What the state of a batch is called: "Queued", "NotProcessed", …
std::string_view batch_state_name(BulkState state);

constexpr size_t kAsyncBatchBytesMax = 10'000'000;

struct AsyncJob {
  std::string id;  ///< 18 characters, 750…
  BulkOperation operation = BulkOperation::kQuery;
  std::string object;     ///< canonical name
  std::string key_field;  ///< canonical name; of an upsert
  std::string assignment_rule;
  std::string created_by;  ///< a user's id, who is also the author of what it writes
  std::string origin;      ///< changeOrigin of what it writes
  salesforce_wire::ApiVersion version;
  BulkForm form = BulkForm::kCsv;
  std::optional<Chunking> chunking = std::nullopt;  ///< set: queries are cut into ranges of ids
  bool serial = false;                              ///< a batch waits for the end of the one before it
  AsyncState state = AsyncState::kOpen;
  Timestamp created{};
  Timestamp changed{};
  std::vector<BulkJob*> batches = {};

  bool queries() const { return operation <= BulkOperation::kQueryAll; }
  bool over() const;
};

class AsyncJobs {
 public:
  AsyncJobs(Org& org, BulkJobs& bulk) : org_(org), bulk_(bulk) {}

  /// Drops the jobs that were kept long enough, and aborts those that were open for too long.
  void advance();

  /// Ends them all: before BulkJobs forgets theirs.
  void forget_all() { jobs_.clear(); }

  /// Opens a job and gives it its id. **Errors:** EXCEEDEDQUOTA.
  Outcome<AsyncJob*> add(std::unique_ptr<AsyncJob> job);
  /// nullptr when there is no such job.
  AsyncJob* find(std::string_view id);
  /// nullptr when the job has no such batch.
  static BulkJob* find_batch(const AsyncJob& job, std::string_view id);
  /// Adds a batch: records, or the text of a query. Where a query is cut, the batch itself is not processed,
  /// and those behind it are.
  /// **Errors:** INVALIDJOBSTATE, INVALIDBATCH for what is too large or empty, EXCEEDEDQUOTA.
  Outcome<BulkJob*> add_batch(AsyncJob& job, std::string data, const Knobs& knobs);
  /// No more batches are taken. **Errors:** INVALIDJOBSTATE unless it is open.
  Outcome<void> close(AsyncJob& job);
  /// What was not processed by now never is. **Errors:** INVALIDJOBSTATE when it is aborted already.
  Outcome<void> abort(AsyncJob& job);

 private:
  BulkJob* append(AsyncJob& job, std::string data);

  Org& org_;
  BulkJobs& bulk_;
  std::map<std::string, std::unique_ptr<AsyncJob>, std::less<>> jobs_;  // ids rise with their creation
};

}  // namespace prospectd::sandbox
