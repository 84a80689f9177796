#include "daemon/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/json_schema.h"
#include "config/values.h"
#include "daemon/cli/command_parts.h"
#include "daemon/cli/command_table.h"
#include "daemon/cli/completion.h"
#include "daemon/cli/help_text.h"
#include "daemon/cli/text_cells.h"

namespace prospectd::cli {
namespace {

constexpr size_t kRowsMax = 1'000;
constexpr int64_t kPeopleMax = 20'000'000;

// Where the parser puts what it reads; the verb that was named takes its part.
struct Draft {
  CommonOptions common;
  bool version = false;
  CheckOptions check;
  InitOptions init;
  RunOptions run;
  DoctorOptions doctor;
  CompletionOptions completion;
  LoginTestOptions login;
  bool login_test = false;
  SyncOptions sync;
  ProspectsOptions prospects;
  ListOptions list;
  DuplicatesOptions duplicates;
  DeadLettersOptions dead_letters;
  std::vector<std::string> subject;
  std::string field;  ///< of explain
  SetOptions set;
  AddOptions add;
  DlqOptions dlq;
  ConflictsOptions conflicts;
  JobDrafts jobs;
  UndoOptions undo;
  ConfigSchemaOptions schema;
  ConfigShowOptions show;
  SettingsOptions settings;
  FiltersOptions filters;
  TokensOptions tokens;
  SandboxVerb sandbox;
  SandboxCallOptions call;
  DemoVerb demo;
  std::vector<std::string> help;
};

std::string is_duration(const std::string& text) {
  return config::parse_duration(text) ? "" : "a number and ms, s, m, h or d, like 30s";
}

// Without a description of its own: the option's text says it.
template <class T>
CLI::Validator within(T least, T most) {
  return CLI::Range(least, most).description("");
}

void add_common(CLI::App& app, Draft& d) {
  app.add_option("-c,--config", d.common.config)->type_name("FILE");
  app.add_flag("--json", d.common.json);
  app.add_flag("-q,--quiet", d.common.quiet);
  app.add_flag("--no-color,--no-colour", d.common.no_colour);
  app.add_flag("--version", d.version);
}

void add_questions(CLI::App& app, Draft& d) {
  add_verb(app, "check")
      ->add_flag("--online", d.check.online, "ask the CRM too: fields, types, rights, values");
  add_verb(app, "status");
  add_verb(app, "doctor")->add_flag("--offline", d.doctor.offline, "leave the CRM alone");
  add_verb(app, "version");
  add_verb(app, "man");
  add_verb(app, "completion")
      ->add_option("SHELL", d.completion.shell, "which shell")
      ->required()
      ->type_name(joined_choices(completion_shells()))
      ->check(CLI::IsMember(completion_shells()).description(""));
  CLI::App* login = add_verb(app, "login");
  login->add_flag("--test", d.login_test, "log in, say who it is, and nothing more")->required();
  login->add_option("CONNECTION", d.login.connection, "one connection (default: all)");
  CLI::App* run = add_verb(app, "run");
  run->add_flag("--once", d.run.once, "one sync and a quiet second one, then a summary");
  add_sync(app, d.sync);
  CLI::App* prospects = add_verb(app, "prospects");
  prospects->add_option("ID", d.prospects.id, "the number of one prospect");
  prospects
      ->add_option("--filter", d.prospects.filter,
                   "an expression (docs/filters.md): 'company:acme* -touched_at:2026'")
      ->type_name("EXPR")
      ->check(is_filled);
  prospects->add_option("--text", d.prospects.text, "part of a name, company or address")->type_name("TEXT");
  prospects->add_flag("--without-email", d.prospects.without_email, "only those without a usable address");
  add_limit(prospects, d.prospects.limit);
  add_list(app, d.list);
  CLI::App* duplicates = add_verb(app, "duplicates");
  duplicates->add_flag("--all", d.duplicates.closed_too, "closed ones too");
  add_limit(duplicates, d.duplicates.limit);
  add_limit(add_verb(app, "dead-letters"), d.dead_letters.limit);
  CLI::App* explain = add_verb(app, "explain");
  explain->add_option("SUBJECT", d.subject, "prospect 42, task 7, an address, a CRM id, or duplicate 7")
      ->required();
  explain->add_option("--field", d.field, "the changes of this field alone")->type_name("NAME");
  app.add_subcommand("help", "")->allow_extras()->group("")->add_option("VERB", d.help);
}

std::string is_listen(const std::string& text) {
  const auto complaint = config::check_listen(text);
  return complaint ? complaint->message + " (" + complaint->hint + ")" : "";
}

void add_init(CLI::App& app, InitOptions& o) {
  CLI::App* init = add_verb(app, "init");
  init->add_option("--output", o.output, "the folder to write into (default: this one); made when missing")
      ->type_name("DIR");
  init->add_option("--login-url", o.login_url, "the organisation's own address")->type_name("URL");
  init->add_option("--client-id", o.client_id, "the connected app's consumer key")->type_name("KEY");
  init->add_option("--secret-file", o.secret_file, "the file with its consumer secret, mode 600")
      ->type_name("FILE");
  init->add_option("--state", o.state,
                   "the folder of the database (default: state, beside the configuration)")
      ->type_name("DIR");
  init->add_option("--listen", o.listen, "of the control API (default 127.0.0.1:8440; port 0: any free)")
      ->type_name("ADDRESS")
      ->check(is_listen);
}

void add_config(CLI::App& app, Draft& d) {
  CLI::App* config = add_verb(app, "config");
  config->require_subcommand(0, 1);
  std::vector<std::string> names;
  for (const config::SchemaFile& file : config::schema_files())
    names.emplace_back(file.name);
  add_verb(*config, "show", "config ")
      ->add_flag("--effective", d.show.effective, "keys that nobody has set too, with their defaults");
  add_verb(*config, "schema", "config ")
      ->add_option("FILE", d.schema.name,
                   "of which kind of file: prospectd (default), part (of conf.d), mapping")
      ->type_name(joined_choices(names))
      ->check(CLI::IsMember(names).description(""));
  add_verb(*config, "reference", "config ");
  add_verb(*config, "reload", "config ");
  CLI::App* settings = add_verb(app, "settings");
  settings->require_subcommand(0, 1);
  add_verb(*settings, "list", "settings ");
  for (const char* name : {"get", "set", "reset"}) {
    CLI::App* verb = add_verb(*settings, name, "settings ");
    verb->add_option("KEY", d.settings.key, "as the file has it: prospects.same_email")->required();
    if (std::string_view(name) == "set") verb->add_option("VALUE", d.settings.value)->required();
  }
}

void add_filters(CLI::App& app, FiltersOptions& o) {
  CLI::App* filters = add_verb(app, "filters");
  filters->require_subcommand(0, 1);
  add_verb(*filters, "list", "filters ");
  for (const char* name : {"show", "save", "drop"}) {
    CLI::App* verb = add_verb(*filters, name, "filters ");
    verb->add_option("NAME", o.name, "letters, digits, dots, dashes, underscores")->required();
    if (std::string_view(name) == "save") {
      verb->add_option("EXPR", o.expression, "an expression (docs/filters.md), in single quotes")->required();
    }
  }
}

void add_tokens(CLI::App& app, TokensOptions& o) {
  CLI::App* tokens = add_verb(app, "tokens");
  tokens->require_subcommand(0, 1);
  add_verb(*tokens, "list", "tokens ")->add_flag("--all", o.ended_too, "expired and revoked ones too");
  CLI::App* create = add_verb(*tokens, "create", "tokens ");
  create->add_option("NAME", o.name, "what it is for: nightly-report")->required();
  create->add_option("--user", o.user, "whom it stands for in the journal: an address or a name")
      ->type_name("USER")
      ->required();
  create->add_option("--role", o.role, "what it lets do: read, user (default), admin")
      ->type_name("ROLE")
      ->check(CLI::IsMember({"read", "user", "admin"}).description(""));
  create->add_option("--expires", o.expires, "after how long: 90d (default: never)")
      ->type_name("DURATION")
      ->check(is_duration);
  add_verb(*tokens, "revoke", "tokens ")
      ->add_option("ID", o.id, "its number, as tokens list says")
      ->required();
}

void add_org(CLI::App* verb, int64_t& people, uint64_t& seed, std::string& load) {
  CLI::Option* generated =
      verb->add_option("--people", people, "leads and contacts to generate (default 12000)")
          ->type_name("N")
          ->check(within<int64_t>(0, kPeopleMax));
  verb->add_option("--seed", seed, "another seed, another organisation (default 1)")->type_name("N");
  verb->add_option("--load", load, "records from a Data Export instead: a folder of CSV files, or its zip")
      ->type_name("PATH")
      ->excludes(generated);
}

void add_changes(CLI::App& sandbox, Draft& d) {
  constexpr std::pair<const char*, const char*> kVerbs[] = {
      {"show", "ID…"},
      {"edit", "[OBJECT] ID FIELD=VALUE…"},
      {"create", "OBJECT FIELD=VALUE…"},
      {"late", "[OBJECT] [ID] FIELD=VALUE…"},
      {"delete", "ID…"},
      {"undelete", "ID…"},
      {"purge", "ID…"},
      {"convert", "the lead's ID"},
      {"merge", "the winner's ID, one or two losers' IDs"},
      {"expire-tokens", ""},
      {"snapshot", "its NAME"},
      {"snapshots", ""},
      {"restore", "the snapshot's NAME"},
      {"drop-snapshot", "the snapshot's NAME"},
      {"reset", ""},
      {"counts", ""},
      {"stats", ""},
      {"knobs", "NAME:=JSON…; none: show them"},
  };
  for (const auto& [name, words] : kVerbs) {
    CLI::App* verb = add_verb(sandbox, name, "sandbox ");
    if (*words != '\0') verb->add_option("WORDS", d.call.words, words);
    const std::string_view is = name;
    if (is == "edit" || is == "create" || is == "late") {
      verb->add_option("--stamped-before", d.call.stamped_before, "seen now, with a stamp so long ago")
          ->type_name("DURATION")
          ->check(is_duration);
      verb->add_option("--visible-after", d.call.visible_after, "stamped now, seen so much later")
          ->type_name("DURATION")
          ->check(is_duration);
    }
    if (is == "convert") {
      verb->add_option("--contact", d.call.contact, "into this contact")->type_name("ID");
      verb->add_option("--account", d.call.account, "into this account")->type_name("ID");
      verb->add_option("--owner", d.call.owner, "of what is new: an id or an address")->type_name("USER");
    }
  }
}

void add_sandbox(CLI::App& app, Draft& d) {
  CLI::App* sandbox = add_verb(app, "sandbox");
  sandbox->require_subcommand(0, 1);
  SandboxVerb& s = d.sandbox;
  sandbox->add_option("--port", s.port, "where it listens on 127.0.0.1 (default 9443; 0: any free one)")
      ->type_name("N");
  add_org(sandbox, s.people, s.seed, s.load);
  CLI::Option* db = sandbox->add_option("--db", s.db, "keeps the organisation in this file, beyond a restart")
                        ->type_name("FILE");
  sandbox->add_flag("--reset", s.reset, "throws away what the file of --db has, and begins anew")->needs(db);
  sandbox->add_option("--client-id", s.client_id, "whom it lets log in (default demo-client)")
      ->type_name("ID");
  sandbox->add_option("--dir", d.call.directory, "the folder with its files (default ./sandbox)")
      ->type_name("DIR");
  sandbox
      ->add_option("--public-key", s.public_key_file,
                   "PEM of a key or certificate: takes JWTs signed with it")
      ->type_name("FILE");
  sandbox->add_option("--schema", s.schema_file, "custom fields, objects and rules: describe results as JSON")
      ->type_name("FILE");
  sandbox->add_option("--faults", s.faults_file, "what goes wrong on purpose: a fault plan as JSON")
      ->type_name("FILE");
  sandbox->add_option("--secret-file", s.secret_file, "the client's secret; made when missing")
      ->type_name("FILE");
  sandbox->add_option("--token-file", d.call.token_file, "the token for changes; made when missing")
      ->type_name("FILE");
  sandbox->add_option("--url", d.call.url, "of a running sandbox (default: as its folder says)")
      ->type_name("URL");
  add_changes(*sandbox, d);
}

void add_demo(CLI::App& app, Draft& d) {
  CLI::App* demo = add_verb(app, "demo");
  add_org(demo, d.demo.people, d.demo.seed, d.demo.load);
  demo->add_flag("--once", d.demo.once, "end after the first sync and a quiet second one");
  demo->add_option("--dir", d.demo.directory, "a folder of its own that stays (default: a temporary one)")
      ->type_name("DIR");
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

// The verbs that were named, outermost first.
std::vector<CLI::App*> path_of(CLI::App& app) {
  std::vector<CLI::App*> path = {&app};
  while (!path.back()->get_subcommands().empty())
    path.push_back(path.back()->get_subcommands().front());
  return path;
}

std::string name_of_path(const std::vector<CLI::App*>& path) {
  std::string name;
  for (size_t i = 1; i < path.size(); ++i)
    name += (i > 1 ? " " : "") + path[i]->get_name();
  return name;
}

Parsed usage(const std::vector<CLI::App*>& path, const std::string& message) {
  const std::string verb = name_of_path(path);
  Parsed parsed;
  parsed.code = ExitCode::kUsage;
  parsed.message = message;
  parsed.err = "prospectd: " + harmless(message) + "\n" + "See: prospectd help" +
               (verb.empty() ? "" : " " + verb) + "\n";
  return parsed;
}

std::vector<std::string> option_names(const std::vector<CLI::App*>& path) {
  std::vector<std::string> names;
  for (const CLI::App* app : path) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames())
        names.push_back("--" + name);
    }
  }
  return names;
}

