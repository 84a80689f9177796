// What a mapping may say, and what is wrong with one that does not fit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/mapping/mapping_builder.h"

namespace prospectd::mapping {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string fault_of(std::vector<FieldSpec> lines) {
  const auto map = FieldMap::compile(mapping_of(std::move(lines)), schema_of_every_kind());
  if (map) return "no fault";
  EXPECT_EQ(map.error().code, ErrorCode::kConfigInvalid);
  return map.error().message;
}

TEST(Compile, KeepsTheLinesInOrderWithTheirKinds) {
  const FieldMap map =
      compiled({line("Email", "email"), line("Birth__c", "custom.date"), line("OwnerId", "owner")});
  EXPECT_EQ(map.object(), "Lead");
  ASSERT_EQ(map.entries().size(), 3u);
  EXPECT_EQ(map.entries()[0].local, field::kEmail);
  EXPECT_EQ(map.entries()[0].type, LocalType::kEmail);
  EXPECT_EQ(map.entries()[1].type, LocalType::kDate);
  EXPECT_EQ(map.entries()[2].type, LocalType::kUser);
}

TEST(Compile, AsksForEachCrmFieldOnceInOrder) {
  const FieldMap map = compiled({line("Email", "email"), line("email", "custom.text", Direction::kIn),
                                 line("Company", "company"), line("Email", "custom.email", Direction::kIn)});
  EXPECT_THAT(map.remote_fields(), ElementsAre("Email", "Company"));
}

TEST(Compile, TheInwardLineOfAFieldIsFound) {
  const FieldMap map =
      compiled({line("Email", "email", Direction::kOut), line("Mail__c", "email", Direction::kIn)});
  ASSERT_NE(map.inward(field::kEmail), nullptr);
  EXPECT_EQ(map.inward(field::kEmail)->spec.remote, "Mail__c");
  EXPECT_EQ(map.inward(field::kTitle), nullptr);
}

TEST(Compile, AnUnknownLocalFieldIsNamedWithItsPlaceAndWhatWasMeant) {
  EXPECT_EQ(fault_of({line("FirstName", "fisrt_name")}),
            "lead.yaml:7:3: there is no local field fisrt_name (did you mean first_name?)");
  EXPECT_EQ(fault_of({line("FirstName", "zzzzzz")}), "lead.yaml:7:3: there is no local field zzzzzz");
}

TEST(Compile, AnUnknownTransformIsNamedWithItsPlaceAndWhatWasMeant) {
  FieldSpec spec = line("FirstName", "first_name");
  spec.transforms_in = {"titlecase"};
  EXPECT_EQ(fault_of({spec}), "lead.yaml:7:3: there is no transform titlecase (did you mean title_case?)");
  spec.transforms_in.clear();
  spec.transforms_out = {"shout"};
  EXPECT_EQ(fault_of({spec}), "lead.yaml:7:3: there is no transform shout");
}

TEST(Compile, ALocalFieldFilledTwiceIsRefused) {
  EXPECT_THAT(fault_of({line("Phone", "phone", Direction::kIn), line("HomePhone", "phone")}),
              HasSubstr("the local field phone is filled twice, by Phone and HomePhone"));
}

TEST(Compile, ALocalFieldOnceInAndOnceOutIsFine) {
  EXPECT_EQ(fault_of({line("Phone", "phone", Direction::kIn), line("HomePhone", "phone", Direction::kOut)}),
            "no fault");
}

TEST(Compile, ACrmFieldWrittenTwiceIsRefused) {
  EXPECT_THAT(fault_of({line("Phone", "phone"), line("PHONE", "mobile_phone")}),
              HasSubstr("the CRM's field PHONE is written twice, from phone and mobile_phone"));
}

TEST(Compile, ACrmFieldReadTwiceIsFine) {
  EXPECT_EQ(fault_of({line("Email", "email"), line("Email", "website", Direction::kIn)}), "no fault");
}

TEST(Compile, WhatIsNoCrmFieldNameIsRefused) {
  for (const char* name : {"", "First Name", "Name FROM User --", "Owner.Name", "a'b", "Näme", "Id,Name"})
    EXPECT_THAT(fault_of({line(name, "title")}), HasSubstr("is no name of a CRM field")) << name;
  EXPECT_THAT(fault_of({line(std::string(300, 'a'), "title")}), HasSubstr("is no name of a CRM field"));
}

TEST(Compile, ADefaultThatTheFieldCanNotHoldIsRefused) {
  FieldSpec spec = line("Birth__c", "custom.date");
  spec.default_in = "soon";
  EXPECT_EQ(fault_of({spec}), "lead.yaml:7:3: default_in is no date (expected YYYY-MM-DD)");
  spec.default_in.reset();
  spec.default_out = "soon";
  EXPECT_EQ(fault_of({spec}), "lead.yaml:7:3: default_out is no date (expected YYYY-MM-DD)");
}

TEST(Compile, ABlankDefaultIsRefused) {
  FieldSpec spec = line("Title", "title");
  spec.default_in = " ";
  EXPECT_THAT(fault_of({spec}), HasSubstr("default_in is blank"));
}

TEST(Compile, AValueMapWithABlankOrRepeatedCrmValueIsRefused) {
  FieldSpec spec = line("Status", "stage");
  spec.value_map = {{"Open", "new"}, {" ", "none"}};
  EXPECT_THAT(fault_of({spec}), HasSubstr("the value map of Status names a blank value"));
  spec.value_map = {{"Open", "new"}, {"Closed", "done"}, {"Open", "old"}};
  EXPECT_THAT(fault_of({spec}), HasSubstr("the value map of Status names \"Open\" twice"));
}

TEST(Compile, AllFaultsOfAllLinesAreNamed) {
  FieldSpec first = line("FirstName", "fisrt_name"), second = line("Title", "title");
  first.transforms_in = {"trimm"};
  second.where = "lead.yaml:9:3";
  second.transforms_out = {"uper"};
  EXPECT_EQ(fault_of({first, second}),
            "lead.yaml:7:3: there is no local field fisrt_name (did you mean first_name?)\n"
            "lead.yaml:7:3: there is no transform trimm (did you mean trim?)\n"
            "lead.yaml:9:3: there is no transform uper (did you mean upper?)");
}

TEST(Compile, AMappingOfNoObjectIsRefused) {
  const auto map = FieldMap::compile(mapping_of({line("Email", "email")}, ""), LocalSchema());
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().message, "lead.yaml:1:1: the mapping names no object");
}

