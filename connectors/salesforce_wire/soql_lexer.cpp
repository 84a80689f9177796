#include "connectors/salesforce_wire/soql_lexer.h"

#include <algorithm>

#include "connectors/salesforce_wire/characters.h"
#include "connectors/salesforce_wire/soql.h"

namespace prospectd::salesforce_wire::soql {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f";
constexpr std::string_view kDoubleSymbols[] = {"!=", "<>", "<=", ">="};
constexpr std::string_view kSingleSymbols = "(),.:=<>";

bool is_name_character(char c) {
  return is_alphanumeric(c) || c == '_';
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    while (true) {
      at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
      const size_t begin = at_;
      const TokenKind kind = next();
      tokens.push_back({kind, begin, text_.substr(begin, at_ - begin)});
      if (kind == TokenKind::kEnd) return tokens;
    }
  }

 private:
  // The character `ahead` of here; NUL behind the end.
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  TokenKind next() {
    if (at_ == text_.size()) return TokenKind::kEnd;
    const char c = peek();
    if (is_letter(c)) return name();
    if (c == '\'') return string();
    const size_t sign = c == '-' || c == '+' ? 1 : 0;
    if (is_digit(peek(sign)) || (peek(sign) == '.' && is_digit(peek(sign + 1)))) return number_or_date();
    return symbol();
  }

  TokenKind name() {
    while (is_name_character(peek()))
      ++at_;
    return TokenKind::kName;
  }

  TokenKind string() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\'') {
        ++at_;
        return TokenKind::kString;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    }
    return TokenKind::kBad;
  }

  TokenKind number_or_date() {
    TokenKind kind = TokenKind::kNumber;
    if (looks_like_date()) {
      at_ += 10;
      kind = TokenKind::kDate;
      if (peek() == 'T' || peek() == 't') {
        date_time_tail();
        kind = TokenKind::kDateTime;
      }
    } else {
      number();
    }
    if (!is_name_character(peek())) return kind;
    while (is_name_character(peek()))
      ++at_;
    return TokenKind::kBad;
  }

  bool looks_like_date() const {
    constexpr std::string_view kShape = "dddd-dd-dd";
    for (size_t i = 0; i < kShape.size(); ++i) {
      if (kShape[i] == 'd' ? !is_digit(peek(i)) : peek(i) != kShape[i]) return false;
    }
    return true;
  }

  // 'T', time, fraction and zone, as far as their characters go.
  void date_time_tail() {
    for (++at_; is_digit(peek()) || peek() == ':' || peek() == '.';)
      ++at_;
    if (peek() == 'Z' || peek() == 'z') {
      ++at_;
    } else if (peek() == '+' || peek() == '-') {
      for (++at_; is_digit(peek()) || peek() == ':';)
        ++at_;
    }
  }

  void digits() {
    while (is_digit(peek()))
      ++at_;
  }

  void number() {
    if (!is_digit(peek()) && peek() != '.') ++at_;  // the sign
    digits();
    if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      digits();
    }
    if (peek() != 'e' && peek() != 'E') return;
    const size_t sign = peek(1) == '-' || peek(1) == '+' ? 1 : 0;
    if (!is_digit(peek(1 + sign))) return;
    at_ += 1 + sign;
    digits();
  }

  TokenKind symbol() {
    for (const std::string_view two : kDoubleSymbols) {
      if (text_.substr(at_, 2) == two) {
        at_ += 2;
        return TokenKind::kSymbol;
      }
    }
    const bool known = kSingleSymbols.find(peek()) != std::string_view::npos && peek() != '\0';
    for (++at_; is_continuation_byte(peek());)
      ++at_;
    return known ? TokenKind::kSymbol : TokenKind::kBad;
  }

  std::string_view text_;
  size_t at_ = 0;
};

void append_utf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

constexpr size_t kHexDigits = 4;

std::optional<uint32_t> hex4(std::string_view text) {
  if (text.size() < kHexDigits) return std::nullopt;
  uint32_t value = 0;
  for (const char c : text.substr(0, kHexDigits)) {
    if (is_digit(c)) {
      value = value * 16 + static_cast<uint32_t>(c - '0');
    } else if (to_lower(c) >= 'a' && to_lower(c) <= 'f') {
      value = value * 16 + 10 + static_cast<uint32_t>(to_lower(c) - 'a');
    } else {
      return std::nullopt;
    }
  }
  return value;
}

bool is_high_surrogate(uint32_t c) {
  return c >= 0xD800 && c <= 0xDBFF;
}
bool is_low_surrogate(uint32_t c) {
  return c >= 0xDC00 && c <= 0xDFFF;
}

struct Escape {
  char letter;
  char means;
};
constexpr Escape kEscapes[] = {{'n', '\n'}, {'r', '\r'}, {'t', '\t'},  {'b', '\b'},
                               {'f', '\f'}, {'"', '"'},  {'\'', '\''}, {'\\', '\\'}};

class Unquoter {
 public:
  Unquoter(std::string_view token, bool pattern)
      : body_(token.substr(1, token.size() - 2)), pattern_(pattern) {}

  std::variant<std::string, StringFault> run() {
    while (at_ < body_.size()) {
      if (body_[at_] != '\\') {
        out_ += body_[at_++];
      } else if (!escape()) {
        // The quote before the body shifts offsets by one.
        return StringFault{at_ + 1,
                           "illegal escape in a string: only \\n \\r \\t \\b \\f \\\" \\' \\\\ "
                           "\\uXXXX, and in LIKE \\_ \\%, have a meaning"};
      }
    }
    if (character_count(out_) > kStringCharsMax)
      return StringFault{0, "string longer than " + std::to_string(kStringCharsMax) + " characters"};
    return std::move(out_);
  }

 private:
  // One escape, at the backslash; false leaves the place at the fault.
  bool escape() {
    const char letter = at_ + 1 < body_.size() ? body_[at_ + 1] : '\0';
    if (letter == 'u') return unicode_escape();
    if (pattern_ && (letter == '_' || letter == '%')) {
      out_ += '\\';
      out_ += letter;
      at_ += 2;
      return true;
    }
    for (const Escape& row : kEscapes) {
      if (row.letter != letter) continue;
      append(static_cast<uint32_t>(row.means));
      at_ += 2;
      return true;
    }
    return false;
  }

  bool unicode_escape() {
    const auto first = hex4(body_.substr(std::min(at_ + 2, body_.size())));
    if (!first || is_low_surrogate(*first)) return false;
    if (!is_high_surrogate(*first)) {
      append(*first);
      at_ += 2 + kHexDigits;
      return true;
    }
    const std::string_view rest = body_.substr(at_ + 2 + kHexDigits);
    const auto second = rest.starts_with("\\u") ? hex4(rest.substr(2)) : std::nullopt;
    if (!second || !is_low_surrogate(*second)) return false;
    append(0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
    at_ += 2 * (2 + kHexDigits);
    return true;
  }

  // A backslash that stands for itself has to be escaped once more in the language of patterns.
  void append(uint32_t c) {
    if (pattern_ && c == '\\') out_ += '\\';
    append_utf8(out_, c);
  }

  std::string_view body_;
  bool pattern_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view text) {
  return Lexer(text).run();
}

std::variant<std::string, StringFault> unquote(std::string_view token, bool pattern) {
  return Unquoter(token, pattern).run();
}

size_t character_count(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation_byte(c); }));
}

}  // namespace prospectd::salesforce_wire::soql
