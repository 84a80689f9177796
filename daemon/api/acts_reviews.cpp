#include "daemon/api/acts_reviews.h"

#include <nlohmann/json.hpp>

#include "daemon/api/acts_lists.h"
#include "daemon/api/body.h"
#include "daemon/api/list_wish.h"
#include "daemon/api/names.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using reconcile::ConflictId;
using service::Review;
using service::Reviewed;
using service::Reviews;
using service::Service;

service::ReviewOrder review_order_of(const Body& attributes, const std::string& pointer) {
  check_members(attributes, pointer, {"take", "version"});
  service::ReviewOrder order;
  const auto take = reconcile::review_take_named(text_member(attributes, pointer, "take"));
  if (!take) refuse_member(pointer + "/take", "\"take\" must be crm or prospect: whose value counts");
  order.take = *take;
  if (attributes.contains("version")) order.seen = text_member(attributes, pointer, "version");
  return order;
}

std::variant<service::ReviewOrder, Refusal> parse_review_order(const std::string& body,
                                                               const std::string& id) {
  return read_body<service::ReviewOrder>(body, [&id](const Body& whole) {
    std::string pointer;
    const Body& attributes = attributes_in(whole, "conflictReviews", pointer, id);
    return review_order_of(attributes, pointer);
  });
}

Refusal no_review_id() {
  return refuse(Refused::kNotFound, "a conflict is found by its number");
}

// Each has the names of its own values.
asio::awaitable<std::vector<Json>> with_their_names(Service& service, std::vector<Json> reviews) {
  Json told;
  told["rows"] = Json::array();
  for (const Json& review : reviews)
    told["rows"].push_back(review["attributes"]);
  told = co_await with_names(service, std::move(told));
  for (Json& review : reviews) {
    Json& attributes = review["attributes"];
    const std::string field = attributes["field"].get<std::string>();
    Json names = Json::object();
    for (const char* value : {"crmValue", "prospectValue", "agreedValue"}) {
      const std::string number = attributes[value].dump();
      if (told["names"].contains(field) && told["names"][field].contains(number))
        names[field][number] = told["names"][field][number];
    }
    attributes["names"] = std::move(names);
  }
  co_return reviews;
}

asio::awaitable<Json> resource_of(Service& service, const Review& review) {
  std::vector<Json> one_of_them(1, review_resource(review, service));
  one_of_them = co_await with_their_names(service, std::move(one_of_them));
  co_return std::move(one_of_them.front());
}

asio::awaitable<http::Response> list_reviews(Service& service, Reviews& reviews, Call call) {
  const auto after = call.parameters.number("page[after]", 0, INT64_MAX, 0);
  const auto size =
      static_cast<size_t>(call.parameters.number("page[size]", 1, kPageSizeMax, kPageSizeDefault));
  if (call.parameters.fault()) co_return refused(*call.parameters.fault());
  auto rows = co_await reviews.list(ConflictId{after}, size + 1);
  if (!rows) co_return failed(rows.error());
  ListDocument document;
  document.self = link_of(call, {});
  if (rows->size() > size) {
    rows->resize(size);
    document.next = link_of(call, std::to_string(rows->back().id.value));
  }
  for (const Review& review : *rows)
    document.resources.push_back(review_resource(review, service));
  document.resources = co_await with_their_names(service, std::move(document.resources));
  co_return many(std::move(document));
}

asio::awaitable<http::Response> show_review(Service& service, Reviews& reviews, Call call) {
  const auto id = number_of(call.id);
  if (!id) co_return refused(no_review_id());
  const auto review = co_await reviews.show(ConflictId{*id});
  if (!review) co_return failed(review.error());
  co_return one(co_await resource_of(service, *review));
}

asio::awaitable<http::Response> resolve_review(Service& service, Reviews& reviews, Call call) {
  const auto id = number_of(call.id);
  if (!id) co_return refused(no_review_id());
  auto parsed = parse_review_order(call.body, call.id);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  service::ReviewOrder order = std::get<service::ReviewOrder>(std::move(parsed));
  const reconcile::ReviewTake take = order.take;
  order.id = {*id};
  order.actor = call.actor();
  const Result<Reviewed> reviewed = co_await reviews.resolve(std::move(order));
  if (!reviewed) co_return failed(reviewed.error());
  http::Response answer = one(co_await resource_of(service, reviewed->review));
  Json meta;
  meta["taken"] = name_of(take);
  meta["changes"] = changes_json(reviewed->changes, service);
  meta["pushes"] = pushes_json(reviewed->pushes);
  add_committed(meta, reviewed->committed);
  meta = co_await with_names(service, std::move(meta));
  add_meta(answer, std::move(meta));
  co_return answer;
}

}  // namespace

void add_review_acts(Acts& acts, Service& service, Reviews& reviews) {
  acts[Operation::kReviews] = [&](Call call) { return list_reviews(service, reviews, std::move(call)); };
  acts[Operation::kReview] = [&](Call call) { return show_review(service, reviews, std::move(call)); };
  acts[Operation::kResolveReview] = [&](Call call) {
    return resolve_review(service, reviews, std::move(call));
  };
}

}  // namespace prospectd::api
