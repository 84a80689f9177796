// A mapping against a describe: each thing that does not fit, how much it weighs, and what it advises.
#include "mapping/schema_check.h"

#include <gmock/gmock.h>

#include "tests/unit/mapping/mapping_builder.h"

namespace prospectd::mapping {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Outward kReadsOnly{};
constexpr Outward kUpdates{false, true};
constexpr Outward kCreates{true, true};

FieldSchema remote(std::string name, FieldType type) {
  FieldSchema field;
  field.name = std::move(name);
  field.type = type;
  field.createable = field.updateable = true;
  return field;
}

ObjectSchema contact_schema() {
  ObjectSchema schema;
  schema.name = "Contact";
  schema.fields = {remote("Email", FieldType::kEmail),
                   remote("Title", FieldType::kString),
                   remote("Name", FieldType::kString),
                   remote("MailingAddress", FieldType::kCompound),
                   remote("Birthdate", FieldType::kDate),
                   remote("Seen", FieldType::kDateTime),
                   remote("Score", FieldType::kInteger),
                   remote("Weight", FieldType::kDouble),
                   remote("OptedOut", FieldType::kBoolean),
                   remote("OwnerId", FieldType::kReference),
                   remote("AccountId", FieldType::kReference),
                   remote("Rating", FieldType::kPicklist),
                   remote("At", FieldType::kTime)};
  schema.fields[2].createable = schema.fields[2].updateable = false;
  schema.fields[9].reference_to = {"Group", "User"};
  schema.fields[10].reference_to = {"Account"};
  schema.fields[11].picklist = {
      {"Hot", "Hot", true}, {"Warm", "Warm", true}, {"Cold", "Cold", true}, {"Frozen", "Frozen", false}};
  return schema;
}

// "[wrong] message (hint)", a fault each.
std::vector<std::string> faults_of(std::vector<FieldSpec> lines, Outward outward = kReadsOnly,
                                   const ObjectSchema& schema = contact_schema()) {
  constexpr const char* kWeights[] = {"fatal", "wrong", "doubtful"};
  std::vector<std::string> texts;
  for (const SchemaFault& fault : check_against(compiled(std::move(lines)), schema, outward)) {
    texts.push_back("[" + std::string(kWeights[static_cast<size_t>(fault.weight)]) + "] " + fault.message +
                    (fault.hint.empty() ? "" : " (" + fault.hint + ")"));
  }
  return texts;
}

FieldSpec valued(std::vector<std::pair<std::string, std::string>> values,
                 Direction direction = Direction::kIn) {
  FieldSpec spec = line("Rating", "stage", direction);
  spec.value_map = std::move(values);
  return spec;
}

TEST(CheckAgainst, AMappingThatFitsHasNoFault) {
  EXPECT_THAT(
      faults_of({line("email", "email"), line("Title", "title"), line("Name", "last_name", Direction::kIn),
                 line("OptedOut", "opted_out"), line("OwnerId", "owner"), line("AccountId", "account"),
                 line("Birthdate", "custom.date"), line("Seen", "custom.datetime"),
                 line("Score", "custom.integer"), line("Weight", "custom.number")},
                kCreates),
      IsEmpty());
}

TEST(CheckAgainst, TheKeyOfNewRecordsHasToBeAnExternalIdOfTheObject) {
  ObjectSchema schema = contact_schema();
  const std::vector<FieldSpec> lines = {line("Email", "email"), line("Name", "last_name")};
  const auto with_key = [&](std::string_view key, bool creates = true) {
    return faults_of(lines, Outward{creates, true, key}, schema);
  };
  const std::string what = ", by which its new records are to be made (external_id)";
  EXPECT_THAT(with_key("Titel"),
              testing::Contains("[wrong] Contact has no field Titel" + what + " (did you mean Title?)"));
  EXPECT_THAT(with_key("Title"),
              testing::Contains("[wrong] Contact.Title is no external id in the CRM" + what +
                                " (make it one in Setup, or leave external_id out)"));
  schema.fields[1].external_id = true;
  ASSERT_EQ(schema.fields[1].name, "Title");
  const auto without = with_key("");
  EXPECT_EQ(with_key("title"), without);
  EXPECT_EQ(with_key("Titel", false), faults_of(lines, kUpdates, schema)) << "nothing is created";
}

TEST(CheckAgainst, AMissingFieldIsFatalAndNamesWhatWasMeant) {
  const auto faults =
      check_against(compiled({line("Email", "email"), line("Titel", "title")}), contact_schema());
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].entry, 1u);
  EXPECT_EQ(faults[0].kind, SchemaFaultKind::kMissing);
  EXPECT_TRUE(faults[0].fatal());
  EXPECT_EQ(faults[0].message, "Contact has no field Titel");
  EXPECT_EQ(faults[0].hint, "did you mean Title?");
}

