#include "mapping/expression_term.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "mapping/fold.h"
#include "mapping/unicode.h"

namespace prospectd::mapping::expression {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::year_month_day;
using std::chrono::years;

constexpr Date kLastDay = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};

// What a written value covers: [first, end), or `first` alone where it is a number or a text.
struct Span {
  Value first;
  Value end;  // absent: there is none, or nothing comes after it
  bool single = false;
};
using Read = std::variant<Span, std::string>;  // or what is wrong

bool is_text(LocalType type) {
  return type == LocalType::kText || type == LocalType::kEmail || type == LocalType::kUser ||
         type == LocalType::kAccount;
}

Node node_of(const Field& field, Operation operation) {
  Node node;
  node.operation = operation;
  node.at = field.at;
  node.type = field.type;
  return node;
}

std::string wanted(const Field& field) {
  const auto is = [&field](std::string_view what) { return field.name + " is " + std::string(what); };
  switch (field.type) {
    case LocalType::kBoolean:
      return is("true or false");
    case LocalType::kInteger:
      return is("a whole number: write it like 42");
    case LocalType::kNumber:
      return is("a number: write it like 12.5");
    case LocalType::kDate:
      return is("a date: write it like 2026-11-20, 2026-11 or 2026");
    case LocalType::kDateTime:
      return is("a date with time: write it like 2026-11-20 or 2026-11-20T08:15:30Z");
    default:
      return is("a text");
  }
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<bool> truth(std::string_view text) {
  for (const std::string_view word : {"true", "yes"}) {
    if (equals_ignore_case_ascii(text, word)) return true;
  }
  for (const std::string_view word : {"false", "no"}) {
    if (equals_ignore_case_ascii(text, word)) return false;
  }
  return std::nullopt;
}

struct Days {
  Date first;
  Date end;  // the day after the last
};

// A day, a month or a year.
std::optional<Days> days_of(std::string_view text) {
  constexpr size_t kYear = 4;
  constexpr size_t kMonth = 7;
  std::string whole(text);
  if (text.size() == kYear) whole += "-01";
  if (whole.size() == kMonth) whole += "-01";
  const auto first = parse_date(whole);
  if (!first) return std::nullopt;
  const year_month_day date{*first};
  if (text.size() == kYear) return Days{*first, Date{date + years{1}}};
  if (text.size() == kMonth) return Days{*first, Date{date + months{1}}};
  return Days{*first, *first + days{1}};
}

Timestamp start_of(Date day, const Setting& setting) {
  return setting.day_start ? setting.day_start(day) : Timestamp(day);
}

Read read_date(const Field& field, std::string_view text) {
  const auto found = days_of(text);
  if (!found) return wanted(field);
  return Span{Value(found->first), found->end > kLastDay ? Value() : Value(found->end), false};
}

Read read_moment(const Field& field, std::string_view text, const Setting& setting) {
  if (const auto found = days_of(text)) {
    return Span{Value(start_of(found->first, setting)),
                found->end > kLastDay ? Value() : Value(start_of(found->end, setting)), false};
  }
  const auto moment = parse_timestamp(text);
  if (!moment) return wanted(field);
  const milliseconds grain = text.find('.') == std::string_view::npos ? seconds{1} : milliseconds{1};
  const Timestamp end = *moment + grain;
  return Span{Value(*moment), end >= kLastDay + days{1} ? Value() : Value(end), false};
}

Read read_value(const Field& field, const Term& term, const Setting& setting) {
  const std::string_view text = term.text;
  if (is_text(field.type)) {
    if (unicode::is_blank(text)) return "a blank value is found by -" + field.name + ":*";
    return Span{Value(fold(text)), Value(), true};
  }
  if (term.star_first || term.star_last) return wanted(field) + "; a star is for the ends of texts";
  switch (field.type) {
    case LocalType::kBoolean:
      if (const auto flag = truth(text)) return Span{Value(*flag), Value(), true};
      return wanted(field);
    case LocalType::kInteger:
      if (const auto number = whole_number<int64_t>(text)) return Span{Value(*number), Value(), true};
      return wanted(field);
    case LocalType::kNumber:
      if (const auto number = whole_number<double>(text); number && std::isfinite(*number))
        return Span{Value(*number == 0 ? 0.0 : *number), Value(), true};
      return wanted(field);
    case LocalType::kDate:
      return read_date(field, text);
    default:
      return read_moment(field, text, setting);
  }
}

// Nothing comes after it: no value is greater.
bool is_last(const Span& span) {
  return !span.single && span.end.is_absent();
}

// From the value on, or after it.
Bound low_bound(const Span& span, bool inclusive) {
  if (span.single) return {span.first, inclusive};
  return {inclusive ? span.first : span.end, true};
}

// Up to the value and with it, or before it. None: all there is.
std::optional<Bound> high_bound(const Span& span, bool inclusive) {
  if (span.single) return Bound{span.first, inclusive};
  if (!inclusive) return Bound{span.first, false};
  if (is_last(span)) return std::nullopt;
  return Bound{span.end, false};
}

Node nothing() {
  Node node;
  node.operation = Operation::kAny;
  return node;
}

// Why this field has no order; empty when it has one.
std::string no_order(const Field& field) {
  switch (field.type) {
    case LocalType::kBoolean:
      return field.name + " is true or false, and has no order";
    case LocalType::kEmail:
    case LocalType::kUser:
    case LocalType::kAccount:
      return field.name + " has no order: compare it with a name, or with the start of one, as in " +
             field.name + ":ana*";
    default:
      return {};
  }
}

TypedNode text_node(const Field& field, const Term& term, const Setting& setting) {
  if (term.star_first && !term.star_last)
    return std::string("a star at the start needs one at the end: *") + "part*";
  if (unicode::is_blank(term.text)) return "a blank value is found by -" + field.name + ":*";
  Node node = node_of(field, term.star_first  ? Operation::kContains
                             : term.star_last ? Operation::kStartsWith
                                              : Operation::kEquals);
  node.text = fold(term.text);
  if (field.record_id && setting.record_id && node.operation == Operation::kEquals) {
    const auto id = setting.record_id(term.text);
    if (!id)
      return field.name +
             " is the id of a record, of 15 or 18 letters and digits; the start of one is found by " +
             field.name + ":00Q*";
    node.text = fold(*id);
  }
  return node;
}

TypedNode within(const Field& field, std::optional<Bound> low, std::optional<Bound> high) {
  Node node = node_of(field, Operation::kWithin);
  node.low = std::move(low);
  node.high = std::move(high);
  if (!node.low && !node.high) node.operation = Operation::kExists;
  return node;
}

// Whether no value at all lies between the two.
bool is_empty(const Field& field, const Bound& low, const Bound& high) {
  Node above = node_of(field, Operation::kWithin);
  above.low = Bound{low.value, low.inclusive && high.inclusive};
  return !Test(above)(high.value);
}

}  // namespace

