#include "connectors/http/target_policy.h"

#include <gtest/gtest.h>

namespace prospectd::http {
namespace {

bool may(const char* address, Reach reach) {
  return may_connect(boost::asio::ip::make_address(address), reach);
}

class PublicAddress : public testing::TestWithParam<const char*> {};
class RefusedAddress : public testing::TestWithParam<const char*> {};
class LoopbackAddress : public testing::TestWithParam<const char*> {};

TEST_P(PublicAddress, IsReachedButNotByLocalRequests) {
  EXPECT_TRUE(may(GetParam(), Reach::kPublic));
  EXPECT_TRUE(may(GetParam(), Reach::kPublicAndLocal));
  EXPECT_FALSE(may(GetParam(), Reach::kLocal));
}

TEST_P(RefusedAddress, IsNeverReached) {
  EXPECT_FALSE(may(GetParam(), Reach::kPublic));
  EXPECT_FALSE(may(GetParam(), Reach::kPublicAndLocal));
  EXPECT_FALSE(may(GetParam(), Reach::kLocal));
}

TEST_P(LoopbackAddress, IsReachedOnlyWhereAllowed) {
  EXPECT_FALSE(may(GetParam(), Reach::kPublic));
  EXPECT_TRUE(may(GetParam(), Reach::kPublicAndLocal));
  EXPECT_TRUE(may(GetParam(), Reach::kLocal));
}

INSTANTIATE_TEST_SUITE_P(TargetPolicy, PublicAddress,
                         testing::Values("1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255",
                                         "100.128.0.0", "128.0.0.1", "169.253.255.255", "172.15.255.255",
                                         "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
                                         "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00::1",
                                         "64:ff9b::101:101", "2002:101:101::1"));

INSTANTIATE_TEST_SUITE_P(TargetPolicy, RefusedAddress,
                         testing::Values("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.0",
                                         "100.127.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255",
                                         "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1",
                                         "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
                                         "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "fe80::1",
                                         "febf::1", "fec0::1", "fc00::1", "fdff::1", "ff02::1",
                                         "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:1.1.1.1", "::1.2.3.4",
                                         "64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:a00:1::1",
                                         "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1"));

INSTANTIATE_TEST_SUITE_P(TargetPolicy, LoopbackAddress,
                         testing::Values("127.0.0.1", "127.255.255.254", "::1"));

}  // namespace
}  // namespace prospectd::http
