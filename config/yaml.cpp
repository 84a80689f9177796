#include "config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace prospectd::config::yaml {
namespace {

constexpr size_t kProblemsMax = 100;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Ends the parse from inside the library; caught in parse().
struct Abort {
  Problem problem;
};

// Turns the library's positions (from 0, columns in bytes) into a person's (from 1, columns in characters).
class Lines {
 public:
  Lines(std::string_view text, int file) : text_(text), file_(file), starts_{0} {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(i + 1);
    }
  }

  // Positions mostly come in order, so the count goes on from the last one: a long line is not counted again
  // for each of its values.
  Mark mark(size_t line, size_t byte_column) const {
    if (line >= starts_.size()) return {static_cast<int>(starts_.size()), 1, file_};
    const size_t start = starts_[line];
    const size_t end = std::min(start + byte_column, text_.size());
    if (counted_to_ <= start || counted_to_ > end) {
      counted_to_ = start;
      column_ = 1;
    }
    for (; counted_to_ < end; ++counted_to_) {
      if ((static_cast<unsigned char>(text_[counted_to_]) & 0xC0) != 0x80) ++column_;
    }
    return {static_cast<int>(line) + 1, column_, file_};
  }
  Mark mark(const YAML::Mark& m) const {
    if (m.is_null()) return {1, 1, file_};
    return mark(static_cast<size_t>(m.line), static_cast<size_t>(m.column));
  }
  char character(const YAML::Mark& m) const {
    if (m.is_null() || static_cast<size_t>(m.line) >= starts_.size()) return '\0';
    const size_t at = starts_[static_cast<size_t>(m.line)] + static_cast<size_t>(m.column);
    return at < text_.size() ? text_[at] : '\0';
  }
  // Whether the quoted text that begins at `m` ends on the same line. The library takes a quote that is never
  // closed for one that is. True for block scalars, which have none.
  bool closes_quote(const YAML::Mark& m) const {
    if (m.is_null() || static_cast<size_t>(m.line) >= starts_.size()) return true;
    std::string_view line = text_.substr(starts_[static_cast<size_t>(m.line)]);
    line.remove_prefix(std::min(static_cast<size_t>(m.column), line.size()));
    if (line.starts_with('&')) {  // an anchor comes first
      line.remove_prefix(std::min(line.find(' '), line.size()));
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    }
    if (!line.starts_with('"') && !line.starts_with('\'')) return true;
    const char quote = line.front();
    for (size_t i = 1; i < line.size() && line[i] != '\n'; ++i) {
      if (quote == '"' && line[i] == '\\' && line.substr(i + 1, 1) != "\n") {
        ++i;
      } else if (line[i] == quote) {
        if (quote == '"' || i + 1 >= line.size() || line[i + 1] != quote) return true;
        ++i;  // '' stands for one
      }
    }
    return false;
  }

  Mark mark_at(size_t offset) const {
    size_t line = 0;
    while (line + 1 < starts_.size() && starts_[line + 1] <= offset)
      ++line;
    return mark(line, offset - starts_[line]);
  }

 private:
  std::string_view text_;
  int file_;
  std::vector<size_t> starts_;
  mutable size_t counted_to_ = 0;  // the offset that column_ belongs to
  mutable int column_ = 1;
};

// Builds the tree from the library's events.
class Builder : public YAML::EventHandler {
 public:
  Builder(const Lines& lines, std::vector<Problem>& problems) : lines_(lines), problems_(problems) {}

