#include <nlohmann/json.hpp>

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

constexpr const char* kFiltersPath = "/v1/filters";

std::string path_of(std::string name) {
  if (name.starts_with('@')) name.erase(0, 1);  // as it is written in an expression
  return std::string(kFiltersPath) + "/" + escape_for_url(name);
}

ExitCode list(const DaemonClient& client, Console& console) {
  const auto answer = client.get(kFiltersPath);
  if (!answer) return console.fail(answer.error());
  Json rows = Json::array();
  for (const Json& resource : member(*answer, "data"))
    rows.push_back(flattened(resource));
  if (console.json) {
    console.document(rows);
    return ExitCode::kOk;
  }
  if (rows.empty()) {
    console.line("No filter is saved. Save one: prospectd filters save NAME 'EXPR'");
    return ExitCode::kOk;
  }
  Table table({{"filter"}, {"expression", true}, {"owner", true}, {"changed"}});
  for (const Json& row : rows) {
    const auto changed = time_at(row, "changedAt");
    table.add({"@" + text_at(row, "id"), text_at(row, "expression"), text_at(row, "owner"),
               changed ? moment(*changed) : ""});
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  return ExitCode::kOk;
}

// `show` prints the expression alone, so that it can be used by other programs.
ExitCode say_one(Console& console, const Json& resource, bool saved) {
  const Json row = flattened(resource);
  if (console.json) {
    console.document(row);
  } else if (saved) {
    console.line("Saved. Use it: prospectd prospects --filter @" + shown_at(row, "id"));
  } else {
    console.line(shown_at(row, "expression"));
  }
  return ExitCode::kOk;
}

Result<Json> save(const DaemonClient& client, const FiltersOptions& options) {
  auto answer = client.patch(path_of(options.name), {{"expression", options.expression}});
  if (answer || answer.error().code != ErrorCode::kNotFound) return answer;
  const std::string name = options.name.starts_with('@') ? options.name.substr(1) : options.name;
  return client.post(kFiltersPath, {{"name", name}, {"expression", options.expression}});
}

}  // namespace

ExitCode verb_filters(const CommonOptions& common, const FiltersOptions& options, Console& console) {
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  const DaemonClient& client = *access.client;
  if (options.action == "list") return list(client, console);
  if (options.action == "drop") {
    const auto answer = client.remove(path_of(options.name));
    if (!answer) return console.fail(answer.error());
    if (console.json) {
      console.document(Json::object());
    } else {
      console.line("Dropped.");
    }
    return ExitCode::kOk;
  }
  const bool saves = options.action == "save";
  const auto answer = saves ? save(client, options) : client.get(path_of(options.name));
  return answer ? say_one(console, member(*answer, "data"), saves) : console.fail(answer.error());
}

}  // namespace prospectd::cli
