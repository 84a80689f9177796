// What can't be done ends with its own exit code, a sentence that says what to do, and nothing changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "daemon/cli/json.h"
#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

TEST(Refusal, AWrongSecretIsAnAuthenticationError) {
  const SandboxCrm crm({"--people", "20"});
  const Follower follower(crm);
  const std::string secret = "not-the-right-one-0123456789";
  write_file(follower.path("wrong"), secret + "\n");
  fs::permissions(follower.path("wrong"), fs::perms::owner_read);
  follower.rewrite(crm.secret_file(), follower.path("wrong"));
  const Ended ended = follower.ask({"run", "--once"});
  EXPECT_EQ(ended.code, 4) << ended.err;
  EXPECT_THAT(ended.out + ended.err, Not(HasSubstr(secret)));
}

TEST(Refusal, ABrokenConfigurationSaysEverythingAtOnce) {
  const SandboxCrm crm({"--people", "20"});
  const Follower follower(crm);
  follower.rewrite("poll:", "pole:");
  follower.rewrite("version: 1", "version: 1\ncolour: red");
  for (const std::vector<std::string>& verb :
       {std::vector<std::string>{"run"}, {"run", "--once"}, {"check"}, {"status"}}) {
    const Ended ended = follower.ask(verb);
    EXPECT_EQ(ended.code, 7) << verb.front();
    EXPECT_THAT(ended.out + ended.err, HasSubstr("pole"));
    EXPECT_THAT(ended.out + ended.err, HasSubstr("colour"));
    EXPECT_THAT(ended.out + ended.err, HasSubstr("Nothing was changed."));
  }
  EXPECT_FALSE(fs::exists(follower.database()));
}

TEST(Refusal, AnAnswerThatCouldNotBeWrittenIsNoSuccess) {
  const test::Scratch scratch;
  for (const std::string verb : {"version", "--help", "config reference"}) {
    const std::string command =
        std::string(PROSPECTD_BINARY) + " " + verb + " >/dev/full 2>'" + scratch.file("err") + "'";
    const int status = std::system(command.c_str());
    EXPECT_EQ(WEXITSTATUS(status), 1) << verb;
    EXPECT_THAT(read_file(scratch.file("err")), HasSubstr("could not be written whole")) << verb;
  }
}

TEST(Refusal, ADamagedDatabaseIsNotTouched) {
  const SandboxCrm crm({"--people", "500"});
  const Follower follower(crm);
  ASSERT_EQ(follower.ask({"run", "--once"}).code, 0);
  std::string bytes = read_file(follower.database());
  ASSERT_GT(bytes.size(), 20'000u);
  bytes.replace(5'000, 10'000, std::string(10'000, 'x'));
  write_file(follower.database(), bytes);
  const Ended ended = follower.ask({"run", "--once"});
  EXPECT_EQ(ended.code, 6) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("prospectd.db"));
  EXPECT_EQ(read_file(follower.database()), bytes);
  write_file(follower.database(), "this is no database at all, but a text that somebody put in its place");
  EXPECT_EQ(follower.ask({"run", "--once"}).code, 6);
}

TEST(Refusal, WithoutADaemonTheCommandSaysHowToStartOne) {
  const SandboxCrm crm({"--people", "20"});
  const Follower follower(crm);
  const Ended ended = follower.ask({"status"});
  EXPECT_EQ(ended.code, 5);
  EXPECT_THAT(ended.err, HasSubstr("start it: prospectd run -c " + follower.config()));
}

TEST(Refusal, AnUnknownVerbIsUsage) {
  const test::Scratch folder;
  const Ended ended = run_program(folder.path().string(), {"stauts"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("did you mean status?"));
  EXPECT_EQ(ended.out, "");
}

TEST(Refusal, AnExportThatIsNotThereIsAConfigurationError) {
  const test::Scratch folder;
  const Ended ended =
      run_program(folder.path().string(),
                  {"sandbox", "--port", "0", "--dir", folder.file("box"), "--load", folder.file("nothing")});
  EXPECT_EQ(ended.code, 7) << ended.err;
}

TEST(Refusal, AnExportOfWhichNothingCanBeTakenIsAConfigurationError) {
  const test::Scratch folder;
  write_file(folder.file("Lead.csv"), "Id,LastName,Company\nnone,A,X\n00QAw,B,Y\n");
  const Ended ended =
      run_program(folder.path().string(),
                  {"sandbox", "--port", "0", "--dir", folder.file("box"), "--load", folder.path().string()});
  EXPECT_EQ(ended.code, 7) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr(folder.path().string() +
                                   ": no record can be taken: Lead.csv:2: Id is not "
                                   "a record id of this object; the row was left out, and 1 more"));
}

TEST(Refusal, RunOnceTellsWhatItDidAsOneDocument) {
  const SandboxCrm crm({"--people", "300"});
  const Follower follower(crm);
  const Ended ended = follower.ask({"run", "--once", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const auto summary = cli::parse_json(ended.out);
  ASSERT_TRUE(summary) << ended.out;
  const auto& data = cli::member(*summary, "data");
  EXPECT_EQ(cli::number_at(data, "read"), 300);
  EXPECT_EQ(cli::number_at(data, "secondCycleRowsWritten"), 0);
}

TEST(Secrets, FilesOfTheSandboxAndTheDaemonAreTheirOwnersAlone) {
  const SandboxCrm crm({"--people", "20"});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  for (const std::string& file : {crm.secret_file(), crm.folder() + "/sandbox.token",
                                  crm.folder() + "/sandbox.json", follower.path("state/api.token")}) {
    const fs::perms mode = fs::status(file).permissions();
    EXPECT_EQ(mode & (fs::perms::group_all | fs::perms::others_all), fs::perms::none) << file;
  }
  EXPECT_EQ(follower.stop(SIGTERM), 0);
}

}  // namespace
}  // namespace prospectd::e2e
