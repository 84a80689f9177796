// The parser: recursive descent over the characters themselves, because what a character means depends on
// where it stands (a colon ends a field's name, and is part of a moment). The first fault ends it.
#include <algorithm>

#include "base/text.h"
#include "mapping/expression.h"
#include "mapping/expression_term.h"
#include "mapping/unicode.h"

namespace prospectd::mapping::expression {
namespace {

constexpr std::string_view kExists = "_exists_";
constexpr std::string_view kEndsTerm = "()[]{}\"";
constexpr const char* kNoUnequal = "unequal is written with NOT, or - before the field: -title:CEO";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

bool is_blank_character(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

Node group_of(Operation operation, std::vector<Node> children) {
  if (children.size() == 1) return std::move(children.front());
  Node node;
  node.operation = operation;
  node.children = std::move(children);
  return node;
}

Node negation_of(Node child) {
  Node node;
  node.operation = Operation::kNot;
  node.children.push_back(std::move(child));
  return node;
}

class Parser {
 public:
  Parser(std::string_view text, const Catalogue& catalogue, const Setting& setting, size_t saved_depth)
      : text_(text), catalogue_(catalogue), setting_(setting), saved_depth_(saved_depth) {}

  Node whole() {
    if (!check_characters()) return {};
    skip_blanks();
    if (at_end()) return fail(at_, 1, "an expression is missing, as in company:acme*");
    Node root = alternatives();
    if (!fault_ && !at_end()) fail(at_, 1, "this closes nothing that was opened");
    return root;
  }

  const std::optional<Fault>& fault() const { return fault_; }

 private:
  // ---- the characters ----

  bool at_end() const { return at_ >= text_.size(); }
  char here() const { return at_end() ? '\0' : text_[at_]; }
  void skip_blanks() {
    while (!at_end() && is_blank_character(text_[at_]))
      ++at_;
  }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Node fail(size_t offset, size_t length, std::string message) {
    if (!fault_) fault_ = Fault{offset, std::max<size_t>(length, 1), std::move(message)};
    return {};
  }
  Node fail(const Term& term, std::string message) {
    return fail(term.begin, term.end - term.begin, std::move(message));
  }

  bool check_characters() {
    if (text_.size() > kTextBytesMax) {
      fail(kTextBytesMax, 1, "an expression has at most " + std::to_string(kTextBytesMax) + " bytes");
      return false;
    }
    for (size_t at = 0; at < text_.size();) {
      const unicode::Decoded d = unicode::decode(text_.substr(at));
      const bool control = d.code < 0x20 || d.code == 0x7F;
      if (d.bytes == 0 || (control && !is_blank_character(text_[at]))) {
        fail(at, 1,
             d.bytes == 0 ? "these bytes are no text (UTF-8)" : "a control character has no place here");
        return false;
      }
      at += d.bytes;
    }
    return true;
  }

  // ---- terms ----

  // A quoted phrase; the quote is at `at_`.
  std::optional<Term> phrase() {
    Term term;
    term.plain = false;
    term.begin = at_++;
    while (!at_end() && here() != '"') {
      if (here() == '\\' && at_ + 1 < text_.size()) ++at_;
      term.text += text_[at_++];
    }
    if (!take('"')) {
      fail(term.begin, 1, "this quote is not closed");
      return std::nullopt;
    }
    term.end = at_;
    if (here() == '*') {
      fail(at_, 1,
           "a star after a quote stands for nothing: inside quotes it is a star, and after a word without "
           "quotes it stands for what follows (escape blanks with \\)");
      return std::nullopt;
    }
    return term;
  }

  // Who quotes as in SQL, or as a word processor does, would look for the quotes themselves. An apostrophe
  // alone is one ('s-Gravenhage).
  size_t misquoted_length() const {
    for (const std::string_view curly : {"“", "”", "„"})
      if (text_.substr(at_).starts_with(curly)) return curly.size();
    if (here() != '\'') return 0;
    for (size_t end = at_ + 1; end < text_.size() && text_[end] != '"'; ++end) {
      if (text_[end] == '\'' && ends_word(end + 1)) return end + 1 - at_;
    }
    return 0;
  }
  bool ends_word(size_t at) const {
    return at >= text_.size() || is_blank_character(text_[at]) ||
           kEndsTerm.find(text_[at]) != std::string_view::npos;
  }

  // A word up to a blank or a bracket; empty where none begins.
  std::optional<Term> word() {
    Term term;
    term.begin = at_;
    if (const size_t length = misquoted_length(); length > 0) {
      fail(at_, length, "texts are quoted with \", and with nothing else");
      return std::nullopt;
    }
    while (!at_end() && !is_blank_character(here()) && kEndsTerm.find(here()) == std::string_view::npos) {
      if (here() == '\\') {
        term.plain = false;
        if (++at_ >= text_.size()) return fail_none(at_ - 1, "a backslash at the end escapes nothing");
        term.text += text_[at_++];
      } else if (here() == '*') {
        if (at_ != term.begin) {
          if (!ends_word(at_ + 1))
            return fail_none(at_, "a star stands at the end of a word, or at both ends");
          term.star_last = true;
        } else {
          term.star_first = true;
        }
        ++at_;
      } else {
        term.text += text_[at_++];
      }
    }
    term.end = at_;
    return term;
  }
  std::optional<Term> fail_none(size_t offset, std::string message) {
    fail(offset, 1, std::move(message));
    return std::nullopt;
  }

  std::optional<Term> term() { return here() == '"' ? phrase() : word(); }

  // An operator in capitals, standing alone.
  bool sees(std::string_view keyword) const {
    if (text_.compare(at_, keyword.size(), keyword) != 0) return false;
    const size_t after = at_ + keyword.size();
    return after >= text_.size() || is_blank_character(text_[after]) || text_[after] == '(' ||
           text_[after] == ')';
  }
  bool take_keyword(std::string_view keyword) {
    if (!sees(keyword)) return false;
    at_ += keyword.size();
    skip_blanks();
    return true;
  }

  // ---- AND, OR, NOT ----

  Node alternatives() {
    std::vector<Node> nodes;
    do {
      nodes.push_back(conjunction());
    } while (!fault_ && take_keyword("OR"));
    return group_of(Operation::kAny, std::move(nodes));
  }

  bool at_conjunction_end() const { return at_end() || here() == ')' || sees("OR"); }

  Node conjunction() {
    std::vector<Node> nodes;
    do {
      nodes.push_back(negation());
      if (fault_) return {};
      skip_blanks();
    } while (take_keyword("AND") || !at_conjunction_end());
    return group_of(Operation::kAll, std::move(nodes));
  }

  Node negation() {
    bool negated = false;
    for (;;) {  // ends: each turn takes a character
      skip_blanks();
      if (take_keyword("NOT") || (here() == '-' && take('-'))) {
        negated = !negated;
      } else if (here() == '+') {
        ++at_;
      } else {
        break;
      }
    }
    if (at_conjunction_end() || sees("AND"))
      return fail(at_, sees("AND") ? 3 : (sees("OR") ? 2 : 1), "a condition is missing here");
    Node node = condition();
    if (fault_) return {};
    return negated ? negation_of(std::move(node)) : node;
  }

  // ---- conditions ----

  Node condition() {
    if (++conditions_ > kConditionsMax) {
      return fail(at_, 1, "an expression has at most " + std::to_string(kConditionsMax) + " conditions");
    }
    if (here() == '(') return in_parentheses();
    if (group_field_ != nullptr) return value_of(*group_field_);
    if (here() == '@') return saved();
    if (const size_t length = name_length(); length > 0) return field_condition(length);
    return bare();
  }

  Node in_parentheses() {
    const size_t open = at_++;
    if (++depth_ > kDepthMax) {
      return fail(open, 1, "parentheses are at most " + std::to_string(kDepthMax) + " deep");
    }
    skip_blanks();
    if (here() == ')') return fail(open, at_ + 1 - open, "there is nothing between these parentheses");
    Node node = alternatives();
    if (!fault_ && !take(')')) fail(open, 1, "this parenthesis is not closed");
    --depth_;
    return node;
  }

  // Of a field's name at `at_` that an operator follows, be it after blanks; 0 when there is none.
  size_t name_length() const {
    size_t end = at_;
    while (end < text_.size() && is_name_character(text_[end]))
      ++end;
    size_t next = end;
    while (next < text_.size() && is_blank_character(text_[next]))
      ++next;
    const bool is_field = end > at_ && next < text_.size() &&
                          std::string_view(":=<>").find(text_[next]) != std::string_view::npos;
    return is_field ? end - at_ : 0;
  }

  Node field_condition(size_t length) {
    const size_t begin = at_;
    const std::string_view name = text_.substr(begin, length);
    at_ += length;
    skip_blanks();
    if (name == kExists) return exists_condition();
    const Field* field = find_field(name, begin);
    if (field == nullptr) return {};
    if (take(':') || take('=')) {
      if (here() == '=') return fail(at_ - 1, 2, "one = is enough");
      skip_blanks();
      if (here() != '<' && here() != '>') return values_of(*field);
    }
    return comparison_of(*field);
  }

  Node exists_condition() {
    ++at_;
    skip_blanks();
    const size_t begin = at_;
    while (!at_end() && is_name_character(here()))
      ++at_;
    const Field* field = find_field(text_.substr(begin, at_ - begin), begin);
    return field == nullptr ? Node{} : exists_node(*field);
  }

  const Field* find_field(std::string_view name, size_t begin) {
    for (const Field& field : catalogue_.fields) {
      if (equals_ignore_case_ascii(field.name, name)) return &field;
    }
    std::vector<std::string> names;
    for (const Field& field : catalogue_.fields) {
      if (field.name == "custom." + to_lower_ascii(name)) names.insert(names.begin(), field.name);
      names.push_back(field.name);
    }
    auto meant = did_you_mean(name, names);
    if (!names.empty() && names.front() == "custom." + to_lower_ascii(name)) meant = names.front();
    fail(begin, name.size(),
         name.empty() ? "the name of a field is missing here"
                      : "there is no field \"" + std::string(name) + "\" of " + catalogue_.subject +
                            (meant ? " (did you mean \"" + *meant + "\"?)"
                                   : ": to look for words with a colon, quote them"));
    return nullptr;
  }

  // What follows "field:": a value, or several in parentheses.
  Node values_of(const Field& field) {
    if (here() != '(') return value_of(field);
    group_field_ = &field;
    Node node = in_parentheses();
    group_field_ = nullptr;
    return node;
  }

  Node value_of(const Field& field) {
    if (here() == '[' || here() == '{') return range_of(field);
    if (here() == '<' || here() == '>') return comparison_of(field);
    return compared(field, Comparison::kEqual);
  }

  Node comparison_of(const Field& field) {
    const bool less = here() == '<';
    ++at_;
    if (less && here() == '>') return fail(at_ - 1, 2, kNoUnequal);
    const bool with = take('=');
    skip_blanks();
    return compared(field, less ? (with ? Comparison::kLessOrEqual : Comparison::kLess)
                                : (with ? Comparison::kGreaterOrEqual : Comparison::kGreater));
  }

  Node compared(const Field& field, Comparison comparison) {
    const auto value = term();
    if (!value) return {};
    if (value->begin == value->end)
      return fail(value->begin, 1, "a value for " + field.name + " is missing here");
    if (value->plain && (value->text == "NOT" || value->text == "AND" || value->text == "OR"))
      return fail(
          *value,
          "an operator stands before a condition, as in NOT title:CEO; to look for the word, quote it");
    if (value->plain && value->text.starts_with("!=")) return fail(*value, kNoUnequal);
    TypedNode node = compare_node(field, comparison, *value, setting_);
    if (const auto* problem = std::get_if<std::string>(&node)) return fail(*value, *problem);
    return std::get<Node>(std::move(node));
  }

  Node range_of(const Field& field) {
    const size_t open = at_;
    const bool low_inclusive = text_[at_++] == '[';
    skip_blanks();
    const auto low = term();
    if (!low) return {};
    skip_blanks();
    if (low->begin == low->end || !take_keyword("TO")) {
      return fail(open, at_ + 1 - open,
                  "a range is written [from TO until], or {from TO until} without its ends");
    }
    const auto high = term();
    if (!high) return {};
    if (high->begin == high->end) return fail(at_, 1, "the end of the range is missing here");
    skip_blanks();
    const bool high_inclusive = here() == ']';
    if (!take(']') && !take('}')) return fail(open, 1, "this range is not closed");
    bool second = false;
    TypedNode node =
        range_node(field, RangeEnds{*low, *high, low_inclusive, high_inclusive}, setting_, second);
    if (const auto* problem = std::get_if<std::string>(&node)) return fail(second ? *high : *low, *problem);
    return std::get<Node>(std::move(node));
  }

  // Words without a field.
  Node bare() {
    if (here() == '[' || here() == '{')
      return fail(at_, 1, "a range needs a field before it: created_at:[2026-01 TO *]");
    const auto words = term();
    if (!words) return {};
    if (words->begin == words->end) return fail(at_, 1, "this has no place here");
    if (words->is_word("and") || words->is_word("or") || words->is_word("not")) {
      return fail(*words, "operators are written in capitals (AND, OR, NOT); to look for the word, quote it");
    }
    if (const std::string foreign = words->plain ? word_of_others(words->text) : ""; !foreign.empty())
      return fail(*words, foreign);
    if (words->is_star()) return fail(*words, "a star needs a field before it, as in phone:*");
    if (unicode::is_blank(std::string_view(words->text)))
      return fail(*words, "there is nothing to look for in these quotes");
    std::vector<Node> nodes;
    for (const Field& field : catalogue_.fields) {
      if (field.searched) nodes.push_back(contains_node(field, words->text));
    }
    if (nodes.empty()) return fail(*words, "a field is missing, as in field:value");
    return group_of(Operation::kAny, std::move(nodes));
  }

  // What other languages would mean by it; words that are looked for are never like that.
  std::string word_of_others(std::string_view word) const {
    if (word.find("!=") != std::string_view::npos) return kNoUnequal;
    if (word == "&&") return "both is written AND, or nothing";
    if (word == "||") return "one of both is written OR";
    if (word.starts_with('!')) return "not is written NOT, or - before the condition";
    if (word.starts_with('=') || word.starts_with('<') || word.starts_with('>') || word == "~")
      return "a field is missing before this, as in title:CEO";
    for (const Field& field : catalogue_.fields) {
      if (equals_ignore_case_ascii(field.name, word))
        return field.name + " is a field, and a value is missing: " + field.name + ":value, or " +
               field.name + ":* for any; to look for the word, quote it";
    }
    return {};
  }

  // "@name": what was saved under the name, as if it stood here in parentheses.
  Node saved() {
    const size_t begin = at_++;
    while (!at_end() && (is_name_character(here()) || here() == '-'))
      ++at_;
    const std::string name(text_.substr(begin + 1, at_ - begin - 1));
    const auto saved = setting_.saved ? setting_.saved(name) : std::nullopt;
    if (!saved) {
      const auto meant = did_you_mean(name, setting_.saved_names);
      return fail(begin, at_ - begin,
                  "there is no saved filter of this name" +
                      (meant ? " (did you mean @" + *meant + "?)" : std::string()));
    }
    if (saved_depth_ >= kSavedDepthMax) {
      return fail(begin, at_ - begin,
                  "saved filters name each other more than " + std::to_string(kSavedDepthMax) +
                      " deep, or in a ring");
    }
    Parser inner(*saved, catalogue_, setting_, saved_depth_ + 1);
    inner.conditions_ = conditions_;
    inner.depth_ = depth_ + 1;
    Node node = inner.whole();
    conditions_ = inner.conditions_;
    if (inner.fault_) {
      return fail(begin, at_ - begin,
                  "the saved filter is not valid any more: column " +
                      std::to_string(column_of(*saved, inner.fault_->offset)) + ": " + inner.fault_->message);
    }
    return node;
  }

  std::string_view text_;
  const Catalogue& catalogue_;
  const Setting& setting_;
  size_t saved_depth_;
  size_t at_ = 0;
  size_t depth_ = 0;
  size_t conditions_ = 0;
  const Field* group_field_ = nullptr;  ///< of "field:(…)"
  std::optional<Fault> fault_;
};

}  // namespace

Result<Expression> parse(std::string_view text, const Catalogue& catalogue, const Setting& setting,
                         Fault* fault) {
  Parser parser(text, catalogue, setting, 0);
  Node root = parser.whole();
  if (!parser.fault()) return Expression{std::string(text), std::move(root)};
  const Fault& found = *parser.fault();
  if (fault != nullptr) *fault = found;
  return make_error(ErrorCode::kInvalidInput, "column " + std::to_string(column_of(text, found.offset)) +
                                                  ": " + found.message + "\n" + picture_of(text, found));
}

}  // namespace prospectd::mapping::expression
