// Keyed requests: a POST that comes with an Idempotency-Key is carried out once, and the same asked again is
// told what it was told first (docs/api.md, Asking twice). On the loop's thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <boost/asio/awaitable.hpp>

#include "connectors/http/message.h"
#include "daemon/api/call.h"
#include "daemon/api/refusal.h"
#include "daemon/service/kept_answers.h"

namespace prospectd::api {

constexpr size_t kKeyBytesMax = 255;

/// The key that a POST came with; nothing where it has none, or is no POST.
/// **Errors:** kInvalidInput unless it is one, of 1 to kKeyBytesMax visible ASCII characters.
std::variant<std::optional<reconcile::AnswerKey>, Refusal> answer_key(const http::ServerRequest& request,
                                                                      const std::string& actor);

/// What a change's transaction keeps: the answer is told of what stands at `location`.
reconcile::KeptAnswer done_at(const reconcile::AnswerKey& key, int status, std::string location);
/// The same with the answer itself.
reconcile::KeptAnswer told_with(const reconcile::AnswerKey& key, const http::Response& answer);

/// Carries out what `call.key` was given for, once. `answers` and `acts` outlive it.
boost::asio::awaitable<http::Response> answer_once(service::KeptAnswers& answers, const Acts& acts,
                                                   Operation operation, Call call);

}  // namespace prospectd::api
