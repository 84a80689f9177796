#include "daemon/wire/once.h"

#include <cstdio>

#include "base/text.h"

namespace prospectd::wire {
namespace {

namespace asio = boost::asio;
using engine::CycleSummary;

// What the cycles did, as the summary tells it.
struct Once {
  CycleSummary first;
  int64_t written_again = 0;  ///< rows that the second cycle wrote; 0 when it was quiet
  store::Totals totals;
};

void line(const char* label, const std::string& text) {
  std::printf("  %-12s %s\n", label, text.c_str());
}

std::string number(int64_t n) {
  return group_digits(n);
}

void print_words(const Once& once) {
  const reconcile::PlanCounts& people = once.first.people;
  const double seconds_taken = static_cast<double>(once.first.took.count()) / 1000.0;
  const auto rate =
      seconds_taken > 0 ? static_cast<int64_t>(static_cast<double>(people.read) / seconds_taken) : 0;
  std::printf("%s\n", once.first.complete ? "Synced" : "Not everything could be read");
  line("read", number(people.read) + " people in " + format_duration(once.first.took) + " (" + number(rate) +
                   "/s), " + number(once.first.calls) + " CRM calls");
  line("prospects",
       number(once.totals.prospects) + " (" + number(once.totals.without_key) + " without a usable address)");
  line("this time", number(people.created) + " created, " + number(people.linked) + " linked, " +
                        number(people.updated) + " updated, " + number(people.deleted) +
                        " deleted in the CRM");
  line("held", number(once.totals.open_duplicates) +
                   (once.totals.open_duplicates == 1 ? " record" : " records") +
                   " whose address another prospect has: prospectd duplicates");
  if (once.totals.dead_letters > 0)
    line("set apart", number(once.totals.dead_letters) +
                          (once.totals.dead_letters == 1 ? " unreadable record" : " unreadable records") +
                          ": prospectd dead-letters");
  line("again", once.written_again == 0
                    ? "a second cycle wrote nothing"
                    : number(once.written_again) + (once.written_again == 1 ? " row" : " rows") +
                          " written by a second cycle");
  for (const std::string& alert : once.first.alerts)
    line("attention", alert);
}

void print_json(const Once& once) {
  const reconcile::PlanCounts& people = once.first.people;
  const auto member = [](const char* name, int64_t value) {
    return ",\"" + std::string(name) + "\":" + std::to_string(value);
  };
  std::string out = "{\"data\":{\"complete\":";
  out += once.first.complete ? "true" : "false";
  out += member("read", people.read) + member("created", people.created) + member("linked", people.linked) +
         member("updated", people.updated) + member("held", people.held) + member("deleted", people.deleted) +
         member("quarantined", people.quarantined) + member("unchanged", people.unchanged) +
         member("calls", once.first.calls) + member("tookMs", once.first.took.count()) +
         member("prospects", once.totals.prospects) + member("withoutKey", once.totals.without_key) +
         member("openDuplicates", once.totals.open_duplicates) +
         member("deadLetters", once.totals.dead_letters) +
         member("secondCycleRowsWritten", once.written_again);
  out += ",\"alerts\":[";
  for (size_t i = 0; i < once.first.alerts.size(); ++i)
    out += (i == 0 ? "" : ",") + json_quote(once.first.alerts[i]);
  std::printf("%s]}}\n", out.c_str());
}

Result<store::Totals> totals_of(store::Store& store) {
  PD_ASSIGN(reader, store.reader());
  return reader->totals();
}

ExitCode fail(const Error& error, const cli::RunVerb& verb) {
  std::fprintf(stderr, "prospectd: %s\n", error.text().c_str());
  if (verb.json) {
    std::printf("{\"errors\":[{\"code\":%s,\"detail\":%s}]}\n", json_quote(name_of(error.code)).c_str(),
                json_quote(error.text()).c_str());
  }
  return exit_code_of(error);
}

}  // namespace

asio::awaitable<ExitCode> run_once(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                   store::Store& store, cli::RunVerb verb) {
  Once once;
  std::string every;
  auto first = co_await supervisor.sync_now(every);
  if (!first) co_return fail(first.error(), verb);
  once.first = *std::move(first);
  int64_t before = 0;
  std::function<void()> count = [&] { before = store.rows_written(); };
  co_await scheduler.blocking(std::move(count));
  auto second = co_await supervisor.sync_now(every);
  if (!second) co_return fail(second.error(), verb);
  Result<store::Totals> totals = store::Totals{};
  std::function<void()> work = [&] {
    once.written_again = store.rows_written() - before;
    totals = totals_of(store);
  };
  co_await scheduler.blocking(std::move(work));
  if (!totals) co_return fail(totals.error(), verb);
  once.totals = *totals;
  if (verb.json) {
    print_json(once);
  } else if (!verb.quiet) {
    print_words(once);
  }
  if (once.first.complete) co_return ExitCode::kOk;
  if (once.first.people.read == 0 && once.first.first_error) co_return exit_code_of(*once.first.first_error);
  co_return ExitCode::kPartial;
}

}  // namespace prospectd::wire
