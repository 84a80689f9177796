// The language itself: what is written, what it means, and what is said where it means nothing.
#include "mapping/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "mapping/fold.h"

namespace prospectd::mapping::expression {
namespace {

using namespace std::chrono_literals;

const Catalogue& catalogue() {
  static const Catalogue fields = {
      "a thing",
      {{"title", LocalType::kText, 0, true},
       {"company", LocalType::kText, 1, true},
       {"active", LocalType::kBoolean, 2},
       {"size", LocalType::kInteger, 3},
       {"score", LocalType::kNumber, 4},
       {"birthday", LocalType::kDate, 5},
       {"touched_at", LocalType::kDateTime, 6},
       {"owner", LocalType::kUser, 7},
       {"custom.segment", LocalType::kText, 8}},
  };
  return fields;
}

// Values by position; a field may have several.
class Thing final : public Subject {
 public:
  Thing& with(size_t at, Value value) {
    values_.emplace(at, std::move(value));
    return *this;
  }
  bool any(size_t at, const Test& test) const override {
    const auto [first, last] = values_.equal_range(at);
    for (auto it = first; it != last; ++it) {
      if (test(it->second)) return true;
    }
    return false;
  }

 private:
  std::multimap<size_t, Value> values_;
};

// New York: five hours behind, four from 8 March to 1 November 2026.
Timestamp new_york(Date day) {
  const bool summer = day > *parse_date("2026-03-08") && day <= *parse_date("2026-11-01");
  return Timestamp(day) + (summer ? 4h : 5h);
}

Setting setting() {
  Setting made;
  made.day_start = new_york;
  return made;
}

bool holds(std::string_view text, const Thing& thing) {
  const auto expression = parse(text, catalogue(), setting());
  EXPECT_TRUE(expression) << (expression ? "" : expression.error().message);
  return expression && matches(expression->root, thing);
}

Thing person() {
  Thing thing;
  thing.with(0, "Head of Sales").with(1, "Ácme & Söhne").with(2, true).with(3, int64_t{42}).with(4, 12.5);
  thing.with(5, *parse_date("1980-02-29")).with(6, *parse_timestamp("2026-11-20T08:15:30.250Z"));
  thing.with(7, "Xavier Roy").with(7, "x.roy@acme.test").with(8, "Gold");
  return thing;
}

struct Example {
  const char* text;
  bool holds;
};

class Holds : public testing::TestWithParam<Example> {};
TEST_P(Holds, Person) {
  EXPECT_EQ(holds(GetParam().text, person()), GetParam().holds) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    Texts, Holds,
    testing::Values(Example{"title:\"head of sales\"", true}, Example{"title:head", false},
                    Example{"title:head*", true}, Example{"title:*SALES*", true},
                    Example{"company:ácme*", true}, Example{"company:acme*", false},
                    Example{"company:\"ÁCME & SÖHNE\"", true}, Example{"title:head\\ of*", true},
                    Example{"title:\"head*\"", false}, Example{"sales", true}, Example{"söhne", true},
                    Example{"\"& s\"", true}, Example{"gold", false},
                    Example{"title=\"Head of Sales\"", true}, Example{"owner:\"x.roy@acme.test\"", true},
                    Example{"owner:xav*", true}, Example{"title:[a TO i]", true},
                    Example{"title:[i TO *]", false}, Example{"custom.segment:gold", true},
                    Example{"CUSTOM.Segment:gold", true}, Example{"title = \"Head of Sales\"", true},
                    Example{"ácme & söhne", true}, Example{"title : head* owner:xav*", true},
                    Example{"title:\"'head'\"", false}, Example{"title:'s-Gravenhage", false}),
    [](const auto& info) { return "Case" + std::to_string(info.index); });
INSTANTIATE_TEST_SUITE_P(
    Kinds, Holds,
    testing::Values(Example{"active:true", true}, Example{"active:No", false}, Example{"size:42", true},
                    Example{"size >= 42", true}, Example{"size < 42", false}, Example{"size:>42", false},
                    Example{"size>=42", true}, Example{"size<42", false}, Example{"size:[40 TO 42]", true},
                    Example{"size:[40 TO 42}", false}, Example{"size:{42 TO *]", false},
                    Example{"score:12.5", true}, Example{"score<13", true}, Example{"birthday:1980", true},
                    Example{"birthday:1980-02", true}, Example{"birthday:1980-02-28", false},
                    Example{"birthday>1980-02-29", false}, Example{"birthday>=1980-02-29", true},
                    Example{"birthday<=1980-02", true}, Example{"touched_at:2026-11-20", true},
                    Example{"touched_at:2026-11-20T08:15:30Z", true},
                    Example{"touched_at:2026-11-20T08:15:30.250Z", true},
                    Example{"touched_at:2026-11-20T09:15:30+01:00", true},
                    Example{"touched_at:2026-11-20T08:15:30.251Z", false},
                    Example{"touched_at>2026-11-20", false}, Example{"touched_at>2026-11-19", true},
                    Example{"birthday:[* TO *]", true}, Example{"birthday>9999-12-31", false},
                    Example{"birthday<=9999-12-31", true}),
    [](const auto& info) { return "Case" + std::to_string(info.index); });
INSTANTIATE_TEST_SUITE_P(
    Logic, Holds,
    testing::Values(Example{"active:true size:42", true}, Example{"active:true AND size:41", false},
                    Example{"active:false OR size:42", true},
                    Example{"size:41 OR size:40 active:true", false},
                    Example{"size:42 OR size:40 active:false", true}, Example{"-size:41", true},
                    Example{"NOT size:42", false}, Example{"NOT NOT size:42", true},
                    Example{"--size:42", true}, Example{"+size:42 -active:false", true},
                    Example{"-(size:42 OR active:false)", false}, Example{"size:(41 OR 42)", true},
                    Example{"size:(>40 <43)", true}, Example{"size:(>40 -42)", false},
                    Example{"title:(head* OR ceo)", true}, Example{"size:([1 TO 2] OR [40 TO 50])", true}),
    [](const auto& info) { return "Case" + std::to_string(info.index); });

TEST(Expression, NothingMatchesNoTestAndEveryNegation) {
  const Thing nobody;
  for (const char* test :
       {"title:x", "title:x*", "title:[a TO b]", "size<5", "touched_at:[2021-12-01 TO 2021-12-31]",
        "active:false", "_exists_:title", "title:*", "x", "birthday:*"}) {
    EXPECT_FALSE(holds(test, nobody)) << test;
    EXPECT_TRUE(holds("-" + std::string(test), nobody)) << test;
  }
}

TEST(Expression, BlankTextIsNotThere) {
  Thing blank;
  blank.with(0, " \t");
  EXPECT_TRUE(holds("-_exists_:title", blank));
  EXPECT_TRUE(holds("-title:*", blank));
}

TEST(Expression, DaysAreTheOrganisations) {
  const auto touched = [](const char* at) {
    Thing thing;
    thing.with(6, *parse_timestamp(at));
    return thing;
  };
  // 8 March has 23 hours there: 05:00 to 04:00 in UTC.
  EXPECT_FALSE(holds("touched_at:2026-03-08", touched("2026-03-08T04:59:59.999Z")));
  EXPECT_TRUE(holds("touched_at:2026-03-08", touched("2026-03-08T05:00:00Z")));
  EXPECT_TRUE(holds("touched_at:2026-03-08", touched("2026-03-09T03:59:59.999Z")));
  EXPECT_FALSE(holds("touched_at:2026-03-08", touched("2026-03-09T04:00:00Z")));
  // Both ends of a range are whole days.
  EXPECT_TRUE(holds("touched_at:[2021-12-01 TO 2021-12-31]", touched("2022-01-01T04:59:59.999Z")));
  EXPECT_FALSE(holds("touched_at:[2021-12-01 TO 2021-12-31]", touched("2022-01-01T05:00:00Z")));
  EXPECT_FALSE(holds("touched_at:{2021-12-01 TO 2021-12-31}", touched("2021-12-02T04:59:59Z")));
  EXPECT_TRUE(holds("touched_at:{2021-12-01 TO 2021-12-31}", touched("2021-12-02T05:00:00Z")));
}

TEST(Expression, CaseIsFoldedButNothingBecomesAscii) {
  EXPECT_EQ(fold("ÄPFEL"), "äpfel");
  EXPECT_EQ(fold("\u212A"), "\u212A");  // the Kelvin sign
  EXPECT_EQ(compare_folded("STRASSE", "strasse"), 0);
  EXPECT_TRUE(contains_folded("Größe Ä", "e ä"));
  EXPECT_FALSE(contains_folded("abc", "abcd"));
  EXPECT_FALSE(starts_with_folded("ab", "abc"));
  EXPECT_LT(compare_folded("a", "ab"), 0);
}

struct Bad {
  const char* text;
  const char* message;
};

class Refused : public testing::TestWithParam<Bad> {};
TEST_P(Refused, SaysWhereAndWhy) {
  const auto expression = parse(GetParam().text, catalogue(), setting());
  ASSERT_FALSE(expression) << GetParam().text;
  EXPECT_EQ(expression.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(expression.error().message, GetParam().message);
}
INSTANTIATE_TEST_SUITE_P(
    Expressions, Refused,
    testing::Values(
        Bad{"", "column 1: an expression is missing, as in company:acme*\n\n^"},
        Bad{"active:true titl:x",
            "column 13: there is no field \"titl\" of a thing (did you mean \"title\"?)\n"
            "active:true titl:x\n            ^^^^"},
        Bad{"segment:x",
            "column 1: there is no field \"segment\" of a thing (did you mean \"custom.segment\"?)\n"
            "segment:x\n^^^^^^^"},
        Bad{"company:söhne size:tall",
            "column 20: size is a whole number: write it like 42\n"
            "company:söhne size:tall\n                   ^^^^"},
        Bad{"score:1x", "column 7: score is a number: write it like 12.5\nscore:1x\n      ^^"},
        Bad{"birthday:2026-02-30",
            "column 10: birthday is a date: write it like 2026-11-20, 2026-11 or 2026\n"
            "birthday:2026-02-30\n         ^^^^^^^^^^"},
        Bad{"touched_at:[2021-12-01 TO tomorrow]",
            "column 27: touched_at is a date with time: write it like 2026-11-20 or 2026-11-20T08:15:30Z\n"
            "touched_at:[2021-12-01 TO tomorrow]\n                          ^^^^^^^^"},
        Bad{"active:maybe", "column 8: active is true or false\nactive:maybe\n       ^^^^^"},
        Bad{"active:>no", "column 9: active is true or false, and has no order\nactive:>no\n        ^^"},
        Bad{"owner:[a TO b]",
            "column 8: owner has no order: compare it with a name, or with the start of one, as in "
            "owner:ana*\n"
            "owner:[a TO b]\n       ^"},
        Bad{"size:4*",
            "column 6: size is a whole number: write it like 42; a star is for the ends of texts\n"
            "size:4*\n     ^^"},
        Bad{"title:a*b",
            "column 8: a star stands at the end of a word, or at both ends\ntitle:a*b\n       ^"},
        Bad{"title:*b", "column 7: a star at the start needs one at the end: *part*\ntitle:*b\n      ^^"},
        Bad{"title:\"\"", "column 7: a blank value is found by -title:*\ntitle:\"\"\n      ^^"},
        Bad{"title:", "column 7: a value for title is missing here\ntitle:\n      ^"},
        Bad{"(title:a", "column 1: this parenthesis is not closed\n(title:a\n^"},
        Bad{"title:a)", "column 8: this closes nothing that was opened\ntitle:a)\n       ^"},
        Bad{"title:\"a", "column 7: this quote is not closed\ntitle:\"a\n      ^"},
        Bad{"size:[1 TO 2", "column 6: this range is not closed\nsize:[1 TO 2\n     ^"},
        Bad{"size:[1 2]",
            "column 6: a range is written [from TO until], or {from TO until} without its ends\n"
            "size:[1 2]\n     ^^^^"},
        Bad{"title:'head of sales'",
            "column 7: texts are quoted with \", and with nothing else\ntitle:'head of sales'\n      "
            "^^^^^^^^^^^^^^^"},
        Bad{"'head'", "column 1: texts are quoted with \", and with nothing else\n'head'\n^^^^^^"},
        Bad{"title:“head”",
            "column 7: texts are quoted with \", and with nothing else\ntitle:“head”\n      ^"},
        Bad{"title != head",
            "column 1: title is a field, and a value is missing: title:value, or title:* for any; to look "
            "for the "
            "word, quote it\ntitle != head\n^^^^^"},
        Bad{"title!=head",
            "column 1: unequal is written with NOT, or - before the field: "
            "-title:CEO\ntitle!=head\n^^^^^^^^^^^"},
        Bad{"title<>head",
            "column 6: unequal is written with NOT, or - before the field: -title:CEO\ntitle<>head\n     ^^"},
        Bad{"title:!=head",
            "column 7: unequal is written with NOT, or - before the field: -title:CEO\ntitle:!=head\n      "
            "^^^^^^"},
        Bad{"title==head", "column 6: one = is enough\ntitle==head\n     ^^"},
        Bad{"!title:head",
            "column 1: not is written NOT, or - before the condition\n!title:head\n^^^^^^^^^^^"},
        Bad{"title:head && size:1",
            "column 12: both is written AND, or nothing\ntitle:head && size:1\n           ^^"},
        Bad{"title:head || size:1",
            "column 12: one of both is written OR\ntitle:head || size:1\n           ^^"},
        Bad{"a = b",
            "column 1: there is no field \"a\" of a thing: to look for words with a colon, quote them\na = "
            "b\n^"},
        Bad{"title:NOT head",
            "column 7: an operator stands before a condition, as in NOT title:CEO; to look for the word, "
            "quote it\n"
            "title:NOT head\n      ^^^"},
        Bad{"NOT (size IS NULL)",
            "column 6: size is a field, and a value is missing: size:value, or size:* for any; to look for "
            "the word, "
            "quote it\nNOT (size IS NULL)\n     ^^^^"},
        Bad{"titl = head",
            "column 1: there is no field \"titl\" of a thing (did you mean \"title\"?)\ntitl = head\n^^^^"},
        Bad{"size:[42 TO 40]",
            "column 13: nothing lies in this range: its lower end comes first\n"
            "size:[42 TO 40]\n            ^^"},
        Bad{"size:[42 TO 42}",
            "column 13: nothing lies in this range: its lower end comes first\n"
            "size:[42 TO 42}\n            ^^"},
        Bad{"title:[sales TO Head]",
            "column 17: nothing lies in this range: its lower end comes first\n"
            "title:[sales TO Head]\n                ^^^^"},
        Bad{"birthday:{2026-11 TO 2026-11]",
            "column 22: nothing lies in this range: its lower end comes first\n"
            "birthday:{2026-11 TO 2026-11]\n                     ^^^^^^^"},
        Bad{"a OR", "column 5: a condition is missing here\na OR\n    ^"},
        Bad{"a AND OR b", "column 7: a condition is missing here\na AND OR b\n      ^^"},
        Bad{"a or b",
            "column 3: operators are written in capitals (AND, OR, NOT); to look for the word, quote it\n"
            "a or b\n  ^^"},
        Bad{"@mine", "column 1: there is no saved filter of this name\n@mine\n^^^^^"},
        Bad{"a \x01", "column 3: a control character has no place here\na  \n  ^"},
        Bad{"a \xFF", "column 3: these bytes are no text (UTF-8)\na \xEF\xBF\xBD\n  ^"}),
    [](const auto& info) { return "Case" + std::to_string(info.index); });

TEST(Expression, ARecordIsFoundByWhicheverFormOfItsId) {
  Catalogue records{"a thing", {{"crm_id", LocalType::kText, 0}}};
  records.fields[0].record_id = true;
  Setting forms = setting();
  forms.record_id = [](const std::string& id) {
    return id == "short" || id == "SHORT-long" ? std::optional<std::string>("short-long") : std::nullopt;
  };
  Thing record;
  record.with(0, "short-long");
  for (const char* text : {"crm_id:short", "crm_id:SHORT-long", "crm_id:shor*", "crm_id:*ort-lo*"}) {
    const auto expression = parse(text, records, forms);
    ASSERT_TRUE(expression) << text << ": " << expression.error().message;
    EXPECT_TRUE(matches(expression->root, record)) << text;
  }
  const auto none = parse("-crm_id:shor", records, forms);
  ASSERT_FALSE(none);
  EXPECT_THAT(
      none.error().message,
      testing::StartsWith("column 9: crm_id is the id of a record, of 15 or 18 letters and digits; the "
                          "start of one is found by crm_id:00Q*\n"));
}

TEST(ExpressionBounds, DepthConditionsAndSize) {
  const std::string deep(kDepthMax, '(');
  EXPECT_TRUE(parse(deep + "a" + std::string(kDepthMax, ')'), catalogue(), setting()));
  EXPECT_FALSE(parse("(" + deep + "a" + std::string(kDepthMax + 1, ')'), catalogue(), setting()));
  EXPECT_FALSE(parse(std::string(kTextBytesMax, '('), catalogue(), setting()));
  std::string many = "a";
  for (size_t i = 1; i < kConditionsMax; ++i)
    many += " a";
  EXPECT_TRUE(parse(many, catalogue(), setting()));
  EXPECT_FALSE(parse(many + " a", catalogue(), setting()));
  EXPECT_FALSE(parse(std::string(kTextBytesMax + 1, 'a'), catalogue(), setting()));
  EXPECT_TRUE(parse(std::string(kTextBytesMax - 1, '-') + "a", catalogue(), setting()));
}

TEST(ExpressionBounds, ThePictureOfALongTextShowsThePartAtFault) {
  const std::string text = std::string(300, 'a') + " titl:x " + std::string(300, 'b');
  Fault fault;
  const auto expression = parse(text, catalogue(), setting(), &fault);
  ASSERT_FALSE(expression);
  EXPECT_EQ(fault.offset, 301u);
  EXPECT_EQ(fault.length, 4u);
  EXPECT_EQ(picture_of(text, fault), "…" + std::string(47, 'a') + " titl:x " + std::string(17, 'b') + "…\n" +
                                         std::string(49, ' ') + "^^^^");
}

TEST(ExpressionSaved, StandsInParenthesesAndNamesOthers) {
  Setting with_saved = setting();
  with_saved.saved_names = {"small", "ring", "broken"};
  with_saved.saved = [](std::string_view name) -> std::optional<std::string> {
    if (name == "small") return "size<10 OR size:42";
    if (name == "mine") return "@small active:true";
    if (name == "ring") return "title:x @ring";
    if (name == "broken") return "titl:x";
    return std::nullopt;
  };
  const auto parsed = [&](std::string_view text) { return parse(text, catalogue(), with_saved); };
  EXPECT_TRUE(matches(parsed("@mine")->root, person()));
  EXPECT_TRUE(matches(parsed("-@small OR sales")->root, person()));
  EXPECT_FALSE(matches(parsed("@small active:false")->root, person()));
  EXPECT_NE(parsed("@ring").error().message.find("in a ring"), std::string::npos);
  EXPECT_NE(parsed("@smal").error().message.find("did you mean @small?"), std::string::npos);
  EXPECT_NE(parsed("@broken").error().message.find("not valid any more: column 1: there is no field"),
            std::string::npos);
}

}  // namespace
}  // namespace prospectd::mapping::expression
