#include "connectors/salesforce/salesforce_connector.h"

#include <algorithm>
#include <optional>
#include <set>

#include "connectors/salesforce/feed_request.h"
#include "connectors/salesforce/options_of.h"
#include "connectors/salesforce/query_reader.h"
#include "connectors/salesforce/rest_client.h"
#include "connectors/salesforce/salesforce_writer.h"
#include "connectors/salesforce/schemas.h"
#include "connectors/salesforce/session.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/ids.h"

namespace prospectd::salesforce {
namespace {

namespace asio = boost::asio;
namespace wire = salesforce_wire;

/// What may stand in a header: the name without everything else.
std::string header_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (wire::is_api_name({&c, 1}) || c == '-') out += c;
  }
  return out;
}

/// Ids that grow are a list that ends, and one that nothing is left out of.
Result<void> check_order(const Page& page, const RemoteId& after) {
  std::vector<std::string_view> ids;
  for (const mapping::Record& record : page.records)
    ids.push_back(record.id.str());
  if (!std::ranges::is_sorted(ids) || std::ranges::adjacent_find(ids) != ids.end() ||
      (!ids.empty() && ids.front() <= after.str())) {
    return make_error(ErrorCode::kBadPayload, "the CRM lists its records in another order than that of ids");
  }
  return {};
}

/// Where a list that has come so far goes on.
RemoteId last_of(const Page& page) {
  RemoteId last;
  for (const mapping::Record& record : page.records)
    last = std::max(last, record.id);
  for (const BadRecord& bad : page.bad)
    last = std::max(last, bad.id);
  return last;
}

class SalesforceConnector final : public Connector {
 public:
  SalesforceConnector(http::Transport& transport, Options options)
      : query_{options.api_version, std::clamp(options.page_size, kPageSizeMin, kPageSizeMax),
               header_word(options.client_name)},
        session_(transport, traffic_, session_options(options)),
        rest_(transport, traffic_, session_, rest_options(options)) {}

  asio::awaitable<Result<Timestamp>> server_time() override;
  asio::awaitable<Result<mapping::ObjectSchema>> describe(std::string object) override;
  void forget_describes() override { schemas_.clear(); }
  asio::awaitable<Result<Page>> fetch(FeedQuery query) override;
  asio::awaitable<Result<Page>> fetch_next(FeedQuery query, std::string next) override;
  asio::awaitable<Result<Page>> fetch_by_ids(std::string object, std::vector<std::string> fields,
                                             std::vector<RemoteId> ids) override;
  asio::awaitable<Result<int64_t>> count_records(std::string object) override;
  asio::awaitable<Result<Page>> list_records(ListingQuery query) override;
  Writer* writer() override { return &writer_; }
  ApiUsage usage() const override { return traffic_.usage; }
  int64_t calls() const override { return traffic_.calls; }

 private:
  QueryOptions query_;
  Traffic traffic_;
  Session session_;
  RestClient rest_;
  Schemas schemas_{query_.api_version, traffic_, rest_};
  QueryReader queries_{query_, rest_, schemas_};
  SalesforceWriter writer_{query_, rest_, schemas_, queries_};
};

asio::awaitable<Result<Timestamp>> SalesforceConnector::server_time() {
  Call call;
  call.target = "/services/data";
  call.authenticated = false;  // the list of versions is open and not metered (API §3.1)
  CallOutcome outcome = co_await rest_.get(std::move(call));
  if (!outcome.response) co_return std::move(outcome.response).error().within("ask for the time");
  const auto date = outcome.response->headers.get("Date");
  const auto time = date ? parse_http_date(*date) : std::nullopt;
  if (!time) co_return make_error(ErrorCode::kServerError, "the CRM's answers carry no readable Date");
  co_return *time;
}

asio::awaitable<Result<mapping::ObjectSchema>> SalesforceConnector::describe(std::string object) {
  auto schema = co_await schemas_.of(object);
  if (!schema) co_return std::move(schema).error().within(object);
  co_return mapping::ObjectSchema(**schema);
}

asio::awaitable<Result<Page>> SalesforceConnector::fetch(FeedQuery query) {
  auto layout = co_await schemas_.layout(query.object, query.fields);
  if (!layout) co_return std::move(layout).error().within(query.object);
  auto target = feed_target(query_.api_version, query, *layout);
  if (!target) co_return std::move(target).error().within(query.object);
  auto shared = std::make_shared<const PageLayout>(*std::move(layout));
  NextPlace before;
  before.query = mark_of(query);
  auto page = co_await queries_.read_page(query.object, *std::move(target), std::move(shared), before);
  if (!page) co_return std::move(page).error().within("query").within(query.object);
  co_return page;
}

