#include "mapping/value.h"

#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "mapping/hash.h"

namespace prospectd::mapping {
namespace {

using std::chrono::days;

const Date kValueDay = *parse_date("2026-11-20");
const Timestamp kValueMoment = *parse_timestamp("2026-11-20T08:15:30.250Z");

std::vector<Value> one_of_each() {
  return {Value(),
          Value::null(),
          Value(true),
          Value(false),
          Value(int64_t{0}),
          Value(int64_t{1}),
          Value(1.0),
          Value(0.5),
          Value(""),
          Value(" "),
          Value("true"),
          Value("1"),
          Value(kValueDay),
          Value(Timestamp(kValueDay)),
          Value(kValueMoment)};
}

TEST(Value, AbsentNullAndAValueAreThreeThings) {
  EXPECT_TRUE(Value().is_absent());
  EXPECT_FALSE(Value().is_null());
  EXPECT_TRUE(Value::null().is_null());
  EXPECT_FALSE(Value::null().is_absent());
  EXPECT_NE(Value(), Value::null());
  EXPECT_NE(Value::null(), Value(""));
}

TEST(Value, ContentIsReadByItsOwnKindOnly) {
  const Value v("text");
  ASSERT_NE(v.get<std::string>(), nullptr);
  EXPECT_EQ(v.get<int64_t>(), nullptr);
  EXPECT_EQ(v.str(), "text");
  EXPECT_EQ(Value(int64_t{7}).str(), "");
}

TEST(Value, BlankIsAbsentNullAndTextOfBlanksAlone) {
  for (const char* text :
       {"", " ", "\t\r\n", "\u00A0", "\u2000\u200A", "\u3000", "\u200B", "\uFEFF", " \u200B\u00A0"})
    EXPECT_TRUE(Value(text).is_blank()) << "\"" << text << "\"";
  EXPECT_TRUE(Value().is_blank());
  EXPECT_TRUE(Value::null().is_blank());
}

TEST(Value, NothingElseIsBlank) {
  for (const char* text : {"a", " a ", "0", "-", "\u00A0x", "ü", "\xFF", " \xC3"})
    EXPECT_FALSE(Value(text).is_blank()) << text;
  EXPECT_FALSE(Value(std::string(1, '\0')).is_blank());
  EXPECT_FALSE(Value(false).is_blank());
  EXPECT_FALSE(Value(int64_t{0}).is_blank());
  EXPECT_FALSE(Value(0.0).is_blank());
  EXPECT_FALSE(Value(Date{}).is_blank());
}

TEST(Value, TextForPeople) {
  EXPECT_EQ(Value().to_text(), "");
  EXPECT_EQ(Value::null().to_text(), "");
  EXPECT_EQ(Value(true).to_text(), "true");
  EXPECT_EQ(Value(false).to_text(), "false");
  EXPECT_EQ(Value(std::numeric_limits<int64_t>::min()).to_text(), "-9223372036854775808");
  EXPECT_EQ(Value(0.1).to_text(), "0.1");
  EXPECT_EQ(Value(250000.0).to_text(), "250000");
  EXPECT_EQ(Value(-1.7976931348623157e308).to_text(), "-1.7976931348623157e+308");
  EXPECT_EQ(Value("Ana \"A\"").to_text(), "Ana \"A\"");
  EXPECT_EQ(Value(kValueDay).to_text(), "2026-11-20");
  EXPECT_EQ(Value(kValueMoment).to_text(), "2026-11-20T08:15:30.250Z");
}

TEST(Value, Json) {
  EXPECT_EQ(Value().to_json(), "null");
  EXPECT_EQ(Value::null().to_json(), "null");
  EXPECT_EQ(Value(true).to_json(), "true");
  EXPECT_EQ(Value(int64_t{-7}).to_json(), "-7");
  EXPECT_EQ(Value(0.5).to_json(), "0.5");
  EXPECT_EQ(Value("a \"b\"\n").to_json(), "\"a \\\"b\\\"\\n\"");
  EXPECT_EQ(Value("\xFF").to_json(), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(Value(kValueDay).to_json(), "\"2026-11-20\"");
  EXPECT_EQ(Value(kValueMoment).to_json(), "\"2026-11-20T08:15:30.250Z\"");
}

TEST(Value, ANumberThatJsonHasNoWordForIsNull) {
  EXPECT_EQ(Value(std::numeric_limits<double>::infinity()).to_json(), "null");
  EXPECT_EQ(Value(std::nan("")).to_json(), "null");
}

TEST(ValueHash, EveryKindAndContentHasItsOwn) {
  std::set<uint64_t> seen;
  const auto values = one_of_each();
  for (const Value& v : values)
    seen.insert(v.hash(1));
  EXPECT_EQ(seen.size(), values.size());
}

TEST(ValueHash, TheSeedCounts) {
  for (const Value& v : one_of_each())
    EXPECT_NE(v.hash(1), v.hash(2));
}

TEST(ValueHash, ZeroesThatAreEqualHashEqual) {
  ASSERT_EQ(Value(0.0), Value(-0.0));
  EXPECT_EQ(Value(0.0).hash(5), Value(-0.0).hash(5));
}

TEST(ValueHash, WhereOneTextEndsAndTheNextBeginsCounts) {
  const auto chain = [](const char* a, const char* b) { return Value(b).hash(Value(a).hash(0)); };
  EXPECT_NE(chain("ab", ""), chain("a", "b"));
  EXPECT_NE(chain("", "ab"), chain("a", "b"));
  EXPECT_NE(chain("ab", ""), chain("", "ab"));
}

TEST(Hash, EveryBitOfEveryLengthCounts) {
  for (size_t length = 0; length <= 70; ++length) {
    std::string text(length, 'x');
    std::set<uint64_t> seen{hash_bytes(text, 3)};
    for (size_t bit = 0; bit < length * 8; ++bit) {
      std::string other = text;
      other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
      EXPECT_TRUE(seen.insert(hash_bytes(other, 3)).second) << length << " bytes, bit " << bit;
    }
    EXPECT_TRUE(seen.insert(hash_bytes(text + "x", 3)).second);
  }
}

TEST(Hash, ZeroBytesOfDifferentLengthsDiffer) {
  std::set<uint64_t> seen;
  for (size_t length = 0; length <= 300; ++length)
    EXPECT_TRUE(seen.insert(hash_bytes(std::string(length, '\0'), 0)).second) << length;
}

TEST(Hash, AChangedBitChangesAboutHalfOfTheResult) {
  int changed = 0, pairs = 0;
  for (uint64_t n = 0; n < 2000; ++n) {
    const uint64_t a = Value(static_cast<int64_t>(n)).hash(9), b = Value(static_cast<int64_t>(n ^ 1)).hash(9);
    changed += __builtin_popcountll(a ^ b);
    ++pairs;
  }
  EXPECT_NEAR(static_cast<double>(changed) / pairs, 32.0, 2.0);
}

rc::Gen<Value> any_value() {
  return rc::gen::oneOf(
      rc::gen::element(Value(), Value::null(), Value(true), Value(false)),
      rc::gen::map(rc::gen::arbitrary<int64_t>(), [](int64_t n) { return Value(n); }),
      rc::gen::map(rc::gen::arbitrary<double>(), [](double d) { return Value(d); }),
      rc::gen::map(rc::gen::arbitrary<std::string>(), [](std::string s) { return Value(std::move(s)); }),
      rc::gen::map(rc::gen::inRange(-700'000, 2'900'000), [](int n) { return Value(Date(days(n))); }));
}

RC_GTEST_PROP(ValueHashProperty, EqualValuesHashEqualAndOthersDiffer, ()) {
  const Value a = *any_value(), b = *any_value();
  const uint64_t seed = *rc::gen::arbitrary<uint64_t>();
  RC_ASSERT(Value(a).hash(seed) == a.hash(seed));
  RC_ASSERT((a == b) == (a.hash(seed) == b.hash(seed)));
}

RC_GTEST_PROP(ValueProperty, ANumbersTextGivesTheNumberBack, (double d, int64_t n)) {
  RC_ASSERT(std::stod(Value(d).to_text()) == d);
  RC_ASSERT(std::stoll(Value(n).to_text()) == n);
}

}  // namespace
}  // namespace prospectd::mapping
