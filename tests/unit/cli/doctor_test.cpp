// `prospectd doctor`: what each check says of what it finds, with the machine as it is and everything else
// played.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/version.h"
#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/within.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

LoginReport good_login() {
  LoginReport report;
  report.connection = "crm";
  report.flow = "client_credentials";
  report.instance = "https://acme.example";
  report.username = "sync@acme.test";
  report.api_version = "v60.0";
  report.newest_api_version = "v62.0";
  report.skew = milliseconds{400};
  report.calls_used = 100;
  report.calls_allowed = 15'000;
  return report;
}

StateReport good_state() {
  StateReport state;
  state.found = true;
  state.bytes = 5'000'000;
  state.log_bytes_max = 64'000'000;
  state.schema = state.newest_schema = 2;
  state.prospects = 1'200;
  const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  state.cursors = {{"crm", "Lead", now - std::chrono::minutes{5}}, {"crm", "Task", std::nullopt}};
  return state;
}

// A configuration, its CRM and its state, all in order; the daemon does not run.
class Doctor : public testing::Test {
 protected:
  Doctor() {
    fake_state() = FakeState{};
    fake_state().report = good_state();
    fake_crm() = FakeCrm{};
    for (const char* name : {"User", "Lead"}) {
      mapping::ObjectSchema schema;
      schema.name = name;
      for (const char* field : {"Id", "SystemModstamp", "Email", "Title"}) {
        schema.fields.emplace_back();
        schema.fields.back().name = field;
        schema.fields.back().createable = schema.fields.back().updateable = true;
      }
      fake_crm().objects.push_back(schema);
    }
    std::filesystem::permissions(setup.folder.path() / "state", std::filesystem::perms::owner_all);
    for (const char* name : {"prospectd.yaml", "lead.yaml"})
      std::filesystem::permissions(setup.folder.path() / name, std::filesystem::perms(0644));
  }

  Ran ask(std::vector<std::string> words = {}, size_t width = 0) {
    words.insert(words.begin(), "doctor");
    return setup.ask(std::move(words), width, logins);
  }

  Json document(std::vector<std::string> words = {}) {
    words.push_back("--json");
    ran = ask(std::move(words));
    const auto answer = parse_json(ran.out);
    EXPECT_TRUE(answer) << ran.out;
    return answer ? member(*answer, "data") : Json();
  }

  Json check(const std::string& name) {
    const Json data = document();
    for (const Json& one : data["checks"]) {
      if (one["check"] == name) return one;
    }
    ADD_FAILURE() << "no check " << name;
    return {};
  }

  // A check that is not ok has evidence and a remedy.
  void expect(const std::string& name, const std::string& verdict, const std::string& evidence) {
    const Json one = check(name);
    EXPECT_EQ(one["verdict"], verdict) << one;
    EXPECT_THAT(text_at(one, "evidence"), HasSubstr(evidence)) << one;
    if (verdict == "warning" || verdict == "failure") {
      EXPECT_NE(text_at(one, "remedy"), "") << one;
    }
  }

  Configured setup;
  Result<std::vector<LoginReport>> logins = std::vector<LoginReport>{good_login()};
  Ran ran;
};

TEST_F(Doctor, LooksAtEverythingAndFindsNothingWrong) {
  const Json data = document();
  std::set<std::string> names;
  for (const Json& one : data["checks"]) {
    names.insert(one["check"]);
    EXPECT_NE(one["verdict"], "failure") << one;
    EXPECT_NE(text_at(one, "evidence"), "") << one;
  }
  EXPECT_GE(names.size(), 25U);
  EXPECT_EQ(data["ok"], true);
  EXPECT_EQ(ran.code, ExitCode::kOk);
  expect("daemon", "warning", "no daemon runs");
  expect("crm_login", "ok", "sync@acme.test");
  expect("crm_mapping", "ok", "every field");
  expect("integrity", "ok", "no damage");
}

TEST_F(Doctor, ABrokenConfigurationIsTheFailureAndTheRestIsLeft) {
  setup.write("prospectd.yaml", "version: 1\nstat: {}\n");
  const Json data = document();
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_EQ(data["checks"][0]["verdict"], "failure");
  EXPECT_THAT(text_at(data["checks"][0], "evidence"),
              HasSubstr("prospectd.yaml:1:1  state.directory: missing"));
  EXPECT_EQ(data["counts"]["failure"], 1);
  EXPECT_EQ(data["counts"]["ok"], 0);
}

TEST_F(Doctor, AConfigurationThatIsNotThereSaysHowToGetOne) {
  std::filesystem::remove(setup.config());
  EXPECT_EQ(document()["checks"][0]["verdict"], "failure");
  EXPECT_EQ(ran.code, ExitCode::kConfig);
}