TEST(Compile, MaximaAreHeld) {
  EXPECT_THAT(fault_of(std::vector<FieldSpec>(kMapEntriesMax + 1, line("Email", "email"))),
              HasSubstr("more than 500 fields"));
  FieldSpec spec = line("Status", "stage");
  for (size_t i = 0; i <= kMapWordsMax; ++i)
    spec.value_map.emplace_back("v" + std::to_string(i), "x");
  EXPECT_THAT(fault_of({spec}), HasSubstr("more than 1000 values in its value map"));
  spec = line("Status", "stage");
  spec.blank_words.assign(kMapWordsMax + 1, "none");
  EXPECT_THAT(fault_of({spec}), HasSubstr("more than 1000 blank words"));
  spec = line("Status", "stage");
  spec.transforms_in.assign(kMapWordsMax + 1, "trim");
  EXPECT_THAT(fault_of({spec}), HasSubstr("more than 1000 transforms"));
}

TEST(CompileAccount, MapsTheFieldsOfAnAccountAndNoOthers) {
  const auto map = FieldMap::compile_account(
      mapping_of({line("Name", "name"), line("OwnerId", "owner", Direction::kIn)}, "Account"));
  ASSERT_TRUE(map);
  EXPECT_EQ(map->entries()[0].local, account_field::kName);
  EXPECT_EQ(map->entries()[1].type, LocalType::kUser);
  const auto refused = FieldMap::compile_account(mapping_of({line("Email", "email")}, "Account"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("there is no local field email"));
}

TEST(CompileAccount, AnAccountHasNoKeyAddress) {
  const auto map = FieldMap::compile_account(mapping_of({line("Name", "name")}, "Account"));
  ASSERT_TRUE(map);
  EXPECT_EQ(mapped(*map, {{"Name", "ana@acme.test"}}).email_key, std::nullopt);
}

TEST(Without, DropsTheLinesNamedAndKeepsTheRestWorking) {
  const FieldMap map = compiled({line("Title", "title"), line("Email", "email"), line("Company", "company")});
  const FieldMap rest = without(map, {0});
  EXPECT_EQ(rest.object(), "Lead");
  EXPECT_THAT(rest.remote_fields(), ElementsAre("Email", "Company"));
  const MappedRecord r = mapped(rest, {{"Email", "Ana@acme.test"}, {"Company", "Acme"}});
  EXPECT_EQ(r.email_key, "ana@acme.test");
  EXPECT_EQ(r.values[1], Value("Acme"));
}

TEST(Without, TheLineOfTheKeyAddressCanGo) {
  const FieldMap rest = without(compiled({line("Email", "email"), line("Company", "company")}), {0});
  const MappedRecord r = mapped(rest, {{"Email", "ana@acme.test"}, {"Company", "Acme"}});
  EXPECT_EQ(r.email_key, std::nullopt);
  ASSERT_EQ(r.values.size(), 1u);
}

TEST(Without, ALineThatSharedItsFieldTakesItAlone) {
  const FieldMap map = compiled({line("Email", "email"), line("Email", "website", Direction::kIn)});
  const MappedRecord r = mapped(without(map, {1}), {{"Email", "ana@acme.test"}});
  EXPECT_EQ(r.values[0], Value("ana@acme.test"));
}

}  // namespace
}  // namespace prospectd::mapping
