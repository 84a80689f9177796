// The small languages of settings.
#include "config/values.h"

#include <gtest/gtest.h>

#include "config/faults.h"

namespace prospectd::config {
namespace {

using namespace std::chrono_literals;

TEST(Values, Durations) {
  EXPECT_EQ(parse_duration("0s"), 0ms);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("2s"), 2s);
  EXPECT_EQ(parse_duration("10m"), 10min);
  EXPECT_EQ(parse_duration("36h"), 36h);
  EXPECT_EQ(parse_duration("10000d"), 240'000h);
  for (const char* bad :
       {"", "s", "10", "1.5h", "-1s", "1 s", "10M", "1h30m", "10001d", "99999999999999999999s"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Values, LoopbackIsOnlyWhatCannotLeaveTheMachine) {
  for (const char* good : {"127.0.0.1", "127.255.255.254", "localhost", "LocalHost", "::1"})
    EXPECT_TRUE(is_loopback(good)) << good;
  for (const char* bad : {"", "128.0.0.1", "127.0.0.1.example", "127.1", "0.0.0.0", "::", "::2",
                          "localhost.example", "10.0.0.1", "::ffff:10.0.0.1"})
    EXPECT_FALSE(is_loopback(bad)) << bad;
}

TEST(Values, Endpoints) {
  const auto v6 = parse_endpoint("[::1]:80");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->port, 80);
  for (const char* bad : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
                          "127.0.0.1:-1", "::1:80", "[::1]80", "[::1", "[x]:80", "a b:80"})
    EXPECT_FALSE(parse_endpoint(bad)) << bad;
}

TEST(Values, Origins) {
  ASSERT_TRUE(parse_origin("HTTPS://Acme.my.salesforce.com:443/"));
  EXPECT_EQ(parse_origin("https://Acme.example")->host, "acme.example");
  EXPECT_TRUE(parse_origin("https://a.example")->https);
  EXPECT_FALSE(parse_origin("http://[::1]:9443")->https);
  for (const char* bad : {"", "acme.example", "ftp://acme.example", "https://", "https:///",
                          "https://a.example/x", "https://a.example?x", "https://a.example#x",
                          "https://u@a.example", "https://a.example:0", "https://a.example:", "https://a b"})
    EXPECT_FALSE(parse_origin(bad)) << bad;
}

TEST(Values, TimeZones) {
  EXPECT_FALSE(check_time_zone("UTC"));
  EXPECT_FALSE(check_time_zone("America/New_York"));
  EXPECT_TRUE(check_time_zone("Mars/Olympus"));
}

TEST(Places, AreWrittenAndReadBack) {
  for (const Place& place : {Place{"a.yaml", 3, 7}, Place{"/x:1/b", 1, 1}, Place{"plain", 0, 0}})
    EXPECT_EQ(parse_place(format_place(place)), place);
  EXPECT_EQ(parse_place("a:7"), (Place{"a:7", 0, 0}));
}

}  // namespace
}  // namespace prospectd::config
