// What the system says of this process and of files.
#include "daemon/metrics/machine.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/scratch.h"

namespace prospectd::metrics {
namespace {

TEST(Machine, TheProcessIsAsTheSystemCountsIt) {
  const ProcessFigures before = process_figures();
  ASSERT_TRUE(before.resident_bytes && before.open_descriptors);
  EXPECT_GT(*before.resident_bytes, ::sysconf(_SC_PAGESIZE));
  const int extra = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const ProcessFigures with_one_more = process_figures();
  ::close(extra);
  EXPECT_EQ(*with_one_more.open_descriptors, *before.open_descriptors + 1);
  EXPECT_GE(with_one_more.cpu_seconds, before.cpu_seconds);
}

TEST(Machine, FilesHaveTheirSizesAndWhatIsNotThereHasNone) {
  const test::Scratch scratch;
  const std::string database = scratch.file("prospectd.db");
  const StorageFigures nothing = storage_figures(database);
  EXPECT_FALSE(nothing.database_bytes || nothing.log_bytes || nothing.free_bytes);
  std::ofstream(database) << "0123456789";
  std::ofstream(database + "-wal") << "01234";
  const StorageFigures there = storage_figures(database);
  EXPECT_EQ(there.database_bytes, 10);
  EXPECT_EQ(there.log_bytes, 5);
  EXPECT_GT(there.free_bytes, 0);
}

}  // namespace
}  // namespace prospectd::metrics
