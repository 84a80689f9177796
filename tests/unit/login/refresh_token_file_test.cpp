// The refresh token on disk: which one counts, and what is left when the machine stops at any step.
#include "daemon/wire/refresh_token_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/fingerprint.h"
#include "tests/support/scratch.h"

namespace prospectd::wire {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class RefreshTokenFileTest : public ::testing::Test {
 protected:
  RefreshTokenFileOptions options_of(const std::string& configured,
                                     std::function<bool(KeepStep)> after = {}) const {
    RefreshTokenFileOptions options;
    options.folder = folder();
    options.connection = "crm";
    options.configured = Secret(configured);
    options.after = std::move(after);
    return options;
  }
  std::shared_ptr<salesforce::RefreshTokens> open(const std::string& configured,
                                                  std::function<bool(KeepStep)> after = {}) const {
    return make_refresh_token_file(options_of(configured, std::move(after)));
  }
  std::string folder() const { return scratch_.file("state"); }
  std::string path() const { return refresh_token_path(folder(), "crm"); }

  static std::string token_in(salesforce::RefreshTokens& tokens) {
    const auto turn = tokens.take();
    EXPECT_TRUE(turn) << turn.error().text();
    return turn ? std::string((*turn)->token().reveal()) : "";
  }
  static Result<void> rotate(salesforce::RefreshTokens& tokens, const std::string& fresh) {
    auto turn = tokens.take();
    if (!turn) return std::move(turn).error();
    return (*turn)->replace(Secret(fresh));
  }
  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  test::Scratch scratch_;
};

// A reload makes a new connector while the disk has no room for what the CRM gave the old one.
TEST_F(RefreshTokenFileTest, OneThatCouldNotBeKeptIsNotLostWithItsConnector) {
  RefreshTokenFiles files;
  bool room = false;
  const auto after = [&room](KeepStep) { return room; };
  ASSERT_FALSE(rotate(*files.of(options_of("first", after)), "second"));
  room = true;
  EXPECT_EQ(token_in(*files.of(options_of("first", after))), "second");
  EXPECT_EQ(token_in(*open("first")), "second") << "and now it is kept";
  EXPECT_EQ(token_in(*files.of(options_of("anew"))), "anew") << "the app was authorised anew";
}

TEST_F(RefreshTokenFileTest, TheConfiguredOneCountsUntilTheCrmGivesAnother) {
  EXPECT_EQ(token_in(*open("first")), "first");
  EXPECT_FALSE(fs::exists(path())) << "nothing is kept that the configuration has";
  ASSERT_TRUE(rotate(*open("first"), "second"));
  EXPECT_EQ(token_in(*open("first")), "second");
  const auto tokens = open("first");
  ASSERT_TRUE(rotate(*tokens, "third"));
  EXPECT_EQ(token_in(*tokens), "third");
  EXPECT_EQ(token_in(*open("first")), "third");
}

TEST_F(RefreshTokenFileTest, AnotherConfiguredOneCountsOverWhatWasKept) {
  ASSERT_TRUE(rotate(*open("first"), "second"));
  const auto anew = open("authorised-anew");
  EXPECT_EQ(token_in(*anew), "authorised-anew");
  ASSERT_TRUE(rotate(*anew, "third"));
  EXPECT_EQ(token_in(*open("authorised-anew")), "third");
}

TEST_F(RefreshTokenFileTest, OnlyItsOwnerMayReadItAndAWiderOneIsRefused) {
  ASSERT_TRUE(rotate(*open("first"), "second"));
  struct stat info {};
  ASSERT_EQ(::stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_THAT(read(path()), Not(HasSubstr("first")));
  ASSERT_EQ(::chmod(path().c_str(), 0640), 0);
  const auto turn = open("first")->take();
  ASSERT_FALSE(turn);
  EXPECT_THAT(turn.error().text(), HasSubstr("chmod 600"));
}

// The machine stops at each step, and comes up again.
TEST_F(RefreshTokenFileTest, AStopAtAnyStepLeavesTheOldOneOrTheNewOneWhole) {
  const struct {
    KeepStep last;
    const char* left;
  } rows[] = {
      {KeepStep::kBegun, "second"},  // nothing of the new one was on the disk
      {KeepStep::kWritten, "third"},
      {KeepStep::kRenamed, "third"},
  };
  for (const auto& row : rows) {
    fs::remove_all(folder());
    ASSERT_TRUE(rotate(*open("first"), "second"));
    const auto stops = [&](KeepStep step) { return step != row.last; };
    EXPECT_FALSE(rotate(*open("first", stops), "third"));
    EXPECT_EQ(token_in(*open("first")), row.left) << static_cast<int>(row.last);
    ASSERT_TRUE(rotate(*open("first"), "fourth")) << "what a crash left is no obstacle";
    EXPECT_EQ(token_in(*open("first")), "fourth");
  }
}

TEST_F(RefreshTokenFileTest, AWriteThatStoppedAtAnyByteIsNotTakenForAToken) {
  ASSERT_TRUE(rotate(*open("first"), "second"));
  const std::string whole = read(path());
  ASSERT_TRUE(rotate(*open("first"), "third"));
  const std::string newer = read(path());
  for (size_t size = 0; size <= newer.size(); ++size) {
    write(path(), whole);
    write(path() + ".new", newer.substr(0, size));
    const bool complete = size + 1 >= newer.size();  // the last line end is no part of the proof
    EXPECT_EQ(token_in(*open("first")), complete ? "third" : "second") << size;
  }
  write(path(), whole);
  write(path() + ".new", newer.substr(0, newer.size() / 2) + std::string(newer.size() / 2, '\0'));
  EXPECT_EQ(token_in(*open("first")), "second") << "a file whose blocks never reached the disk";
}

TEST_F(RefreshTokenFileTest, ADamagedOneLeavesTheConfiguredOne) {
  ASSERT_TRUE(rotate(*open("first"), "second"));
  std::string text = read(path());
  text[text.find("second")] = 'S';
  write(path(), text);
  EXPECT_EQ(token_in(*open("first")), "first");
}

TEST_F(RefreshTokenFileTest, WhatCantBeWrittenIsHeldUntilItCan) {
  const auto tokens = open("first");
  ASSERT_TRUE(rotate(*tokens, "second"));
  Result<void> kept;
  {
    const auto turn = tokens->take();
    ASSERT_TRUE(turn);
    fs::create_directory(path() + ".new");  // in the way of the next write
    kept = (*turn)->replace(Secret("third"));
  }
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, ErrorCode::kDiskFull);
  EXPECT_THAT(kept.error().text(), HasSubstr("held in memory"));
  EXPECT_THAT(kept.error().text(), Not(HasSubstr("third")));
  EXPECT_FALSE(tokens->take()) << "a token that isn't safe is not spent";
  fs::remove(path() + ".new");
  EXPECT_EQ(token_in(*tokens), "third");
  EXPECT_EQ(token_in(*open("first")), "third");
}

TEST_F(RefreshTokenFileTest, TwoTakeTurns) {
  const auto one = open("first");
  const auto other = open("first");
  {
    const auto turn = one->take();
    ASSERT_TRUE(turn);
    const auto refused = other->take();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kLocked);
  }
  EXPECT_EQ(token_in(*other), "first");
}

TEST_F(RefreshTokenFileTest, WhatOneHasKeptTheOtherUses) {
  const auto daemon = open("first");
  EXPECT_EQ(token_in(*daemon), "first");
  ASSERT_TRUE(rotate(*open("first"), "second"));  // prospectd login --test beside it
  EXPECT_EQ(token_in(*daemon), "second");
}

TEST(Fingerprint, TellsSecretsApartAndHoldsNothingOfThem) {
  EXPECT_EQ(fingerprint_of("a").size(), 64u);
  EXPECT_EQ(fingerprint_of("a"), fingerprint_of("a"));
  EXPECT_NE(fingerprint_of("a"), fingerprint_of("b"));
  EXPECT_THAT(fingerprint_of("token-of-ours"), Not(HasSubstr("token")));
}

}  // namespace
}  // namespace prospectd::wire
