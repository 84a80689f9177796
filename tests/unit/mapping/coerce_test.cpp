// Each kind of local field, and what it takes.
#include "mapping/coerce.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace prospectd::mapping {
namespace {

const Date kDay = *parse_date("2026-11-20");
const Timestamp kMoment = *parse_timestamp("2026-11-20T23:15:30.250Z");
constexpr int64_t kMaxInt = std::numeric_limits<int64_t>::max();
constexpr int64_t kMinInt = std::numeric_limits<int64_t>::min();
constexpr int64_t kExact = int64_t{1} << 53;

struct Row {
  LocalType type;
  Value in;
  Value out;
};

std::vector<Row> accepted() {
  using T = LocalType;
  return {
      {T::kText, "Ana", "Ana"},
      {T::kText, " Ana ", " Ana "},
      {T::kText, true, "true"},
      {T::kText, int64_t{42}, "42"},
      {T::kText, 0.5, "0.5"},
      {T::kText, kDay, "2026-11-20"},
      {T::kText, kMoment, "2026-11-20T23:15:30.250Z"},
      {T::kEmail, "Ana@acme.test", "Ana@acme.test"},
      {T::kEmail, "not an address", "not an address"},
      {T::kBoolean, true, true},
      {T::kBoolean, "true", true},
      {T::kBoolean, " False ", false},
      {T::kBoolean, "TRUE", true},
      {T::kInteger, int64_t{-7}, int64_t{-7}},
      {T::kInteger, kMaxInt, kMaxInt},
      {T::kInteger, 12.0, int64_t{12}},
      {T::kInteger, -0.0, int64_t{0}},
      {T::kInteger, "9223372036854775807", kMaxInt},
      {T::kInteger, "-9223372036854775808", kMinInt},
      {T::kInteger, " 42\u00A0", int64_t{42}},
      {T::kInteger, "+42", int64_t{42}},
      {T::kInteger, "42.0", int64_t{42}},
      {T::kInteger, "1e3", int64_t{1000}},
      {T::kInteger, static_cast<double>(kExact), kExact},
      {T::kNumber, 0.1, 0.1},
      {T::kNumber, int64_t{42}, 42.0},
      {T::kNumber, kExact, static_cast<double>(kExact)},
      {T::kNumber, "0.1", 0.1},
      {T::kNumber, "-1e-7", -1e-7},
      {T::kNumber, "+3", 3.0},
      {T::kDate, kDay, kDay},
      {T::kDate, "2026-11-20", kDay},
      {T::kDate, kMoment, kDay},
      {T::kDate, "2026-11-21T01:00:00+02:00", kDay},
      {T::kDateTime, kMoment, kMoment},
      {T::kDateTime, "2026-11-20T23:15:30.250+0000", kMoment},
      {T::kDateTime, kDay, Timestamp(kDay)},
      {T::kDateTime, " 2026-11-20 ", Timestamp(kDay)},
      {T::kUser, "005000000000001AAA", "005000000000001AAA"},
      {T::kAccount, "001000000000001AAA", "001000000000001AAA"},
  };
}

TEST(Coerce, TakesWhatTheKindCanHold) {
  for (const Row& r : accepted()) {
    Value v = r.in;
    EXPECT_EQ(coerce(v, r.type), "") << name_of(r.type) << " of " << r.in.to_json();
    EXPECT_EQ(v, r.out) << name_of(r.type) << " of " << r.in.to_json() << " gave " << v.to_json();
  }
}

TEST(Coerce, TakingTwiceIsTakingOnce) {
  for (const Row& r : accepted()) {
    Value v = r.out;
    EXPECT_EQ(coerce(v, r.type), "");
    EXPECT_EQ(v, r.out) << name_of(r.type) << " of " << r.in.to_json();
  }
}

TEST(Coerce, RefusesWhatTheKindCanNotHoldAndLeavesNothing) {
  using T = LocalType;
  const std::vector<std::pair<T, Value>> refused = {
      {T::kBoolean, "yes"},
      {T::kBoolean, int64_t{1}},
      {T::kBoolean, 0.0},
      {T::kInteger, "12.5"},
      {T::kInteger, 12.5},
      {T::kInteger, "9223372036854775808"},
      {T::kInteger, 9223372036854775808.0},
      {T::kInteger, std::nan("")},
      {T::kInteger, std::numeric_limits<double>::infinity()},
      {T::kInteger, "1e400"},
      {T::kInteger, "12 000"},
      {T::kInteger, "0x10"},
      {T::kInteger, "+-1"},
      {T::kInteger, "+"},
      {T::kInteger, true},
      {T::kInteger, kDay},
      {T::kNumber, kExact + 1},
      {T::kNumber, "9007199254740993"},
      {T::kNumber, "1e400"},
      {T::kNumber, "nan"},
      {T::kNumber, "inf"},
      {T::kNumber, "1,5"},
      {T::kNumber, "12 EUR"},
      {T::kNumber, false},
      {T::kDate, "20.11.2026"},
      {T::kDate, "2026-02-30"},
      {T::kDate, "2026-11-20 10:00"},
      {T::kDate, int64_t{20261120}},
      {T::kDateTime, "2026-11-20T23:15:30"},
      {T::kDateTime, "yesterday"},
      {T::kDateTime, 1.5},
      {T::kUser, int64_t{5}},
      {T::kAccount, true},
  };
  for (const auto& [type, in] : refused) {
    Value v = in;
    EXPECT_NE(coerce(v, type), "") << name_of(type) << " of " << in.to_json();
    EXPECT_TRUE(v.is_absent()) << name_of(type) << " of " << in.to_json();
  }
}

TEST(Coerce, BlankTextIsNullInEveryKind) {
  for (int t = 0; t <= static_cast<int>(LocalType::kAccount); ++t) {
    for (const char* blank : {"", "  ", "\u00A0", "\u200B"}) {
      Value v(blank);
      EXPECT_EQ(coerce(v, static_cast<LocalType>(t)), "");
      EXPECT_TRUE(v.is_null());
    }
  }
}

TEST(Coerce, AbsentAndNullStayWhatTheyAre) {
  for (int t = 0; t <= static_cast<int>(LocalType::kAccount); ++t) {
    Value absent, null = Value::null();
    EXPECT_EQ(coerce(absent, static_cast<LocalType>(t)), "");
    EXPECT_EQ(coerce(null, static_cast<LocalType>(t)), "");
    EXPECT_TRUE(absent.is_absent());
    EXPECT_TRUE(null.is_null());
  }
}

RC_GTEST_PROP(CoerceProperty, EveryIntegerSurvivesItsText, (int64_t n)) {
  Value v(std::to_string(n));
  RC_ASSERT(coerce(v, LocalType::kInteger).empty());
  RC_ASSERT(v == Value(n));
}

RC_GTEST_PROP(CoerceProperty, ANumberIsTakenExactlyOrNotAtAll, (int64_t n)) {
  Value v(n);
  if (coerce(v, LocalType::kNumber).empty()) RC_ASSERT(static_cast<int64_t>(*v.get<double>()) == n);
}

RC_GTEST_PROP(CoerceProperty, AnyTextIsMetWithoutHarm, (const std::string& text)) {
  for (int t = 0; t <= static_cast<int>(LocalType::kAccount); ++t) {
    Value v(text);
    const bool refused = !coerce(v, static_cast<LocalType>(t)).empty();
    RC_ASSERT(refused == v.is_absent());
  }
}

}  // namespace
}  // namespace prospectd::mapping