std::vector<std::string> verb_names(CLI::App* app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app->get_subcommands([](CLI::App*) { return true; }))
    names.push_back(verb->get_name());
  return names;
}

std::string meant(const std::string& word, const std::vector<std::string>& candidates) {
  const auto near = did_you_mean(word, candidates);
  return near ? " (did you mean " + *near + "?)" : "";
}

// What was left over is no verb, no option, or one word too many.
Parsed left_over(const std::vector<CLI::App*>& path, const std::string& word) {
  if (word.size() > 1 && word[0] == '-') {
    const std::string name = word.substr(0, word.find('='));
    return usage(path, "unknown option " + name + meant(name, option_names(path)));
  }
  const std::vector<std::string> verbs = verb_names(path.back());
  if (!verbs.empty()) {
    const std::string whole = (path.size() > 1 ? name_of_path(path) + " " : "") + word;
    return usage(path, "there is no verb \"" + whole + "\"" + meant(word, verbs));
  }
  return usage(path, "\"" + word + "\" is more than " + name_of_path(path) + " takes");
}

Parsed help_of(CLI::App& app, const std::vector<std::string>& verb) {
  CLI::App* at = &app;
  std::vector<CLI::App*> path = {at};
  for (const std::string& word : verb) {
    const std::vector<std::string> verbs = verb_names(at);
    if (std::find(verbs.begin(), verbs.end(), word) == verbs.end()) return left_over(path, word);
    path.push_back(at = at->get_subcommand(word));
  }
  Parsed parsed;
  path.pop_back();
  const std::string before = name_of_path(path);
  parsed.out = at == &app ? overview() : at->help("prospectd" + (before.empty() ? "" : " " + before));
  return parsed;
}

