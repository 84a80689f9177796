#include "connectors/sandbox/soql_dates.h"

#include <date/tz.h>

#include <algorithm>
#include <exception>

namespace prospectd::sandbox {
namespace {

namespace soql = salesforce_wire::soql;
using soql::DateUnit;
using soql::Function;

constexpr int64_t kDaySeconds = 86'400;
constexpr int64_t kWeekDays = 7;
constexpr int64_t kQuarterMonths = 3;
constexpr int64_t kYearMonths = 12;

std::chrono::year_month_day day_of(int64_t days) {
  return std::chrono::year_month_day{std::chrono::sys_days(std::chrono::days(days))};
}

// The first day of a month that is counted from year 0, within the years that a date can have.
int64_t first_day(int64_t month) {
  constexpr int64_t kFirst = kYearMonths;              // January of year 1
  constexpr int64_t kLast = 10'000 * kYearMonths - 1;  // December of year 9999
  const int64_t within = std::clamp(month, kFirst, kLast);
  const std::chrono::year year{static_cast<int>(within / kYearMonths)};
  const std::chrono::month of_year{static_cast<unsigned>(within % kYearMonths) + 1};
  return std::chrono::sys_days(year / of_year / 1).time_since_epoch().count();
}

// 0 is Sunday.
int64_t weekday_of(int64_t days) {
  return std::chrono::weekday(std::chrono::sys_days(std::chrono::days(days))).c_encoding();
}

int64_t months_in(DateUnit unit) {
  switch (unit) {
    case DateUnit::kMonth:
      return 1;
    case DateUnit::kQuarter:
    case DateUnit::kFiscalQuarter:
      return kQuarterMonths;
    default:
      return kYearMonths;
  }
}

int64_t divided(int64_t a, int64_t b) {
  return a >= 0 ? a / b : -((b - 1 - a) / b);
}

}  // namespace

UserZone zone_of(const std::string& name) {
  try {
    return {date::locate_zone(name)};
  } catch (const std::exception&) {
    return {};
  }
}

int64_t local_seconds(const UserZone& zone, int64_t s) {
  if (zone.zone == nullptr) return s;
  const date::sys_seconds moment{seconds(s)};
  return zone.zone->to_local(moment).time_since_epoch().count();
}

int64_t begin_of_day(const UserZone& zone, int64_t days) {
  if (zone.zone == nullptr) return days * kDaySeconds;
  const date::local_seconds midnight{seconds(days * kDaySeconds)};
  return zone.zone->to_sys(midnight, date::choose::earliest).time_since_epoch().count();
}

DaySpan days_of(const soql::DateLiteral& literal, int64_t today) {
  if (literal.unit == DateUnit::kDay) return {today + literal.first, today + literal.last + 1};
  if (literal.unit == DateUnit::kWeek) {
    const int64_t sunday = today - weekday_of(today);
    return {sunday + literal.first * kWeekDays, sunday + (literal.last + 1) * kWeekDays};
  }
  const auto day = day_of(today);
  const int64_t month = static_cast<int>(day.year()) * kYearMonths + static_cast<unsigned>(day.month()) - 1;
  const int64_t size = months_in(literal.unit);
  const int64_t unit = month / size;
  return {first_day((unit + literal.first) * size), first_day((unit + literal.last + 1) * size)};
}

int64_t date_part(Function function, int64_t s) {
  const int64_t days = divided(s, kDaySeconds);
  const auto day = day_of(days);
  const int64_t month = static_cast<unsigned>(day.month());
  const int64_t day_in_month = static_cast<unsigned>(day.day());
  const int64_t day_in_year = days - std::chrono::sys_days(day.year() / 1 / 1).time_since_epoch().count() + 1;
  switch (function) {
    case Function::kCalendarMonth:
    case Function::kFiscalMonth:
      return month;
    case Function::kCalendarQuarter:
    case Function::kFiscalQuarter:
      return (month - 1) / kQuarterMonths + 1;
    case Function::kCalendarYear:
    case Function::kFiscalYear:
      return static_cast<int>(day.year());
    case Function::kDayInMonth:
      return day_in_month;
    case Function::kDayInWeek:
      return weekday_of(days) + 1;
    case Function::kDayInYear:
      return day_in_year;
    case Function::kHourInDay:
      return (s - days * kDaySeconds) / 3'600;
    case Function::kWeekInMonth:
      return (day_in_month - 1) / kWeekDays + 1;
    case Function::kWeekInYear:
      return (day_in_year - 1) / kWeekDays + 1;
    default:
      return days;
  }
}

}  // namespace prospectd::sandbox
