// Programs and people write tasks through the control API and the command line of the real binary; what was
// asked under a key of the asker's is done once, though the daemon be killed in between.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "base/text.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "reconcile/row_kind.h"
#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

class RowsHere : public testing::Test {
 protected:
  RowsHere() { restart(); }
  void restart() {
    follower_.start();
    follower_.await_first_cycle();
  }

  struct Answer {
    int status = 0;
    Json body;
  };
  Answer ask(const std::string& method, const std::string& target, const Json& body,
             const std::string& key = "") {
    cli::HttpCall call;
    call.method = method;
    call.base = "http://" + std::string(trim_ascii(read_file(follower_.path("state/api.address"))));
    call.target = target;
    call.headers = {
        {"Authorization", "Bearer " + std::string(trim_ascii(read_file(follower_.path("state/api.token"))))}};
    if (!key.empty()) call.headers.emplace_back("Idempotency-Key", key);
    if (!body.is_null()) call.body = body.dump();
    const auto answer = cli::http_call(call);
    EXPECT_TRUE(answer);
    if (!answer) return {};
    return {answer->status, Json::parse(answer->body, nullptr, false)};
  }
  /// Whose prospect 1 is.
  std::string owner() const { return follower_.data({"prospects", "1"}).at("owner").at("id"); }
  std::string set_cause(const std::string& task) const {
    return follower_.data({"set", "task", task, "role=buyer"}).at("cause");
  }
  size_t tasks() { return ask("GET", "/v1/tasks", nullptr).body.at("data").size(); }

  SandboxCrm crm_{{"--people", "40"}};
  Follower follower_{crm_};
};

TEST_F(RowsHere, ATaskIsMadeChangedDoneAndDeleted) {
  const auto made = ask("POST", "/v1/tasks",
                        {{"owner", owner()}, {"prospect", 1}, {"kind", "call"}, {"due_at", "2026-12-01"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string path = made.body.at("data").at("links").at("self");
  EXPECT_EQ(ask("PATCH", path, {{"state", "complete"}}).status, 200);
  EXPECT_NE(follower_.data({"prospects", "1"}).at("touchedAt"), nullptr);
  EXPECT_EQ(ask("PATCH", path, {{"owner", 999'999}}).status, 422);
  EXPECT_EQ(ask("DELETE", path, nullptr).status, 200);
  EXPECT_EQ(ask("GET", path, nullptr).status, 404);
}

TEST_F(RowsHere, ATaskIsMadeAndChangedAtTheCommandLine) {
  const Json made = follower_.data({"add", "task", "owner=" + owner(), "prospect=1", "subject=Call back"});
  const std::string id = made.at("id");
  const Ended set = follower_.ask({"set", "task", id, "due_at=2026-12-01", "state=pending"});
  EXPECT_EQ(set.code, 0) << set.err;
  EXPECT_THAT(set.out, testing::HasSubstr("state  \"incomplete\" → \"pending\""));
  const Ended told = follower_.ask({"explain", "task", id});
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.out, testing::HasSubstr("Task " + id + " · Call back"));
  EXPECT_THAT(told.out, testing::HasSubstr("ROW_CREATED"));
  EXPECT_THAT(told.out, testing::HasSubstr("(" + owner() + ")")) << "an owner has a name";
  EXPECT_EQ(follower_.ask({"undo", set_cause(id)}).code, 1)
      << "what is beside prospects is changed back by hand";
  const Ended refused = follower_.ask({"set", "task", id, "state=gone", "titel=x"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, testing::HasSubstr("state must be one of incomplete, pending, complete"));
  EXPECT_EQ(follower_.stop(SIGTERM), 0);
}

TEST(RowsHelp, TheHelpNamesEveryFieldThatCanBeGivenAndItsChoices) {
  for (const char* verb : {"set", "add"}) {
    const Ended help = run_program(testing::TempDir(), {verb, "--help"});
    EXPECT_EQ(help.code, 0);
    for (const reconcile::RowKind& kind : reconcile::row_kinds()) {
      if (!kind.editable) continue;
      std::string name = kind.noun;
      std::ranges::replace(name, ' ', '-');
      const size_t at = help.out.find("\n  " + name + " ", help.out.find("\nFields"));
      ASSERT_NE(at, std::string::npos) << name;
      const std::string rest = help.out.substr(at);
      for (const reconcile::Cell& cell : kind.cells) {
        if (cell.use == reconcile::CellUse::kShown) continue;
        EXPECT_THAT(rest, testing::HasSubstr(cell.name)) << name;
        for (const std::string& choice : cell.choices)
          EXPECT_THAT(rest, testing::HasSubstr(choice)) << name;
      }
    }
  }
}

TEST_F(RowsHere, WhatWasAskedUnderAKeyIsDoneOnceThoughTheDaemonIsKilled) {
  const Json task = {{"owner", owner()}, {"prospect", 1}, {"subject", "Call back"}};
  const auto first = ask("POST", "/v1/tasks", task, "order-1");
  ASSERT_EQ(first.status, 201) << first.body;
  follower_.stop(SIGKILL);
  restart();
  const auto again = ask("POST", "/v1/tasks", task, "order-1");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(tasks(), 1U);
  EXPECT_EQ(ask("POST", "/v1/tasks", {{"owner", owner()}, {"prospect", 2}}, "order-1").status, 422);
  EXPECT_EQ(ask("POST", "/v1/tasks", task, "order-2").status, 201);
  EXPECT_EQ(tasks(), 2U);
  EXPECT_EQ(follower_.stop(SIGTERM), 0);
}

}  // namespace
}  // namespace prospectd::e2e