  std::shared_ptr<const Node> root() const { return root_; }
  Mark root_mark() const { return root_mark_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(std::make_shared<Node>(), lines_.mark(mark), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) {
      throw Abort{{lines_.mark(mark), path(), "an alias inside the value that it stands for", ""}};
    }
    add(known->second, lines_.mark(mark), YAML::NullAnchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    const bool quoted = tag == "!";
    if (quoted && !lines_.closes_quote(mark)) {
      throw Abort{{lines_.mark(mark), path(), "a quote that isn't closed on its line", ""}};
    }
    auto node = std::make_shared<Node>();
    node->kind = Kind::kScalar;
    node->quoted = quoted;
    node->scalar = value;
    node->mark = lines_.mark(mark);
    node->opening = lines_.character(mark);
    add(std::move(node), lines_.mark(mark), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or map whose end has not come yet; in a map, `key` waits for its value.
  struct Open {
    std::shared_ptr<Node> node;
    Mark mark;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::optional<std::pair<std::string, Mark>> key = std::nullopt;
    std::unordered_map<std::string, int> seen = {};
  };

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag.empty() || tag == "?" || tag == "!") return;
    throw Abort{{lines_.mark(mark), path(), "tags (!…) have no meaning here", "remove the tag"}};
  }

  void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const Mark at = lines_.mark(mark);
    refuse_tag(mark, tag == "?" || tag == "!" ? "" : tag);
    if (open_.size() >= kDepthMax) {
      throw Abort{{at, path(), "nested deeper than " + std::to_string(kDepthMax) + " levels", ""}};
    }
    if (waits_for_key())
      throw Abort{{at, path(), "a list or section where a key belongs", "is a bracket or brace left open?"}};
    auto node = std::make_shared<Node>();
    node->kind = kind;
    open_.push_back(Open{std::move(node), at, anchor});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done.node), done.mark, done.anchor);
  }

  // Where the tree has got to: the keys and positions of what is open.
  std::string path() const {
    std::string path;
    for (const Open& level : open_) {
      if (level.node->kind == Kind::kList) {
        path = path_of(path, level.node->children.size());
      } else if (level.key) {
        path = path_of(path, level.key->first);
      }
    }
    return path;
  }

  bool waits_for_key() const {
    return !open_.empty() && open_.back().node->kind == Kind::kMap && !open_.back().key;
  }

  void add(std::shared_ptr<const Node> node, Mark mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      root_mark_ = mark;
      return;
    }
    Open& parent = open_.back();
    if (waits_for_key()) {
      if (node->kind != Kind::kScalar)
        throw Abort{
            {mark, path(), "a list or section where a key belongs", "is a bracket or brace left open?"}};
      parent.key.emplace(node->scalar, mark);
      return;
    }
    parent.node->weight += node->weight;
    if (parent.node->weight > kValuesMax) {
      throw Abort{{mark, path(), "more than " + group_digits(kValuesMax) + " values, aliases included", ""}};
    }
    Child child{"", mark, std::move(node)};
    if (parent.key) {
      std::tie(child.key, child.mark) = *std::exchange(parent.key, std::nullopt);
      if (!first_of_its_name(parent, child)) return;
    }
    parent.node->children.push_back(std::move(child));
  }

  bool first_of_its_name(Open& parent, const Child& child) {
    const auto [before, is_new] = parent.seen.emplace(child.key, child.mark.line);
    if (!is_new && problems_.size() < kProblemsMax) {
      problems_.push_back({child.mark, path_of(path(), child.key),
                           "the same key stands on line " + std::to_string(before->second) + " already",
                           "keep one of them"});
    }
    return is_new;
  }

  const Lines& lines_;
  std::vector<Problem>& problems_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, std::shared_ptr<const Node>> anchors_;
  std::shared_ptr<const Node> root_ = std::make_shared<Node>();
  Mark root_mark_;
};

struct Translation {
  std::string_view library;  // the start of the library's message
  std::string_view message;
  std::string_view hint;
};

// The library's messages may end in a piece of the text (which may be a secret), so only their starts are
// used, and a person's words are said instead.
const Translation kTranslations[] = {
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "a character that can't start a value", "put the value in quotes"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a '{' without its '}'", ""},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a '[' without its ']'", ""},
    {YAML::ErrorMsg::END_OF_MAP, "a line that doesn't fit the keys around it",
     "check its indentation and colon"},
    {YAML::ErrorMsg::END_OF_SEQ, "a line that doesn't fit the list around it",
     "check its indentation and dash"},
    {YAML::ErrorMsg::FLOW_END, "a '}' or ']' too many, or of the wrong kind", ""},
    {YAML::ErrorMsg::MAP_VALUE, "a second ': ' in one line", "put the value in quotes"},
    {YAML::ErrorMsg::MAP_KEY, "a key where none can stand", ""},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a '- ' where no list can stand", "check the indentation"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "a quote that isn't closed before the end of the file", ""},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "a quote that isn't closed", ""},
    {YAML::ErrorMsg::INVALID_ESCAPE, "an unknown escape in double quotes", "write \\\\ for a backslash"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "an alias (*…) without its anchor (&…)",
     "put a value that starts with * in quotes"},
    {YAML::ErrorMsg::CHAR_IN_ALIAS, "an alias (*…) that can't be read",
     "put a value that starts with * in quotes"},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "an alias (*…) that can't be read",
     "put a value that starts with * in quotes"},
};

