// Access: who may ask what (SEMANTICS §13), and the filters that people have saved. Pure data, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace prospectd::reconcile {

/// What a token lets its bearer do; each role may all that the ones before it may.
enum class Role {
  kRead,   ///< look at everything
  kUser,   ///< import, pull and push, their own work
  kAdmin,  ///< settings, clean-up, users, transfers, others' work
};
constexpr std::string_view kRoleNames[] = {"read", "user", "admin"};

constexpr std::string_view name_of(Role role) {
  return kRoleNames[static_cast<size_t>(role)];
}
constexpr std::optional<Role> role_named(std::string_view name) {
  for (const Role role : {Role::kRead, Role::kUser, Role::kAdmin}) {
    if (name_of(role) == name) return role;
  }
  return std::nullopt;
}

/// Of tokens that have ended (revoked or expired), so many are kept; the oldest go.
constexpr size_t kEndedTokensMax = 500;

using TokenId = LocalId<struct TokenTag>;

/// A token of the control API as it is kept: not the token, which is shown once, but its fingerprint.
struct Token {
  TokenId id;
  std::string name;  ///< what it is for
  std::string user;  ///< the journal's actor for what is asked with it
  Role role = Role::kRead;
  std::string fingerprint;  ///< fingerprint_of (base/fingerprint.h) the token
  std::string created_by;
  Timestamp created_at{};
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> last_used_at;  ///< to the minute
  std::optional<Timestamp> revoked_at;
  bool operator==(const Token&) const = default;
};

/// When it ended or will; nothing: it has no end.
inline std::optional<Timestamp> end_of(const Token& token) {
  return token.revoked_at ? token.revoked_at : token.expires_at;
}

struct SavedFilter {
  std::string name;
  std::string text;  ///< an expression (mapping/expression.h)
  std::string user;  ///< who saved it first: its owner
  Timestamp changed_at{};
  bool operator==(const SavedFilter&) const = default;
};

}  // namespace prospectd::reconcile
