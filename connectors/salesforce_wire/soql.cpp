#include "connectors/salesforce_wire/soql.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <limits>
#include <system_error>

namespace prospectd::salesforce_wire::soql {

FieldPath FieldPath::of(std::string_view dotted) {
  FieldPath path;
  for (size_t begin = 0; begin <= dotted.size();) {
    const size_t end = std::min(dotted.find('.', begin), dotted.size());
    path.parts.emplace_back(dotted.substr(begin, end - begin));
    begin = end + 1;
  }
  return path;
}

std::string FieldPath::text() const {
  std::string text = dotted();
  if (in_user_zone) text = "convertTimezone(" + text + ")";
  if (function != Function::kNone) text = std::string(name_of(function)) + "(" + text + ")";
  return text;
}

std::string FieldPath::dotted() const {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += '.';
    text += part;
  }
  return text;
}

namespace {

// from_chars takes no plus.
std::string_view without_plus(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return text;
}

}  // namespace

std::optional<int64_t> Number::as_int() const {
  const std::string_view digits = without_plus(text);
  int64_t value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (fault != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

double Number::as_double() const {
  const std::string_view digits = without_plus(text);
  double value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  // Too small a number and too great a one end the same way; the sign of the exponent tells them apart.
  if (fault == std::errc::result_out_of_range) {
    if (digits.find("e-") != std::string_view::npos || digits.find("E-") != std::string_view::npos) return 0;
    const double infinity = std::numeric_limits<double>::infinity();
    return digits.starts_with('-') ? -infinity : infinity;
  }
  return value;
}

SelectItem SelectItem::of(std::string_view dotted) {
  return SelectItem{FieldPath::of(dotted)};
}

bool operator==(const Subquery& a, const Subquery& b) {
  return a.query == b.query;
}
bool operator==(const Comparison& a, const Comparison& b) {
  return a.field == b.field && a.op == b.op && a.values == b.values && a.subquery == b.subquery;
}
bool operator==(const And& a, const And& b) {
  return a.terms == b.terms;
}
bool operator==(const Or& a, const Or& b) {
  return a.terms == b.terms;
}
bool operator==(const Not& a, const Not& b) {
  return a.term == b.term;
}
bool operator==(const Condition& a, const Condition& b) {
  return a.node == b.node;
}

bool operator==(const Query& a, const Query& b) {
  return a.select == b.select && a.count == b.count && a.object == b.object && a.alias == b.alias &&
         a.scope == b.scope && a.where == b.where && a.group == b.group && a.having == b.having &&
         a.order == b.order && a.limit == b.limit && a.offset == b.offset && a.purpose == b.purpose;
}

bool Query::aggregates() const {
  return !group.fields.empty() || std::any_of(select.begin(), select.end(), [](const SelectItem& item) {
    const FieldPath* path = item.field();
    return path != nullptr && path->function != Function::kNone && path->function != Function::kToLabel;
  });
}

Condition compare(std::string_view dotted_field, Operator op, Literal value) {
  Comparison comparison{FieldPath::of(dotted_field), op, {}, {}};
  comparison.values.push_back(std::move(value));
  return Condition{std::move(comparison)};
}

Condition in_list(std::string_view dotted_field, std::vector<Literal> values) {
  return Condition{Comparison{FieldPath::of(dotted_field), Operator::kIn, std::move(values), {}}};
}

Condition all_of(std::vector<Condition> terms) {
  assert(!terms.empty());
  if (terms.size() == 1) return std::move(terms.front());
  return Condition{And{std::move(terms)}};
}

Condition any_of(std::vector<Condition> terms) {
  assert(!terms.empty());
  if (terms.size() == 1) return std::move(terms.front());
  return Condition{Or{std::move(terms)}};
}

Condition negate(Condition term) {
  Not node;
  node.term.push_back(std::move(term));
  return Condition{std::move(node)};
}

}  // namespace prospectd::salesforce_wire::soql
