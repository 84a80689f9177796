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

// In the order of Function.
constexpr std::string_view kFunctions[] = {
    "",
    "AVG",
    "COUNT",
    "COUNT_DISTINCT",
    "MAX",
    "MIN",
    "SUM",
    "GROUPING",
    "toLabel",
    "CALENDAR_MONTH",
    "CALENDAR_QUARTER",
    "CALENDAR_YEAR",
    "DAY_IN_MONTH",
    "DAY_IN_WEEK",
    "DAY_IN_YEAR",
    "DAY_ONLY",
    "FISCAL_MONTH",
    "FISCAL_QUARTER",
    "FISCAL_YEAR",
    "HOUR_IN_DAY",
    "WEEK_IN_MONTH",
    "WEEK_IN_YEAR",
};
static_assert(std::size(kFunctions) == static_cast<size_t>(Function::kWeekInYear) + 1);

struct ClauseRow {
  std::string_view word;
  std::string_view construct;
};
constexpr ClauseRow kClauses[] = {
    {"WITH", "WITH"},
    {"UPDATE", "UPDATE TRACKING or UPDATE VIEWSTAT"},
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
    {"INCLUDES", Operator::kIncludes},
    {"EXCLUDES", Operator::kExcludes},
};

// Date literals are the five of kDays; LAST|THIS|NEXT with a period; LAST_N|NEXT_N with periods; and N with
// periods AGO.
struct DayRow {
  std::string_view name;
  int64_t first;
  int64_t last;
};
constexpr DayRow kDays[] = {{"YESTERDAY", -1, -1},
                            {"TODAY", 0, 0},
                            {"TOMORROW", 1, 1},
                            {"LAST_90_DAYS", -90, 0},
                            {"NEXT_90_DAYS", 1, 90}};

// In the order of DateUnit.
struct UnitRow {
  std::string_view one;
  std::string_view many;
};
constexpr UnitRow kUnits[] = {{"", "DAYS"},
                              {"WEEK", "WEEKS"},
                              {"MONTH", "MONTHS"},
                              {"QUARTER", "QUARTERS"},
                              {"YEAR", "YEARS"},
                              {"FISCAL_QUARTER", "FISCAL_QUARTERS"},
                              {"FISCAL_YEAR", "FISCAL_YEARS"}};

struct PeriodRow {
  std::string_view start;
  int64_t at;
};
constexpr PeriodRow kPeriods[] = {{"LAST_", -1}, {"THIS_", 0}, {"NEXT_", 1}};

template <class Table>
bool holds(const Table& table, std::string_view word) {
  return std::any_of(std::begin(table), std::end(table),
                     [&](std::string_view row) { return equals_ignore_case_ascii(row, word); });
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

std::string_view name_of(Function function) {
  return kFunctions[static_cast<size_t>(function)];
}

Function function_of(std::string_view name) {
  for (size_t i = 1; i < std::size(kFunctions); ++i) {
    if (equals_ignore_case_ascii(kFunctions[i], name)) return static_cast<Function>(i);
  }
  return Function::kNone;
}

DateWord date_word(std::string_view word) {
  if (date_literal(word)) return DateWord::kPlain;
  return date_literal(word, 1) ? DateWord::kNumbered : DateWord::kNone;
}

std::optional<DateLiteral> date_literal(std::string_view name, std::optional<int64_t> number) {
  const std::string word = to_upper_text(name);
  if (!number) {
    for (const DayRow& row : kDays) {
      if (row.name == word) return DateLiteral{word, number, DateUnit::kDay, row.first, row.last};
    }
  }
  for (size_t i = 0; i < std::size(kUnits); ++i) {
    const auto unit = static_cast<DateUnit>(i);
    if (number) {
      const std::string many(kUnits[i].many);
      // "The last days" reach into today; of longer units the one that is under way is left out.
      if (word == "LAST_N_" + many)
        return DateLiteral{word, number, unit, -*number, unit == DateUnit::kDay ? 0 : -1};
      if (word == "NEXT_N_" + many) return DateLiteral{word, number, unit, 1, *number};
      if (word == "N_" + many + "_AGO") return DateLiteral{word, number, unit, -*number, -*number};
    } else if (!kUnits[i].one.empty()) {
      for (const PeriodRow& row : kPeriods) {
        if (word == std::string(row.start) + std::string(kUnits[i].one))
          return DateLiteral{word, number, unit, row.at, row.at};
      }
    }
  }
  return std::nullopt;
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
