// `list`: tasks, accounts, users, … as tables; prospects have a verb of their own.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/cli/configuration.h"
#include "daemon/cli/edit_words.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/table.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

struct Shown {
  const char* member;  ///< of a resource, or what it refers to
  const char* title;
};
struct KindRow {
  const char* type;
  const char* nothing;  ///< said where there is none
  const char* refers;   ///< what it refers to, and is shown by name
  std::vector<Shown> columns;
};

// `type` is one of edited_kinds(), but for prospects.
const KindRow& row_of(const std::string& type) {
  static const std::vector<KindRow> kRows = {
      {"tasks",
       "No task",
       "owner,prospect,account",
       {{"subject", "subject"},
        {"state", "state"},
        {"kind", "kind"},
        {"dueAt", "due, UTC"},
        {"owner", "owner"},
        {"prospect", "prospect"},
        {"account", "account"}}},
      {"accounts",
       "No account",
       "owner",
       {{"name", "name"},
        {"industry", "industry"},
        {"website", "website"},
        {"owner", "owner"},
        {"remoteId", "CRM record"}}},
      {"users",
       "No user",
       "",
       {{"name", "name"},
        {"email", "email"},
        {"kind", "kind"},
        {"active", "active"},
        {"remoteId", "CRM record"}}},
      {"mailboxes",
       "No mailbox",
       "user",
       {{"address", "address"},
        {"user", "user"},
        {"isDefault", "default"},
        {"connected", "connected"},
        {"error", "error"}}},
      {"stages", "No stage", "", {{"position", "position"}, {"name", "name"}}},
      {"tags", "No tag", "", {{"name", "name"}}},
      {"sequences",
       "No sequence",
       "owner,ruleset",
       {{"name", "name"}, {"enabled", "enabled"}, {"owner", "owner"}, {"ruleset", "ruleset"}}},
      {"sequenceStates",
       "No sequence state",
       "prospect,sequence,sequencer",
       {{"prospect", "prospect"},
        {"sequence", "sequence"},
        {"state", "state"},
        {"step", "step"},
        {"sequencer", "sequencer"},
        {"reason", "reason"}}},
      {"rulesets", "No ruleset", "", {{"name", "name"}, {"reentry", "reentry"}, {"exclusive", "exclusive"}}},
  };
  return *std::ranges::find(kRows, type, &KindRow::type);
}

std::string cell_of(const Json& value, const std::string& name) {
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_object()) {
    const std::string called = text_at(value, "name");
    return text_at(value, "id") + (called.empty() ? "" : " " + called);
  }
  if (!value.is_string()) return value.is_null() ? std::string() : dump_json_line(value);
  const auto time = name.ends_with("At") ? parse_timestamp(value.get<std::string>()) : std::nullopt;
  return time ? moment(*time) : value.get<std::string>();
}

void say_rows(Console& console, const KindRow& kind, const std::vector<Json>& rows, bool more,
              bool filtered) {
  if (rows.empty()) {
    console.line(std::string(kind.nothing) + (filtered ? " is like that." : " is here yet."));
    return;
  }
  std::vector<Column> columns = {{"number", false, Align::kRight}};
  for (const Shown& shown : kind.columns)
    columns.push_back({shown.title, true});
  Table table(std::move(columns));
  for (const Json& row : rows) {
    std::vector<std::string> cells = {text_at(row, "id")};
    for (const Shown& shown : kind.columns)
      cells.push_back(cell_of(member(row, shown.member), shown.member));
    table.add(std::move(cells));
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  say_if_more(console, rows.size(), more);
}

std::string path_of(const ListOptions& options, const KindRow& kind) {
  std::string query;
  const auto add = [&query](const char* name, const std::string& value) {
    if (!value.empty())
      query += (query.empty() ? "?" : "&") + std::string(name) + "=" + escape_for_url(value);
  };
  add("filter%5Bq%5D", options.filter);
  add("sort", options.sort);
  add("include", kind.refers);
  return "/v1/" + std::string(kind.type) + query;
}

}  // namespace

ExitCode verb_list(const CommonOptions& common, const ListOptions& options, Console& console) {
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  const KindRow& kind = row_of(type_of_kind(options.kind));
  bool more = false;
  const auto rows = read_list(*access.client, path_of(options, kind), options.limit, more);
  if (!rows) return console.fail(rows.error());
  if (console.json) {
    console.document(Json(*rows));
  } else {
    say_rows(console, kind, *rows, more, !options.filter.empty());
  }
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
