// Timestamps, dates and durations: what is read, what is written, and that both agree.
#include "base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace prospectd {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr int64_t kFirstMs = -62'135'596'800'000;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastMs = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z

Timestamp at_ms(int64_t ms) {
  return Timestamp{milliseconds{ms}};
}

TEST(Timestamp, ReadsEveryFormOfTheZone) {
  const Timestamp expected = at_ms(1'795'162'530'000);
  for (const char* text : {"2026-11-20T08:15:30Z", "2026-11-20T08:15:30.000Z", "2026-11-20T08:15:30.000+0000",
                           "2026-11-20T08:15:30-00:00", "2026-11-20T10:15:30+02:00",
                           "2026-11-20T02:45:30-0530", "2026-11-20t08:15:30z"}) {
    EXPECT_EQ(parse_timestamp(text), expected) << text;
  }
}

TEST(Timestamp, CutsAFractionToMilliseconds) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00.5Z"), at_ms(500));
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00.123999999Z"), at_ms(123));
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00.0009Z"), at_ms(0));
}

TEST(Timestamp, RefusesWhatIsMalformed) {
  for (const char* text : {"",
                           "2026",
                           "2026-11-20",
                           "2026-11-20T08:15:30",
                           "2026-11-20 08:15:30Z",
                           "2026-11-20T08:15Z",
                           "2026-13-20T08:15:30Z",
                           "2026-02-29T08:15:30Z",
                           "2026-11-31T08:15:30Z",
                           "2026-11-20T24:00:00Z",
                           "2026-11-20T08:60:30Z",
                           "2026-11-20T08:15:60Z",
                           "2026-11-20T08:15:30.Z",
                           "2026-11-20T08:15:30.1234567890Z",
                           "2026-11-20T08:15:30+2",
                           "2026-11-20T08:15:30+24:00",
                           "2026-11-20T08:15:30+02:60",
                           "2026-11-20T08:15:30+02-00",
                           "2026-11-20T08:15:30ZZ",
                           " 2026-11-20T08:15:30Z",
                           "2026-11-20T08:15:30Z ",
                           "0000-11-20T08:15:30Z",
                           "-001-11-20T08:15:30Z",
                           "2026-1a-20T08:15:30Z",
                           "2026-11-20T0a:15:30Z"}) {
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
  }
}

TEST(Timestamp, RefusesAZoneThatLeadsOutOfTheYears) {
  EXPECT_EQ(parse_timestamp("0001-01-01T00:00:00+00:01"), std::nullopt);
  EXPECT_EQ(parse_timestamp("9999-12-31T23:59:59-00:01"), std::nullopt);
  EXPECT_EQ(parse_timestamp("0001-01-01T00:00:00Z"), at_ms(kFirstMs));
  EXPECT_EQ(parse_timestamp("9999-12-31T23:59:59.999Z"), at_ms(kLastMs));
}

TEST(Timestamp, WritesMillisecondsOrWholeSeconds) {
  EXPECT_EQ(format_timestamp(at_ms(1'795'162'530'007)), "2026-11-20T08:15:30.007Z");
  EXPECT_EQ(format_timestamp_seconds(at_ms(1'795'162'530'999)), "2026-11-20T08:15:30Z");
  EXPECT_EQ(format_timestamp(at_ms(-1)), "1969-12-31T23:59:59.999Z");
}

RC_GTEST_PROP(Timestamp, WhatIsWrittenReadsBackTheSame, ()) {
  const Timestamp t = at_ms(*rc::gen::inRange<int64_t>(kFirstMs, kLastMs + 1));
  RC_ASSERT(parse_timestamp(format_timestamp(t)) == t);
  RC_ASSERT(parse_timestamp(format_timestamp_seconds(t)) == std::chrono::floor<seconds>(t));
}

