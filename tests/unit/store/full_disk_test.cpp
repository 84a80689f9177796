// F46: no space. Nothing of the transaction stays, and the store goes on by itself when there is space again.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "tests/unit/store/store_file.h"

namespace prospectd::store {
namespace {

// While it lives no file of this process may grow past `bytes`.
class NoSpaceBeyond {
 public:
  explicit NoSpaceBeyond(rlim_t bytes) {
    before_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    rlimit small = limit_;
    small.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~NoSpaceBeyond() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, before_);
  }
  NoSpaceBeyond(const NoSpaceBeyond&) = delete;
  NoSpaceBeyond& operator=(const NoSpaceBeyond&) = delete;

 private:
  rlimit limit_ = {};
  void (*before_)(int) = nullptr;
};

class FullDisk : public StoreFile {};

TEST_F(FullDisk, ACommitThatFindsNoSpaceIsRolledBackAndTheStoreGoesOn) {
  const auto store = must_open();
  const ConnectionId connection = *store->connection("salesforce");
  ASSERT_TRUE(commit(*store, creations(connection, 1, 100)));
  const auto before = read_all(*store);
  ASSERT_TRUE(before);
  {
    const NoSpaceBeyond limit(std::filesystem::file_size(path() + "-wal") + 10'000);
    const auto done = commit(*store, creations(connection, 101, 2'000));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::kDiskFull) << done.error().text();
    EXPECT_EQ(done.error().error_class(), ErrorClass::kRetry);
    EXPECT_TRUE(same(*read_all(*store), *before)) << "reading goes on";
    EXPECT_FALSE(commit(*store, creations(connection, 101, 2'000)));
  }
  ASSERT_TRUE(commit(*store, creations(connection, 101, 2'000)));
  EXPECT_EQ(read_all(*store)->size(), 2'100U);
  EXPECT_EQ((*(*store->reader())->totals()).prospects, 2'100);
}

TEST_F(FullDisk, ATransactionLargerThanTheCacheFailsInTheMiddle) {
  SqliteOptions options;
  options.path = path();
  options.cache_bytes = 256 * 1024;  // so that pages go to the log before the commit
  auto store = *open_sqlite(options);
  const ConnectionId connection = *store->connection("salesforce");
  {
    const NoSpaceBeyond limit(1'000'000);
    const auto done = commit(*store, creations(connection, 1, 20'000));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::kDiskFull) << done.error().text();
  }
  EXPECT_EQ(read_all(*store)->size(), 0U);
  ASSERT_TRUE(commit(*store, creations(connection, 1, 20'000)));
  EXPECT_EQ(read_all(*store)->size(), 20'000U);
}

TEST_F(FullDisk, ACheckpointThatFindsNoSpaceLosesNothing) {
  const auto store = must_open();
  const ConnectionId connection = *store->connection("salesforce");
  ASSERT_TRUE(commit(*store, creations(connection, 1, 3'000)));
  {
    const NoSpaceBeyond limit(std::filesystem::file_size(path()) + 8'192);
    const auto done = store->checkpoint();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::kDiskFull);
    EXPECT_EQ(read_all(*store)->size(), 3'000U);
  }
  EXPECT_TRUE(store->checkpoint());
  EXPECT_EQ(read_all(*store)->size(), 3'000U);
}

TEST_F(FullDisk, ADatabaseThatFindsNoSpaceToBeginIsBegunLater) {
  {
    const NoSpaceBeyond limit(20'000);
    const auto store = open();
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::kDiskFull) << store.error().text();
  }
  EXPECT_TRUE(open());
}

}  // namespace
}  // namespace prospectd::store
