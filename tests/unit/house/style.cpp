#include "tests/unit/house/style.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

namespace prospectd::house {
namespace {

// The code without preprocessor lines, whose braces need not match.
std::string without_directives(const std::string& code) {
  std::string out = code;
  bool in_directive = false;
  for (size_t start = 0; start < out.size();) {
    size_t end = std::min(out.find('\n', start), out.size());
    const std::string_view line = std::string_view(out).substr(start, end - start);
    const size_t first = line.find_first_not_of(" \t");
    in_directive = in_directive || (first != std::string_view::npos && line[first] == '#');
    const bool continues = in_directive && line.ends_with('\\');
    if (in_directive)
      std::fill(out.begin() + static_cast<long>(start), out.begin() + static_cast<long>(end), ' ');
    in_directive = continues;
    start = end + 1;
  }
  return out;
}

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (out.ends_with(' '))
    out.pop_back();
  return out;
}

// The head without `template <…>` before it, whose parameters say class too.
std::string without_template(std::string head) {
  while (head.starts_with("template")) {
    size_t at = head.find('<');
    for (size_t depth = 0; at < head.size(); ++at) {
      if (head[at] == '<') ++depth;
      if (head[at] == '>' && --depth == 0) break;
    }
    if (at >= head.size()) return head;
    head = squeezed(std::string_view(head).substr(at + 1));
  }
  return head;
}

enum class Brace { kTransparent, kFunction, kOpaque };

// What a brace after `head` opens, seen from a namespace or a class.
Brace classify(const std::string& full_head) {
  const std::string head = without_template(full_head);
  if (head.ends_with('=')) return Brace::kOpaque;
  if (!find_words(head, "namespace").empty() || head.starts_with("extern \"")) return Brace::kTransparent;
  if (!find_words(head, "enum").empty()) return Brace::kOpaque;
  const size_t parenthesis = head.find('(');
  for (const char* keyword : {"class", "struct", "union"}) {
    const auto places = find_words(head, keyword);
    if (!places.empty() && places.front() < parenthesis) return Brace::kTransparent;
  }
  return parenthesis == std::string::npos ? Brace::kOpaque : Brace::kFunction;
}

// The offset of the brace that closes the one at `open`, or the end.
size_t closing_brace(std::string_view code, size_t open) {
  size_t depth = 0;
  for (size_t at = open; at < code.size(); ++at) {
    if (code[at] == '{') ++depth;
    if (code[at] == '}' && --depth == 0) return at;
  }
  return code.size();
}

// How many lines of a body are rows of tables: braces, inside its own, that follow `return` or `=`, or that
// have no statement between them.
size_t table_lines(std::string_view code, size_t open, size_t close) {
  size_t lines = 0;
  for (size_t at = open + 1; at < close; ++at) {
    if (code[at] != '{') continue;
    const size_t end = closing_brace(code, at);
    const std::string_view before = code.substr(0, code.find_last_not_of(" \t\r\n", at - 1) + 1);
    const bool value = before.ends_with("return") || before.ends_with('=');
    const bool statements = code.substr(at, end - at).find(';') != std::string_view::npos;
    if (statements && !value) continue;  // a block: look inside
    lines += line_at(code, end) - line_at(code, at);
    at = end;
  }
  return lines;
}

size_t count_lines(std::string_view text) {
  const auto ends = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  return text.empty() || text.ends_with('\n') ? ends : ends + 1;
}

// `words` in `text`, wherever they stand in it as whole words.
void find_all(const SourceFile& file, const std::string& text, const std::vector<std::string>& words,
              const std::string& why, std::vector<Violation>& out) {
  for (const std::string& word : words) {
    for (const size_t at : find_words(text, word))
      out.push_back({file.path, line_at(text, at), word + ": " + why});
  }
}

}  // namespace

