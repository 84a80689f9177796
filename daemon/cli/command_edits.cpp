// The grammar's parts that are shared, and the verbs that change prospects and other rows.
#include <CLI/CLI.hpp>

#include "daemon/cli/command_parts.h"
#include "daemon/cli/edit_words.h"
#include "daemon/cli/field_help.h"
#include "daemon/cli/help_text.h"

namespace prospectd::cli {

CLI::App* add_verb(CLI::App& to, const std::string& name, const std::string& prefix) {
  const VerbText& text = verb_text(prefix + name);
  CLI::App* verb = to.add_subcommand(name, std::string(text.about));
  verb->fallthrough();
  verb->allow_extras();
  verb->footer(help_footer(text));
  return verb;
}

std::string joined_choices(const std::vector<std::string>& choices) {
  std::string text;
  for (const std::string& choice : choices)
    text += (text.empty() ? "" : "|") + choice;
  return text;
}

std::string is_filled(const std::string& text) {
  return text.find_first_not_of(" \t") == std::string::npos ? "it is empty; leave the option out for all"
                                                            : "";
}

void add_limit(CLI::App* verb, size_t& limit) {
  constexpr size_t kLimitMax = 1'000'000;
  verb->add_option("--limit", limit, "how many at most (default 50)")
      ->type_name("N")
      ->check(CLI::Range(size_t{1}, kLimitMax).description(""));
}

void add_edits(CLI::App& app, SetOptions& set, AddOptions& add) {
  const std::vector<std::string> one = edited_kind_names();
  std::vector<std::string> one_or_many = one;
  one_or_many.emplace_back("prospects");
  CLI::App* change = add_verb(app, "set");
  change->footer(help_footer(verb_text("set")) + field_help());
  change->add_option("KIND", set.kind, "what it is")
      ->required()
      ->type_name(joined_choices(one))
      ->check(CLI::IsMember(one).description(""));
  change->add_option("ID", set.id, "its number")->required();
  change->add_option("FIELDS", set.words, "FIELD=VALUE…; FIELD= empties it")->required();
  change->add_flag("--opt-in", set.opt_in, "the person has opted in again: take an opt-out back");
  change->add_flag("--dry-run", set.dry_run, "say what would change and go out; write nothing");
  CLI::App* make = add_verb(app, "add");
  make->footer(help_footer(verb_text("add")) + field_help());
  make->add_option("KIND", add.kind, "what it is; prospects with --file")
      ->required()
      ->type_name(joined_choices(one_or_many))
      ->check(CLI::IsMember(one_or_many).description(""));
  make->add_option("FIELDS", add.words, "FIELD=VALUE…");
  make->add_option("--file", add.file, "CSV with a line of field names first")->type_name("FILE");
  make->add_option("--map", add.columns, "which field a column is; COLUMN= leaves it out")
      ->type_name("COLUMN=FIELD")
      ->allow_extra_args(false);
  make->add_flag("--dry-run", add.dry_run, "say what would be made and go out; write nothing");
}

void add_list(CLI::App& app, ListOptions& list) {
  std::vector<std::string> kinds = edited_kind_names();
  std::erase(kinds, edited_kinds().front().name);  // prospects have a verb of their own
  CLI::App* verb = add_verb(app, "list");
  verb->add_option("KIND", list.kind, "what")
      ->required()
      ->type_name(joined_choices(kinds))
      ->check(CLI::IsMember(kinds).description(""));
  verb->add_option("--filter", list.filter, "an expression over their fields: 'state:incomplete owner:ana*'")
      ->type_name("EXPR")
      ->check(is_filled);
  verb->add_option("--sort", list.sort, "by up to three members of --json, - before one that falls: -dueAt")
      ->type_name("MEMBER,…");
  add_limit(verb, list.limit);
}

}  // namespace prospectd::cli