asio::awaitable<Result<Page>> SalesforceConnector::fetch_next(FeedQuery query, std::string next) {
  const auto before = parse_next(next);
  if (!before) {
    Error error = make_error(ErrorCode::kRefusedTarget, "the next page is no place in a query of this CRM");
    co_return std::move(error).within("next page").within(query.object);
  }
  if (before->query != 0 && before->query != mark_of(query)) {
    Error error = make_error(ErrorCode::kRefusedTarget, "the next page is a place in another query");
    co_return std::move(error).within("next page").within(query.object);
  }
  auto layout = co_await schemas_.layout(query.object, query.fields);
  if (!layout) co_return std::move(layout).error().within(query.object);
  auto shared = std::make_shared<const PageLayout>(*std::move(layout));
  std::string target = next_target(query_.api_version, *before);
  auto page = co_await queries_.read_page(query.object, std::move(target), std::move(shared), *before);
  if (!page) co_return std::move(page).error().within("next page").within(query.object);
  co_return page;
}

asio::awaitable<Result<Page>> SalesforceConnector::fetch_by_ids(std::string object,
                                                                std::vector<std::string> fields,
                                                                std::vector<RemoteId> ids) {
  if (ids.size() > kFetchIdsMax) {
    co_return make_error(ErrorCode::kInvalidInput,
                         "more than " + std::to_string(kFetchIdsMax) + " ids at once");
  }
  auto made = co_await schemas_.layout(object, fields);
  if (!made) co_return std::move(made).error().within(object);
  auto layout = std::make_shared<const PageLayout>(*std::move(made));
  // What is no id names no record; one such would make the CRM refuse the whole list.
  std::set<std::string> wanted;
  for (const RemoteId& id : ids) {
    if (auto canonical = wire::canonical_id(id.str())) wanted.insert(*std::move(canonical));
  }
  Page all;
  all.layout = layout->fields();
  while (!wanted.empty()) {
    const std::vector<std::string> list(wanted.begin(), wanted.end());
    size_t asked = 0;
    auto target = ids_target(query_.api_version, object, *layout, list, asked);
    if (!target) co_return std::move(target).error().within(object);
    RowsLimit limit;
    limit.rows_max = asked;
    limit.beyond = make_error(ErrorCode::kBadPayload,
                              "more records than the " + std::to_string(asked) + " ids that were asked for");
    Result<void> read =
        co_await queries_.read_whole(object, *std::move(target), layout, std::move(limit), all);
    for (const mapping::Record& record : all.records)
      wanted.erase(record.id.str());
    for (const BadRecord& bad : all.bad)
      wanted.erase(bad.id.str());
    // Where the place in the list is lost half-way, the rest is asked for anew.
    const bool led_on = wanted.size() < list.size();
    if (!read && (read.error().code != ErrorCode::kQueryRestart || !led_on)) {
      co_return std::move(read).error().within("read by id").within(object);
    }
    if (!read) continue;
    for (size_t i = 0; i < asked; ++i)
      wanted.erase(list[i]);  // those that didn't come don't exist
  }
  all.total = static_cast<int64_t>(all.records.size() + all.bad.size());
  co_return all;
}

asio::awaitable<Result<int64_t>> SalesforceConnector::count_records(std::string object) {
  std::vector<std::string> no_fields;
  auto layout = co_await schemas_.layout(object, std::move(no_fields));
  if (!layout) co_return std::move(layout).error().within(object);
  auto shared = std::make_shared<const PageLayout>(*std::move(layout));
  std::string target = count_target(query_.api_version, object);
  auto count = co_await queries_.read_count(std::move(target), std::move(shared));
  if (!count) co_return std::move(count).error().within("count").within(object);
  co_return count;
}

asio::awaitable<Result<Page>> SalesforceConnector::list_records(ListingQuery query) {
  if (query.limit == 0 || query.limit > kListingMax) {
    co_return make_error(ErrorCode::kInvalidInput,
                         "a list has 1 to " + std::to_string(kListingMax) + " records");
  }
  std::vector<std::string> no_fields;
  auto made = co_await schemas_.layout(query.object, std::move(no_fields));
  if (!made) co_return std::move(made).error().within(query.object);
  auto layout = std::make_shared<const PageLayout>(*std::move(made));
  Page all;
  all.layout = layout->fields();
  ListingQuery rest = query;
  for (;;) {  // ends: each query begins behind the records that the one before has brought
    auto target = listing_target(query_.api_version, rest, *layout);
    if (!target) co_return std::move(target).error().within(query.object);
    RowsLimit limit;
    limit.rows_max = rest.limit;
    limit.beyond = make_error(ErrorCode::kBadPayload, "more records than the " + std::to_string(query.limit) +
                                                          " that were asked for");
    Result<void> read =
        co_await queries_.read_whole(query.object, *std::move(target), layout, std::move(limit), all);
    if (read) break;
    const size_t left = query.limit - all.records.size() - all.bad.size();
    const bool got_on = left < rest.limit && left > 0;
    if (read.error().code != ErrorCode::kQueryRestart || !got_on)
      co_return std::move(read).error().within("list").within(query.object);
    rest.limit = left;
    rest.after = last_of(all);
  }
  Result<void> in_order = check_order(all, query.after);
  if (!in_order) co_return std::move(in_order).error().within("list").within(query.object);
  all.total = static_cast<int64_t>(all.records.size() + all.bad.size());
  co_return all;
}

}  // namespace

std::unique_ptr<Connector> make_salesforce_connector(http::Transport& transport, Options options) {
  return std::make_unique<SalesforceConnector>(transport, std::move(options));
}

}  // namespace prospectd::salesforce