RC_GTEST_PROP(Timestamp, ALocalTimeAndItsZoneNameTheMoment, ()) {
  const Timestamp t = at_ms(*rc::gen::inRange<int64_t>(kFirstMs / 2, kLastMs / 2));
  const int offset = *rc::gen::inRange(-23 * 60 - 59, 23 * 60 + 60);
  std::string text = format_timestamp(t + minutes{offset});
  const int size = offset < 0 ? -offset : offset;
  char zone[8];
  std::snprintf(zone, sizeof zone, "%c%02d:%02d", offset < 0 ? '-' : '+', size / 60 % 100, size % 60);
  text.replace(text.size() - 1, 1, zone);
  RC_ASSERT(parse_timestamp(text) == t);
}

RC_GTEST_PROP(Timestamp, NoTextOfAnyKindIsReadOutOfRange, (const std::string& noise)) {
  const auto t = parse_timestamp(noise);
  RC_ASSERT(!t || (*t >= at_ms(kFirstMs) && *t <= at_ms(kLastMs)));
}

RC_GTEST_PROP(Timestamp, OneWrongCharacterNeverBreaksTheReader, ()) {
  std::string text = format_timestamp(at_ms(*rc::gen::inRange<int64_t>(kFirstMs, kLastMs + 1)));
  text[*rc::gen::inRange<size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
  const auto t = parse_timestamp(text);
  RC_ASSERT(!t || parse_timestamp(format_timestamp(*t)) == t);
}

TEST(Dates, AreReadOnlyWhereThereIsSuchADay) {
  EXPECT_EQ(parse_date("2024-02-29"), Date{days{19'782}});
  for (const char* text :
       {"", "2023-02-29", "2100-02-29", "2026-00-10", "2026-10-00", "2026-10-32", "26-10-01", "2026/10/01",
        "2026-10-1", "2026-10-011", "0000-01-01", "2026-1O-01"}) {
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(Dates, WhatIsWrittenReadsBackTheSame, ()) {
  const Date d{days{*rc::gen::inRange(-719'162, 2'932'897)}};
  RC_ASSERT(parse_date(format_date(d)) == d);
}

TEST(HttpDate, ReadsAndWritesTheFixedForm) {
  const char* text = "Sat, 21 Nov 2026 10:00:00 GMT";
  EXPECT_EQ(parse_http_date(text), at_ms(1'795'255'200'000));
  EXPECT_EQ(format_http_date(at_ms(1'795'255'200'999)), text);
}

TEST(HttpDate, RefusesWhatIsMalformed) {
  for (const char* text :
       {"", "Sat, 21 Nov 2026 10:00:00", "Sat, 21 Nov 2026 10:00:00 UTC", "Sat 21 Nov 2026 10:00:00 GMT",
        "Sun, 21 Nov 2026 10:00:00 GMT", "Xyz, 21 Nov 2026 10:00:00 GMT", "Sat, 21 nov 2026 10:00:00 GMT",
        "Sat, 31 Nov 2026 10:00:00 GMT", "Sat, 21 Nov 2026 25:00:00 GMT", "Sat, 21-Nov-2026 10:00:00 GMT",
        "Saturday, 21-Nov-26 10:00:00 GMT", "Sat Nov 21 10:00:00 2026"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(HttpDate, WhatIsWrittenReadsBackTheSame, ()) {
  const Timestamp t{seconds{*rc::gen::inRange<int64_t>(kFirstMs / 1000, kLastMs / 1000)}};
  RC_ASSERT(parse_http_date(format_http_date(t)) == t);
}

TEST(Durations, AreSaidInTheTwoLargestUnits) {
  EXPECT_EQ(format_duration(milliseconds{0}), "0 ms");
  EXPECT_EQ(format_duration(milliseconds{999}), "999 ms");
  EXPECT_EQ(format_duration(milliseconds{12'400}), "12 s");
  EXPECT_EQ(format_duration(seconds{60}), "1 min");
  EXPECT_EQ(format_duration(seconds{200}), "3 min 20 s");
  EXPECT_EQ(format_duration(minutes{125}), "2 h 5 min");
  EXPECT_EQ(format_duration(hours{96}), "4 d");
  EXPECT_EQ(format_duration(hours{97} + minutes{59}), "4 d 1 h");
}

}  // namespace
}  // namespace prospectd
