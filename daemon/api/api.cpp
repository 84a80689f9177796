#include "daemon/api/api.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <memory>

#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/text.h"
#include "daemon/api/acts_configuration.h"
#include "daemon/api/acts_filters.h"
#include "daemon/api/acts_tokens.h"
#include "daemon/api/answers.h"
#include "daemon/api/call.h"
#include "daemon/api/gate.h"
#include "daemon/api/resources.h"
#include "daemon/api/syncs.h"
#include "daemon/api/target.h"
#include "daemon/metrics/exposition.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;

constexpr int64_t kPageSizeMax = 500;  // one more is read, to know whether there is a next page
constexpr int64_t kPageSizeDefault = 50;
static_assert(kPageSizeMax < static_cast<int64_t>(store::kListRowsMax));

constexpr const char* kFilterParameter = "filter[q]";

Refusal refused_filter(const Error& error) {
  Refusal refusal = refuse(Refused::kInvalidInput, error.message);
  refusal.parameter = kFilterParameter;
  return refusal;
}

struct PageWish {
  int64_t after = 0;
  size_t size = 0;
};

PageWish page_wish(Parameters& parameters) {
  PageWish wish;
  wish.size = static_cast<size_t>(parameters.number("page[size]", 1, kPageSizeMax, kPageSizeDefault));
  wish.after = parameters.number("page[after]", 0, INT64_MAX, 0);
  return wish;
}

// The same question from `last` on.
std::string next_link(const Call& call, int64_t last) {
  std::string link = call.path + "?";
  for (const auto& [name, value] : call.parameters.query()) {
    if (name != "page[after]") link += http::percent_encode(name) + "=" + http::percent_encode(value) + "&";
  }
  return link + http::percent_encode("page[after]") + "=" + std::to_string(last);
}

int64_t id_of(const store::ProspectRow& row) {
  return row.prospect.id.value;
}
int64_t id_of(const reconcile::Duplicate& row) {
  return row.id.value;
}
int64_t id_of(const reconcile::DeadLetter& row) {
  return row.id.value;
}

template <class Row>
http::Response list_answer(const Call& call, const PageWish& wish, const Result<std::vector<Row>>& rows,
                           const service::Service& service,
                           Json (*show)(const Row&, const service::Service&)) {
  if (!rows) return failed(rows.error());
  std::vector<Json> shown;
  for (const Row& row : *rows) {
    if (shown.size() < wish.size) shown.push_back(show(row, service));
  }
  const bool more = rows->size() > wish.size;
  return many(std::move(shown), more ? next_link(call, id_of((*rows)[wish.size - 1])) : std::string{});
}

class Api {
 public:
  Api(engine::Scheduler& scheduler, service::Service& service, ApiOptions options)
      : scheduler_(scheduler),
        service_(service),
        metrics_(options.metrics),
        gate_(std::move(options.token), std::move(options.hosts), options.tokens),
        syncs_(scheduler, service) {
    add_own_acts();
    if (options.configuration != nullptr) add_configuration_acts(acts_, *options.configuration);
    if (options.filters != nullptr) add_filter_acts(acts_, *options.filters);
    if (options.tokens != nullptr) add_token_acts(acts_, scheduler, *options.tokens);
  }

  // `self` keeps it alive while it answers.
  static asio::awaitable<http::Response> handle(std::shared_ptr<Api> self, http::ServerRequest request) {
    http::Response answer;
    bool threw = false;
    try {
      answer = co_await self->respond(std::move(request));
    } catch (const std::exception&) {
      threw = true;
    }
    if (threw) {
      log::error("api.threw", "a request could not be answered", {});
      answer = failed(make_error(ErrorCode::kInternal, {}));
    }
    co_return answer;
  }

 private:
  asio::awaitable<http::Response> respond(http::ServerRequest request) {
    if (auto refusal = gate_.check_origin(request)) co_return refused(*refusal);
    auto parsed = parse_target(request.target);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
    Target& target = std::get<Target>(parsed);
    const Found found = find_route(request.method, target.segments);
    Call call;
    if (!found.open || request.headers.get("authorization")) {
      auto who = check_token(request);
      if (const auto* refusal = std::get_if<Refusal>(&who)) co_return refused(*refusal);
      call.bearer = std::get<service::Bearer>(std::move(who));
    }
    if (auto refusal = check_route(found, request, call.bearer)) co_return refused(*refusal);
    const auto act = acts_.find(found.route->operation);
    if (act == acts_.end()) {
      co_return refused(refuse(Refused::kNotFound, "this daemon was started without what is asked for"));
    }
    call.path = std::string(request.path());
    call.id = found.held.empty() ? std::string{} : found.held.front();
    call.parameters = Parameters(std::move(target.query), found.route->parameters);
    call.body = std::move(request.body);
    if (call.parameters.fault()) co_return refused(*call.parameters.fault());
    http::Response answer = co_await act->second(std::move(call));
    co_return answer;
  }

