// What is no query, where the fault is, and how it is told. Source: API §5.1, §11.2.
#include "base/text.h"
#include "tests/unit/wire/soql_support.h"

namespace prospectd::salesforce_wire::soql {
namespace {

struct SoqlRefusal {
  std::string_view text;
  int row;
  int column;
  std::string_view reason;
};

TEST(SoqlRefusals, TheFirstFaultIsToldWithItsPlace) {
  const SoqlRefusal rows[] = {
      {"", 1, 1, "unexpected token: '<EOF>'"},
      {"   ", 1, 4, "unexpected token: '<EOF>'"},
      {"DELETE FROM Lead", 1, 1, "unexpected token: 'DELETE'"},
      {"SELECT", 1, 7, "unexpected token: '<EOF>'"},
      {"SELECT Id FORM Lead", 1, 11, "unexpected token: 'FORM'"},
      {"SELECT * FROM Lead", 1, 8, "unexpected token: '*'"},
      {"SELECT FROM Lead", 1, 8, "unexpected token: 'FROM'"},
      {"SELECT Id, FROM Lead", 1, 12, "unexpected token: 'FROM'"},
      {"SELECT Id Name FROM Lead", 1, 8, "only aggregate expressions use field aliasing"},
      {"SELECT Id Name Email FROM Lead", 1, 11, "unexpected token: 'Name'"},
      {"SELECT Owner. FROM Lead", 1, 20, "unexpected token: 'Lead'"},
      {"SELECT Id,\n  Name\nFORM Lead", 3, 1, "unexpected token: 'FORM'"},
      {"SELECT 'é漢😀', Id FROM Lead", 1, 8, "unexpected token: ''é漢😀''"},
      {"SELECT A.B.C.D.E.F.G FROM Lead", 1, 20, "a path has at most 6 parts"},
      {"SELECT Id, Name, ID FROM Lead", 1, 18, "duplicate field selected: ID"},
      {"SELECT Id, l.Id FROM Lead l", 1, 12, "duplicate field selected: Id"},
      {"SELECT COUNT(), Id FROM Lead", 1, 15, "unexpected token: ','"},
      {"SELECT Id, COUNT() FROM Lead", 1, 12, "COUNT() must be the only element in the SELECT list"},
      {"SELECT COUNT(Id FROM Lead", 1, 17, "unexpected token: 'FROM'"},
      {"SELECT Id, (SELECT Id FROM Contacts FROM Account", 1, 37, "unexpected token: 'FROM'"},
      {"SELECT Id, (SELECT Id, Id FROM Contacts) FROM Account", 1, 24, "duplicate field selected: Id"},
      {"SELECT Id, () FROM Account", 1, 13, "unexpected token: ')'"},
      {"SELECT TYPEOF Owner END FROM Lead", 1, 21, "unexpected token: 'END'"},
      {"SELECT TYPEOF Owner WHEN User THEN END FROM Lead", 1, 40, "unexpected token: 'FROM'"},
      {"SELECT TYPEOF Owner WHEN User THEN Id FROM Lead", 1, 39, "unexpected token: 'FROM'"},
      {"SELECT FIELDS(SOME) FROM Lead", 1, 15, "unexpected token: 'SOME'"},
      {"SELECT FIELDS() FROM Lead", 1, 15, "unexpected token: ')'"},
      {"SELECT Id FROM Lead USING mine", 1, 27, "unexpected token: 'mine'"},
      {"SELECT Status FROM Lead GROUP Status", 1, 31, "unexpected token: 'Status'"},
      {"SELECT Status FROM Lead GROUP BY ROLLUP(Status", 1, 47, "unexpected token: '<EOF>'"},
      {"SELECT A FROM Lead GROUP BY CUBE(A, B, C, D)", 1, 43, "ROLLUP and CUBE take at most 3 fields"},
      {"SELECT Status FROM Lead HAVING COUNT(Id) > 1", 1, 25,
       "unexpected token: 'HAVING': HAVING needs GROUP BY"},
      {"SELECT Id FROM Lead FOR FUN", 1, 25, "unexpected token: 'FUN'"},
      {"SELECT Id FROM Lead ALL ROWS", 1, 21, "ALL ROWS not allowed in this context"},
      {"SELECT Id FROM Lead WHERE A IN (SELECT Id FROM Contact", 1, 55, "unexpected token: '<EOF>'"},
      {"SELECT Id FROM Lead WHERE A INCLUDES 'x'", 1, 38, "unexpected token: ''x''"},
      {"SELECT Id FROM Lead WHERE A INCLUDES (SELECT Id FROM Contact)", 1, 39, "unexpected token: 'SELECT'"},
      {"SELECT Id FROM Lead WHERE A = LAST_N_DAYS", 1, 42, "unexpected token: '<EOF>'"},
      {"SELECT Id FROM Lead WHERE A = LAST_N_DAYS:x", 1, 43, "unexpected token: 'x'"},
      {"SELECT Id FROM Lead WHERE A = LAST_N_DAYS:-1", 1, 43, "unexpected token: '-1'"},
      {"SELECT Id FROM Lead WHERE A = TODAY:1", 1, 36, "unexpected token: ':'"},
      {"SELECT Id FROM", 1, 15, "unexpected token: '<EOF>'"},
      {"SELECT Id FROM WHERE A=1", 1, 16, "unexpected token: 'WHERE'"},
      {"SELECT Id FROM 'Lead'", 1, 16, "unexpected token: ''Lead''"},
      {"SELECT Id FROM Lead AS WHERE A=1", 1, 24, "unexpected token: 'WHERE'"},
      {"SELECT Id FROM Lead l x", 1, 23, "unexpected token: 'x'"},
      {"SELECT Id FROM Lead;", 1, 20, "unexpected token: ';'"},
      {"SELECT Id FROM Lead WHERE", 1, 26, "unexpected token: '<EOF>'"},
      {"SELECT Id FROM Lead WHERE IsDeleted", 1, 36, "unexpected token: '<EOF>'"},
      {"SELECT Id FROM Lead WHERE A =", 1, 30, "unexpected token: '<EOF>'"},
      {"SELECT Id FROM Lead WHERE A == 1", 1, 30, "unexpected token: '='"},
      {"SELECT Id FROM Lead WHERE A = B", 1, 31, "unexpected token: 'B'"},
      {"SELECT Id FROM Lead WHERE A = \"x\"", 1, 31, "unexpected token: '\"'"},
      {"SELECT Id FROM Lead WHERE A = 'x", 1, 31, "string without an end"},
      {"SELECT Id FROM Lead WHERE A = 'x\\'", 1, 31, "string without an end"},
      {"SELECT Id FROM Lead WHERE A = 12abc", 1, 31, "unexpected token: '12abc'"},
      {"SELECT Id FROM Lead WHERE A = 1 2", 1, 33, "unexpected token: '2'"},
      {"SELECT Id FROM Lead WHERE A = 2026-13-01", 1, 31, "no such date: '2026-13-01'"},
      {"SELECT Id FROM Lead WHERE A = 2026-11-20T08:15:30", 1, 31, "no such datetime: '2026-11-20T08:15:30'"},
      {"SELECT Id FROM Lead WHERE A = 2026-11-20T08:15:30 01:00", 1, 31,
       "no such datetime: '2026-11-20T08:15:30'"},
      {"SELECT Id FROM Lead WHERE A = 0001-01-01T00:00:00+01:00", 1, 31,
       "no such datetime: '0001-01-01T00:00:00+01:00'"},
      {"SELECT Id FROM Lead WHERE A=1 AND B=1 OR C=1", 1, 39,
       "unexpected token: 'OR': AND and OR at one level need parentheses"},
      {"SELECT Id FROM Lead WHERE A=1 OR B=1 AND C=1", 1, 38,
       "unexpected token: 'AND': AND and OR at one level need parentheses"},
      {"SELECT Id FROM Lead WHERE A=1 AND NOT B=1", 1, 35,
       "unexpected token: 'NOT': NOT beside AND or OR needs parentheses"},
      {"SELECT Id FROM Lead WHERE NOT A=1 AND B=1", 1, 35,
       "unexpected token: 'AND': NOT beside AND or OR needs parentheses"},
      {"SELECT Id FROM Lead WHERE NOT NOT A=1", 1, 31,
       "unexpected token: 'NOT': NOT inside NOT needs parentheses"},
      {"SELECT Id FROM Lead WHERE (A=1", 1, 31, "unexpected token: '<EOF>'"},
      {"SELECT Id FROM Lead WHERE A=1)", 1, 30, "unexpected token: ')'"},
      {"SELECT Id FROM Lead WHERE ()", 1, 28, "unexpected token: ')'"},
      {"SELECT Id FROM Lead WHERE AND A=1", 1, 27, "unexpected token: 'AND'"},
      {"SELECT Id FROM Lead WHERE A=1 AND", 1, 34, "unexpected token: '<EOF>'"},
      {"SELECT Id FROM Lead WHERE A IN ()", 1, 33, "unexpected token: ')'"},
      {"SELECT Id FROM Lead WHERE A IN ('x',)", 1, 37, "unexpected token: ')'"},
      {"SELECT Id FROM Lead WHERE A IN 'x'", 1, 32, "unexpected token: ''x''"},
      {"SELECT Id FROM Lead WHERE A NOT LIKE 'x'", 1, 33, "unexpected token: 'LIKE'"},
      {"SELECT Id FROM Lead WHERE A LIKE 5", 1, 34, "unexpected token: '5'"},
      {"SELECT Id FROM Lead WHERE A LIKE null", 1, 34, "unexpected token: 'null'"},
      {"SELECT Id FROM Lead WHERE A LIKE 2026-11-20", 1, 34, "unexpected token: '2026-11-20'"},
      {"SELECT Id FROM Lead WHERE null = 1", 1, 27, "unexpected token: 'null'"},
      {"SELECT Id FROM Lead ORDER Id", 1, 27, "unexpected token: 'Id'"},
      {"SELECT Id FROM Lead ORDER BY", 1, 29, "unexpected token: '<EOF>'"},
      {"SELECT Id FROM Lead ORDER BY Id NULLS", 1, 38, "unexpected token: '<EOF>'"},
      {"SELECT Id FROM Lead ORDER BY Id DESC ASC", 1, 38, "unexpected token: 'ASC'"},
      {"SELECT Id FROM Lead LIMIT", 1, 26, "unexpected token: '<EOF>'"},
      {"SELECT Id FROM Lead LIMIT 5.5", 1, 27, "unexpected token: '5.5'"},
      {"SELECT Id FROM Lead LIMIT x", 1, 27, "unexpected token: 'x'"},
      {"SELECT Id FROM Lead LIMIT 5 WHERE A=1", 1, 29, "unexpected token: 'WHERE'"},
      {"SELECT Id FROM Lead OFFSET 5 LIMIT 5", 1, 30, "unexpected token: 'LIMIT'"},
      {"SELECT Id FROM Lead WHERE A=1 WHERE B=1", 1, 31, "unexpected token: 'WHERE'"},
  };
  for (const SoqlRefusal& row : rows) {
    const ParseError error = refused(row.text);
    EXPECT_EQ(error.code, "MALFORMED_QUERY") << row.text;
    EXPECT_EQ(error.row, row.row) << row.text;
    EXPECT_EQ(error.column, row.column) << row.text;
    EXPECT_EQ(error.reason, row.reason) << row.text;
    EXPECT_EQ(error.construct, "") << row.text;
  }
}

TEST(SoqlRefusals, AnEscapeThatDoesNotExistIsRefusedAtItsBackslash) {
  for (const std::string_view escape :
       {R"(\x)", R"(\%)", R"(\_)", R"(\0)", R"(\u12)", R"(\u12g4)", R"(\uDC00)", R"(\uD83D)",
        R"(\uD83D\u0041)", R"(\uD83Dx)", R"(\N)", R"(\ )"}) {
    const ParseError error = refused("SELECT Id FROM Lead WHERE A = 'ab" + std::string(escape) + "xy'");
    EXPECT_EQ(error.column, 34) << escape;
    EXPECT_TRUE(error.reason.starts_with("illegal escape")) << error.reason;
  }
}

TEST(SoqlRefusals, NumbersOutsideTheirRangeHaveTheirOwnCode) {
  struct Row {
    std::string_view clause;
    std::string_view reason;
  };
  const Row rows[] = {{"OFFSET 2001", "OFFSET must be between 0 and 2000"},
                      {"OFFSET -1", "OFFSET must be between 0 and 2000"},
                      {"LIMIT -1", "LIMIT must be between 0 and 2147483647"},
                      {"LIMIT 2147483648", "LIMIT must be between 0 and 2147483647"},
                      {"LIMIT 99999999999999999999", "LIMIT must be between 0 and 2147483647"},
                      {"WHERE A = LAST_N_DAYS:100001", "LAST_N_DAYS takes a number between 0 and 100000"}};
  for (const Row& row : rows) {
    const ParseError error = refused("SELECT Id FROM Lead " + std::string(row.clause));
    EXPECT_EQ(error.code, "NUMBER_OUTSIDE_VALID_RANGE") << row.clause;
    EXPECT_EQ(error.reason, row.reason) << row.clause;
  }
}

TEST(SoqlRefusals, ConstructsThatAreNotCarriedOutAreNamed) {
  struct Row {
    std::string_view text;
    std::string_view construct;
    int column;
  };
  const Row rows[] = {
      {"SELECT DISTANCE(A, B) FROM Lead", "function DISTANCE()", 8},
      {"SELECT SUM(COUNT(Id)) FROM Lead", "function COUNT()", 12},
      {"SELECT Id FROM Contact c, c.Account a", "several objects in FROM", 25},
      {"SELECT Id FROM Lead WITH SECURITY_ENFORCED", "WITH", 21},
      {"SELECT Id FROM Lead LIMIT 1 UPDATE TRACKING", "UPDATE TRACKING or UPDATE VIEWSTAT", 29},
      {"SELECT Id FROM Lead WHERE Id IN :ids", "bind variable", 33},
      {"SELECT Id FROM Lead WHERE Id = :id", "bind variable", 32},
      {"SELECT Id FROM Lead LIMIT :n", "bind variable", 27},
      {"SELECT Id FROM Lead WHERE Id = f('x')", "function F()", 32},
      {"SELECT Id FROM Lead ORDER BY F(Id)", "function F()", 30},
  };
  for (const Row& row : rows) {
    const ParseError error = refused(row.text);
    EXPECT_EQ(error.code, "MALFORMED_QUERY") << row.text;
    EXPECT_EQ(error.construct, row.construct) << row.text;
    EXPECT_EQ(error.reason, "unsupported construct: " + std::string(row.construct)) << row.text;
    EXPECT_EQ(error.column, row.column) << row.text;
  }
}

TEST(SoqlRefusals, WordsThatOnlyLookLikeDateLiteralsAreNone) {
  for (const std::string_view word : {"LAST_", "LAST_N_", "N__AGO", "N_WEEK_AGO", "LAST_WEEKS", "THIS_N_DAYS",
                                      "TODAYS", "US5000", "USDX"}) {
    const ParseError error = refused("SELECT Id FROM Lead WHERE A = " + std::string(word));
    EXPECT_EQ(error.reason, "unexpected token: '" + std::string(word) + "'");
  }
}

TEST(SoqlRefusals, TheMessageLooksAsTheCrmWritesIt) {
  EXPECT_EQ(refused("SELECT Id FORM Lead").message,
            "\nSELECT Id FORM Lead\n          ^\nERROR at Row:1:Column:11\nunexpected token: 'FORM'");
  EXPECT_EQ(refused("SELECT Id\nFROM\tLead WERE x").message,
            "\nFROM Lead WERE x\n               ^\nERROR at Row:2:Column:16\nunexpected token: 'x'");
}

TEST(SoqlRefusals, TheExcerptOfALongQueryIsShort) {
  const std::string start = "SELECT Id FROM Lead WHERE A = '" + std::string(300, 'x') + "' AND ";
  const ParseError error = refused(start + "! B = '" + std::string(300, 'y') + "'");
  EXPECT_EQ(error.column, static_cast<int>(start.size()) + 1);
  EXPECT_EQ(error.message, "\n" + start.substr(start.size() - 40) + "! B = '" + std::string(33, 'y') + "\n" +
                               std::string(40, ' ') + "^\nERROR at Row:1:Column:338\nunexpected token: '!'");
}

TEST(SoqlRefusals, AnExcerptNeverCutsACharacter) {
  std::string accents;
  for (int i = 0; i < 100; ++i)
    accents += "é";
  const ParseError error = refused("SELECT Id FROM Lead WHERE A = '" + accents + "' '" + accents + "'");
  EXPECT_TRUE(is_valid_utf8(error.message)) << error.message;
  EXPECT_EQ(error.column, 134);
}

TEST(SoqlRefusals, ALongNameIsRefused) {
  parsed("SELECT " + std::string(kNameCharsMax, 'a') + " FROM Lead");
  const ParseError error = refused("SELECT " + std::string(kNameCharsMax + 1, 'a') + " FROM Lead");
  EXPECT_EQ(error.reason, "name longer than 255 characters");
}

TEST(SoqlRefusals, QueriesInsideEachOtherAreBounded) {
  const auto nested = [](size_t depth) {
    std::string text = "SELECT Id FROM A";
    for (size_t i = 0; i < depth; ++i)
      text = "SELECT Id, (" + text + ") FROM A";
    return text;
  };
  parsed(nested(kNestingMax));
  EXPECT_EQ(refused(nested(kNestingMax + 1)).reason, "conditions nested deeper than 50");
  refused(nested(10'000).substr(0, kQueryCharsMax));
}

TEST(SoqlRefusals, ALongNumberIsRefused) {
  where("A = " + std::string(kNumberCharsMax, '1'));
  const ParseError error = refused("SELECT Id FROM Lead WHERE A = " + std::string(kNumberCharsMax + 1, '1'));
  EXPECT_EQ(error.reason, "number longer than 64 characters");
}

TEST(SoqlRefusals, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(refused("SELECT Id FROM Lead WHERE A = '\xff'").reason, "the query is not valid UTF-8");
  EXPECT_EQ(refused(std::string_view("SELECT Id FROM Lead\0", 20)).column, 20);
}

RC_GTEST_PROP(SoqlRefusals, AnyBytesAreAnswered, (const std::string& bytes)) {
  parse(bytes);
  parse_condition(bytes);
}

// Words of the language in any order: reaches far deeper than random bytes.
RC_GTEST_PROP(SoqlRefusals, AnyWordsAreAnsweredAndWhatIsAcceptedPrintsBack, ()) {
  const auto word = rc::gen::element<std::string>(
      "SELECT", "Id", "Lead", "l", ".", ",", "FROM", "WHERE", "(", ")", "=", "<=", "!=", "LIKE", "IN", "NOT",
      "AND", "OR", "'a'", "'\\'", "5", "2026-11-20", "2026-11-20T08:15:30Z", "null", "true", "ORDER", "BY",
      "DESC", "NULLS", "LAST", "LIMIT", "OFFSET", "COUNT", "Group", ":", "TODAY", "LAST_N_DAYS", "TYPEOF",
      "WHEN", "THEN", "ELSE", "END", "FIELDS", "ALL", "GROUP", "ROLLUP", "HAVING", "SUM", "CALENDAR_YEAR",
      "convertTimezone", "INCLUDES", "FOR", "VIEW", "USING", "SCOPE", "USD5");
  std::string text =
      *rc::gen::element<std::string>("", "SELECT ", "SELECT Id FROM Lead ", "SELECT Id FROM Lead WHERE ",
                                     "SELECT Id FROM Lead GROUP BY Id ", "SELECT (SELECT Id FROM Lead ");
  for (const std::string& w : *rc::gen::container<std::vector<std::string>>(word))
    text += w + " ";
  const auto result = parse(text);
  if (const auto* error = std::get_if<ParseError>(&result)) {
    RC_ASSERT(!error->reason.empty());
    RC_ASSERT(error->row == 1 && error->column >= 1 && error->column <= static_cast<int>(text.size()) + 1);
    return;
  }
  const Query& query = std::get<Query>(result);
  const auto again = parse(print(query));
  RC_ASSERT(std::holds_alternative<Query>(again));
  RC_ASSERT(std::get<Query>(again) == query);
}

}  // namespace
}  // namespace prospectd::salesforce_wire::soql
