#include "daemon/api/acts_dlq.h"

#include <nlohmann/json.hpp>

#include "daemon/api/acts_lists.h"
#include "daemon/api/body.h"
#include "daemon/api/list_wish.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using reconcile::GivenUpId;
using service::Dlq;
using service::DlqItem;
using service::DlqRetried;
using service::Service;

constexpr const char* kDlqAfter = "page[after]";
constexpr const char* kNoDlqId = "what was given up is found by an id like out-7 or in-12";

// ---- what is asked ----

GivenUpId id_in(const Body& given, const std::string& pointer) {
  const auto id = given.is_string() ? reconcile::given_up_id(given.get<std::string>()) : std::nullopt;
  if (!id) refuse_member(pointer, kNoDlqId);
  return *id;
}

void read_chosen_ids(const Body& ids, const std::string& pointer, service::DlqRetryOrder& order) {
  if (!ids.is_array() || ids.empty() || ids.size() > service::kDlqAtOnceMax) {
    refuse_member(pointer, "\"ids\" must be an array of 1 to " + std::to_string(service::kDlqAtOnceMax) +
                               " ids like out-7 or in-12");
  }
  for (size_t i = 0; i < ids.size(); ++i)
    order.ids.push_back(id_in(ids[i], pointer + "/" + std::to_string(i)));
}

service::DlqRetryOrder retries_of(const Body& attributes, const std::string& pointer) {
  check_members(attributes, pointer, {"ids", "all", "connection", "after"});
  service::DlqRetryOrder order;
  const Body all = attributes.value("all", Body(false));
  if (!all.is_boolean()) refuse_member(pointer + "/all", "\"all\" must be true or false");
  order.all = all.get<bool>();
  if (order.all == attributes.contains("ids"))
    refuse_member(pointer, "say which: \"ids\", or \"all\": true, and not both");
  if (!order.all && (attributes.contains("connection") || attributes.contains("after")))
    refuse_member(pointer, "\"connection\" and \"after\" go with \"all\": true");
  if (attributes.contains("ids")) read_chosen_ids(attributes["ids"], pointer + "/ids", order);
  if (attributes.contains("connection")) order.of.connection = text_member(attributes, pointer, "connection");
  if (attributes.contains("after")) order.of.after = id_in(attributes["after"], pointer + "/after");
  return order;
}

std::variant<service::DlqRetryOrder, Refusal> parse_retries(const std::string& body) {
  return read_body<service::DlqRetryOrder>(body, [](const Body& whole) {
    std::string pointer;
    const Body& attributes = attributes_in(whole, "dlqRetries", pointer, "");
    return retries_of(attributes, pointer);
  });
}

service::DlqQuery dlq_query(Parameters& parameters) {
  service::DlqQuery query;
  query.connection = parameters.text("filter[connection]").value_or(std::string());
  const auto after = parameters.text(kDlqAfter);
  if (after) query.after = reconcile::given_up_id(*after);
  if (after && !query.after) parameters.note(kDlqAfter, "must be what links.next of the page before has");
  query.limit = static_cast<size_t>(parameters.number("page[size]", 1, kPageSizeMax, kPageSizeDefault));
  return query;
}

// ---- what is told ----

Json ids_json(const std::vector<GivenUpId>& ids) {
  Json out = Json::array();
  for (const GivenUpId id : ids)
    out.push_back(to_text(id));
  return out;
}

asio::awaitable<http::Response> list_dlq(Dlq& dlq, Call call) {
  service::DlqQuery query = dlq_query(call.parameters);
  if (call.parameters.fault()) co_return refused(*call.parameters.fault());
  const size_t size = query.limit++;
  auto items = co_await dlq.list(std::move(query));
  if (!items) co_return failed(items.error());
  ListDocument document;
  document.self = link_of(call, {});
  if (items->size() > size) {
    items->resize(size);
    document.next = link_of(call, to_text(items->back().id));
  }
  for (const DlqItem& item : *items)
    document.resources.push_back(dlq_resource(item));
  co_return many(std::move(document));
}

asio::awaitable<http::Response> show_dlq(Service& service, Dlq& dlq, Call call) {
  const auto id = reconcile::given_up_id(call.id);
  if (!id) co_return refused(refuse(Refused::kNotFound, kNoDlqId));
  const auto detail = co_await dlq.show(*id);
  if (!detail) co_return failed(detail.error());
  co_return one(dlq_resource(*detail, service.schema()));
}

asio::awaitable<http::Response> drop_dlq(Dlq& dlq, Call call) {
  const auto id = reconcile::given_up_id(call.id);
  if (!id) co_return refused(refuse(Refused::kNotFound, kNoDlqId));
  std::string actor = call.actor();
  const auto dropped = co_await dlq.drop(*id, std::move(actor));
  if (!dropped) co_return failed(dropped.error());
  http::Response answer = one(dlq_resource(dropped->item));
  Json meta;
  add_committed(meta, dropped->committed);
  add_meta(answer, std::move(meta));
  co_return answer;
}

asio::awaitable<http::Response> retry_dlq(Dlq& dlq, Call call) {
  auto parsed = parse_retries(call.body);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  service::DlqRetryOrder order = std::get<service::DlqRetryOrder>(std::move(parsed));
  order.actor = call.actor();
  const Result<DlqRetried> retried = co_await dlq.retry(std::move(order));
  if (!retried) co_return failed(retried.error());
  Json meta;
  meta["retried"] = ids_json(retried->retried);
  meta["missing"] = ids_json(retried->missing);
  meta["next"] = retried->next ? Json(to_text(*retried->next)) : Json();
  add_committed(meta, retried->committed);
  co_return only_meta(std::move(meta));
}

}  // namespace

void add_dlq_acts(Acts& acts, Service& service, Dlq& dlq) {
  acts[Operation::kDlq] = [&](Call call) { return list_dlq(dlq, std::move(call)); };
  acts[Operation::kDlqEntry] = [&](Call call) { return show_dlq(service, dlq, std::move(call)); };
  acts[Operation::kDropDlqEntry] = [&](Call call) { return drop_dlq(dlq, std::move(call)); };
  acts[Operation::kRetryDlq] = [&](Call call) { return retry_dlq(dlq, std::move(call)); };
}

}  // namespace prospectd::api
