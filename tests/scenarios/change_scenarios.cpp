// What happens after the import: edits, owners, late commits, swapped addresses, edits made here (SEMANTICS
// §1, §11; F01–F03, F17).
#include <gtest/gtest.h>

#include "tests/scenarios/scenarios.h"

namespace prospectd::test {
namespace {

using mapping::Value;
namespace field = mapping::field;

Act lead(std::string name, std::string email, std::string title = "CTO") {
  return [=](World& w, Cast& cast) { cast[name] = w.lead(email, {{"Title", Value(title)}}); };
}
Act edit(std::string name, std::string remote_field, std::string value) {
  return [=](World& w, Cast& cast) {
    w.scheduler().run_for(seconds{5});
    w.edit("Lead", cast[name], {{remote_field, Value(value)}});
  };
}
Act both(Act first, Act second) {
  return [=](World& w, Cast& cast) {
    first(w, cast);
    second(w, cast);
  };
}

Value value_of(World& w, const std::string& remote, size_t at) {
  return w.prospect_of(remote).prospect.fields[at];
}

}  // namespace

std::vector<Scenario> change_scenarios() {
  return {
      {"an_edit_arrives_with_the_next_poll",
       {lead("l", "l@x.test"), edit("l", "Title", "CEO")},
       [](World& w, Cast& cast) { EXPECT_EQ(value_of(w, cast["l"], field::kTitle), Value("CEO")); }},
      {"a_second_edit_in_the_same_second_is_not_lost",
       {lead("l", "l@x.test"),
        [](World& w, Cast& cast) {
          w.edit("Lead", cast["l"], {{"Title", Value("CEO")}});
        },
        [](World& w, Cast& cast) {
          w.edit("Lead", cast["l"], {{"Title", Value("Chair")}});
        }},
       [](World& w, Cast& cast) { EXPECT_EQ(value_of(w, cast["l"], field::kTitle), Value("Chair")); }},
      {"an_owner_change_arrives",
       {both([](World& w, Cast& cast) { cast["bo"] = w.user("bo@acme.test"); }, lead("l", "l@x.test")),
        [](World& w, Cast& cast) {
          w.edit("Lead", cast["l"], {{"OwnerId", Value(cast["bo"])}});
        }},
       [](World& w, Cast& cast) { EXPECT_EQ(w.prospect_of(cast["l"]).owner_name, "bo@acme.test"); }},
      {"F01_a_record_committed_late_with_an_old_stamp_is_not_lost",
       {lead("l", "l@x.test"),
        [](World& w, Cast& cast) {
          w.scheduler().run_for(std::chrono::minutes{20});
          cast["new"] = w.lead("new@x.test");
        },
        [](World& w, Cast& cast) {
          sandbox::WriteOptions late;
          late.stamped_before = seconds{240};
          const auto made = w.org().create(
              "Lead",
              {{"LastName", Value("Late")}, {"Company", Value("Acme")}, {"Email", Value("late@x.test")}},
              late);
          ASSERT_TRUE(made);
          cast["late"] = made->id;
        }},
       [](World& w, Cast& cast) {
         EXPECT_EQ(value_of(w, cast["late"], field::kEmail), Value("late@x.test"));
       }},
      {"F17_two_records_swap_their_addresses",
       {both(lead("a", "a@x.test"), lead("b", "b@x.test")),
        both(edit("a", "Email", "b@x.test"), edit("b", "Email", "a@x.test"))},
       [](World& w, Cast& cast) {
         EXPECT_EQ(w.prospect_of(cast["a"]).prospect.addresses.at(0).key, "b@x.test");
         EXPECT_EQ(w.prospect_of(cast["b"]).prospect.addresses.at(0).key, "a@x.test");
       },
       [](WorldOptions& options) { options.page_size = 1; }},
      {"a_held_record_is_judged_afresh_when_the_address_becomes_free",
       {both(lead("a", "s@x.test"), lead("b", "s@x.test")), edit("a", "Email", "own@x.test")},
       [](World& w, Cast& cast) {
         EXPECT_EQ(w.prospect_of(cast["b"]).prospect.addresses.at(0).key, "s@x.test");
         EXPECT_TRUE(w.duplicates().empty());
       }},
      {"an_address_taken_by_another_prospect_is_a_field_error_and_the_rest_applies",
       {both(lead("a", "a@x.test"), lead("b", "b@x.test")),
        [](World& w, Cast& cast) {
          w.edit("Lead", cast["b"], {{"Email", Value("a@x.test")}, {"Title", Value("CEO")}});
        }},
       [](World& w, Cast& cast) {
         EXPECT_EQ(w.prospect_of(cast["b"]).prospect.addresses.at(0).key, "b@x.test");
         EXPECT_EQ(value_of(w, cast["b"], field::kTitle), Value("CEO"));
       }},
      {"an_edit_made_here_stays_when_the_crm_changes_another_field",
       {lead("l", "l@x.test"),
        [](World& w, Cast& cast) {
          w.edit_here(w.prospect_of(cast["l"]).prospect.id, "title", Value("Chief"));
          w.edit("Lead", cast["l"], {{"Phone", Value("1")}});
        }},
       [](World& w, Cast& cast) {
         EXPECT_EQ(value_of(w, cast["l"], field::kTitle), Value("Chief"));
         EXPECT_EQ(value_of(w, cast["l"], field::kPhone), Value("1"));
       }},
      {"an_opt_out_is_taken_and_never_cleared",
       {lead("l", "l@x.test"),
        [](World& w, Cast& cast) {
          w.edit("Lead", cast["l"], {{"HasOptedOutOfEmail", Value(true)}});
        },
        [](World& w, Cast& cast) {
          w.edit("Lead", cast["l"], {{"HasOptedOutOfEmail", Value(false)}});
        }},
       [](World& w, Cast& cast) { EXPECT_EQ(value_of(w, cast["l"], field::kOptedOut), Value(true)); }},
      {"an_owner_who_is_made_active_gets_what_waited",
       {[](World& w, Cast& cast) {
          cast["bo"] = w.user("bo@acme.test");
          cast["l"] = w.lead("l@x.test", {{"OwnerId", Value(cast["bo"])}});
          w.edit("User", cast["bo"], {{"IsActive", Value(false)}});
        },
        [](World& w, Cast& cast) {
          w.scheduler().run_for(std::chrono::hours{1});
          w.edit("User", cast["bo"], {{"IsActive", Value(true)}});
        }},
       [](World& w, Cast& cast) { EXPECT_EQ(w.prospect_of(cast["l"]).owner_name, "bo@acme.test"); }},
  };
}

}  // namespace prospectd::test
