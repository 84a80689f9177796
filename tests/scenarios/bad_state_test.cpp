// The daemon's own state in trouble: a damaged database, a second daemon (F47, F49; the full disk is in
// bad_input_test.cpp). It is told, nothing is mended silently, and with the state back everything goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/scratch.h"
#include "tests/support/world.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr int kPeopleThere = 400;

class BadState : public testing::Test {
 protected:
  BadState() {
    for (int i = 0; i < kPeopleThere; ++i)
      leads_.push_back(world_.lead("p" + std::to_string(i) + "@x.test"));
    world_.sync();
  }
  WorldOptions options() const {
    WorldOptions options;
    options.database = path_;
    return options;
  }
  Result<std::unique_ptr<store::Store>> open() const {
    store::SqliteOptions options;
    options.path = path_;
    return store::open_sqlite(std::move(options));
  }
  /// Turns one bit in every page of the file but those of its first `spared` bytes.
  void damage(size_t spared) const {
    constexpr size_t kStep = 1024;
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    const size_t size = fs::file_size(path_);
    for (size_t at = spared + 100; at < size; at += kStep) {
      file.seekg(static_cast<std::streamoff>(at));
      const int byte = file.get();
      file.seekp(static_cast<std::streamoff>(at));
      file.put(static_cast<char>(byte ^ 0x10));
    }
  }

  const Scratch scratch_;
  const std::string path_ = scratch_.file("prospectd.db");
  World world_{options()};
  std::vector<std::string> leads_;
};

TEST_F(BadState, F47_ADamagedDatabaseIsNotOpened_AndTheCopyOfItGoesOn) {
  const Picture before = world_.picture();
  world_.stop();
  fs::copy_file(path_, path_ + ".copy");
  damage(0);
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kStateDamaged);
  EXPECT_THAT(opened.error().text(), AllOf(HasSubstr(path_), HasSubstr("restore")));
  fs::rename(path_ + ".copy", path_);
  World again(options());
  EXPECT_EQ(again.picture(), before);
}

TEST_F(BadState, F47_AFileThatIsCutShortIsNotTakenForANewOne) {
  world_.stop();
  const auto size = fs::file_size(path_);
  for (const auto left : {size / 2, size - 1, std::uintmax_t{100}, std::uintmax_t{0}}) {
    fs::resize_file(path_, left);
    const auto opened = open();
    ASSERT_FALSE(opened) << left << " bytes left";
    EXPECT_EQ(opened.error().code, ErrorCode::kStateDamaged) << left << " bytes left";
    EXPECT_EQ(fs::file_size(path_), left) << "it is left as it is";
  }
}

TEST_F(BadState, F47_DamageThatShowsWhileItWorksStopsTheDaemonAndIsNotWrittenOver) {
  world_.restart();
  damage(16 * 1024);
  for (const std::string& lead : leads_)
    world_.edit("Lead", lead, {{"Phone", Value("1")}});
  const auto outcome = world_.try_sync();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kStateDamaged) << outcome.error().text();
  ASSERT_TRUE(world_.supervisor().fatal().has_value());
  EXPECT_THAT(world_.supervisor().fatal()->text(), HasSubstr("restore"));
}

TEST_F(BadState, F49_ASecondDaemonIsRefusedByName_AndTheFirstGoesOn) {
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kLockHeld);
  EXPECT_THAT(second.error().text(), HasSubstr("process " + std::to_string(::getpid())));
  world_.edit("Lead", leads_[0], {{"Phone", Value("1")}});
  EXPECT_EQ(world_.sync().people.updated, 1);
  world_.stop();
  EXPECT_TRUE(open());
}

}  // namespace
}  // namespace prospectd::test
