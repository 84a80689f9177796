// F45: what is on the disk when. Commits at once wait for it, commits in order don't, and the next at once
// takes them along. SQLite's calls of fdatasync() are counted on their way to the system.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "tests/unit/store/store_file.h"

namespace {
std::atomic<int> disk_syncs{0};
}  // namespace

// In place of the C library's, for the whole program.
extern "C" int fdatasync(int descriptor) {
  ++disk_syncs;
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

namespace prospectd::store {
namespace {

class DurabilityOfCommits : public StoreFile {
 protected:
  void SetUp() override {
    make(1);
    store_ = must_open();
    connection_ = *store_->connection("salesforce");
  }

  /// Commits one more prospect; answers how often the disk was waited for.
  int syncs_of(Durability durability) {
    const int before = disk_syncs;
    auto transaction = store_->begin(durability);
    EXPECT_TRUE(transaction);
    next_ += 10;
    EXPECT_TRUE((*transaction)->apply(creations(connection_, next_, 1), Timestamp{}));
    EXPECT_TRUE((*transaction)->commit());
    return disk_syncs - before;
  }

  std::unique_ptr<Store> store_;
  ConnectionId connection_;
  int64_t next_ = 1'000;
};

TEST_F(DurabilityOfCommits, F45_ACommitAtOnceWaitsForTheDiskAndOneInOrderDoesNot) {
  syncs_of(Durability::kAtOnce);  // the log has its header now
  EXPECT_EQ(syncs_of(Durability::kAtOnce), 1);
  EXPECT_EQ(syncs_of(Durability::kInOrder), 0);
  EXPECT_EQ(syncs_of(Durability::kInOrder), 0);
  EXPECT_EQ(syncs_of(Durability::kAtOnce), 1);
}

TEST_F(DurabilityOfCommits, F45_ACheckpointTakesWhatWasCommittedInOrderToTheDisk) {
  syncs_of(Durability::kInOrder);
  const int before = disk_syncs;
  ASSERT_TRUE(store_->checkpoint());
  EXPECT_GE(disk_syncs - before, 1);
}

TEST_F(DurabilityOfCommits, WhatWasCommittedInOrderIsThereAfterACrashOfTheProcess) {
  store_.reset();
  store_ = must_open([](CommitPoint point) { return point != CommitPoint::kAfterCommit; });
  auto transaction = store_->begin(Durability::kInOrder);
  ASSERT_TRUE(transaction);
  ASSERT_TRUE((*transaction)->apply(creations(connection_, 2'000, 1), Timestamp{}));
  EXPECT_FALSE((*transaction)->commit()) << "the world stops behind it";
  transaction->reset();
  store_.reset();
  EXPECT_TRUE(read_all(*must_open())->contains(2'000));
}

}  // namespace
}  // namespace prospectd::store
