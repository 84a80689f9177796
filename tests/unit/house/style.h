// The rules of the house that concern a file by itself: how headers open, how long files and functions get,
// words that stand for unfinished work, and tests that wait or look away. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/house/source_tree.h"

namespace prospectd::house {

constexpr size_t kFileLinesMax = 500;
constexpr size_t kFunctionLinesMax = 70;

/// The body of a function (a test, a method, a constructor) as braces show it.
struct FunctionBody {
  std::string head;  ///< what stands before the brace, on one line
  size_t line = 0;   ///< where the head begins
  size_t lines = 0;  ///< from the head to the closing brace
};
/// A heuristic over braces: what opens at the level of a namespace or a class after a head with parentheses.
/// Lambdas and blocks inside count to the function around them; rows of tables in it don't count.
std::vector<FunctionBody> functions_of(const SourceFile& file);

/// Headers open with a comment that says what they are, and then with `#pragma once`.
std::vector<Violation> check_headers(const std::vector<SourceFile>& tree);
std::vector<Violation> check_lengths(const std::vector<SourceFile>& tree);
/// Marks of work left undone, in any file.
std::vector<Violation> check_unfinished(const std::vector<SourceFile>& tree);
/// Tests that sleep, or that are switched off.
std::vector<Violation> check_tests(const std::vector<SourceFile>& tree);

}  // namespace prospectd::house
