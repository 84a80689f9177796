// The verbs about what waits for a person.
#include <CLI/CLI.hpp>

#include "daemon/cli/command_parts.h"

namespace prospectd::cli {
namespace {

// A verb within another, which is then the action.
template <class Options>
CLI::App* add_action(CLI::App& to, Options& options, const char* action, const std::string& prefix) {
  CLI::App* verb = add_verb(to, action, prefix);
  verb->callback([&options, action] { options.action = action; });
  return verb;
}

}  // namespace

void add_dlq(CLI::App& app, DlqOptions& o) {
  CLI::App* dlq = add_verb(app, "dlq");
  dlq->require_subcommand(0, 1);
  CLI::App* list = add_action(*dlq, o, "list", "dlq ");
  CLI::App* show = add_action(*dlq, o, "show", "dlq ");
  CLI::App* retry = add_action(*dlq, o, "retry", "dlq ");
  CLI::App* drop = add_action(*dlq, o, "drop", "dlq ");
  for (CLI::App* verb : {list, retry})
    verb->add_option("--connection", o.connection, "of one connection (default: all)")->type_name("NAME");
  add_limit(list, o.limit);
  show->add_option("ID", o.ids, "as dlq list says: out-7, in-12")->required()->expected(1);
  CLI::Option* ids = retry->add_option("IDS", o.ids, "as dlq list says: out-7, in-12");
  retry->add_flag("--all", o.all, "all of them")->excludes(ids);
  drop->add_option("IDS", o.ids, "as dlq list says: out-7, in-12")->required();
}

void add_conflicts(CLI::App& app, ConflictsOptions& o) {
  CLI::App* conflicts = add_verb(app, "conflicts");
  conflicts->require_subcommand(0, 1);
  add_limit(add_action(*conflicts, o, "list", "conflicts "), o.limit);
  CLI::App* show = add_action(*conflicts, o, "show", "conflicts ");
  CLI::App* resolve = add_action(*conflicts, o, "resolve", "conflicts ");
  for (CLI::App* verb : {show, resolve})
    verb->add_option("ID", o.id, "its number, as conflicts list says")->required();
  const std::vector<std::string> sides = {"crm", "prospect"};
  resolve->add_option("--take", o.take, "whose value counts")
      ->required()
      ->type_name(joined_choices(sides))
      ->check(CLI::IsMember(sides).description(""));
  resolve->add_option("--seen", o.version, "as it was shown: refused when either side has changed since")
      ->type_name("VERSION");
}

}  // namespace prospectd::cli
