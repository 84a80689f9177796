// Deletion, restoring, conversion and merge (SEMANTICS §4; F12, F14, F15): met without harm.
#include <gtest/gtest.h>

#include "tests/scenarios/scenarios.h"

namespace prospectd::test {
namespace {

using mapping::Value;
namespace field = mapping::field;

Act lead_of_lineage(std::string name, std::string email) {
  return [=](World& w, Cast& cast) { cast[name] = w.lead(email); };
}
Act pause_then(Act act) {
  return [=](World& w, Cast& cast) {
    w.scheduler().run_for(seconds{5});
    act(w, cast);
  };
}
Act converted(std::string name) {
  return pause_then([=](World& w, Cast& cast) {
    sandbox::Conversion conversion;
    conversion.lead = cast[name];
    const auto converted = w.org().convert(conversion);
    ASSERT_TRUE(converted) << converted.error().message;
    cast["contact of " + name] = converted->contact;
  });
}

}  // namespace

std::vector<Scenario> lineage_scenarios() {
  return {
      {"F12_deleted_then_restored",
       {lead_of_lineage("l", "l@x.test"), pause_then([](World& w, Cast& cast) { w.remove(cast["l"]); }),
        pause_then([](World& w, Cast& cast) { w.undelete(cast["l"]); })},
       [](World& w, Cast& cast) {
         const auto row = w.prospect_of(cast["l"]);
         EXPECT_FALSE(row.links.at(0).deleted);
         EXPECT_TRUE(row.tags.empty());
         EXPECT_EQ(w.prospects().size(), 1U);
       }},
      {"a_deleted_record_is_marked_and_its_prospect_stays",
       {lead_of_lineage("l", "l@x.test"), pause_then([](World& w, Cast& cast) { w.remove(cast["l"]); })},
       [](World& w, Cast& cast) {
         const auto row = w.prospect_of(cast["l"]);
         EXPECT_TRUE(row.links.at(0).deleted);
         EXPECT_EQ(row.tags, std::vector<std::string>{"crm-deleted"});
       }},
      {"F15_a_converted_lead_becomes_its_contact",
       {lead_of_lineage("l", "l@x.test"), converted("l")},
       [](World& w, Cast& cast) {
         EXPECT_EQ(w.prospect_of(cast["contact of l"]).links.at(0).object, "Contact");
         EXPECT_EQ(w.prospects().size(), 1U);
         EXPECT_TRUE(w.duplicates().empty());
       }},
      {"F15_leads_first_a_converted_lead_becomes_its_contact",
       {lead_of_lineage("l", "l@x.test"), converted("l"), pause_then([](World& w, Cast& cast) {
          w.edit("Contact", cast["contact of l"], {{"Title", Value("VP")}});
        })},
       [](World& w, Cast& cast) {
         EXPECT_EQ(w.prospect_of(cast["contact of l"]).prospect.fields[field::kTitle], Value("VP"));
         EXPECT_EQ(w.prospects().size(), 1U);
       },
       [](WorldOptions& options) {
         options.types = {"Lead", "Contact"};
       }},
      {"converted_before_the_first_import_only_the_contact_comes",
       {[](World& w, Cast& cast) {
         cast["l"] = w.lead("l@x.test");
         converted("l")(w, cast);
       }},
       [](World& w, Cast& cast) {
         EXPECT_EQ(w.prospects().size(), 1U);
         EXPECT_EQ(w.prospect_of(cast["contact of l"]).links.at(0).object, "Contact");
       }},
      {"F14_the_loser_of_a_merge_goes_on_as_the_winner",
       {[](World& w, Cast& cast) { cast["loser"] = w.lead("l@x.test"); },
        pause_then([](World& w, Cast& cast) {
          cast["winner"] = w.lead("w@x.test");
          ASSERT_TRUE(w.org().merge(cast["winner"], {cast["loser"]}));
        })},
       [](World& w, Cast& cast) { EXPECT_FALSE(w.prospect_of(cast["winner"]).links.at(0).deleted); }},
      {"F14_merging_two_prospects_is_a_row_to_resolve_and_loses_nothing",
       {[](World& w, Cast& cast) {
          cast["a"] = w.lead("a@x.test");
          cast["b"] = w.lead("b@x.test");
        },
        pause_then([](World& w, Cast& cast) { ASSERT_TRUE(w.org().merge(cast["a"], {cast["b"]})); })},
       [](World& w, Cast&) {
         EXPECT_EQ(w.prospects().size(), 2U);
         EXPECT_EQ(w.duplicates().size(), 1U);
       }},
  };
}

}  // namespace prospectd::test
