#include <nlohmann/json.hpp>

#include "config/values.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/table.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

constexpr const char* kTokensPath = "/v1/tokens";

std::string moment_at(const Json& row, const char* name, const char* otherwise) {
  const auto time = time_at(row, name);
  return time ? moment(*time) : otherwise;
}

std::string end_of(const Json& row) {
  const auto revoked = time_at(row, "revokedAt");
  return revoked ? "revoked " + moment(*revoked) : moment_at(row, "expiresAt", "never");
}

ExitCode list(const DaemonClient& client, bool ended_too, Console& console) {
  const auto answer = client.get(kTokensPath);
  if (!answer) return console.fail(answer.error());
  Json rows = Json::array();
  for (const Json& resource : member(*answer, "data")) {
    Json row = flattened(resource);
    if (ended_too || text_at(row, "state") == "active") rows.push_back(std::move(row));
  }
  if (console.json) {
    console.document(rows);
    return ExitCode::kOk;
  }
  if (rows.empty()) {
    console.line("No token is in force but the daemon's own.");
    return ExitCode::kOk;
  }
  Table table({{"token", false, Align::kRight},
               {"name", true},
               {"user", true},
               {"role"},
               {"last used"},
               {"expires"},
               {"made by", true}});
  for (const Json& row : rows) {
    table.add({text_at(row, "id"), text_at(row, "name"), text_at(row, "user"), text_at(row, "role"),
               moment_at(row, "lastUsedAt", "never"), end_of(row), text_at(row, "createdBy")});
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  return ExitCode::kOk;
}

ExitCode create(const DaemonClient& client, const TokensOptions& options, Console& console) {
  Json order = {{"name", options.name}, {"user", options.user}, {"role", options.role}};
  if (const auto lifetime = config::parse_duration(options.expires)) order["expiresInMs"] = lifetime->count();
  const auto answer = client.post(kTokensPath, order);
  if (!answer) return console.fail(answer.error());
  const Json row = flattened(member(*answer, "data"));
  if (console.json) {
    console.document(row);
    return ExitCode::kOk;
  }
  // The token alone is the answer, so that it can go straight into a file.
  console.line(shown_at(row, "token"));
  console.hint("Token " + shown_at(row, "id") + " for " + shown_at(row, "user") + ", role " +
               shown_at(row, "role") + ", expires " + moment_at(row, "expiresAt", "never") +
               ". It is shown this once: keep it in a file of mode 600.");
  return ExitCode::kOk;
}

ExitCode revoke(const DaemonClient& client, const std::string& id, Console& console) {
  const auto answer = client.remove(std::string(kTokensPath) + "/" + escape_for_url(id));
  if (!answer) return console.fail(answer.error());
  const Json row = flattened(member(*answer, "data"));
  if (console.json) {
    console.document(row);
  } else {
    console.line("Token " + shown_at(row, "id") + " (" + shown_at(row, "name") + ", of " +
                 shown_at(row, "user") + ") is revoked: requests with it are refused from now on.");
  }
  return ExitCode::kOk;
}

}  // namespace

ExitCode verb_tokens(const CommonOptions& common, const TokensOptions& options, Console& console) {
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  if (options.action == "create") return create(*access.client, options, console);
  if (options.action == "revoke") return revoke(*access.client, options.id, console);
  return list(*access.client, options.ended_too, console);
}

}  // namespace prospectd::cli
