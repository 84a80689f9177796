// Orders: what the bodies of requests ask for. Pure, any thread.
#pragma once

#include <string>
#include <variant>

#include "daemon/api/refusal.h"

namespace prospectd::api {

struct SyncOrder {
  std::string connection;  ///< empty: every connection
  bool dry_run = false;
};

constexpr size_t kBodyBytesMax = 64 * 1024;
constexpr int kBodyDepthMax = 8;

/// The value of a setting.
struct SettingOrder {
  std::string value;
};

/// The body as plain members ({"connection": …, "dryRun": …}) or as a JSON:API resource; an empty body asks
/// for everything.
/// **Errors:** kTooLarge; kInvalidJson with line and column; kInvalidInput, which names the member.
std::variant<SyncOrder, Refusal> parse_sync_order(const std::string& body);
/// The same for {"value": …}, a text, or true or false, or a whole number, taken as they are written. `key`
/// is the setting's, which a resource must be about.
std::variant<SettingOrder, Refusal> parse_setting_order(const std::string& body, const std::string& key);

}  // namespace prospectd::api
