// Orders: what the bodies of requests ask for. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/time.h"
#include "daemon/api/refusal.h"
#include "reconcile/access.h"

namespace prospectd::api {

struct SyncOrder {
  std::string connection;  ///< empty: every connection
  bool dry_run = false;
  bool accept_mass_change = false;  ///< the mass-change brake is not to stop it
};

constexpr size_t kBodyBytesMax = 64 * 1024;
constexpr int kBodyDepthMax = 8;

/// The value of a setting.
struct SettingOrder {
  std::string value;
};

constexpr int64_t kTokenLifetimeMsMax = 10LL * 365 * 24 * 60 * 60 * 1000;

/// A token that is wanted.
struct TokenOrder {
  std::string name;
  std::string user;
  reconcile::Role role = reconcile::Role::kRead;
  std::optional<milliseconds> expires_in;  ///< none: it never expires
};

/// A filter that is to be saved.
struct FilterOrder {
  std::string name;
  std::string expression;
  std::string pointer;  ///< to what has these members in the body
};

/// The body as plain members ({"connection": …, "dryRun": …}) or as a JSON:API resource; an empty body asks
/// for everything.
/// **Errors:** kTooLarge; kInvalidJson with line and column; kInvalidInput, which names the member.
std::variant<SyncOrder, Refusal> parse_sync_order(const std::string& body);
/// The same for {"value": …}, a text, or true or false, or a whole number, taken as they are written. `key`
/// is the setting's, which a resource must be about.
std::variant<SettingOrder, Refusal> parse_setting_order(const std::string& body, const std::string& key);

/// The same for {"name": …, "user": …, "role": …, "expiresInMs": …}.
std::variant<TokenOrder, Refusal> parse_token_order(const std::string& body);
/// The same for {"name": …, "expression": …} of a new one, and {"expression": …} of the one of the path,
/// whose `name` it is.
std::variant<FilterOrder, Refusal> parse_filter_order(const std::string& body, const std::string& name);

}  // namespace prospectd::api
