// The evaluator: an expression over values in memory. It sees values as a database keeps them (a boolean is 1
// or 0, a date is its text), so that a field whose type was changed in the mapping, and which still holds
// values of the old kind, is judged alike in both places.
#include <algorithm>

#include "mapping/expression.h"
#include "mapping/fold.h"

namespace prospectd::mapping::expression {
namespace {

struct Number {
  bool whole = true;
  int64_t integer = 0;
  long double real = 0;  // exact for every int64 and double
};

std::optional<Number> number_of(const Value& value) {
  if (const auto* flag = value.get<bool>()) return Number{true, *flag ? 1 : 0, *flag ? 1.0L : 0.0L};
  if (const auto* n = value.get<int64_t>()) return Number{true, *n, static_cast<long double>(*n)};
  if (const auto* d = value.get<double>()) return Number{false, 0, static_cast<long double>(*d)};
  return std::nullopt;
}

std::optional<int> compare_numbers(const Value& value, const Value& bound) {
  const auto a = number_of(value);
  const auto b = number_of(bound);
  if (!a || !b) return std::nullopt;
  if (a->whole && b->whole) return a->integer < b->integer ? -1 : (a->integer > b->integer ? 1 : 0);
  return a->real < b->real ? -1 : (a->real > b->real ? 1 : 0);
}

std::optional<int> compare_times(const Value& value, const Value& bound) {
  const bool comparable =
      value.is_string() || value.get<Date>() != nullptr || value.get<Timestamp>() != nullptr;
  if (!comparable) return std::nullopt;
  return value.is_string() ? value.str().compare(bound.to_text()) : value.to_text().compare(bound.to_text());
}

// Where the value lies against the bound; nothing when the two can't be compared.
std::optional<int> compare(const Value& value, const Value& bound, LocalType type) {
  switch (type) {
    case LocalType::kBoolean:
    case LocalType::kInteger:
    case LocalType::kNumber:
      return compare_numbers(value, bound);
    case LocalType::kDate:
    case LocalType::kDateTime:
      return compare_times(value, bound);
    default:
      if (!value.is_string()) return std::nullopt;
      return compare_folded(value.str(), bound.str());
  }
}

bool is_within(const Value& value, const Node& node) {
  if (node.low) {
    const auto place = compare(value, node.low->value, node.type);
    if (!place || *place < 0 || (*place == 0 && !node.low->inclusive)) return false;
  }
  if (node.high) {
    const auto place = compare(value, node.high->value, node.type);
    if (!place || *place > 0 || (*place == 0 && !node.high->inclusive)) return false;
  }
  return true;
}

}  // namespace

bool Test::operator()(const Value& value) const {
  if (value.is_absent() || value.is_null()) return false;
  if (node_.operation == Operation::kExists) return !value.is_blank();
  if (node_.operation == Operation::kWithin) return is_within(value, node_);
  return value.is_string() && (*this)(value.str());
}

bool Test::operator()(std::string_view text) const {
  switch (node_.operation) {
    case Operation::kEquals:
      return compare_folded(text, node_.text) == 0;
    case Operation::kStartsWith:
      return starts_with_folded(text, node_.text);
    case Operation::kContains:
      return contains_folded(text, node_.text);
    default:
      return (*this)(Value(text));
  }
}

// Deep as the parentheses are: kDepthMax bounds it.
bool matches(const Node& node, const Subject& subject) {
  const auto child_matches = [&subject](const Node& child) { return matches(child, subject); };
  switch (node.operation) {
    case Operation::kAll:
      return std::all_of(node.children.begin(), node.children.end(), child_matches);
    case Operation::kAny:
      return std::any_of(node.children.begin(), node.children.end(), child_matches);
    case Operation::kNot:
      return !matches(node.children.front(), subject);
    default:
      return subject.any(node.at, Test(node));
  }
}

}  // namespace prospectd::mapping::expression
