// `conflicts`: fields that both sides changed; see both values, and decide.
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

constexpr const char* kReviewsPath = "/v1/conflictReviews";

std::string review_path(const std::string& id) {
  return std::string(kReviewsPath) + "/" + escape_for_url(id);
}

std::string prospect_of_review(const Json& row) {
  const Json& prospect = member(row, "prospect");
  return text_at(prospect, "id") + " " + text_at(prospect, "name");
}

std::string review_words(const Json& row, const char* value) {
  return named_words(member(row, "names"), text_at(row, "field"), member(row, value));
}

// What both sides held before; they may never have agreed.
std::string agreed_words(const Json& row) {
  return flag_at(row, "agreedKnown") ? review_words(row, "agreedValue") : "not known";
}

std::string moment_of_review(const Json& row) {
  const auto opened = time_at(row, "openedAt");
  return opened ? moment(*opened) : std::string();
}

std::string resolve_command(const Json& row, const char* take, const std::string& config) {
  return "prospectd conflicts resolve " + shown_at(row, "id") + " --take " + take + " --seen " +
         shown_at(row, "version") + config;
}

void say_reviews(Console& console, const std::vector<Json>& rows, bool more, const std::string& config) {
  if (rows.empty()) {
    console.line("No conflict waits for a person.");
    return;
  }
  Table table({{"conflict", false, Align::kRight},
               {"prospect", true},
               {"field", true},
               {"the CRM has", true},
               {"the prospect has", true},
               {"both had", true},
               {"since, UTC"}});
  for (const Json& row : rows) {
    table.add({text_at(row, "id"), prospect_of_review(row), text_at(row, "field"),
               review_words(row, "crmValue"), review_words(row, "prospectValue"), agreed_words(row),
               moment_of_review(row)});
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  say_if_more(console, rows.size(), more);
  if (!console.quiet) console.line("Decide: " + resolve_command(rows.front(), "crm|prospect", config));
}

ExitCode list_conflicts(const DaemonClient& client, const CommonOptions& common, size_t limit,
                        Console& console) {
  bool more = false;
  const auto rows = read_list(client, kReviewsPath, limit, more);
  if (!rows) return console.fail(rows.error());
  if (console.json) {
    console.document(Json(*rows));
  } else {
    say_reviews(console, *rows, more, config_option(common));
  }
  return ExitCode::kOk;
}

void say_review(Console& console, const Json& row, const std::string& config) {
  const std::string object = shown_at(row, "object");
  const std::string record =
      object.empty() ? "without a CRM record now" : object + " " + shown_at(row, "remoteId");
  console.line(console.tone(Tone::kStrong, "Conflict " + shown_at(row, "id") + " · " +
                                               shown_at(row, "field") + " of prospect " +
                                               harmless(prospect_of_review(row))) +
               " · " + record + " of " + shown_at(row, "connection"));
  console.line("  the CRM has       " + review_words(row, "crmValue"));
  console.line("  the prospect has  " + review_words(row, "prospectValue"));
  console.line("  both had          " + agreed_words(row));
  console.line("  since             " + moment_of_review(row));
  if (flag_at(row, "frozen"))
    console.line(
        "  why               it went back and forth between two values: look for another program "
        "that writes it");
  if (console.quiet) return;
  console.line("Take the CRM's: " + resolve_command(row, "crm", config));
  console.line("Keep the prospect's" +
               std::string(flag_at(row, "goesOut") ? ", and write it to the CRM: " : ": ") +
               resolve_command(row, "prospect", config));
}

ExitCode show_conflict(const DaemonClient& client, const CommonOptions& common, const std::string& id,
                       Console& console) {
  const auto answer = client.get(review_path(id));
  if (!answer) return console.fail(answer.error());
  const Json row = flattened(member(*answer, "data"));
  if (console.json) {
    console.document(row);
  } else {
    say_review(console, row, config_option(common));
  }
  return ExitCode::kOk;
}

ExitCode resolve_conflict(const DaemonClient& client, const CommonOptions& common,
                          const ConflictsOptions& options, Console& console) {
  Json order = {{"take", options.take}};
  if (!options.version.empty()) order["version"] = options.version;
  const auto answer = client.patch(review_path(options.id), order);
  if (!answer) return console.fail(answer.error());
  Json meta = member(*answer, "meta");
  if (console.json) {
    meta["id"] = options.id;
    console.document(meta);
    return ExitCode::kOk;
  }
  console.line("Conflict " + harmless(options.id) + " is decided: the " +
               (options.take == "crm" ? "CRM's" : "prospect's") + " value counts.");
  for (const std::string& line : change_lines(meta))
    console.line(line);
  say_way_back(console, meta, config_option(common));
  return ExitCode::kOk;
}

}  // namespace

ExitCode verb_conflicts(const CommonOptions& common, const ConflictsOptions& options, Console& console) {
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  if (options.action == "show") return show_conflict(*access.client, common, options.id, console);
  if (options.action == "resolve") return resolve_conflict(*access.client, common, options, console);
  return list_conflicts(*access.client, common, options.limit, console);
}

}  // namespace prospectd::cli
