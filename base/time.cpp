#include "base/time.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace prospectd {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::year;
using std::chrono::year_month_day;

// Reads exactly `width` digits at `at`.
std::optional<int> digits(std::string_view text, size_t at, size_t width) {
  if (text.size() < at + width) return std::nullopt;
  int value = 0;
  for (size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<Date> make_date(int y, int m, int d) {
  const year_month_day ymd{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (y < 1 || !ymd.ok()) return std::nullopt;
  return Date{ymd};
}

std::optional<milliseconds> time_of_day(std::string_view text) {
  const auto h = digits(text, 0, 2), m = digits(text, 3, 2), s = digits(text, 6, 2);
  if (!h || !m || !s || text[2] != ':' || text[5] != ':' || *h > 23 || *m > 59 || *s > 59)
    return std::nullopt;
  return hours{*h} + minutes{*m} + seconds{*s};
}

// "Z", "+hh:mm" or "+hhmm" as what has to be subtracted to reach UTC.
std::optional<minutes> zone_offset(std::string_view text) {
  if (text == "Z" || text == "z") return minutes{0};
  if (text.size() != 5 && text.size() != 6) return std::nullopt;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  if (text.size() == 6 && text[3] != ':') return std::nullopt;
  const auto h = digits(text, 1, 2), m = digits(text, text.size() == 6 ? 4 : 3, 2);
  if (!h || !m || *h > 23 || *m > 59) return std::nullopt;
  const minutes offset = hours{*h} + minutes{*m};
  return text[0] == '-' ? -offset : offset;
}

// Years 0001 to 9999, what four digits can say.
constexpr Timestamp kFirst = Date{year{1} / month{1} / day{1}};
constexpr Timestamp kEnd = Date{year{10'000} / month{1} / day{1}};

struct Parts {
  year_month_day ymd;
  std::chrono::hh_mm_ss<milliseconds> time;
};

Parts parts_of(Timestamp t) {
  const auto day_start = std::chrono::floor<days>(t);
  return {year_month_day{day_start}, std::chrono::hh_mm_ss<milliseconds>{t - day_start}};
}

// snprintf into a string; every caller's result is far shorter than the buffer.
template <class... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 64> buffer;
  const int n = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return std::string(buffer.data(), n > 0 ? static_cast<size_t>(n) : 0);
}

constexpr const char* kDayNames[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr const char* kMonthNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

const char* day_name(Date d) {
  return kDayNames[std::chrono::weekday{d}.c_encoding()];
}

int as_int(year y) {
  return static_cast<int>(y);
}
unsigned as_int(month m) {
  return static_cast<unsigned>(m);
}
unsigned as_int(day d) {
  return static_cast<unsigned>(d);
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
  if (!y || !m || !d) return std::nullopt;
  return make_date(*y, *m, *d);
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  const auto time = time_of_day(text.substr(11, 8));
  if (!date || !time) return std::nullopt;
  size_t at = 19;
  milliseconds fraction{0};
  if (text[at] == '.') {
    int scale = 100;
    const size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
      fraction += milliseconds{scale * (text[at] - '0')};
    }
    if (at == first || at - first > 9) return std::nullopt;
  }
  const auto offset = zone_offset(text.substr(at));
  if (!offset) return std::nullopt;
  const Timestamp t = Timestamp{*date} + *time + fraction - *offset;
  return t >= kFirst && t < kEnd ? std::optional(t) : std::nullopt;  // the offset may lead out of the years
}

std::string format_timestamp(Timestamp t) {
  const auto [ymd, time] = parts_of(t);
  return print("%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", as_int(ymd.year()), as_int(ymd.month()),
               as_int(ymd.day()), static_cast<int>(time.hours().count()),
               static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
               static_cast<int>(time.subseconds().count()));
}

std::string format_timestamp_seconds(Timestamp t) {
  std::string text = format_timestamp(t);
  text.erase(text.size() - 5, 4);
  return text;
}

std::string format_date(Date d) {
  const year_month_day ymd{d};
  return print("%04d-%02u-%02u", as_int(ymd.year()), as_int(ymd.month()), as_int(ymd.day()));
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
  if (text[7] != ' ' || text[11] != ' ' || text[16] != ' ') return std::nullopt;
  int m = 0;
  for (int i = 0; i < 12; ++i) {
    if (text.substr(8, 3) == kMonthNames[i]) m = i + 1;
  }
  const auto d = digits(text, 5, 2), y = digits(text, 12, 4);
  const auto time = time_of_day(text.substr(17, 8));
  if (!d || m == 0 || !y || !time) return std::nullopt;
  const auto date = make_date(*y, m, *d);
  if (!date || text.substr(0, 3) != day_name(*date)) return std::nullopt;
  return Timestamp{*date} + *time;
}

std::string format_http_date(Timestamp t) {
  const auto [ymd, time] = parts_of(t);
  return print("%s, %02u %s %04d %02d:%02d:%02d GMT", day_name(Date{ymd}), as_int(ymd.day()),
               kMonthNames[as_int(ymd.month()) - 1], as_int(ymd.year()),
               static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
               static_cast<int>(time.seconds().count()));
}

std::string format_duration(milliseconds d) {
  struct Unit {
    long long seconds;
    const char* name;
  };
  constexpr Unit kUnits[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
  const long long total = d.count() / 1000;
  if (total < 1) return print("%lld ms", static_cast<long long>(d.count()));
  size_t i = 0;
  while (total < kUnits[i].seconds)
    ++i;
  const std::string text = print("%lld %s", total / kUnits[i].seconds, kUnits[i].name);
  if (kUnits[i].seconds == 1) return text;
  const long long rest = total % kUnits[i].seconds / kUnits[i + 1].seconds;
  return rest == 0 ? text : text + print(" %lld %s", rest, kUnits[i + 1].name);
}

}  // namespace prospectd
