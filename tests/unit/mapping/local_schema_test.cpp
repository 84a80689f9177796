// The prospect's fields, the describe and the names that people write in files.
#include "mapping/local_schema.h"

#include <set>

#include <gtest/gtest.h>

#include "mapping/record.h"
#include "mapping/schema.h"
#include "mapping/spec.h"

namespace prospectd::mapping {
namespace {

TEST(LocalSchema, StandardFieldsStandAtTheirPositions) {
  const LocalSchema schema;
  ASSERT_EQ(schema.size(), field::kStandardCount);
  EXPECT_EQ(schema.find("email"), field::kEmail);
  EXPECT_EQ(schema.find("first_name"), field::kFirstName);
  EXPECT_EQ(schema.find("last_name"), field::kLastName);
  EXPECT_EQ(schema.find("title"), field::kTitle);
  EXPECT_EQ(schema.find("company"), field::kCompany);
  EXPECT_EQ(schema.find("phone"), field::kPhone);
  EXPECT_EQ(schema.find("mobile_phone"), field::kMobilePhone);
  EXPECT_EQ(schema.find("street"), field::kStreet);
  EXPECT_EQ(schema.find("city"), field::kCity);
  EXPECT_EQ(schema.find("state"), field::kState);
  EXPECT_EQ(schema.find("postal_code"), field::kPostalCode);
  EXPECT_EQ(schema.find("country"), field::kCountry);
  EXPECT_EQ(schema.find("website"), field::kWebsite);
  EXPECT_EQ(schema.find("source"), field::kSource);
  EXPECT_EQ(schema.find("stage"), field::kStage);
  EXPECT_EQ(schema.find("opted_out"), field::kOptedOut);
  EXPECT_EQ(schema.find("owner"), field::kOwner);
  EXPECT_EQ(schema.find("account"), field::kAccount);
}

TEST(LocalSchema, StandardFieldsHaveTheirKinds) {
  const LocalSchema schema;
  for (size_t i = 0; i < schema.size(); ++i) {
    const LocalType expected = i == field::kEmail      ? LocalType::kEmail
                               : i == field::kOptedOut ? LocalType::kBoolean
                               : i == field::kOwner    ? LocalType::kUser
                               : i == field::kAccount  ? LocalType::kAccount
                                                       : LocalType::kText;
    EXPECT_EQ(schema.fields()[i].type, expected) << schema.fields()[i].name;
  }
}

TEST(LocalSchema, AccountFieldsStandAtTheirPositions) {
  const auto& fields = account_fields();
  ASSERT_EQ(fields.size(), account_field::kCount);
  EXPECT_EQ(fields[account_field::kName].name, "name");
  EXPECT_EQ(fields[account_field::kWebsite].name, "website");
  EXPECT_EQ(fields[account_field::kIndustry].name, "industry");
  EXPECT_EQ(fields[account_field::kPhone].name, "phone");
  EXPECT_EQ(fields[account_field::kOwner].name, "owner");
  EXPECT_EQ(fields[account_field::kOwner].type, LocalType::kUser);
}

TEST(LocalSchema, CustomFieldsComeAfterInTheirOrder) {
  LocalSchema schema;
  ASSERT_TRUE(schema.add_custom("custom.birthday", LocalType::kDate, false));
  ASSERT_TRUE(schema.add_custom("custom.tier_2", LocalType::kText, true));
  EXPECT_EQ(schema.find("custom.birthday"), field::kStandardCount);
  EXPECT_EQ(schema.find("custom.tier_2"), field::kStandardCount + 1);
  EXPECT_EQ(schema.names().back(), "custom.tier_2");
  EXPECT_TRUE(schema.fields().back().indexed);
  EXPECT_EQ(schema.find("custom.other"), LocalSchema::npos);
}

TEST(LocalSchema, TheSameCustomFieldTwiceIsOneAndIndexedWhenEitherSaysSo) {
  LocalSchema schema;
  ASSERT_TRUE(schema.add_custom("custom.tier", LocalType::kText, false));
  ASSERT_TRUE(schema.add_custom("custom.tier", LocalType::kText, true));
  ASSERT_TRUE(schema.add_custom("custom.tier", LocalType::kText, false));
  EXPECT_EQ(schema.size(), field::kStandardCount + 1);
  EXPECT_TRUE(schema.fields().back().indexed);
}

TEST(LocalSchema, ACustomFieldOfTwoKindsIsRefused) {
  LocalSchema schema;
  ASSERT_TRUE(schema.add_custom("custom.tier", LocalType::kText, false));
  const auto refused = schema.add_custom("custom.tier", LocalType::kInteger, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConfigInvalid);
  EXPECT_EQ(refused.error().message,
            "custom field \"custom.tier\" is text in one mapping and integer in another");
}

TEST(LocalSchema, ABadCustomNameIsRefused) {
  LocalSchema schema;
  for (const std::string& name :
       {std::string("custom."), std::string("birthday"), std::string("custom.Birthday"),
        std::string("custom.a b"), std::string("custom.a-b"), std::string("Custom.a"), std::string(),
        std::string("custom.ä"), std::string("custom.a.b"),
        "custom." + std::string(kCustomNameBytesMax, 'a')}) {
    const auto refused = schema.add_custom(name, LocalType::kText, false);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, ErrorCode::kConfigInvalid);
  }
  EXPECT_EQ(schema.size(), field::kStandardCount);
}

TEST(LocalSchema, ACustomReferenceIsRefused) {
  LocalSchema schema;
  EXPECT_FALSE(schema.add_custom("custom.owner", LocalType::kUser, false));
  EXPECT_FALSE(schema.add_custom("custom.parent", LocalType::kAccount, false));
}

TEST(LocalSchema, FieldsHaveAMaximum) {
  LocalSchema schema;
  for (size_t i = schema.size(); i < kLocalFieldsMax; ++i)
    ASSERT_TRUE(schema.add_custom("custom.f" + std::to_string(i), LocalType::kText, false));
  EXPECT_FALSE(schema.add_custom("custom.one_more", LocalType::kText, false));
  EXPECT_TRUE(schema.add_custom("custom.f100", LocalType::kText, false));
}

TEST(Names, AreDistinctAndAsWrittenInFiles) {
  EXPECT_EQ(name_of(Direction::kIn), "in");
  EXPECT_EQ(name_of(Direction::kOut), "out");
  EXPECT_EQ(name_of(Direction::kBoth), "both");
  EXPECT_EQ(name_of(ConflictRule::kCrmWins), "crm_wins");
  EXPECT_EQ(name_of(ConflictRule::kProspectWins), "prospect_wins");
  EXPECT_EQ(name_of(ConflictRule::kNewest), "newest");
  EXPECT_EQ(name_of(ConflictRule::kFillBlank), "fill_blank");
  EXPECT_EQ(name_of(ConflictRule::kReview), "review");
  EXPECT_EQ(name_of(Blanks::kSkip), "skip");
  EXPECT_EQ(name_of(Blanks::kMirror), "mirror");
  std::set<std::string_view> types;
  for (int t = 0; t <= static_cast<int>(LocalType::kAccount); ++t)
    types.insert(name_of(static_cast<LocalType>(t)));
  EXPECT_EQ(types, (std::set<std::string_view>{"text", "boolean", "integer", "number", "date", "datetime",
                                               "email", "user", "account"}));
}

TEST(ObjectSchema, FindsAFieldIgnoringCase) {
  ObjectSchema schema;
  schema.fields.resize(2);
  schema.fields[0].name = "Email";
  schema.fields[1].name = "Birth_Day__c";
  ASSERT_NE(schema.find("birth_day__C"), nullptr);
  EXPECT_EQ(schema.find("birth_day__C")->name, "Birth_Day__c");
  EXPECT_EQ(schema.find("Emails"), nullptr);
  EXPECT_EQ(schema.field_names(), (std::vector<std::string>{"Email", "Birth_Day__c"}));
}

TEST(ObjectSchema, RequiredOnCreateIsWhatMustBeSaidAndHasNoDefault) {
  FieldSchema f;
  f.createable = true;
  f.nillable = false;
  EXPECT_TRUE(f.required_on_create());
  f.defaulted_on_create = true;
  EXPECT_FALSE(f.required_on_create());
  f.defaulted_on_create = false;
  f.nillable = true;
  EXPECT_FALSE(f.required_on_create());
}

TEST(FieldList, FindsTheExactName) {
  const FieldList list({"Id", "Email"});
  EXPECT_EQ(list.size(), 2u);
  EXPECT_EQ(list.find("Email"), 1u);
  EXPECT_EQ(list.find("email"), FieldList::npos);
}

}  // namespace
}  // namespace prospectd::mapping
