#include "connectors/sandbox/soql_conditions.h"

#include <algorithm>
#include <array>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/text_fold.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
namespace soql = salesforce_wire::soql;
using soql::Operator;

// The org keeps one currency.
constexpr std::string_view kOrgCurrency = "USD";

// Of one WHERE; each is a query of its own.
constexpr size_t kJoinsMax = 2;

Test::Kind test_kind(const Operand& operand) {
  switch (operand.kind) {
    case FieldKind::kId:
    case FieldKind::kReference:
      return Test::Kind::kId;
    case FieldKind::kBoolean:
      return Test::Kind::kFlag;
    case FieldKind::kInt:
    case FieldKind::kDate:
    case FieldKind::kDateTime:
      return Test::Kind::kWhole;
    case FieldKind::kDouble:
    case FieldKind::kCurrency:
      return Test::Kind::kReal;
    default:
      break;
  }
  const bool name =
      operand.cell < 0 && operand.source.direct() && operand.source.field->compound == Compound::kPersonName;
  return name ? Test::Kind::kName : Test::Kind::kText;
}

class ConditionBinder {
 public:
  ConditionBinder(const BindScope& scope, const BindOperand& operand) : scope_(scope), operand_(operand) {}

  // `top`: reached from the root through nothing but AND.
  Outcome<void> bind(const soql::Condition& condition, bool top) {
    if (const auto* c = std::get_if<soql::Comparison>(&condition.node)) return bind_comparison(*c, top);
    if (const auto* all = std::get_if<soql::And>(&condition.node))
      return bind_terms(Test::Kind::kAnd, all->terms, top);
    if (const auto* any = std::get_if<soql::Or>(&condition.node))
      return bind_terms(Test::Kind::kOr, any->terms, false);
    return bind_terms(Test::Kind::kNot, std::get<soql::Not>(condition.node).term, false);
  }
  std::vector<Test> take() { return std::move(tests_); }

 private:
  int push(Test test) {
    tests_.push_back(std::move(test));
    return static_cast<int>(tests_.size()) - 1;
  }
  int join(Test::Kind kind, std::vector<int> terms) {
    Test test;
    test.kind = kind;
    test.terms = std::move(terms);
    return push(std::move(test));
  }

  Outcome<void> bind_terms(Test::Kind kind, const std::vector<soql::Condition>& conditions, bool top) {
    std::vector<int> terms;
    for (const soql::Condition& condition : conditions) {
      PD_TRY(bind(condition, top));
      terms.push_back(static_cast<int>(tests_.size()) - 1);
    }
    join(kind, std::move(terms));
    return {};
  }

  static Test leaf(const Operand& operand, Operator op) {
    Test test;
    test.kind = test_kind(operand);
    test.op = op;
    test.cell = operand.cell;
    if (operand.cell < 0 && operand.source.direct()) {
      test.field = operand.source.field;
    } else {
      test.source = operand.source;
    }
    return test;
  }

  Outcome<void> bind_comparison(const soql::Comparison& comparison, bool top) {
    PD_ASSIGN(operand, operand_(comparison.field));
    if (!comparison.subquery.empty()) return bind_join(operand, comparison, top);
    Test test = leaf(operand, comparison.op);
    PD_TRY(check_operator(operand, test));
    const auto is_relative = [](const soql::Literal& l) {
      return std::holds_alternative<soql::DateLiteral>(l);
    };
    if (std::any_of(comparison.values.begin(), comparison.values.end(), is_relative))
      return bind_relative(operand, comparison);
    for (const soql::Literal& literal : comparison.values)
      PD_TRY(bind_literal(operand, test, literal));
    if (soql::takes_list(test.op)) {
      std::sort(test.texts.begin(), test.texts.end());
      std::sort(test.numbers.begin(), test.numbers.end());
      std::sort(test.reals.begin(), test.reals.end());
    }
    push(std::move(test));
    return {};
  }

  Outcome<void> bind_join(const Operand& operand, const soql::Comparison& comparison, bool top) {
    if (!top) {
      return scope_.refuse(code::kMalformedQuery, operand.name,
                           "Semi join sub-selects are only allowed at the top level WHERE expressions and "
                           "not in nested WHERE expressions.");
    }
    if (++joins_ > kJoinsMax) {
      return scope_.refuse(code::kMalformedQuery, operand.name,
                           "WHERE takes at most " + std::to_string(kJoinsMax) + " semi join sub-selects");
    }
    Test test = leaf(operand, comparison.op);
    PD_ASSIGN(ids, ids_of_join(scope_, comparison.subquery.front(), operand));
    test.texts = std::move(ids);
    push(std::move(test));
    return {};
  }

