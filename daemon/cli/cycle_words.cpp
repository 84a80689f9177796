#include "daemon/cli/cycle_words.h"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/time.h"
#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

/// One kind of outcome: its member of COUNTS, and how it is told.
struct Outcome {
  const char* member;
  const char* done;   ///< "created"
  const char* would;  ///< "create", of a dry run
  const char* one;
  const char* many;
  const char* hint;  ///< where to look further; may be empty
  bool change;       ///< false: nothing is written for it
};
constexpr Outcome kOutcomes[] = {
    {"created", "created", "create", "prospect", "prospects", "", true},
    {"linked", "linked", "link", "prospect by its email", "prospects by their email", "", true},
    {"updated", "updated", "update", "prospect", "prospects", "", true},
    {"owners", "owners", "own", "prospect gets another owner", "prospects get another owner", "", false},
    {"held", "held", "hold", "record whose address another prospect has",
     "records whose address another prospect has", "prospectd duplicates", true},
    {"moved", "moved", "move", "link after a conversion or merge", "links after conversions or merges", "",
     true},
    {"deleted", "deleted", "mark", "record deleted in the CRM", "records deleted in the CRM", "", true},
    {"restored", "restored", "restore", "record back in the CRM", "records back in the CRM", "", true},
    {"quarantined", "set apart", "set apart", "record that could not be read",
     "records that could not be read", "prospectd dead-letters", true},
    {"fieldErrors", "fields", "fields", "value that could not be taken", "values that could not be taken", "",
     false},
    {"skipped", "passed by", "pass by",
     "record that makes no prospect: deleted or converted before, kept out by create_when, or switched off",
     "records that make no prospect: deleted or converted before, kept out by create_when, or switched off",
     "", false},
};
constexpr int64_t kRateFrom = 1'000;  // of fewer records a rate says nothing
constexpr size_t kVerbCells = 10;
constexpr size_t kNumberCells = 9;

/// Records of the CRM that are no people.
struct OtherObject {
  const char* object;
  const char* one;
};
constexpr OtherObject kOtherObjects[] = {{"Account", "account"}, {"User", "user"}, {"Group", "queue"}};
constexpr const char* kOtherChanges[] = {"created", "updated", "deleted", "restored"};

bool is_of_people(const std::string& object) {
  return std::ranges::none_of(kOtherObjects, [&](const OtherObject& o) { return o.object == object; });
}

const Outcome& outcome_named(const std::string_view member) {
  return *std::ranges::find(kOutcomes, member, [](const Outcome& o) { return std::string_view(o.member); });
}

// "38 from Contact, 58 from Lead"; empty where one object has them all.
std::string by_object(const Json& cycle, const char* name, int64_t all) {
  std::string text;
  const Json& objects = member(cycle, "objects");
  if (!objects.is_object()) return text;
  for (const auto& [object, counts] : objects.items()) {
    const int64_t n = number_at(counts, name);
    if (n == 0 || n == all || !is_of_people(object)) continue;
    text += (text.empty() ? "" : ", ") + group_digits(n) + " from " + harmless(object);
  }
  return text;
}

}  // namespace

int64_t changes_of(const Json& counts) {
  int64_t sum = 0;
  for (const Outcome& outcome : kOutcomes)
    sum += outcome.change ? number_at(counts, outcome.member) : 0;
  return sum;
}

bool read_everything(const Json& cycle) {
  const Json& complete = member(cycle, "complete");
  return !complete.is_boolean() || complete.get<bool>();
}

std::string reading_of(const Json& cycle) {
  const int64_t read = number_at(member(cycle, "people"), "read");
  const milliseconds duration(number_at(cycle, "tookMs"));
  const std::string pace = read < kRateFrom ? std::string() : rate(read, duration);
  return "read " + counted(read, "record") + " in " + counted(number_at(cycle, "calls"), "CRM call") + ", " +
         took(duration) + (pace.empty() ? "" : " (" + pace + ")");
}

std::vector<std::string> outcomes_of(const Json& cycle, bool dry_run) {
  std::vector<std::string> lines;
  const Json& people = member(cycle, "people");
  for (const Outcome& outcome : kOutcomes) {
    const int64_t n = number_at(people, outcome.member);
    if (n == 0) continue;
    std::string line = "  " + pad_to(dry_run ? outcome.would : outcome.done, kVerbCells) +
                       pad_to(group_digits(n), kNumberCells, Align::kRight) + " " +
                       (n == 1 ? outcome.one : outcome.many);
    const int64_t without_key = number_at(people, "withoutKey");
    if (std::string_view(outcome.member) == "created" && without_key > 0) {
      line += ", " + group_digits(without_key) + " without a usable address";
    }
    const std::string parts = by_object(cycle, outcome.member, n);
    if (!parts.empty()) line += " (" + parts + ")";
    if (*outcome.hint != '\0' && !dry_run) line += ": " + std::string(outcome.hint);
    lines.push_back(std::move(line));
  }
  for (const OtherObject& other : kOtherObjects) {
    for (const char* change : kOtherChanges) {
      const int64_t n = number_at(member(member(cycle, "objects"), other.object), change);
      const Outcome& outcome = outcome_named(change);
      if (n > 0)
        lines.push_back("  " + pad_to(dry_run ? outcome.would : outcome.done, kVerbCells) +
                        pad_to(group_digits(n), kNumberCells, Align::kRight) + " " + other.one +
                        (n == 1 ? "" : "s"));
    }
  }
  return lines;
}

std::string outcomes_in_short(const Json& cycle) {
  std::string text;
  const Json& people = member(cycle, "people");
  for (const Outcome& outcome : kOutcomes) {
    const int64_t n = number_at(people, outcome.member);
    if (n == 0 || !outcome.change) continue;
    text += (text.empty() ? "" : ", ") + group_digits(n) + " " + outcome.done;
  }
  for (const OtherObject& other : kOtherObjects) {
    int64_t n = 0;
    for (const char* change : kOtherChanges)
      n += number_at(member(member(cycle, "objects"), other.object), change);
    if (n > 0) text += (text.empty() ? "" : ", ") + counted(n, other.one);
  }
  return text.empty() ? "nothing new" : text;
}

std::vector<std::string> troubles_of(const Json& cycle) {
  std::vector<std::string> lines;
  const Json& alerts = member(cycle, "alerts");
  if (alerts.is_array()) {
    for (const Json& alert : alerts) {
      if (alert.is_string()) lines.push_back(harmless(alert.get<std::string>()));
    }
  }
  if (!read_everything(cycle)) {
    const std::string why = shown_at(member(cycle, "firstError"), "message");
    lines.push_back("not everything could be read" + (why.empty() ? std::string() : ": " + why));
  }
  return lines;
}

}  // namespace prospectd::cli
