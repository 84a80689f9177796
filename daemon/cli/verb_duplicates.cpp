#include <nlohmann/json.hpp>

#include "daemon/cli/configuration.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/table.h"
#include "daemon/cli/verb_functions.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

std::string record(const Json& row, const char* object, const char* id) {
  const std::string text = text_at(row, object) + " " + text_at(row, id);
  return text == " " ? std::string() : text;
}

void say(Console& console, const std::vector<Json>& rows, bool more, const std::string& config) {
  if (rows.empty()) {
    console.line("No record is held back.");
    return;
  }
  Table table({{"duplicate", false, Align::kRight},
               {"CRM record", false},
               {"address", true},
               {"prospect", false, Align::kRight},
               {"which follows", false},
               {"why", true}});
  for (const Json& row : rows) {
    table.add({text_at(row, "id"), record(row, "object", "remoteId"), text_at(row, "emailKey"),
               text_at(row, "prospectId"), record(row, "linkedObject", "linkedRemoteId"),
               text_at(row, "sentence") + (flag_at(row, "open") ? "" : " (closed)")});
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  say_if_more(console, rows.size(), more);
  if (!console.quiet)
    console.line("Why: prospectd explain duplicate " + shown_at(rows.front(), "id") + config);
}

}  // namespace

ExitCode verb_duplicates(const CommonOptions& common, const DuplicatesOptions& options, Console& console) {
  const DaemonAccess daemon = reach_daemon(common, console);
  if (!daemon.client) return daemon.code;
  const std::string path = options.closed_too ? "/v1/duplicates" : "/v1/duplicates?filter%5Bopen%5D=true";
  bool more = false;
  const auto rows = read_list(*daemon.client, path, options.limit, more);
  if (!rows) return console.fail(rows.error());
  if (console.json) {
    console.document(Json(*rows));
  } else {
    say(console, *rows, more, config_option(common));
  }
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
