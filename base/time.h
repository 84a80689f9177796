// Points in time as the project keeps them: UTC, milliseconds. There is no clock here: who needs "now" is
// given it (daemon/engine/scheduler.h). Values, any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace prospectd {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A moment in UTC, to the millisecond.
using Timestamp = std::chrono::sys_time<milliseconds>;
/// A day in no zone.
using Date = std::chrono::sys_days;

/// ISO 8601 with the date, 'T', seconds, an optional fraction (cut to milliseconds) and a zone: Z, ±hh:mm or
/// ±hhmm. Years 0001 to 9999. Anything else is nullopt.
std::optional<Timestamp> parse_timestamp(std::string_view text);
/// "2026-11-20T08:15:30.000Z"
std::string format_timestamp(Timestamp t);
/// "2026-11-20T08:15:30Z", cut to whole seconds.
std::string format_timestamp_seconds(Timestamp t);

/// "2026-11-20" and nothing else; nullopt where there is no such day.
std::optional<Date> parse_date(std::string_view text);
std::string format_date(Date d);

/// RFC 9110 IMF-fixdate, "Sat, 21 Nov 2026 10:00:00 GMT"; the HTTP Date header.
std::optional<Timestamp> parse_http_date(std::string_view text);
std::string format_http_date(Timestamp t);

/// "12 s", "3 min 20 s", "2 h 5 min", "4 d": for people.
std::string format_duration(milliseconds d);

}  // namespace prospectd
