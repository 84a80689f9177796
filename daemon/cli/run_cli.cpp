#include "daemon/cli/run_cli.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "daemon/cli/command_line.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/within.h"

namespace prospectd::cli {
namespace {

// Which function a verb's options lead to.
struct Carry {
  const CommonOptions& common;
  const Hooks& hooks;
  Console& console;
  const std::string& program;

  ExitCode operator()(const VersionOptions& o) const { return verb_version(o, console); }
  ExitCode operator()(const CheckOptions& o) const { return verb_check(common, o, hooks, console); }
  ExitCode operator()(const InitOptions& o) const { return verb_init(o, hooks, console); }
  ExitCode operator()(const StatusOptions&) const { return verb_status(common, console); }
  ExitCode operator()(const DoctorOptions& o) const { return verb_doctor(common, o, hooks, console); }
  ExitCode operator()(const CompletionOptions& o) const { return verb_completion(o, console); }
  ExitCode operator()(const ManOptions&) const { return verb_man(console); }
  ExitCode operator()(const LoginTestOptions& o) const { return verb_login(common, o, hooks, console); }
  ExitCode operator()(const RunOptions& o) const { return verb_run(common, o, hooks, console); }
  ExitCode operator()(const SyncOptions& o) const { return verb_sync(common, o, console); }
  ExitCode operator()(const ProspectsOptions& o) const { return verb_prospects(common, o, console); }
  ExitCode operator()(const ListOptions& o) const { return verb_list(common, o, console); }
  ExitCode operator()(const DuplicatesOptions& o) const { return verb_duplicates(common, o, console); }
  ExitCode operator()(const DeadLettersOptions& o) const { return verb_dead_letters(common, o, console); }
  ExitCode operator()(const ExplainOptions& o) const { return verb_explain(common, o, console); }
  ExitCode operator()(const DlqOptions& o) const { return verb_dlq(common, o, console); }
  ExitCode operator()(const ConflictsOptions& o) const { return verb_conflicts(common, o, console); }
  ExitCode operator()(const SetOptions& o) const { return verb_set(common, o, console); }
  ExitCode operator()(const AddOptions& o) const { return verb_add(common, o, console); }
  ExitCode operator()(const TransferOptions& o) const { return verb_transfer(common, o, console); }
  ExitCode operator()(const JobsOptions& o) const { return verb_jobs(common, o, console); }
  ExitCode operator()(const PlanOptions& o) const { return verb_plan(common, o, console); }
  ExitCode operator()(const UndoOptions& o) const { return verb_undo(common, o, console); }
  ExitCode operator()(const VerifyOptions& o) const { return verb_verify(common, o, console); }
  ExitCode operator()(const ConfigSchemaOptions& o) const { return verb_config_schema(o, console); }
  ExitCode operator()(const ConfigReferenceOptions&) const { return verb_config_reference(console); }
  ExitCode operator()(const ConfigShowOptions& o) const { return verb_config_show(common, o, console); }
  ExitCode operator()(const ConfigReloadOptions&) const { return verb_config_reload(common, console); }
  ExitCode operator()(const SettingsOptions& o) const { return verb_settings(common, o, console); }
  ExitCode operator()(const FiltersOptions& o) const { return verb_filters(common, o, console); }
  ExitCode operator()(const TokensOptions& o) const { return verb_tokens(common, o, console); }
  ExitCode operator()(const SandboxCallOptions& o) const { return verb_sandbox_call(common, o, console); }
  ExitCode operator()(const SandboxVerb& verb) const { return hooks.sandbox(verb); }
  ExitCode operator()(DemoVerb verb) const {
    verb.program = program;
    return hooks.demo(verb);
  }
};

}  // namespace

ExitCode run_words(const std::string& program, const std::vector<std::string>& words, const Hooks& hooks,
                   Console& console) {
  const Parsed parsed = parse_command_line(words);
  console.out() << parsed.out << std::flush;
  console.err() << parsed.err << std::flush;
  if (!parsed.invocation) {
    // The options are not known, but this one is plain to see.
    const bool json = std::ranges::find(words, "--json") != words.end();
    if (json && !parsed.message.empty())
      console.errors_document(make_error(ErrorCode::kInvalidInput, parsed.message));
    return parsed.code;
  }
  const CommonOptions& common = parsed.invocation->common;
  console.json = common.json;
  console.quiet = common.quiet;
  if (common.no_colour) {
    console.out_terminal.colour = console.err_terminal.colour = false;
    ::setenv("NO_COLOR", "1", 1);  // for what runs further down, and for our children
  }
  const ExitCode code = std::visit(Carry{common, hooks, console, program}, parsed.invocation->verb);
  console.out() << std::flush;
  return code;
}

namespace {

// An answer that did not arrive whole, on a full disk behind a redirection say, is no success.
ExitCode after_writing(ExitCode code) {
  errno = 0;
  const bool whole = std::cout.flush().good() && std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (whole) return code;
  const std::string why = errno == 0 ? std::string() : std::string(": ") + std::strerror(errno);
  std::cerr << "prospectd: the output could not be written whole" << why << std::endl;
  return code == ExitCode::kOk ? ExitCode::kOther : code;
}

}  // namespace

int run_cli(int argc, char** argv, const Hooks& hooks) {
  Console console(std::cout, std::cerr);
  console.out_terminal = terminal_of(STDOUT_FILENO, false);
  console.err_terminal = terminal_of(STDERR_FILENO, false);
  if (::isatty(STDIN_FILENO) == 1) console.in = &std::cin;
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const ExitCode code = after_writing(run_words(argc > 0 ? argv[0] : "prospectd", words, hooks, console));
  // What hangs would keep the process from ending, or outlive what it reads.
  if (work_left_behind()) std::_Exit(static_cast<int>(code));
  return static_cast<int>(code);
}

}  // namespace prospectd::cli
