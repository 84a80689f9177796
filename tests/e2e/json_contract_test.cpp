// The contract of --json (docs/json.md), held against what every verb of the real binary says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "daemon/cli/command_table.h"
#include "daemon/cli/json.h"
#include "tests/e2e/json_shape.h"
#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

using Words = std::vector<std::string>;

const std::map<std::string, Json>& contract() {
  static const auto shapes = read_shapes(read_file(PROSPECTD_SOURCE_DIR "/docs/json.md"));
  return shapes;
}

// Verbs whose answer is a text for a file or a shell: --json changes nothing.
const std::set<std::string>& text_verbs() {
  static const std::set<std::string> verbs = {"config schema", "config reference", "completion", "man",
                                              "init"};
  return verbs;
}

// A sandbox with a daemon, and what was said about each verb.
class JsonContract : public testing::Test {
 protected:
  void expect(const std::string& verb, const Ended& ended, int code = 0) {
    EXPECT_EQ(ended.code, code) << verb << ": " << ended.err;
    const auto document = cli::parse_json(ended.out);
    ASSERT_TRUE(document) << verb << " does not say one document: " << ended.out;
    ASSERT_TRUE(contract().contains(verb)) << "docs/json.md has no shape for " << verb;
    EXPECT_EQ(difference(*document, contract().at(verb), contract()), "") << verb;
    held_.insert(verb);
  }

  // `verb` as the contract names it; `words` as they are typed.
  void expect_asked(const std::string& verb, Words words, int code = 0) {
    words.push_back("--json");
    expect(verb, follower_.ask(std::move(words)), code);
  }

  void ask_what_waits_for_a_person() {
    expect_asked("duplicates", {"duplicates", "--all"});
    expect_asked("dead-letters", {"dead-letters"});
    expect_asked("dlq list", {"dlq", "list"});
    expect_asked("dlq retry", {"dlq", "retry", "--all"});
    expect_asked("ERRORS", {"dlq", "show", "out-7"}, 1);
    expect_asked("conflicts list", {"conflicts", "list"});
    expect_asked("ERRORS", {"conflicts", "resolve", "7", "--take", "crm"}, 1);
    expect_asked("explain", {"explain", "prospect", "1"});
  }

  // Of prospect 1's last edit.
  std::string cause_of_edit() const {
    std::string cause;
    const Json told = follower_.data({"explain", "prospect", "1"});
    for (const Json& step : told.at("because"))
      if (step.at("reason") == "LOCAL_EDIT") cause = step.at("cause");
    return cause;
  }

  void expect_sandbox(const std::string& verb, const Words& words) {
    Words all = {"sandbox"};
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), {"--dir", crm_.folder(), "--json"});
    expect("sandbox " + verb, run_program(crm_.folder(), all));
  }

  void expect_every_word_of_the_sandbox() {
    expect_sandbox("counts", {"counts"});
    expect_sandbox("stats", {"stats"});
    expect_sandbox("knobs", {"knobs"});
    expect_sandbox("show", {"show", crm_.example_contact()});
    expect_sandbox("edit", {"edit", "Contact", crm_.example_contact(), "Title=CEO"});
    expect_sandbox("create", {"create", "Lead", "LastName=Roy", "Company=Acme"});
    expect_sandbox("late", {"late", "Lead", "LastName=Ray", "Company=Acme", "--stamped-before", "1m"});
    expect_sandbox("delete", {"delete", crm_.example_contact()});
    expect_sandbox("undelete", {"undelete", crm_.example_contact()});
    expect_sandbox("expire-tokens", {"expire-tokens"});
    const Json made = crm_.change({"create", "Lead", "LastName=Convert", "Company=Acme"});
    expect_sandbox("convert", {"convert", cli::text_at(made, "id")});
    const std::string winner =
        cli::text_at(crm_.change({"create", "Lead", "LastName=A", "Company=Acme"}), "id");
    const std::string loser =
        cli::text_at(crm_.change({"create", "Lead", "LastName=B", "Company=Acme"}), "id");
    expect_sandbox("merge", {"merge", winner, loser});
    expect_sandbox("purge", {"purge", winner});
    expect_sandbox("snapshot", {"snapshot", "here"});
    expect_sandbox("snapshots", {"snapshots"});
    expect_sandbox("restore", {"restore", "here"});
    expect_sandbox("drop-snapshot", {"drop-snapshot", "here"});
    expect_sandbox("reset", {"reset"});
    Json word = crm_.word();
    EXPECT_EQ(difference(word, contract().at("sandbox"), contract()), "");
  }

  SandboxCrm crm_{{"--people", "400"}};
  Follower follower_{crm_};
  std::set<std::string> held_;
};

