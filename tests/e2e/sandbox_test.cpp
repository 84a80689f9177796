// The sandbox as a program: an export that it loads, and an organisation that outlives it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "daemon/cli/json.h"
#include "tests/e2e/json_shape.h"
#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

using testing::HasSubstr;

class SandboxProgram : public testing::Test {
 protected:
  test::Scratch scratch_;
};

TEST_F(SandboxProgram, ALoadIsReportedAsThePageSays) {
  write_file(scratch_.file("Lead.csv"),
             "Id,LastName,Company,OwnerId\n00QAw0000000001,A,X,005Aw0000000009\nbad,B,Y,\n");
  write_file(scratch_.file("Deal__c.csv"), "Id,Amount__c,Bad Name\na01Aw0000000001,7,x\n");
  const SandboxCrm crm({"--load", scratch_.path().string()});
  const auto shapes = read_shapes(read_file(PROSPECTD_SOURCE_DIR "/docs/json.md"));
  EXPECT_EQ(difference(crm.word(), shapes.at("sandbox"), shapes), "");
  const Json& load = crm.word().at("load");
  EXPECT_EQ(load.at("records"), 2);
  EXPECT_EQ(load.at("refused"), 1);
  EXPECT_EQ(load.at("danglingLookups"), 1);
  EXPECT_EQ(load.at("issuesTotal"), 2);
  EXPECT_EQ(crm.change({"counts"}).at("Deal__c").at("live"), 1);
}

TEST_F(SandboxProgram, ALoadOnAPipeSaysPlainLines) {
  write_file(scratch_.file("Lead.csv"), "Id,LastName,Company\n00QAw0000000001,A,X\nbad,B,Y\n");
  Program program(
      scratch_.path().string(), "sandbox",
      {"sandbox", "--port", "0", "--dir", scratch_.file("s"), "--load", scratch_.path().string()});
  EXPECT_TRUE(wait_until([&] { return program.out().find("Ctrl-C stops") != std::string::npos; }));
  EXPECT_THAT(program.err(), HasSubstr("Lead             1 record, 1 row left out"));
  EXPECT_THAT(program.err(), HasSubstr("not taken  Lead.csv:3: Id is not a record id of this object"));
  EXPECT_EQ(program.err().find('\r'), std::string::npos);
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(SandboxProgram, AnOrganisationOutlivesAKillOfItsSandbox) {
  const std::string db = scratch_.file("org.db");
  Json before;
  {
    SandboxCrm first({"--people", "200", "--db", db});
    EXPECT_EQ(first.word().at("restored"), false);
    first.change({"create", "Lead", "LastName=Roy", "Company=Acme"});
    first.change({"purge", first.example_contact()});
    before = first.change({"counts"});
    first.program().signal(SIGKILL);
    EXPECT_EQ(first.program().wait(), 128 + SIGKILL);
  }
  SandboxCrm second({"--db", db});
  EXPECT_EQ(second.word().at("restored"), true);
  EXPECT_EQ(second.change({"counts"}), before);
  second.program().signal(SIGTERM);
  EXPECT_EQ(second.program().wait(), 0);

  const Ended refused =
      run_program(scratch_.path().string(),
                  {"sandbox", "--port", "0", "--dir", scratch_.file("s"), "--db", db, "--people", "5"});
  EXPECT_EQ(refused.code, 7);
  EXPECT_THAT(refused.err, HasSubstr("--reset"));
  SandboxCrm anew({"--db", db, "--people", "5", "--reset"});
  EXPECT_EQ(anew.word().at("people"), 5);
}

}  // namespace
}  // namespace prospectd::e2e
