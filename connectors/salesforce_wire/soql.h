// SOQL as a typed tree: what the client prints, the sandbox carries out. The tree holds the grammar of API
// §5.1; what it leaves out (WITH, several objects in FROM, bind variables, UPDATE TRACKING) is refused by
// name. Owned by salesforce_wire; plain values with value semantics, any thread. Invariant: parse(print(q))
// is q for every tree that parse gives, and for every tree that keeps the invariants written at its parts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"

namespace prospectd::salesforce_wire::soql {

// The limits of API §5.3, and ours where it has none.
constexpr size_t kQueryCharsMax = 100'000;
constexpr size_t kStringCharsMax = 4'000;
constexpr size_t kNestingMax = 50;      ///< parentheses and subqueries inside each other
constexpr size_t kPathPartsMax = 6;     ///< five parents and the field
constexpr size_t kNameCharsMax = 255;   ///< of an object, a field or an alias
constexpr size_t kNumberCharsMax = 64;  ///< of a number literal
constexpr int64_t kOffsetMax = 2'000;
constexpr int64_t kLimitMax = 2'147'483'647;
constexpr int64_t kFieldsLimitMax = 200;      ///< LIMIT that FIELDS(ALL) and FIELDS(CUSTOM) need
constexpr int64_t kDateLiteralMax = 100'000;  ///< n of LAST_N_DAYS:n and the like
constexpr size_t kRollupFieldsMax = 3;        ///< of GROUP BY ROLLUP and CUBE

/// What a query makes of a field: aggregates, GROUPING, labels, and the date functions.
enum class Function : uint8_t {
  kNone,
  kAvg,
  kCount,
  kCountDistinct,
  kMax,
  kMin,
  kSum,
  kGrouping,
  kToLabel,
  kCalendarMonth,
  kCalendarQuarter,
  kCalendarYear,
  kDayInMonth,
  kDayInWeek,
  kDayInYear,
  kDayOnly,
  kFiscalMonth,
  kFiscalQuarter,
  kFiscalYear,
  kHourInDay,
  kWeekInMonth,
  kWeekInYear,
};
/// As SOQL writes it: "COUNT_DISTINCT", "toLabel"; empty for kNone.
std::string_view name_of(Function function);
/// AVG, COUNT, COUNT_DISTINCT, MAX, MIN, SUM.
constexpr bool is_aggregate(Function f) {
  return f >= Function::kAvg && f <= Function::kSum;
}
/// CALENDAR_MONTH to WEEK_IN_YEAR.
constexpr bool is_date_function(Function f) {
  return f >= Function::kCalendarMonth;
}

/// "Owner.Name" as {"Owner", "Name"}: parents first, the field last. Names keep the writer's letter case. A
/// leading alias, or name, of the query's own object is dropped by parse (not from before a reserved word). 1
/// to kPathPartsMax parts. Where the grammar allows one, a function stands around the field.
struct FieldPath {
  std::vector<std::string> parts;
  Function function = Function::kNone;
  bool in_user_zone = false;  ///< convertTimezone() around the field; only inside a date function

  /// Splits at dots; for names out of our own tables, nothing is checked.
  static FieldPath of(std::string_view dotted);
  /// The parts with dots between them, inside the function: "COUNT(Owner.Name)".
  std::string text() const;
  /// The parts alone.
  std::string dotted() const;
  bool operator==(const FieldPath&) const = default;
};

struct Query;

/// (SELECT … FROM Contacts): the children of each record; `object` is then the relationship's name. Exactly
/// one.
struct Subquery {
  std::vector<Query> query;
};
bool operator==(const Subquery& a, const Subquery& b);

/// TYPEOF Owner WHEN User THEN Username ELSE Name END. One branch or more; no field has a function.
struct TypeOf {
  struct Branch {
    std::string type;
    std::vector<FieldPath> fields;
    bool operator==(const Branch&) const = default;
  };
  FieldPath relation;
  std::vector<Branch> branches;
  std::vector<FieldPath> otherwise;  ///< none: no ELSE

