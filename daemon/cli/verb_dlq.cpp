// `dlq`: what was given up, both ways; see it, try it again, or let it go.
#include <map>
#include <nlohmann/json.hpp>

#include "daemon/cli/configuration.h"
#include "daemon/cli/edit_words.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/table.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

constexpr const char* kDlqPath = "/v1/dlqEntries";

std::string entry_path(const std::string& id) {
  return std::string(kDlqPath) + "/" + escape_for_url(id);
}

bool is_write(const Json& row) {
  return text_at(row, "direction") == "out";
}

// "42 Adam Alexander"
std::string prospect_cell(const Json& row) {
  const Json& prospect = member(row, "prospect");
  const std::string name = text_at(prospect, "name");
  return text_at(prospect, "id") + (name.empty() ? "" : " " + name);
}

// "Lead 00Q…", "a new Lead"
std::string record_cell(const Json& row) {
  const std::string remote = text_at(row, "remoteId");
  return remote.empty() ? "a new " + text_at(row, "object") : text_at(row, "object") + " " + remote;
}

std::string moment_cell(const Json& row, const char* name) {
  const auto time = time_at(row, name);
  return time ? moment(*time) : std::string();
}

// A line for each code: what it means and what to do.
void say_advice(Console& console, const std::vector<Json>& rows) {
  std::map<std::string, std::string> advice;
  for (const Json& row : rows)
    advice.emplace(shown_at(row, "code"), shown_at(row, "advice"));
  for (const auto& [code, sentence] : advice) {
    const std::string text = (code.empty() ? std::string() : code + ": ") + sentence;
    for (const std::string& line : wrapped(text, console.out_terminal.width))
      console.line(line);
  }
}