  std::variant<service::Bearer, Refusal> check_token(const http::ServerRequest& request) {
    auto who = gate_.check_token(request, scheduler_.monotonic());
    const auto* refusal = std::get_if<Refusal>(&who);
    // At most kFailedTokensMax of these a minute.
    if (refusal != nullptr && refusal->why == Refused::kUnauthorized && request.headers.get("authorization"))
      log::warn("api.wrong_token", "a request came with a wrong token", {});
    return who;
  }

  static std::optional<Refusal> check_route(const Found& found, const http::ServerRequest& request,
                                            const std::optional<service::Bearer>& bearer) {
    if (!found.path_known) {
      return refuse(Refused::kNotFound, "there is nothing at this path; docs/api.md lists what there is");
    }
    if (found.route == nullptr) {
      Refusal refusal = refuse(Refused::kMethodNotAllowed, "here one may ask with " + found.allow);
      refusal.headers.emplace_back("Allow", found.allow);
      return refusal;
    }
    if (found.route->role) {
      if (auto refusal = check_role(*bearer, *found.route->role)) return refusal;
    }
    // What takes something away says all of it in its path; no form of a web page can send that either.
    if (is_safe_method(request.method) || (request.method == "DELETE" && request.body.empty()))
      return std::nullopt;
    if (request.body.size() > kBodyBytesMax) return refuse(Refused::kTooLarge, "a body may have 64 KiB here");
    return check_media_type(request);
  }

  // Each is a coroutine of this object, which its own handle() keeps alive.
  void add_own_acts() {
    const auto add = [this](Operation operation, asio::awaitable<http::Response> (Api::*act)(Call)) {
      acts_[operation] = [this, act](Call call) { return (this->*act)(std::move(call)); };
    };
    add(Operation::kLive, &Api::live);
    add(Operation::kReady, &Api::ready);
    add(Operation::kMetrics, &Api::metrics);
    add(Operation::kStatus, &Api::status);
    add(Operation::kStartSync, &Api::start_sync);
    add(Operation::kSync, &Api::sync);
    add(Operation::kProspects, &Api::prospects);
    add(Operation::kProspect, &Api::prospect);
    add(Operation::kDuplicates, &Api::duplicates);
    add(Operation::kDeadLetters, &Api::dead_letters);
    add(Operation::kExplain, &Api::explain);
  }

  // ---- what is asked ----

  asio::awaitable<http::Response> live(Call call) { co_return probe("livez", call, service_.liveness()); }

  asio::awaitable<http::Response> ready(Call call) { co_return probe("readyz", call, service_.readiness()); }

  static http::Response probe(const char* name, const Call& call, const std::vector<service::Check>& checks) {
    const bool ok = std::ranges::all_of(checks, &service::Check::ok);
    return call.bearer ? probe_document(ok, health_resource(name, checks)) : probe_text(ok);
  }

  asio::awaitable<http::Response> metrics(Call) {
    if (metrics_ == nullptr) co_return refused(refuse(Refused::kNotFound, "this daemon has no metrics"));
    std::string text = co_await metrics_->exposition();
    co_return plain(metrics::kMediaType, std::move(text));
  }

  asio::awaitable<http::Response> status(Call) {
    Result<service::Status> status = co_await service_.status();
    if (!status) co_return failed(status.error());
    co_return one(status_resource(*status, service_));
  }

  asio::awaitable<http::Response> start_sync(Call call) {
    auto parsed = parse_sync_order(call.body);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
    SyncOrder& order = std::get<SyncOrder>(parsed);
    if (auto refusal = check_connection(order.connection)) co_return refused(*refusal);
    const auto sync = syncs_.start(std::move(order));
    if (!sync) {
      co_return refused(refuse(Refused::kTooManyRequests,
                               "too many syncs are waiting already; ask again when one has ended"));
    }
    co_return accepted(sync_resource(*sync, service_.connections()), "/v1/syncs/" + sync->id);
  }