Invocation invocation_of(Draft&& d, const std::vector<CLI::App*>& path) {
  Invocation made;
  made.common = d.common;
  const std::string verb = path[1]->get_name();
  if (verb == "version") made.verb = VersionOptions{};
  if (verb == "check") made.verb = d.check;
  if (verb == "init") made.verb = std::move(d.init);
  if (verb == "status") made.verb = StatusOptions{};
  if (verb == "doctor") made.verb = d.doctor;
  if (verb == "man") made.verb = ManOptions{};
  if (verb == "completion") made.verb = std::move(d.completion);
  if (verb == "login") made.verb = std::move(d.login);
  if (verb == "run") made.verb = d.run;
  if (verb == "sync") made.verb = std::move(d.sync);
  if (verb == "prospects") made.verb = std::move(d.prospects);
  if (verb == "list") made.verb = std::move(d.list);
  if (verb == "duplicates") made.verb = d.duplicates;
  if (verb == "dead-letters") made.verb = d.dead_letters;
  if (verb == "set") made.verb = std::move(d.set);
  if (verb == "add") made.verb = std::move(d.add);
  take_job_verb(verb, std::move(d.jobs), made);
  if (verb == "undo") made.verb = std::move(d.undo);
  if (verb == "explain") made.verb = ExplainOptions{joined(d.subject), d.field};
  if (verb == "config" && path[2]->get_name() == "show") made.verb = d.show;
  if (verb == "config" && path[2]->get_name() == "reload") made.verb = ConfigReloadOptions{};
  if (verb == "settings") {
    d.settings.action = path[2]->get_name();
    made.verb = std::move(d.settings);
  }
  if (verb == "filters") {
    d.filters.action = path[2]->get_name();
    made.verb = std::move(d.filters);
  }
  if (verb == "dlq") made.verb = std::move(d.dlq);
  if (verb == "conflicts") made.verb = std::move(d.conflicts);
  if (verb == "tokens") {
    d.tokens.action = path[2]->get_name();
    made.verb = std::move(d.tokens);
  }
  if (verb == "config" && path[2]->get_name() == "schema") made.verb = std::move(d.schema);
  if (verb == "config" && path[2]->get_name() == "reference") made.verb = ConfigReferenceOptions{};
  if (verb == "demo") {
    d.demo.json = d.common.json;
    d.demo.quiet = d.common.quiet;
    made.verb = std::move(d.demo);
  }
  if (verb == "sandbox" && path.size() > 2) {
    d.call.verb = path[2]->get_name();
    made.verb = std::move(d.call);
  } else if (verb == "sandbox") {
    d.sandbox.json = d.common.json;
    d.sandbox.quiet = d.common.quiet;
    if (!d.call.directory.empty()) d.sandbox.directory = d.call.directory;
    d.sandbox.admin_token_file = d.call.token_file;
    for (const char* option : {"--load", "--people", "--seed"})
      d.sandbox.fills = d.sandbox.fills || path[1]->count(option) > 0;
    made.verb = std::move(d.sandbox);
  }
  return made;
}

