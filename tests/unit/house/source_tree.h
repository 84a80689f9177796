// The project's own sources as data, for the tests that hold them to the rules of the house. Read once a
// test, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd::house {

/// One file. `code` is as long as `text`, line by line, with blanks for the content of comments, of string
/// and character literals: what is left is what the compiler acts on.
struct SourceFile {
  std::string path;  ///< from the project's root, "mapping/value.h"
  std::string text;
  std::string code;

  bool is_header() const { return path.ends_with(".h"); }
  bool is_cpp() const { return is_header() || path.ends_with(".cpp"); }
  bool is_test() const { return path.starts_with("tests/"); }
};

/// What breaks a rule, and where.
struct Violation {
  std::string path;
  size_t line = 0;  ///< from 1
  std::string what;
};

/// "path:line: what" a line.
std::string listing(const std::vector<Violation>& violations);

SourceFile make_source(std::string path, std::string text);
/// Every C++ and build file, script, example and page of the project; not what is built.
std::vector<SourceFile> read_tree(const std::string& root);
/// This project's, read once.
const std::vector<SourceFile>& project_tree();

/// The line, from 1, that holds the character at `offset`.
size_t line_at(std::string_view text, size_t offset);
/// The places where `word` stands in `text` as a whole word: neither neighbour continues an identifier.
std::vector<size_t> find_words(std::string_view text, std::string_view word);

}  // namespace prospectd::house
