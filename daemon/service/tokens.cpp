#include "daemon/service/tokens.h"

#include <algorithm>
#include <unordered_map>

#include <boost/asio/co_spawn.hpp>

#include "base/fingerprint.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/service/journaled.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;
using reconcile::Role;
using reconcile::Token;
using reconcile::TokenId;

constexpr size_t kTokenBytes = 32;                 // 256 bits (FAULTS A5)
constexpr std::string_view kTokenPrefix = "pdt_";  // so that scanners for secrets find one that went astray

bool is_label(std::string_view text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !trim_ascii(text).empty() && text.size() <= kTokenLabelBytesMax && is_valid_utf8(text) &&
         std::ranges::none_of(text, control);
}

std::string described(const Token& token) {
  return json_quote(token.user + " · " + std::string(reconcile::name_of(token.role)));
}

class StoredTokens final : public Tokens {
 public:
  StoredTokens(engine::Scheduler& scheduler, store::Store& store, std::vector<Token> tokens)
      : scheduler_(scheduler), store_(store), tokens_(std::move(tokens)) {
    for (const Token& token : tokens_)
      next_ = std::max(next_, token.id.value + 1);
    index();
  }

  Verdict check(std::string_view text) override {
    if (text.empty() || text.size() > kTokenTextBytesMax) return {};
    // By the fingerprint: how long the look-up takes says nothing about the token.
    const auto found = by_fingerprint_.find(fingerprint_of(text));
    if (found == by_fingerprint_.end()) return {};
    Token& token = tokens_[found->second];
    const Timestamp now = scheduler_.now();
    if (token.revoked_at) return {std::nullopt, "it was revoked at " + format_timestamp(*token.revoked_at)};
    if (token.expires_at && *token.expires_at <= now)
      return {std::nullopt, "it expired at " + format_timestamp(*token.expires_at)};
    if (!token.last_used_at || now - *token.last_used_at >= kUseNotedEvery) note_use(token, now);
    return {Bearer{token.user, token.role}, {}};
  }

  const std::vector<Token>& all() const override { return tokens_; }

  asio::awaitable<Result<IssuedToken>> create(TokenOrder order, std::string actor) override {
    PD_TRY_CO(check_order(order));
    IssuedToken issued;
    issued.text = Secret(std::string(kTokenPrefix) + random_hex(kTokenBytes));
    Token& token = issued.token;
    token.id = TokenId{next_++};
    token.name = std::string(trim_ascii(order.name));
    token.user = std::string(trim_ascii(order.user));
    token.role = order.role;
    token.fingerprint = fingerprint_of(issued.text.reveal());
    token.created_by = actor;
    token.created_at = scheduler_.now();
    token.expires_at = order.expires_at;
    names_under_way_.push_back(token.name);
    Change change = change_of(token, std::move(actor), reconcile::Reason::kTokenCreated);
    change.entry->after = described(token);
    change.step = reconcile::AddToken{token};
    const Result<void> done = co_await commit_change(scheduler_, store_, std::move(change));
    std::erase(names_under_way_, token.name);
    if (!done) co_return done.error();
    tokens_.push_back(token);
    forget_ended();
    index();
    log::info("token.created", "a token was made",
              {{"token", token.id.value}, {"role", reconcile::name_of(token.role)}});
    co_return std::move(issued);
  }

  asio::awaitable<Result<Token>> revoke(TokenId id, std::string actor) override {
    const Token* found = find(id);
    if (found == nullptr)
      co_return make_error(ErrorCode::kNotFound, "there is no token " + std::to_string(id.value));
    if (found->revoked_at) co_return already_revoked(id);
    Change change = change_of(*found, actor, reconcile::Reason::kTokenRevoked);
    change.entry->before = described(*found);
    change.step = reconcile::RevokeToken{id};
    const Result<void> done = co_await commit_change(scheduler_, store_, std::move(change));
    if (!done) co_return done.error().code == ErrorCode::kConflict ? already_revoked(id) : done.error();
    Token* token = find(id);
    token->revoked_at = scheduler_.now();
    log::info("token.revoked", "a token was revoked", {{"token", id.value}});
    co_return *token;
  }

