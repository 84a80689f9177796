// The whole command line as a table: what the parser takes, with what the help says of it. Completions and
// the manual page are made from it, so they can't say anything else. Built from the parser; values.
#pragma once

#include <string>
#include <vector>

namespace prospectd::cli {

/// An option or a positional argument.
struct OptionRow {
  std::vector<std::string> names;    ///< "-q", "--quiet"; of an argument its name: "SHELL"
  std::string value;                 ///< "FILE"; empty: a switch
  std::vector<std::string> choices;  ///< where only these will do
  std::string about;
  bool required = false;

  bool takes_value() const { return !value.empty() || !choices.empty(); }
};

struct CommandRow {
  std::string name;  ///< "sandbox edit"; empty: the program itself
  std::string about;
  std::vector<OptionRow> options;
  std::vector<OptionRow> arguments;
  std::vector<std::string> verbs;  ///< below it: "edit", …
  std::vector<std::pair<std::string, std::string>> examples;
};

/// The program itself with the options that every verb takes, then each verb, in the order of the help.
std::vector<CommandRow> command_table();

}  // namespace prospectd::cli
