// Console: where a verb says what it has to say. The answer goes to standard output, everything else
// (failures, progress, hints on the way) to standard error. With --json the answer is one document, on
// failure too. One thread.
#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/error.h"
#include "daemon/cli/terminal.h"
#include "daemon/exit_code.h"

namespace prospectd::cli {

class Console {
 public:
  Console(std::ostream& out, std::ostream& err) : out_(out), err_(err) {}

  std::istream* in = nullptr;  ///< where somebody answers questions; none where nobody is there
  Terminal out_terminal;
  Terminal err_terminal;
  bool json = false;
  bool quiet = false;

  /// A line of the answer. The text may hold our own colours; texts of strangers are made harmless before.
  void line(std::string_view text = {});
  /// A line for people that is not part of the answer; not with --quiet or --json.
  void hint(std::string_view text);
  /// The answer as a document: {"data": …}.
  void document(const nlohmann::json& data);
  /// Says what went wrong and gives the exit code for it. With --json also {"errors": […]}.
  ExitCode fail(const Error& error);
  ExitCode fail(const Error& error, ExitCode code);
  /// {"errors": […]} on standard output, and nothing else.
  void errors_document(const Error& error);

  std::string tone(Tone tone, std::string_view text) const { return painted(out_terminal, tone, text); }
  std::ostream& out() { return out_; }
  std::ostream& err() { return err_; }

 private:
  std::ostream& out_;
  std::ostream& err_;
};

/// exit_code_of, but that a value given on the command line is a matter of usage.
ExitCode exit_code_of_verb(const Error& error);

}  // namespace prospectd::cli
