// A person changes and makes prospects at the command line: what goes in, what is refused, what waits to be
// written to the CRM, and that it gets there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "daemon/cli/json.h"
#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

using testing::HasSubstr;

class EditHere : public testing::Test {
 protected:
  EditHere() {
    follower_.rewrite("mapping: mappings/lead.yaml",
                      "mapping: mappings/lead.yaml\n        outbound: { create: true, update: true }");
    follower_.rewrite("mapping: mappings/contact.yaml",
                      "mapping: mappings/contact.yaml\n        outbound: { create: false, update: true }");
    follower_.start();
    follower_.await_first_cycle();
  }
  int64_t waiting() const { return follower_.data({"status"}).at("totals").at("outbox").get<int64_t>(); }
  /// The cause of the last step of a prospect's explanation that has this reason.
  std::string cause_of(const std::string& prospect, const std::string& reason) const {
    std::string cause;
    const Json told = follower_.data({"explain", "prospect", prospect});
    for (const Json& step : told.at("because"))
      if (step.at("reason") == reason) cause = step.at("cause");
    return cause;
  }
  /// Whether the CRM answers at all.
  void set_crm_open(bool open) { crm_.change({"knobs", open ? "api_enabled:=true" : "api_enabled:=false"}); }

  SandboxCrm crm_{{"--people", "60"}};
  Follower follower_{crm_};
};

TEST_F(EditHere, AFieldIsSetExplainedAndWrittenToTheCrm) {
  const Json dry = follower_.data({"set", "prospect", "1", "last_name=Royal", "--dry-run"});
  EXPECT_EQ(dry.at("changes").at(0).at("after"), "Royal");
  EXPECT_EQ(dry.at("pushes").size(), 1U);
  EXPECT_NE(follower_.data({"prospects", "1"}).at("lastName"), "Royal") << "a dry run writes nothing";
  const Ended set = follower_.ask({"set", "prospect", "1", "last_name=Royal"});
  EXPECT_EQ(set.code, 0) << set.err;
  EXPECT_EQ(follower_.ask({"sync"}).code, 0);
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(follower_.data({"prospects", "1"}).at("lastName"), "Royal");
  const Ended told = follower_.ask({"explain", "prospect", "1"});
  EXPECT_THAT(told.out, HasSubstr("LOCAL_EDIT"));
  EXPECT_THAT(told.out, HasSubstr("PUSHED"));
  expect_same(holding_of(follower_), undisturbed(crm_));
  EXPECT_EQ(follower_.stop(SIGTERM), 0);
}

