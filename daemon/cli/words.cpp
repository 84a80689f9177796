#include "daemon/cli/words.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.h"

namespace prospectd::cli {
namespace {

constexpr milliseconds kTenSeconds{10'000};
constexpr milliseconds kTenthOfASecond{100};

}  // namespace

std::string counted(int64_t n, std::string_view one, std::string_view many) {
  const std::string number = n == 0 ? "no" : group_digits(n);
  if (n == 1) return number + " " + std::string(one);
  return number + " " + (many.empty() ? std::string(one) + "s" : std::string(many));
}

std::string ago(Timestamp now, Timestamp then) {
  const auto passed = now - then;
  return passed < seconds(1) ? "just now" : format_duration(passed) + " ago";
}

std::string until(Timestamp now, Timestamp then) {
  const auto left = then - now;
  return left < seconds(1) ? "now" : "in " + format_duration(left);
}

std::string moment(Timestamp t) {
  std::string text = format_timestamp_seconds(t);
  std::replace(text.begin(), text.end(), 'T', ' ');
  if (text.ends_with('Z')) text.pop_back();
  return text;
}

std::string took(milliseconds duration) {
  if (duration >= kTenSeconds) return format_duration(duration);
  if (duration < kTenthOfASecond) return std::to_string(duration.count()) + " ms";
  char text[16];
  std::snprintf(text, sizeof(text), "%.1f s", static_cast<double>(duration.count()) / 1000.0);
  return text;
}

std::string rate(int64_t n, milliseconds duration) {
  if (n <= 0 || duration.count() <= 0) return {};
  const double per_second = static_cast<double>(n) * 1000.0 / static_cast<double>(duration.count());
  return group_digits(std::llround(per_second)) + "/s";
}

std::string shell_word(std::string_view word) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:=@%+,").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return std::string(word);
  std::string quoted = "'";
  for (const char c : word)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace prospectd::cli
