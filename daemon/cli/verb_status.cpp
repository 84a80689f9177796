#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/cycle_words.h"
#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

struct StateRow {
  std::string_view name;
  Tone tone;
  std::string_view words;
};
constexpr StateRow kStates[] = {
    {"starting", Tone::kPlain, "starting; its first poll is to come"},
    {"idle", Tone::kGood, "up to date"},
    {"syncing", Tone::kGood, "reading"},
    {"backing_off", Tone::kWarning, "had trouble, and will try again"},
    {"waiting", Tone::kWarning, "the CRM asked for patience"},
    {"needs_attention", Tone::kBad, "needs attention: somebody has to change something"},
    {"stopped", Tone::kWarning, "stopped"},
};

struct AdviceRow {
  std::string_view code;
  std::string_view advice;
};
// What to do about an error that a connection rests on, where its own message can't know it.
constexpr AdviceRow kAdvice[] = {
    {"login_refused", "then try it: prospectd login --test"},
    {"permission", "give the run-as user of the connected app read access"},
    {"quota_exhausted", "the CRM's daily calls are used up; it goes on when they come back"},
    {"rate_limited", "the CRM is busy; it goes on by itself"},
    {"disk_full", "make room in the state folder; it goes on by itself"},
    {"state_damaged", "stop the daemon and restore the database from a backup"},
    {"config_invalid", "prospectd check"},
    {"refused_target", "look at login_url, then: prospectd check"},
};

std::string state_of(const Console& console, const Json& connection) {
  const std::string name = text_at(connection, "state");
  for (const StateRow& row : kStates) {
    if (row.name == name) return console.tone(row.tone, row.words);
  }
  return harmless(name);
}

std::string progress_of(const Json& connection) {
  const Json& progress = member(connection, "progress");
  if (!progress.is_object()) return {};
  std::string text = " " + shown_at(progress, "object") + ", " + group_digits(number_at(progress, "read"));
  if (const int64_t total = number_at(progress, "total"); total > 0) text += " of " + group_digits(total);
  const auto per_second = static_cast<int64_t>(real_at(connection, "rate"));
  return per_second > 0 ? text + " at " + group_digits(per_second) + "/s" : text;
}

// How far what is here agrees with the CRM: by the last cycle where that read everything, else by object.
std::string verified_of(const Json& status, const Json& connection, Timestamp now) {
  const Json& cycle = member(connection, "lastCycle");
  const auto upper = time_at(cycle, "windowUpper");
  if (flag_at(cycle, "complete") && upper)
    return "everything that changed in the CRM up to " + ago(now, *upper);
  std::string text;
  const Json& cursors = member(status, "cursors");
  if (!cursors.is_array()) return text;
  for (const Json& cursor : cursors) {
    if (text_at(cursor, "connection") != text_at(connection, "name")) continue;
    const auto read = time_at(cursor, "stamp");
    text += (text.empty() ? "" : " · ") + shown_at(cursor, "object") +
            (read ? " up to " + ago(now, *read) : " not yet");
  }
  return text;
}

void detail(Console& console, std::string_view label, const std::string& text) {
  if (!text.empty()) console.line("  " + pad_to(label, 12) + text);
}

void attention(Console& console, const std::string& text) {
  detail(console, console.tone(Tone::kWarning, pad_to("attention", 12)), text);
}

void say_trouble(Console& console, const Json& connection) {
  const Json& error = member(connection, "lastError");
  if (error.is_object()) {
    const int64_t failures = number_at(connection, "failures");
    attention(console, shown_at(error, "message") +
                           (failures > 1 ? " (" + group_digits(failures) + " times in a row)" : ""));
    for (const AdviceRow& row : kAdvice) {
      if (row.code == text_at(error, "code")) detail(console, "", "→ " + std::string(row.advice));
    }
  }
  const Json& alerts = member(connection, "alerts");
  if (!alerts.is_array()) return;
  for (const Json& alert : alerts) {
    if (alert.is_string()) attention(console, harmless(alert.get<std::string>()));
  }
}

void say_connection(Console& console, const Json& status, const Json& connection, Timestamp now) {
  std::string head = console.tone(Tone::kStrong, shown_at(connection, "name")) + "  " +
                     state_of(console, connection) + progress_of(connection);
  if (const auto next = time_at(connection, "nextPollAt")) head += "; next poll " + until(now, *next);
  console.line();
  console.line(head);
  const Json& cycle = member(connection, "lastCycle");
  const auto at = time_at(connection, "lastCycleAt");
  if (cycle.is_object() && at)
    detail(console, "last cycle", ago(now, *at) + ": " + reading_of(cycle) + "; " + outcomes_in_short(cycle));
  detail(console, "verified", verified_of(status, connection, now));
  const Json& usage = member(connection, "usage");
  if (number_at(usage, "allowed") > 0) {
    detail(console, "CRM calls",
           group_digits(number_at(usage, "used")) + " of " + group_digits(number_at(usage, "allowed")) +
               " of this day's; " + group_digits(number_at(connection, "calls")) + " by this daemon");
  }
  say_trouble(console, connection);
}

void say_totals(Console& console, const Json& totals) {
  const auto line = [&](const char* name, std::string_view one, std::string_view many, const char* hint) {
    const int64_t n = number_at(totals, name);
    if (n > 0) console.line("  " + counted(n, one, many) + (*hint == '\0' ? "" : ": " + std::string(hint)));
  };
  console.line("  " + counted(number_at(totals, "prospects"), "prospect") + " (" +
               group_digits(number_at(totals, "withoutKey")) + " without a usable address), " +
               counted(number_at(totals, "accounts"), "account") + ", " +
               counted(number_at(totals, "users"), "user"));
  line("openDuplicates", "record held back as a duplicate", "records held back as duplicates",
       "prospectd duplicates");
  line("deadLetters", "record set apart as unreadable", "records set apart as unreadable",
       "prospectd dead-letters");
  line("openConflicts", "field that both sides changed, for a person to decide",
       "fields that both sides changed, for a person to decide", "");
}

void say_status(Console& console, const Json& status) {
  const Timestamp now = time_at(status, "now").value_or(Timestamp{});
  const Timestamp started = time_at(status, "startedAt").value_or(now);
  console.line(console.tone(Tone::kStrong, "prospectd " + shown_at(status, "version")) + " · running for " +
               format_duration(now - started) + " · " + shown_at(status, "dataset"));
  say_totals(console, member(status, "totals"));
  const Json& connections = member(status, "connections");
  if (!connections.is_array()) return;
  for (const Json& connection : connections)
    say_connection(console, status, connection, now);
}

}  // namespace

ExitCode verb_status(const CommonOptions& common, Console& console) {
  const DaemonAccess daemon = reach_daemon(common, console);
  if (!daemon.client) return daemon.code;
  const auto answer = daemon.client->get("/v1/status");
  if (!answer) return console.fail(answer.error());
  const Json& status = member(member(*answer, "data"), "attributes");
  if (console.json) {
    console.document(status);
  } else {
    say_status(console, status);
  }
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
