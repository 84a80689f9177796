#include "daemon/api/acts_tokens.h"

#include <nlohmann/json.hpp>

#include "daemon/api/orders.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using reconcile::Token;
using service::Tokens;

constexpr const char* kPath = "/v1/tokens/";

const char* state_of(const Token& token, Timestamp now) {
  if (token.revoked_at) return "revoked";
  return token.expires_at && *token.expires_at <= now ? "expired" : "active";
}

Json token_resource(const Token& token, Timestamp now) {
  Json out;
  out["name"] = token.name;
  out["user"] = token.user;
  out["role"] = name_of(token.role);
  out["state"] = state_of(token, now);
  out["createdBy"] = token.created_by;
  out["createdAt"] = time_json(token.created_at);
  out["expiresAt"] = time_json(token.expires_at);
  out["lastUsedAt"] = time_json(token.last_used_at);
  out["revokedAt"] = time_json(token.revoked_at);
  return resource("tokens", std::to_string(token.id.value), std::move(out));
}

http::Response no_such_token() {
  return refused(refuse(Refused::kNotFound, "no token of this number; /v1/tokens lists what there is"));
}

asio::awaitable<http::Response> list(Tokens& tokens, Timestamp now) {
  std::vector<Json> shown;
  for (const Token& token : tokens.all())
    shown.push_back(token_resource(token, now));
  co_return many(std::move(shown));
}

asio::awaitable<http::Response> show(Tokens& tokens, Timestamp now, Call call) {
  const auto number = number_of(call.id);
  for (const Token& token : tokens.all()) {
    if (token.id.value == number) co_return one(token_resource(token, now));
  }
  co_return no_such_token();
}

asio::awaitable<http::Response> create(Tokens& tokens, Timestamp now, Call call) {
  auto parsed = parse_token_order(call.body);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  const TokenOrder& wanted = std::get<TokenOrder>(parsed);
  service::TokenOrder order{wanted.name, wanted.user, wanted.role, std::nullopt};
  if (wanted.expires_in) order.expires_at = now + *wanted.expires_in;
  std::string actor = call.actor();
  const Result<service::IssuedToken> issued = co_await tokens.create(std::move(order), std::move(actor));
  if (!issued) co_return failed(issued.error());
  Json shown = token_resource(issued->token, now);
  shown["attributes"]["token"] = issued->text.reveal();  // this once
  co_return created(std::move(shown), kPath + std::to_string(issued->token.id.value));
}

asio::awaitable<http::Response> revoke(Tokens& tokens, Timestamp now, Call call) {
  const auto number = number_of(call.id);
  if (!number) co_return no_such_token();
  std::string actor = call.actor();
  const Result<Token> token = co_await tokens.revoke(reconcile::TokenId{*number}, std::move(actor));
  if (!token) co_return failed(token.error());
  co_return one(token_resource(*token, now));
}

}  // namespace

void add_token_acts(Acts& acts, engine::Scheduler& scheduler, Tokens& tokens) {
  acts[Operation::kTokens] = [&](const Call&) { return list(tokens, scheduler.now()); };
  acts[Operation::kToken] = [&](Call call) { return show(tokens, scheduler.now(), std::move(call)); };
  acts[Operation::kCreateToken] = [&](Call call) { return create(tokens, scheduler.now(), std::move(call)); };
  acts[Operation::kRevokeToken] = [&](Call call) { return revoke(tokens, scheduler.now(), std::move(call)); };
}

}  // namespace prospectd::api
