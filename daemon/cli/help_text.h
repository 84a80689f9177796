// What the help says of each verb: a line about it, and examples. Immutable data, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

/// What `prospectd` alone prints.
std::string overview();
/// The part of a verb's help after its options.
std::string help_footer(const VerbText& verb);

}  // namespace prospectd::cli
