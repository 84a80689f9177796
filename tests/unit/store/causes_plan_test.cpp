// How the database finds the causes of a job: by their index, however many polls there were.
#include <gmock/gmock.h>

#include "reconcile/store/sqlite_causes.h"
#include "tests/unit/store/store_file.h"

namespace prospectd::store {
namespace {

class CausesPlan : public StoreFile {};

TEST_F(CausesPlan, TheCausesOfAJobAreFoundByTheirIndex) {
  make(1);
  auto db = Database::open(path(), Database::Mode::kRead, 1 << 20);
  ASSERT_TRUE(db) << db.error().text();
  Statement statement(**db, "EXPLAIN QUERY PLAN " + causes_of_job_sql());
  Query query(statement);
  std::string steps;
  while (query.step())
    steps += std::string(query.text(3)) + "\n";
  ASSERT_TRUE(query.done());
  EXPECT_THAT(steps, testing::HasSubstr("SEARCH causes USING INDEX causes_by_job (<expr>=?)"));
  EXPECT_THAT(steps, testing::Not(testing::HasSubstr("TEMP B-TREE"))) << "in the index's own order";
}

}  // namespace
}  // namespace prospectd::store
