#include "daemon/api/acts_lists.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/api/entity_tag.h"
#include "daemon/api/list_wish.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using service::Service;
using store::Collection;

constexpr const char* kFilterParameter = "filter[q]";

/// A row as it is shown, with its place in the list.
struct Shown {
  Json resource;
  std::string cursor;
  std::string tag = {};  ///< its entity tag; empty for what has no version
};
using ShownRows = Result<std::vector<Shown>>;

Refusal refused_filter(const Error& error) {
  Refusal refusal = refuse(Refused::kInvalidInput, error.message);
  refusal.parameter = kFilterParameter;
  return refusal;
}

// ---- prospects ----

std::vector<Shown> shown_prospects(const std::vector<store::ProspectRow>& rows, const Service& service) {
  std::vector<Shown> shown;
  for (const store::ProspectRow& row : rows)
    shown.push_back({prospect_resource(row, service), cursor_after(row.prospect.id.value, row.keys),
                     entity_tag(row.prospect.version)});
  return shown;
}

asio::awaitable<ShownRows> read_prospects(Service& service, store::ProspectQuery query) {
  const Result<std::vector<store::ProspectRow>> rows = co_await service.prospects(std::move(query));
  if (!rows) co_return rows.error();
  co_return shown_prospects(*rows, service);
}

std::optional<Refusal> read_filters(Service& service, Parameters& parameters, store::ProspectQuery& query) {
  query.text = parameters.text("filter[text]").value_or(std::string{});
  query.without_key = parameters.flag("filter[withoutKey]");
  const auto text = parameters.text(kFilterParameter);
  if (!text) return std::nullopt;
  auto filter = service.prospect_filter(*text);
  if (!filter) return refused_filter(filter.error());
  query.filter = *std::move(filter);
  return std::nullopt;
}

// ---- collections ----

std::string tag_of(const store::ListRow& row) {
  return row.version == 0 ? std::string() : entity_tag(row.version);
}

asio::awaitable<ShownRows> read_rows(Service& service, store::ListQuery query) {
  const Collection& of = *query.of;
  const Result<std::vector<store::ListRow>> rows = co_await service.list(std::move(query));
  if (!rows) co_return rows.error();
  std::vector<Shown> shown;
  for (const store::ListRow& row : *rows)
    shown.push_back({row_resource(of, row), cursor_after(row.id, row.keys), tag_of(row)});
  co_return shown;
}

// What is wrong with the value of filter[NAME], told without the expression that it was made into.
Refusal refused_value(const std::string& parameter, const Error& error) {
  const std::string line = error.message.substr(0, error.message.find('\n'));
  const size_t what = line.find(": ");
  Refusal refusal =
      refuse(Refused::kInvalidInput, "the query parameter \"" + parameter + "\" has a wrong value: " +
                                         (what == std::string::npos ? line : line.substr(what + 2)));
  refusal.parameter = parameter;
  return refusal;
}

// All as one expression; each is parsed by itself first, so that a fault is told with its parameter.
std::optional<Refusal> read_filters(Service& service, Parameters& parameters, store::ListQuery& query) {
  PlainFilters plain = plain_filters(parameters, *query.of);
  query.referring = std::move(plain.referring);
  std::string all;
  if (const auto text = parameters.text(kFilterParameter)) {
    const auto filter = service.list_filter(*query.of, *text);
    if (!filter) return refused_filter(filter.error());
    if (!trim_ascii(*text).empty()) all = "(" + *text + ")";
  }
  for (const auto& [parameter, expression] : plain.expressions) {
    const auto filter = service.list_filter(*query.of, expression);
    if (!filter) return refused_value(parameter, filter.error());
    all += (all.empty() ? "" : " ") + expression;
  }
  if (all.empty()) return std::nullopt;
  auto filter = service.list_filter(*query.of, all);
  if (!filter) return refuse(Refused::kInvalidInput, "the filters are too long together");
  query.filter = *std::move(filter);
  return std::nullopt;
}

// ---- what they refer to ----

asio::awaitable<ShownRows> read_by_number(Service& service, const std::string& type,
                                          std::vector<int64_t> ids) {
  if (type == "prospects") {
    store::ProspectQuery query;
    query.limit = ids.size();
    query.ids = std::move(ids);
    ShownRows rows = co_await read_prospects(service, std::move(query));
    co_return rows;
  }
  store::ListQuery query;
  query.of = store::collection_named(type);
  query.limit = ids.size();
  query.ids = std::move(ids);
  ShownRows rows = co_await read_rows(service, std::move(query));
  co_return rows;
}

// The numbers that relationships of these names lead to, by type.
std::map<std::string, std::set<int64_t>> referred(const std::vector<Json>& resources, const ShowWish& wish) {
  std::map<std::string, std::set<int64_t>> numbers;
  for (const Json& resource : resources) {
    for (const Relationship& relationship : wish.include) {
      const Json& data = resource["relationships"][relationship.name]["data"];
      if (!data.is_object()) continue;
      numbers[relationship.to].insert(number_of(data["id"].get<std::string>()).value_or(0));
    }
  }
  return numbers;
}

asio::awaitable<Result<std::vector<Json>>> read_included(Service& service, const std::vector<Json>& resources,
                                                         const ShowWish& wish) {
  std::vector<Json> included;
  std::set<std::pair<std::string, std::string>> there;
  for (const Json& resource : resources)
    there.emplace(resource["type"], resource["id"]);
  const std::map<std::string, std::set<int64_t>> wanted = referred(resources, wish);
  for (const auto& [type, numbers] : wanted) {
    std::vector<int64_t> ids(numbers.begin(), numbers.end());
    ShownRows rows = co_await read_by_number(service, type, std::move(ids));
    if (!rows) co_return std::move(rows).error();
    for (Shown& row : *rows) {
      // A document has each resource once.
      if (there.emplace(row.resource["type"], row.resource["id"]).second)
        included.push_back(std::move(row.resource));
    }
  }
  co_return included;
}

