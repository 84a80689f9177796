// Every fault of a mapping file, and what a good one becomes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/folder.h"

namespace prospectd::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> faults_with_mapping(std::string_view mapping) {
  const Folder folder;
  folder.write("prospectd.yaml", good_text());
  folder.write("mappings/lead.yaml", mapping);
  return folder.faults();
}

struct MappingCase {
  const char* name;
  const char* entry;  ///< a sixth line, after email and title
  const char* fault;  ///< without "mappings/lead.yaml:"
};

constexpr std::string_view kHead =
    "version: 1\n"
    "object: Lead\n"
    "fields:\n"
    "  - { remote: Email, local: email }\n"
    "  - { remote: Title, local: title }\n";

class MappingFault : public testing::TestWithParam<MappingCase> {};

TEST_P(MappingFault, IsReportedWithItsPlaceAndAdvice) {
  EXPECT_THAT(faults_with_mapping(std::string(kHead) + GetParam().entry + "\n"),
              ElementsAre("mappings/lead.yaml:" + std::string(GetParam().fault)));
}

const MappingCase kMappingCases[] = {
    {"UnknownKey", "  - { remote: City, local: city, directon: in }",
     "6:34  fields[2].directon: unknown key (did you mean direction?)"},
    {"MissingRemote", "  - { local: city }",
     "6:5  fields[2].remote: missing (the CRM's field, by its API name)"},
    {"EntryThatIsNoSection", "  - City",
     "6:5  fields[2]: must be a section of keys (one of them is \"remote:\")"},
    {"RemoteThatIsNoName", "  - { remote: 'City, Id', local: city }",
     "6:7  fields[2].remote: not an API name of the CRM (letters, digits and '_')"},
    {"UnknownLocalField", "  - { remote: City, local: citty }",
     "6:21  fields[2].local: prospects have no field \"citty\" (did you mean city?)"},
    {"LocalFieldUnlikeAnyOther", "  - { remote: City, local: birthday }",
     "6:21  fields[2].local: prospects have no field \"birthday\" (a field of your own is written "
     "custom.NAME)"},
    {"CustomFieldWithABadName", "  - { remote: City, local: custom.Town }",
     "6:21  fields[2].local: custom field \"custom.Town\" has no valid name: it is \"custom.\" and "
     "lower-case "
     "letters, digits and '_', 64 characters at most (write it like custom.birthday)"},
    {"LocalFieldFilledTwice", "  - { remote: Salutation, local: title, direction: in }",
     "6:27  fields[2].local: title is filled by the entry on line 5 already (keep one of them, or make one "
     "direction: out)"},
    {"RemoteFieldWrittenTwice", "  - { remote: title, local: custom.job }",
     "6:7  fields[2].remote: title is written by the entry on line 5 already (make one of them direction: "
     "in)"},
    {"UnknownTransform", "  - { remote: City, local: city, transform: { in: [trim, uper] } }",
     "6:58  fields[2].transform.in[1]: no transform is called \"uper\" (did you mean upper?)"},
    {"UnknownTransformOutward", "  - { remote: City, local: city, transform: { out: [rot13] } }",
     "6:53  fields[2].transform.out[0]: no transform is called \"rot13\""},
    {"TransformThatIsNoList", "  - { remote: City, local: city, transform: { in: trim } }",
     "6:47  fields[2].transform.in: must be a list, not a single value (write it like [one, two])"},
    {"UnknownDirection", "  - { remote: City, local: city, direction: inn }",
     "6:34  fields[2].direction: must be one of both, in, out (did you mean in?)"},
    {"UnknownConflictRule", "  - { remote: City, local: city, conflict: crm_win }",
     "6:34  fields[2].conflict: must be one of crm_wins, prospect_wins, newest, fill_blank, review (did you "
     "mean "
     "crm_wins?)"},
    {"UnknownBlankRuleInward", "  - { remote: City, local: city, blanks: { in: skipp } }",
     "6:44  fields[2].blanks.in: must be one of skip, mirror (did you mean skip?)"},
    {"UnknownType", "  - { remote: City, local: custom.city, type: string }",
     "6:41  fields[2].type: must be one of text, boolean, integer, number, date, datetime"},
    {"TypeOfAStandardField", "  - { remote: City, local: city, type: text }",
     "6:34  fields[2].type: only for custom.* fields; city is a standard one (remove it)"},
    {"IndexOfAStandardField", "  - { remote: City, local: city, indexed: true }",
     "6:34  fields[2].indexed: only for custom.* fields; city is a standard one (remove it)"},
    {"DefaultThatIsNoDate", "  - { remote: B, local: custom.b, type: date, default: { in: 2026-02-30 } }",
     "6:58  fields[2].default.in: is no date (expected YYYY-MM-DD)"},
    {"ValuesThatAreNoPairs", "  - { remote: City, local: city, values: [a, b] }",
     "6:34  fields[2].values: must be pairs, not a list (write them like {Theirs: Ours})"},
    {"ValueGivenTwice", "  - { remote: City, local: city, values: { a: b, a: c } }",
     "6:50  fields[2].values.a: the same key stands on line 6 already (keep one of them)"},
    {"BlankRemoteValue", "  - { remote: City, local: city, values: { ' ': b } }",
     "6:5  fields: the value map of City names a blank value: use default_in for it"},
};

