// What the database says of the records: how fresh they are, and what waits for a person. From the daemon
// where one runs, else from the database.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/cli/doctor.h"
#include "daemon/cli/json.h"
#include "daemon/cli/words.h"

namespace prospectd::cli::doctor {
namespace {

using Json = nlohmann::json;

constexpr int kIntervalsLate = 3;  // a poll that failed twice is still no reason to worry
constexpr milliseconds kPollTakes{120'000};
constexpr const char* kUnknown = "no daemon runs, and there is no database to look into";

/// One object of a connection, and how long ago it agreed with the CRM.
struct Freshness {
  std::string object;
  std::optional<milliseconds> lag;  ///< none: not read to its end yet
};

std::vector<Freshness> from_daemon(const Json& status, const std::string& connection) {
  std::vector<Freshness> found;
  for (const Json& one : member(status, "connections")) {
    if (text_at(one, "name") != connection) continue;
    for (const Json& object : member(one, "objects")) {
      const bool known = member(object, "lagMs").is_number();
      found.push_back({shown_at(object, "object"),
                       known ? std::optional(milliseconds(number_at(object, "lagMs"))) : std::nullopt});
    }
  }
  return found;
}

std::vector<Freshness> from_database(const StateReport& state, const Question& q) {
  std::vector<Freshness> found;
  for (const StateReport::Cursor& cursor : state.cursors) {
    if (cursor.connection != q.plugin->name) continue;
    Freshness one{cursor.object, std::nullopt};
    if (cursor.verified) one.lag = std::max(q.now - *cursor.verified, milliseconds{0});
    found.push_back(std::move(one));
  }
  return found;
}

bool is_read(const config::Plugin& plugin, const std::string& object) {
  return std::ranges::any_of(plugin.types,
                             [&](const mapping::TypeSpec& type) { return type.mapping.object == object; });
}

Outcome look_at_freshness(const Question& q) {
  if (!q.facts.status && !q.facts.state) return {skipped(kUnknown)};
  std::vector<Freshness> objects =
      q.facts.status ? from_daemon(*q.facts.status, q.plugin->name) : from_database(*q.facts.state, q);
  std::erase_if(objects, [&](const Freshness& one) { return !is_read(*q.plugin, one.object); });
  const std::string remedy = q.facts.status
                                 ? "prospectd status says what it waits for; prospectd sync reads now"
                                 : "start the daemon, or: prospectd run --once";
  if (objects.empty()) return {warning("nothing has been read yet", remedy)};
  const auto oldest = std::ranges::max_element(objects, [](const Freshness& a, const Freshness& b) {
    return a.lag.value_or(milliseconds::max()) < b.lag.value_or(milliseconds::max());
  });
  if (!oldest->lag) return {warning(oldest->object + " has not been read to its end yet", remedy)};
  const std::string evidence = oldest->object + " was checked against the CRM " +
                               ago(Timestamp{*oldest->lag}, Timestamp{}) + ", the others later";
  if (*oldest->lag <= kIntervalsLate * q.plugin->poll.interval + kPollTakes) return {ok(evidence)};
  return {warning(evidence + "; it is polled every " + format_duration(q.plugin->poll.interval), remedy)};
}

// A count of the daemon's totals, or of the database.
std::optional<int64_t> count_of(const Question& q, const char* name, int64_t StateReport::*of_state) {
  if (q.facts.status) return number_at(member(*q.facts.status, "totals"), name);
  if (q.facts.state && q.facts.state->found) return (*q.facts.state).*of_state;
  return std::nullopt;
}

Outcome look_at_dead_letters(const Question& q) {
  const auto n = count_of(q, "deadLetters", &StateReport::dead_letters);
  if (!n) return {skipped(kUnknown)};
  if (*n == 0) return {ok("every record could be read")};
  return {warning(counted(*n, "record") + " could not be read and " + (*n == 1 ? "is" : "are") + " set apart",
                  "prospectd dlq list says why; mended in the CRM, they come again by themselves")};
}

// Held back by design: nothing is wrong with the daemon when there are some.
Outcome look_at_duplicates(const Question& q) {
  const auto n = count_of(q, "openDuplicates", &StateReport::open_duplicates);
  if (!n) return {skipped(kUnknown)};
  if (*n == 0) return {ok("none held back")};
  return {ok(counted(*n, "record") + " held back, whose address another prospect has: prospectd duplicates")};
}

Outcome look_at_conflicts(const Question& q) {
  const auto n = count_of(q, "openConflicts", &StateReport::open_conflicts);
  if (!n) return {skipped(kUnknown)};
  if (*n == 0) return {ok("none")};
  return {warning(counted(*n, "field") + " changed on both sides, for a person to decide",
                  "look at them and decide: prospectd conflicts list")};
}

Outcome look_at_refused_writes(const Question& q) {
  const auto n = count_of(q, "outboxDead", &StateReport::outbox_dead);
  if (!n) return {skipped(kUnknown)};
  if (*n == 0) return {ok("none")};
  return {warning("the CRM refused " + counted(*n, "write") + " for good",
                  "prospectd dlq list says why, and what to do about each")};
}

}  // namespace

Group records_checks() {
  return {"records",
          {{"freshness", "freshness", look_at_freshness, milliseconds{5'000}, true},
           {"dead_letters", "unreadable records", look_at_dead_letters},
           {"duplicates", "duplicates", look_at_duplicates},
           {"conflicts", "conflicts", look_at_conflicts},
           {"refused_writes", "refused writes", look_at_refused_writes}}};
}

}  // namespace prospectd::cli::doctor
