// What goes into bulk jobs and what comes out of them: the upload, and the results as CSV, page by page
// (SALESFORCE_API §8.1, §8.2).
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/rest_bulk.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

constexpr size_t kResultPagesMax = 5;
constexpr std::string_view kNoLocator = "null";
constexpr int kLocatorVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

template <class T>
std::optional<T> whole_number_of(std::string_view text) {
  T number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

// A locator is the number of the next row, "10000" as MTAwMDA.
std::string locator_text(size_t row) {
  const std::string digits = std::to_string(row);
  std::string text(sodium_base64_encoded_len(digits.size(), kLocatorVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(digits.data()),
                    digits.size(), kLocatorVariant);
  text.pop_back();  // the terminating NUL
  return text;
}

std::optional<size_t> row_of_locator(std::string_view text) {
  constexpr size_t kDigitsMax = 20;
  char digits[kDigitsMax];
  size_t size = 0;
  const char* end = nullptr;
  const int bad = sodium_base642bin(reinterpret_cast<unsigned char*>(digits), sizeof(digits), text.data(),
                                    text.size(), nullptr, &size, &end, kLocatorVariant);
  if (bad != 0 || end != text.data() + text.size()) return std::nullopt;
  return whole_number_of<size_t>({digits, size});
}

// Results are there when the job is over, for the API version that made it.
Outcome<void> check_results(const Call& call, const BulkJob& job) {
  if (!job.over()) {
    return api_error("INVALIDJOBSTATE", "InvalidJobState : the job has no results yet, its state is " +
                                            std::string(name_of(job.state)));
  }
  if (call.version == job.version) return {};
  return api_error(409, "API_ERROR",
                   "The job was created with API version " + job.version.text() +
                       "; its results can be retrieved with that version only");
}

Outcome<size_t> page_rows_of(const Call& call) {
  const auto max = static_cast<size_t>(call.state.knobs.bulk_page_rows_max);
  const auto wanted = call.parameter("maxRecords");
  if (!wanted) return max;
  const auto rows = whole_number_of<size_t>(*wanted);
  if (!rows || *rows == 0) {
    return api_error(std::string(code::kNumberOutsideValidRange), "maxRecords must be a whole number from 1");
  }
  return std::min(max, *rows);
}

Outcome<size_t> first_row_of(const Call& call, const BulkJob& job) {
  const auto locator = call.parameter("locator");
  if (!locator) return size_t{0};
  const auto row = row_of_locator(*locator);
  if (!row || *row == 0 || *row >= job.results.rows()) {
    return api_error(std::string(code::kInvalidQueryLocator), "invalid query locator");
  }
  return *row;
}

// A query that failed or was aborted has no results; one that found nothing has a header line.
Outcome<void> check_query_results(const Call& call, const BulkJob& job) {
  PD_TRY(check_results(call, job));
  if (job.state == BulkState::kJobComplete) return {};
  return api_error("INVALIDJOBSTATE", "InvalidJobState : the job has no results, its state is " +
                                          std::string(name_of(job.state)));
}

// The columns of an upload behind those that the org puts before them.
http::Response sorted_rows(const Call& call, const BulkJob& job, std::vector<std::string> columns,
                           const CsvRows& rows) {
  columns.insert(columns.end(), job.columns.begin(), job.columns.end());
  std::string body = columns.empty() ? std::string() : csv_line(job.dialect, columns);
  if (call.state.knobs.bulk_results_reversed) {
    for (size_t row = rows.rows(); row > 0; --row)
      body += rows.slice(row - 1, row);
  } else {
    body += rows.all();
  }
  http::Response answer = csv_answer(std::move(body));
  answer.headers.set("Sforce-NumberOfRecords", std::to_string(rows.rows()));
  return answer;
}

}  // namespace

http::Response csv_answer(std::string body) {
  http::Response answer;
  answer.status = 200;
  answer.headers.set("Content-Type", "text/csv; charset=UTF-8");
  answer.body = std::move(body);
  return answer;
}

Outcome<http::Response> answer_upload(Call& call, BulkJob& job) {
  if (call.request.content_type() != "text/csv") {
    return api_error(415, std::string(code::kUnsupportedMediaType), "the data of a job has to be text/csv");
  }
  PD_TRY(call.state.bulk.upload(job, call.request.body));
  http::Response answer;
  answer.status = 201;
  return answer;
}

Outcome<http::Response> answer_query_results(Call& call, BulkJob& job) {
  PD_TRY(check_query_results(call, job));
  PD_ASSIGN(rows, page_rows_of(call));
  PD_ASSIGN(from, first_row_of(call, job));
  const size_t to = from + std::min(rows, job.results.rows() - from);
  std::string body = csv_line(job.dialect, job.columns);
  http::Response answer = csv_answer(body.append(job.results.slice(from, to)));
  answer.headers.set("Sforce-NumberOfRecords", std::to_string(to - from));
  answer.headers.set("Sforce-Locator", to < job.results.rows() ? locator_text(to) : std::string(kNoLocator));
  call.state.stats.records_served += static_cast<int64_t>(to - from);
  return answer;
}

Outcome<http::Response> answer_result_pages(Call& call, BulkJob& job) {
  PD_TRY(check_query_results(call, job));
  PD_ASSIGN(rows, page_rows_of(call));
  PD_ASSIGN(from, first_row_of(call, job));
  const std::string path = call.base() + "/jobs/query/" + job.id;
  const auto link = [&](std::string_view resource, size_t row) {
    return path + "/" + std::string(resource) + "?maxRecords=" + std::to_string(rows) +
           (row == 0 ? "" : "&locator=" + locator_text(row));
  };
  nlohmann::json pages = nlohmann::json::array();
  size_t row = from;
  while (pages.size() < kResultPagesMax && (row < job.results.rows() || row == 0)) {
    pages.push_back({{"resultUrl", link("results", row)}});
    row += std::min(rows, std::max<size_t>(job.results.rows() - row, 1));
  }
  nlohmann::json out = {{"resultPages", std::move(pages)}, {"done", row >= job.results.rows()}};
  if (row < job.results.rows()) out["nextRecordsUrl"] = link("resultPages", row);
  return json_answer(200, out.dump());
}

Outcome<http::Response> answer_successful_results(Call& call, BulkJob& job) {
  PD_TRY(check_results(call, job));
  return sorted_rows(call, job, {"sf__Id", "sf__Created"}, job.succeeded);
}

Outcome<http::Response> answer_failed_results(Call& call, BulkJob& job) {
  PD_TRY(check_results(call, job));
  return sorted_rows(call, job, {"sf__Id", "sf__Error"}, job.refused);
}

Outcome<http::Response> answer_unprocessed(Call& call, BulkJob& job) {
  PD_TRY(check_results(call, job));
  return sorted_rows(call, job, {}, job.unprocessed);
}

}  // namespace prospectd::sandbox
