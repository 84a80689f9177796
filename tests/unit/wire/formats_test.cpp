// Datetimes, versions, counters and locators as they stand on the wire. Source: API §2, §5, §13.
#include "connectors/salesforce_wire/formats.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "connectors/salesforce_wire/ids.h"

namespace prospectd::salesforce_wire {
namespace {

using namespace std::chrono_literals;

// 2026-11-20T08:15:30.000Z
constexpr Timestamp kMoment{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + 8h + 15min + 30s};

TEST(Formats, ADatetimeLooksAsItsPlaceWantsIt) {
  EXPECT_EQ(format_rest_datetime(kMoment), "2026-11-20T08:15:30.000+0000");
  EXPECT_EQ(format_csv_datetime(kMoment), "2026-11-20T08:15:30.000Z");
  EXPECT_EQ(format_rest_datetime(kMoment + 7ms), "2026-11-20T08:15:30.007+0000");
}

TEST(Formats, EveryWayToWriteADatetimeIsRead) {
  const std::string_view ways[] = {"2026-11-20T08:15:30.000+0000", "2026-11-20T08:15:30.000Z",
                                   "2026-11-20T08:15:30Z",         "2026-11-20T08:15:30+00:00",
                                   "2026-11-20T00:15:30-0800",     "2026-11-20T09:15:30.0+01:00"};
  for (const std::string_view way : ways)
    EXPECT_EQ(parse_datetime(way), kMoment) << way;
}

TEST(Formats, WhatIsNoDatetimeIsRefused) {
  const std::string_view bad[] = {"",
                                  "yesterday",
                                  "2026-11-20",
                                  "2026-11-20T08:15:30",
                                  "2026-11-31T08:15:30Z",
                                  "2026-11-20 08:15:30Z",
                                  "2026-11-20T08:15:30.000+00",
                                  "2026-11-20T08:15:30.000+0000 "};
  for (const std::string_view text : bad)
    EXPECT_EQ(parse_datetime(text), std::nullopt) << text;
}

RC_GTEST_PROP(Formats, WhatIsWrittenIsReadBack, ()) {
  const Timestamp t{milliseconds{*rc::gen::inRange<int64_t>(-62'135'596'800'000, 253'402'300'800'000)}};
  RC_ASSERT(parse_datetime(format_rest_datetime(t)) == t);
  RC_ASSERT(parse_datetime(format_csv_datetime(t)) == t);
}

TEST(Formats, IssuedAtIsMillisecondsAsText) {
  EXPECT_EQ(parse_epoch_milliseconds("1763753000123"), Timestamp{milliseconds{1763753000123}});
  EXPECT_EQ(parse_epoch_milliseconds("0"), Timestamp{});
  for (const std::string_view bad : {"", "-1", "+1", " 1", "1.5", "1e3", "253402300800000",
                                     "99999999999999999999999", "2026-11-20T08:15:30Z"})
    EXPECT_EQ(parse_epoch_milliseconds(bad), std::nullopt) << bad;
}

TEST(Formats, AnApiVersionIsReadAndOrdered) {
  EXPECT_EQ(parse_api_version("v60.0"), (ApiVersion{60, 0}));
  EXPECT_EQ(parse_api_version("60.0"), (ApiVersion{60, 0}));
  EXPECT_EQ(parse_api_version("v7.0")->text(), "v7.0");
  EXPECT_LT(*parse_api_version("v9.0"), *parse_api_version("v60.0"));
  for (const std::string_view bad : {"", "v", "60", "v60", "v60.", "v.0", "vv60.0", "v60.0.0", "v6O.0",
                                     "V60.0", "v-6.0", "v 60.0", "v60.0 ", "v6000.0", "v60.0000"})
    EXPECT_EQ(parse_api_version(bad), std::nullopt) << bad;
}

TEST(Formats, ApiUsageIsRead) {
  EXPECT_EQ(parse_limit_info("api-usage=18/5000"), (LimitInfo{18, 5000}));
  const auto both = parse_limit_info("api-usage=25/5000; per-app-api-usage=17/250(appName=my-app)");
  EXPECT_EQ(both, (LimitInfo{25, 5000, LimitInfo::PerApp{17, 250, "my-app"}}));
  EXPECT_EQ(parse_limit_info(" api-usage=1/2 ;other=3"), (LimitInfo{1, 2}));
  EXPECT_EQ(parse_limit_info("per-app-api-usage=1/2; api-usage=3/4"),
            (LimitInfo{3, 4, LimitInfo::PerApp{1, 2, ""}}));
  // A part that can't be read does not take the readable one with it.
  EXPECT_EQ(parse_limit_info("api-usage=3/4; per-app-api-usage=x"), (LimitInfo{3, 4}));
}

TEST(Formats, ApiUsageThatCannotBeReadIsNone) {
  for (const std::string_view bad :
       {"", ";", "api-usage", "api-usage=", "api-usage=18", "api-usage=18/", "api-usage=-1/5",
        "api-usage=1/2/3", "api-usage=1 / 2", "usage=1/2", "api-usage=99999999999999999999/5"})
    EXPECT_EQ(parse_limit_info(bad), std::nullopt) << bad;
  EXPECT_EQ(parse_limit_info("api-usage=1/2;" + std::string(kLimitInfoBytesMax, 'x')), std::nullopt);
}

TEST(Formats, ApiUsageIsWrittenAsItIsRead) {
  for (const std::string_view text :
       {"api-usage=18/5000", "api-usage=25/5000; per-app-api-usage=17/250(appName=my-app)",
        "api-usage=25/5000; per-app-api-usage=17/250"})
    EXPECT_EQ(format_limit_info(*parse_limit_info(text)), text);
}

TEST(Formats, ALocatorIsTakenFromItsAddress) {
  EXPECT_EQ(locator_of("/services/data/v60.0/query/0r8Hs000000Q001IAC-2000"), "0r8Hs000000Q001IAC-2000");
  EXPECT_EQ(locator_of("/services/data/v60.0/queryAll/0r8Hs000000Q001IAC-2000"), "0r8Hs000000Q001IAC-2000");
  EXPECT_EQ(locator_of("/services/data/v9.0/query/01gD0000002HU6KIAW-500"), "01gD0000002HU6KIAW-500");
}

TEST(Formats, AnAddressThatLeadsElsewhereHasNoLocator) {
  const std::string_view bad[] = {
      "",
      "https://elsewhere.test/services/data/v60.0/query/a-1",
      "//elsewhere.test/services/data/v60.0/query/a-1",
      "services/data/v60.0/query/a-1",
      "/services/data/v60.0/query/",
      "/services/data/v60.0/query",
      "/services/data/v60.0/query/a-1/",
      "/services/data/v60.0/query/a-1/../../sobjects",
      "/services/data/v60.0/query/../sobjects",
      "/services/data/v60.0/query/a%2f1",
      "/services/data/v60.0/query/a-1?x=1",
      "/services/data/v60.0/query/a-1#x",
      "/services/data/v60.0/query/a-1 HTTP/1.1\r\nHost: elsewhere.test",
      "/services/data/v60.0/query/a\xc3\xa9",
      "/services/data/v60.0/queryall/a-1",
      "/services/data/v60.0/sobjects/a-1",
      "/services/data/60.0/query/a-1",
      "/services/data/vv60.0/query/a-1",
      "/services/data/v60/query/a-1",
      "/services/data/v60.0/tooling/query/a-1",
      "/services/data//v60.0/query/a-1",
  };
  for (const std::string_view address : bad)
    EXPECT_EQ(locator_of(address), std::nullopt) << address;
  EXPECT_EQ(locator_of("/services/data/v60.0/query/" + std::string(kLocatorBytesMax + 1, 'a')), std::nullopt);
}

RC_GTEST_PROP(Formats, ALocatorOutOfAnyBytesIsSafeInAPath, (const std::string& bytes)) {
  const auto locator = locator_of("/services/data/v60.0/query/" + bytes);
  if (!locator) return;
  RC_ASSERT(*locator == bytes);
  RC_ASSERT(bytes.find_first_of("/?#%. \r\n") == std::string::npos);
}

TEST(Formats, ALocatorIsPutTogetherAndTakenApart) {
  const Locator locator{make_id("0r8", 12), 2000};
  EXPECT_EQ(parse_locator(locator.text()), locator);
  const std::string address = next_records_url(ApiVersion{}, locator);
  EXPECT_EQ(address, "/services/data/v60.0/query/" + locator.text());
  EXPECT_EQ(locator_of(address), locator.text());
  EXPECT_EQ(parse_locator("0r800000000000C-5"), (Locator{make_id("0r8", 12), 5}));
  for (const std::string_view bad : {"", "-", "0r800000000000C", "0r800000000000C-", "0r800000000000C--5",
                                     "0r800000000000C-x", "0r8-5", "0r800000000000C-5-5"})
    EXPECT_EQ(parse_locator(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace prospectd::salesforce_wire