TEST_F(JsonContract, EveryVerbSaysWhatThePageSays) {
  // Before a daemon runs.
  expect_asked("version", {"version"});
  expect_asked("check", {"check", "--online"});
  expect_asked("login", {"login", "--test"});
  expect_asked("config show", {"config", "show", "--effective"});
  expect_asked("ERRORS", {"status"}, 5);
  Follower other(crm_);
  Ended once = other.ask({"run", "--once", "--json"});
  expect("run", once);

  follower_.start();
  follower_.await_first_cycle();
  crm_.change({"edit", "Contact", crm_.example_contact(), "Title=CTO"});
  expect_asked("sync --dry-run", {"sync", "--dry-run"});
  expect_asked("sync", {"sync"});
  expect_asked("status", {"status"});
  expect_asked("doctor", {"doctor"});
  expect_asked("prospects", {"prospects", "--limit", "20"});
  expect_asked("prospects ID", {"prospects", "1"});
  ask_what_waits_for_a_person();
  expect_asked("set", {"set", "prospect", "1", "title=VP Sales"});
  expect_asked("undo", {"undo", cause_of_edit()});
  expect_asked("add", {"add", "prospect", "last_name=Roy"});
  const std::string owner = follower_.data({"prospects", "1"}).at("owner").at("id");
  expect_asked("add task", {"add", "task", "owner=" + owner, "prospect=1"});
  expect_asked("list", {"list", "task"});
  expect_asked("set task", {"set", "task", "1", "subject=Call back"});
  write_file(follower_.path("people.csv"), "last_name,email\nRoy,\nRay,no address\n");
  follower_.ask({"add", "tag", "name=hot"});
  expect_asked("set tags", {"set", "prospect", "1", "tags+=hot"});
  expect_asked("add --file", {"add", "prospects", "--file", follower_.path("people.csv")}, 3);
  expect_asked("pull", {"pull", "1", "--force"});
  expect_asked("push", {"push", "1", "--dry-run"}, 3);
  const std::string plan = follower_.data({"pull", "1", "--force", "--dry-run", "--save"}).at("savedAs");
  expect_asked("plan list", {"plan", "list"});
  expect_asked("plan show", {"plan", "show", plan});
  expect_asked("apply", {"apply", plan});
  const std::string dropped = follower_.data({"pull", "1", "--force", "--dry-run", "--save"}).at("savedAs");
  expect_asked("plan drop", {"plan", "drop", dropped});
  expect_asked("verify", {"verify", "--repair"});
  expect_asked("jobs list", {"jobs", "list"});
  expect_asked("jobs show", {"jobs", "show", "1"});
  expect_asked("jobs cancel", {"jobs", "cancel", "1"});
  expect_asked("settings list", {"settings", "list"});
  expect_asked("settings set", {"settings", "set", "prospects.same_email", "prevent"});
  expect_asked("settings get", {"settings", "get", "prospects.same_email"});
  expect_asked("settings reset", {"settings", "reset", "prospects.same_email"});
  expect_asked("filters save", {"filters", "save", "new-ones", "stage:new"});
  expect_asked("filters list", {"filters", "list"});
  expect_asked("filters show", {"filters", "show", "new-ones"});
  expect_asked("filters drop", {"filters", "drop", "new-ones"});
  expect_asked("tokens create", {"tokens", "create", "ci", "--user", "ci", "--role", "read"});
  expect_asked("tokens list", {"tokens", "list"});
  expect_asked("tokens revoke", {"tokens", "revoke", "1"});
  follower_.rewrite("interval: 1h", "interval: 2h");
  expect_asked("config reload", {"config", "reload"});
  EXPECT_EQ(follower_.stop(SIGTERM), 0);

  expect_every_word_of_the_sandbox();

  for (const cli::CommandRow& row : cli::command_table()) {
    const bool group = !row.verbs.empty() && row.name != "sandbox";
    if (row.name.empty() || group || text_verbs().contains(row.name)) continue;
    EXPECT_TRUE(held_.contains(row.name) || contract().contains(row.name)) << "no contract for " << row.name;
  }
}

TEST_F(JsonContract, ADemoSaysItsOwnDocument) {
  const test::Scratch folder;
  expect("demo", run_program(folder.path().string(), {"demo", "--once", "--people", "200", "--json"}));
}

TEST(JsonShape, EveryDifferenceIsFound) {
  const auto shapes = read_shapes(
      "### POINT\n```json\n{\"x\": \"whole\", \"y\": \"whole?\"}\n```\n"
      "### `prospectd points`\ntext\n```json\n{\"data\": [\"POINT\"], \"tags\": {\"*\": \"text\"}}\n```\n");
  const auto say = [&](const char* text) {
    return difference(Json::parse(text), shapes.at("points"), shapes);
  };
  EXPECT_EQ(say(R"({"data":[{"x":1,"y":null},{"x":1,"y":2}],"tags":{"a":"b"}})"), "");
  EXPECT_EQ(say(R"({"data":[{"x":1}],"tags":{}})"), "$.data[0].y is missing");
  EXPECT_EQ(say(R"({"data":[{"x":1,"y":2,"z":3}],"tags":{}})"), "$.data[0].z is not in the contract");
  EXPECT_EQ(say(R"({"data":[{"x":null,"y":2}],"tags":{}})"), "$.data[0].x is not \"whole\": null");
  EXPECT_EQ(say(R"({"data":{},"tags":{}})"), "$.data is no list: {}");
  EXPECT_EQ(say(R"({"data":[],"tags":{"a":1}})"), "$.tags.a is not \"text\": 1");
}

}  // namespace
}  // namespace prospectd::e2e
