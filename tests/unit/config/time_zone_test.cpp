// Where days begin, on the days on which clocks change too.
#include "config/time_zone.h"

#include <gtest/gtest.h>

namespace prospectd::config {
namespace {

std::string start(const std::string& zone, const char* day) {
  return format_timestamp_seconds(day_starts(zone)(*parse_date(day)));
}

TEST(TimeZone, ADayBeginsAtItsMidnight) {
  EXPECT_EQ(start("UTC", "2026-03-08"), "2026-03-08T00:00:00Z");
  EXPECT_EQ(start("America/New_York", "2026-03-08"), "2026-03-08T05:00:00Z");
  EXPECT_EQ(start("America/New_York", "2026-03-09"), "2026-03-09T04:00:00Z");
  EXPECT_EQ(start("America/New_York", "2026-11-02"), "2026-11-02T05:00:00Z");
  EXPECT_EQ(start("Asia/Kathmandu", "2026-01-01"), "2025-12-31T18:15:00Z");
}

TEST(TimeZone, AMidnightThatIsSkippedOrComesTwice) {
  // Cairo skipped from 00:00 to 01:00; Havana set its clock back from 01:00 to 00:00.
  EXPECT_EQ(start("Africa/Cairo", "2024-04-26"), "2024-04-25T22:00:00Z");
  EXPECT_EQ(start("America/Havana", "2024-11-03"), "2024-11-03T04:00:00Z");
}

TEST(TimeZone, AnUnknownZoneCountsInUtc) {
  EXPECT_EQ(start("Mars/Olympus", "2026-03-08"), "2026-03-08T00:00:00Z");
}

}  // namespace
}  // namespace prospectd::config