// Verbs that do nothing by themselves.
bool needs_a_verb_within(const std::string& verb) {
  constexpr std::string_view kGroups[] = {"config", "conflicts", "dlq",      "filters",
                                          "jobs",   "plan",      "settings", "tokens"};
  return std::ranges::find(kGroups, verb) != std::end(kGroups);
}

Parsed outcome(CLI::App& app, Draft&& d) {
  const std::vector<CLI::App*> path = path_of(app);
  if (path.size() == 2 && path[1]->get_name() == "help") return help_of(app, d.help);
  const std::vector<std::string> extras = app.remaining(true);
  if (!extras.empty()) return left_over(path, extras.front());
  Parsed parsed;
  if (d.version) {
    parsed.invocation = Invocation{d.common, VersionOptions{}};
  } else if (path.size() == 1) {
    parsed.out = overview();
  } else if (path.size() == 2 && needs_a_verb_within(path[1]->get_name())) {
    return help_of(app, {path[1]->get_name()});
  } else {
    parsed.invocation = invocation_of(std::move(d), path);
  }
  return parsed;
}

void add_all(CLI::App& app, Draft& draft) {
  app.require_subcommand(0, 1);
  app.allow_extras();
  add_common(app, draft);
  add_questions(app, draft);
  add_edits(app, draft.set, draft.add);
  add_dlq(app, draft.dlq);
  add_conflicts(app, draft.conflicts);
  add_jobs(app, draft.jobs);
  add_undo(app, draft.undo);
  add_init(app, draft.init);
  add_config(app, draft);
  add_filters(app, draft.filters);
  add_tokens(app, draft.tokens);
  add_sandbox(app, draft);
  add_demo(app, draft);
}

}  // namespace

void with_parser(const std::function<void(const CLI::App&)>& read) {
  Draft draft;
  CLI::App app("", "prospectd");
  add_all(app, draft);
  read(app);
}

Parsed parse_command_line(const std::vector<std::string>& words) {
  Draft draft;
  CLI::App app("", "prospectd");
  try {
    add_all(app, draft);
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    return outcome(app, std::move(draft));
  } catch (const CLI::CallForHelp&) {
    std::vector<std::string> verb;
    for (const CLI::App* named : path_of(app))
      if (named != &app) verb.push_back(named->get_name());
    return help_of(app, verb);
  } catch (const CLI::Error& e) {
    return usage(path_of(app), e.what());
  }
}

}  // namespace prospectd::cli