TEST(CheckAgainst, ACompoundFieldCanNotBeMapped) {
  EXPECT_THAT(faults_of({line("MailingAddress", "street")}),
              ElementsAre("[fatal] Contact.MailingAddress is a compound (map its parts instead)"));
}

TEST(CheckAgainst, AReadOnlyFieldMappedOutwardWeighsWhatTheTypeWrites) {
  const std::string said = "Contact.Name is read-only for this connection (use direction: in)";
  EXPECT_THAT(faults_of({line("Name", "last_name")}), ElementsAre("[doubtful] " + said));
  EXPECT_THAT(faults_of({line("Name", "last_name")}, kUpdates), ElementsAre("[wrong] " + said));
  EXPECT_THAT(faults_of({line("Name", "last_name", Direction::kIn)}, kUpdates), IsEmpty());
}

TEST(CheckAgainst, WhatACreateNeedsMustBeMappedOutward) {
  ObjectSchema schema = contact_schema();
  schema.fields[1].nillable = false;
  const std::string said =
      "[wrong] Contact.Title must be there when a record is created, and no line gives it (map it with "
      "direction: "
      "both or out, or switch outbound.create off)";
  EXPECT_THAT(faults_of({line("Email", "email")}, kCreates, schema), ElementsAre(said));
  EXPECT_THAT(faults_of({line("Title", "title", Direction::kIn)}, kCreates, schema), ElementsAre(said));
  EXPECT_THAT(faults_of({line("TITLE", "title")}, kCreates, schema), IsEmpty());
  EXPECT_THAT(faults_of({line("Email", "email")}, kUpdates, schema), IsEmpty());
  schema.fields[1].defaulted_on_create = true;
  EXPECT_THAT(faults_of({line("Email", "email")}, kCreates, schema), IsEmpty());
}

struct TypeCase {
  const char* remote;
  const char* local;
  Direction direction;
  std::vector<std::string> faults;
};

class WrongType : public testing::TestWithParam<TypeCase> {};

TEST_P(WrongType, IsSaidWithTheTypeThatWouldDo) {
  const TypeCase& c = GetParam();
  EXPECT_EQ(faults_of({line(c.remote, c.local, c.direction)}, kUpdates), c.faults);
}

