#include "connectors/salesforce/salesforce_connector.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "connectors/salesforce/answers.h"
#include "connectors/salesforce/feed_request.h"
#include "connectors/salesforce/options_of.h"
#include "connectors/salesforce/page_decoder.h"
#include "connectors/salesforce/rest_client.h"
#include "connectors/salesforce/session.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/ids.h"

namespace prospectd::salesforce {
namespace {

namespace asio = boost::asio;
namespace wire = salesforce_wire;
using SchemaPtr = std::shared_ptr<const mapping::ObjectSchema>;

constexpr size_t kObjectNameMax = 80;

bool is_object_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= kObjectNameMax && std::all_of(name.begin(), name.end(), allowed);
}

/// What may stand in a header: the name without everything else.
std::string header_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_object_name({&c, 1}) || c == '-' || c == '.') out += c;
  }
  return out;
}

/// The answers after which a kept describe is no longer believed.
bool doubts_schema(ErrorCode code) {
  return code == ErrorCode::kUnknownField || code == ErrorCode::kUnknownObject ||
         code == ErrorCode::kPermission;
}

/// Describes by object, for as long as they are believed.
class SchemaCache {
 public:
  SchemaPtr find(const std::string& object, std::optional<Timestamp> now) const {
    const auto found = entries_.find(to_lower_ascii(object));
    if (found == entries_.end()) return nullptr;
    const Entry& entry = found->second;
    const bool old = now && entry.read_at && *now - *entry.read_at > kDescribeAgeMax;
    return old ? nullptr : entry.schema;
  }
  void keep(const std::string& object, SchemaPtr schema, std::optional<Timestamp> now) {
    if (entries_.size() >= kDescribesMax) entries_.clear();
    Entry entry;
    entry.schema = std::move(schema);
    entry.read_at = now;
    entries_.insert_or_assign(to_lower_ascii(object), std::move(entry));
  }
  void drop(const std::string& object) { entries_.erase(to_lower_ascii(object)); }
  void clear() { entries_.clear(); }

 private:
  struct Entry {
    SchemaPtr schema;
    std::optional<Timestamp> read_at;  ///< by the CRM's clock
  };
  std::map<std::string, Entry> entries_;
};

class SalesforceConnector final : public Connector {
 public:
  SalesforceConnector(http::Transport& transport, Options options)
      : version_(std::move(options.api_version)),
        page_size_(std::clamp(options.page_size, kPageSizeMin, kPageSizeMax)),
        client_name_(header_word(options.client_name)),
        session_(transport, traffic_, session_options(options)),
        rest_(transport, traffic_, session_, rest_options(options)) {}

  asio::awaitable<Result<Timestamp>> server_time() override;
  asio::awaitable<Result<mapping::ObjectSchema>> describe(std::string object) override;
  void forget_describes() override { schemas_.clear(); }
  asio::awaitable<Result<Page>> fetch(FeedQuery query) override;
  asio::awaitable<Result<Page>> fetch_next(FeedQuery query, std::string next) override;
  asio::awaitable<Result<Page>> fetch_by_ids(std::string object, std::vector<std::string> fields,
                                             std::vector<RemoteId> ids) override;
  ApiUsage usage() const override { return traffic_.usage; }
  int64_t calls() const override { return traffic_.calls; }

 private:
  asio::awaitable<Result<SchemaPtr>> schema_of(std::string object);
  asio::awaitable<Result<PageLayout>> layout_of(std::string object, std::vector<std::string> fields);
  asio::awaitable<Result<Page>> read_page(std::string object, std::string target,
                                          std::shared_ptr<const PageLayout> layout, NextPlace before);
  asio::awaitable<Result<void>> read_list(std::string object, std::string target,
                                          std::shared_ptr<const PageLayout> layout, size_t asked, Page& all);
  Call query_call(std::string target) const;
  Error lost_place(Error error, const CallOutcome& outcome, const NextPlace& before) const;
  Result<Page> page_of(DecodedPage decoded, const PageLayout& layout, const NextPlace& before,
                       uint64_t session) const;