// The first tab before a line's first word, up to the line of `until`; the library trips over it later, and
// calls it something else.
std::optional<Mark> indenting_tab(std::string_view text, const Mark& until) {
  for (int line = 1; line <= until.line && !text.empty(); ++line) {
    const std::string_view here = text.substr(0, text.find('\n'));
    const size_t blanks = std::min(here.find_first_not_of(" \t\r"), here.size());
    const size_t tab = here.substr(0, blanks).find('\t');
    if (tab != std::string_view::npos && blanks < here.size()) return Mark{line, static_cast<int>(tab) + 1};
    text.remove_prefix(std::min(here.size() + 1, text.size()));
  }
  return std::nullopt;
}

Problem problem_of(const YAML::Exception& e, std::string_view text, const Lines& lines) {
  const Mark mark = lines.mark(e.mark);
  if (auto tab = indenting_tab(text, mark)) {
    tab->file = mark.file;
    return {*tab, "", "a tab in the indentation", "indent with spaces"};
  }
  for (const Translation& t : kTranslations) {
    if (e.msg.starts_with(t.library)) return {mark, "", std::string(t.message), std::string(t.hint)};
  }
  return {mark, "", "not valid YAML from here on", "check the indentation, quotes and colons"};
}

// What the library would misread: bytes that are no UTF-8, and control characters (one of them is its own
// end-of-file mark).
std::optional<Problem> bad_bytes(std::string_view text, const Lines& lines) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) {
      return Problem{lines.mark_at(i), "", "a control character", "remove it"};
    }
  }
  if (is_valid_utf8(text)) return std::nullopt;
  size_t line_start = 0;
  while (line_start < text.size()) {
    const size_t end = std::min(text.find('\n', line_start), text.size());
    if (!is_valid_utf8(text.substr(line_start, end - line_start))) break;
    line_start = end + 1;
  }
  return Problem{lines.mark_at(line_start), "", "this line is not UTF-8", "save the file as UTF-8"};
}

}  // namespace

std::string key_text(std::string_view key) {
  constexpr size_t kKeyShownMax = 60;
  const bool plain =
      !key.empty() && key.size() <= kKeyShownMax && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '$';
      });
  return plain ? std::string(key) : json_quote(key.substr(0, kKeyShownMax));
}

std::string path_of(std::string_view parent, std::string_view key) {
  return parent.empty() ? key_text(key) : std::string(parent) + "." + key_text(key);
}

std::string path_of(std::string_view parent, size_t index) {
  return std::string(parent) + "[" + std::to_string(index) + "]";
}

const Child* Node::find(std::string_view key) const {
  if (kind != Kind::kMap) return nullptr;
  for (const Child& child : children) {
    if (child.key == key) return &child;
  }
  return nullptr;
}

Document parse(std::string_view text, int file) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Document document;
  document.mark.file = file;
  const Lines lines(text, file);
  if (auto problem = bad_bytes(text, lines)) {
    document.problems.push_back(std::move(*problem));
    return document;
  }
  Builder builder(lines, document.problems);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    parser.HandleNextDocument(builder);
    document.root = builder.root();
    document.mark = builder.root_mark();
    document.mark.file = file;  // an empty text has no event that says so
    Builder rest(lines, document.problems);
    if (parser.HandleNextDocument(rest)) {
      document.problems.push_back({rest.root_mark(), "", "a second document (after ---)", "keep one a file"});
    }
  } catch (const Abort& abort) {
    document.root = nullptr;
    document.problems.push_back(abort.problem);
  } catch (const YAML::Exception& e) {
    document.root = nullptr;
    document.problems.push_back(problem_of(e, text, lines));
  }
  return document;
}

}  // namespace prospectd::config::yaml
