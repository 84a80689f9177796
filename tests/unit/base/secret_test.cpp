// Secrets: which files are accepted, what leaves in a message, how one compares.
#include "base/secret.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <type_traits>

namespace prospectd {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlanted = "hunter2-planted";

class SecretFile : public testing::Test {
 protected:
  SecretFile() {
    std::string pattern = (fs::temp_directory_path() / "prospectd-secret.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    path_ = (folder_ / "secret").string();
  }
  ~SecretFile() override { fs::remove_all(folder_); }

  void write(const std::string& content, mode_t mode = 0600) {
    std::ofstream(path_, std::ios::binary) << content;
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
  }
  // The refusal's text; empty when the file was accepted.
  std::string refusal() const {
    const auto secret = read_secret_file(path_);
    if (secret) return "";
    EXPECT_EQ(secret.error().code, ErrorCode::kConfigInvalid);
    EXPECT_NE(secret.error().message.find(path_), std::string::npos) << "names the file";
    EXPECT_EQ(secret.error().message.find(kPlanted), std::string::npos) << "never the content";
    return secret.error().message;
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(SecretFile, IsReadWithoutItsLastLineEnd) {
  for (const std::string end : {"", "\n", "\r\n"}) {
    write(kPlanted + end);
    const auto secret = read_secret_file(path_);
    ASSERT_TRUE(secret) << secret.error().text();
    EXPECT_EQ(secret->reveal(), kPlanted);
  }
}

TEST_F(SecretFile, KeepsBlanksAndFurtherLineEnds) {
  write(" two words \n\n");
  EXPECT_EQ(read_secret_file(path_)->reveal(), " two words \n");
}

TEST_F(SecretFile, IsAcceptedWhenOnlyItsOwnerMayRead) {
  for (const mode_t mode : {0400, 0600, 0700}) {
    write(kPlanted, mode);
    EXPECT_EQ(refusal(), "") << std::oct << mode;
    ASSERT_EQ(::unlink(path_.c_str()), 0);
  }
}

TEST_F(SecretFile, IsRefusedWhenOthersMayTouchIt) {
  for (const mode_t mode : {0640, 0604, 0644, 0620, 0602, 0666, 0610}) {
    write(kPlanted, mode);
    EXPECT_NE(refusal().find("chmod 600 " + path_), std::string::npos) << std::oct << mode;
  }
}

TEST_F(SecretFile, IsRefusedWhenItBelongsToAnotherUser) {
  write(kPlanted);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path_.c_str(), 65'534, 65'534), 0);
    EXPECT_NE(refusal().find("another user"), std::string::npos);
  } else {
    ASSERT_NE(::chown(path_.c_str(), 65'534, static_cast<gid_t>(-1)), 0);  // only root can give a file away
    EXPECT_EQ(refusal(), "");
  }
}

TEST_F(SecretFile, IsRefusedWhenItIsMissingOrEmpty) {
  EXPECT_NE(refusal().find("No such file"), std::string::npos);
  write("");
  EXPECT_NE(refusal().find("empty"), std::string::npos);
  write("\n");
  EXPECT_NE(refusal().find("empty"), std::string::npos);
}

TEST_F(SecretFile, IsRefusedWhenItIsNoFile) {
  path_ = folder_.string();
  EXPECT_NE(refusal().find("not a regular file"), std::string::npos);
  path_ = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_NE(refusal().find("not a regular file"), std::string::npos) << "and it doesn't wait for a writer";
}

TEST_F(SecretFile, IsRefusedAbove64KiB) {
  write(std::string(64 * 1024, 'x'));
  EXPECT_EQ(refusal(), "");
  write(std::string(64 * 1024 + 1, 'x'));
  EXPECT_NE(refusal().find("64 KiB"), std::string::npos);
}

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);

TEST(Secret, MovesAndLeavesNothingBehind) {
  Secret first(kPlanted);
  Secret second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the claim
  EXPECT_EQ(second.reveal(), kPlanted);
  Secret third("other");
  third = std::move(second);
  EXPECT_EQ(third.reveal(), kPlanted);
  EXPECT_EQ(third.clone().reveal(), kPlanted);
}

TEST(Secret, EqualsOnlyTheWholeText) {
  const Secret secret(kPlanted);
  EXPECT_TRUE(secret.equals(kPlanted));
  EXPECT_FALSE(secret.equals("hunter2"));
  EXPECT_FALSE(secret.equals("hunter2-plantee"));
  EXPECT_FALSE(secret.equals(""));
  EXPECT_FALSE(Secret().equals("")) << "no secret is no password";
}

TEST(RandomHex, IsLowerCaseHexOfTheAskedLengthAndNeverTheSame) {
  const std::string a = random_hex(32);
  EXPECT_EQ(a.size(), 64u);
  EXPECT_EQ(a.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(a, random_hex(32));
  EXPECT_EQ(random_hex(0), "");
}

}  // namespace
}  // namespace prospectd
