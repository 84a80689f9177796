// BulkIngest: an ingest job under way (SALESFORCE_API §8.2, §9): takes the upload record by record, writes
// each through the org's own checks, and tells the job what became of it. Each record is committed by itself.
// Borrows the org and the job; one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "connectors/sandbox/bulk_jobs.h"
#include "connectors/sandbox/bulk_upload.h"

namespace prospectd::sandbox {

class BulkIngest {
 public:
  BulkIngest(Org& org, BulkJob& job);

  /// Finds out what the records have.
  /// **Errors:** whose message tells why the job fails as a whole.
  Outcome<void> begin(const Knobs& knobs);
  /// Takes up to `rows` more records; false when there are none left.
  bool step(int64_t rows, const Knobs& knobs);
  /// Moves the records that were not taken so far to the job's unprocessed ones.
  void set_aside_rest();

 private:
  struct Written {
    std::string id;
    bool created = false;
  };

  void take_chunk(const std::vector<UploadRecord>& chunk, const Knobs& knobs);
  Outcome<Written> write(const UploadRecord& record, bool twice, const Knobs& knobs);
  Outcome<Written> upsert(const UploadRecord& record, bool twice, const Knobs& knobs);
  Outcome<Written> update(const std::string& id, const UploadRecord& record, const Knobs& knobs);
  Outcome<Written> create(const UploadRecord& record, bool with_key, const Knobs& knobs);
  Outcome<Written> erase(const std::string& id);
  void report(const UploadRecord& record, const Outcome<Written>& outcome);
  void report_sorted(const UploadRecord& record, const Outcome<Written>& outcome);
  void report_in_order(const Outcome<Written>& outcome);

  Org& org_;
  BulkJob& job_;
  Table& table_;
  std::unique_ptr<BulkUpload> upload_;
};

}  // namespace prospectd::sandbox
