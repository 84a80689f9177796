// A database looked at from outside: beside a store that works on it, or without one; nothing is changed.
#include "reconcile/store/inspect.h"

#include <unistd.h>

#include <filesystem>

#include "reconcile/store/sqlite_db.h"
#include "tests/unit/store/store_file.h"

namespace prospectd::store {
namespace {

namespace fs = std::filesystem;

class Inspect : public StoreFile {};

TEST_F(Inspect, ADatabaseThatIsNotThereIsNotMade) {
  const auto seen = inspect_sqlite(path());
  ASSERT_TRUE(seen) << seen.error().text();
  EXPECT_FALSE(seen->found);
  EXPECT_GT(seen->newest_schema, 0);
  EXPECT_TRUE(look_through_sqlite(path(), {}));
  EXPECT_FALSE(sqlite_owner(path()));
  EXPECT_TRUE(fs::is_empty(fs::path(path()).parent_path()));
}

TEST_F(Inspect, BesideAStoreItSeesWhatIsCommittedAndWhoseItIs) {
  const auto store = must_open();
  const ConnectionId connection = *store->connection("salesforce");
  reconcile::Plan plan = creations(connection, 1, 50);
  reconcile::CursorMove move;
  move.connection = connection;
  move.object = "Lead";
  move.next.stamp = move.next.verified = at(1'000);
  plan.cursor = move;
  ASSERT_TRUE(commit(*store, plan));
  const auto seen = inspect_sqlite(path());
  ASSERT_TRUE(seen) << seen.error().text();
  EXPECT_TRUE(seen->found);
  EXPECT_EQ(seen->schema, seen->newest_schema);
  EXPECT_EQ(seen->totals.prospects, 50);
  EXPECT_GT(seen->log_bytes, 0);
  ASSERT_EQ(seen->cursors.size(), 1U);
  EXPECT_EQ(seen->cursors[0].connection, "salesforce");
  EXPECT_EQ(seen->cursors[0].object, "Lead");
  EXPECT_EQ(seen->cursors[0].verified, at(1'000));
  EXPECT_EQ(sqlite_owner(path()), "process " + std::to_string(::getpid()));
  EXPECT_TRUE(look_through_sqlite(path(), [] { return false; }));
  ASSERT_TRUE(commit(*store, creations(connection, 51, 50))) << "and the store goes on";
}

TEST_F(Inspect, WhatAStoreHasLeftIsReadAndOpensAgain) {
  make(100);
  const std::string whole = bytes_of(path());
  const auto seen = inspect_sqlite(path());
  ASSERT_TRUE(seen) << seen.error().text();
  EXPECT_EQ(seen->totals.prospects, 100);
  EXPECT_FALSE(sqlite_owner(path()));
  EXPECT_EQ(bytes_of(path()), whole);
  EXPECT_TRUE(open());
}

TEST_F(Inspect, DamageIsFoundAndLeftAsItIs) {
  make(300);
  std::string bytes = bytes_of(path());
  bytes.replace(bytes.size() / 2, 16, std::string(16, 'x'));
  write_bytes(path(), bytes);
  const auto done = look_through_sqlite(path(), [] { return false; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kStateDamaged);
  EXPECT_EQ(bytes_of(path()), bytes);
  write_bytes(path(), "this is no database");
  EXPECT_EQ(inspect_sqlite(path()).error().code, ErrorCode::kStateDamaged);
}

TEST_F(Inspect, LookingThroughStopsWhenItIsTold) {
  make(2'000);
  const auto done = look_through_sqlite(path(), [] { return true; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kCancelled);
}

TEST_F(Inspect, AnOlderSchemaIsToldAndANewerOneRefused) {
  make(10);
  const auto set_schema = [&](int64_t number) {
    const auto db = Database::open(path(), Database::Mode::kWrite, 1 << 20);
    ASSERT_TRUE(db);
    ASSERT_TRUE((*db)->exec("PRAGMA user_version = " + std::to_string(number)));
  };
  set_schema(1);
  const auto older = inspect_sqlite(path());
  ASSERT_TRUE(older) << older.error().text();
  EXPECT_EQ(older->schema, 1);
  EXPECT_TRUE(older->cursors.empty());
  set_schema(9'999);
  EXPECT_EQ(inspect_sqlite(path()).error().code, ErrorCode::kStateTooNew);
}

}  // namespace
}  // namespace prospectd::store