INSTANTIATE_TEST_SUITE_P(Each, MappingFault, testing::ValuesIn(kMappingCases),
                         [](const auto& info) { return info.param.name; });

TEST(MappingFaults, AnUnknownBlankRuleForBothDirectionsIsSaidOnce) {
  EXPECT_THAT(faults_with_mapping(std::string(kHead) + "  - { remote: City, local: city, blanks: keep }\n"),
              ElementsAre("mappings/lead.yaml:6:34  fields[2].blanks: must be one of skip, mirror"));
}

TEST(MappingFaults, APersonTypeMustMapAnEmailInward) {
  constexpr std::string_view fault =
      "mappings/lead.yaml:3:1  fields: no entry fills email, by which records and prospects are matched (add "
      "{ "
      "remote: Email, local: email })";
  EXPECT_THAT(faults_with_mapping("version: 1\nobject: Lead\nfields:\n  - { remote: City, local: city }\n"),
              ElementsAre(fault));
  EXPECT_THAT(faults_with_mapping(
                  "version: 1\nobject: Lead\nfields:\n  - { remote: Email, local: email, direction: out }\n"),
              ElementsAre(fault));
}

TEST(MappingFaults, TheFileMustBeOfTheTypeThatNamesIt) {
  EXPECT_THAT(
      faults_with_mapping("version: 1\nobject: Contact\nfields:\n  - { remote: Email, local: email }\n"),
      ElementsAre("mappings/lead.yaml:2:1  object: the file that names this mapping says Lead (make both "
                  "the same)"));
}

TEST(MappingFaults, TheFileNeedsVersionObjectAndFields) {
  EXPECT_THAT(faults_with_mapping("x: 1\n"),
              ElementsAre("mappings/lead.yaml:1:1  x: unknown key",
                          "mappings/lead.yaml:1:1  version: missing (the layout of this file: 1)",
                          "mappings/lead.yaml:1:1  object: missing (the CRM's object whose fields these are)",
                          "mappings/lead.yaml:1:1  fields: missing (one entry a field)"));
}

TEST(MappingFaults, ASyntaxErrorStandsInTheMappingsOwnFile) {
  EXPECT_THAT(
      faults_with_mapping(std::string(kHead) + "  - { remote: City\n"),
      ElementsAre("mappings/lead.yaml:6:5  fields[2]: a list or section where a key belongs (is a bracket "
                  "or brace left open?)"));
}