TEST_F(Doctor, FilesAndSecretsThatOthersCanReachAreTold) {
  std::filesystem::permissions(setup.folder.path() / "lead.yaml", std::filesystem::perms(0666));
  expect("config_files", "warning", "lead.yaml can be written by others");
  std::filesystem::permissions(setup.folder.path() / "secret", std::filesystem::perms(0644));
  expect("secrets", "failure", "secret");
  EXPECT_EQ(ran.code, ExitCode::kConfig);
}

TEST_F(Doctor, AStateFolderThatOthersMayChangeIsAFailure) {
  std::filesystem::permissions(setup.folder.path() / "state", std::filesystem::perms(0777));
  expect("state_folder", "failure", "can be written by others");
  std::filesystem::permissions(setup.folder.path() / "state", std::filesystem::perms(0755));
  expect("state_folder", "warning", "can be looked into by others");
}

TEST_F(Doctor, WithoutADatabaseThereIsNothingToJudge) {
  fake_state().report = StateReport{};
  expect("database", "ok", "the first start makes it");
  expect("schema", "skipped", "no database yet");
  expect("freshness", "warning", "nothing has been read yet");
}

TEST_F(Doctor, ADamagedDatabaseIsAFailureOfTheState) {
  fake_state().report = make_error(ErrorCode::kStateDamaged, "the database is damaged: page 3");
  expect("database", "failure", "page 3");
  expect("integrity", "skipped", "could not be opened");
  EXPECT_EQ(ran.code, ExitCode::kStateDamaged);
  fake_state().report = good_state();
  fake_state().damage = make_error(ErrorCode::kStateDamaged, "row 5 missing from index");
  expect("integrity", "failure", "row 5 missing");
  EXPECT_EQ(ran.code, ExitCode::kStateDamaged);
}

TEST_F(Doctor, AnOlderSchemaWaitsForTheNextStart) {
  fake_state().report->schema = 1;
  expect("schema", "warning", "schema 1 of 2");
}

TEST_F(Doctor, ADaemonThatHoldsTheStateAndDoesNotAnswerIsAFailure) {
  fake_state().owner = "process 4711";
  expect("daemon", "failure", "process 4711 works on the database, and does not answer");
  EXPECT_EQ(ran.code, ExitCode::kTemporary);
  expect("owner", "ok", "process 4711");
}

TEST_F(Doctor, RecordsThatWaitForAPersonAreCounted) {
  fake_state().report->dead_letters = 3;
  fake_state().report->open_conflicts = 1;
  fake_state().report->outbox_dead = 2;
  fake_state().report->open_duplicates = 311;
  expect("dead_letters", "warning", "3 records could not be read");
  expect("conflicts", "warning", "1 field changed on both sides");
  expect("refused_writes", "warning", "the CRM refused 2 writes for good");
  expect("duplicates", "ok", "311 records held back");
}