// ---- answers ----

asio::awaitable<http::Response> answer_with(Service& service, const Call& call, const ListWish& wish,
                                            ShownRows rows) {
  if (!rows) co_return failed(rows.error());
  ListDocument document;
  document.self = link_of(call, {});
  if (rows->size() > wish.size) document.next = link_of(call, (*rows)[wish.size - 1].cursor);
  rows->resize(std::min(rows->size(), wish.size));
  for (Shown& row : *rows)
    document.resources.push_back(std::move(row.resource));
  if (!wish.show.include.empty()) {
    auto included = co_await read_included(service, document.resources, wish.show);
    if (!included) co_return failed(included.error());
    document.included = *std::move(included);
    for (Json& resource : *document.included)
      keep_fields(resource, wish.show);
  }
  for (Json& resource : document.resources)
    keep_fields(resource, wish.show);
  co_return many(std::move(document));
}

template <class Row>
ShownRows shown_with(const Result<std::vector<Row>>& rows, const Service& service,
                     Json (*show)(const Row&, const Service&)) {
  if (!rows) return rows.error();
  std::vector<Shown> shown;
  for (const Row& row : *rows)
    shown.push_back({show(row, service), std::to_string(row.id.value)});
  return shown;
}

// Reads the page, and one row more.
asio::awaitable<ShownRows> read_page(Service& service, Call& call, const ListWish& wish,
                                     std::optional<Refusal>& refusal) {
  const size_t limit = wish.size + 1;
  ShownRows rows = std::vector<Shown>{};
  if (call.type == "prospects") {
    store::ProspectQuery query;
    query.place = wish.place;
    query.limit = limit;
    refusal = read_filters(service, call.parameters, query);
    if (refusal || call.parameters.fault()) co_return rows;
    rows = co_await read_prospects(service, std::move(query));
  } else if (call.type == "duplicates") {
    const bool only_open = call.parameters.flag("filter[open]");
    if (call.parameters.fault()) co_return rows;
    const auto found = co_await service.duplicates(DuplicateId{wish.place.after}, limit, only_open);
    rows = shown_with(found, service, duplicate_resource);
  } else if (call.type == "deadLetters") {
    const auto found = co_await service.dead_letters(DeadLetterId{wish.place.after}, limit);
    rows = shown_with(found, service, dead_letter_resource);
  } else {
    store::ListQuery query;
    query.of = store::collection_named(call.type);
    query.place = wish.place;
    query.limit = limit;
    refusal = read_filters(service, call.parameters, query);
    if (refusal || call.parameters.fault()) co_return rows;
    rows = co_await read_rows(service, std::move(query));
  }
  co_return rows;
}

asio::awaitable<http::Response> list(Service& service, Call call) {
  const std::optional<Shape> shape = shape_of(call.type, service.schema());
  const ListWish wish = list_wish(call.parameters, *shape, service.schema());
  if (call.parameters.fault()) co_return refused(*call.parameters.fault());
  std::optional<Refusal> refusal;
  ShownRows rows = co_await read_page(service, call, wish, refusal);
  if (refusal) co_return refused(*refusal);
  if (call.parameters.fault()) co_return refused(*call.parameters.fault());
  http::Response answer = co_await answer_with(service, call, wish, std::move(rows));
  co_return answer;
}

asio::awaitable<http::Response> show(Service& service, Call call) {
  const std::optional<Shape> shape = shape_of(call.type, service.schema());
  const ShowWish wish = show_wish(call.parameters, *shape, service.schema());
  if (call.parameters.fault()) co_return refused(*call.parameters.fault());
  const auto number = number_of(call.id);
  ShownRows rows = std::vector<Shown>{};
  if (number) {
    std::vector<int64_t> ids = {*number};
    rows = co_await read_by_number(service, call.type, std::move(ids));
  }
  if (!rows) co_return failed(rows.error());
  if (rows->empty()) co_return refused(not_there(*shape->collection, call.id));
  std::vector<Json> resources = {std::move(rows->front().resource)};
  std::optional<std::vector<Json>> included;
  if (!wish.include.empty()) {
    auto read = co_await read_included(service, resources, wish);
    if (!read) co_return failed(read.error());
    included = *std::move(read);
    for (Json& resource : *included)
      keep_fields(resource, wish);
  }
  keep_fields(resources.front(), wish);
  http::Response answer = one(std::move(resources.front()), std::move(included));
  if (!rows->front().tag.empty()) answer.headers.add("ETag", rows->front().tag);
  co_return answer;
}

}  // namespace

Refusal not_there(const Collection& collection, const std::string& id) {
  if (!number_of(id)) return refuse(Refused::kNotFound, collection.subject + " is found by its number");
  const std::string noun = collection.subject.substr(collection.subject.find(' ') + 1);
  return refuse(Refused::kNotFound, "there is no " + noun + " " + id);
}

std::string link_of(const Call& call, const std::string& after) {
  std::string query;
  const auto add = [&query](const std::string& name, const std::string& value) {
    query += (query.empty() ? "?" : "&") + http::percent_encode(name) + "=" + http::percent_encode(value);
  };
  for (const auto& [name, value] : call.parameters.query()) {
    if (after.empty() || name != "page[after]") add(name, value);
  }
  if (!after.empty()) add("page[after]", after);
  return call.path + query;
}

void add_list_acts(Acts& acts, Service& service) {
  acts[Operation::kList] = [&](Call call) { return list(service, std::move(call)); };
  acts[Operation::kResource] = [&](Call call) { return show(service, std::move(call)); };
}

}  // namespace prospectd::api
