#include "daemon/api/acts_filters.h"

#include <nlohmann/json.hpp>

#include "daemon/api/orders.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using reconcile::SavedFilter;
using service::SavedFilters;
using service::Saving;

Json filter_resource(const SavedFilter& filter) {
  Json out;
  out["expression"] = filter.text;
  out["owner"] = filter.user;
  out["changedAt"] = time_json(filter.changed_at);
  return resource("filters", filter.name, std::move(out));
}

/// People change what they saved themselves; an admin, everybody's.
std::optional<Refusal> check_owner(const SavedFilter* filter, const Call& call) {
  if (filter == nullptr || !call.bearer || call.bearer->role >= reconcile::Role::kAdmin ||
      filter->user == call.bearer->user)
    return std::nullopt;
  return refuse(Refused::kForbidden, "@" + filter->name +
                                         " is somebody else's: its owner or an admin may change it, you may "
                                         "save your own under another name; nothing was done");
}

asio::awaitable<http::Response> list(SavedFilters& filters) {
  std::vector<Json> shown;
  for (const SavedFilter& filter : filters.all())
    shown.push_back(filter_resource(filter));
  co_return many(std::move(shown));
}

asio::awaitable<http::Response> show(SavedFilters& filters, Call call) {
  if (const SavedFilter* filter = filters.find(call.id)) co_return one(filter_resource(*filter));
  co_return refused(
      refuse(Refused::kNotFound, "no saved filter of this name; /v1/filters lists what there is"));
}

asio::awaitable<Result<SavedFilter>> saved(SavedFilters& filters, const Call& call, const FilterOrder& order,
                                           Saving saving) {
  std::string name = order.name;
  std::string text = order.expression;
  std::string actor = call.actor();
  Result<SavedFilter> filter =
      co_await filters.save(std::move(name), std::move(text), saving, std::move(actor));
  co_return filter;
}

http::Response not_saved(const Error& error, const FilterOrder& order) {
  if (error.code != ErrorCode::kInvalidInput) return failed(error);
  Refusal refusal = refuse(Refused::kInvalidInput, error.message);
  refusal.pointer = order.pointer + (service::is_filter_name(order.name) ? "/expression" : "/name");
  return refused(refusal);
}

asio::awaitable<http::Response> create(SavedFilters& filters, Call call) {
  auto parsed = parse_filter_order(call.body, "");
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  const FilterOrder& order = std::get<FilterOrder>(parsed);
  const Result<SavedFilter> filter = co_await saved(filters, call, order, Saving::kNew);
  if (!filter) co_return not_saved(filter.error(), order);
  co_return created(filter_resource(*filter), "/v1/filters/" + filter->name);
}

asio::awaitable<http::Response> change(SavedFilters& filters, Call call) {
  if (auto refusal = check_owner(filters.find(call.id), call)) co_return refused(*refusal);
  auto parsed = parse_filter_order(call.body, call.id);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  const FilterOrder& order = std::get<FilterOrder>(parsed);
  const Result<SavedFilter> filter = co_await saved(filters, call, order, Saving::kChange);
  co_return filter ? one(filter_resource(*filter)) : not_saved(filter.error(), order);
}

asio::awaitable<http::Response> drop(SavedFilters& filters, Call call) {
  if (auto refusal = check_owner(filters.find(call.id), call)) co_return refused(*refusal);
  std::string actor = call.actor();
  std::string name = call.id;
  const Result<void> dropped = co_await filters.drop(std::move(name), std::move(actor));
  if (!dropped) co_return failed(dropped.error());
  co_return removed();
}

}  // namespace

void add_filter_acts(Acts& acts, SavedFilters& filters) {
  acts[Operation::kFilters] = [&](const Call&) { return list(filters); };
  acts[Operation::kFilter] = [&](Call call) { return show(filters, std::move(call)); };
  acts[Operation::kCreateFilter] = [&](Call call) { return create(filters, std::move(call)); };
  acts[Operation::kChangeFilter] = [&](Call call) { return change(filters, std::move(call)); };
  acts[Operation::kDropFilter] = [&](Call call) { return drop(filters, std::move(call)); };
}

}  // namespace prospectd::api
