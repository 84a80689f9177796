// A fault of a query, from a byte offset and a reason to what the CRM would answer. Owned by salesforce_wire,
// for soql_parser.cpp; pure, any thread. Source: API §11.2.
#pragma once

#include <string>
#include <string_view>

#include "connectors/salesforce_wire/soql.h"
#include "connectors/salesforce_wire/soql_lexer.h"

namespace prospectd::salesforce_wire::soql {

struct Fault {
  std::string_view code = "MALFORMED_QUERY";
  size_t at = 0;  ///< byte offset
  std::string reason;
  std::string construct;
};

/// With row, column and the excerpt: at most kExcerptCharsMax characters on each side of the place.
ParseError to_error(std::string_view text, const Fault& fault);
constexpr size_t kExcerptCharsMax = 40;

/// A fault of the text as a whole, without an excerpt.
ParseError bare_error(std::string reason);

/// "unexpected token: 'FORM'", with <EOF> at the end, or that a string does not end.
std::string unexpected_token(const Token& token);
/// The first characters of a long text, at most kExcerptCharsMax.
std::string shortened(std::string_view text);

}  // namespace prospectd::salesforce_wire::soql
