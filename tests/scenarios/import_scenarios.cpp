// First imports: SEMANTICS §1 and §2 over real paging, decoding and SQLite.
#include <gtest/gtest.h>

#include "tests/scenarios/scenarios.h"

namespace prospectd::test {
namespace {

using mapping::Value;
namespace field = mapping::field;

Act everybody(std::vector<std::string> leads, std::vector<std::string> contacts) {
  return [leads, contacts](World& w, Cast& cast) {
    for (const std::string& email : leads)
      cast["lead " + email] = w.lead(email);
    for (const std::string& email : contacts)
      cast["contact " + email] = w.contact(email);
  };
}

void small_pages(WorldOptions& options) {
  options.page_size = 2;
}

}  // namespace

std::vector<Scenario> import_scenarios() {
  return {
      {"everybody_arrives",
       {everybody({"a@x.test", "b@x.test", "c@x.test"}, {"d@x.test", "e@x.test"})},
       [](World& w, Cast&) { EXPECT_EQ(w.prospects().size(), 5U); },
       small_pages},
      {"type_order_decides_between_a_lead_and_a_contact",
       {everybody({"ada@x.test"}, {"ada@x.test"})},
       [](World& w, Cast& cast) {
         EXPECT_EQ(w.prospect_of(cast["contact ada@x.test"]).links.at(0).object, "Contact");
         ASSERT_EQ(w.duplicates().size(), 1U);
         EXPECT_EQ(w.duplicates()[0].object, "Lead");
       }},
      {"swapped_types_let_the_lead_win",
       {everybody({"ada@x.test"}, {"ada@x.test"})},
       [](World& w, Cast& cast) {
         EXPECT_EQ(w.prospect_of(cast["lead ada@x.test"]).links.at(0).object, "Lead");
         ASSERT_EQ(w.duplicates().size(), 1U);
         EXPECT_EQ(w.duplicates()[0].object, "Contact");
       },
       [](WorldOptions& options) {
         options.types = {"Lead", "Contact"};
       }},
      {"several_leads_with_one_address_across_pages",
       {everybody({"a@x.test", "s@x.test", "S@X.test ", "b@x.test", "s@x.test"}, {})},
       [](World& w, Cast&) {
         EXPECT_EQ(w.prospects().size(), 3U);
         EXPECT_EQ(w.duplicates().size(), 2U);
       },
       small_pages},
      {"addresses_that_are_none_are_imported_without_a_key",
       {everybody({"a@x.test"}, {}),
        [](World& w, Cast& cast) {
          cast["blank"] = w.lead("x@x.test", {});
          w.edit("Lead", cast["blank"], {{"Email", Value::null()}});
        }},
       [](World& w, Cast&) {
         EXPECT_EQ(w.prospects().size(), 2U);
         EXPECT_EQ(w.reader()->totals()->without_key, 1);
       }},
      {"owners_and_accounts_are_resolved",
       {[](World& w, Cast& cast) {
         cast["ana"] = w.user("ana@acme.test");
         cast["globex"] = w.account("Globex");
         cast["c"] =
             w.contact("c@x.test", {{"OwnerId", Value(cast["ana"])}, {"AccountId", Value(cast["globex"])}});
       }},
       [](World& w, Cast& cast) {
         const auto row = w.prospect_of(cast["c"]);
         EXPECT_EQ(row.owner_name, "ana@acme.test");
         EXPECT_EQ(row.account_name, "Globex");
       }},
      {"a_queue_as_owner_leaves_the_prospect_unassigned",
       {[](World& w, Cast& cast) {
         cast["queue"] = w.queue("Inbound");
         cast["l"] = w.lead("l@x.test", {{"OwnerId", Value(cast["queue"])}});
       }},
       [](World& w, Cast& cast) {
         const auto row = w.prospect_of(cast["l"]);
         EXPECT_TRUE(row.prospect.fields[field::kOwner].is_blank());
         EXPECT_EQ(row.links.at(0).pending.at(0).remote.str(), cast["queue"]);
       }},
      {"hundreds_in_one_second_on_tiny_pages",
       {[](World& w, Cast&) {
         for (int i = 0; i < 40; ++i)
           w.lead("p" + std::to_string(i) + "@x.test");
       }},
       [](World& w, Cast&) { EXPECT_EQ(w.prospects().size(), 40U); },
       [](WorldOptions& options) { options.page_size = 7; }},
  };
}

}  // namespace prospectd::test
