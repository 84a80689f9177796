#include "daemon/api/api.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <memory>

#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/text.h"
#include "daemon/api/acts_configuration.h"
#include "daemon/api/acts_dlq.h"
#include "daemon/api/acts_edits.h"
#include "daemon/api/acts_filters.h"
#include "daemon/api/acts_jobs.h"
#include "daemon/api/acts_lists.h"
#include "daemon/api/acts_plans.h"
#include "daemon/api/acts_reviews.h"
#include "daemon/api/acts_rows.h"
#include "daemon/api/acts_tokens.h"
#include "daemon/api/acts_undos.h"
#include "daemon/api/acts_verifications.h"
#include "daemon/api/answers.h"
#include "daemon/api/call.h"
#include "daemon/api/gate.h"
#include "daemon/api/keyed.h"
#include "daemon/api/media_type.h"
#include "daemon/api/names.h"
#include "daemon/api/openapi.h"
#include "daemon/api/resources.h"
#include "daemon/api/syncs.h"
#include "daemon/api/target.h"
#include "daemon/metrics/exposition.h"
#include "daemon/service/explain_field.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;

class Api {
 public:
  Api(engine::Scheduler& scheduler, service::Service& service, ApiOptions options)
      : scheduler_(scheduler),
        service_(service),
        metrics_(options.metrics),
        answers_(options.answers),
        configuration_(options.configuration),
        gate_(std::move(options.token), std::move(options.hosts), options.tokens),
        syncs_(scheduler, service) {
    add_own_acts();
    add_list_acts(acts_, service);
    if (options.configuration != nullptr) add_configuration_acts(acts_, *options.configuration);
    if (options.filters != nullptr) add_filter_acts(acts_, *options.filters);
    if (options.edits != nullptr) add_edit_acts(acts_, service, *options.edits);
    if (options.dlq != nullptr) add_dlq_acts(acts_, service, *options.dlq);
    if (options.reviews != nullptr) add_review_acts(acts_, service, *options.reviews);
    if (options.jobs != nullptr) add_job_acts(acts_, service, *options.jobs);
    if (options.plans != nullptr) add_plan_acts(acts_, service, *options.plans);
    if (options.undos != nullptr) add_undo_acts(acts_, service, *options.undos);
    if (options.rows != nullptr) add_row_acts(acts_, service, *options.rows);
    if (options.jobs != nullptr) add_verification_acts(acts_, service, *options.jobs);
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
    call.type = found.route->type;
    call.parameters = Parameters(std::move(target.query), found.route->parameters);
    if (const auto tag = request.headers.get("if-match")) call.if_match = std::string(*tag);
    if (call.parameters.fault()) co_return refused(*call.parameters.fault());
    auto key = answer_key(request, call.actor());
    if (const auto* refusal = std::get_if<Refusal>(&key)) co_return refused(*refusal);
    call.key = std::get<std::optional<reconcile::AnswerKey>>(std::move(key));
    call.body = std::move(request.body);
    http::Response answer;
    if (!call.key) {
      answer = co_await act->second(std::move(call));
    } else if (answers_ != nullptr) {
      answer = co_await answer_once(*answers_, acts_, found.route->operation, std::move(call));
    } else {
      answer =
          refused(refuse(Refused::kInvalidInput, "this daemon keeps no answers: leave out Idempotency-Key"));
    }
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
      if (auto refusal = check_accept(request)) return refusal;
    }
    // What takes something away says all of it in its path; no form of a web page can send that either.
    if (is_safe_method(request.method) || (request.method == "DELETE" && request.body.empty()))
      return std::nullopt;
    if (request.body.size() > kBodyBytesMax) return refuse(Refused::kTooLarge, "a body may have 64 KiB here");
    return check_content_type(request);
  }

  // Each is a coroutine of this object, which its own handle() keeps alive.
  void add_own_acts() {
    const auto add = [this](Operation operation, asio::awaitable<http::Response> (Api::*act)(Call)) {
      acts_[operation] = [this, act](Call call) { return (this->*act)(std::move(call)); };
    };
    add(Operation::kLive, &Api::live);
    add(Operation::kReady, &Api::ready);
    add(Operation::kMetrics, &Api::metrics);
    add(Operation::kOpenApi, &Api::openapi);
    add(Operation::kStatus, &Api::status);
    add(Operation::kStartSync, &Api::start_sync);
    add(Operation::kSync, &Api::sync);
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

  asio::awaitable<http::Response> openapi(Call) { co_return json_text(openapi_document()); }

  asio::awaitable<http::Response> status(Call) {
    Result<std::shared_ptr<const service::Status>> status = co_await service_.status();
    if (!status) co_return failed(status.error());
    // Dashboards ask in crowds: those who share a status share its answer.
    if (*status != answered_) {
      const auto reloads =
          configuration_ == nullptr ? std::nullopt : std::optional(configuration_->reloads());
      answer_ = one(status_resource(**status, service_, reloads));
      answered_ = *std::move(status);
    }
    co_return answer_;
  }

  asio::awaitable<http::Response> start_sync(Call call) {
    auto parsed = parse_sync_order(call.body);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
    SyncOrder& order = std::get<SyncOrder>(parsed);
    if (auto refusal = check_connection(order.connection)) co_return refused(*refusal);
    const bool accepts = order.accept_mass_change && !order.dry_run;
    if (accepts && (!call.bearer || call.bearer->role != reconcile::Role::kAdmin))
      co_return refused(refuse(Refused::kForbidden, "only an admin's token lets a mass change pass"));
    std::string connection = order.connection;
    const auto sync = syncs_.start(std::move(order));
    if (!sync) {
      co_return refused(refuse(Refused::kTooManyRequests,
                               "too many syncs are waiting already; ask again when one has ended"));
    }
    // It has not begun: its turn comes after this answer.
    if (accepts) {
      const Result<void> accepted_ = service_.accept_mass_change(connection, call.actor());
      if (!accepted_) co_return failed(accepted_.error());
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
    Json shown = sync_resource(*sync, service_.connections());
    if (sync->report) {
      Json told = shown["attributes"]["result"];
      told = co_await with_names(service_, std::move(told));
      shown["attributes"]["result"] = std::move(told);
    }
    co_return one(std::move(shown));
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
    if (const auto field = call.parameters.text("field"); field && !field->empty()) {
      if (const auto kept = service::keep_field(*explanation, service_.schema(), *field); !kept) {
        Refusal refusal = refuse(Refused::kInvalidInput, kept.error().message);
        refusal.parameter = "field";
        co_return refused(refusal);
      }
    }
    co_return one(explanation_resource(*subject, *explanation));
  }

  engine::Scheduler& scheduler_;
  service::Service& service_;
  metrics::Metrics* metrics_;
  service::KeptAnswers* answers_;
  const Configuration* configuration_;
  Gate gate_;
  Syncs syncs_;
  Acts acts_;
  std::shared_ptr<const service::Status> answered_;  ///< the last status that was told, and how
  http::Response answer_;
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
