#include "daemon/api/keyed.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/fingerprint.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/api/answers.h"
#include "daemon/api/target.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using reconcile::AnswerKey;
using reconcile::AnswerState;
using reconcile::KeptAnswer;
using service::KeyFate;

constexpr const char* kKeyHeader = "idempotency-key";
constexpr const char* kReplayedHeader = "Idempotent-Replayed";
/// Of an answer's headers, those that are its own.
constexpr const char* kKeptHeaders[] = {"Location", "ETag"};

/// Whose change keeps the answer in its own transaction.
bool is_noted_by_change(Operation operation) {
  constexpr Operation kNoted[] = {Operation::kCreateProspect, Operation::kImport, Operation::kCreateRow,
                                  Operation::kAddTags, Operation::kStartJob};
  return std::ranges::find(kNoted, operation) != std::end(kNoted);
}

/// Answers that are not kept: the same may go better the next time.
bool may_go_better(int status) {
  return status >= 500 || status == 429;
}

std::string headers_json(const http::Response& answer) {
  Json out = Json::object();
  for (const char* name : kKeptHeaders)
    if (const auto value = answer.headers.get(name)) out[name] = std::string(*value);
  return out.dump();
}

KeptAnswer kept_of(const AnswerKey& key, Operation operation, const http::Response& answer) {
  KeptAnswer kept = told_with(key, answer);
  // A token is told once, and kept nowhere.
  if (operation != Operation::kCreateToken || answer.status != 201) return kept;
  kept.body.clear();
  kept.state = AnswerState::kDone;
  return kept;
}

http::Response told_again(const KeptAnswer& kept, std::string body) {
  http::Response answer = only_meta(Json::object());
  answer.status = static_cast<int>(kept.status);
  answer.body = std::move(body);
  const Json headers = Json::parse(kept.headers, nullptr, false);
  for (const char* name : kKeptHeaders)
    if (headers.is_object() && headers.contains(name))
      answer.headers.add(name, headers[name].get<std::string>());
  return answer;
}

// What stands where the change has put it, as it is now.
asio::awaitable<http::Response> read_at(const Acts& acts, const Call& asked, std::string location) {
  auto target = parse_target(location);
  if (std::holds_alternative<Refusal>(target)) co_return http::Response{};
  const Found found = find_route("GET", std::get<Target>(target).segments);
  const auto act = found.route == nullptr ? acts.end() : acts.find(found.route->operation);
  if (act == acts.end()) co_return http::Response{};
  Call call;
  call.path = std::move(location);
  call.id = found.held.empty() ? std::string() : found.held.front();
  call.type = found.route->type;
  call.parameters = Parameters({}, found.route->parameters);
  call.bearer = asked.bearer;
  http::Response answer = co_await act->second(std::move(call));
  co_return answer;
}

asio::awaitable<http::Response> replay(const Acts& acts, const Call& call, KeptAnswer kept) {
  http::Response answer;
  if (kept.state == AnswerState::kTold) {
    answer = told_again(kept, std::move(kept.body));
  } else {
    if (!kept.location.empty()) {
      std::string location = kept.location;
      answer = co_await read_at(acts, call, std::move(location));
    }
    if (answer.status != 200) {
      Json meta;
      meta["note"] = "this was done; its answer is not kept any more";
      answer = only_meta(std::move(meta));
    }
    answer.status = static_cast<int>(kept.status);
    if (!kept.location.empty()) answer.headers.set("Location", kept.location);
  }
  answer.headers.add(kReplayedHeader, "true");
  co_return answer;
}

std::optional<Refusal> refusal_of_key(KeyFate fate) {
  switch (fate) {
    case KeyFate::kUnderWay:
      return refuse(Refused::kKeyUnderWay,
                    "the first request with this Idempotency-Key is still under way: ask again in a moment");
    case KeyFate::kUnsettled:
      return refuse(
          Refused::kKeyUnderWay,
          "the daemon ended while a request with this Idempotency-Key was under way, and what came of "
          "it is not known: look whether it was done, and else ask with another key");
    case KeyFate::kOtherRequest:
      return refuse(Refused::kKeyReused,
                    "this Idempotency-Key was used for another request: take another key for each");
    case KeyFate::kFull: {
      Refusal refusal =
          refuse(Refused::kTooManyRequests,
                 "too many requests with an Idempotency-Key within a day: ask without one, or later");
      refusal.headers.emplace_back("Retry-After", "600");
      return refusal;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

std::variant<std::optional<AnswerKey>, Refusal> answer_key(const http::ServerRequest& request,
                                                           const std::string& actor) {
  const auto given = request.headers.get(kKeyHeader);
  if (!given || request.method != "POST") return std::optional<AnswerKey>();
  const auto count = std::ranges::count_if(request.headers.fields(), [](const auto& header) {
    return equals_ignore_case_ascii(header.first, kKeyHeader);
  });
  const bool visible = std::ranges::all_of(*given, [](char c) { return c > 0x20 && c < 0x7F; });
  if (count != 1 || !visible || given->empty() || given->size() > kKeyBytesMax) {
    return refuse(Refused::kInvalidInput, "an Idempotency-Key is one of 1 to " +
                                              std::to_string(kKeyBytesMax) + " visible ASCII characters");
  }
  AnswerKey key;
  key.actor = actor;
  key.key = std::string(*given);
  key.request = fingerprint_of(request.method + "\n" + request.target + "\n" + request.body);
  return std::optional(std::move(key));
}

KeptAnswer done_at(const AnswerKey& key, int status, std::string location) {
  KeptAnswer kept;
  kept.key = key;
  kept.state = AnswerState::kDone;
  kept.status = status;
  kept.location = std::move(location);
  return kept;
}

KeptAnswer told_with(const AnswerKey& key, const http::Response& answer) {
  KeptAnswer kept = done_at(key, answer.status, std::string(answer.headers.get("location").value_or("")));
  kept.state = AnswerState::kTold;
  kept.headers = headers_json(answer);
  kept.body = answer.body;
  return kept;
}

asio::awaitable<http::Response> answer_once(service::KeptAnswers& answers, const Acts& acts,
                                            Operation operation, Call call) {
  const AnswerKey key = *call.key;
  AnswerKey asked = key;
  auto check = co_await answers.begin(std::move(asked), is_noted_by_change(operation));
  if (!check) co_return failed(check.error());
  if (const auto refusal = refusal_of_key(check->fate)) co_return refused(*refusal);
  if (check->fate == KeyFate::kKept) {
    http::Response told = co_await replay(acts, call, std::move(check->answer));
    co_return told;
  }
  http::Response answer;
  bool threw = false;
  try {
    answer = co_await acts.at(operation)(std::move(call));
  } catch (const std::exception&) {
    threw = true;
  }
  if (threw) {
    log::error("api.threw", "a request could not be answered", {});
    answer = failed(make_error(ErrorCode::kInternal, {}));
  }
  std::optional<KeptAnswer> kept;
  if (!may_go_better(answer.status)) kept = kept_of(key, operation, answer);
  AnswerKey ended = key;
  co_await answers.finish(std::move(ended), std::move(kept));
  co_return answer;
}

}  // namespace prospectd::api
