// Opening: folder, permissions, the lock (F49), creation that is all or nothing, migrations, indexes.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "reconcile/store/file_lock.h"
#include "reconcile/store/sqlite_file.h"
#include "reconcile/store/sqlite_migrations.h"
#include "tests/unit/store/store_file.h"

namespace prospectd::store {
namespace {

namespace fs = std::filesystem;

class Opening : public StoreFile {
 protected:
  static unsigned mode_of(const std::string& path) {
    struct stat info = {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777U;
  }
};

TEST_F(Opening, TheFolderIsMadeForUsAlone) {
  SqliteOptions options;
  options.path = scratch_.file("a/b/prospects.db");
  ASSERT_TRUE(open_sqlite(options));
  EXPECT_EQ(mode_of(scratch_.file("a")), 0700U);
  EXPECT_EQ(mode_of(scratch_.file("a/b")), 0700U);
  EXPECT_EQ(mode_of(options.path), 0600U);
  EXPECT_EQ(mode_of(options.path + ".lock"), 0600U);
}

TEST_F(Opening, TheLogIsOurs) {
  const auto store = must_open();
  EXPECT_EQ(mode_of(path() + "-wal"), 0600U);
}

TEST_F(Opening, AFolderThatCannotBeMadeIsAMistakeOfTheConfig) {
  write_bytes(scratch_.file("file"), "x");
  SqliteOptions options;
  options.path = scratch_.file("file/prospects.db");
  const auto store = open_sqlite(options);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kConfigInvalid);
}

TEST_F(Opening, ASecondStoreIsRefusedAndToldWhoHasTheFirst) {
  auto first = must_open();
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kLockHeld);
  EXPECT_NE(second.error().text().find(std::to_string(::getpid())), std::string::npos)
      << second.error().text();
  first.reset();
  EXPECT_TRUE(open());
}

TEST_F(Opening, ALockFileLeftBehindIsNoLock) {
  write_bytes(path() + ".lock", "4711\n");
  EXPECT_TRUE(open());
}

TEST_F(Opening, AStoreThatACrashStoppedLetsGoOfTheLock) {
  bool armed = false;
  auto store = must_open([&](CommitPoint) { return !armed; });
  armed = true;
  EXPECT_FALSE(commit(*store, creations({1}, 1, 1)));
  EXPECT_TRUE(open());
}

TEST_F(Opening, AHalfMadeDatabaseIsBegunAnew) {
  // What a crash in the middle of the first start leaves.
  write_bytes(path() + ".new", "half");
  write_bytes(path() + ".new-wal", "of it");
  const auto store = must_open();
  EXPECT_EQ(read_all(*store)->size(), 0U);
  EXPECT_FALSE(fs::exists(path() + ".new"));
  EXPECT_FALSE(fs::exists(path() + ".new-wal"));
}

TEST_F(Opening, OpeningAgainWritesNothing) {
  make(5);
  const std::string before = bytes_of(path());
  must_open().reset();
  EXPECT_EQ(bytes_of(path()), before);
}

TEST_F(Opening, PlainSqliteReadsTheFile) {
  make(5);
  // Others may read it without the layer that checks pages: it is an ordinary database.
  const std::string bytes = bytes_of(path());
  EXPECT_EQ(bytes.substr(0, 15), "SQLite format 3");
  EXPECT_EQ(bytes.size() % kPageBytes, 0U);
}

// ---- migrations (F58) ----

class Migrating : public Opening {
 protected:
  std::shared_ptr<Database> database() const {
    write_bytes(path(), "");
    auto db = Database::open(path(), Database::Mode::kCreate, 1 << 20);
    EXPECT_TRUE(db) << db.error().text();
    return *db;
  }
};

TEST_F(Migrating, EachRunsOnceAndInOrder) {
  const auto db = database();
  std::vector<Migration> steps = {{"0001_a.sql", "CREATE TABLE t (n); INSERT INTO t VALUES (1);"}};
  ASSERT_TRUE(migrate(*db, {kApplicationId, steps}));
  ASSERT_TRUE(migrate(*db, {kApplicationId, steps}));
  steps.push_back({"0002_b.sql", "INSERT INTO t SELECT n + 1 FROM t;"});
  ASSERT_TRUE(migrate(*db, {kApplicationId, steps}));
  EXPECT_EQ(*db->number("SELECT group_concat(n, '') FROM t"), 12);
  EXPECT_EQ(*db->number("PRAGMA user_version"), 2);
  EXPECT_EQ(*db->number("PRAGMA application_id"), kApplicationId);
}

TEST_F(Migrating, OneThatFailsLeavesTheSchemaAsItWas) {
  const auto db = database();
  const std::vector<Migration> steps = {
      {"0001_a.sql", "CREATE TABLE t (n);"},
      {"0002_bad.sql", "INSERT INTO t VALUES (1); CREATE TABLE u (n); INSERT INTO missing VALUES (1);"}};
  const auto done = migrate(*db, {kApplicationId, steps});
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().text().find("0002_bad.sql"), std::string::npos) << done.error().text();
  EXPECT_EQ(*db->number("PRAGMA user_version"), 1);
  EXPECT_EQ(*db->number("SELECT count(*) FROM t"), 0);
  EXPECT_EQ(*db->number("SELECT count(*) FROM sqlite_schema WHERE name = 'u'"), 0);
  EXPECT_FALSE(db->in_transaction());
}

TEST_F(Migrating, TheBuiltInOnesAreNumberedWithoutGaps) {
  const auto& steps = sqlite_migrations();
  ASSERT_FALSE(steps.empty());
  for (size_t i = 0; i < steps.size(); ++i) {
    std::string number = std::to_string(i + 1);
    number.insert(0, 4 - number.size(), '0');
    EXPECT_EQ(steps[i].name.substr(0, 5), number + "_");
  }
}

// ---- indexes of custom fields ----

class CustomIndexes : public Opening {
 protected:
  int64_t indexes() const {
    auto db = Database::open(path(), Database::Mode::kRead, 1 << 20);
    return *(*db)->number("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'custom_index_%'");
  }
};

TEST_F(CustomIndexes, ComeAndGoWithTheMapping) {
  ASSERT_TRUE(schema_.add_custom("custom.birthday", mapping::LocalType::kDate, true));
  ASSERT_TRUE(schema_.add_custom("custom.other", mapping::LocalType::kText, false));
  make(1);
  EXPECT_EQ(indexes(), 1);
  must_open().reset();
  EXPECT_EQ(indexes(), 1);
  schema_ = mapping::LocalSchema();
  must_open().reset();
  EXPECT_EQ(indexes(), 0);
}

TEST_F(CustomIndexes, AreUsed) {
  ASSERT_TRUE(schema_.add_custom("custom.birthday", mapping::LocalType::kDate, true));
  make(1);
  auto db = Database::open(path(), Database::Mode::kRead, 1 << 20);
  Statement statement(**db,
                      "EXPLAIN QUERY PLAN SELECT id FROM prospects WHERE custom IS NOT NULL AND "
                      "json_extract(custom, '$.\"custom.birthday\"') = '2000-01-01'");
  Query query(statement);
  ASSERT_TRUE(query.step());
  EXPECT_NE(query.text(3).find("custom_index_custom.birthday"), std::string_view::npos) << query.text(3);
}

}  // namespace
}  // namespace prospectd::store
