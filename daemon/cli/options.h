// What the command line says, read and checked: one struct a verb. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "daemon/cli/verbs.h"

namespace prospectd::cli {

/// What every verb takes.
struct CommonOptions {
  std::string config;  ///< -c; empty: find_config's choice
  bool json = false;
  bool quiet = false;
  bool no_colour = false;
};

struct VersionOptions {};
struct CheckOptions {
  bool online = false;  ///< ask the CRM too
};
struct InitOptions {
  std::string output = ".";
  std::string login_url;
  std::string client_id;
  std::string secret_file;
  std::string state;  ///< empty: beside the configuration
  std::string listen = "127.0.0.1:8440";
};
struct StatusOptions {};
struct DoctorOptions {
  bool offline = false;  ///< leave the CRM alone
};
struct CompletionOptions {
  std::string shell;  ///< "bash", "zsh", "fish"
};
struct ManOptions {};
struct LoginTestOptions {
  std::string connection;  ///< empty: all
};
struct RunOptions {
  bool once = false;
};
struct SyncOptions {
  std::string connection;  ///< empty: all
  bool dry_run = false;
  bool accept_mass_change = false;
  size_t rows = 10;  ///< of a dry run, shown
};
struct ProspectsOptions {
  std::string id;      ///< empty: a list
  std::string filter;  ///< an expression; empty: all
  std::string text;
  bool without_email = false;
  size_t limit = 50;
};
struct ListOptions {
  std::string kind;    ///< "task", …
  std::string filter;  ///< an expression; empty: all
  std::string sort;    ///< up to three attributes, "-" before one that falls; empty: by number
  size_t limit = 50;
};
struct DuplicatesOptions {
  bool closed_too = false;
  size_t limit = 50;
};
struct DeadLettersOptions {
  size_t limit = 50;
};
struct ExplainOptions {
  std::string subject;
  std::string field = {};  ///< this one alone; empty: all
};

/// What is set of one resource.
struct SetOptions {
  std::string kind;                ///< "prospect", "task", …: edited_kinds()
  std::string id;                  ///< its number
  std::vector<std::string> words;  ///< FIELD=VALUE
  bool opt_in = false;
  bool dry_run = false;
};
/// What is made: one of its words, or many of a file.
struct AddOptions {
  std::string kind;                  ///< "prospect", "task", …, or "prospects" with a file
  std::vector<std::string> words;    ///< FIELD=VALUE
  std::string file;                  ///< CSV; empty: none
  std::vector<std::string> columns;  ///< COLUMN=FIELD
  bool dry_run = false;
};

/// What was given up.
struct DlqOptions {
  std::string action;            ///< "list", "show", "retry", "drop"
  std::vector<std::string> ids;  ///< "out-7", "in-12"
  bool all = false;
  std::string connection;  ///< empty: all
  size_t limit = 50;
};

/// Fields that both sides changed and a person decides.
struct ConflictsOptions {
  std::string action;   ///< "list", "show", "resolve"
  std::string id;       ///< its number
  std::string take;     ///< "crm", "prospect"
  std::string version;  ///< as it was shown; empty: whatever it is
  size_t limit = 50;
};

/// What is pulled, or pushed.
struct TransferOptions {
  std::string kind;              ///< "pull", "push"
  std::vector<std::string> ids;  ///< prospects' numbers; empty: see `filter` and `all`
  std::string filter;
  bool all = false;
  bool force = false;
  bool blanks = false;
  bool dry_run = false;
  bool save = false;       ///< a dry run is kept as a plan
  std::string plan;        ///< of `apply`: which plan, which says the rest; empty: none
  std::string connection;  ///< empty: all
  size_t rows = 20;        ///< of what is shown, at most
};
/// Dry runs that were kept.
struct PlanOptions {
  std::string action;  ///< "list", "show", "drop"
  std::string id;      ///< "p-7f3a"
  size_t rows = 20;
};
struct JobsOptions {
  std::string action;  ///< "list", "show", "cancel"
  std::string id;
  size_t rows = 20;
};

/// What is set back.
struct UndoOptions {
  std::string of;  ///< "c-12", "job-12"
  bool dry_run = false;
  size_t rows = 20;  ///< of what is shown, at most
};
struct VerifyOptions {
  std::string connection;  ///< empty: all
  std::string object;      ///< empty: all
  bool repair = false;
  bool yes = false;
  bool dry_run = false;
  size_t rows = 20;
};

struct ConfigSchemaOptions {
  std::string name = "prospectd";  ///< config::schema_files
};
struct ConfigReferenceOptions {};
struct ConfigShowOptions {
  bool effective = false;  ///< defaults too
};

struct ConfigReloadOptions {};
struct SettingsOptions {
  std::string action;  ///< "list", "get", "set", "reset"
  std::string key;
  std::string value;
};

struct FiltersOptions {
  std::string action;  ///< "list", "show", "save", "drop"
  std::string name;
  std::string expression;
};

struct TokensOptions {
  std::string action;  ///< "list", "create", "revoke"
  std::string id;
  std::string name;
  std::string user;
  std::string role = "user";
  std::string expires;  ///< a duration; empty: never
  bool ended_too = false;
};

/// A change in a running sandbox, or a question to it.
struct SandboxCallOptions {
  std::string verb;                ///< "edit", "stats", …
  std::vector<std::string> words;  ///< object, ids, FIELD=VALUE
  std::string url;                 ///< empty: from the sandbox's file
  std::string token_file;          ///< the same
  std::string directory;           ///< the sandbox's folder; empty: found (sandbox_client.h)
  std::string contact;             ///< of a conversion
  std::string account;
  std::string owner;
  std::string stamped_before;  ///< a duration, of a late commit; empty: none
  std::string visible_after;
};

struct Invocation {
  CommonOptions common;
  std::variant<VersionOptions, CheckOptions, InitOptions, StatusOptions, DoctorOptions, CompletionOptions,
               ManOptions, LoginTestOptions, RunOptions, SyncOptions, ProspectsOptions, ListOptions,
               DuplicatesOptions, DeadLettersOptions, ExplainOptions, SetOptions, AddOptions, DlqOptions,
               ConflictsOptions, TransferOptions, JobsOptions, PlanOptions, UndoOptions, VerifyOptions,
               ConfigSchemaOptions, ConfigReferenceOptions, ConfigShowOptions, ConfigReloadOptions,
               SettingsOptions, FiltersOptions, TokensOptions, SandboxCallOptions, SandboxVerb, DemoVerb>
      verb;
};

}  // namespace prospectd::cli
