// The write-ahead log: bounded, also while a reader keeps an old view (F48); recovered after a crash.
#include <filesystem>

#include "reconcile/store/sqlite_db.h"
#include "tests/unit/store/store_file.h"

namespace prospectd::store {
namespace {

namespace fs = std::filesystem;

class Log : public StoreFile {
 protected:
  /// Rewrites the same prospects until `bytes` have gone through the log.
  void write_through(Store& store, int64_t bytes) {
    constexpr int64_t kProspects = 500;
    constexpr int64_t kBytesAtLeast = kProspects * 2'000;
    for (int64_t written = 0; written < bytes; written += kBytesAtLeast) {
      reconcile::Plan plan;
      for (int64_t id = 1; id <= kProspects; ++id) {
        reconcile::UpdateProspect update;
        update.id = {id};
        update.expected = version_;
        update.changes.push_back({mapping::field::kStreet, mapping::Value::null(),
                                  mapping::Value(std::string(2'000, static_cast<char>('a' + version_ % 26))),
                                  reconcile::Reason::kUpdatedFromCrm});
        plan.steps.emplace_back(std::move(update));
      }
      const auto done = commit(store, plan);
      ASSERT_TRUE(done) << done.error().text();
      ++version_;
      largest_ = std::max<uintmax_t>(largest_, fs::file_size(path() + "-wal"));
    }
  }

  int64_t version_ = 1;
  uintmax_t largest_ = 0;
};

constexpr uintmax_t kOneCommitMax = 8'000'000;

TEST_F(Log, StaysWithinItsBound) {
  make(500);
  const auto store = must_open();
  write_through(*store, 3 * kLogBytesMax);
  EXPECT_LE(largest_, kLogBytesMax + kOneCommitMax);
}

TEST_F(Log, AnIdleReaderLetsGoOfAnOldView) {
  make(500);
  const auto store = must_open();
  const auto reader = store->reader();
  ASSERT_TRUE(reader);
  EXPECT_EQ((*(*reader)->prospect({1}))->prospect.version, 1);
  write_through(*store, 3 * kLogBytesMax);
  EXPECT_LE(largest_, kLogBytesMax + kOneCommitMax);
  EXPECT_EQ((*(*reader)->prospect({1}))->prospect.version, version_) << "and then sees the newer state";
}

TEST_F(Log, ACheckpointInIdleTimeMovesEverything) {
  const auto store = must_open();
  ASSERT_TRUE(commit(*store, creations(*store->connection("salesforce"), 1, 2'000)));
  const auto before = fs::file_size(path());
  ASSERT_TRUE(store->checkpoint());
  EXPECT_GT(fs::file_size(path()), before);
}

TEST_F(Log, IsGoneAfterACleanEnd) {
  make(10);
  EXPECT_FALSE(fs::exists(path() + "-wal"));
}

TEST_F(Log, HoldsWhatACrashLeftAndIsRecovered) {
  bool armed = false;
  {
    auto store = must_open([&](CommitPoint point) { return !armed || point != CommitPoint::kAfterCommit; });
    const ConnectionId connection = *store->connection("salesforce");
    ASSERT_TRUE(commit(*store, creations(connection, 1, 50)));
    armed = true;
    EXPECT_FALSE(commit(*store, creations(connection, 51, 50)));
  }
  ASSERT_GT(fs::file_size(path() + "-wal"), 0U);
  const auto store = must_open();
  EXPECT_EQ(read_all(*store)->size(), 100U);
}

}  // namespace
}  // namespace prospectd::store