TEST_F(Doctor, WhatIsReadNoMoreGetsOld) {
  fake_state().report->cursors[0].verified = Timestamp{seconds{1'700'000'000}};
  expect("freshness", "warning", "Lead was checked against the CRM");
}

TEST_F(Doctor, ACrmThatIsNotReachedIsOneFailureAndNotSix) {
  LoginReport report;
  report.connection = "crm";
  report.failure = make_error(ErrorCode::kNetwork, "the host name is not found");
  logins = std::vector<LoginReport>{report};
  const Json data = document();
  EXPECT_EQ(ran.code, ExitCode::kTemporary);
  EXPECT_EQ(data["counts"]["failure"], 1) << data;
  expect("crm_reachable", "failure", "the host name is not found");
  expect("crm_login", "skipped", "not reached");
}

TEST_F(Doctor, ARefusedLoginSaysWhatToDo) {
  LoginReport report;
  report.connection = "crm";
  report.skew = milliseconds{0};
  report.failure = make_error(ErrorCode::kLoginRefused, "invalid_client: the secret is wrong");
  logins = std::vector<LoginReport>{report};
  expect("crm_login", "failure", "the secret is wrong");
  EXPECT_EQ(ran.code, ExitCode::kAuth);
  expect("crm_reachable", "ok", "answers");
}

TEST_F(Doctor, AnApiVersionThatIsNotOfferedIsAFailure) {
  logins->front().failure = make_error(ErrorCode::kConfigInvalid, "the CRM offers the API in v31.0 to v50.0");
  expect("crm_api", "failure", "v31.0 to v50.0");
  expect("crm_login", "ok", "sync@acme.test");
  expect("crm_mapping", "skipped", "not logged in");
}

TEST_F(Doctor, ClocksThatDifferAreTold) {
  logins->front().skew = milliseconds{120'000};
  expect("crm_clock", "warning", "2 min behind the CRM's");
  logins->front().skew = milliseconds{-600'000};
  expect("crm_clock", "failure", "10 min ahead of the CRM's");
}

TEST_F(Doctor, AnAllowanceThatRunsOutIsALimit) {
  logins->front().calls_used = 12'500;
  expect("crm_allowance", "warning", "12,500 of 15,000 calls used in 24 hours (83 %)");
  logins->front().calls_used = 14'900;
  expect("crm_allowance", "failure", "(99 %)");
  EXPECT_EQ(ran.code, ExitCode::kLimit);
}

TEST_F(Doctor, AFieldThatTheCrmDoesNotHaveIsFoundWithItsPlace) {
  fake_crm().objects[1].fields.pop_back();
  expect("crm_mapping", "failure", "lead.yaml:5:");
  EXPECT_EQ(ran.code, ExitCode::kConfig);
}

TEST_F(Doctor, OfflineTheCrmIsLeftAlone) {
  const Json data = document({"--offline"});
  EXPECT_TRUE(ran.hooks.empty()) << "no login";
  for (const Json& one : data["checks"]) {
    if (!text_at(one, "check").starts_with("crm_")) continue;
    EXPECT_EQ(one["verdict"], "skipped") << one;
  }
}

// What the daemon says counts before what the database says.
TEST_F(Doctor, ADaemonThatRunsIsAsked) {
  FakeServer daemon;
  setup.daemon_at(daemon.address());
  fake_state().owner = "process 4711";
  Json status = Json::parse(R"({"now":"2026-11-20T10:00:00.000Z","startedAt":"2026-11-20T07:00:00.000Z",
    "totals":{"deadLetters":7},"connections":[{"name":"crm","state":"needs_attention","failures":4,
    "lastError":{"code":"permission","message":"Lead can't be read"},
    "objects":[{"object":"Lead","lagMs":9000000}]}]})");
  status["version"] = "0.0.1";
  daemon.answer("GET /v1/status", 200, resource("prospectd", status.dump()));
  daemon.answer(
      "GET /readyz", 503,
      R"({"data":{"attributes":{"ok":false,"checks":[{"name":"database","ok":false,"why":"no space"}]}}})");
  expect("daemon", "ok", "process 4711 answers at " + daemon.url() + ", running for 3 h");
  expect("daemon_version", "warning", "the daemon is 0.0.1, this program is " + std::string(version()));
  expect("daemon_ready", "failure", "no space");
  expect("polls", "failure", "Lead can't be read (4 times in a row)");
  expect("dead_letters", "warning", "7 records");
  expect("freshness", "warning", "2 h 30 min ago");
}

TEST_F(Doctor, AForeignDaemonAtTheAddressIsNotTakenForOurs) {
  FakeServer daemon;
  setup.daemon_at(daemon.address());
  daemon.answer("GET /v1/status", 200, resource("prospectd", R"({"dataset":"/elsewhere/prospectd.db"})"));
  expect("daemon", "failure", "works on another state: /elsewhere/prospectd.db");
}

TEST_F(Doctor, ForPeopleItFitsTheTerminalAndEndsWithASum) {
  fake_state().report->dead_letters = 3;
  const Ran text = ask({}, 80);
  EXPECT_THAT(text.out, HasSubstr("  warning  unreadable records   3 records could not be read"));
  EXPECT_THAT(text.out, HasSubstr("→ prospectd dlq list"));
  EXPECT_THAT(text.out, HasSubstr("Nothing was changed.\n"));
  std::istringstream lines(text.out);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(cells_of(line), 80U) << line;
}

TEST_F(Doctor, QuietIsOnlyWhatIsNotAsItShouldBe) {
  fake_state().report->dead_letters = 3;
  const std::string text = ask({"--quiet"}).out;
  EXPECT_THAT(text, HasSubstr("unreadable records"));
  EXPECT_THAT(text, Not(HasSubstr("  ok ")));
  EXPECT_THAT(text, Not(HasSubstr("Nothing was changed")));
}

TEST(Within, WhatHangsIsLeftBehind) {
  work_left_behind() = false;
  EXPECT_EQ(within<int>(std::chrono::hours{1}, [] { return 7; }), 7);
  EXPECT_FALSE(work_left_behind());
  auto gate = std::make_shared<std::promise<void>>();
  auto opened = std::make_shared<std::future<void>>(gate->get_future());
  auto done = std::make_shared<std::promise<void>>();
  EXPECT_EQ(within<int>(milliseconds{1},
                        [opened, done] {
                          opened->wait();
                          done->set_value();
                          return 7;
                        }),
            std::nullopt);
  EXPECT_TRUE(work_left_behind());
  gate->set_value();
  done->get_future().wait();
  work_left_behind() = false;
}

}  // namespace
}  // namespace prospectd::cli