  // A relative date is a span: equal is inside, greater behind its end, less before its begin. In a list the
  // spans stand beside the other values.
  Outcome<void> bind_relative(const Operand& operand, const soql::Comparison& comparison) {
    Test rest = leaf(operand, Operator::kIn);
    bool any_rest = false;
    std::vector<int> terms;
    for (const soql::Literal& literal : comparison.values) {
      const auto* relative = std::get_if<soql::DateLiteral>(&literal);
      if (relative == nullptr) {
        PD_TRY(bind_literal(operand, rest, literal));
        any_rest = true;
        continue;
      }
      if (operand.kind != FieldKind::kDate && operand.kind != FieldKind::kDateTime)
        return wrong_literal(operand);
      terms.push_back(bind_span(operand, comparison.op, span_of(operand, *relative)));
    }
    if (any_rest) {
      std::sort(rest.numbers.begin(), rest.numbers.end());
      terms.push_back(push(std::move(rest)));
    }
    if (terms.size() > 1) terms = {join(Test::Kind::kOr, std::move(terms))};
    const bool outside = comparison.op == Operator::kNotEqual || comparison.op == Operator::kNotIn;
    if (outside) join(Test::Kind::kNot, std::move(terms));
    return {};
  }

  DaySpan span_of(const Operand& operand, const soql::DateLiteral& literal) {
    if (!zone_) zone_ = scope_.zone();
    constexpr int64_t kSecondsADay = 86'400;
    const auto now = std::chrono::floor<seconds>(scope_.org.now()).time_since_epoch().count();
    const int64_t local = local_seconds(*zone_, now);
    const int64_t today = (local - ((local % kSecondsADay) + kSecondsADay) % kSecondsADay) / kSecondsADay;
    const DaySpan days = days_of(literal, today);
    if (operand.kind == FieldKind::kDate) return days;
    return {begin_of_day(*zone_, days.begin), begin_of_day(*zone_, days.end)};
  }

  int bind_span(const Operand& operand, Operator op, const DaySpan& span) {
    const auto limit = [&](Operator side, int64_t value) {
      Test test = leaf(operand, side);
      test.numbers = {value};
      return push(std::move(test));
    };
    switch (op) {
      case Operator::kLess:
        return limit(Operator::kLess, span.begin);
      case Operator::kLessOrEqual:
        return limit(Operator::kLess, span.end);
      case Operator::kGreater:
        return limit(Operator::kGreaterOrEqual, span.end);
      case Operator::kGreaterOrEqual:
        return limit(Operator::kGreaterOrEqual, span.begin);
      default: {
        const int from = limit(Operator::kGreaterOrEqual, span.begin);
        const int to = limit(Operator::kLess, span.end);
        return join(Test::Kind::kAnd, {from, to});
      }
    }
  }

  Outcome<void> check_operator(const Operand& operand, const Test& test) const {
    const bool order = test.op == Operator::kLess || test.op == Operator::kLessOrEqual ||
                       test.op == Operator::kGreater || test.op == Operator::kGreaterOrEqual;
    const bool text = test.kind == Test::Kind::kText || test.kind == Test::Kind::kName;
    const bool includes = test.op == Operator::kIncludes || test.op == Operator::kExcludes;
    // Of several values in one field it is asked which they are, and not how they compare.
    const bool several = operand.kind == FieldKind::kMultiPicklist;
    const bool wrong = (test.op == Operator::kLike && !text) || (order && test.kind == Test::Kind::kFlag) ||
                       (includes && !several) || (several && (order || test.op == Operator::kLike));
    if (!wrong) return {};
    return scope_.refuse(code::kInvalidQueryFilterOperator, operand.name,
                         "invalid operator on " + std::string(describe_type(operand.kind)) + " field");
  }

