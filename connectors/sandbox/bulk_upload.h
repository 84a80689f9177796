// BulkUpload: the records of a bulk job's upload, one after the other, whatever form they came in: CSV
// (SALESFORCE_API §8.2), or JSON as the Bulk API 1.0 takes it too (§9). Borrows the org and the job; one
// thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/bulk_jobs.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/knobs.h"
#include "connectors/sandbox/outcome.h"

namespace prospectd::sandbox {

constexpr std::string_view kIdField = "Id";

/// One record as it was sent.
struct UploadRecord {
  std::string id;                                  ///< what names it; empty: nothing does
  std::string key;                                 ///< of an upsert by another field than Id; empty: none
  std::vector<std::string> cells = {};             ///< of CSV, as many as the job has columns
  size_t place = 0;                                ///< in the upload, from 0
  std::optional<ApiError> problem = std::nullopt;  ///< why it can't be read
};

class BulkUpload {
 public:
  virtual ~BulkUpload() = default;

  /// Finds out what the records have. Without it they can be read, but have no fields.
  /// **Errors:** whose message tells why the job fails as a whole.
  virtual Outcome<void> begin(const Knobs& knobs) = 0;
  virtual bool more() = 0;
  /// The next record; there has to be one.
  virtual UploadRecord take() = 0;
  /// What the record says of its fields, without those that name it; `with_key`: the key is one of them.
  /// **Errors:** as the refusal of that record.
  virtual Outcome<FieldValues> fields_of(const UploadRecord& record, bool with_key, const Knobs& knobs) = 0;
};

/// Also tells the job its columns. (bulk_csv_upload.cpp)
std::unique_ptr<BulkUpload> make_csv_upload(const Org& org, BulkJob& job);
/// A list of objects. (bulk_json_upload.cpp)
std::unique_ptr<BulkUpload> make_json_upload(const Org& org, const BulkJob& job);

/// The field by which an upsert may find records, ignoring letter case: Id, or one that serves as a key.
/// nullptr when the object has no such field.
const Field* upsert_key(const Table& table, std::string_view name);
/// Whether an upsert's key is another field than the Id.
bool upserts_by_key(const BulkJob& job);
/// A key as it is compared.
std::string key_form(std::string_view text);
/// The live records that have this key.
std::vector<Row> rows_with_key(const Org& org, const Table& table, const Field& field, std::string_view text);

/// INVALIDBATCH: the data as a whole can't be taken.
ApiError invalid_batch(std::string_view why);

}  // namespace prospectd::sandbox