TEST(MappingFaults, AnAccountHasItsOwnFields) {
  const Folder folder;
  folder.write("prospectd.yaml", good_with(6, "    client_id: app\n    accounts: { mapping: account.yaml }"));
  folder.write("mappings/lead.yaml", kGoodMapping);
  folder.write("account.yaml",
               "version: 1\nobject: Account\nfields:\n  - { remote: Name, local: nam }\n"
               "  - { remote: Fax, local: custom.fax }\n");
  EXPECT_THAT(
      folder.faults(),
      ElementsAre(
          "account.yaml:4:21  fields[0].local: accounts have no field \"nam\" (did you mean name?)",
          "account.yaml:5:20  fields[1].local: accounts have no field \"custom.fax\" (accounts have no "
          "fields of your own)"));
}

TEST(MappingFaults, ACustomFieldHasOneTypeInAllMappings) {
  const Folder folder;
  folder.write("prospectd.yaml",
               good_text() + "      - object: Contact\n        mapping: mappings/contact.yaml\n");
  folder.write("mappings/lead.yaml",
               std::string(kGoodMapping) + "  - { remote: Birth__c, local: custom.birthday }\n");
  folder.write("mappings/contact.yaml",
               "version: 1\nobject: Contact\nfields:\n  - { remote: Email, local: email }\n"
               "  - { remote: Birthdate, local: custom.birthday, type: date }\n");
  const auto faults = folder.faults();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0],
            "mappings/contact.yaml:5:5  type: custom.birthday is date here and text at "
            "mappings/lead.yaml:5:5 (give "
            "both the same type)");
}

TEST(MappingFaults, AMappingThatIsNamedTwiceIsReportedOnce) {
  const Folder folder;
  folder.write("prospectd.yaml", good_text() + "      - object: Lead\n        mapping: mappings/lead.yaml\n");
  folder.write("mappings/lead.yaml", std::string(kGoodMapping) + "  - { remote: City, local: citty }\n");
  EXPECT_THAT(
      folder.faults(),
      ElementsAre(
          "prospectd.yaml:11:9  plugins.crm.types[1].object: Lead is types[0] already (keep one of them)",
          "mappings/lead.yaml:5:21  fields[1].local: prospects have no field \"citty\" (did you mean "
          "city?)"));
}

TEST(Mappings, EveryKeyArrives) {
  const Folder folder;
  folder.write("prospectd.yaml", good_text());
  folder.write("mappings/lead.yaml", std::string(kHead) + R"(  - remote: Status
    local: custom.status_1
    direction: out
    conflict: review
    blanks: { in: mirror, out: skip }
    blank_words: [Unknown, n/a]
    values: { Open - New: New, 7: true, Gone: "" }
    default: { in: a, out: b }
    transform: { in: [trim, lower], out: [upper] }
    type: text
    indexed: true
  - { remote: City, local: city, blanks: mirror }
)");
  const Loaded loaded = folder.load();
  ASSERT_TRUE(loaded.config) << format_fault(loaded.faults.front());
  const mapping::TypeSpec& type = loaded.config->plugins[0].types[0];
  EXPECT_EQ(type.mapping.object, "Lead");
  EXPECT_EQ(folder.inside(type.mapping.where), "mappings/lead.yaml:1:1");
  ASSERT_EQ(type.mapping.fields.size(), 4u);

  const mapping::FieldSpec& plain = type.mapping.fields[0];
  EXPECT_EQ(plain.direction, mapping::Direction::kBoth);
  EXPECT_EQ(plain.conflict, mapping::ConflictRule::kCrmWins);
  EXPECT_EQ(plain.blanks_in, mapping::Blanks::kSkip);
  EXPECT_EQ(plain.blanks_out, mapping::Blanks::kSkip);
  EXPECT_EQ(folder.inside(plain.where), "mappings/lead.yaml:4:5");

  const mapping::FieldSpec& full = type.mapping.fields[2];
  EXPECT_EQ(full.remote, "Status");
  EXPECT_EQ(full.local, "custom.status_1");
  EXPECT_EQ(full.direction, mapping::Direction::kOut);
  EXPECT_EQ(full.conflict, mapping::ConflictRule::kReview);
  EXPECT_EQ(full.blanks_in, mapping::Blanks::kMirror);
  EXPECT_EQ(full.blanks_out, mapping::Blanks::kSkip);
  EXPECT_THAT(full.blank_words, ElementsAre("Unknown", "n/a"));
  EXPECT_THAT(full.value_map, ElementsAre(Pair("Open - New", "New"), Pair("7", "true"), Pair("Gone", "")));
  EXPECT_EQ(full.default_in, "a");
  EXPECT_EQ(full.default_out, "b");
  EXPECT_THAT(full.transforms_in, ElementsAre("trim", "lower"));
  EXPECT_THAT(full.transforms_out, ElementsAre("upper"));
  EXPECT_TRUE(full.indexed);
  EXPECT_EQ(folder.inside(full.where), "mappings/lead.yaml:6:5");

  EXPECT_EQ(type.mapping.fields[3].blanks_in, mapping::Blanks::kMirror);
  EXPECT_EQ(type.mapping.fields[3].blanks_out, mapping::Blanks::kMirror);
}

