#include "tests/unit/house/source_tree.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace prospectd::house {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRoots[] = {"base",       "mapping", "reconcile", "config",
                                       "connectors", "daemon",  "tests",     "docs"};
constexpr std::string_view kRootFiles[] = {"CMakeLists.txt", "CMakePresets.json", "README.md", "dev",
                                           ".ci/run"};
constexpr std::string_view kEndings[] = {".h",   ".cpp",  ".in",   ".txt", ".md",
                                         ".sql", ".yaml", ".json", ".js",  ".css"};

bool continues_identifier(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Copies a source with comments and literals blanked. One step takes one comment, literal or character.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text), out_(text) {}

  std::string run() {
    while (at_ < text_.size())
      step();
    return std::move(out_);
  }

 private:
  bool next_is(std::string_view s) const { return text_.substr(at_, s.size()) == s; }

  void step() {
    if (next_is("//")) return blank_to(text_.find('\n', at_));
    if (next_is("/*")) return blank_to(end_after("*/", at_ + 2));
    if (text_[at_] == '"') return raw_prefix() ? raw_literal() : literal('"');
    if (text_[at_] == '\'' && !digit_separator()) return literal('\'');
    ++at_;
  }

  size_t end_after(std::string_view mark, size_t from) const {
    const size_t found = text_.find(mark, from);
    return found == std::string_view::npos ? found : found + mark.size();
  }

  void blank_to(size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_) {
      if (out_[at_] != '\n') out_[at_] = ' ';
    }
  }

  bool raw_prefix() const {
    if (at_ == 0 || text_[at_ - 1] != 'R') return false;
    const std::string_view before = text_.substr(0, at_ - 1);
    return before.empty() || !continues_identifier(before.back()) || before.ends_with("u8") ||
           before.ends_with('u') || before.ends_with('L');
  }

  // The quote of 1'000, which stands inside a number.
  bool digit_separator() const {
    size_t start = at_;
    while (start > 0 && (continues_identifier(text_[start - 1]) || text_[start - 1] == '\''))
      --start;
    return start < at_ && std::isdigit(static_cast<unsigned char>(text_[start])) != 0;
  }

  void raw_literal() {
    const size_t open = text_.find('(', at_);
    if (open == std::string_view::npos) return blank_to(open);
    const std::string close = ")" + std::string(text_.substr(at_ + 1, open - at_ - 1)) + "\"";
    ++at_;
    const size_t end = text_.find(close, open);
    blank_to(end == std::string_view::npos ? end : end + close.size() - 1);
    ++at_;
  }

  // Keeps both quotes, so that the literal still stands there as one.
  void literal(char quote) {
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n')
      end += text_[end] == '\\' ? 2 : 1;
    ++at_;
    blank_to(end);
    ++at_;
  }

  std::string_view text_;
  std::string out_;
  size_t at_ = 0;
};

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

std::string listing(const std::vector<Violation>& violations) {
  std::string text;
  for (const Violation& v : violations)
    text += v.path + ":" + std::to_string(v.line) + ": " + v.what + "\n";
  return text;
}

SourceFile make_source(std::string path, std::string text) {
  SourceFile file{std::move(path), std::move(text), {}};
  file.code = file.is_cpp() ? Blanker(file.text).run() : file.text;
  return file;
}

std::vector<SourceFile> read_tree(const std::string& root) {
  std::vector<SourceFile> files;
  const auto add = [&](const fs::path& path) {
    files.push_back(make_source(fs::relative(path, root).generic_string(), read_file(path)));
  };
  for (const std::string_view name : kRootFiles) {
    if (const fs::path path = fs::path(root) / name; fs::exists(path)) add(path);
  }
  for (const std::string_view name : kRoots) {
    const fs::path folder = fs::path(root) / name;
    if (!fs::exists(folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string ending = entry.path().extension().string();
      if (entry.is_regular_file() && std::count(std::begin(kEndings), std::end(kEndings), ending) > 0)
        add(entry.path());
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

const std::vector<SourceFile>& project_tree() {
  static const std::vector<SourceFile> files = read_tree(PROSPECTD_SOURCE_DIR);
  return files;
}

size_t line_at(std::string_view text, size_t offset) {
  return 1 + static_cast<size_t>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

std::vector<size_t> find_words(std::string_view text, std::string_view word) {
  std::vector<size_t> places;
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool starts = at == 0 || !continues_identifier(word.front()) || !continues_identifier(text[at - 1]);
    const bool ends =
        end >= text.size() || !continues_identifier(word.back()) || !continues_identifier(text[end]);
    if (starts && ends) places.push_back(at);
  }
  return places;
}

}  // namespace prospectd::house
