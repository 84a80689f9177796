#include "connectors/sandbox/formula_functions.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "connectors/sandbox/json_text.h"
#include "mapping/unicode.h"

namespace prospectd::sandbox {
namespace {

using mapping::Value;
using Values = std::vector<Value>;
using A = FormulaArgument;

double number_of(const Value& value) {
  if (const auto* whole = value.get<int64_t>()) return static_cast<double>(*whole);
  const auto* real = value.get<double>();
  return real == nullptr ? 0.0 : *real;
}
bool truth_of(const Value& value) {
  const bool* flag = value.get<bool>();
  return flag != nullptr && *flag;
}
int64_t day_of(const Value& value) {
  const Date* date = value.get<Date>();
  return date == nullptr ? 0 : date->time_since_epoch().count();
}
Value date_on(double day) {
  constexpr double kDaysMax = 3'000'000;
  return Value(Date{std::chrono::days(static_cast<int64_t>(std::clamp(day, -kDaysMax, kDaysMax)))});
}
// What is no number any more, is none: a division by zero, an overflow.
Value finite(double number) {
  return std::isfinite(number) ? Value(number) : Value::null();
}
bool is_blank(const Value& value) {
  return value.is_null() || (value.is_string() && value.str().empty());
}

std::string text_of(const Value& value) {
  if (const auto* real = value.get<double>()) {
    std::string out;
    append_number(out, *real);
    if (out.ends_with(".0")) out.resize(out.size() - 2);
    return out;
  }
  return value.to_text();
}

// Characters, not bytes.
std::string characters(std::string_view text, double first, double count) {
  const auto is_begin = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  std::string out;
  double at = 0;
  for (const char c : text) {
    if (is_begin(c)) ++at;
    if (at > first && at <= first + count) out += c;
  }
  return out;
}
double length_of(std::string_view text) {
  return static_cast<double>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Value case_of(const Values& v) {
  for (size_t i = 1; i + 1 < v.size(); i += 2) {
    if (v[0] == v[i]) return v[i + 1];
  }
  return v.back();
}

Value rounded(const Values& v) {
  const double scale = std::pow(10.0, std::clamp(number_of(v[1]), -15.0, 15.0));
  return finite(std::round(number_of(v[0]) * scale) / scale);
}

template <class Compare>
Value compared(const Values& v, Compare compare) {
  if (v[0].is_string()) return Value(compare(v[0].str().compare(v[1].str()), 0));
  if (v[0].get<Date>() != nullptr) return Value(compare(day_of(v[0]), day_of(v[1])));
  return Value(compare(number_of(v[0]), number_of(v[1])));
}

const std::vector<FormulaFunction>& table() {
  static const std::vector<FormulaFunction> kTable = {
      {"+",
       {A::kNumber, A::kNumber},
       A::kNumber,
       false,
       false,
       [](const Values& v) { return finite(number_of(v[0]) + number_of(v[1])); }},
      {"+",
       {A::kText, A::kText},
       A::kText,
       false,
       true,
       [](const Values& v) { return Value(text_of(v[0]) + text_of(v[1])); }},
      {"+",
       {A::kDate, A::kNumber},
       A::kDate,
       false,
       false,
       [](const Values& v) { return date_on(static_cast<double>(day_of(v[0])) + number_of(v[1])); }},
      {"-",
       {A::kNumber, A::kNumber},
       A::kNumber,
       false,
       false,
       [](const Values& v) { return finite(number_of(v[0]) - number_of(v[1])); }},
      {"-",
       {A::kDate, A::kDate},
       A::kNumber,
       false,
       false,
       [](const Values& v) { return Value(static_cast<double>(day_of(v[0]) - day_of(v[1]))); }},
      {"-",
       {A::kDate, A::kNumber},
       A::kDate,
       false,
       false,
       [](const Values& v) { return date_on(static_cast<double>(day_of(v[0])) - number_of(v[1])); }},
      {"-", {A::kNumber}, A::kNumber, false, false, [](const Values& v) { return Value(-number_of(v[0])); }},
      {"*",
       {A::kNumber, A::kNumber},
       A::kNumber,
       false,
       false,
       [](const Values& v) { return finite(number_of(v[0]) * number_of(v[1])); }},
      {"/",
       {A::kNumber, A::kNumber},
       A::kNumber,
       false,
       false,
       [](const Values& v) { return finite(number_of(v[0]) / number_of(v[1])); }},
      {"&",
       {A::kText, A::kText},
       A::kText,
       false,
       true,
       [](const Values& v) { return Value(text_of(v[0]) + text_of(v[1])); }},
      {"=",
       {A::kSame, A::kSame},
       A::kBoolean,
       false,
       true,
       [](const Values& v) { return Value(is_blank(v[0]) ? is_blank(v[1]) : v[0] == v[1]); }},
      {"<>",
       {A::kSame, A::kSame},
       A::kBoolean,
       false,
       true,
       [](const Values& v) { return Value(!(is_blank(v[0]) ? is_blank(v[1]) : v[0] == v[1])); }},
      {"<",
       {A::kSame, A::kSame},
       A::kBoolean,
       false,
       false,
       [](const Values& v) { return compared(v, std::less<>()); }},
      {"<=",
       {A::kSame, A::kSame},
       A::kBoolean,
       false,
       false,
       [](const Values& v) { return compared(v, std::less_equal<>()); }},
      {">",
       {A::kSame, A::kSame},
       A::kBoolean,
       false,
       false,
       [](const Values& v) { return compared(v, std::greater<>()); }},
      {">=",
       {A::kSame, A::kSame},
       A::kBoolean,
       false,
       false,
       [](const Values& v) { return compared(v, std::greater_equal<>()); }},
      {"AND",
       {A::kBoolean},
       A::kBoolean,
       true,
       true,
       [](const Values& v) { return Value(std::all_of(v.begin(), v.end(), truth_of)); }},
      {"OR",
       {A::kBoolean},
       A::kBoolean,
       true,
       true,
       [](const Values& v) { return Value(std::any_of(v.begin(), v.end(), truth_of)); }},
      {"NOT",
       {A::kBoolean},
       A::kBoolean,
       false,
       true,
       [](const Values& v) { return Value(!truth_of(v[0])); }},
      {"IF",
       {A::kBoolean, A::kSame, A::kSame},
       A::kSame,
       false,
       true,
       [](const Values& v) { return truth_of(v[0]) ? v[1] : v[2]; }},
      {"CASE", {A::kText, A::kText, A::kText}, A::kText, true, true, case_of},
      {"ISBLANK", {A::kAny}, A::kBoolean, false, true, [](const Values& v) { return Value(is_blank(v[0])); }},
      {"BLANKVALUE",
       {A::kSame, A::kSame},
       A::kSame,
       false,
       true,
       [](const Values& v) { return is_blank(v[0]) ? v[1] : v[0]; }},
      {"ISPICKVAL",
       {A::kText, A::kText},
       A::kBoolean,
       false,
       true,
       [](const Values& v) { return Value(text_of(v[0]) == text_of(v[1])); }},
      {"TEXT", {A::kAny}, A::kText, false, true, [](const Values& v) { return Value(text_of(v[0])); }},
      {"LEN",
       {A::kText},
       A::kNumber,
       false,
       true,
       [](const Values& v) { return Value(length_of(text_of(v[0]))); }},
      {"LEFT",
       {A::kText, A::kNumber},
       A::kText,
       false,
       false,
       [](const Values& v) { return Value(characters(v[0].str(), 0, number_of(v[1]))); }},
      {"RIGHT",
       {A::kText, A::kNumber},
       A::kText,
       false,
       false,
       [](const Values& v) {
         const double length = length_of(v[0].str());
         return Value(characters(v[0].str(), std::max(0.0, length - number_of(v[1])), length));
       }},
      {"UPPER",
       {A::kText},
       A::kText,
       false,
       false,
       [](const Values& v) { return Value(mapping::unicode::upper(v[0].str())); }},
      {"LOWER",
       {A::kText},
       A::kText,
       false,
       false,
       [](const Values& v) { return Value(mapping::unicode::lower(v[0].str())); }},
      {"TRIM",
       {A::kText},
       A::kText,
       false,
       false,
       [](const Values& v) { return Value(mapping::unicode::trim(v[0].str())); }},
      {"CONTAINS",
       {A::kText, A::kText},
       A::kBoolean,
       false,
       true,
       [](const Values& v) { return Value(text_of(v[0]).find(text_of(v[1])) != std::string::npos); }},
      {"BEGINS",
       {A::kText, A::kText},
       A::kBoolean,
       false,
       true,
       [](const Values& v) { return Value(text_of(v[0]).starts_with(text_of(v[1]))); }},
      {"ROUND", {A::kNumber, A::kNumber}, A::kNumber, false, false, rounded},
      {"ABS",
       {A::kNumber},
       A::kNumber,
       false,
       false,
       [](const Values& v) { return Value(std::abs(number_of(v[0]))); }},
      {"MAX",
       {A::kNumber},
       A::kNumber,
       true,
       false,
       [](const Values& v) {
         double most = number_of(v[0]);
         for (const Value& value : v)
           most = std::max(most, number_of(value));
         return Value(most);
       }},
      {"MIN",
       {A::kNumber},
       A::kNumber,
       true,
       false,
       [](const Values& v) {
         double least = number_of(v[0]);
         for (const Value& value : v)
           least = std::min(least, number_of(value));
         return Value(least);
       }},
      {"YEAR",
       {A::kDate},
       A::kNumber,
       false,
       false,
       [](const Values& v) {
         const std::chrono::year_month_day day{Date{std::chrono::days(day_of(v[0]))}};
         return Value(static_cast<double>(static_cast<int>(day.year())));
       }},
  };
  return kTable;
}

}  // namespace

std::vector<const FormulaFunction*> formula_functions(std::string_view name) {
  std::vector<const FormulaFunction*> found;
  for (const FormulaFunction& function : table()) {
    if (equals_ignore_case_ascii(function.name, name)) found.push_back(&function);
  }
  return found;
}

}  // namespace prospectd::sandbox
