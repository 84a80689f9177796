// What a client asks for in creating a bulk job, whichever of the two APIs it is for (SALESFORCE_API §8, §9):
// its texts, and what they mean to this org. Internal to the sandbox; one thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/sandbox/bulk_jobs.h"
#include "connectors/sandbox/rest_call.h"

namespace prospectd::sandbox {

/// Who takes the request: jobs/query, jobs/ingest, or the job of the Bulk API 1.0.
enum class JobTaker : uint8_t { kQuery, kIngest, kAsync };

/// The texts of a creation as they were sent; empty: not there.
struct JobRequest {
  std::string operation;
  std::string object;
  std::string query;
  std::string key_field;
  std::string assignment_rule;
  std::string content_type;
  std::string delimiter;
  std::string line_ending;
  std::string concurrency;
  std::string state;  ///< of a change
};

/// Names and texts, as XML has them.
/// **Errors:** JSON_PARSER_ERROR for a name that the taker doesn't know.
Outcome<JobRequest> job_request_of(const std::vector<std::pair<std::string, std::string>>& members,
                                   JobTaker taker);
/// The same out of a JSON object.
/// **Errors:** JSON_PARSER_ERROR for what is none, an unknown name, and a value that is no text.
Outcome<JobRequest> read_job_request(std::string_view json, JobTaker taker);

/// **Errors:** INVALIDJOB unless it is one from `first` to `last`.
Outcome<BulkOperation> operation_of(const JobRequest& request, BulkOperation first, BulkOperation last);
/// The object that the job is about, as the caller may see it.
/// **Errors:** INVALIDJOB without one, INVALIDENTITY for one that the operation can't be done with.
Outcome<const Table*> object_of(const Call& call, const JobRequest& request, BulkOperation operation);
/// The canonical name of the key that an upsert needs, and no other operation has.
/// **Errors:** INVALIDJOB.
Outcome<std::string> key_field_of(const Table& table, const JobRequest& request, BulkOperation operation);

ApiError invalid_job(std::string_view why);

}  // namespace prospectd::sandbox
