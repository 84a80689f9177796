// `prospectd verify` with the real binary: what no poll sees is found, and mended when that is asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

using testing::HasSubstr;

const Json& object_of(const Json& scan, const std::string& name) {
  for (const Json& object : scan.at("objects"))
    if (object.at("object") == name) return object;
  ADD_FAILURE() << name << " was not compared";
  return scan;
}

TEST(VerifyIt, APurgedContactAndALateLeadAreFoundAndMended) {
  const SandboxCrm crm({"--people", "300"});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  const std::string contact = crm.example_contact();
  crm.change({"edit", crm.example_contact(), "Title=moves the cursor on"});
  follower.data({"sync"});
  crm.change({"purge", contact});
  crm.change({"late", "Lead", "LastName=Straggler", "Company=Late Ltd", "Email=straggler@late.example",
              "--stamped-before", "3h"});
  follower.data({"sync"});

  const Ended told = follower.ask({"verify"});
  EXPECT_EQ(told.code, 3) << told.out << told.err;
  EXPECT_THAT(told.out, HasSubstr(contact));
  EXPECT_THAT(told.out, HasSubstr("Repair: prospectd verify --repair"));
  EXPECT_THAT(follower.ask({"doctor"}).out, HasSubstr("apart"));

  const Json repaired = follower.data({"verify", "--repair"});
  EXPECT_EQ(object_of(repaired, "Contact").at("goneThere"), 1);
  EXPECT_EQ(object_of(repaired, "Contact").at("repaired"), 1);
  EXPECT_THAT(follower.ask({"explain", contact}).out, HasSubstr("GONE_FROM_CRM"));
  const Ended again = follower.ask({"verify"});
  EXPECT_EQ(again.code, 0) << again.out << again.err;
  EXPECT_THAT(again.out, HasSubstr("No drift was found"));
  EXPECT_THAT(follower.ask({"status"}).out, HasSubstr("all agrees"));
}

}  // namespace
}  // namespace prospectd::e2e
