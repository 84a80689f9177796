// Cuts the text of a query into tokens that point into it. Owned by salesforce_wire, for soql_parser.cpp; any
// thread. Invariant: the last token is kEnd; a token's text lies inside the query and outlives nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace prospectd::salesforce_wire::soql {

enum class TokenKind : uint8_t {
  kName,      ///< a keyword or a name; SOQL reserves words by place only
  kNumber,    ///< with its sign
  kDate,      ///< looks like 2026-11-20; whether there is such a day is not checked
  kDateTime,  ///< begins like 2026-11-20T; not checked either
  kString,    ///< with its quotes
  kSymbol,    ///< ( ) , . : = != <> < <= > >=
  kBad,       ///< what can't begin a token, an unended string, a number that runs into letters
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t at = 0;  ///< byte offset
  std::string_view text;
};

/// All tokens of `text`, at most one a byte. Linear. `text` must be well-formed UTF-8.
std::vector<Token> tokens_of(std::string_view text);

struct StringFault {
  size_t at = 0;  ///< byte offset inside the token
  std::string reason;
};
/// What a kString token says. With `pattern`, escapes that LIKE understands stay as they are (soql.h).
/// **Errors:** StringFault for an escape that doesn't exist, half a surrogate pair, more than
/// kStringCharsMax.
std::variant<std::string, StringFault> unquote(std::string_view token, bool pattern);

/// The number of characters (not bytes) of well-formed UTF-8.
size_t character_count(std::string_view text);

}  // namespace prospectd::salesforce_wire::soql
