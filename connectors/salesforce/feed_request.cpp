#include "connectors/salesforce/feed_request.h"

#include <charconv>
#include <utility>
#include <variant>

#include "connectors/http/message.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/soql.h"
#include "mapping/hash.h"

namespace prospectd::salesforce {
namespace {

namespace wire = salesforce_wire;
namespace soql = salesforce_wire::soql;

constexpr std::string_view kVersionField = "SystemModstamp";
constexpr std::string_view kIdField = "Id";

soql::Query select_from(const std::string& object, const PageLayout& layout) {
  soql::Query query;
  query.object = object;
  for (const Column& column : layout.columns())
    query.select.push_back(soql::SelectItem::of(column.key));
  return query;
}

std::string target_of(const std::string& api_version, bool deleted_too, const soql::Query& query) {
  const std::string resource = deleted_too ? "/queryAll?q=" : "/query?q=";
  return "/services/data/" + api_version + resource + http::percent_encode(soql::print(query));
}

soql::OrderBy ascending(std::string_view field) {
  soql::OrderBy order;
  order.field = soql::FieldPath::of(field);
  return order;
}

// Where a feed begins: at a moment, or strictly behind one record of that moment (§14.2: keyset instead of a
// lost locator).
soql::Condition from(Timestamp lower, const std::optional<RemoteId>& after) {
  if (!after) return soql::compare(kVersionField, soql::Operator::kGreaterOrEqual, lower);
  std::vector<soql::Condition> same_second;
  same_second.push_back(soql::compare(kVersionField, soql::Operator::kEqual, lower));
  same_second.push_back(soql::compare(kIdField, soql::Operator::kGreater, after->str()));
  std::vector<soql::Condition> either;
  either.push_back(soql::compare(kVersionField, soql::Operator::kGreater, lower));
  either.push_back(soql::all_of(std::move(same_second)));
  return soql::any_of(std::move(either));
}

Error too_long(size_t columns) {
  return make_error(ErrorCode::kMalformedQuery,
                    "a query for " + std::to_string(columns) + " fields is longer than the " +
                        std::to_string(kTargetBytesMax) + " bytes that the API takes; map fewer fields");
}

/// "1,2000,4211,86…": four whole numbers, or the first three.
bool parse_memory(std::string_view text, NextPlace& place) {
  const char* at = text.data();
  const char* end = text.data() + text.size();
  const auto number = [&](auto& to) {
    const auto [stop, error] = std::from_chars(at, end, to);
    at = stop;
    return error == std::errc{};
  };
  const auto comma = [&] { return at != end && *at++ == ','; };
  if (!number(place.session) || !comma() || !number(place.rows) || !comma() || !number(place.total))
    return false;
  if (at != end && (!comma() || !number(place.query))) return false;
  return at == end && place.rows >= 0 && place.total >= 0;
}

}  // namespace

Result<std::string> feed_target(const std::string& api_version, const FeedQuery& query,
                                const PageLayout& layout) {
  std::vector<soql::Condition> terms;
  if (query.lower) terms.push_back(from(std::chrono::floor<seconds>(*query.lower), query.after));
  terms.push_back(soql::compare(kVersionField, soql::Operator::kLess, query.upper));
  if (!query.filter.empty()) {
    auto parsed = soql::parse_condition(query.filter);
    if (const auto* fault = std::get_if<soql::ParseError>(&parsed)) {
      return make_error(ErrorCode::kMalformedQuery,
                        "the filter is no condition that this version knows, at row " +
                            std::to_string(fault->row) + ", column " + std::to_string(fault->column));
    }
    terms.push_back(std::get<soql::Condition>(std::move(parsed)));
  }
  soql::Query tree = select_from(query.object, layout);
  tree.where = soql::all_of(std::move(terms));
  tree.order.push_back(ascending(kVersionField));
  tree.order.push_back(ascending(kIdField));
  std::string target = target_of(api_version, true, tree);
  if (target.size() > kTargetBytesMax) return too_long(layout.columns().size());
  return target;
}

Result<std::string> list_target(const std::string& api_version, const ListQuery& list,
                                const PageLayout& layout, size_t& first) {
  soql::Query tree = select_from(list.object, layout);
  const auto with = [&](size_t count) {
    const auto begin = list.values.begin() + static_cast<ptrdiff_t>(first);
    tree.where = soql::in_list(list.field, {begin, begin + static_cast<ptrdiff_t>(count)});
    return target_of(api_version, list.deleted_too, tree);
  };
  // Halving keeps within one address what a wide mapping would push over it; ten steps at most.
  for (size_t count = std::min(list.values.size() - first, kFetchIdsMax); count > 0; count /= 2) {
    std::string target = with(count);
    if (target.size() > kTargetBytesMax) continue;
    first += count;
    return target;
  }
  return too_long(layout.columns().size());
}

Result<std::string> ids_target(const std::string& api_version, const std::string& object,
                               const PageLayout& layout, const std::vector<std::string>& ids, size_t& first) {
  ListQuery list;
  list.object = object;
  list.field = kIdField;
  list.values.assign(ids.begin(), ids.end());
  return list_target(api_version, list, layout, first);
}

Result<std::string> listing_target(const std::string& api_version, const ListingQuery& query,
                                   const PageLayout& layout) {
  soql::Query tree = select_from(query.object, layout);
  if (!query.after.empty()) tree.where = soql::compare(kIdField, soql::Operator::kGreater, query.after.str());
  tree.order.push_back(ascending(kIdField));
  tree.limit = static_cast<int64_t>(query.limit);
  std::string target = target_of(api_version, true, tree);
  if (target.size() > kTargetBytesMax) return too_long(layout.columns().size());
  return target;
}

std::string count_target(const std::string& api_version, const std::string& object) {
  soql::Query tree;
  tree.count = true;
  tree.object = object;
  return target_of(api_version, true, tree);
}

std::string next_target(const std::string& api_version, const NextPlace& place) {
  return "/services/data/" + api_version + "/query/" + place.locator;
}

uint64_t mark_of(const FeedQuery& query) {
  uint64_t hash = mapping::hash_bytes(query.object, query.fields.size());
  for (const std::string& field : query.fields)
    hash = mapping::hash_bytes(field, hash);
  const auto moment = [&](std::optional<Timestamp> t) {
    hash = mapping::hash_mix(hash, t ? 1 : 0);
    if (t) hash = mapping::hash_mix(hash, static_cast<uint64_t>(t->time_since_epoch().count()));
  };
  moment(query.lower);
  moment(query.upper);
  hash = mapping::hash_bytes(query.after ? query.after->str() : "", hash);
  return mapping::hash_bytes(query.filter, hash) | 1;
}

std::string format_next(const std::string& api_version, const NextPlace& place) {
  return next_target(api_version, place) + "#" + std::to_string(place.session) + "," +
         std::to_string(place.rows) + "," + std::to_string(place.total) + "," + std::to_string(place.query);
}

std::optional<NextPlace> parse_next(std::string_view next) {
  const size_t mark = next.find('#');
  auto locator = wire::locator_of(next.substr(0, mark));
  if (!locator) return std::nullopt;
  NextPlace place;
  if (mark != std::string_view::npos && !parse_memory(next.substr(mark + 1), place)) return std::nullopt;
  place.locator = *std::move(locator);
  return place;
}

}  // namespace prospectd::salesforce
