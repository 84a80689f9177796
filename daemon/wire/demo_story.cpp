#include "daemon/wire/demo_story.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/cycle_words.h"
#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/words.h"

namespace prospectd::wire {
namespace {

using Json = nlohmann::json;
using cli::counted;

constexpr size_t kCommandCells = 24;

// "…/prospectd status -c …/prospectd.yaml"
std::string command(const DemoFacts& facts, const std::string& verb) {
  return cli::shell_word(facts.program) + " " + verb + " -c " + cli::shell_word(facts.config_file);
}

void tell_command(cli::Console& console, const DemoFacts& facts, const std::string& verb,
                  const std::string& purpose) {
  console.line("  " + cli::pad_to(purpose, kCommandCells) + command(facts, verb));
}

}  // namespace

const Json& demo_connection(const Json& status) {
  static const Json none;
  const Json& all = cli::member(status, "connections");
  return all.is_array() && !all.empty() ? all.front() : none;
}

int64_t changes_of_cycle(const Json& cycle) {
  int64_t changes = 0;
  const Json& objects = cli::member(cycle, "objects");
  if (!objects.is_object()) return changes;
  for (const auto& [object, counts] : objects.items())
    changes += cli::changes_of(counts);
  return changes;
}

void tell_start(cli::Console& console, const DemoFacts& facts) {
  console.line(console.tone(cli::Tone::kStrong, "prospectd demo") + " · a sandbox CRM with " +
               counted(facts.people, "person", "people") + ", and a prospect database that follows it");
  console.line("  sandbox CRM    " + facts.sandbox_url + "   (Salesforce-style REST; its token is in " +
               facts.folder + "/sandbox.token)");
  console.line("  control API    " + facts.api_url);
  console.out() << std::flush;
}

void tell_summary(cli::Console& console, const DemoFacts& facts, const Json& status) {
  const Json& cycle = cli::member(demo_connection(status), "lastCycle");
  const Json& totals = cli::member(status, "totals");
  console.line("  " + cli::reading_of(cycle));
  console.line("  " + counted(cli::number_at(totals, "prospects"), "prospect") + " (" +
               group_digits(cli::number_at(totals, "withoutKey")) + " without a usable address) · " +
               counted(cli::number_at(totals, "openDuplicates"), "record") + " held as duplicates");
  for (const auto& [sentence, n] : facts.duplicates)
    console.line("    " + cli::pad_to(group_digits(n), 7, cli::Align::kRight) + "  " +
                 cli::harmless(sentence));
  if (const int64_t letters = cli::number_at(totals, "deadLetters"); letters > 0)
    console.line("  " + counted(letters, "record") + " set apart as unreadable");
  if (const int64_t passed = cli::number_at(cli::member(cycle, "people"), "skipped"); passed > 0)
    console.line("  " + counted(passed, "record") + " that make no prospect: deleted or converted before");
  for (const std::string& trouble : cli::troubles_of(cycle))
    console.line("  " + console.tone(cli::Tone::kWarning, "attention") + "  " + trouble);
  console.out() << std::flush;
}

void tell_quiet(cli::Console& console, const Json& cycle) {
  const int64_t changes = changes_of_cycle(cycle);
  console.line(changes == 0 ? "  a second sync found nothing to do (" +
                                  counted(cli::number_at(cycle, "calls"), "CRM call") + ")"
                            : "  a second sync was not quiet: " + cli::outcomes_in_short(cycle));
}

void tell_look_around(cli::Console& console, const DemoFacts& facts) {
  console.line();
  if (!facts.example_contact.empty()) {
    console.line("Now change something in the CRM; it arrives within 2 s:");
    const std::string owner =
        facts.example_owner.empty() ? "Title=CTO" : "OwnerId=" + cli::shell_word(facts.example_owner);
    tell_command(console, facts, "sandbox edit Contact " + facts.example_contact + " " + owner,
                 "a new owner");
    tell_command(console, facts, "explain " + facts.example_contact, "what became of it");
    console.line();
  }
  console.line("Look around:");
  tell_command(console, facts, "status", "how far it is");
  tell_command(console, facts, "duplicates", "what was held back");
  if (!facts.example_prospect.empty())
    tell_command(console, facts, "explain prospect " + facts.example_prospect, "why it is as it is");
  tell_command(console, facts, "sync --dry-run", "what a sync would do");
  console.line();
  console.line(facts.temporary ? "Ctrl-C stops, and removes " + facts.folder
                               : "Ctrl-C stops; everything stays in " + facts.folder);
  console.out() << std::flush;
}

Json demo_document(const DemoFacts& facts, const Json& status, const Json& second) {
  const Json& cycle = cli::member(demo_connection(status), "lastCycle");
  return Json{{"folder", facts.folder},
              {"config", facts.config_file},
              {"sandbox", {{"url", facts.sandbox_url}, {"people", facts.people}}},
              {"api", {{"url", facts.api_url}}},
              {"totals", cli::member(status, "totals")},
              {"firstSync", cycle},
              {"secondSync", second},
              {"duplicates", facts.duplicates}};
}

}  // namespace prospectd::wire
