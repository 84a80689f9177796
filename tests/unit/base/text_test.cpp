// Operations on text: blanks, letter case, UTF-8, suggestions, JSON literals.
#include "base/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace prospectd {
namespace {

using namespace std::string_literals;

TEST(TrimAscii, TakesBlanksFromBothEndsOnly) {
  EXPECT_EQ(trim_ascii(" \t\r\n a b \v\f"), "a b");
  EXPECT_EQ(trim_ascii(" \t "), "");
  EXPECT_EQ(trim_ascii(""), "");
}

TEST(LetterCase, IsThatOfAsciiAlone) {
  EXPECT_EQ(to_lower_ascii("AbZ-É"), "abz-É");
  EXPECT_TRUE(equals_ignore_case_ascii("Content-Type", "content-TYPE"));
  EXPECT_FALSE(equals_ignore_case_ascii("Content-Type", "Content-Typ"));
  EXPECT_FALSE(equals_ignore_case_ascii("É", "é"));
  EXPECT_TRUE(starts_with_ignore_case_ascii("Bearer abc", "bearer "));
  EXPECT_FALSE(starts_with_ignore_case_ascii("Bea", "bearer"));
}

TEST(Utf8, AcceptsTheEdgesOfEveryLength) {
  for (const std::string& text : {"plain"s, ""s, "\0"s, "\u007f"s, "\u0080"s, "\u07ff"s, "\u0800"s, "\ud7ff"s,
                                  "\ue000"s, "\uffff"s, "\U00010000"s, "\U0010ffff"s, "Zoë 東京 😀"s}) {
    EXPECT_TRUE(is_valid_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8, RefusesWhatIsIllFormed) {
  for (const std::string& text :
       {"\x80"s, "\xBF"s, "\xC0\xAF"s, "\xC1\xBF"s, "\xC3"s, "\xC3("s, "\xE0\x80\x80"s, "\xE0\x9F\xBF"s,
        "\xE2\x82"s, "\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xF0\x80\x80\x80"s, "\xF0\x8F\xBF\xBF"s,
        "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xF8\x88\x80\x80\x80"s, "\xFE"s, "\xFF"s, "ok\xC3"s}) {
    EXPECT_FALSE(is_valid_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8, RepairReplacesOnlyWhatIsIllFormedAndNul) {
  EXPECT_EQ(repair_utf8("a\xFF"
                        "b"),
            "a\uFFFDb");
  EXPECT_EQ(repair_utf8("a\0b"s), "a\uFFFDb");
  EXPECT_EQ(repair_utf8("Zoë 😀"), "Zoë 😀");
  EXPECT_EQ(repair_utf8("\xE2\x82"), "\uFFFD\uFFFD");
}

RC_GTEST_PROP(Utf8, ARepairedTextIsWellFormedWithoutNulAndStaysAsItIs, (const std::string& noise)) {
  const std::string repaired = repair_utf8(noise);
  RC_ASSERT(is_valid_utf8(repaired));
  RC_ASSERT(repaired.find('\0') == std::string::npos);
  RC_ASSERT(repair_utf8(repaired) == repaired);
}

TEST(DidYouMean, FindsTheNearestName) {
  const std::vector<std::string> fields = {"FirstName", "LastName", "Title", "Phone", "OwnerId"};
  EXPECT_EQ(did_you_mean("Titel", fields), "Title");
  EXPECT_EQ(did_you_mean("title", fields), "Title");
  EXPECT_EQ(did_you_mean("FristName", fields), "FirstName");
  EXPECT_EQ(did_you_mean("laed.yaml", {"account.yaml", "lead.yaml"}), "lead.yaml");
  EXPECT_EQ(did_you_mean("Phon", fields), "Phone");
  EXPECT_EQ(did_you_mean("OWNERID", fields), "OwnerId");
}

TEST(DidYouMean, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(did_you_mean("Fone", {"Phone"}), std::nullopt);
  EXPECT_EQ(did_you_mean("Birthdate", {"Title", "Phone"}), std::nullopt);
  EXPECT_EQ(did_you_mean("x", {}), std::nullopt);
  EXPECT_EQ(did_you_mean("", {"Title"}), std::nullopt);
  EXPECT_EQ(did_you_mean(std::string(100'000, 'a'), {std::string(100'000, 'a')}), std::nullopt);
}

TEST(DidYouMean, GivesTiesToTheFirst) {
  EXPECT_EQ(did_you_mean("cat", {"bat", "hat", "rat"}), "bat");
}

TEST(JsonQuote, EscapesWhatJsonWants) {
  EXPECT_EQ(json_quote("plain"), R"("plain")");
  EXPECT_EQ(json_quote("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(json_quote("line\nend\r\ttab"), R"("line\nend\r\ttab")");
  EXPECT_EQ(json_quote("\x01\x1B"), R"("\u0001\u001b")");
  EXPECT_EQ(json_quote("\x7F"), R"("\u007f")");
  EXPECT_EQ(json_quote("Zoë"), R"("Zoë")");
}

TEST(JsonQuote, F62_EscapesWhatATerminalActsUpon) {
  EXPECT_EQ(json_quote("\u009b31m\u202e\u2028"), R"("\u009b31m\u202e\u2028")");
  EXPECT_EQ(json_quote("İ李🙂"), R"("İ李🙂")");
}

TEST(JsonQuote, RepairsBadUtf8) {
  EXPECT_EQ(json_quote("a\xFF"), "\"a\uFFFD\"");
}

RC_GTEST_PROP(JsonQuote, AnyTextIsAOneLineLiteralThatReadsBack, (const std::string& noise)) {
  const std::string literal = json_quote(noise);
  RC_ASSERT(literal.find_first_of("\r\n") == std::string::npos);
  const auto parsed = nlohmann::json::parse(literal, nullptr, false);
  RC_ASSERT(parsed.is_string());
  if (is_valid_utf8(noise)) RC_ASSERT(parsed.get<std::string>() == noise);
}

TEST(GroupDigits, SetsACommaAtEveryThirdDigit) {
  EXPECT_EQ(group_digits(0), "0");
  EXPECT_EQ(group_digits(999), "999");
  EXPECT_EQ(group_digits(1'000), "1,000");
  EXPECT_EQ(group_digits(1'234'567), "1,234,567");
  EXPECT_EQ(group_digits(-1'234), "-1,234");
  EXPECT_EQ(group_digits(-123), "-123");
}

}  // namespace
}  // namespace prospectd
