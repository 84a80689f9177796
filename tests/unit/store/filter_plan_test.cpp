// How the database goes about a filter: by the index where there is one, and with what a filter refers to
// (owners, tags) looked up once, not for each prospect.
#include <gmock/gmock.h>

#include "reconcile/prospect_expression.h"
#include "reconcile/store/sqlite_db.h"
#include "reconcile/store/sqlite_prospect_expression.h"
#include "tests/unit/store/store_file.h"

namespace prospectd::store {
namespace {

class FilterPlan : public StoreFile {
 protected:
  FilterPlan() {
    EXPECT_TRUE(schema_.add_custom("custom.segment", mapping::LocalType::kText, true));
    EXPECT_TRUE(schema_.add_custom("custom.seats", mapping::LocalType::kInteger, true));
    EXPECT_TRUE(schema_.add_custom("custom.renewal", mapping::LocalType::kDate, true));
    EXPECT_TRUE(schema_.add_custom("custom.note", mapping::LocalType::kText, false));
  }

  FilterSql compiled(const std::string& text) const {
    const auto parsed = mapping::expression::parse(text, reconcile::prospect_catalogue(schema_), {});
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
    auto made = filter_sql(*parsed, prospect_fields(schema_), 3);
    EXPECT_TRUE(made);
    return *std::move(made);
  }

  // The steps of SQLite's plan, a line each.
  std::string plan_of(const std::string& text) const {
    auto db = Database::open(path(), Database::Mode::kRead, 1 << 20);
    EXPECT_TRUE(db) << db.error().text();
    Statement statement(**db, "EXPLAIN QUERY PLAN SELECT p.id FROM prospects AS p WHERE p.id > ?1 AND " +
                                  compiled(text).condition + " ORDER BY p.id LIMIT ?2");
    Query query(statement);
    std::string steps;
    while (query.step())
      steps += std::string(query.text(3)) + "\n";
    EXPECT_TRUE(query.done()) << text;
    return steps;
  }
};

using testing::HasSubstr;
using testing::Not;

TEST_F(FilterPlan, AnIndexedCustomFieldIsFoundByItsIndex) {
  make(1);
  for (const char* text : {"custom.segment:Gold", "custom.segment:\"two words\"", "custom.segment:go*",
                           "custom.segment:[a TO c]"}) {
    EXPECT_THAT(plan_of(text), HasSubstr("SEARCH p USING INDEX custom_index_custom.segment (<expr>")) << text;
  }
  EXPECT_THAT(plan_of("custom.seats:42"),
              HasSubstr("SEARCH p USING INDEX custom_index_custom.seats (<expr>=?"));
  EXPECT_THAT(plan_of("custom.seats:[1 TO 9]"),
              HasSubstr("custom_index_custom.seats (<expr>>? AND <expr><?)"));
  EXPECT_THAT(plan_of("custom.renewal:2026-11"),
              HasSubstr("custom_index_custom.renewal (<expr>>? AND <expr><?)"));
  EXPECT_THAT(plan_of("custom.segment:gold tag:vip stage:new"), HasSubstr("USING INDEX"));
  EXPECT_THAT(plan_of("custom.note:x"), Not(HasSubstr("custom_index")));
}

TEST_F(FilterPlan, OwnersAndTagsAreLookedUpOnce) {
  make(1);
  for (const char* text : {"owner:\"ana@acme.test\"", "account:acme*", "-owner:ana*"}) {
    const std::string plan = plan_of(text);
    EXPECT_THAT(plan, HasSubstr("LIST SUBQUERY")) << text;
    EXPECT_THAT(plan, Not(HasSubstr("CORRELATED"))) << text;
  }
  const std::string tagged = plan_of("tag:vip");
  EXPECT_THAT(tagged, HasSubstr("SEARCH p USING INTEGER PRIMARY KEY (rowid=?)"));
  EXPECT_THAT(tagged, HasSubstr("prospect_tags_by_tag"));
  EXPECT_THAT(tagged, Not(HasSubstr("CORRELATED")));
}

TEST_F(FilterPlan, ValuesAreParametersAndNeverText) {
  const FilterSql sql = compiled(R"(company:"x' OR 1=1 --" custom.note:*%_*)");
  EXPECT_THAT(sql.condition, Not(HasSubstr("1=1")));
  EXPECT_THAT(sql.condition, Not(HasSubstr("%")));
  ASSERT_EQ(sql.parameters.size(), 2u);
  EXPECT_EQ(sql.parameters[0].str(), "x' or 1=1 --");
  EXPECT_EQ(sql.parameters[1].str(), "%_");
}

TEST_F(FilterPlan, AnIndexOfAnOlderFormIsMadeAnew) {
  make(1);
  {
    auto db = Database::open(path(), Database::Mode::kWrite, 1 << 20);
    ASSERT_TRUE(db) << db.error().text();
    ASSERT_TRUE((*db)->exec(R"(DROP INDEX "custom_index_custom.segment";
        CREATE INDEX "custom_index_custom.segment" ON prospects (json_extract(custom, '$."custom.segment"'))
        WHERE custom IS NOT NULL)"));
  }
  EXPECT_THAT(plan_of("custom.segment:Gold"), Not(HasSubstr("custom_index")));
  ASSERT_TRUE(must_open());
  EXPECT_THAT(plan_of("custom.segment:Gold"), HasSubstr("USING INDEX custom_index_custom.segment"));
}

}  // namespace
}  // namespace prospectd::store
