// From local values to what the CRM should hold.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/mapping/mapping_builder.h"

namespace prospectd::mapping {
namespace {

Value given(const FieldSpec& spec, const Value& local) {
  const FieldMap map = compiled({spec});
  return map.to_remote(map.entries().at(0), local);
}

TEST(ToRemote, AValueGoesAsItIs) {
  EXPECT_EQ(given(line("Title", "title"), "CEO"), Value("CEO"));
  EXPECT_EQ(given(line("Opt__c", "opted_out"), true), Value(true));
  EXPECT_EQ(given(line("N__c", "custom.number"), 0.5), Value(0.5));
  EXPECT_EQ(given(line("D__c", "custom.date"), *parse_date("2026-11-20")), Value(*parse_date("2026-11-20")));
}

TEST(ToRemote, AFieldThatOnlyComesInIsKeptBack) {
  EXPECT_TRUE(given(line("Title", "title", Direction::kIn), "CEO").is_absent());
  EXPECT_EQ(given(line("Title", "title", Direction::kOut), "CEO"), Value("CEO"));
}

TEST(ToRemote, AbsentSaysNothing) {
  FieldSpec spec = line("Title", "title");
  spec.default_out = "n/a";
  spec.blanks_out = Blanks::kMirror;
  EXPECT_TRUE(given(spec, Value()).is_absent());
}

TEST(ToRemote, ABlankIsSkippedOrMirrored) {
  FieldSpec spec = line("Title", "title");
  EXPECT_TRUE(given(spec, Value::null()).is_absent());
  EXPECT_TRUE(given(spec, " ").is_absent());
  spec.blanks_out = Blanks::kMirror;
  EXPECT_TRUE(given(spec, Value::null()).is_null());
  EXPECT_TRUE(given(spec, "\u00A0").is_null());
}

TEST(ToRemote, TheDefaultStandsForABlankInTheFieldsKind) {
  FieldSpec spec = line("Company", "company");
  spec.default_out = "[not provided]";
  EXPECT_EQ(given(spec, Value::null()), Value("[not provided]"));
  EXPECT_EQ(given(spec, "Acme"), Value("Acme"));
  spec = line("N__c", "custom.integer");
  spec.default_out = "0";
  EXPECT_EQ(given(spec, Value::null()), Value(int64_t{0}));
}

TEST(ToRemote, ABlankWordIsBlankInThisDirectionToo) {
  FieldSpec spec = line("Company", "company");
  spec.blank_words = {"Unknown"};
  EXPECT_TRUE(given(spec, "unknown").is_absent());
  spec.default_out = "Unknown";
  EXPECT_EQ(given(spec, "UNKNOWN"), Value("Unknown"));
}

TEST(ToRemote, TheValueMapIsReversedTheFirstMatchWins) {
  FieldSpec spec = line("Status", "stage");
  spec.value_map = {{"Open", "new"}, {"Fresh", "new"}, {"Working", "contacted"}};
  EXPECT_EQ(given(spec, "new"), Value("Open"));
  EXPECT_EQ(given(spec, "contacted"), Value("Working"));
  EXPECT_EQ(given(spec, "won"), Value("won"));
}

TEST(ToRemote, TheValueMapTranslatesOtherKindsByTheirText) {
  FieldSpec spec = line("Consent__c", "opted_out");
  spec.value_map = {{"No", "true"}, {"Yes", "false"}};
  EXPECT_EQ(given(spec, true), Value("No"));
  EXPECT_EQ(given(spec, false), Value("Yes"));
}

TEST(ToRemote, TransformsApplyAfterTheValueMapAndWhatTheyEmptyIsBlank) {
  FieldSpec spec = line("Phone", "phone");
  spec.transforms_out = {"digits_only"};
  EXPECT_EQ(given(spec, "+49 30"), Value("4930"));
  EXPECT_TRUE(given(spec, "none").is_absent());
  spec.blanks_out = Blanks::kMirror;
  EXPECT_TRUE(given(spec, "none").is_null());
}

TEST(ToRemote, TransformsOfTheOtherDirectionDoNotApply) {
  FieldSpec spec = line("Title", "title");
  spec.transforms_in = {"upper"};
  EXPECT_EQ(given(spec, "Ceo"), Value("Ceo"));
}

TEST(ToRemote, AReferenceGoesAsTheCrmsIdAndNeverAsOurNumber) {
  const FieldSpec owner = line("OwnerId", "owner");
  EXPECT_EQ(given(owner, "005000000000001AAA"), Value("005000000000001AAA"));
  EXPECT_TRUE(given(owner, Value(int64_t{17})).is_absent());
  FieldSpec account = line("AccountId", "account");
  account.blanks_out = Blanks::kMirror;
  EXPECT_TRUE(given(account, Value::null()).is_null());
  EXPECT_TRUE(given(account, Value(int64_t{3})).is_absent());
}

// What we write and read back is what we had: the echo decides nothing (I5).
RC_GTEST_PROP(RoundTrip, WhatGoesOutComesBackTheSame, ()) {
  FieldSpec stage = line("Status", "stage");
  stage.value_map = {{"Open", "new"}, {"Working", "contacted"}};
  stage.blanks_out = stage.blanks_in = Blanks::kMirror;
  const FieldMap map = compiled({stage});
  const auto word =
      rc::gen::oneOf(rc::gen::elementOf(std::vector<std::string>{"new", "contacted", "won", " "}),
                     rc::gen::suchThat(rc::gen::arbitrary<std::string>(),
                                       [](const std::string& s) { return s != "Open" && s != "Working"; }));
  const Value local(*word);
  const Value remote = map.to_remote(map.entries()[0], local);
  const Value back = mapped(map, {{"Status", remote}}).values[0];
  RC_ASSERT(back == (local.is_blank() ? Value::null() : local));
}

RC_GTEST_PROP(RoundTrip, NumbersBooleansAndDatesComeBackTheSame, (int64_t n, bool b, double d)) {
  const auto echo = [](const char* local, const Value& value) {
    const FieldMap map = compiled({line("F__c", local)});
    return mapped(map, {{"F__c", map.to_remote(map.entries()[0], value)}}).values[0];
  };
  RC_ASSERT(echo("custom.integer", Value(n)) == Value(n));
  RC_ASSERT(echo("custom.boolean", Value(b)) == Value(b));
  RC_ASSERT(echo("custom.number", Value(d)) == Value(d));
  RC_ASSERT(echo("custom.text", Value(n)) == Value(std::to_string(n)));
}

}  // namespace
}  // namespace prospectd::mapping
