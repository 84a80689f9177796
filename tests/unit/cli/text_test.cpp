// Text on a terminal: width, cutting, and what strangers put into names.
#include <gtest/gtest.h>

#include "daemon/cli/json.h"
#include "daemon/cli/table.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/words.h"

#include <nlohmann/json.hpp>

namespace prospectd::cli {
namespace {

TEST(Harmless, EscapeSequencesLoseTheirPower) {
  EXPECT_EQ(harmless("a\x1b[2Jb"), "a\xEF\xBF\xBD[2Jb");
  EXPECT_EQ(harmless("\x1b]52;c;ZXZpbA==\x07"), "\xEF\xBF\xBD]52;c;ZXZpbA==\xEF\xBF\xBD");
}

TEST(Harmless, LineEndsAndTabsBecomeBlanks) {
  EXPECT_EQ(harmless("one\ntwo\tthree\rfour"), "one two three four");
}

TEST(Harmless, ControlCharactersOfTheUpperRangeGo) {
  EXPECT_EQ(harmless("\xC2\x9B"
                     "31m"),
            "\xEF\xBF\xBD"
            "31m");
  EXPECT_EQ(harmless("\x7F"), "\xEF\xBF\xBD");
}

TEST(Harmless, DirectionMarksGo) {
  EXPECT_EQ(harmless("abc\xE2\x80\xAE"
                     "def"),
            "abc\xEF\xBF\xBD"
            "def");
}

TEST(Harmless, IllFormedBytesAreReplacedAndNamesStay) {
  EXPECT_EQ(harmless("\xFFx"), "\xEF\xBF\xBDx");
  EXPECT_EQ(harmless("Zoë Müller 李雷"), "Zoë Müller 李雷");
}

TEST(Cells, WideTakesTwoAndMarksNone) {
  EXPECT_EQ(cells_of("abc"), 3u);
  EXPECT_EQ(cells_of("李雷"), 4u);
  EXPECT_EQ(cells_of("e\xCC\x81"), 1u);
  EXPECT_EQ(cells_of("🙂"), 2u);
}

TEST(Cells, CutNeverLeavesHalfACharacterAndSaysThatItCut) {
  EXPECT_EQ(cut_to("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_to("abcdef", 4), "abc…");
  EXPECT_EQ(cut_to("李雷李雷", 4), "李…");
  EXPECT_EQ(cut_to("ab cdef", 4), "ab…");
  EXPECT_EQ(cut_to("abc", 0), "");
}

TEST(Cells, PadCountsCellsNotBytes) {
  EXPECT_EQ(pad_to("ü", 3), "ü  ");
  EXPECT_EQ(pad_to("12", 4, Align::kRight), "  12");
}

Table people() {
  Table table({{"id", false, Align::kRight}, {"name", true}, {"email", true}});
  table.add({"7", "Maximiliane von Hohenstein", "maximiliane.hohenstein@subsidiary.example"});
  table.add({"12", "Li", "li@acme.test"});
  return table;
}

TEST(TableLines, APipeGetsLinesOfAnyWidth) {
  EXPECT_EQ(
      people().lines(Terminal{}),
      (std::vector<std::string>{"id  name                        email",
                                " 7  Maximiliane von Hohenstein  maximiliane.hohenstein@subsidiary.example",
                                "12  Li                          li@acme.test"}));
}

TEST(TableLines, ALongValueIsCutThroughAPipeTooWhereItsColumnMayGiveWay) {
  Table table({{"id", false}, {"what it says", true}});
  table.add({std::string(100, '7'), std::string(100, 'x')});
  const std::string line = table.lines(Terminal{}).back();
  EXPECT_EQ(line, std::string(100, '7') + "  " + std::string(79, 'x') + "\xE2\x80\xA6");
}

TEST(TableLines, NoLineIsWiderThanTheTerminal) {
  for (const size_t width : {20u, 33u, 50u, 80u}) {
    for (const std::string& line : people().lines(Terminal{true, false, width}))
      EXPECT_LE(cells_of(line), width) << line;
  }
}

TEST(TableLines, TheWidestColumnsGiveWayFirst) {
  EXPECT_EQ(people().lines(Terminal{true, false, 46}),
            (std::vector<std::string>{"id  name                  email",
                                      " 7  Maximiliane von Hoh…  maximiliane.hohenst…",
                                      "12  Li                    li@acme.test"}));
}

TEST(TableLines, CellsOfStrangersAreHarmlessAndOneLine) {
  Table table({{"name", true}});
  table.add({"evil\n\x1b[31mred"});
  EXPECT_EQ(table.lines(Terminal{})[1], "evil \xEF\xBF\xBD[31mred");
}

TEST(Words, Counted) {
  EXPECT_EQ(counted(0, "record"), "no records");
  EXPECT_EQ(counted(1, "record"), "1 record");
  EXPECT_EQ(counted(12'000, "person", "people"), "12,000 people");
}

TEST(Words, AgoAndUntil) {
  const Timestamp now = *parse_timestamp("2026-11-20T08:15:30Z");
  EXPECT_EQ(ago(now, now - milliseconds(200)), "just now");
  EXPECT_EQ(ago(now, now - seconds(12)), "12 s ago");
  EXPECT_EQ(until(now, now + std::chrono::minutes(8)), "in 8 min");
  EXPECT_EQ(until(now, now - seconds(3)), "now");
  EXPECT_EQ(moment(now), "2026-11-20 08:15:30");
}

TEST(Wrapped, LinesAreBrokenAtBlanksAndNeverWider) {
  EXPECT_EQ(wrapped("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrapped("one two three", 8), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrapped("one two", 0), (std::vector<std::string>{"one two"}));
  EXPECT_EQ(wrapped("", 5), (std::vector<std::string>{""}));
  EXPECT_EQ(wrapped("abcdefgh ij", 3), (std::vector<std::string>{"abc", "def", "gh", "ij"}));
}

TEST(Wrapped, CharactersStayWholeHoweverNarrowTheLine) {
  EXPECT_EQ(wrapped("日本", 1), (std::vector<std::string>{"日", "本"}));
  EXPECT_EQ(wrapped("日本 日", 4), (std::vector<std::string>{"日本", "日"}));
  EXPECT_EQ(wrapped("äöü", 2), (std::vector<std::string>{"äö", "ü"}));
}

TEST(Words, RateNeedsSomethingAndATime) {
  EXPECT_EQ(rate(12'000, milliseconds(100)), "120,000/s");
  EXPECT_EQ(rate(0, milliseconds(100)), "");
  EXPECT_EQ(rate(5, milliseconds(0)), "");
}

TEST(Words, ShellWordsAreQuotedWhereTheyHaveToBe) {
  EXPECT_EQ(shell_word("/tmp/a-b_c.yaml"), "/tmp/a-b_c.yaml");
  EXPECT_EQ(shell_word("my demo"), "'my demo'");
  EXPECT_EQ(shell_word("o'neil"), "'o'\\''neil'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(Json, OutputIsSafeOnATerminalAndStillTheSameJson) {
  const nlohmann::json evil = {{"name", "a\x7F\xC2\x9B\xE2\x80\xAE\x1b"}};
  const std::string text = dump_json_line(evil);
  EXPECT_EQ(text, R"({"name":"a\u007f\u009b\u202e\u001b"})");
  EXPECT_EQ(*parse_json(text), evil);
}

TEST(Json, WhatIsNotJsonIsAnErrorAndNoCrash) {
  EXPECT_EQ(parse_json("<html>").error().code, ErrorCode::kBadPayload);
  EXPECT_EQ(parse_json(std::string(200'000, '[')).error().code, ErrorCode::kBadPayload);
  EXPECT_EQ(parse_json("").error().code, ErrorCode::kBadPayload);
}

TEST(Json, AMissingOrWrongMemberIsAnEmptyOne) {
  const auto json = *parse_json(R"({"a":1,"b":"x","c":null})");
  EXPECT_EQ(text_at(json, "a"), "");
  EXPECT_EQ(number_at(json, "b"), 0);
  EXPECT_TRUE(member(member(json, "c"), "d").is_null());
  EXPECT_EQ(number_at(json, "a"), 1);
}

}  // namespace
}  // namespace prospectd::cli
