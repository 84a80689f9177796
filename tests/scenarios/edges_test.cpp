// Where rules meet over whole cycles: conversions read from the wrong end, dry runs, records held again.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace prospectd::test {
namespace {

using mapping::Value;
namespace field = mapping::field;

std::string convert(World& w, const std::string& lead) {
  w.scheduler().run_for(seconds{5});
  sandbox::Conversion conversion;
  conversion.lead = lead;
  const auto converted = w.org().convert(conversion);
  EXPECT_TRUE(converted) << converted.error().message;
  return converted->contact;
}

WorldOptions leads_first() {
  WorldOptions options;
  options.types = {"Lead", "Contact"};
  return options;
}

// §4: never a second prospect. Contacts are read first: nothing but the lead says who this one is.
TEST(Edges, S4_AConvertedLeadWithoutAnAddressIsNoSecondProspect) {
  World w({});
  const std::string lead = w.lead("l@x.test");
  w.edit("Lead", lead, {{"Email", Value::null()}});
  w.sync();
  convert(w, lead);
  w.sync();
  w.sync();
  EXPECT_EQ(w.prospects().size(), 1U);
  EXPECT_TRUE(w.duplicates().empty());
}

TEST(Edges, S4_AConvertedLeadWhoseContactGotAnotherAddressIsNoSecondProspect) {
  World w({});
  const std::string lead = w.lead("l@x.test");
  w.sync();
  const std::string contact = convert(w, lead);
  w.edit("Contact", contact, {{"Email", Value("new@x.test")}});
  w.sync();
  w.sync();
  EXPECT_EQ(w.prospects().size(), 1U);
}

// A request that only looks must not throw on the worker's thread (which ends the daemon).
TEST(Edges, S12_ADryRunOverAConversionWhoseContactHasAnotherAddressEnds) {
  World w(leads_first());
  const std::string lead = w.lead("l@x.test");
  w.sync();
  const std::string contact = convert(w, lead);
  w.edit("Contact", contact, {{"Email", Value("new@x.test")}});
  std::optional<Result<engine::DryRunReport>> report;
  EXPECT_NO_THROW(report.emplace(w.dry_run()));
  EXPECT_TRUE(report && *report);
}

TEST(Edges, S12_ADryRunSeesAnAddressThatAnEarlierPageFreed) {
  WorldOptions options;
  options.page_size = 1;
  World w(options);
  const std::string lead = w.lead("s@x.test");
  w.sync();
  w.scheduler().run_for(seconds{5});
  w.edit("Lead", lead, {{"Email", Value("own@x.test")}});
  w.scheduler().run_for(seconds{5});
  w.lead("s@x.test");
  const auto dry = w.dry_run();
  ASSERT_TRUE(dry) << dry.error().text();
  const auto real = w.sync();
  EXPECT_EQ(dry->summary.people.created, real.people.created);
  EXPECT_EQ(dry->summary.people.held, real.people.held);
}

TEST(Edges, ADryRunLeavesNoProgressBehind) {
  World w({});
  w.lead("a@x.test");
  w.sync();
  w.lead("b@x.test");
  ASSERT_TRUE(w.dry_run());
  EXPECT_FALSE(w.supervisor().status().at(0).progress);
}

// Two prospects swap their addresses while a third record is held against one of them.
TEST(Edges, AHeldRecordJudgedAfreshAgainstAnotherProspectLeavesNoRowBehindAndIsNotReadForEver) {
  World w({});
  const std::string a = w.lead("a@x.test");
  const std::string b = w.lead("b@x.test");
  w.scheduler().run_for(seconds{5});
  w.lead("a@x.test");
  w.sync();
  const int64_t quiet_calls = w.sync().calls;
  w.scheduler().run_for(seconds{5});
  w.edit("Lead", a, {{"Email", Value("b@x.test")}});
  w.edit("Lead", b, {{"Email", Value("a@x.test")}});
  w.sync();
  w.sync();
  EXPECT_EQ(w.duplicates().size(), 1U);
  EXPECT_EQ(w.sync().calls, quiet_calls);
}

}  // namespace
}  // namespace prospectd::test