std::vector<FunctionBody> functions_of(const SourceFile& file) {
  std::vector<FunctionBody> found;
  const std::string code = without_directives(file.code);
  size_t head_start = 0;
  for (size_t at = 0; at < code.size(); ++at) {
    const char c = code[at];
    if (c == ';' || c == '}') head_start = at + 1;
    if (c != '{') continue;
    const std::string head = squeezed(std::string_view(code).substr(head_start, at - head_start));
    const Brace kind = classify(head);
    if (kind != Brace::kTransparent) {
      const size_t close = closing_brace(code, at);
      if (kind == Brace::kFunction) {
        const size_t first = code.find_first_not_of(" \t\r\n", head_start);
        const size_t line = line_at(code, first);
        const size_t lines = line_at(code, std::min(close, code.size() - 1)) - line + 1;
        found.push_back({head, line, lines - table_lines(code, at, close)});
      }
      at = close;
    }
    head_start = at + 1;
  }
  return found;
}

std::vector<Violation> check_headers(const std::vector<SourceFile>& tree) {
  std::vector<Violation> out;
  for (const SourceFile& file : tree) {
    if (!file.is_header()) continue;
    if (!file.text.starts_with("//")) {
      out.push_back({file.path, 1, "a header opens with a comment: what it is, who owns it, which thread"});
    }
    const size_t pragma = file.code.find("#pragma once");
    const size_t first = file.code.find_first_not_of(" \t\r\n");
    if (pragma == std::string::npos) {
      out.push_back({file.path, 1, "#pragma once is missing"});
    } else if (pragma != first) {
      out.push_back({file.path, line_at(file.code, pragma), "#pragma once comes before all code"});
    }
  }
  return out;
}

std::vector<Violation> check_lengths(const std::vector<SourceFile>& tree) {
  std::vector<Violation> out;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp()) continue;
    if (const size_t lines = count_lines(file.text); lines > kFileLinesMax) {
      out.push_back({file.path, 1,
                     std::to_string(lines) + " lines; split it by purpose (at most " +
                         std::to_string(kFileLinesMax) + ")"});
    }
    for (const FunctionBody& f : functions_of(file)) {
      if (f.lines <= kFunctionLinesMax) continue;
      out.push_back({file.path, f.line,
                     "a function of " + std::to_string(f.lines) + " lines (at most " +
                         std::to_string(kFunctionLinesMax) + "): " + f.head.substr(0, 60)});
    }
  }
  return out;
}

std::vector<Violation> check_unfinished(const std::vector<SourceFile>& tree) {
  // In two halves, for this file is searched too.
  const std::vector<std::string> words = {std::string("TO") + "DO", std::string("FIX") + "ME"};
  std::vector<Violation> out;
  for (const SourceFile& file : tree)
    find_all(file, file.text, words, "nothing is left for later without an issue", out);
  return out;
}

std::vector<Violation> check_tests(const std::vector<SourceFile>& tree) {
  std::vector<Violation> out;
  for (const SourceFile& file : tree) {
    if (!file.is_test() || !file.is_cpp()) continue;
    find_all(file, file.code,
             {"this_thread::sleep_for", "this_thread::sleep_until", "usleep", "nanosleep", "clock_nanosleep"},
             "a test waits for what it expects, never for time", out);
    for (const size_t at : find_words(file.code, "::sleep")) {
      const bool of_a_class = at > 0 && std::isalnum(static_cast<unsigned char>(file.code[at - 1])) != 0;
      if (!of_a_class) out.push_back({file.path, line_at(file.code, at), "::sleep: the same"});
    }
    find_all(file, file.code, {"GTEST_SKIP"}, "a test runs, or it is not there", out);
    const std::string prefix = "DISABLED_";
    for (size_t at = file.code.find(prefix); at != std::string::npos; at = file.code.find(prefix, at + 1))
      out.push_back({file.path, line_at(file.code, at), prefix + ": a test runs, or it is not there"});
  }
  return out;
}

}  // namespace prospectd::house
