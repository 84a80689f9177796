// The Bulk API 1.0 over HTTP (SALESFORCE_API §9): what its resources are asked and answer, in XML or JSON.
// Internal to the sandbox; one thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/sandbox/async_jobs.h"
#include "connectors/sandbox/rest_call.h"

namespace prospectd::sandbox {

/// A call whose job and batch, as far as its path names them, have been found.
struct AsyncCall {
  Call& call;
  AsyncJob* job = nullptr;
  BulkJob* batch = nullptr;

  /// Whether the answer is JSON: as the request says by Accept or by its own form, else as the job is.
  bool json() const;
};

// rest_async_documents.cpp
/// What jobInfo and batchInfo hold, in the order of XML.
using AsyncMembers = std::vector<std::pair<std::string_view, nlohmann::json>>;
http::Response job_info_answer(int status, const AsyncCall& of);
http::Response batch_info_answer(int status, const AsyncCall& of);
http::Response batch_list_answer(const AsyncCall& of);
http::Response result_list_answer(const AsyncCall& of, const std::vector<std::string>& ids);
/// {"exceptionCode":…,"exceptionMessage":…}: the names of the Bulk API 2.0 in this one's spelling.
http::Response async_error_answer(const ApiError& error, bool json);

}  // namespace prospectd::sandbox
