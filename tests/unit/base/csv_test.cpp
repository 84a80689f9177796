#include "base/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prospectd {
namespace {

struct ReadRow {
  std::vector<std::string> fields;
  int64_t line = 0;
  CsvOddity oddity = CsvOddity::kNone;
};

// Reads a text in pieces of `piece` bytes, so that everything also falls across a border.
std::vector<ReadRow> read(std::string text, size_t piece, CsvLimits limits = {}) {
  size_t at = 0;
  CsvReader reader(
      [&](char* to, size_t size) {
        const size_t n = std::min({piece, size, text.size() - at});
        text.copy(to, n, at);
        at += n;
        return n;
      },
      limits);
  std::vector<ReadRow> rows;
  while (reader.next()) {
    rows.push_back({{reader.fields().begin(), reader.fields().end()}, reader.line(), reader.oddity()});
  }
  return rows;
}

using Fields = std::vector<std::string>;

TEST(Csv, RowsByRfc4180) {
  const struct {
    const char* name;
    std::string text;
    std::vector<Fields> rows;
  } cases[] = {
      {"plain", "a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
      {"no end of line at the end", "a,b\nc,d", {{"a", "b"}, {"c", "d"}}},
      {"crlf", "a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
      {"cr alone", "a,b\rc,d\r", {{"a", "b"}, {"c", "d"}}},
      {"quotes", "\"a\",\"b\"\n", {{"a", "b"}}},
      {"quote in quotes", "\"say \"\"hi\"\"\",b\n", {{"say \"hi\"", "b"}}},
      {"comma in quotes", "\"a,b\",c\n", {{"a,b", "c"}}},
      {"line end in quotes", "\"a\r\nb\",\"c\nd\"\n", {{"a\r\nb", "c\nd"}}},
      {"empty fields", ",,\n\"\",x,\n", {{"", "", ""}, {"", "x", ""}}},
      {"a lone quoted empty field is a row", "a\n\"\"\nb\n", {{"a"}, {""}, {"b"}}},
      {"empty lines are passed over", "\n\na\n\r\n\nb\n\n", {{"a"}, {"b"}}},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "a,b\n",
       {{"a", "b"}}},
      {"blanks are content", " a , \"b\"\n", {{" a ", " \"b\""}}},
      {"nothing", "", {}},
      {"only a mark", "\xEF\xBB\xBF", {}},
      {"unicode", "Ü,美\n", {{"Ü", "美"}}},
  };
  for (const auto& c : cases) {
    for (const size_t piece : {size_t{1}, size_t{2}, size_t{3}, size_t{1000}}) {
      const auto rows = read(c.text, piece);
      ASSERT_EQ(rows.size(), c.rows.size()) << c.name << " by " << piece;
      for (size_t i = 0; i < rows.size(); ++i)
        EXPECT_EQ(rows[i].fields, c.rows[i]) << c.name << " by " << piece;
    }
  }
}

TEST(Csv, LinesCountThroughQuotesAndAllLineEnds) {
  const auto rows = read("a\n\"b\nb\r\nb\"\n\nc\r\nd\re\n", 1);
  ASSERT_EQ(rows.size(), 5U);
  std::vector<int64_t> lines;
  for (const auto& row : rows)
    lines.push_back(row.line);
  EXPECT_THAT(lines, ::testing::ElementsAre(1, 2, 6, 7, 8));
}

TEST(Csv, WhatIsNotQuiteCsvIsReadAndSaid) {
  const struct {
    const char* text;
    Fields fields;
    CsvOddity oddity;
  } cases[] = {
      {"\"abc\"def,x\n", {"abcdef", "x"}, CsvOddity::kTextAfterQuote},
      {"ab\"c,x\n", {"ab\"c", "x"}, CsvOddity::kQuoteInPlainField},
      {"a,\"b\nc", {"a", "b\nc"}, CsvOddity::kUnclosedQuote},
      {"a,b\n", {"a", "b"}, CsvOddity::kNone},
  };
  for (const auto& c : cases) {
    const auto rows = read(c.text, 2);
    ASSERT_EQ(rows.size(), 1U) << c.text;
    EXPECT_EQ(rows[0].fields, c.fields) << c.text;
    EXPECT_EQ(rows[0].oddity, c.oddity) << c.text;
  }
}

TEST(Csv, WhatIsTooLargeIsLeftOutAndTheRestGoesOn) {
  CsvLimits limits;
  limits.field_bytes_max = 10;
  limits.row_bytes_max = 25;
  limits.fields_max = 4;
  const auto rows = read("ok,1\n12345678901,x\n1234567890,1234567890,123456\na,b,c,d,e\nok,2\n", 3, limits);
  ASSERT_EQ(rows.size(), 5U);
  for (const size_t i : {1, 2, 3}) {
    EXPECT_EQ(rows[i].oddity, CsvOddity::kTooLarge);
    EXPECT_TRUE(rows[i].fields.empty());
  }
  EXPECT_EQ(rows[4].fields, (Fields{"ok", "2"}));
  EXPECT_EQ(rows[4].line, 5);
}

TEST(Csv, ALongFileIsReadThroughItsBuffer) {
  std::string text;
  for (int i = 0; i < 60'000; ++i)
    text += std::to_string(i) + ",\"some text, with a comma\"\r\n";
  const auto rows = read(text, 70'000);
  ASSERT_EQ(rows.size(), 60'000U);
  EXPECT_EQ(rows.back().fields[0], "59999");
  EXPECT_EQ(rows.back().line, 60'000);
}

}  // namespace
}  // namespace prospectd