  std::string version_;
  size_t page_size_;
  std::string client_name_;
  Traffic traffic_;
  Session session_;
  RestClient rest_;
  SchemaCache schemas_;
  PageDecoder decoder_;
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

asio::awaitable<Result<SchemaPtr>> SalesforceConnector::schema_of(std::string object) {
  if (!is_object_name(object)) {
    co_return make_error(ErrorCode::kUnknownObject,
                         "'" + repair_utf8(object.substr(0, kObjectNameMax)) + "' is no name of an object");
  }
  if (!wire::parse_api_version(version_) || !version_.starts_with('v')) {
    co_return make_error(ErrorCode::kConfigInvalid, "the API version must be written like v60.0");
  }
  if (auto kept = schemas_.find(object, traffic_.server_time)) co_return kept;
  Call call;
  call.target = "/services/data/" + version_ + "/sobjects/" + object + "/describe";
  call.kind = wire::RequestKind::kDescribe;
  CallOutcome outcome = co_await rest_.get(std::move(call));
  if (!outcome.response) co_return std::move(outcome.response).error().within("describe");
  auto parsed = parse_describe(outcome.response->body);
  if (!parsed) co_return std::move(parsed).error().within("describe");
  auto schema = std::make_shared<const mapping::ObjectSchema>(*std::move(parsed));
  schemas_.keep(object, schema, traffic_.server_time);
  co_return schema;
}

asio::awaitable<Result<mapping::ObjectSchema>> SalesforceConnector::describe(std::string object) {
  auto schema = co_await schema_of(object);
  if (!schema) co_return std::move(schema).error().within(object);
  co_return mapping::ObjectSchema(**schema);
}

/// A kept describe may be older than a field that is asked for, so it is read again before the field is
/// refused.
asio::awaitable<Result<PageLayout>> SalesforceConnector::layout_of(std::string object,
                                                                   std::vector<std::string> fields) {
  const bool was_kept = schemas_.find(object, traffic_.server_time) != nullptr;
  auto schema = co_await schema_of(object);
  if (!schema) co_return std::move(schema).error();
  auto layout = PageLayout::make(**schema, fields);
  if (layout || layout.error().code != ErrorCode::kUnknownField) co_return layout;
  schemas_.drop(object);
  if (!was_kept) co_return layout;
  schema = co_await schema_of(object);
  if (!schema) co_return std::move(schema).error();
  co_return PageLayout::make(**schema, fields);
}

Call SalesforceConnector::query_call(std::string target) const {
  Call call;
  call.target = std::move(target);
  call.headers.add("Sforce-Query-Options", "batchSize=" + std::to_string(page_size_));
  if (!client_name_.empty()) call.headers.add("Sforce-Call-Options", "client=" + client_name_);
  return call;
}

/// A locator belongs to the session that made it: what a newer session answers about it means that the place
/// is gone, whatever it is called (API §5).
Error SalesforceConnector::lost_place(Error error, const CallOutcome& outcome,
                                      const NextPlace& before) const {
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

asio::awaitable<Result<Page>> SalesforceConnector::read_page(std::string object, std::string target,
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

/// Judges the page as one of a row of pages, so that no query ends short or runs in circles (F06, F08).
Result<Page> SalesforceConnector::page_of(DecodedPage decoded, const PageLayout& layout,
                                          const NextPlace& before, uint64_t session) const {
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
  page.next = counted ? format_next(version_, next) : next_target(version_, next);
  return page;
}

asio::awaitable<Result<Page>> SalesforceConnector::fetch(FeedQuery query) {
  auto layout = co_await layout_of(query.object, query.fields);
  if (!layout) co_return std::move(layout).error().within(query.object);
  auto target = feed_target(version_, query, *layout);
  if (!target) co_return std::move(target).error().within(query.object);
  auto shared = std::make_shared<const PageLayout>(*std::move(layout));
  NextPlace before;
  before.query = mark_of(query);
  auto page = co_await read_page(query.object, *std::move(target), std::move(shared), before);
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
  auto layout = co_await layout_of(query.object, query.fields);
  if (!layout) co_return std::move(layout).error().within(query.object);
  auto shared = std::make_shared<const PageLayout>(*std::move(layout));
  std::string target = next_target(version_, *before);
  auto page = co_await read_page(query.object, std::move(target), std::move(shared), *before);
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
  auto made = co_await layout_of(object, fields);
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
    auto target = ids_target(version_, object, *layout, list, asked);
    if (!target) co_return std::move(target).error().within(object);
    Result<void> read = co_await read_list(object, *std::move(target), layout, asked, all);
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

/// Reads one list of `asked` ids to its end, page by page; what came before an error stays in `all`.
asio::awaitable<Result<void>> SalesforceConnector::read_list(std::string object, std::string target,
                                                             std::shared_ptr<const PageLayout> layout,
                                                             size_t asked, Page& all) {
  size_t rows = 0;
  NextPlace before;
  // Every page but the last has a record, so there are no more pages than ids.
  for (size_t pages = 0; pages <= kFetchIdsMax; ++pages) {
    std::string address = before.locator.empty() ? target : next_target(version_, before);
    auto page = co_await read_page(object, std::move(address), layout, before);
    if (!page) co_return std::move(page).error();
    rows += page->records.size() + page->bad.size();
    if (rows > asked || page->total > static_cast<int64_t>(asked)) {
      co_return make_error(ErrorCode::kBadPayload,
                           "more records than the " + std::to_string(asked) + " ids that were asked for");
    }
    std::move(page->records.begin(), page->records.end(), std::back_inserter(all.records));
    std::move(page->bad.begin(), page->bad.end(), std::back_inserter(all.bad));
    const auto next = parse_next(page->next);
    if (!next) break;
    before = *next;
  }
  co_return Result<void>{};
}

}  // namespace

std::unique_ptr<Connector> make_salesforce_connector(http::Transport& transport, Options options) {
  return std::make_unique<SalesforceConnector>(transport, std::move(options));
}

}  // namespace prospectd::salesforce