const TypeCase kTypeCases[] = {
    {"OptedOut",
     "custom.date",
     Direction::kIn,
     {"[wrong] Contact.OptedOut is true or false, and custom.date is of type date (use type: boolean)"}},
    {"Score",
     "custom.boolean",
     Direction::kIn,
     {"[wrong] Contact.Score is a whole number, and custom.boolean is of type boolean (use type: integer)"}},
    {"Birthdate",
     "custom.number",
     Direction::kIn,
     {"[wrong] Contact.Birthdate is a date, and custom.number is of type number (use type: date)"}},
    {"Weight",
     "custom.datetime",
     Direction::kBoth,
     {"[wrong] Contact.Weight is a number, and custom.datetime is of type datetime (use type: number)"}},
    {"Score",
     "opted_out",
     Direction::kIn,
     {"[wrong] Contact.Score is a whole number, and opted_out is of type boolean (keep it in a custom.* "
      "field of "
      "type: integer)"}},
    {"OptedOut",
     "email",
     Direction::kIn,
     {"[wrong] Contact.OptedOut is true or false, and email is of type email (keep it in a custom.* field of "
      "type: "
      "boolean)"}},
    {"AccountId",
     "owner",
     Direction::kIn,
     {"[wrong] Contact.AccountId is a reference to Account, and owner is of type user (map a reference to "
      "User, "
      "such as OwnerId)"}},
    {"Title",
     "account",
     Direction::kIn,
     {"[wrong] Contact.Title is a text, and account is of type account (map a reference to Account, such as "
      "AccountId)"}},
    {"At",
     "custom.datetime",
     Direction::kIn,
     {"[wrong] Contact.At is a time of day, and custom.datetime is of type datetime (use type: text)"}},
    // A text holds everything, but not everything can be made of it again.
    {"Score", "title", Direction::kIn, {}},
    {"Score",
     "title",
     Direction::kBoth,
     {"[wrong] Contact.Score is a whole number, and title is of type text (use direction: in)"}},
    {"Birthdate",
     "title",
     Direction::kOut,
     {"[wrong] Contact.Birthdate is a date, and title is of type text (use direction: in)"}},
    {"OwnerId",
     "custom.integer",
     Direction::kOut,
     {"[wrong] Contact.OwnerId is a reference to Group or User, and custom.integer is of type integer (use "
      "direction: in)"}},
    {"OwnerId", "custom.text", Direction::kBoth, {}},  // a text may keep an id
    {"Title", "custom.integer", Direction::kBoth, {}},
    {"Birthdate", "custom.datetime", Direction::kBoth, {}},
};
INSTANTIATE_TEST_SUITE_P(CheckAgainst, WrongType, testing::ValuesIn(kTypeCases));

TEST(CheckAgainst, AWrongTypeOfADirectionThatIsOffIsDoubtful) {
  EXPECT_THAT(
      faults_of({line("Score", "title")}),
      ElementsAre(
          "[doubtful] Contact.Score is a whole number, and title is of type text (use direction: in)"));
}

TEST(CheckAgainst, AWordThatThePicklistDoesNotHaveIsWrongWhereItIsRestricted) {
  ObjectSchema schema = contact_schema();
  const std::vector<FieldSpec> lines = {
      valued({{"Hot", "A"}, {"Wram", "B"}, {"Warm", "B"}, {"Cold", "C"}, {"Frozen", "D"}})};
  const std::string said = "Contact.Rating has no value \"Wram\" (did you mean \"Warm\"?)";
  EXPECT_THAT(faults_of(lines, kReadsOnly, schema), ElementsAre("[doubtful] " + said));
  schema.fields[11].restricted_picklist = true;
  EXPECT_THAT(faults_of(lines, kReadsOnly, schema), ElementsAre("[wrong] " + said));
}

TEST(CheckAgainst, ValuesThatTheMapDoesNotCoverAreNamedAndInactiveOnesAreNot) {
  EXPECT_THAT(
      faults_of({valued({{"Hot", "A"}})}),
      ElementsAre("[doubtful] the value map has nothing for \"Warm\", \"Cold\" of Contact.Rating (they are "
                  "taken as they are)"));
  ObjectSchema schema = contact_schema();
  for (const char* name : {"a", "b", "c", "d", "e"})
    schema.fields[11].picklist.push_back({name, name, true});
  EXPECT_THAT(
      faults_of({valued({{"Hot", "A"}})}, kReadsOnly, schema),
      ElementsAre("[doubtful] the value map has nothing for \"Warm\", \"Cold\", \"a\", \"b\", \"c\" and 2 "
                  "more of Contact.Rating (they are taken as they are)"));
}

TEST(CheckAgainst, EverythingIsSaidAtOnce) {
  EXPECT_EQ(faults_of({line("Titel", "title"), line("Name", "last_name"), line("OptedOut", "custom.date"),
                       valued({{"Hto", "A"}}, Direction::kBoth)},
                      kCreates)
                .size(),
            5u);  // the wrong type in both directions is one fault
}

}  // namespace
}  // namespace prospectd::mapping
