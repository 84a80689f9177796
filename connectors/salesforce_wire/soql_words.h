// The vocabulary of SOQL: which words are taken, and which of them belong to constructs that this version
// names but does not carry out. Owned by salesforce_wire, for soql_parser.cpp; pure, any thread. Source: API
// §5.1, §5.2.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/salesforce_wire/soql.h"
#include "connectors/salesforce_wire/soql_lexer.h"

namespace prospectd::salesforce_wire::soql {

/// True for words that can be neither an alias nor a field alone, in any letter case.
bool is_reserved(std::string_view word);
/// True for the reserved words that are names of objects too: Group, Order.
bool is_object_too(std::string_view word);
/// The construct that a word begins where a clause may begin: "GROUP BY" for GROUP; empty for other words.
std::string_view unsupported_clause(std::string_view word);
/// The function of that name in any letter case; kNone when SOQL has none, or none that is carried out.
Function function_of(std::string_view name);
/// Whether a word is a date literal of API §5.2, and whether it takes a number (LAST_N_DAYS:7).
enum class DateWord { kNone, kPlain, kNumbered };
DateWord date_word(std::string_view word);
/// USD5000
bool is_currency_literal(std::string_view word);
/// The operator that one token writes; NOT IN takes two and is not here.
std::optional<Operator> operator_of(const Token& token);
/// a–z to A–Z, other bytes as they are.
std::string to_upper_text(std::string_view text);

}  // namespace prospectd::salesforce_wire::soql
