#include "daemon/cli/help_text.h"

#include <algorithm>

#include "daemon/cli/text_cells.h"

namespace prospectd::cli {
namespace {

constexpr size_t kNameCells = 14;
constexpr size_t kExampleCells = 58;
constexpr size_t kOptionCells = 28;
constexpr size_t kHelpCells = 110;

}  // namespace

const std::vector<VerbText>& verb_texts() {
  static const std::vector<VerbText> texts = {
      {"demo",
       "See it at work: a sandbox CRM, and the prospect database that follows it",
       {{"prospectd demo", "until Ctrl-C"},
        {"prospectd demo --once", "one import, a summary, and back to the prompt"},
        {"prospectd demo --people 200000 --dir ~/demo", "larger, in a folder that stays"}}},
      {"init",
       "Write a first configuration, made of what the CRM has; asks what it is not told",
       {{"prospectd init --output ~/prospectd", "asks for address, consumer key and secret"},
        {"prospectd init --login-url URL --client-id KEY --secret-file FILE", "asks nothing"}}},
      {"check",
       "Check the configuration and its mappings; every fault at once, nothing changed",
       {{"prospectd check -c prospectd.yaml", "faults with file:line:column"},
        {"prospectd check --online", "and against the CRM: fields, rights, types, values"},
        {"prospectd check --json", "the same for a program"}}},
      {"login",
       "Try the login of each connection, and say who it is, or what to do",
       {{"prospectd login --test", "all connections; works beside a running daemon"},
        {"prospectd login --test salesforce --json", "one, for a program"}}},
      {"run",
       "Follow the CRM until stopped",
       {{"prospectd run -c prospectd.yaml", "until Ctrl-C or SIGTERM"},
        {"prospectd run --once", "one sync and a quiet second one, then a summary"}}},
      {"status",
       "How far the daemon is, what it waits for, what wants attention",
       {{"prospectd status", "in words"}, {"prospectd status --json", "for a program"}}},
      {"doctor",
       "Look at everything that the daemon needs, and say what to do about what is wrong",
       {{"prospectd doctor", "configuration, state, machine, daemon, records, CRM"},
        {"prospectd doctor --offline", "without asking the CRM"},
        {"prospectd doctor --quiet", "only what is not as it should be"},
        {"prospectd doctor --json", "for a program"}}},
      {"sync",
       "Read what changed in the CRM now, and wait for it",
       {{"prospectd sync", "all connections"},
        {"prospectd sync --dry-run --rows 20", "what it would do; nothing is written"},
        {"prospectd sync salesforce", "one connection"}}},
      {"prospects",
       "List prospects, or show one",
       {{"prospectd prospects --filter 'owner:\"ana@acme.test\" -touched_at:[2026-01-01 TO *]'",
         "Ana's that were not touched since"},
        {"prospectd prospects --text acme", "part of a name, company or address"},
        {"prospectd prospects 42", "one, with its addresses and CRM records"},
        {"prospectd prospects --without-email --limit 200", "those that no address leads to"}}},
      {"filters",
       "Filters under a name, for everybody who writes @name in one",
       {{"prospectd filters save stale '-touched_at:2026 stage:working'", "under a name"},
        {"prospectd prospects --filter '@stale owner:\"ana@acme.test\"'", "and in use"}}},
      {"filters list",
       "The saved filters, and whose they are",
       {{"prospectd filters list", "all of them"}, {"prospectd filters list --json", "for a program"}}},
      {"filters show", "Print a saved filter's expression", {{"prospectd filters show stale", "alone"}}},
      {"filters save",
       "Save an expression under a name, or change it; it may name others",
       {{"prospectd filters save hot 'tag:hot stage:(new OR working)'", "checked before it is saved"},
        {"prospectd filters save mine '@hot owner:\"ana@acme.test\"'", "one that names another"}}},
      {"filters drop",
       "Drop a saved filter that no other names",
       {{"prospectd filters drop stale", "its owner or an admin may"}}},
      {"duplicates",
       "CRM records that were held back, and the prospect that has their address",
       {{"prospectd duplicates", "the open ones"},
        {"prospectd duplicates --all --json", "closed ones too, for a program"}}},
      {"dead-letters",
       "CRM records that could not be read, set apart until they come again whole",
       {{"prospectd dead-letters", "with the reason of each"},
        {"prospectd dead-letters --json", "with what was received"}}},
      {"dlq",
       "What was given up, for you to decide: writes that the CRM refused, records that can't be read",
       {{"prospectd dlq list", "what there is, and what to do about it"},
        {"prospectd dlq retry --all", "all of it again, once the reason is mended"}}},
      {"dlq list",
       "Writes that the CRM refused for good (out-7) and records that can't be read (in-12)",
       {{"prospectd dlq list", "with the CRM's own code and words"},
        {"prospectd dlq list --connection salesforce --json", "of one connection, for a program"}}},
      {"dlq show",
       "One of them whole: what was to be written, or what came",
       {{"prospectd dlq show out-7", "both sides' values, and what the CRM said"},
        {"prospectd dlq show in-12 --json", "with the record as it came"}}},
      {"dlq retry",
       "Try again: a write is due at once, a record is read again now",
       {{"prospectd dlq retry out-7 in-12", "these"},
        {"prospectd dlq retry --all --connection salesforce", "all of a connection"}}},
      {"dlq drop",
       "Let go: both sides of a write stay as they are, a record is forgotten until it changes",
       {{"prospectd dlq drop out-7", "journaled: explain tells of it afterwards"}}},
      {"conflicts",
       "Fields that both sides changed and whose rule is review, for you to decide",
       {{"prospectd conflicts list", "both values side by side, and what both held before"},
        {"prospectd conflicts resolve 3 --take crm", "the CRM's value goes into the prospect"}}},
      {"conflicts list",
       "The open ones, with both sides as they are now",
       {{"prospectd conflicts list", "in words"}, {"prospectd conflicts list --json", "for a program"}}},
      {"conflicts show",
       "One of them, and how to decide it",
       {{"prospectd conflicts show 3", "its number, as conflicts list says"}}},
      {"conflicts resolve",
       "Decide one: the CRM's value goes into the prospect, or the prospect's stays and goes out",
       {{"prospectd conflicts resolve 3 --take crm", "the prospect gets the CRM's value"},
        {"prospectd conflicts resolve 3 --take prospect", "it keeps its own, which is written to the CRM"},
        {"prospectd conflicts resolve 3 --take crm --seen 5f0c2a91d3e4b678", "only as it was shown"}}},
      {"set",
       "Change fields of a prospect here; what flows to the CRM follows",
       {{"prospectd set prospect 42 title=\"VP Sales\" phone=", "set one field, empty another"},
        {"prospectd set prospect 42 owner=ana@acme.test --dry-run", "what would change and go out"},
        {"prospectd set prospect 42 opted_out=false --opt-in", "where the person has opted in again"}}},
      {"add",
       "Make a prospect here, or many of a CSV file",
       {{"prospectd add prospect email=ana@x.test last_name=Diaz", "prints its number"},
        {"prospectd add prospects --file people.csv --dry-run", "which rows would go in, and which not"},
        {"prospectd add prospects --file people.csv --map \"E-mail=email\"", "a column by another name"}}},
      {"pull",
       "Bring prospects up to what the CRM holds of them now; --force takes its values over local edits",
       {{"prospectd pull 42", "what has changed in the CRM"},
        {"prospectd pull 42 --force --dry-run", "which fields the CRM's values would replace"},
        {"prospectd pull --filter 'owner:\"ana@acme.test\"' --force", "everybody of Ana's"}}},
      {"push",
       "Write prospects to the CRM now; --force sends every mapped field, over what the CRM holds",
       {{"prospectd push 42 43", "what was changed here, or a new record"},
        {"prospectd push --filter '@hot' --force --include-blanks", "blanks, too"},
        {"prospectd push --all --force --dry-run", "what it would change, and how many CRM calls it costs"}}},
      {"verify",
       "Compare what the CRM holds with what is known here; --repair mends what no poll can see",
       {{"prospectd verify", "only tell what is apart"},
        {"prospectd verify --object Lead --repair", "and mend it"},
        {"prospectd verify --repair --yes", "even where many records are gone indeed"}}},
      {"jobs",
       "Pulls, pushes and drift scans that run, and the last that have ended",
       {{"prospectd jobs list", "the newest first"}, {"prospectd jobs show 7", "how far it is"}}},
      {"jobs list",
       "Pulls, pushes and drift scans, the newest first",
       {{"prospectd jobs list", "all that are kept"}}},
      {"jobs show",
       "How far a pull or push is, and what became of whom",
       {{"prospectd jobs show 7 --rows 100", "with more of the prospects"}}},
      {"jobs cancel",
       "Stop a pull or push; what was done stays",
       {{"prospectd jobs cancel 7", "by its number"}}},
      {"explain",
       "Why a prospect or a record is as it is, or is not there",
       {{"prospectd explain prospect 42", "what happened to it, and why"},
        {"prospectd explain ana@acme.test", "who has this address"},
        {"prospectd explain 00Q000000000001EAA", "what became of this CRM record"}}},
      {"config",
       "What the configuration says and from where, and every key that it may have",
       {{"prospectd config show --effective", "every key with its value and origin"},
        {"prospectd config reference > reference.md", "every key, as a page"},
        {"prospectd config schema > prospectd.json", "every key, for editors"}}},
      {"config show",
       "Every value of the configuration, and where it comes from",
       {{"prospectd config show", "what the files and the environment say"},
        {"prospectd config show --effective", "defaults and settings too"},
        {"PROSPECTD__LOG__LEVEL=debug prospectd config show", "a value from the environment"}}},
      {"config reload",
       "Have the daemon read its configuration again, as SIGHUP does; a broken one changes nothing",
       {{"prospectd config reload", "says what changed, and what waits for a restart"}}},
      {"config schema",
       "Print a JSON Schema, with which an editor completes and checks YAML while it is typed",
       {{"prospectd config schema > schema/prospectd.json", "of the daemon's file"},
        {"prospectd config schema mapping > schema/mapping.json", "of mapping files"},
        {"# yaml-language-server: $schema=schema/prospectd.json", "first line of the YAML file"}}},
      {"config reference",
       "Print the reference page of every key, in Markdown",
       {{"prospectd config reference > reference.md", "the same as docs/reference.md"}}},
      {"settings",
       "Settings made while the daemon runs; they stand before the file",
       {{"prospectd settings list", "what can be set, and what is in force"},
        {"prospectd settings set prospects.same_email prevent", "from the next cycle on"}}},
      {"settings list",
       "What can be set while the daemon runs, what is in force, and who set it",
       {{"prospectd settings list", "all of them"}, {"prospectd settings list --json", "for a program"}}},
      {"settings get",
       "Show one setting",
       {{"prospectd settings get prospects.same_email", "its value and where it comes from"}}},
      {"settings set",
       "Set one; checked like the file's value, journaled, in force from the next cycle",
       {{"prospectd settings set prospects.same_email select_crm_id", "stands before the file"}}},
      {"settings reset",
       "Take a setting back: the file's value is in force again",
       {{"prospectd settings reset prospects.same_email", "or the default, where the file has none"}}},
      {"tokens",
       "Who may ask the daemon, and what: tokens that name a user and a role",
       {{"prospectd tokens list", "who has one, and when it was last used"},
        {"prospectd tokens create report --user ana@acme.test --role read", "for a program that reads"}}},
      {"tokens list",
       "The tokens in force: for whom, with which role, when last used",
       {{"prospectd tokens list", "those in force"},
        {"prospectd tokens list --all --json", "expired and revoked ones too, for a program"}}},
      {"tokens create",
       "Make a token, and print it this once: only its fingerprint is kept",
       {{"prospectd tokens create ana --user ana@acme.test", "for a person's daily work"},
        {"prospectd tokens create report --user bi --role read --expires 90d", "reads, for 90 days"},
        {"PROSPECTD__API__TOKEN_FILE=my.token prospectd status", "the command line with another token"}}},
      {"tokens revoke",
       "End a token: the next request with it is refused",
       {{"prospectd tokens revoke 3", "its number, as tokens list says"}}},
      {"sandbox",
       "A CRM on this machine to try things on, and changes to it",
       {{"prospectd sandbox --people 5000", "generated people; Ctrl-C stops"},
        {"prospectd sandbox --load export/ --port 9443", "from Data Export CSV files"},
        {"prospectd sandbox --load WE_00D…_1.ZIP", "from a weekly export as it comes, all its parts"},
        {"prospectd sandbox --db org.db", "goes on where it was, after a restart too"},
        {"prospectd sandbox --public-key sync.crt", "takes JWTs signed with that key too"},
        {"prospectd sandbox --schema lead.json", "with the fields that a describe result tells of"},
        {"prospectd sandbox --faults plan.json", "with what a bad day brings: docs/sandbox.md"},
        {"prospectd sandbox edit 003… Title=CTO", "a change in a running one"}}},
      {"sandbox edit",
       "Change fields of a record in a running sandbox",
       {{"prospectd sandbox edit Contact 003… OwnerId=ana@acme.test", "owners by id or address"},
        {"prospectd sandbox edit 00Q… Phone= HasOptedOutOfEmail=true", "empty a field, set a switch"},
        {"prospectd sandbox edit 001… NumberOfEmployees:=120", ":= takes the value as JSON"}}},
      {"sandbox create",
       "Create a record in a running sandbox",
       {{"prospectd sandbox create Lead LastName=Roy Company=Acme", "prints its id"},
        {"prospectd sandbox create Contact LastName=Roy --visible-after 30s", "committed late"}}},
      {"sandbox late",
       "Edit or create with a commit that comes late, as a busy CRM has them",
       {{"prospectd sandbox late 003… Title=CTO --visible-after 30s", "stamped now, seen later"},
        {"prospectd sandbox late Lead LastName=Roy Company=A --stamped-before 5m",
         "seen now, with an old stamp"}}},
      {"sandbox delete",
       "Move a record into the sandbox's recycle bin",
       {{"prospectd sandbox delete 00Q…", "undelete brings it back"}}},
      {"sandbox undelete",
       "Take a record out of the sandbox's recycle bin",
       {{"prospectd sandbox undelete 00Q…", "the same record again"}}},
      {"sandbox purge", "Remove a record for good", {{"prospectd sandbox purge 00Q…", "no way back"}}},
      {"sandbox convert",
       "Convert a lead into a contact",
       {{"prospectd sandbox convert 00Q…", "into a new contact and account"},
        {"prospectd sandbox convert 00Q… --contact 003…", "into one that is there"}}},
      {"sandbox merge",
       "Merge one or two records into another",
       {{"prospectd sandbox merge 003…WINNER 003…LOSER", "the winner stays"}}},
      {"sandbox expire-tokens",
       "End every session of a running sandbox",
       {{"prospectd sandbox expire-tokens", "clients have to log in again"}}},
      {"sandbox snapshot",
       "Remember what the records of a running sandbox are now",
       {{"prospectd sandbox snapshot before-sync", "as long as the sandbox runs"}}},
      {"sandbox snapshots",
       "The snapshots that a running sandbox has",
       {{"prospectd sandbox snapshots", "by name, with how many records"}}},
      {"sandbox restore",
       "Make the records what they were at a snapshot",
       {{"prospectd sandbox restore before-sync", "stamps and recycle bin too; sessions stay"}}},
      {"sandbox drop-snapshot",
       "Forget a snapshot",
       {{"prospectd sandbox drop-snapshot before-sync", "the records stay as they are"}}},
      {"sandbox reset",
       "Make the records what they were when the sandbox began",
       {{"prospectd sandbox reset", "between two tests"}}},
      {"sandbox counts",
       "Records of a running sandbox, by object",
       {{"prospectd sandbox counts", "live, deleted and purged"}}},
      {"sandbox stats",
       "Requests that a running sandbox has answered",
       {{"prospectd sandbox stats --json", "logins, queries, pages, records"}}},
      {"sandbox knobs",
       "How a running sandbox behaves: limits, lifetimes, permissions",
       {{"prospectd sandbox knobs", "all of them"},
        {"prospectd sandbox knobs daily_limit:=500", "set one; := takes the value as JSON"}}},
      {"completion",
       "Print what makes a shell complete verbs, options and files",
       {{"source <(prospectd completion bash)", "in ~/.bashrc"},
        {"prospectd completion zsh > ~/.zfunc/_prospectd", "in a folder of fpath"},
        {"prospectd completion fish > ~/.config/fish/completions/prospectd.fish", "once"}}},
      {"man",
       "Print the manual page",
       {{"prospectd man | man -l -", "read it"}, {"prospectd man > prospectd.1", "keep it"}}},
      {"version", "The version of this program", {{"prospectd version --json", "for a program"}}},
  };
  return texts;
}

const VerbText& verb_text(std::string_view name) {
  static const VerbText none;
  const auto& texts = verb_texts();
  const auto at = std::find_if(texts.begin(), texts.end(), [&](const VerbText& t) { return t.name == name; });
  return at == texts.end() ? none : *at;
}

const std::vector<CommonText>& common_texts() {
  static const std::vector<CommonText> texts = {
      {"-c,--config", "FILE",
       "the configuration (default: $PROSPECTD_CONFIG, else ./prospectd.yaml, else "
       "/etc/prospectd/prospectd.yaml)"},
      {"--json", "", "one JSON document for a program; ignore members you don't know"},
      {"-q,--quiet", "", "nothing but the answer and failures"},
      {"--no-color,--no-colour", "", "no colours (NO_COLOR does the same)"},
      {"-h,--help", "", "what the verb does, its options, examples"},
  };
  return texts;
}

const std::vector<ExitText>& exit_texts() {
  static const std::vector<ExitText> texts = {
      {ExitCode::kOk, "done"},
      {ExitCode::kOther, "other error"},
      {ExitCode::kUsage, "usage"},
      {ExitCode::kPartial, "done, but some records failed"},
      {ExitCode::kAuth, "login or permission"},
      {ExitCode::kTemporary, "temporary, try again"},
      {ExitCode::kStateDamaged, "state damaged or of a newer version"},
      {ExitCode::kConfig, "configuration invalid"},
      {ExitCode::kLimit, "limit reached"},
      {ExitCode::kLockHeld, "another daemon has the state"},
      {ExitCode::kInterrupted, "interrupted"},
  };
  return texts;
}

std::string overview() {
  std::string text =
      "prospectd keeps a local database of prospects in agreement with a CRM.\n\n"
      "usage: prospectd VERB [ARG…]\n\n";
  for (const VerbText& verb : verb_texts()) {
    if (verb.name.find(' ') != std::string_view::npos) continue;
    text += "  " + pad_to(verb.name, kNameCells) + std::string(verb.about) + "\n";
  }
  text +=
      "\nNew here?             prospectd demo\n"
      "More about a verb:    prospectd help VERB\n"
      "The manual page:      prospectd man | man -l -\n";
  return text;
}

std::string help_footer(const VerbText& verb) {
  std::string text = "Everywhere:\n";
  for (const CommonText& option : common_texts()) {
    std::string start =
        std::string(option.names) + (option.value.empty() ? "" : " ") + std::string(option.value);
    for (const std::string& line : wrapped(option.about, kHelpCells - kOptionCells - 2)) {
      text += "  " + pad_to(start, kOptionCells) + line + "\n";
      start.clear();
    }
  }
  if (!verb.examples.empty()) text += "\nExamples:\n";
  for (const auto& [command, purpose] : verb.examples)
    text += "  " + pad_to(command, kExampleCells) + "  # " + std::string(purpose) + "\n";
  return text;
}

}  // namespace prospectd::cli
