#include <nlohmann/json.hpp>

#include "daemon/cli/configuration.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/table.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

void say(Console& console, const std::vector<Json>& rows, bool more) {
  if (rows.empty()) {
    console.line("No record is set apart.");
    return;
  }
  Table table({{"letter", false, Align::kRight},
               {"CRM record", false},
               {"why", true},
               {"seen", false, Align::kRight},
               {"last, UTC", false}});
  for (const Json& row : rows) {
    const auto last = time_at(row, "lastSeen");
    table.add({text_at(row, "id"), text_at(row, "object") + " " + text_at(row, "remoteId"),
               text_at(row, "reason"), std::to_string(number_at(row, "seen")),
               last ? moment(*last) : std::string()});
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  say_if_more(console, rows.size(), more);
  if (!console.quiet) console.line("Each goes by itself when its record comes again whole.");
}

}  // namespace

ExitCode verb_dead_letters(const CommonOptions& common, const DeadLettersOptions& options, Console& console) {
  const DaemonAccess daemon = reach_daemon(common, console);
  if (!daemon.client) return daemon.code;
  bool more = false;
  const auto rows = read_list(*daemon.client, "/v1/deadLetters", options.limit, more);
  if (!rows) return console.fail(rows.error());
  if (console.json) {
    console.document(Json(*rows));
  } else {
    say(console, *rows, more);
  }
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
