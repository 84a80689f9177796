// The configuration of a running daemon: read again by SIGHUP and by the command line, refused when it is
// broken, settings that stay; and a first configuration that is made from what the CRM says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "daemon/cli/json.h"
#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

class Configuration : public testing::Test {
 protected:
  Configuration() {
    fs::create_directories(follower_.path("asking"));
    fs::copy(follower_.config(), follower_.path("asking/prospectd.yaml"));
    fs::copy(follower_.path("mappings"), follower_.path("asking/mappings"), fs::copy_options::recursive);
    follower_.start();
    follower_.await_first_cycle();
  }
  ~Configuration() override {
    if (!follower_.daemon().running()) return;
    EXPECT_EQ(follower_.stop(SIGTERM), 0) << follower_.daemon().err();
  }

  void edit_mapping(const std::string& from, const std::string& to) const {
    const std::string file = follower_.path("mappings/contact.yaml");
    std::string text = read_file(file);
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write_file(file, text.replace(at, from.size(), to));
  }

  // Sends SIGHUP and waits until the log has one more of `event`.
  void hang_up(const std::string& event) {
    const size_t before = count_of(follower_.daemon().err(), "\"" + event + "\"");
    follower_.daemon().signal(SIGHUP);
    EXPECT_TRUE(wait_until([&] { return count_of(follower_.daemon().err(), "\"" + event + "\"") > before; }))
        << follower_.daemon().err();
  }

  // Asks by a copy of the configuration as it was at the start: the command line can't do with a broken one.
  Json ask(std::vector<std::string> words) const {
    words.insert(words.end(), {"--json", "-c", follower_.path("asking/prospectd.yaml")});
    const Ended ended = run_program(follower_.folder(), words);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return cli::member(cli::parse_json(ended.out).value_or(Json()), "data");
  }

  // The title of the prospect that a new contact with this title and department becomes.
  std::string title_of_a_new_contact(const std::string& name) const {
    crm_.change({"create", "Contact", "LastName=" + name, "Email=" + name + "@new.test", "Title=By title",
                 "Department=By department"});
    ask({"sync"});
    const Json found = ask({"prospects", "--text", name + "@new.test"});
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? "" : cli::text_at(found.at(0), "title");
  }

  const SandboxCrm crm_{{"--people", "50"}};
  Follower follower_{crm_};
};

TEST_F(Configuration, AMappingEditedAndSighupIsObeyedByTheNextPoll) {
  EXPECT_EQ(title_of_a_new_contact("before"), "By title");
  edit_mapping("remote: Title,", "remote: Department,");
  hang_up("config.reloaded");
  EXPECT_EQ(title_of_a_new_contact("after"), "By department");
}

TEST_F(Configuration, ABrokenOneLeavesTheOldInForceAndTheLogSaysWhere) {
  edit_mapping("remote: Title, local: title", "remote: Department, local: titel");
  follower_.rewrite("poll:", "pole:");
  hang_up("config.reload_refused");
  EXPECT_TRUE(wait_until([&] { return count_of(follower_.daemon().err(), "config.reload_refused") >= 3; }));
  const std::string log = follower_.daemon().err();
  EXPECT_THAT(log,
              HasSubstr("prospectd.yaml:17:5  plugins.salesforce.pole: unknown key (did you mean poll?)"));
  EXPECT_THAT(log, HasSubstr("contact.yaml:8:27  fields[3].local: prospects have no field"));
  EXPECT_EQ(title_of_a_new_contact("still"), "By title");
  // The command line reads the same broken file, and needs no more of it than where the daemon is.
  const Ended told = follower_.ask({"status"});
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.err, HasSubstr("The configuration has 2 problems (prospectd check"));
  const Ended reload = follower_.ask({"config", "reload"});
  EXPECT_EQ(reload.code, 7);
  EXPECT_THAT(reload.err, HasSubstr("prospectd.yaml:17:5")) << "the daemon's own word";
  EXPECT_THAT(follower_.ask({"status"}).out, HasSubstr("the last reload was refused: "));
}

