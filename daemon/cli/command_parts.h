// Parts of the command line's grammar that its files share. Pure, one thread.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/options.h"

namespace CLI {
class App;
}

namespace prospectd::cli {

/// A verb with what the help says of it; `prefix` is "sandbox " within the verb sandbox.
CLI::App* add_verb(CLI::App& to, const std::string& name, const std::string& prefix = "");
/// "bash|zsh|fish": in the help, and split again by the command table.
std::string joined_choices(const std::vector<std::string>& choices);

/// A validator: what is wrong with a text that must not be blank.
std::string is_filled(const std::string& text);
/// "--limit N" of a list.
void add_limit(CLI::App* verb, size_t& limit);

/// The verbs about what waits for a person.
void add_dlq(CLI::App& app, DlqOptions& dlq);
void add_conflicts(CLI::App& app, ConflictsOptions& conflicts);

/// The verbs set and add.
void add_edits(CLI::App& app, SetOptions& set, AddOptions& add);
/// The verb list.
void add_list(CLI::App& app, ListOptions& list);
/// The verb sync.
void add_sync(CLI::App& app, SyncOptions& sync);

struct JobDrafts {
  TransferOptions pull;
  TransferOptions push;
  PlanOptions plan;
  TransferOptions apply;
  JobsOptions jobs;
  VerifyOptions verify;
};
/// The verbs pull, push, plan, apply, verify and jobs.
void add_jobs(CLI::App& app, JobDrafts& drafts);
/// Fills the invocation when `verb` is one of them.
void take_job_verb(const std::string& verb, JobDrafts&& drafts, Invocation& made);

/// "--rows N" of what tells of prospects.
void add_rows_option(CLI::App* verb, size_t& rows, const std::string& what = "prospects");
/// The verb undo.
void add_undo(CLI::App& app, UndoOptions& undo);

}  // namespace prospectd::cli
