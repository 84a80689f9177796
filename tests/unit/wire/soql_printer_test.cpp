// The canonical text of a tree, strings inside quotes, and LIKE. Source: API §5.1.
#include <chrono>

#include "base/text.h"
#include "tests/unit/wire/soql_support.h"

namespace prospectd::salesforce_wire::soql {
namespace {

using namespace std::chrono_literals;

TEST(SoqlPrinter, AQueryIsPrintedInCanonicalForm) {
  struct Row {
    std::string_view text;
    std::string_view printed;
  };
  const Row rows[] = {
      {"select Id,Name from Lead", "SELECT Id, Name FROM Lead"},
      {"SELECT COUNT( ) FROM Lead as l", "SELECT COUNT() FROM Lead l"},
      {"SELECT l.Id FROM Lead l WHERE ((l.A <> 1))", "SELECT Id FROM Lead l WHERE A != 1"},
      {"SELECT Id FROM Lead WHERE (A=1)AND(B=1 or(C=1))",
       "SELECT Id FROM Lead WHERE A = 1 AND (B = 1 OR C = 1)"},
      {"SELECT Id FROM Lead WHERE A=1 AND (not B like 'x%')",
       "SELECT Id FROM Lead WHERE A = 1 AND (NOT B LIKE 'x%')"},
      {"SELECT Id FROM Lead WHERE NOT (A=1 AND B=1)", "SELECT Id FROM Lead WHERE NOT (A = 1 AND B = 1)"},
      {"SELECT Id FROM Lead WHERE A not in(1,'b',null,TRUE)",
       "SELECT Id FROM Lead WHERE A NOT IN (1, 'b', null, true)"},
      {"SELECT Id FROM Lead WHERE A>=2026-11-20T09:15:30.120+0100 AND B<2026-11-20",
       "SELECT Id FROM Lead WHERE A >= 2026-11-20T08:15:30.120Z AND B < 2026-11-20"},
      {"SELECT Id FROM Lead ORDER BY A asc, B desc nulls last LIMIT +5 OFFSET 07",
       "SELECT Id FROM Lead ORDER BY A, B DESC NULLS LAST LIMIT 5 OFFSET 7"},
      {"select Id,(select Id from Contacts where a=1 limit 2) from Account for view",
       "SELECT Id, (SELECT Id FROM Contacts WHERE a = 1 LIMIT 2) FROM Account FOR VIEW"},
      {"select typeof Owner when User then Id,Username else Name end,Id from Lead using scope mine",
       "SELECT TYPEOF Owner WHEN User THEN Id, Username ELSE Name END, Id FROM Lead USING SCOPE mine"},
      {"select fields(all) from Lead limit 5", "SELECT FIELDS(ALL) FROM Lead LIMIT 5"},
      {"select Status s,count(Id),max(l.Amount)m from Lead l group by rollup(Status) having sum(A)>1 order "
       "by "
       "count(Id)desc",
       "SELECT Status s, COUNT(Id), MAX(Amount) m FROM Lead l GROUP BY ROLLUP(Status) HAVING SUM(A) > 1 "
       "ORDER BY "
       "COUNT(Id) DESC"},
      {"SELECT hour_in_day(converttimezone(CreatedDate)) FROM Lead GROUP BY "
       "HOUR_IN_DAY(convertTimezone(CreatedDate))",
       "SELECT HOUR_IN_DAY(convertTimezone(CreatedDate)) FROM Lead GROUP BY "
       "HOUR_IN_DAY(convertTimezone(CreatedDate))"},
      {"SELECT Id FROM Lead WHERE A=today AND B in(last_n_days:07, N_YEARS_AGO:2) AND C>usd5000",
       "SELECT Id FROM Lead WHERE A = TODAY AND B IN (LAST_N_DAYS:7, N_YEARS_AGO:2) AND C > USD5000"},
      {"SELECT Id FROM Lead WHERE A includes('a;b','c') AND Id not in(select LeadId from Task)",
       "SELECT Id FROM Lead WHERE A INCLUDES ('a;b', 'c') AND Id NOT IN (SELECT LeadId FROM Task)"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(print(parsed(row.text)), row.printed);
    EXPECT_EQ(parsed(row.printed), parsed(row.text)) << row.printed;
  }
}

TEST(SoqlPrinter, LiteralsStandAlone) {
  EXPECT_EQ(print(Literal{Null{}}), "null");
  EXPECT_EQ(print(Literal{false}), "false");
  EXPECT_EQ(print(Literal{Number::of(-7)}), "-7");
  EXPECT_EQ(print(Literal{std::string("O'Brien")}), R"('O\'Brien')");
  EXPECT_EQ(print(Literal{Date{std::chrono::year{2026} / 11 / 20}}), "2026-11-20");
}

TEST(SoqlPrinter, ADatetimeHasNoQuotesAndAFractionOnlyWhenItNeedsOne) {
  const Timestamp moment{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + 8h + 15min + 30s};
  EXPECT_EQ(format_datetime(moment), "2026-11-20T08:15:30Z");
  EXPECT_EQ(format_datetime(moment + 7ms), "2026-11-20T08:15:30.007Z");
  EXPECT_EQ(format_datetime(Timestamp{-1ms}), "1969-12-31T23:59:59.999Z");
}

TEST(SoqlPrinter, AStringCannotLeaveItsQuotes) {
  EXPECT_EQ(quote_string("x"), "'x'");
  EXPECT_EQ(quote_string(""), "''");
  EXPECT_EQ(quote_string("' OR Name != '"), R"('\' OR Name != \'')");
  EXPECT_EQ(quote_string("\\' OR 1"), R"('\\\' OR 1')");
  EXPECT_EQ(quote_string("a\nb\rc\td\be\ff"), R"('a\nb\rc\td\be\ff')");
  EXPECT_EQ(quote_string(std::string_view("\0\x01\x7f", 3)), R"('\u0000\u0001\u007F')");
  EXPECT_EQ(quote_string("\xff"), "'\xEF\xBF\xBD'");
}

RC_GTEST_PROP(SoqlPrinter, WhatIsPrintedIsReadBackTheSame, ()) {
  const Query query = *any_query();
  const std::string text = print(query);
  const auto result = parse(text);
  if (const auto* error = std::get_if<ParseError>(&result)) RC_FAIL(text + error->message);
  RC_ASSERT(std::get<Query>(result) == query);
  RC_ASSERT(print(std::get<Query>(result)) == text);
}

RC_GTEST_PROP(SoqlPrinter, AnyStringStaysOneString, (const std::string& bytes)) {
  const auto result = parse("SELECT Id FROM Lead WHERE F = " + quote_string(bytes));
  RC_ASSERT(std::holds_alternative<Query>(result));
  const auto& comparison = std::get<Comparison>(std::get<Query>(result).where->node);
  RC_ASSERT(comparison.values.size() == 1u);
  if (is_valid_utf8(bytes)) RC_ASSERT(std::get<std::string>(comparison.values[0]) == bytes);
}

struct LikeRow {
  std::string_view pattern;
  std::string_view text;
  bool matches;
};

TEST(SoqlLike, PatternsMatchWhatTheySay) {
  const LikeRow rows[] = {
      {"", "", true},          {"", "a", false},           {"a", "", false},          {"abc", "abc", true},
      {"abc", "abd", false},   {"abc", "abcd", false},     {"abcd", "abc", false},    {"%", "", true},
      {"%", "anything", true}, {"%%", "", true},           {"_", "", false},          {"_", "a", true},
      {"_", "ab", false},      {"_", "é", true},           {"__", "é", false},        {"a%", "a", true},
      {"a%", "abc", true},     {"a%", "ba", false},        {"%c", "abc", true},       {"%c", "abcd", false},
      {"%b%", "abc", true},    {"a%b%c", "aXbYbZc", true}, {"a%b%c", "aXcYb", false}, {"a_c", "abc", true},
      {"a_c", "ac", false},    {"%_", "", false},          {"%_", "漢", true},        {"%ab", "aab", true},
      {"%aab", "aaaab", true}, {"%\\%", "100%", true},     {"%\\%", "100", false},    {"\\_", "_", true},
      {"\\_", "x", false},     {"\\\\", "\\", true},       {"\\x", "\\x", true},      {"a\\", "a\\", true},
      {"A", "a", false},       {"😀%", "😀x", true},
  };
  for (const LikeRow& row : rows)
    EXPECT_EQ(like_matches(row.pattern, row.text), row.matches) << row.pattern << " against " << row.text;
}

TEST(SoqlLike, AHostilePatternEnds) {
  std::string pattern;
  for (int i = 0; i < 1000; ++i)
    pattern += "%a";
  EXPECT_FALSE(like_matches(pattern + "b", std::string(2000, 'a')));
}

RC_GTEST_PROP(SoqlLike, AnEscapedTextMatchesItselfAlone, ()) {
  const std::string text = *any_utf8();
  const std::string other = *any_utf8();
  RC_ASSERT(like_matches(like_escape(text), text));
  RC_ASSERT(like_matches(like_escape(text), other) == (text == other));
  RC_ASSERT(like_matches("%" + like_escape(text) + "%", other + text + other));
}

// The textbook definition, exponential but plainly right, on small inputs.
bool matches_by_definition(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    for (size_t i = 0; i <= text.size(); ++i)
      if (matches_by_definition(pattern.substr(1), text.substr(i))) return true;
    return false;
  }
  if (text.empty() || (pattern[0] != '_' && pattern[0] != text[0])) return false;
  return matches_by_definition(pattern.substr(1), text.substr(1));
}

RC_GTEST_PROP(SoqlLike, MatchingAgreesWithItsDefinition, ()) {
  const auto pattern_piece = rc::gen::element('a', 'b', '%', '_');
  const auto pattern = *rc::gen::resize(8, rc::gen::container<std::string>(pattern_piece));
  const auto text = *rc::gen::resize(10, rc::gen::container<std::string>(rc::gen::element('a', 'b')));
  RC_ASSERT(like_matches(pattern, text) == matches_by_definition(pattern, text));
}

}  // namespace
}  // namespace prospectd::salesforce_wire::soql