TEST_F(Configuration, TheCommandLineSaysWhatIsInForceAndWhatWaitsForARestart) {
  follower_.rewrite("interval: 1h", "interval: 2h");
  follower_.rewrite("test_endpoint: true", "api_version: v61.0\n    test_endpoint: true");
  edit_mapping("local: custom.birthday", "local: custom.born");
  const Ended told = follower_.ask({"config", "reload"});
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("plugins.salesforce.poll.interval  1h → 2h\n"));
  EXPECT_THAT(told.out, HasSubstr("After a restart:\n"));
  EXPECT_THAT(told.out, HasSubstr("plugins.salesforce.api_version  v60.0 → v61.0\n"));
  EXPECT_THAT(told.out, HasSubstr("custom.born  (nothing) → date\n"));
  const Json again = follower_.data({"config", "reload"});
  EXPECT_TRUE(again.at("changed").empty()) << again.dump();
  EXPECT_EQ(again.at("needsRestart").size(), 2u) << "it still waits: " << again.dump();
  EXPECT_THAT(follower_.ask({"status"}).out,
              HasSubstr("not in force: plugins.salesforce.api_version, custom.born"));
}

TEST_F(Configuration, ASecretThatWasWrongIsTakenFromItsFileWithoutARestart) {
  const std::string secret = read_file(crm_.secret_file());
  const std::string own = follower_.path("own-secret");
  write_file(own, "not-the-right-one-0123456789\n");
  fs::permissions(own, fs::perms::owner_read | fs::perms::owner_write);
  follower_.rewrite(crm_.secret_file(), own);
  hang_up("poll.failed");
  EXPECT_EQ(follower_.ask({"sync"}).code, 4);
  write_file(own, secret);
  hang_up("config.reloaded");
  EXPECT_EQ(follower_.ask({"sync"}).code, 0);
  EXPECT_THAT(follower_.daemon().err(), Not(HasSubstr(secret.substr(0, secret.size() - 1))));
}

TEST_F(Configuration, ASettingStandsBeforeTheFileAndOutlivesTheDaemon) {
  const std::string key = "prospects.same_email";
  EXPECT_EQ(follower_.data({"settings", "get", key}).at("origin"), "default");
  const Json set = follower_.data({"settings", "set", key, "select_crm_id"});
  EXPECT_EQ(set.at("value"), "select_crm_id");
  EXPECT_EQ(set.at("origin"), "setting");
  EXPECT_EQ(set.at("set").at("actor"), "admin");
  follower_.rewrite("api:", "prospects: { same_email: prevent }\n\napi:");
  const Json reloaded = follower_.data({"config", "reload"});
  ASSERT_EQ(reloaded.at("overridden").size(), 1u) << reloaded.dump();
  EXPECT_EQ(reloaded.at("overridden").at(0).at("key"), key);
  EXPECT_EQ(follower_.stop(SIGTERM), 0);
  follower_.start();
  follower_.await_api();
  EXPECT_EQ(follower_.data({"settings", "get", key}).at("value"), "select_crm_id");
  const Json shown = follower_.data({"config", "show", "--effective"});
  EXPECT_THAT(shown.dump(), HasSubstr("\"setting\""));
  const Json reset = follower_.data({"settings", "reset", key});
  EXPECT_EQ(reset.at("value"), "prevent");
  EXPECT_EQ(reset.at("origin"), "file");
  EXPECT_TRUE(reset.at("set").is_null());
}

TEST_F(Configuration, AWrongSettingIsRefusedWithWhatWasMeant) {
  const Ended value = follower_.ask({"settings", "set", "prospects.same_email", "prevnt"});
  EXPECT_EQ(value.code, 2);
  EXPECT_THAT(value.err, HasSubstr("must be one of prevent, select_crm_id (did you mean prevent?)"));
  const Ended key = follower_.ask({"settings", "set", "prospects.same_emial", "prevent"});
  EXPECT_NE(key.code, 0);
  EXPECT_THAT(key.err, HasSubstr("did you mean prospects.same_email?"));
  const Ended file_only = follower_.ask({"settings", "set", "log.level", "debug"});
  EXPECT_NE(file_only.code, 0);
  EXPECT_THAT(file_only.err, HasSubstr("can't be set at run time"));
}

