// `prospectd check --online`: what the CRM's describe contradicts, where it stands, and the exit code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

mapping::FieldSchema field(std::string name, bool writable = true) {
  mapping::FieldSchema made;
  made.name = std::move(name);
  made.createable = made.updateable = writable;
  return made;
}

mapping::ObjectSchema object(std::string name, std::vector<mapping::FieldSchema> fields) {
  mapping::ObjectSchema made;
  made.name = std::move(name);
  made.fields = std::move(fields);
  return made;
}

class CheckOnline : public testing::Test {
 protected:
  CheckOnline() {
    fake_crm().objects = {object("User", {field("Email")}), object("Lead", {field("Email"), field("Title")})};
    fake_crm().error.reset();
  }
  ~CheckOnline() override { fake_crm() = {}; }

  const Configured setup_;
};

TEST_F(CheckOnline, AConfigurationThatFitsTheCrmIsFine) {
  const Ran ran = setup_.ask({"check", "--online"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("is fine."));
}

TEST_F(CheckOnline, EveryFaultIsSaidAtOnceAtItsLine) {
  setup_.write("lead.yaml",
               "version: 1\nobject: Lead\nfields:\n  - { remote: Email, local: email }\n"
               "  - { remote: Titel, local: title }\n  - { remote: Name, local: last_name }\n");
  setup_.write("prospectd.yaml", setup_.text("prospectd.yaml") + "        outbound: { create: true }\n");
  fake_crm().objects[1].fields.push_back(field("Name", false));
  fake_crm().objects[1].fields.push_back(field("Company"));
  fake_crm().objects[1].fields.back().nillable = false;
  const Ran ran = setup_.ask({"check", "--online"});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.out,
              HasSubstr("lead.yaml:5:5  Titel → title: Lead has no field Titel (did you mean Title?)"));
  EXPECT_THAT(ran.out,
              HasSubstr("lead.yaml:6:5  Name → last_name: Lead.Name is read-only for this connection"));
  EXPECT_THAT(ran.out,
              HasSubstr("lead.yaml:1:1  fields: Lead.Company must be there when a record is created"));
  EXPECT_THAT(ran.out, EndsWith("3 problems. Nothing was changed.\n"));
  EXPECT_EQ(setup_.ask({"check"}).code, ExitCode::kOk) << "the files alone are fine";
}

TEST_F(CheckOnline, AnObjectThatCanNotBeReadIsAFaultOfItsMapping) {
  fake_crm().objects.pop_back();
  const Ran ran = setup_.ask({"check", "--online"});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.out, HasSubstr("lead.yaml:1:1  object: Lead can't be read: "));
}

TEST_F(CheckOnline, UsersThatCanNotBeReadAreAWarning) {
  fake_crm().objects.erase(fake_crm().objects.begin());
  const Ran ran = setup_.ask({"check", "--online"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  EXPECT_THAT(ran.out, HasSubstr("warning: plugins.crm: User can't be read"));
}

TEST_F(CheckOnline, ARefusedLoginHasItsOwnExitCode) {
  fake_crm().error = make_error(ErrorCode::kLoginRefused, "the CRM refuses the client's secret");
  const Ran ran = setup_.ask({"check", "--online"});
  EXPECT_EQ(ran.code, ExitCode::kAuth);
  EXPECT_THAT(ran.out, HasSubstr("plugins.crm: "));
  EXPECT_THAT(ran.out, HasSubstr("refuses the client's secret"));
  fake_crm().error = make_error(ErrorCode::kTimeout, "no answer");
  EXPECT_EQ(setup_.ask({"check", "--online"}).code, ExitCode::kTemporary);
  EXPECT_EQ(setup_.ask({"check"}).code, ExitCode::kOk);
}

TEST_F(CheckOnline, TheCrmIsNotAskedWhileTheFilesAreBroken) {
  setup_.write("lead.yaml", "version: 1\nobject: Lead\nfields:\n  - { remote: Email, local: emial }\n");
  fake_crm().error = make_error(ErrorCode::kLoginRefused, "no");
  const Ran ran = setup_.ask({"check", "--online"});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.out, Not(HasSubstr("plugins.crm")));
}

TEST_F(CheckOnline, TheDocumentHasTheSameProblems) {
  fake_crm().objects.pop_back();
  const Ran ran = setup_.ask({"check", "--online", "--json"});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  const auto data = member(*parse_json(ran.out), "data");
  EXPECT_FALSE(data["ok"]);
  ASSERT_EQ(data["problems"].size(), 1u);
  EXPECT_THAT(std::string(data["problems"][0]["file"]), EndsWith("lead.yaml"));
}

}  // namespace
}  // namespace prospectd::cli