  bool operator==(const TypeOf&) const = default;
};

/// FIELDS(ALL), FIELDS(STANDARD), FIELDS(CUSTOM)
enum class FieldsOf : uint8_t { kAll, kStandard, kCustom };

using SelectExpression = std::variant<FieldPath, Subquery, TypeOf, FieldsOf>;
struct SelectItem {
  SelectExpression expression;
  std::string alias = {};  ///< only of fields, in a query that groups or aggregates; empty: none

  static SelectItem of(std::string_view dotted);
  /// The path when the item is a field or a function of one, else nullptr.
  const FieldPath* field() const { return std::get_if<FieldPath>(&expression); }
  bool operator==(const SelectItem&) const = default;
};

struct Null {
  bool operator==(const Null&) const = default;
};

/// A number as it was written, so that no digit of a currency is lost: [+-]digits[.digits][e[+-]digits].
struct Number {
  std::string text;

  static Number of(int64_t n) { return Number{std::to_string(n)}; }
  /// The value when it is written as a whole number and fits.
  std::optional<int64_t> as_int() const;
  /// The nearest double; infinite when it is beyond.
  double as_double() const;
  bool operator==(const Number&) const = default;
};

/// USD5000: an amount in a currency that is named by its three letters.
struct Money {
  std::string currency;  ///< in capitals
  Number amount;         ///< digits only

  bool operator==(const Money&) const = default;
};

enum class DateUnit : uint8_t { kDay, kWeek, kMonth, kQuarter, kYear, kFiscalQuarter, kFiscalYear };

/// A relative date: TODAY, LAST_N_DAYS:30. It stands for the days from the beginning of the unit `first`
/// units from now to the end of the one `last` units from now; now's own unit is 0. Source: API §5.2.
struct DateLiteral {
  std::string name;               ///< in capitals, without the number
  std::optional<int64_t> number;  ///< 0 to kDateLiteralMax; set just for the names that take one
  DateUnit unit = DateUnit::kDay;
  int64_t first = 0;
  int64_t last = 0;

  bool operator==(const DateLiteral&) const = default;
};
/// The literal of that name in any letter case. **Errors:** nullopt for a name that is none, and for one with
/// a number that takes none, or without one that takes one.
std::optional<DateLiteral> date_literal(std::string_view name, std::optional<int64_t> number = std::nullopt);

/// Years 0001 to 9999 for Date and Timestamp. Strings are UTF-8 with escapes undone, except with LIKE, where
/// they are patterns (see like_matches).
using Literal = std::variant<Null, bool, Number, std::string, Date, Timestamp, Money, DateLiteral>;

enum class Operator {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kLike,
  kIn,
  kNotIn,
  kIncludes,
  kExcludes,
};
/// True for the operators that take a list: IN, NOT IN, INCLUDES, EXCLUDES.
constexpr bool takes_list(Operator op) {
  return op >= Operator::kIn;
}
/// As SOQL writes it: "<=", "NOT IN".
std::string_view symbol_of(Operator op);

/// One value; operators that take a list have one or more; kLike takes one string. kIn and kNotIn may have a
/// query in place of values: a semi-join, an anti-join.
struct Comparison {
  FieldPath field;
  Operator op = Operator::kEqual;
  std::vector<Literal> values;
  std::vector<Query> subquery;  ///< none or one
};
bool operator==(const Comparison& a, const Comparison& b);

struct Condition;

/// Two terms or more.
struct And {
  std::vector<Condition> terms;
};
/// Two terms or more.
struct Or {
  std::vector<Condition> terms;
};
/// Exactly one term.
struct Not {
  std::vector<Condition> term;
};

struct Condition {
  std::variant<Comparison, And, Or, Not> node;
};

bool operator==(const And& a, const And& b);
bool operator==(const Or& a, const Or& b);
bool operator==(const Not& a, const Not& b);
bool operator==(const Condition& a, const Condition& b);

// Short ways to build conditions. all_of and any_of of a single term are that term; of none is a mistake.
Condition compare(std::string_view dotted_field, Operator op, Literal value);
Condition in_list(std::string_view dotted_field, std::vector<Literal> values);
Condition all_of(std::vector<Condition> terms);
Condition any_of(std::vector<Condition> terms);
Condition negate(Condition term);

/// Calls visit(comparison) for every comparison of a tree, const or not, from left to right.
template <class AnyCondition, class Visit>
void for_each_comparison(AnyCondition& condition, const Visit& visit) {
  const auto all = [&](auto& terms) {
    for (auto& term : terms)
      for_each_comparison(term, visit);
  };
  if (auto* comparison = std::get_if<Comparison>(&condition.node)) visit(*comparison);
  if (auto* node = std::get_if<And>(&condition.node)) all(node->terms);
  if (auto* node = std::get_if<Or>(&condition.node)) all(node->terms);
  if (auto* node = std::get_if<Not>(&condition.node)) all(node->term);
}

enum class Nulls { kFirst, kLast };

struct OrderBy {
  FieldPath field;
  bool descending = false;
  std::optional<Nulls> nulls = std::nullopt;  ///< none: the CRM's default, which is first

