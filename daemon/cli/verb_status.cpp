#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/advice.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/cycle_words.h"
#include "daemon/cli/json.h"
#include "daemon/cli/table.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

constexpr size_t kLabelCells = 12;
constexpr size_t kDetailCells = kLabelCells + 2;
constexpr int64_t kShownRateFrom = 100;  // of fewer records a rate says nothing
constexpr int64_t kAllowanceHighPercent = 80;
constexpr milliseconds kSkewTolerated{30'000};

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

std::string state_of(const Console& console, const Json& connection) {
  const std::string name = text_at(connection, "state");
  for (const StateRow& row : kStates) {
    if (row.name == name) return console.tone(row.tone, row.words);
  }
  return harmless(name);
}

std::string progress_words(const Json& connection) {
  const Json& progress = member(connection, "progress");
  if (!progress.is_object()) return {};
  std::string text = " " + shown_at(progress, "object") + ", " + group_digits(number_at(progress, "read"));
  if (const int64_t total = number_at(progress, "total"); total > 0) text += " of " + group_digits(total);
  const auto per_second = static_cast<int64_t>(real_at(connection, "rate"));
  return per_second > 0 ? text + " at " + group_digits(per_second) + "/s" : text;
}

// A line with a label, in as many lines as the terminal needs.
void detail(Console& console, const std::string& label, const std::string& text, Tone tone = Tone::kPlain) {
  if (text.empty()) return;
  const size_t width = console.out_terminal.width;
  std::string start = console.tone(tone, pad_to(label, kLabelCells));
  for (const std::string& line : wrapped(text, width > 2 * kDetailCells ? width - kDetailCells : 0)) {
    console.line("  " + start + line);
    start = std::string(kLabelCells, ' ');
  }
}

void attention(Console& console, const std::string& text, std::string_view advice = {}) {
  detail(console, "attention", text, Tone::kWarning);
  detail(console, "", advice.empty() ? std::string() : "→ " + std::string(advice));
}

// "2,114", "40", "118,400/s": what the last cycle read of an object, changed, and how fast.
std::vector<std::string> reading_cells(const Json& connection, const Json& object) {
  const int64_t read = number_at(object, "read");
  const Json& counts = member(member(member(connection, "lastCycle"), "objects"), text_at(object, "object"));
  const std::string pace = read < kShownRateFrom ? "" : rate(read, milliseconds(number_at(object, "tookMs")));
  return {group_digits(read), group_digits(changes_of(counts)), pace};
}

std::string lag_words(milliseconds lag) {
  return lag < seconds(1) ? "none" : format_duration(lag);
}

// How far each object agrees with the CRM.
void say_objects(Console& console, const Json& connection) {
  const Json& objects = member(connection, "objects");
  if (!objects.is_array() || objects.empty()) return;
  Table table({{"object", true},
               {"checked up to (UTC)"},
               {"lag", false, Align::kRight},
               {"read", false, Align::kRight},
               {"changed", false, Align::kRight},
               {"rate", false, Align::kRight}});
  for (const Json& object : objects) {
    const auto verified = time_at(object, "verified");
    const Json& lag = member(object, "lagMs");
    std::vector<std::string> cells = {
        text_at(object, "object"), verified ? moment(*verified) : "not yet",
        lag.is_number() ? lag_words(milliseconds(number_at(object, "lagMs"))) : ""};
    for (std::string& cell : reading_cells(connection, object))
      cells.push_back(std::move(cell));
    table.add(std::move(cells));
  }
  Terminal inner = console.out_terminal;
  if (inner.width > 2) inner.width -= 2;
  for (const std::string& line : table.lines(inner))
    console.line("  " + line);
}

// The allowance that the CRM counts, and how long it lasts at this rate.
void say_allowance(Console& console, const Json& connection) {
  const Json& usage = member(connection, "usage");
  const int64_t allowed = number_at(usage, "allowed");
  if (allowed <= 0) return;
  const int64_t used = number_at(usage, "used");
  const int64_t percent = used * 100 / allowed;
  detail(console, "CRM calls",
         group_digits(used) + " of " + group_digits(allowed) + " in 24 hours (" + group_digits(percent) +
             " %), by everybody; " + group_digits(number_at(connection, "calls")) +
             " requests of this daemon since it started",
         percent >= kAllowanceHighPercent ? Tone::kWarning : Tone::kPlain);
  if (!member(usage, "perHour").is_number()) {
    detail(console, "", "no forecast yet: that takes ten minutes of polls");
    return;
  }
  const auto per_hour = static_cast<int64_t>(std::llround(real_at(usage, "perHour")));
  if (!member(usage, "runsOutInMs").is_number()) {
    detail(console, "", "at " + group_digits(std::max<int64_t>(per_hour, 0)) + " more an hour they last");
    return;
  }
  attention(console,
            "at " + group_digits(per_hour) + " more an hour the calls are used up in " +
                format_duration(milliseconds(number_at(usage, "runsOutInMs"))),
            "poll less often (plugins." + shown_at(connection, "name") +
                ".poll.interval), or see in Setup, API usage, who else calls");
}

void say_trouble(Console& console, const Json& connection) {
  const Json& error = member(connection, "lastError");
  if (error.is_object()) {
    const int64_t failures = number_at(connection, "failures");
    attention(
        console,
        shown_at(error, "message") + (failures > 1 ? " (" + group_digits(failures) + " times in a row)" : ""),
        advice_on(text_at(error, "code")));
  }
  const int64_t skew = number_at(connection, "clockSkewMs");
  if (std::abs(skew) > kSkewTolerated.count()) {
    attention(console,
              "this machine's clock is " + format_duration(milliseconds(std::abs(skew))) +
                  (skew > 0 ? " behind" : " ahead of") + " the CRM's",
              "set it right (NTP)");
  }
  const Json& alerts = member(connection, "alerts");
  if (!alerts.is_array()) return;
  for (const Json& alert : alerts) {
    // The error that ended an object's reading is an alert too.
    if (!alert.is_string() || alert == member(error, "message")) continue;
    attention(console, harmless(alert.get<std::string>()));
  }
}

// What became of changes made here; nothing where there was none.
void say_pushes(Console& console, const Json& connection, Timestamp now) {
  const Json& pushes = member(connection, "pushes");
  std::string words;
  const auto add = [&](const char* name, const char* what) {
    const int64_t count = number_at(pushes, name);
    if (count > 0) words += (words.empty() ? "" : ", ") + group_digits(count) + " " + what;
  };
  add("written", "written");
  add("created", "created");
  add("linked", "linked");
  add("refused", "refused");
  if (const auto at = time_at(pushes, "lastAt"); at && !words.empty())
    detail(console, "to the CRM", words + "; the last " + ago(now, *at));
  if (const Json& error = member(pushes, "error"); error.is_object())
    attention(console, "writing to the CRM: " + shown_at(error, "message"),
              advice_on(text_at(error, "code")));
  if (member(pushes, "heldBack").is_string()) attention(console, shown_at(pushes, "heldBack"));
}

// What the last drift scans have found; nothing before the first.
void say_drift(Console& console, const Json& connection, Timestamp now) {
  int64_t apart = 0;
  int64_t repaired = 0;
  std::optional<Timestamp> oldest;
  for (const Json& object : member(connection, "objects")) {
    const Json& scan = member(object, "verification");
    if (!scan.is_object()) continue;
    for (const char* kind : {"missingHere", "stale", "unexpected", "goneThere"})
      apart += number_at(scan, kind);
    repaired += number_at(scan, "repaired");
    const auto began = time_at(scan, "beganAt");
    if (began && (!oldest || *began < *oldest)) oldest = began;
    if (member(scan, "message").is_string())
      attention(console, "the drift scan stopped: " + shown_at(scan, "message"));
  }
  if (!oldest) return;
  detail(console, "drift scan",
         ago(now, *oldest) + ": " +
             (apart == 0 ? "all agrees"
                         : counted(apart, "record") + " apart, " + group_digits(repaired) + " repaired"));
  if (apart > repaired)
    detail(console, "", "→ prospectd verify tells which; prospectd verify --repair mends them");
}

void say_connection(Console& console, const Json& connection, Timestamp now) {
  std::string head = console.tone(Tone::kStrong, shown_at(connection, "name")) + "  " +
                     state_of(console, connection) + progress_words(connection);
  if (const auto next = time_at(connection, "nextPollAt")) head += "; next poll " + until(now, *next);
  console.line();
  console.line(head);
  const Json& cycle = member(connection, "lastCycle");
  const auto at = time_at(connection, "lastCycleAt");
  if (cycle.is_object() && at)
    detail(console, "last cycle", ago(now, *at) + ": " + reading_of(cycle) + "; " + outcomes_in_short(cycle));
  say_objects(console, connection);
  say_drift(console, connection, now);
  say_pushes(console, connection, now);
  say_allowance(console, connection);
  say_trouble(console, connection);
}

// Since when the oldest change waits, and for what; empty where none does.
std::string oldest_push_words(const Json& totals, Timestamp now) {
  const auto made = time_at(totals, "outboxOldestAt");
  if (!made) return {};
  std::string words = "the oldest made " + ago(now, *made);
  const auto due = time_at(totals, "outboxOldestDueAt");
  if (!due || *due <= now) return words;
  const std::string state = text_at(totals, "outboxOldestState");
  if (state == "leased") return words + ", on its way";
  words += state == "in_doubt" ? ", whether it arrived is looked up " + until(now, *due)
                               : ", to be tried again " + until(now, *due);
  const std::string code = harmless(text_at(totals, "outboxOldestCode"));
  return code.empty() ? words : words + " (" + code + ")";
}

void say_totals(Console& console, const Json& totals, Timestamp now) {
  const size_t width = console.out_terminal.width;
  const auto say = [&](const std::string& text) {
    for (const std::string& line : wrapped(text, width > kDetailCells ? width - 2 : 0))
      console.line("  " + line);
  };
  const auto line = [&](const char* name, std::string_view one, std::string_view many, const char* hint) {
    const int64_t n = number_at(totals, name);
    if (n > 0) say(counted(n, one, many) + (*hint == '\0' ? "" : ": " + std::string(hint)));
  };
  say(counted(number_at(totals, "prospects"), "prospect") + " (" +
      group_digits(number_at(totals, "withoutKey")) + " without a usable address), " +
      counted(number_at(totals, "accounts"), "account") + ", " + counted(number_at(totals, "users"), "user"));
  line("openDuplicates", "record held back as a duplicate", "records held back as duplicates",
       "prospectd duplicates");
  line("deadLetters", "record set apart as unreadable", "records set apart as unreadable",
       "prospectd dlq list");
  line("openConflicts", "field that both sides changed, for a person to decide",
       "fields that both sides changed, for a person to decide", "prospectd conflicts list");
  line("outbox", "change to be written to the CRM", "changes to be written to the CRM",
       oldest_push_words(totals, now).c_str());
  line("outboxDead", "write that the CRM refused for good", "writes that the CRM refused for good",
       "prospectd dlq list");
}

// What of the configuration's files is not in force.
void say_configuration(Console& console, const Json& configuration) {
  if (const Json& refusal = member(configuration, "refusal"); refusal.is_string()) {
    const auto taken = time_at(configuration, "takenAt");
    attention(console,
              "the last reload was refused: " + shown_at(configuration, "refusal") +
                  (taken ? "; in force is the configuration of " + moment(*taken) + " (UTC)" : ""),
              "prospectd check, then prospectd config reload");
  }
  const Json& waiting = member(configuration, "needsRestart");
  if (!waiting.is_array() || waiting.empty()) return;
  std::string keys;
  for (const Json& key : waiting)
    keys += (keys.empty() ? "" : ", ") + harmless(key.is_string() ? key.get<std::string>() : "");
  attention(console, "changed in the configuration, and not in force: " + keys, "restart the daemon");
}

void say_status(Console& console, const Json& status) {
  const Timestamp now = time_at(status, "now").value_or(Timestamp{});
  const Timestamp started = time_at(status, "startedAt").value_or(now);
  console.line(console.tone(Tone::kStrong, "prospectd " + shown_at(status, "version")) + " · running for " +
               format_duration(now - started));
  detail(console, "database", shown_at(status, "dataset"));
  say_totals(console, member(status, "totals"), now);
  say_configuration(console, member(status, "configuration"));
  const Json& connections = member(status, "connections");
  if (!connections.is_array()) return;
  for (const Json& connection : connections)
    say_connection(console, connection, now);
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