TEST(Init, WritesAConfigurationThatTheCheckAcceptsAndRunUses) {
  const SandboxCrm crm({"--people", "50"});
  const test::Scratch scratch;
  const std::string folder = scratch.file("made");
  const std::vector<std::string> words = {
      "init",          "--output",        folder,     "--login-url", crm.url(), "--client-id", "demo-client",
      "--secret-file", crm.secret_file(), "--listen", "127.0.0.1:0"};
  const std::string config = folder + "/prospectd.yaml";
  const Ended made = run_program(scratch.path().string(), words);
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("prospectd check --online -c " + config));
  EXPECT_THAT(read_file(folder + "/mappings/lead.yaml"), HasSubstr("# - { remote: NumberOfEmployees, local: "
                                                                   "custom.number_of_employees"));
  const Ended checked = run_program(folder, {"check", "--online", "-c", config});
  EXPECT_EQ(checked.code, 0) << checked.out;
  EXPECT_THAT(checked.out, Not(HasSubstr("warning")));
  const Ended ran = run_program(folder, {"run", "--once", "-c", config});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("a second cycle wrote nothing"));
  const Ended again = run_program(scratch.path().string(), words);
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("is there already, and nothing is overwritten"));
}

TEST(Init, EverySuggestionCanBeTaken) {
  const SandboxCrm crm({"--people", "20"});
  const test::Scratch scratch;
  const std::string folder = scratch.file("made");
  const Ended made = run_program(scratch.path().string(),
                                 {"init", "--output", folder, "--login-url", crm.url(), "--client-id",
                                  "demo-client", "--secret-file", crm.secret_file()});
  ASSERT_EQ(made.code, 0) << made.err;
  for (const char* name : {"contact", "lead"}) {
    const std::string file = folder + "/mappings/" + name + ".yaml";
    std::string text = read_file(file);
    for (size_t at = text.find("  # - {"); at != std::string::npos; at = text.find("  # - {"))
      text.replace(at, 4, "  ");
    write_file(file, text);
  }
  const Ended checked = run_program(folder, {"check", "--online", "-c", folder + "/prospectd.yaml"});
  EXPECT_EQ(checked.code, 0) << checked.out;
}

TEST(Init, ARefusedLoginWritesNothing) {
  const SandboxCrm crm({"--people", "20"});
  const test::Scratch scratch;
  write_file(scratch.file("wrong"), "not-the-right-one-0123456789\n");
  fs::permissions(scratch.file("wrong"), fs::perms::owner_read);
  const Ended ended = run_program(scratch.path().string(),
                                  {"init", "--output", scratch.file("made"), "--login-url", crm.url(),
                                   "--client-id", "demo-client", "--secret-file", scratch.file("wrong")});
  EXPECT_EQ(ended.code, 4) << ended.err;
  EXPECT_FALSE(fs::exists(scratch.file("made")));
}

TEST(CheckOnline, SaysEverythingThatTheCrmContradictsAtItsLine) {
  const SandboxCrm crm({"--people", "20"});
  const Follower follower(crm);
  std::string text = read_file(follower.path("mappings/lead.yaml"));
  text.replace(text.find("remote: Title,"), 14, "remote: Titel,");
  text +=
      "  - { remote: Rating, local: custom.rating, type: boolean, direction: in }\n"
      "  - { remote: AnnualRevenue, local: custom.revenue, type: date, direction: in }\n";
  write_file(follower.path("mappings/lead.yaml"), text);
  const Ended ended = follower.ask({"check", "--online"});
  EXPECT_EQ(ended.code, 7) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("Titel → title: Lead has no field Titel (did you mean Title?)"));
  EXPECT_THAT(ended.out, HasSubstr("Lead.AnnualRevenue is a number, and custom.revenue is of type date"));
  EXPECT_THAT(ended.out, HasSubstr("mappings/lead.yaml:"));
  EXPECT_THAT(ended.out, EndsWith("problems. Nothing was changed.\n"));
  EXPECT_EQ(follower.ask({"check"}).code, 0);
  EXPECT_FALSE(fs::exists(follower.database()));
}

}  // namespace
}  // namespace prospectd::e2e
