#include <nlohmann/json.hpp>

#include "daemon/cli/configuration.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/table.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

constexpr const char* kSettingsPath = "/v1/settings";

// "default", "prospectd.yaml:12:3", "set by admin, 2026-11-20 08:15:30".
std::string origin_words(const Json& attributes) {
  const std::string origin = shown_at(attributes, "origin");
  const Json& place = member(attributes, "place");
  const Json& set = member(attributes, "set");
  if (origin == "file" && place.is_object()) {
    return shown_at(place, "file") + ":" + std::to_string(number_at(place, "line")) + ":" +
           std::to_string(number_at(place, "column"));
  }
  if (!set.is_object()) return origin;
  const auto at = time_at(set, "changedAt");
  const std::string who = "set by " + shown_at(set, "actor") + (at ? ", " + moment(*at) : "");
  // A variable of the environment stands before what was set.
  return origin == "setting" ? who : origin + " (" + shown_at(set, "value") + " " + who + ")";
}

Json with_key(const Json& resource) {
  Json data = member(resource, "attributes");
  data["key"] = text_at(resource, "id");
  return data;
}

ExitCode say_one(Console& console, const Json& resource) {
  if (console.json) {
    console.document(with_key(resource));
    return ExitCode::kOk;
  }
  const Json& attributes = member(resource, "attributes");
  console.line(shown_at(resource, "id") + "  " + shown_at(attributes, "value") + "  (" +
               origin_words(attributes) + ")");
  return ExitCode::kOk;
}

ExitCode list(const DaemonClient& client, Console& console) {
  const auto answer = client.get(kSettingsPath);
  if (!answer) return console.fail(answer.error());
  const Json& rows = member(*answer, "data");
  if (console.json) {
    Json data = Json::array();
    for (const Json& row : rows)
      data.push_back(with_key(row));
    console.document(data);
    return ExitCode::kOk;
  }
  Table table({{"KEY"}, {"VALUE"}, {"FROM", true}, {"TAKES", true}});
  for (const Json& row : rows) {
    const Json& attributes = member(row, "attributes");
    table.add({text_at(row, "id"), text_at(attributes, "value"), origin_words(attributes),
               text_at(attributes, "takes")});
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  return ExitCode::kOk;
}

}  // namespace

ExitCode verb_settings(const CommonOptions& common, const SettingsOptions& options, Console& console) {
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  const DaemonClient& client = *access.client;
  if (options.action == "list") return list(client, console);
  const std::string path = std::string(kSettingsPath) + "/" + escape_for_url(options.key);
  Result<Json> answer = make_error(ErrorCode::kInternal, "no such action");
  if (options.action == "get") answer = client.get(path);
  if (options.action == "set") answer = client.patch(path, Json{{"value", options.value}});
  if (options.action == "reset") answer = client.remove(path);
  if (!answer) return console.fail(answer.error());
  return say_one(console, member(*answer, "data"));
}

}  // namespace prospectd::cli
