#include "connectors/salesforce/query_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "connectors/salesforce_wire/formats.h"

namespace prospectd::salesforce {
namespace {

namespace asio = boost::asio;
namespace wire = salesforce_wire;

}  // namespace

Call QueryReader::query_call(std::string target) const {
  Call call;
  call.target = std::move(target);
  call.headers.add("Sforce-Query-Options", "batchSize=" + std::to_string(options_.page_size));
  if (!options_.client_name.empty())
    call.headers.add("Sforce-Call-Options", "client=" + options_.client_name);
  return call;
}

/// A locator belongs to the session that made it: what a newer session answers about it means that the place
/// is gone, whatever it is called (API §5).
Error QueryReader::lost_place(Error error, const CallOutcome& outcome, const NextPlace& before) const {
  if (before.locator.empty()) return error;
  const bool other_session = outcome.renewed || (before.session != 0 && before.session != outcome.session);
  const ErrorClass what = error.error_class();
  const bool about_us =
      what == ErrorClass::kReauth || what == ErrorClass::kRecord || what == ErrorClass::kConfig;
  // A login that is refused is no answer about the place.
  const bool login = error.code == ErrorCode::kLoginRefused || error.code == ErrorCode::kRefusedTarget;
  if (other_session && about_us && !login) {
    return make_error(ErrorCode::kQueryRestart,
                      "the session that began the query is gone, and its place with it");
  }
  if (error.code == ErrorCode::kNotFound) error.code = ErrorCode::kQueryRestart;
  return error;
}

asio::awaitable<Result<Page>> QueryReader::read_page(std::string object, std::string target,
                                                     std::shared_ptr<const PageLayout> layout,
                                                     NextPlace before) {
  Call call = query_call(std::move(target));
  CallOutcome outcome = co_await rest_.get(std::move(call));
  if (!outcome.response) {
    Error error = std::move(outcome.response).error();
    if (doubts_schema(error.code)) schemas_.drop(object);
    co_return lost_place(std::move(error), outcome, before);
  }
  auto decoded = decoder_.decode(std::move(outcome.response->body), *layout);
  if (!decoded) co_return std::move(decoded).error();
  if (decoded->schema_in_doubt) schemas_.drop(object);
  co_return page_of(*std::move(decoded), *layout, before, outcome.session);
}

Result<Page> QueryReader::page_of(DecodedPage decoded, const PageLayout& layout, const NextPlace& before,
                                  uint64_t session) const {
  Page page;
  page.layout = layout.fields();
  page.total = decoded.total;
  const auto rows_here = static_cast<int64_t>(decoded.records.size() + decoded.bad.size());
  const bool first = before.locator.empty();
  const bool counted = first || before.rows >= 0;
  const int64_t rows = rows_here + (first ? 0 : std::max<int64_t>(before.rows, 0));
  page.records = std::move(decoded.records);
  page.bad = std::move(decoded.bad);
  if (decoded.done) {
    if (!counted || rows == decoded.total) return page;
    const ErrorCode code = first ? ErrorCode::kBadPayload : ErrorCode::kQueryRestart;
    return make_error(code, "the query ends after " + std::to_string(rows) + " of " +
                                std::to_string(decoded.total) + " records");
  }
  if (rows_here == 0) return make_error(ErrorCode::kBadPayload, "a page without records that isn't the last");
  if (rows >= decoded.total) {
    return make_error(ErrorCode::kBadPayload, "a query goes on after its last record");
  }
  auto locator = wire::locator_of(decoded.next_records_url);
  if (!locator) {
    return make_error(ErrorCode::kRefusedTarget, "the address of the next page leads away from this query");
  }
  if (*locator == before.locator) {
    return make_error(ErrorCode::kBadPayload, "the address of the next page is that of this one");
  }
  NextPlace next;
  next.locator = *std::move(locator);
  next.session = session;
  next.rows = counted ? rows : -1;
  next.total = decoded.total;
  next.query = before.query;
  page.next = counted ? format_next(options_.api_version, next) : next_target(options_.api_version, next);
  return page;
}

asio::awaitable<Result<int64_t>> QueryReader::read_count(std::string target,
                                                         std::shared_ptr<const PageLayout> layout) {
  Call call = query_call(std::move(target));
  CallOutcome outcome = co_await rest_.get(std::move(call));
  if (!outcome.response) co_return std::move(outcome.response).error();
  auto decoded = decoder_.decode(std::move(outcome.response->body), *layout);
  if (!decoded) co_return std::move(decoded).error();
  if (decoded->done && decoded->records.empty() && decoded->bad.empty()) co_return decoded->total;
  co_return make_error(ErrorCode::kBadPayload, "a count comes with records");
}

asio::awaitable<Result<void>> QueryReader::read_whole(std::string object, std::string target,
                                                      std::shared_ptr<const PageLayout> layout,
                                                      RowsLimit limit, Page& all) {
  size_t rows = 0;
  NextPlace before;
  // Every page but the last has a record, so there are no more pages than rows.
  for (size_t pages = 0; pages <= limit.rows_max; ++pages) {
    std::string address = before.locator.empty() ? target : next_target(options_.api_version, before);
    auto page = co_await read_page(object, std::move(address), layout, before);
    if (!page) co_return std::move(page).error();
    rows += page->records.size() + page->bad.size();
    if (rows > limit.rows_max || page->total > static_cast<int64_t>(limit.rows_max))
      co_return std::move(limit.beyond);
    std::move(page->records.begin(), page->records.end(), std::back_inserter(all.records));
    std::move(page->bad.begin(), page->bad.end(), std::back_inserter(all.bad));
    const auto next = parse_next(page->next);
    if (!next) break;
    before = *next;
  }
  co_return Result<void>{};
}

}  // namespace prospectd::salesforce
