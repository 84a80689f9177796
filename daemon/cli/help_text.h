// What the help says of each verb: a line about it, and examples. Immutable data, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/exit_code.h"

namespace prospectd::cli {

struct VerbText {
  std::string_view name;                                                ///< "sandbox edit"
  std::string_view about;                                               ///< one line
  std::vector<std::pair<std::string_view, std::string_view>> examples;  ///< a command, and what it is for
};

/// In the order in which the help lists them; those of the sandbox after it.
const std::vector<VerbText>& verb_texts();
/// An empty one for an unknown name.
const VerbText& verb_text(std::string_view name);

/// An option that every verb takes.
struct CommonText {
  std::string_view names;  ///< "-c,--config"
  std::string_view value;  ///< "FILE"; empty: a switch
  std::string_view about;
};
const std::vector<CommonText>& common_texts();

/// What an exit code stands for (exit_code.h), in words.
struct ExitText {
  ExitCode code = ExitCode::kOk;
  std::string_view about;
};
/// By number.
const std::vector<ExitText>& exit_texts();

/// What `prospectd` alone prints.
std::string overview();
/// The part of a verb's help after its options.
std::string help_footer(const VerbText& verb);

}  // namespace prospectd::cli