 private:
  static Error already_revoked(TokenId id) {
    return make_error(ErrorCode::kConflict,
                      "token " + std::to_string(id.value) + " was revoked already: nothing was changed");
  }

  static Change change_of(const Token& token, std::string actor, reconcile::Reason reason) {
    Change change;
    change.cause = {"token", std::to_string(token.id.value), std::move(actor)};
    change.entry.emplace();
    change.entry->reason = reason;
    change.entry->field = token.name;
    return change;
  }

  bool in_force(const Token& token) const {
    const auto end = reconcile::end_of(token);
    return !end || *end > scheduler_.now();
  }

  // As the store does.
  void forget_ended() {
    const auto ended = [this](const Token& token) { return !in_force(token); };
    while (static_cast<size_t>(std::ranges::count_if(tokens_, ended)) > reconcile::kEndedTokensMax) {
      auto oldest = std::ranges::find_if(tokens_, ended);
      for (auto at = oldest; at != tokens_.end(); ++at) {
        if (ended(*at) && reconcile::end_of(*at) < reconcile::end_of(*oldest)) oldest = at;
      }
      tokens_.erase(oldest);
    }
  }

  Result<void> check_order(const TokenOrder& order) const {
    const std::string most = std::to_string(kTokenLabelBytesMax);
    if (!is_label(order.name)) {
      return make_error(ErrorCode::kInvalidInput,
                        "a token needs a name of 1 to " + most + " bytes that says what it is for");
    }
    if (!is_label(order.user)) {
      return make_error(ErrorCode::kInvalidInput,
                        "a token needs a user of 1 to " + most + " bytes: an address or a name");
    }
    if (order.expires_at && *order.expires_at <= scheduler_.now())
      return make_error(ErrorCode::kInvalidInput, "the token would have expired already");
    const std::string name(trim_ascii(order.name));
    const auto has_name = [&](const Token& token) { return in_force(token) && token.name == name; };
    if (std::ranges::any_of(tokens_, has_name) || std::ranges::count(names_under_way_, name) > 0) {
      return make_error(ErrorCode::kConflict,
                        "a token in force has this name already: revoke it, or take another name");
    }
    const auto count = static_cast<size_t>(
        std::ranges::count_if(tokens_, [this](const Token& token) { return in_force(token); }));
    if (count + names_under_way_.size() < kTokensMax) return {};
    return make_error(ErrorCode::kTooLarge, "there are " + std::to_string(kTokensMax) +
                                                " tokens already: revoke those that nobody uses");
  }

  Token* find(TokenId id) {
    const auto found = std::ranges::find(tokens_, id, &Token::id);
    return found == tokens_.end() ? nullptr : &*found;
  }

  void index() {
    by_fingerprint_.clear();
    for (size_t i = 0; i < tokens_.size(); ++i)
      by_fingerprint_[tokens_[i].fingerprint] = i;
  }

  // The answer doesn't wait for it: a use that is not noted costs nothing but a minute's precision.
  void note_use(Token& token, Timestamp now) {
    token.last_used_at = now;
    Change change;
    change.step = reconcile::NoteTokenUse{token.id};
    asio::co_spawn(scheduler_.io(), commit_change(scheduler_, store_, std::move(change)),
                   [](std::exception_ptr, const Result<void>&) {});
  }

  engine::Scheduler& scheduler_;
  store::Store& store_;
  std::vector<Token> tokens_;
  std::unordered_map<std::string, size_t> by_fingerprint_;  ///< places in tokens_
  std::vector<std::string> names_under_way_;                ///< of tokens that are being written
  int64_t next_ = 1;
};

Result<std::vector<Token>> stored_tokens(store::Store& store) {
  PD_ASSIGN(reader, store.reader());
  return reader->tokens();
}

}  // namespace

Result<std::unique_ptr<Tokens>> make_tokens(engine::Scheduler& scheduler, store::Store& store) {
  PD_ASSIGN(tokens, stored_tokens(store));
  return std::unique_ptr<Tokens>(std::make_unique<StoredTokens>(scheduler, store, std::move(tokens)));
}

}  // namespace prospectd::service
