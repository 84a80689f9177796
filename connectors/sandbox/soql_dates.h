// Days as SOQL counts them: relative dates and the date functions (SALESFORCE_API §5.1, §5.2). Weeks begin on
// Sunday, as in the locale en_US that every user of the org has; the fiscal year is the calendar's. Pure, any
// thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "connectors/salesforce_wire/soql.h"

namespace date {
class time_zone;
}

namespace prospectd::sandbox {

/// The zone that a user's days are counted in; nullptr is UTC.
struct UserZone {
  const date::time_zone* zone = nullptr;
};
/// The zone of that name; UTC when the machine does not know it.
UserZone zone_of(const std::string& name);
/// What the clocks of the zone show, as seconds since 1970 in no zone.
int64_t local_seconds(const UserZone& zone, int64_t seconds_since_1970);
/// The first moment of a day in the zone, as seconds since 1970.
int64_t begin_of_day(const UserZone& zone, int64_t days_since_1970);

/// Days since 1970, the last one excluded; empty when `end` is not behind `begin`.
struct DaySpan {
  int64_t begin = 0;
  int64_t end = 0;
};
/// The days that a relative date stands for, seen on `today`; within the years 1 to 9999.
DaySpan days_of(const salesforce_wire::soql::DateLiteral& literal, int64_t today);

/// What a date function gives of a moment: a day since 1970 for DAY_ONLY, else a number.
int64_t date_part(salesforce_wire::soql::Function function, int64_t seconds_since_1970);

}  // namespace prospectd::sandbox
