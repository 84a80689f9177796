// SyncOrder: what the body of POST /v1/syncs asks for. Pure, any thread.
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

/// The body as plain members ({"connection": …, "dryRun": …}) or as a JSON:API resource; an empty body asks
/// for everything.
/// **Errors:** kTooLarge; kInvalidJson with line and column; kInvalidInput, which names the member.
std::variant<SyncOrder, Refusal> parse_sync_order(const std::string& body);

}  // namespace prospectd::api
