// The verbs, each in a .cpp of its own. Each says what it has to say on the console and gives the process's
// exit code; none throws. One thread.
#pragma once

#include "daemon/cli/console.h"
#include "daemon/cli/options.h"

namespace prospectd::cli {

ExitCode verb_version(const VersionOptions& options, Console& console);
ExitCode verb_check(const CommonOptions& common, const CheckOptions& options, const Hooks& hooks,
                    Console& console);
ExitCode verb_init(const InitOptions& options, const Hooks& hooks, Console& console);
ExitCode verb_run(const CommonOptions& common, const RunOptions& options, const Hooks& hooks,
                  Console& console);
/// `login --test`.
ExitCode verb_login(const CommonOptions& common, const LoginTestOptions& options, const Hooks& hooks,
                    Console& console);
ExitCode verb_status(const CommonOptions& common, Console& console);
ExitCode verb_doctor(const CommonOptions& common, const DoctorOptions& options, const Hooks& hooks,
                     Console& console);
ExitCode verb_completion(const CompletionOptions& options, Console& console);
ExitCode verb_man(Console& console);
ExitCode verb_sync(const CommonOptions& common, const SyncOptions& options, Console& console);
ExitCode verb_list(const CommonOptions& common, const ListOptions& options, Console& console);
ExitCode verb_prospects(const CommonOptions& common, const ProspectsOptions& options, Console& console);
ExitCode verb_duplicates(const CommonOptions& common, const DuplicatesOptions& options, Console& console);
ExitCode verb_dead_letters(const CommonOptions& common, const DeadLettersOptions& options, Console& console);
ExitCode verb_explain(const CommonOptions& common, const ExplainOptions& options, Console& console);
ExitCode verb_dlq(const CommonOptions& common, const DlqOptions& options, Console& console);
ExitCode verb_conflicts(const CommonOptions& common, const ConflictsOptions& options, Console& console);
ExitCode verb_set(const CommonOptions& common, const SetOptions& options, Console& console);
ExitCode verb_add(const CommonOptions& common, const AddOptions& options, Console& console);
/// `pull`, `push` and `apply`.
ExitCode verb_transfer(const CommonOptions& common, const TransferOptions& options, Console& console);
ExitCode verb_jobs(const CommonOptions& common, const JobsOptions& options, Console& console);
ExitCode verb_plan(const CommonOptions& common, const PlanOptions& options, Console& console);
ExitCode verb_undo(const CommonOptions& common, const UndoOptions& options, Console& console);
ExitCode verb_verify(const CommonOptions& common, const VerifyOptions& options, Console& console);
ExitCode verb_config_schema(const ConfigSchemaOptions& options, Console& console);
ExitCode verb_config_reference(Console& console);
ExitCode verb_config_show(const CommonOptions& common, const ConfigShowOptions& options, Console& console);
ExitCode verb_config_reload(const CommonOptions& common, Console& console);
ExitCode verb_settings(const CommonOptions& common, const SettingsOptions& options, Console& console);
ExitCode verb_filters(const CommonOptions& common, const FiltersOptions& options, Console& console);
ExitCode verb_tokens(const CommonOptions& common, const TokensOptions& options, Console& console);
/// A change in a running sandbox, or a question to it.
ExitCode verb_sandbox_call(const CommonOptions& common, const SandboxCallOptions& options, Console& console);

}  // namespace prospectd::cli
