// Questions to the person at the terminal: asked on standard error, answered on standard input. One thread.
#pragma once

#include <optional>
#include <string>

#include "daemon/cli/console.h"

namespace prospectd::cli {

class Questions {
 public:
  explicit Questions(Console& console) : console_(console) {}

  /// Whether somebody is there to answer.
  bool possible() const { return console_.in != nullptr; }
  /// The answer without blanks around it; `otherwise` for an empty one. nullopt at the end of input.
  std::optional<std::string> ask(const std::string& question, const std::string& otherwise = {});
  /// The same without showing what is typed.
  std::optional<std::string> ask_hidden(const std::string& question);

 private:
  std::optional<std::string> line();

  Console& console_;
};

}  // namespace prospectd::cli
