// Tokens: who may ask the control API, and what (SEMANTICS §13). All of them are held in memory, so that each
// request is judged without the database; what changes is committed first, with its journal row, and counts
// from then on. Only fingerprints are kept. On the loop's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/secret.h"
#include "daemon/engine/scheduler.h"
#include "reconcile/store/store.h"

namespace prospectd::service {

constexpr size_t kTokensMax = 500;           ///< in force at once
constexpr size_t kTokenTextBytesMax = 256;   ///< longer ones are no tokens of ours
constexpr size_t kTokenLabelBytesMax = 100;  ///< of a token's name and of its user
constexpr milliseconds kUseNotedEvery{60'000};

/// Who asks.
struct Bearer {
  std::string user;  ///< the journal's actor
  reconcile::Role role = reconcile::Role::kRead;
};

/// What is wanted of a new token.
struct TokenOrder {
  std::string name;  ///< what it is for
  std::string user;  ///< an address or a name
  reconcile::Role role = reconcile::Role::kRead;
  std::optional<Timestamp> expires_at;
};

struct IssuedToken {
  reconcile::Token token;
  Secret text;  ///< the token itself; nobody can tell it again
};

/// What a text that came as a token is worth.
struct Verdict {
  std::optional<Bearer> bearer;
  std::string ended;  ///< without a bearer: why a token that was ours counts no more; empty: it never was
};

class Tokens {
 public:
  virtual ~Tokens() = default;
  /// Judges a token, and notes its use (at most once in kUseNotedEvery in the database).
  virtual Verdict check(std::string_view text) = 0;
  /// Those in force, expired or revoked, by number.
  virtual const std::vector<reconcile::Token>& all() const = 0;
  /// Makes one, for `actor`.
  /// **Errors:** kInvalidInput for a name or user that is none, or an end in the past; kConflict when a token
  /// in force has the name; kTooLarge over kTokensMax; the store's.
  virtual boost::asio::awaitable<Result<IssuedToken>> create(TokenOrder order, std::string actor) = 0;
  /// Ends one: the next request with it is refused.
  /// **Errors:** kNotFound; kConflict when it has ended already; the store's.
  virtual boost::asio::awaitable<Result<reconcile::Token>> revoke(reconcile::TokenId id,
                                                                  std::string actor) = 0;
};

/// Scheduler and store outlive the io_context's run. Reads the store at once.
/// **Errors:** the store's.
Result<std::unique_ptr<Tokens>> make_tokens(engine::Scheduler& scheduler, store::Store& store);

}  // namespace prospectd::service
