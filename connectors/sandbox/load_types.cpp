#include "connectors/sandbox/load_types.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/ids.h"

namespace prospectd::sandbox {
namespace {

constexpr size_t kPrefixesMax = 8;       // a reference to more objects than that is none
constexpr size_t kShortTextBytes = 255;  // no more characters than bytes

bool is_word_of_truth(std::string_view value) {
  return equals_ignore_case_ascii(value, "true") || equals_ignore_case_ascii(value, "false");
}
bool is_digit_of_truth(std::string_view value) {
  return value == "0" || value == "1";
}

// A number that loses nothing as a double, and is written as numbers are: no zeros in front, which keys have.
bool is_plain_number(std::string_view value) {
  constexpr size_t kExactDigits = 15;
  const std::string_view digits = value.substr(value.starts_with('-') ? 1 : 0);
  const bool zero_in_front = digits.size() > 1 && digits[0] == '0' && digits[1] != '.';
  if (digits.empty() || digits[0] < '0' || digits[0] > '9' || zero_in_front) return false;
  if (std::count_if(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }) >
      static_cast<std::ptrdiff_t>(kExactDigits))
    return false;
  double number = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  return read.ec == std::errc{} && read.ptr == value.data() + value.size() && std::isfinite(number);
}

// Check characters are what tells an id from a word of as many letters.
bool is_checked_id(std::string_view value) {
  return value.size() == salesforce_wire::kLongIdSize && salesforce_wire::canonical_id(value) == value;
}

struct GuessRow {
  FieldKind kind;
  bool (*fits)(std::string_view value);
};
constexpr unsigned kGuessReference = 0;
// In the order in which the first that fits is taken.
constexpr GuessRow kGuesses[] = {
    {FieldKind::kReference, is_checked_id},
    {FieldKind::kDate, [](std::string_view v) { return parse_date(v).has_value(); }},
    {FieldKind::kDateTime, [](std::string_view v) { return parse_export_datetime(v).has_value(); }},
    {FieldKind::kBoolean, is_word_of_truth},
    {FieldKind::kBoolean, is_digit_of_truth},
    {FieldKind::kDouble, is_plain_number},
};

bool has_guess(unsigned guesses, unsigned place) {
  return (guesses & (1u << place)) != 0;
}

}  // namespace

std::optional<Timestamp> parse_export_datetime(std::string_view text) {
  constexpr std::string_view kBlankForm = "2026-11-20 08:15:30";
  constexpr size_t kBlankAt = 10;
  if (text.size() != kBlankForm.size() || text[kBlankAt] != ' ') return salesforce_wire::parse_datetime(text);
  std::string usual(text);
  usual[kBlankAt] = 'T';
  return salesforce_wire::parse_datetime(usual + "Z");
}

void TypeGuess::look_at(std::string_view value) {
  if (value.empty()) {
    empty_ = true;
    return;
  }
  any_ = true;
  long_ = long_ || value.size() > kShortTextBytes;
  constexpr unsigned kAll = (1u << std::size(kGuesses)) - 1;
  if ((can_be_ & kAll) == 0) return;
  for (unsigned place = 0; place < std::size(kGuesses); ++place) {
    if (has_guess(can_be_, place) && !kGuesses[place].fits(value)) can_be_ &= ~(1u << place);
  }
  if (has_guess(can_be_, kGuessReference)) look_at_id(value);
}

void TypeGuess::look_at_id(std::string_view value) {
  const std::string_view prefix = salesforce_wire::id_prefix(value);
  if (!prefixes_.contains(prefix)) prefixes_.emplace(prefix);
  if (prefixes_.size() > kPrefixesMax) can_be_ &= ~(1u << kGuessReference);
}

FieldKind TypeGuess::kind() const {
  for (unsigned place = 0; any_ && place < std::size(kGuesses); ++place) {
    // A boolean always has a value: with gaps, 0 and 1 are numbers, and true and false are text.
    const bool gaps = kGuesses[place].kind == FieldKind::kBoolean && empty_;
    if (has_guess(can_be_, place) && !gaps) return kGuesses[place].kind;
  }
  return long_ ? FieldKind::kTextArea : FieldKind::kString;
}

}  // namespace prospectd::sandbox
