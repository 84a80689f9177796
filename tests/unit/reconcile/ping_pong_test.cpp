#include "reconcile/ping_pong.h"

#include <gtest/gtest.h>

namespace prospectd::reconcile {
namespace {

using History = std::vector<PastChange>;

const PastChange kToB{"title", "\"a\"", "\"b\""};
const PastChange kToA{"title", "\"b\"", "\"a\""};

TEST(PingPong, TheFourthAlternationIsOneTooMany) {
  EXPECT_FALSE(is_ping_pong(History{kToB}, "title", "\"b\"", "\"a\""));
  EXPECT_FALSE(is_ping_pong(History{kToA, kToB}, "title", "\"a\"", "\"b\""));
  EXPECT_TRUE(is_ping_pong(History{kToB, kToA, kToB}, "title", "\"b\"", "\"a\""));
}

TEST(PingPong, AThirdValueInBetweenIsNoAlternation) {
  const PastChange to_c{"title", "\"b\"", "\"c\""};
  EXPECT_FALSE(is_ping_pong(History{to_c, kToB, kToA, kToB, kToA}, "title", "\"c\"", "\"b\""));
}

TEST(PingPong, OtherFieldsDoNotCount) {
  const PastChange phone{"phone", "\"1\"", "\"2\""};
  EXPECT_TRUE(is_ping_pong(History{phone, kToB, phone, kToA, kToB}, "title", "\"b\"", "\"a\""));
  EXPECT_FALSE(is_ping_pong(History{kToB, kToA, kToB}, "phone", "\"b\"", "\"a\""));
}

TEST(PingPong, WhatCameBeforeAPersonsDecisionDoesNotCount) {
  PastChange decided = kToB;
  decided.decided = true;
  EXPECT_FALSE(is_ping_pong(History{decided, kToA, kToB}, "title", "\"b\"", "\"a\""));
}

}  // namespace
}  // namespace prospectd::reconcile
