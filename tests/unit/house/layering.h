// Who may include whom, as tables, and the checks that hold a source tree to them. A module is a folder; it
// may include itself, the modules that it names, and what these may include. Pure, any thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/house/source_tree.h"

namespace prospectd::house {

/// One `#include`.
struct Include {
  size_t line = 0;
  bool quoted = false;  ///< "own/header.h", not <the system's>
  std::string target;
};
std::vector<Include> includes_of(const SourceFile& file);

/// The module that a file belongs to: its folder, itself where it stands alone in the table, or "tests" for
/// everything below tests/.
std::string module_of(std::string_view path);
/// The modules whose headers `module` may include, itself among them; empty for an unknown module.
std::set<std::string> may_include(std::string_view module);
/// The names of all modules.
std::vector<std::string> modules();

/// Quoted includes: they name a file of the tree from its root, and never point upward.
std::vector<Violation> check_own_includes(const std::vector<SourceFile>& tree);
/// Libraries: each only where the table of libraries lets it in, the heavy ones never in a header.
std::vector<Violation> check_library_includes(const std::vector<SourceFile>& tree);
/// What a module must not do at all: clocks, chance, threads, files in the pure core, and the like.
std::vector<Violation> check_forbidden_words(const std::vector<SourceFile>& tree);

}  // namespace prospectd::house