  bool operator==(const OrderBy&) const = default;
};

/// GROUP BY; without fields the query has none. ROLLUP and CUBE have kRollupFieldsMax at most.
struct GroupBy {
  enum class Kind : uint8_t { kPlain, kRollup, kCube };
  Kind kind = Kind::kPlain;
  std::vector<FieldPath> fields;

  bool operator==(const GroupBy&) const = default;
};

/// FOR VIEW, FOR REFERENCE, FOR UPDATE
enum class Purpose : uint8_t { kNone, kView, kReference, kUpdate };

/// Either `count`, and then `select` is empty, or one selected item or more, no field twice.
struct Query {
  std::vector<SelectItem> select;
  bool count = false;  ///< SELECT COUNT()
  std::string object;
  std::string alias;  ///< empty: none
  std::string scope;  ///< USING SCOPE; empty: none
  std::optional<Condition> where;
  GroupBy group;
  std::optional<Condition> having;  ///< only with GROUP BY
  std::vector<OrderBy> order;
  std::optional<int64_t> limit;   ///< 0 to kLimitMax
  std::optional<int64_t> offset;  ///< 0 to kOffsetMax
  Purpose purpose = Purpose::kNone;

  /// True when rows are brought together: GROUP BY, or an aggregate among what is selected.
  bool aggregates() const;
};
bool operator==(const Query& a, const Query& b);

/// Why a text is no query, told as the CRM tells it. `message` and `reason` quote the text and so may hold a
/// person's values: they belong in an answer to the sender, not in a log.
struct ParseError {
  std::string code = "MALFORMED_QUERY";  ///< the errorCode; NUMBER_OUTSIDE_VALID_RANGE for LIMIT and OFFSET
  int row = 1;                           ///< from 1
  int column = 1;                        ///< from 1, in characters
  std::string reason;                    ///< "unexpected token: 'FORM'"
  std::string construct;  ///< "GROUP BY": real SOQL that this version does not carry out; else empty
  std::string message;    ///< excerpt, caret, "ERROR at Row:1:Column:34", reason; lines by \n
};

/// Reads a query. Linear in its length; at most kQueryCharsMax characters and kNestingMax nested parentheses.
/// **Errors:** ParseError with the first fault. Source: API §5.1, §5.3, §11.2.
std::variant<Query, ParseError> parse(std::string_view text);
/// Reads what may stand behind WHERE, alone; same limits and errors.
std::variant<Condition, ParseError> parse_condition(std::string_view text);

/// The query in canonical form: one line, capital keywords, single blanks, no needless parentheses.
std::string print(const Query& query);
std::string print(const Condition& condition);
/// A literal outside LIKE.
std::string print(const Literal& literal);

/// `text` between single quotes with everything escaped that needs it; ill-formed UTF-8 becomes U+FFFD.
std::string quote_string(std::string_view text);
/// "2026-11-20T08:15:30Z", with ".123" when the moment has a fraction; unquoted, as SOQL wants it.
std::string format_datetime(Timestamp t);

/// LIKE: '%' stands for any run of characters, '_' for one, a backslash takes the next of '%', '_', '\' as it
/// is. Letter case counts: fold both sides first where it should not. At most |pattern|·|text| steps.
bool like_matches(std::string_view pattern, std::string_view text);
/// The pattern that matches `text` and nothing else.
std::string like_escape(std::string_view text);

}  // namespace prospectd::salesforce_wire::soql
