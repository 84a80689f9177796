#include "reconcile/reason.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>

#include "reconcile/plan.h"

namespace prospectd::reconcile {
namespace {

constexpr int kReasons = static_cast<int>(Reason::kUntagged) + 1;

TEST(Reasons, EveryOneHasACodeOfItsOwnAndASentence) {
  std::set<std::string_view> codes;
  for (int i = 0; i < kReasons; ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_TRUE(codes.insert(code_of(reason)).second) << code_of(reason);
    EXPECT_EQ(reason_from_code(code_of(reason)), reason);
    const std::string_view sentence = sentence_of(reason);
    ASSERT_GT(sentence.size(), 10U) << code_of(reason);
    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(sentence.front()))) << sentence;
    EXPECT_NE(sentence.back(), '.') << sentence;
    for (const char c : code_of(reason))
      EXPECT_TRUE(std::isupper(static_cast<unsigned char>(c)) != 0 || c == '_') << code_of(reason);
  }
}

TEST(Reasons, TheDuplicateSaysWhatPeopleKnow) {
  EXPECT_EQ(code_of(Reason::kDuplicateEmail), "DUPLICATE_EMAIL");
  EXPECT_EQ(sentence_of(Reason::kDuplicateEmail), "A prospect with this email address already exists");
}

TEST(Reasons, AnUnknownCodeIsNone) {
  EXPECT_FALSE(reason_from_code("NOT_A_REASON"));
  EXPECT_FALSE(reason_from_code(""));
  EXPECT_FALSE(reason_from_code("duplicate_email"));
}

TEST(PlanCounts, SumUpCountByCount) {
  PlanCounts a;
  a.read = 1;
  a.field_errors = 2;
  PlanCounts b;
  b.read = 10;
  b.unchanged = 1;
  b.created = 2;
  b.without_key = 3;
  b.updated = 4;
  b.linked = 5;
  b.held = 6;
  b.held_again = 7;
  b.deleted = 8;
  b.restored = 9;
  b.moved = 10;
  b.skipped = 11;
  b.quarantined = 12;
  b.owners = 13;
  b.field_errors = 14;
  PlanCounts sum = b;
  sum += a;
  PlanCounts expected = b;
  expected.read = 11;
  expected.field_errors = 16;
  EXPECT_EQ(sum, expected);
}

}  // namespace
}  // namespace prospectd::reconcile