Node contains_node(const Field& field, std::string_view words) {
  Node node = node_of(field, Operation::kContains);
  node.text = fold(words);
  return node;
}

Node exists_node(const Field& field) {
  return node_of(field, Operation::kExists);
}

TypedNode compare_node(const Field& field, Comparison comparison, const Term& term, const Setting& setting) {
  const bool equal = comparison == Comparison::kEqual;
  if (term.is_star()) {
    if (equal) return exists_node(field);
    return std::string("a star stands for no value here: compare with one, or ask ") + field.name + ":*";
  }
  if (equal && is_text(field.type)) return text_node(field, term, setting);
  if (!equal) {
    if (auto problem = no_order(field); !problem.empty()) return problem;
    if (term.star_first || term.star_last) return std::string("a star has no place in a comparison");
  }
  const Read read = read_value(field, term, setting);
  if (const auto* problem = std::get_if<std::string>(&read)) return *problem;
  const Span& span = std::get<Span>(read);
  switch (comparison) {
    case Comparison::kLess:
      return within(field, std::nullopt, high_bound(span, false));
    case Comparison::kLessOrEqual:
      return within(field, std::nullopt, high_bound(span, true));
    case Comparison::kGreater:
      if (is_last(span)) return nothing();
      return within(field, low_bound(span, false), std::nullopt);
    case Comparison::kGreaterOrEqual:
      return within(field, low_bound(span, true), std::nullopt);
    default:
      return within(field, low_bound(span, true), high_bound(span, true));
  }
}

TypedNode range_node(const Field& field, const RangeEnds& ends, const Setting& setting, bool& second) {
  second = false;
  if (auto problem = no_order(field); !problem.empty()) return problem;
  std::optional<Bound> bounds[2];
  for (const bool upper : {false, true}) {
    const Term& term = upper ? ends.high : ends.low;
    second = upper;
    if (term.is_star()) continue;
    if (term.star_first || term.star_last) return std::string("a star in a range stands alone: [* TO …]");
    const Read read = read_value(field, term, setting);
    if (const auto* problem = std::get_if<std::string>(&read)) return *problem;
    const Span& span = std::get<Span>(read);
    if (!upper && !ends.low_inclusive && is_last(span)) return nothing();
    bounds[upper ? 1 : 0] =
        upper ? high_bound(span, ends.high_inclusive) : std::optional(low_bound(span, ends.low_inclusive));
  }
  if (bounds[0] && bounds[1] && is_empty(field, *bounds[0], *bounds[1]))
    return std::string("nothing lies in this range: its lower end comes first");
  return within(field, std::move(bounds[0]), std::move(bounds[1]));
}

}  // namespace prospectd::mapping::expression