TEST_F(EditHere, S12_AnEditIsUndoneOnBothSidesAndTheUndoToo) {
  const Json before = follower_.data({"prospects", "1"}).at("lastName");
  const std::string edit = follower_.data({"set", "prospect", "1", "last_name=Royal"}).at("cause");
  EXPECT_EQ(follower_.ask({"sync"}).code, 0);
  EXPECT_EQ(edit, cause_of("1", "LOCAL_EDIT"));
  const Ended dry = follower_.ask({"undo", edit, "--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("1 would be restored"));
  EXPECT_EQ(follower_.data({"prospects", "1"}).at("lastName"), "Royal") << "a dry run writes nothing";
  const Json undone = follower_.data({"undo", edit});
  EXPECT_EQ(undone.at("counts").at("restored"), 1);
  EXPECT_EQ(follower_.ask({"sync"}).code, 0);
  EXPECT_EQ(follower_.data({"prospects", "1"}).at("lastName"), before);
  expect_same(holding_of(follower_), undisturbed(crm_));
  EXPECT_THAT(follower_.ask({"undo", edit}).out, HasSubstr("Nothing was changed"));
  EXPECT_EQ(follower_.ask({"undo", undone.at("causes").at(0).get<std::string>()}).code, 0);
  EXPECT_EQ(follower_.ask({"sync"}).code, 0);
  EXPECT_EQ(follower_.data({"prospects", "1"}).at("lastName"), "Royal");
  expect_same(holding_of(follower_), undisturbed(crm_));
}

TEST_F(EditHere, S12_WhatCameFromTheCrmIsNotUndoneAndSaysWhy) {
  const Ended undo = follower_.ask({"undo", cause_of("1", "CREATED_FROM_CRM")});
  EXPECT_EQ(undo.code, 1);
  EXPECT_THAT(undo.err, HasSubstr("can't be undone: what came from the CRM is not undone"));
}

TEST_F(EditHere, WhatCanNotBeWrittenYetWaitsAndOutlivesAKill) {
  set_crm_open(false);
  follower_.ask({"set", "prospect", "1", "last_name=Royal"});
  follower_.ask({"set", "prospect", "1", "last_name=Regal"});
  EXPECT_EQ(waiting(), 1) << "two edits of one prospect are one entry";
  follower_.stop(SIGKILL);
  set_crm_open(true);
  follower_.start();
  follower_.await_first_cycle();
  EXPECT_EQ(follower_.ask({"sync"}).code, 0);
  EXPECT_EQ(follower_.data({"prospects", "1"}).at("lastName"), "Regal");
  EXPECT_EQ(waiting(), 0);
  expect_same(holding_of(follower_), undisturbed(crm_));
}

TEST_F(EditHere, AProspectMadeHereGetsItsRecord) {
  EXPECT_EQ(
      follower_.ask({"add", "prospect", "last_name=Newcomer", "company=Acme", "email=new@comer.test"}).code,
      0);
  EXPECT_EQ(follower_.ask({"sync"}).code, 0);
  EXPECT_EQ(waiting(), 0);
  expect_same(holding_of(follower_), undisturbed(crm_));
}

TEST_F(EditHere, ARefusedChangeSaysEveryFaultAndChangesNothing) {
  const std::string taken = follower_.data({"prospects", "2"}).at("email");
  const Ended set = follower_.ask({"set", "prospect", "1", "titel=x", "email=" + taken, "title=y"});
  EXPECT_EQ(set.code, 2);
  EXPECT_THAT(set.err, HasSubstr("did you mean title?"));
  EXPECT_THAT(set.err, HasSubstr("prospect 2"));
  EXPECT_NE(follower_.data({"prospects", "1"}).at("title"), "y");
  EXPECT_EQ(follower_.ask({"set", "prospect", "99999", "title=y"}).code, 1);
}

TEST_F(EditHere, S11_AnOptOutIsTakenBackOnlyWithOptIn) {
  EXPECT_EQ(follower_.ask({"set", "prospect", "1", "opted_out=true"}).code, 0);
  EXPECT_EQ(follower_.ask({"set", "prospect", "1", "opted_out=false"}).code, 2);
  EXPECT_EQ(follower_.data({"prospects", "1"}).at("optedOut"), true);
  EXPECT_EQ(follower_.ask({"set", "prospect", "1", "opted_out=false", "--opt-in"}).code, 0);
}

TEST_F(EditHere, ACsvFileGoesInRowByRow) {
  const Json first = follower_.data({"prospects", "1"});
  const std::string taken = first.at("email");
  const std::string owner = first.at("owner").at("id");
  write_file(follower_.path("people.csv"), "E-mail,Last Name,Owner\none@new.test,One," + owner + "\n" +
                                               taken + ",Two,\nONE@new.test,Three,\nfour@new.test,Four,\n");
  const std::vector<std::string> words = {"add",   "prospects",   "--file", follower_.path("people.csv"),
                                          "--map", "E-mail=email"};
  const int64_t before = follower_.data({"status"}).at("totals").at("prospects");
  std::vector<std::string> preview = words;
  preview.emplace_back("--dry-run");
  EXPECT_EQ(follower_.ask(preview).code, 3);
  EXPECT_EQ(follower_.data({"status"}).at("totals").at("prospects"), before);
  const Ended added = follower_.ask(words);
  EXPECT_EQ(added.code, 3) << added.err;
  EXPECT_THAT(added.out, HasSubstr("line 3: email is an address of prospect 1"));
  EXPECT_THAT(added.out, HasSubstr("line 4: email is an address of prospect "));
  EXPECT_THAT(added.out, HasSubstr("2 prospects made, 2 rows refused"));
  EXPECT_EQ(follower_.data({"status"}).at("totals").at("prospects"), before + 2);
  EXPECT_EQ(follower_.ask(words).code, 3) << "again: every row is there";
  EXPECT_EQ(follower_.data({"status"}).at("totals").at("prospects"), before + 2);
}

}  // namespace
}  // namespace prospectd::e2e