  std::optional<Refusal> check_connection(const std::string& name) const {
    if (name.empty()) return std::nullopt;
    std::vector<std::string> names;
    for (const engine::ConnectionStatus& connection : service_.connections())
      names.push_back(connection.name);
    if (std::ranges::find(names, name) != names.end()) return std::nullopt;
    const auto meant = did_you_mean(name, names);
    return refuse(Refused::kNotFound, "no connection of this name in the configuration" +
                                          (meant ? " (did you mean " + *meant + "?)" : std::string{}));
  }

  asio::awaitable<http::Response> sync(Call call) {
    const auto sync = syncs_.find(call.id);
    if (!sync) {
      co_return refused(
          refuse(Refused::kNotFound, "no sync of this id; the last 100 are kept, until the daemon ends"));
    }
    co_return one(sync_resource(*sync, service_.connections()));
  }

  asio::awaitable<http::Response> prospects(Call call) {
    const PageWish wish = page_wish(call.parameters);
    store::ProspectQuery query;
    query.text = call.parameters.text("filter[text]").value_or(std::string{});
    query.without_key = call.parameters.flag("filter[withoutKey]");
    query.after = ProspectId{wish.after};
    query.limit = wish.size + 1;
    if (call.parameters.fault()) co_return refused(*call.parameters.fault());
    if (const auto text = call.parameters.text(kFilterParameter)) {
      auto filter = service_.prospect_filter(*text);
      if (!filter) co_return refused(refused_filter(filter.error()));
      query.filter = *std::move(filter);
    }
    Result<std::vector<store::ProspectRow>> rows = co_await service_.prospects(std::move(query));
    co_return list_answer(call, wish, rows, service_, prospect_resource);
  }

  asio::awaitable<http::Response> prospect(Call call) {
    const auto number = number_of(call.id);
    if (!number) co_return refused(refuse(Refused::kNotFound, "a prospect is found by its number"));
    Result<store::ProspectRow> row = co_await service_.prospect(ProspectId{*number});
    if (!row) co_return failed(row.error());
    co_return one(prospect_resource(*row, service_));
  }

  asio::awaitable<http::Response> duplicates(Call call) {
    const PageWish wish = page_wish(call.parameters);
    const bool only_open = call.parameters.flag("filter[open]");
    if (call.parameters.fault()) co_return refused(*call.parameters.fault());
    const DuplicateId after{wish.after};
    Result<std::vector<reconcile::Duplicate>> rows =
        co_await service_.duplicates(after, wish.size + 1, only_open);
    co_return list_answer(call, wish, rows, service_, duplicate_resource);
  }

  asio::awaitable<http::Response> dead_letters(Call call) {
    const PageWish wish = page_wish(call.parameters);
    if (call.parameters.fault()) co_return refused(*call.parameters.fault());
    const DeadLetterId after{wish.after};
    Result<std::vector<reconcile::DeadLetter>> rows = co_await service_.dead_letters(after, wish.size + 1);
    co_return list_answer(call, wish, rows, service_, dead_letter_resource);
  }

  asio::awaitable<http::Response> explain(Call call) {
    const auto subject = call.parameters.text("subject");
    if (!subject) {
      Refusal refusal =
          refuse(Refused::kInvalidInput, "say what to explain: subject=prospect 42, an address, a CRM id, …");
      refusal.parameter = "subject";
      co_return refused(refusal);
    }
    Result<service::Explanation> explanation = co_await service_.explain(*subject);
    if (!explanation) co_return failed(explanation.error());
    co_return one(explanation_resource(*subject, *explanation));
  }

  engine::Scheduler& scheduler_;
  service::Service& service_;
  metrics::Metrics* metrics_;
  Gate gate_;
  Syncs syncs_;
  Acts acts_;
};

}  // namespace

std::optional<int64_t> number_of(const std::string& id) {
  int64_t number = 0;
  const char* end = id.data() + id.size();
  const auto [stop, problem] = std::from_chars(id.data(), end, number);
  if (problem != std::errc{} || stop != end || number < 1) return std::nullopt;
  return number;
}

Result<http::Handler> make_api(engine::Scheduler& scheduler, service::Service& service, ApiOptions options) {
  if (options.token.empty())
    return make_error(ErrorCode::kConfigInvalid, "the control API needs a token, and got an empty one");
  auto api = std::make_shared<Api>(scheduler, service, std::move(options));
  return http::Handler([api](http::ServerRequest request) { return Api::handle(api, std::move(request)); });
}

}  // namespace prospectd::api
