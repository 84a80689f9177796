#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/json.h"
#include "daemon/cli/sandbox_client.h"
#include "daemon/cli/sandbox_requests.h"
#include "daemon/cli/table.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

struct DoneRow {
  std::string_view verb;
  std::string_view done;
};
constexpr DoneRow kDone[] = {
    {"edit", "changed"},       {"create", "created"},
    {"late", "changed late"},  {"delete", "deleted"},
    {"undelete", "undeleted"}, {"purge", "gone for good"},
    {"convert", "converted"},  {"merge", "has taken the others in"},
};

std::string_view done_of(std::string_view verb) {
  for (const DoneRow& row : kDone) {
    if (row.verb == verb) return row.done;
  }
  return "done";
}

// "Contact 003… changed, stamped 2026-11-20 08:15:30"
void say_change(Console& console, const std::string& verb, const Json& change) {
  std::string line =
      shown_at(change, "object") + " " + shown_at(change, "id") + " " + std::string(done_of(verb));
  if (const auto stamp = time_at(change, "stamp")) line += ", stamped " + moment(*stamp);
  const auto visible = time_at(change, "visible_at");
  if (visible && time_at(change, "stamp") && *visible - *time_at(change, "stamp") >= seconds(1))
    line += ", to be seen from " + moment(*visible);
  console.line(line);
  const std::string contact = shown_at(change, "contact");
  if (!contact.empty()) console.line("  now Contact " + contact + ", Account " + shown_at(change, "account"));
}

void say_counts(Console& console, const Json& counts) {
  Table table({{"object", false},
               {"live", false, Align::kRight},
               {"deleted", false, Align::kRight},
               {"purged", false, Align::kRight}});
  for (const auto& [name, n] : counts.items()) {
    if (!n.is_object()) continue;
    table.add({name, group_digits(number_at(n, "live")), group_digits(number_at(n, "deleted")),
               group_digits(number_at(n, "purged"))});
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  if (const int64_t late = number_at(counts, "pending"); late > 0)
    console.line(counted(late, "late commit") + " to come");
}

void say_snapshot(Console& console, const std::string& verb, const Json& snapshot) {
  const std::string name = shown_at(snapshot, "name");
  const std::string what = name.empty() ? "the beginning" : "snapshot " + name;
  const std::string before = verb == "restore" || verb == "reset" ? "back at "
                             : verb == "drop-snapshot"            ? "dropped "
                                                                  : "";
  const auto taken = time_at(snapshot, "taken");
  console.line(before + what + ": " + counted(number_at(snapshot, "records"), "record") +
               (taken ? ", taken " + moment(*taken) : ""));
}

void say_snapshots(Console& console, const Json& answer) {
  const Json& list = member(answer, "snapshots");
  for (const Json& snapshot : list)
    say_snapshot(console, "snapshots", snapshot);
  if (list.empty()) console.line("no snapshots; prospectd sandbox snapshot NAME takes one");
}

// "Contact 003…, in the recycle bin", and the fields that have a value; an address stands there in its parts.
void say_record(Console& console, const Json& record) {
  constexpr size_t kNameCells = 26;
  console.line(shown_at(record, "object") + " " + shown_at(record, "id") +
               (flag_at(record, "deleted") ? ", in the recycle bin" : ""));
  for (const auto& [name, value] : member(record, "fields").items()) {
    if (value.is_null() || value.is_object() || value == "" || name == "Id") continue;
    console.line("  " + pad_to(harmless(name), kNameCells) + " " +
                 harmless(value.is_string() ? value.get<std::string>() : dump_json_line(value)));
  }
}

void say_members(Console& console, const Json& answer) {
  constexpr size_t kNameCells = 22;
  for (const auto& [name, value] : answer.items()) {
    const bool number = value.is_number_integer();
    console.line("  " + pad_to(harmless(name), kNameCells) + " " +
                 (number ? group_digits(value.get<int64_t>()) : harmless(dump_json_line(value))));
  }
}

void say(Console& console, const std::string& verb, const Json& answer) {
  if (verb == "counts") {
    say_counts(console, answer);
  } else if (verb == "show") {
    say_record(console, answer);
  } else if (verb == "stats" || verb == "knobs") {
    say_members(console, answer);
  } else if (verb == "snapshots") {
    say_snapshots(console, answer);
  } else if (verb == "snapshot" || verb == "restore" || verb == "drop-snapshot" || verb == "reset") {
    say_snapshot(console, verb, answer);
  } else if (verb == "expire-tokens") {
    console.line(counted(number_at(answer, "expired"), "session") + " ended");
  } else {
    say_change(console, verb, answer);
  }
}

}  // namespace

ExitCode verb_sandbox_call(const CommonOptions& common, const SandboxCallOptions& options, Console& console) {
  const auto requests = sandbox_requests(options);
  if (!requests) return console.fail(requests.error());
  const auto place = find_sandbox(common, options);
  if (!place) return console.fail(place.error());
  Json answers = Json::array();
  for (const SandboxRequest& request : *requests) {
    auto answer = ask_sandbox(*place, request);
    if (!answer) return console.fail(answer.error());
    if (!console.json && !console.quiet) say(console, options.verb, *answer);
    answers.push_back(*std::move(answer));
  }
  // One id, one object; several, a list.
  if (console.json) console.document(answers.size() == 1 ? answers.front() : answers);
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
