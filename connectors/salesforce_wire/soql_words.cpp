#include "connectors/salesforce_wire/soql_words.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "connectors/salesforce_wire/characters.h"

namespace prospectd::salesforce_wire::soql {
namespace {

constexpr std::string_view kReserved[] = {
    "ALL",   "AND",    "AS",     "ASC",   "BY",       "DESC", "EXCLUDES", "FALSE", "FIRST", "FOR",
    "FROM",  "GROUP",  "HAVING", "IN",    "INCLUDES", "LAST", "LIKE",     "LIMIT", "NOT",   "NULL",
    "NULLS", "OFFSET", "OR",     "ORDER", "SELECT",   "TRUE", "UPDATE",   "USING", "WHERE", "WITH",
};

constexpr std::string_view kObjectsToo[] = {"GROUP", "ORDER"};

constexpr std::string_view kAggregates[] = {"AVG", "COUNT", "COUNT_DISTINCT", "MAX", "MIN", "SUM"};

struct ClauseRow {
  std::string_view word;
  std::string_view construct;
};
constexpr ClauseRow kClauses[] = {
    {"USING", "USING SCOPE"},
    {"WITH", "WITH"},
    {"GROUP", "GROUP BY"},
    {"HAVING", "HAVING"},
    {"FOR", "FOR VIEW, FOR REFERENCE or FOR UPDATE"},
    {"UPDATE", "UPDATE TRACKING or UPDATE VIEWSTAT"},
    {"ALL", "ALL ROWS"},
};

struct OperatorRow {
  std::string_view symbol;
  Operator op;
};
constexpr OperatorRow kOperators[] = {
    {"=", Operator::kEqual},
    {"!=", Operator::kNotEqual},
    {"<>", Operator::kNotEqual},
    {"<", Operator::kLess},
    {"<=", Operator::kLessOrEqual},
    {">", Operator::kGreater},
    {">=", Operator::kGreaterOrEqual},
    {"LIKE", Operator::kLike},
    {"IN", Operator::kIn},
};

// Date literals are YESTERDAY, TODAY, TOMORROW; LAST|THIS|NEXT with a period; LAST_N|NEXT_N with periods; and
// N with periods AGO.
constexpr std::string_view kDays[] = {"YESTERDAY", "TODAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS"};
constexpr std::string_view kPeriods[] = {"WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR"};
constexpr std::string_view kManyPeriods[] = {"DAYS",  "WEEKS",           "MONTHS",      "QUARTERS",
                                             "YEARS", "FISCAL_QUARTERS", "FISCAL_YEARS"};

template <class Table>
bool holds(const Table& table, std::string_view word) {
  return std::any_of(std::begin(table), std::end(table),
                     [&](std::string_view row) { return equals_ignore_case_ascii(row, word); });
}

// True when `word` is `before`, a word of the table, `after`.
template <class Table>
bool holds_between(const Table& table, std::string_view before, std::string_view after,
                   std::string_view word) {
  if (word.size() <= before.size() + after.size()) return false;
  return equals_ignore_case_ascii(word.substr(0, before.size()), before) &&
         equals_ignore_case_ascii(word.substr(word.size() - after.size()), after) &&
         holds(table, word.substr(before.size(), word.size() - before.size() - after.size()));
}

}  // namespace

bool is_reserved(std::string_view word) {
  return holds(kReserved, word);
}

bool is_object_too(std::string_view word) {
  return holds(kObjectsToo, word);
}

std::string_view unsupported_clause(std::string_view word) {
  for (const ClauseRow& row : kClauses) {
    if (equals_ignore_case_ascii(row.word, word)) return row.construct;
  }
  return {};
}

std::string function_construct(std::string_view name) {
  const std::string upper = to_upper_text(name.substr(0, kNameCharsMax));
  if (upper == "FIELDS") return "FIELDS()";
  return (holds(kAggregates, name) ? "aggregate function " : "function ") + upper + "()";
}

bool is_date_literal(std::string_view word) {
  if (holds(kDays, word) || holds_between(kManyPeriods, "N_", "_AGO", word)) return true;
  for (const std::string_view start : {"LAST_", "THIS_", "NEXT_"}) {
    if (holds_between(kPeriods, start, "", word)) return true;
  }
  return holds_between(kManyPeriods, "LAST_N_", "", word) || holds_between(kManyPeriods, "NEXT_N_", "", word);
}

bool is_currency_literal(std::string_view word) {
  constexpr size_t kCodeSize = 3;
  return word.size() > kCodeSize && std::all_of(word.begin(), word.begin() + kCodeSize, is_letter) &&
         std::all_of(word.begin() + kCodeSize, word.end(), is_digit);
}

std::optional<Operator> operator_of(const Token& token) {
  if (token.kind != TokenKind::kName && token.kind != TokenKind::kSymbol) return std::nullopt;
  for (const OperatorRow& row : kOperators) {
    if (equals_ignore_case_ascii(row.symbol, token.text)) return row.op;
  }
  return std::nullopt;
}

std::string to_upper_text(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), to_upper);
  return upper;
}

}  // namespace prospectd::salesforce_wire::soql