TEST(Mappings, CustomFieldsJoinTheLocalSchema) {
  const Folder folder;
  folder.write("prospectd.yaml", good_text());
  folder.write(
      "mappings/lead.yaml",
      std::string(kGoodMapping) + "  - { remote: B__c, local: custom.b, type: integer, indexed: true }\n");
  const Loaded loaded = folder.load();
  ASSERT_TRUE(loaded.config);
  const mapping::LocalSchema schema = local_schema_of(*loaded.config);
  ASSERT_EQ(schema.size(), mapping::field::kStandardCount + 1);
  const mapping::LocalField& added = schema.fields().back();
  EXPECT_EQ(added.name, "custom.b");
  EXPECT_EQ(added.type, mapping::LocalType::kInteger);
  EXPECT_TRUE(added.indexed);
}

TEST(Mappings, WhatTheCrmContradictsStandsWhereTheMappingSaysIt) {
  const Folder folder;
  folder.write("prospectd.yaml", good_text());
  folder.write(
      "mappings/lead.yaml",
      std::string(kHead) + "  - { remote: Citty, local: city }\n  - { remote: Street, local: street }\n");
  const Loaded loaded = folder.load();
  ASSERT_TRUE(loaded.config);
  const auto map =
      mapping::FieldMap::compile(loaded.config->plugins[0].types[0].mapping, local_schema_of(*loaded.config));
  ASSERT_TRUE(map);
  mapping::ObjectSchema schema;
  schema.name = "Lead";
  for (const char* name : {"Email", "Title", "City", "Street"}) {
    mapping::FieldSchema field;
    field.name = name;
    field.createable = field.updateable = std::string_view(name) != "Street";
    schema.fields.push_back(field);
  }
  auto faults = faults_from_schema(*map, schema, "mappings/lead.yaml:1:1", {});
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(folder.inside(format_fault(faults[0])),
            "mappings/lead.yaml:6:5  Citty → city: Lead has no field Citty (did you mean City?)");
  EXPECT_EQ(faults[0].severity, Severity::kError);
  EXPECT_THAT(
      folder.inside(format_fault(faults[1])),
      testing::StartsWith("mappings/lead.yaml:7:5  warning: Street → street: Lead.Street is read-only"));
  schema.fields[2].nillable = false;
  faults = faults_from_schema(*map, schema, "mappings/lead.yaml:1:1", {true, false});
  ASSERT_EQ(faults.size(), 3u);
  EXPECT_EQ(faults[1].severity, Severity::kError);
  EXPECT_EQ(
      format_fault(faults[2]),
      "mappings/lead.yaml:1:1  fields: Lead.City must be there when a record is created, and no line gives "
      "it (map it with direction: both or out, or switch outbound.create off)");
}

}  // namespace
}  // namespace prospectd::config
