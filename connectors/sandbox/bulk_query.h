// Queries of bulk jobs: what such a query may ask, and its rows as CSV, or as JSON for the Bulk API 1.0
// (SALESFORCE_API §8.1, §9). Pure; borrows the org; one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/bulk_csv.h"
#include "connectors/sandbox/bulk_jobs.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/knobs.h"
#include "connectors/sandbox/outcome.h"
#include "connectors/sandbox/soql_bind.h"

namespace prospectd::sandbox {

/// Reads and binds a bulk job's query.
/// **Errors:** as the query resource; API_ERROR for what the Bulk API doesn't carry out.
Outcome<BoundQuery> bind_bulk_query(const Org& org, const Knobs& knobs, std::string_view text,
                                    const QueryContext& context);

/// The rows of a query's answer in the form of its job, with the values of this moment.
struct BulkAnswer {
  std::vector<std::string> columns;
  CsvRows rows;
  std::string json = {};  ///< records, between the brackets of their list
  int64_t count = 0;
};
/// **Errors:** EXCEEDEDQUOTA when the rows take more than `bytes_max` bytes.
Outcome<BulkAnswer> run_bulk_query(const BoundQuery& query, const BulkJob& job, size_t bytes_max);

}  // namespace prospectd::sandbox