void say_dlq_list(Console& console, const std::vector<Json>& rows, bool more, const std::string& config) {
  if (rows.empty()) {
    console.line("Nothing was given up.");
    return;
  }
  Table table(
      {{"id"}, {"prospect", true}, {"CRM record"}, {"code", true}, {"what it says", true}, {"last, UTC"}});
  for (const Json& row : rows) {
    table.add({text_at(row, "id"), prospect_cell(row), record_cell(row), text_at(row, "code"),
               text_at(row, "message"), moment_cell(row, "givenUpAt")});
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  say_if_more(console, rows.size(), more);
  if (console.quiet) return;
  say_advice(console, rows);
  const std::string id = shown_at(rows.front(), "id");
  console.line("Look: prospectd dlq show " + id + config);
  console.line("Again: prospectd dlq retry " + id + config + ", or --all");
}

ExitCode list_dlq(const DaemonClient& client, const CommonOptions& common, const DlqOptions& options,
                  Console& console) {
  std::string path = kDlqPath;
  if (!options.connection.empty()) path += "?filter%5Bconnection%5D=" + escape_for_url(options.connection);
  bool more = false;
  const auto rows = read_list(client, path, options.limit, more);
  if (!rows) return console.fail(rows.error());
  if (console.json) {
    console.document(Json(*rows));
  } else {
    say_dlq_list(console, *rows, more, config_option(common));
  }
  return ExitCode::kOk;
}

// "out-7 · update of Lead 00Q… · salesforce · prospect 42 Adam Alexander"
std::string head_of(const Json& row) {
  std::string head = text_at(row, "id") + " · ";
  if (is_write(row)) {
    head += text_at(row, "remoteId").empty() ? record_cell(row)
                                             : text_at(row, "operation") + " of " + record_cell(row);
  } else {
    head += record_cell(row) + ", which can't be read";
  }
  head += " · " + text_at(row, "connection");
  const std::string prospect = prospect_cell(row);
  return harmless(prospect.empty() ? head : head + " · prospect " + prospect);
}

void say_dlq_entry(Console& console, const Json& row, const std::string& config) {
  constexpr size_t kNameCells = 14;
  const size_t width = console.out_terminal.width;
  const auto say = [&](const char* name, const std::string& text) {
    if (text.empty()) return;
    std::string start = pad_to(name, kNameCells);
    for (const std::string& line : wrapped(text, width > 3 * kNameCells ? width - kNameCells - 2 : 0)) {
      console.line("  " + start + line);
      start = std::string(kNameCells, ' ');
    }
  };
  console.line(console.tone(Tone::kStrong, head_of(row)));
  say("code", shown_at(row, "code"));
  say(is_write(row) ? "the CRM says" : "because", shown_at(row, "message"));
  say("to do", shown_at(row, "advice"));
  const int64_t attempts = number_at(row, "attempts");
  const std::string since = moment_cell(row, "since");
  if (attempts == 0)
    say("tried", "not at all: nothing was sent; given up " + moment_cell(row, "givenUpAt") +
                     ", waited since " + since);
  else
    say("tried", counted(attempts, "time") + ", last " + moment_cell(row, "givenUpAt") + ", first " + since);
  for (const Json& field : member(row, "fields")) {
    say("to write", shown_at(field, "field") + "  " + value_words(member(field, "crm")) + " → " +
                        value_words(member(field, "prospect")));
  }
  say("as it came", shown_at(row, "payload"));
  if (console.quiet) return;
  const std::string prospect = shown_at(member(row, "prospect"), "id");
  if (!prospect.empty()) console.line("Look further: prospectd explain prospect " + prospect + config);
}

ExitCode show_dlq(const DaemonClient& client, const CommonOptions& common, const std::string& id,
                  Console& console) {
  const auto answer = client.get(entry_path(id));
  if (!answer) return console.fail(answer.error());
  const Json row = flattened(member(*answer, "data"));
  if (console.json) {
    console.document(row);
  } else {
    say_dlq_entry(console, row, config_option(common));
  }
  return ExitCode::kOk;
}

// ---- retry ----

// Of all there may be more than the daemon takes at once: page after page.
Result<Json> ask_retries(const DaemonClient& client, const DlqOptions& options) {
  Json order = {{"ids", options.ids}};
  if (options.all) order = {{"all", true}};
  if (!options.connection.empty()) order["connection"] = options.connection;
  Json sum = {{"retried", Json::array()}, {"missing", Json::array()}, {"causes", Json::array()}};
  for (;;) {  // ends: each page follows the one before
    PD_ASSIGN(answer, client.post("/v1/dlqRetries", order));
    const Json& meta = member(answer, "meta");
    for (const char* name : {"retried", "missing"}) {
      for (const Json& id : member(meta, name))
        sum[name].push_back(id);
    }
    if (const Json& cause = member(meta, "cause"); cause.is_string()) sum["causes"].push_back(cause);
    const std::string next = text_at(meta, "next");
    if (next.empty() || next == text_at(order, "after")) return sum;
    order["after"] = next;
  }
}

void say_retried(Console& console, const Json& told) {
  int64_t writes = 0;
  int64_t records = 0;
  for (const Json& id : member(told, "retried"))
    (id.is_string() && id.get<std::string>().starts_with("out-") ? writes : records) += 1;
  if (writes > 0)
    console.line(counted(writes, "write is", "writes are") + " due at once; attempts are counted anew.");
  if (records > 0)
    console.line(counted(records, "record is", "records are") +
                 " read again with the cycle that begins now.");
  if (writes + records == 0) console.line("Nothing was given up.");
}

ExitCode retry_dlq(const DaemonClient& client, const DlqOptions& options, Console& console) {
  if (options.ids.empty() && !options.all)
    return console.fail(make_error(ErrorCode::kInvalidInput, "say which: ids like out-7 or in-12, or --all"));
  if (!options.all && !options.connection.empty())
    return console.fail(make_error(ErrorCode::kInvalidInput, "--connection goes with --all"));
  const auto told = ask_retries(client, options);
  if (!told) return console.fail(told.error());
  const bool partial = !member(*told, "missing").empty();
  if (console.json) {
    console.document(*told);
    return partial ? ExitCode::kPartial : ExitCode::kOk;
  }
  say_retried(console, *told);
  for (const Json& id : member(*told, "missing")) {
    if (id.is_string()) console.line(harmless(id.get<std::string>()) + ": not among what was given up");
  }
  return partial ? ExitCode::kPartial : ExitCode::kOk;
}

// ---- drop ----

// After these others may still be dropped.
bool is_about_one(const Error& error) {
  return error.code == ErrorCode::kNotFound || error.code == ErrorCode::kConflict;
}

ExitCode drop_dlq(const DaemonClient& client, const std::vector<std::string>& ids, Console& console) {
  Json told = {{"dropped", Json::array()}, {"failed", Json::array()}, {"causes", Json::array()}};
  std::optional<Error> failure;
  for (const std::string& id : ids) {
    const auto answer = client.remove(entry_path(id));
    if (!answer && !is_about_one(answer.error())) return console.fail(answer.error());
    if (!answer) {
      failure = answer.error();
      told["failed"].push_back(
          {{"id", id}, {"code", name_of(answer.error().code)}, {"detail", answer.error().message}});
      continue;
    }
    const Json row = flattened(member(*answer, "data"));
    told["dropped"].push_back(row);
    if (const Json& cause = member(member(*answer, "meta"), "cause"); cause.is_string())
      told["causes"].push_back(cause);
    if (console.json) continue;
    console.line(harmless(id) + (is_write(row) ? " was dropped: both sides stay as they are."
                                               : " was dropped, until its record is read again."));
  }
  if (failure && told["dropped"].empty()) return console.fail(*failure);
  if (console.json) console.document(told);
  if (!failure) return ExitCode::kOk;
  for (const Json& one : told["failed"])
    console.hint(shown_at(one, "id") + ": " + shown_at(one, "detail"));
  return ExitCode::kPartial;
}

}  // namespace

ExitCode verb_dlq(const CommonOptions& common, const DlqOptions& options, Console& console) {
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  const DaemonClient& client = *access.client;
  if (options.action == "show") return show_dlq(client, common, options.ids.front(), console);
  if (options.action == "retry") return retry_dlq(client, options, console);
  if (options.action == "drop") return drop_dlq(client, options.ids, console);
  return list_dlq(client, common, options, console);
}

}  // namespace prospectd::cli
