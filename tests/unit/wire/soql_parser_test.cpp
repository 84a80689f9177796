// What is a query, and the tree it becomes. Source: API §5.1, §5.3.
#include <chrono>

#include "tests/unit/wire/soql_support.h"

namespace prospectd::salesforce_wire::soql {
namespace {

using namespace std::chrono_literals;

constexpr Date kDay = std::chrono::year{2026} / 11 / 20;
constexpr Timestamp kParsedMoment{kDay + 8h + 15min + 30s};

TEST(SoqlParser, ThePollQueryBecomesItsTree) {
  const Query query = parsed(
      "SELECT Id, LastName, Owner.Name FROM Lead WHERE SystemModstamp >= 2026-11-20T08:15:30Z AND "
      "SystemModstamp < 2026-11-20T08:15:31.000Z ORDER BY SystemModstamp, Id LIMIT 2000");
  Query expected;
  expected.select = {SelectItem::of("Id"), SelectItem::of("LastName"), SelectItem::of("Owner.Name")};
  expected.object = "Lead";
  expected.where = all_of({compare("SystemModstamp", Operator::kGreaterOrEqual, kParsedMoment),
                           compare("SystemModstamp", Operator::kLess, kParsedMoment + 1s)});
  expected.order = {OrderBy{FieldPath::of("SystemModstamp")}, OrderBy{FieldPath::of("Id")}};
  expected.limit = 2000;
  EXPECT_EQ(query, expected);
}

TEST(SoqlParser, CountStandsInPlaceOfFields) {
  const Query query = parsed("select count() from Lead where IsDeleted = false");
  EXPECT_TRUE(query.count);
  EXPECT_TRUE(query.select.empty());
  EXPECT_EQ(query.where, compare("IsDeleted", Operator::kEqual, false));
}

TEST(SoqlParser, SubqueriesAndAggregatesBecomeTheirTrees) {
  const Query query = parsed(
      "SELECT Id, (SELECT Email FROM Contacts WHERE Email != null) FROM Account WHERE Id IN (SELECT "
      "AccountId "
      "FROM Contact)");
  const auto& children = std::get<Subquery>(query.select[1].expression).query.front();
  EXPECT_EQ(children.object, "Contacts");
  EXPECT_EQ(children.where, compare("Email", Operator::kNotEqual, Null{}));
  const auto& join = std::get<Comparison>(query.where->node);
  EXPECT_TRUE(join.values.empty());
  EXPECT_EQ(join.subquery.front().select[0], SelectItem::of("AccountId"));
  EXPECT_FALSE(query.aggregates());

  const Query groups = parsed(
      "SELECT Owner.Name o, COUNT_DISTINCT(l.Email) n FROM Lead l GROUP BY Owner.Name HAVING COUNT(Id) > 1");
  EXPECT_TRUE(groups.aggregates());
  EXPECT_EQ(groups.select[0].alias, "o");
  FieldPath distinct = FieldPath::of("Email");
  distinct.function = Function::kCountDistinct;
  EXPECT_EQ(*groups.select[1].field(), distinct);
  EXPECT_EQ(groups.group.fields, std::vector<FieldPath>{FieldPath::of("Owner.Name")});
  EXPECT_TRUE(groups.having.has_value());
}

TEST(SoqlParser, EveryDateLiteralOfTheApiIsRead) {
  const char* const plain[] = {"YESTERDAY",
                               "TODAY",
                               "TOMORROW",
                               "LAST_WEEK",
                               "THIS_WEEK",
                               "NEXT_WEEK",
                               "LAST_MONTH",
                               "THIS_MONTH",
                               "NEXT_MONTH",
                               "LAST_90_DAYS",
                               "NEXT_90_DAYS",
                               "THIS_QUARTER",
                               "LAST_QUARTER",
                               "NEXT_QUARTER",
                               "THIS_YEAR",
                               "LAST_YEAR",
                               "NEXT_YEAR",
                               "THIS_FISCAL_QUARTER",
                               "LAST_FISCAL_QUARTER",
                               "NEXT_FISCAL_QUARTER",
                               "THIS_FISCAL_YEAR",
                               "LAST_FISCAL_YEAR",
                               "NEXT_FISCAL_YEAR"};
  for (const char* word : plain) {
    const Condition condition = where("A = " + std::string(word));
    EXPECT_EQ(std::get<DateLiteral>(std::get<Comparison>(condition.node).values[0]).name, word);
  }
  for (const char* unit :
       {"DAYS", "WEEKS", "MONTHS", "QUARTERS", "YEARS", "FISCAL_QUARTERS", "FISCAL_YEARS"}) {
    for (const std::string& word :
         {std::string("LAST_N_") + unit, std::string("NEXT_N_") + unit, std::string("N_") + unit + "_AGO"}) {
      const Condition condition = where("A = " + word + ":3");
      const auto& literal = std::get<DateLiteral>(std::get<Comparison>(condition.node).values[0]);
      EXPECT_EQ(literal.name, word);
      EXPECT_EQ(literal.number, 3);
    }
  }
}

TEST(SoqlParser, EveryOperatorIsRead) {
  struct Row {
    std::string_view text;
    Operator op;
  };
  const Row rows[] = {{"=", Operator::kEqual},          {"!=", Operator::kNotEqual},
                      {"<>", Operator::kNotEqual},      {"<", Operator::kLess},
                      {"<=", Operator::kLessOrEqual},   {">", Operator::kGreater},
                      {">=", Operator::kGreaterOrEqual}};
  for (const Row& row : rows) {
    EXPECT_EQ(where("Age__c " + std::string(row.text) + " 5"), compare("Age__c", row.op, Number{"5"}));
    EXPECT_EQ(where("Age__c" + std::string(row.text) + "5"), compare("Age__c", row.op, Number{"5"}));
  }
  EXPECT_EQ(where("Name like 'A%'"), compare("Name", Operator::kLike, std::string("A%")));
  EXPECT_EQ(where("Name IN ('a' , 'b')"), in_list("Name", {std::string("a"), std::string("b")}));
  Condition none = in_list("Name", {Null{}});
  std::get<Comparison>(none.node).op = Operator::kNotIn;
  EXPECT_EQ(where("Name NOT IN (null)"), none);
}

TEST(SoqlParser, EveryLiteralIsRead) {
  struct Row {
    std::string_view text;
    Literal value;
  };
  const Row rows[] = {
      {"null", Null{}},
      {"NULL", Null{}},
      {"true", true},
      {"False", false},
      {"0", Number{"0"}},
      {"-12.50", Number{"-12.50"}},
      {"+3", Number{"+3"}},
      {".5", Number{".5"}},
      {"1.0E7", Number{"1.0E7"}},
      {"2026-11-20", kDay},
      {"2026-11-20T08:15:30Z", kParsedMoment},
      {"2026-11-20T08:15:30.000Z", kParsedMoment},
      {"2026-11-20T08:15:30.123z", kParsedMoment + 123ms},
      {"2026-11-20T09:15:30+01:00", kParsedMoment},
      {"2026-11-20T00:15:30-0800", kParsedMoment},
      {"'text'", std::string("text")},
      {"''", std::string()},
      {"'é漢😀'", std::string("é漢😀")},
      {"'two\nlines'", std::string("two\nlines")},
  };
  for (const Row& row : rows)
    EXPECT_EQ(where("F = " + std::string(row.text)), compare("F", Operator::kEqual, row.value)) << row.text;
}

TEST(SoqlParser, EveryEscapeIsUndone) {
  EXPECT_EQ(where(R"(F = '\n\r\t\b\f\"\'\\')"),
            compare("F", Operator::kEqual, std::string("\n\r\t\b\f\"'\\")));
  EXPECT_EQ(where(R"(F = '\u0041\u00e9\u6F22\uD83D\uDE00')"),
            compare("F", Operator::kEqual, std::string("Aé漢😀")));
  EXPECT_EQ(where(R"(F = 'O\'Brien')"), compare("F", Operator::kEqual, std::string("O'Brien")));
}

TEST(SoqlParser, LikeKeepsTheEscapesOfItsPattern) {
  EXPECT_EQ(where(R"(F LIKE '100\%\_%_')"), compare("F", Operator::kLike, std::string(R"(100\%\_%_)")));
  EXPECT_EQ(where(R"(F LIKE 'a\\b\'c')"), compare("F", Operator::kLike, std::string(R"(a\\b'c)")));
  EXPECT_EQ(where(R"(F LIKE '\u005c%')"), compare("F", Operator::kLike, std::string(R"(\\%)")));
}

TEST(SoqlParser, ConditionsKeepTheirParentheses) {
  const auto c = [](std::string_view field) { return compare(field, Operator::kEqual, Number{"1"}); };
  EXPECT_EQ(where("A=1 AND B=1 AND C=1"), all_of({c("A"), c("B"), c("C")}));
  EXPECT_EQ(where("A=1 OR B=1"), any_of({c("A"), c("B")}));
  EXPECT_EQ(where("A=1 AND (B=1 OR C=1)"), all_of({c("A"), any_of({c("B"), c("C")})}));
  EXPECT_EQ(where("(A=1 AND B=1) AND C=1"), all_of({all_of({c("A"), c("B")}), c("C")}));
  EXPECT_EQ(where("((A=1))"), c("A"));
  EXPECT_EQ(where("NOT A=1"), negate(c("A")));
  EXPECT_EQ(where("NOT(A=1 OR B=1)"), negate(any_of({c("A"), c("B")})));
  EXPECT_EQ(where("A=1 AND (NOT B=1)"), all_of({c("A"), negate(c("B"))}));
  EXPECT_EQ(where("NOT (NOT A=1)"), negate(negate(c("A"))));
}

TEST(SoqlParser, OrderNamesDirectionAndNulls) {
  const Query query = parsed(
      "SELECT Id FROM Lead ORDER BY A, B ASC, C DESC, D NULLS LAST, E ASC NULLS FIRST, F.G DESC NULLS LAST");
  const std::vector<OrderBy> expected = {
      {FieldPath::of("A"), false, std::nullopt},  {FieldPath::of("B"), false, std::nullopt},
      {FieldPath::of("C"), true, std::nullopt},   {FieldPath::of("D"), false, Nulls::kLast},
      {FieldPath::of("E"), false, Nulls::kFirst}, {FieldPath::of("F.G"), true, Nulls::kLast}};
  EXPECT_EQ(query.order, expected);
}

TEST(SoqlParser, LimitAndOffsetReachTheirBounds) {
  const Query query = parsed("SELECT Id FROM Lead LIMIT 0 OFFSET 2000");
  EXPECT_EQ(query.limit, 0);
  EXPECT_EQ(query.offset, 2000);
  EXPECT_EQ(parsed("SELECT Id FROM Lead LIMIT 2147483647").limit, kLimitMax);
}

TEST(SoqlParser, NamesOfTheOwnObjectAreDropped) {
  const Query query =
      parsed("SELECT l.Id, Lead.Name, L.Owner.Name FROM Lead AS l WHERE lead.Email != null ORDER BY l.Id");
  EXPECT_EQ(query.alias, "l");
  EXPECT_EQ(query.select, (std::vector<SelectItem>{SelectItem::of("Id"), SelectItem::of("Name"),
                                                   SelectItem::of("Owner.Name")}));
  EXPECT_EQ(query.where, compare("Email", Operator::kNotEqual, Null{}));
  EXPECT_EQ(query.order[0].field, FieldPath::of("Id"));
  // Alone it would be taken for a keyword.
  EXPECT_EQ(parsed("SELECT Lead.Limit FROM Lead").select[0], SelectItem::of("Lead.Limit"));
}

TEST(SoqlParser, ReservedWordsAreObjectsWhereTheyName) {
  EXPECT_EQ(parsed("SELECT Id FROM Group WHERE Type = 'Queue'").object, "Group");
  EXPECT_EQ(parsed("SELECT Id FROM Order ORDER BY Id").object, "Order");
  EXPECT_EQ(parsed("SELECT Group.Name FROM GroupMember").select[0], SelectItem::of("Group.Name"));
}

TEST(SoqlParser, BlanksAndLinesDoNotMatter) {
  EXPECT_EQ(parsed("\n SELECT\tId\r\n,Name\fFROM\nLead\n"), parsed("SELECT Id,Name FROM Lead"));
}

TEST(SoqlParser, ALongListIsRead) {
  std::string text = "SELECT Id FROM Lead WHERE Id IN (";
  for (int i = 0; i < 4000; ++i)
    text += "'00QHs00000Led1dMAB',";
  text.back() = ')';
  EXPECT_EQ(std::get<Comparison>(parsed(text).where->node).values.size(), 4000u);
}

TEST(SoqlParser, NestingReachesItsBound) {
  const auto nested = [](size_t depth) {
    return "SELECT Id FROM Lead WHERE " + std::string(depth, '(') + "A=1" + std::string(depth, ')');
  };
  parsed(nested(kNestingMax));
  const ParseError error = refused(nested(kNestingMax + 1));
  EXPECT_EQ(error.reason, "conditions nested deeper than 50");
  EXPECT_EQ(error.column, 77);
  refused("SELECT Id FROM Lead WHERE " + std::string(90'000, '('));
}

TEST(SoqlParser, AStringReachesItsBound) {
  const auto query = [](size_t characters) {
    std::string text = "SELECT Id FROM Lead WHERE F = '";
    for (size_t i = 0; i < characters; ++i)
      text += "é";
    return text + "'";
  };
  parsed(query(kStringCharsMax));
  EXPECT_EQ(refused(query(kStringCharsMax + 1)).reason, "string longer than 4000 characters");
}

TEST(SoqlParser, AQueryReachesItsBound) {
  const std::string query = "SELECT Id FROM Lead";
  parsed(query + std::string(kQueryCharsMax - query.size(), ' '));
  const ParseError error = refused(query + std::string(kQueryCharsMax - query.size() + 1, ' '));
  EXPECT_EQ(error.reason, "the query is longer than 100000 characters");
  EXPECT_EQ(error.code, "MALFORMED_QUERY");
}

TEST(SoqlParser, AConditionIsReadAlone) {
  const auto result = parse_condition("Rating = 'Hot' AND (NOT Email = null)");
  ASSERT_TRUE(std::holds_alternative<Condition>(result));
  EXPECT_EQ(std::get<Condition>(result), where("Rating = 'Hot' AND (NOT Email = null)"));
  for (const std::string_view bad : {"", "Rating", "Rating = 'Hot' LIMIT 5", "WHERE A=1", "A=1) OR (B=1"})
    EXPECT_TRUE(std::holds_alternative<ParseError>(parse_condition(bad))) << bad;
}

TEST(SoqlTree, NumbersGiveTheirValue) {
  EXPECT_EQ(Number{"+12"}.as_int(), 12);
  EXPECT_EQ(Number{"-12"}.as_int(), -12);
  EXPECT_EQ(Number::of(INT64_MIN).as_int(), INT64_MIN);
  EXPECT_EQ(Number{"1.0"}.as_int(), std::nullopt);
  EXPECT_EQ(Number{"9223372036854775808"}.as_int(), std::nullopt);
  EXPECT_DOUBLE_EQ(Number{"+1.5"}.as_double(), 1.5);
  EXPECT_DOUBLE_EQ(Number{".5"}.as_double(), 0.5);
  EXPECT_DOUBLE_EQ(Number{"1.0E7"}.as_double(), 1e7);
  EXPECT_DOUBLE_EQ(Number{"1e-999"}.as_double(), 0.0);
  EXPECT_TRUE(Number{"-1e999"}.as_double() < -1e308);
}

TEST(SoqlTree, EveryComparisonIsVisitedInOrder) {
  const Condition condition = where("A=1 AND (B=1 OR (NOT C=1)) AND D IN (1)");
  std::string seen;
  for_each_comparison(condition, [&](const Comparison& c) { seen += c.field.text(); });
  EXPECT_EQ(seen, "ABCD");
}

TEST(SoqlTree, PathsAreSplitAndJoined) {
  EXPECT_EQ(FieldPath::of("Owner.Manager.Name").parts,
            (std::vector<std::string>{"Owner", "Manager", "Name"}));
  EXPECT_EQ(FieldPath::of("Owner.Manager.Name").text(), "Owner.Manager.Name");
  EXPECT_EQ(FieldPath::of("Id").parts, std::vector<std::string>{"Id"});
}

}  // namespace
}  // namespace prospectd::salesforce_wire::soql