  ApiError wrong_literal(const Operand& operand) const {
    struct Wanted {
      FieldKind kind;
      std::string_view name;
      bool quoted;
    };
    static constexpr std::array<Wanted, 7> kWanted = {{{FieldKind::kBoolean, "boolean", false},
                                                       {FieldKind::kInt, "int", false},
                                                       {FieldKind::kDouble, "double", false},
                                                       {FieldKind::kCurrency, "double", false},
                                                       {FieldKind::kDate, "date", false},
                                                       {FieldKind::kDateTime, "dateTime", false},
                                                       {FieldKind::kString, "string", true}}};
    const auto* wanted = std::find_if(kWanted.begin(), kWanted.end() - 1,
                                      [&](const Wanted& w) { return w.kind == operand.kind; });
    return scope_.refuse(
        code::kInvalidField, operand.name,
        "value of filter criterion for field '" + operand.name + "' must be of type " +
            std::string(wanted->name) +
            (wanted->quoted ? " and should be enclosed in quotes" : " and should not be enclosed in quotes"));
  }

  Outcome<void> bind_literal(const Operand& operand, Test& test, const soql::Literal& literal) const {
    if (std::holds_alternative<soql::Null>(literal)) {
      const bool equals =
          test.op != Operator::kLike && test.op != Operator::kIncludes && test.op != Operator::kExcludes;
      if (!equals) return wrong_literal(operand);
      test.with_null = true;
      return {};
    }
    switch (test.kind) {
      case Test::Kind::kId:
        return bind_id(operand, test, literal);
      case Test::Kind::kFlag: {
        const auto* flag = std::get_if<bool>(&literal);
        if (flag == nullptr) return wrong_literal(operand);
        test.numbers.push_back(*flag ? 1 : 0);
        return {};
      }
      case Test::Kind::kWhole:
        return bind_whole(operand, test, literal);
      case Test::Kind::kReal:
        return bind_real(operand, test, literal);
      default: {
        const auto* text = std::get_if<std::string>(&literal);
        if (text == nullptr) return wrong_literal(operand);
        const bool none = text->empty() && test.op != Operator::kLike;
        if (none && (test.op == Operator::kIncludes || test.op == Operator::kExcludes))
          return wrong_literal(operand);
        if (none) {
          test.with_null = true;  // the org keeps no empty text
        } else {
          test.texts.push_back(fold_case(*text));
        }
        return {};
      }
    }
  }

  Outcome<void> bind_id(const Operand& operand, Test& test, const soql::Literal& literal) const {
    const auto* text = std::get_if<std::string>(&literal);
    if (text == nullptr) return wrong_literal(operand);
    if (text->empty()) {
      test.with_null = true;
      return {};
    }
    auto id = salesforce_wire::canonical_id(*text);
    if (!id)
      return scope_.refuse(code::kInvalidQueryFilterOperator, operand.name, "invalid ID field: " + *text);
    test.texts.push_back(*std::move(id));
    return {};
  }

  Outcome<void> bind_real(const Operand& operand, Test& test, const soql::Literal& literal) const {
    const auto* money = std::get_if<soql::Money>(&literal);
    const bool known =
        money != nullptr && operand.kind == FieldKind::kCurrency && money->currency == kOrgCurrency;
    const auto* number = known ? &money->amount : std::get_if<soql::Number>(&literal);
    if (number == nullptr) return wrong_literal(operand);
    test.reals.push_back(number->as_double());
    return {};
  }

  Outcome<void> bind_whole(const Operand& operand, Test& test, const soql::Literal& literal) const {
    if (const auto* number = std::get_if<soql::Number>(&literal);
        number != nullptr && operand.kind == FieldKind::kInt) {
      const auto whole = number->as_int();
      if (!whole) return wrong_literal(operand);
      test.numbers.push_back(*whole);
      return {};
    }
    if (const auto* day = std::get_if<Date>(&literal); day != nullptr && operand.kind == FieldKind::kDate) {
      test.numbers.push_back(day->time_since_epoch().count());
      return {};
    }
    if (const auto* moment = std::get_if<Timestamp>(&literal);
        moment != nullptr && operand.kind == FieldKind::kDateTime) {
      test.numbers.push_back(std::chrono::floor<seconds>(*moment).time_since_epoch().count());
      return {};
    }
    return wrong_literal(operand);
  }

  const BindScope& scope_;
  const BindOperand& operand_;
  std::vector<Test> tests_;
  size_t joins_ = 0;
  std::optional<UserZone> zone_;  // looked up where a relative date needs it
};

}  // namespace

Outcome<std::vector<Test>> bind_condition(const BindScope& scope, const soql::Condition& condition,
                                          const BindOperand& operand) {
  ConditionBinder binder(scope, operand);
  PD_TRY(binder.bind(condition, true));
  return binder.take();
}

}  // namespace prospectd::sandbox
