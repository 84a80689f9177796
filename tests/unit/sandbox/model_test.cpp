// What can happen inside the organisation.
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using mapping::Value;
using ::testing::HasSubstr;

class Model : public SandboxTest {};

TEST_F(Model, ACreateHasItsDefaultsAndItsStamps) {
  const std::string id = lead({{"LastName", " Nguyen "}, {"Email", ""}});
  const Json row =
      lead_row(id,
               "LastName, Email, Status, OwnerId, IsConverted, IsDeleted, HasOptedOutOfEmail, CreatedDate, "
               "LastModifiedDate, SystemModstamp, CreatedById, LastModifiedById, MasterRecordId");
  EXPECT_EQ(row["LastName"], "Nguyen");
  EXPECT_TRUE(row["Email"].is_null());
  EXPECT_EQ(row["Status"], "Open - Not Contacted");
  EXPECT_EQ(row["IsConverted"], false);
  EXPECT_EQ(row["IsDeleted"], false);
  EXPECT_EQ(row["HasOptedOutOfEmail"], false);
  for (const char* stamp : {"CreatedDate", "LastModifiedDate", "SystemModstamp"}) {
    EXPECT_EQ(row[stamp], "2026-11-21T10:00:00.000+0000");
  }
  for (const char* user : {"OwnerId", "CreatedById", "LastModifiedById"})
    EXPECT_EQ(row[user], org_->run_as_user());
  EXPECT_TRUE(row["MasterRecordId"].is_null());
}

TEST_F(Model, AnUpdateThatChangesNothingStillMovesTheStamp) {
  const std::string id = lead({{"LastName", "Nguyen"}});
  now_ += seconds(7);
  ASSERT_TRUE(org_->update("Lead", id, {{"LastName", "Nguyen"}}));
  const Json row = lead_row(id, "SystemModstamp, LastModifiedDate, CreatedDate");
  EXPECT_EQ(row["SystemModstamp"], "2026-11-21T10:00:07.000+0000");
  EXPECT_EQ(row["LastModifiedDate"], "2026-11-21T10:00:07.000+0000");
  EXPECT_EQ(row["CreatedDate"], "2026-11-21T10:00:00.000+0000");
}

TEST_F(Model, ReadsMoveNoStamp) {
  const std::string id = lead({{"LastName", "Nguyen"}});
  now_ += seconds(60);
  get("sobjects/Lead/" + id);
  EXPECT_EQ(lead_row(id, "SystemModstamp")["SystemModstamp"], "2026-11-21T10:00:00.000+0000");
}

TEST_F(Model, AStampNeverGoesBackWhenTheClockDoes) {
  const std::string id = lead({{"LastName", "Nguyen"}});
  now_ -= seconds(60);
  ASSERT_TRUE(org_->update("Lead", id, {{"LastName", "N"}}));
  EXPECT_EQ(lead_row(id, "SystemModstamp")["SystemModstamp"], "2026-11-21T10:00:00.000+0000");
}

TEST_F(Model, WritesAreRefusedInTheApisWords) {
  const std::string id = lead({{"LastName", "Nguyen"}});
  const std::string group = made(org_->create("Group", {{"Name", "Plain"}}));
  const std::string gone = user("gone@x.test", false);
  const std::string firm = account("Firm");
  const struct {
    FieldValues fields;
    const char* code;
    std::string message;
    const char* field;
  } rows[] = {
      {{{"Foo__c", "x"}}, "INVALID_FIELD", "No such column 'Foo__c' on sobject of type Lead", nullptr},
      {{{"CreatedDate", "2026-01-01T00:00:00Z"}},
       "INVALID_FIELD_FOR_INSERT_UPDATE",
       "Unable to create/update fields: CreatedDate. Please check the security settings",
       "CreatedDate"},
      {{{"Name", "x"}}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: Name.", "Name"},
      {{{"IsConverted", true}}, "INVALID_FIELD_FOR_INSERT_UPDATE", "IsConverted", "IsConverted"},
      {{{"Company", Value::null()}},
       "REQUIRED_FIELD_MISSING",
       "Required fields are missing: [Company]",
       "Company"},
      {{{"Company", "  "}}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Company]", "Company"},
      {{{"LastName", std::string(81, 'x')}},
       "STRING_TOO_LONG",
       "Last Name: data value too large: " + std::string(81, 'x') + " (max length=80)",
       "LastName"},
      {{{"Email", "zz"}}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: zz", "Email"},
      {{{"Email", "a@b@c.test"}}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address", "Email"},
      {{{"Email", "@c.test"}}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address", "Email"},
      {{{"Email", "a@localhost"}}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address", "Email"},
      {{{"Rating", "Lukewarm"}},
       "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
       "Rating: bad value for restricted picklist field: Lukewarm",
       "Rating"},
      {{{"NumberOfEmployees", int64_t{9'000'000'000}}},
       "NUMBER_OUTSIDE_VALID_RANGE",
       "Employees",
       "NumberOfEmployees"},
      {{{"AnnualRevenue", 1e17}}, "NUMBER_OUTSIDE_VALID_RANGE", "Annual Revenue", "AnnualRevenue"},
      {{{"NumberOfEmployees", "many"}},
       "JSON_PARSER_ERROR",
       "Cannot deserialize instance of int from VALUE_STRING value many or request may be missing a required "
       "field",
       "NumberOfEmployees"},
      {{{"NumberOfEmployees", 1.5}}, "JSON_PARSER_ERROR", "VALUE_NUMBER_FLOAT", "NumberOfEmployees"},
      {{{"LastName", int64_t{5}}},
       "JSON_PARSER_ERROR",
       "instance of string from VALUE_NUMBER_INT value 5",
       "LastName"},
      {{{"DoNotCall", "yes"}},
       "JSON_PARSER_ERROR",
       "instance of boolean from VALUE_STRING value yes",
       "DoNotCall"},
      {{{"DoNotCall", Value::null()}}, "JSON_PARSER_ERROR", "instance of boolean", "DoNotCall"},
      {{{"OwnerId", firm}}, "MALFORMED_ID", "Owner ID: id value of incorrect type: " + firm, "OwnerId"},
      {{{"OwnerId", "nobody"}}, "MALFORMED_ID", "Owner ID: id value of incorrect type: nobody", "OwnerId"},
      {{{"OwnerId", "005000000000999"}},
       "INVALID_CROSS_REFERENCE_KEY",
       "invalid cross reference id",
       "OwnerId"},
      {{{"OwnerId", group}}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "OwnerId"},
      {{{"OwnerId", gone}},
       "INACTIVE_OWNER_OR_USER",
       "operation performed with inactive user [" + gone.substr(0, 15) + "] as owner of lead",
       "OwnerId"},
      {{{"City", "a"}, {"CITY", "b"}}, "INVALID_FIELD", "Duplicate field specified: City", "City"},
  };
  now_ += seconds(5);
  for (const auto& row : rows) {
    const auto change = org_->update("Lead", id, row.fields);
    ASSERT_FALSE(change) << row.code << row.message;
    EXPECT_EQ(change.error().code, row.code);
    EXPECT_EQ(change.error().status, 400);
    EXPECT_THAT(change.error().message, HasSubstr(row.message));
    const std::vector<std::string> fields =
        row.field == nullptr ? std::vector<std::string>{} : std::vector<std::string>{row.field};
    EXPECT_EQ(change.error().fields, fields);
  }
  EXPECT_EQ(lead_row(id, "SystemModstamp")["SystemModstamp"], "2026-11-21T10:00:00.000+0000");
}

TEST_F(Model, ACreateNamesEveryRequiredFieldItLacks) {
  const auto change = org_->create("Lead", {{"FirstName", "X"}});
  ASSERT_FALSE(change);
  EXPECT_EQ(change.error().message, "Required fields are missing: [LastName, Company]");
  EXPECT_THAT(change.error().fields, ::testing::ElementsAre("LastName", "Company"));
  EXPECT_EQ(org_->create("Opportunity", {}).error().code, "NOT_FOUND");
}

TEST_F(Model, LengthsCountCharactersNotBytes) {
  std::string name;
  for (int i = 0; i < 80; ++i)
    name += "ü";
  EXPECT_TRUE(org_->create("Contact", {{"LastName", name}}));
  EXPECT_FALSE(org_->create("Contact", {{"LastName", name + "ü"}}));
}

TEST_F(Model, AnUnrestrictedPicklistTakesAnyText) {
  EXPECT_TRUE(org_->create("Contact", {{"LastName", "X"}, {"LeadSource", "Carrier pigeon"}}));
}

TEST_F(Model, ALeadMayBelongToAQueueAContactMayNot) {
  const std::string id = queue("Inbound");
  EXPECT_TRUE(org_->create("Lead", {{"LastName", "X"}, {"Company", "Y"}, {"OwnerId", id}}));
  EXPECT_EQ(org_->create("Contact", {{"LastName", "X"}, {"OwnerId", id}}).error().code, "MALFORMED_ID");
}

TEST_F(Model, ReferencesAreKeptIn18Characters) {
  const std::string firm = account("Firm");
  const std::string id = contact({{"LastName", "X"}, {"AccountId", firm.substr(0, 15)}});
  EXPECT_THAT(column("SELECT AccountId FROM Contact WHERE Id = '" + id + "'", "AccountId"),
              ::testing::ElementsAre(firm));
}

TEST_F(Model, DeleteAndUndeleteMoveTheStamp) {
  const std::string id = lead({{"LastName", "X"}});
  now_ += seconds(3);
  ASSERT_TRUE(org_->remove(id));
  EXPECT_EQ(lead_row(id, "IsDeleted, SystemModstamp")["SystemModstamp"], "2026-11-21T10:00:03.000+0000");
  EXPECT_EQ(lead_row(id, "IsDeleted")["IsDeleted"], true);
  EXPECT_EQ(org_->remove(id).error().code, "ENTITY_IS_DELETED");
  EXPECT_EQ(org_->update("Lead", id, {}).error().status, 404);
  now_ += seconds(3);
  ASSERT_TRUE(org_->undelete(id));
  EXPECT_EQ(lead_row(id, "IsDeleted")["IsDeleted"], false);
  EXPECT_EQ(lead_row(id, "SystemModstamp")["SystemModstamp"], "2026-11-21T10:00:06.000+0000");
  EXPECT_FALSE(org_->undelete(id));
}

TEST_F(Model, AnAccountTakesItsContactsAlong) {
  const std::string firm = account("Firm");
  contact({{"LastName", "Inside"}, {"AccountId", firm}});
  contact({{"LastName", "Outside"}});
  now_ += seconds(3);
  ASSERT_TRUE(org_->remove(firm));
  EXPECT_THAT(column("SELECT LastName FROM Contact", "LastName"), ::testing::ElementsAre("Outside"));
  EXPECT_EQ(query_all("SELECT SystemModstamp FROM Contact WHERE LastName = 'Inside'")
                .body["records"][0]["SystemModstamp"],
            "2026-11-21T10:00:03.000+0000");
}

TEST_F(Model, UsersCanNotBeDeletedAndAGroupGoesForGood) {
  EXPECT_EQ(org_->remove(user("a@x.test")).error().code, "INSUFFICIENT_ACCESS_OR_READONLY");
  const std::string id = queue("Q");
  ASSERT_TRUE(org_->remove(id));
  EXPECT_EQ(query_all("SELECT COUNT() FROM Group").body["totalSize"], 0);
}

TEST_F(Model, APurgedRecordLeavesNothing) {
  const std::string id = lead({{"LastName", "X"}});
  ASSERT_TRUE(org_->purge(id));
  EXPECT_EQ(query_all("SELECT COUNT() FROM Lead").body["totalSize"], 0);
  EXPECT_EQ(org_->purge(id).error().code, "NOT_FOUND");
  EXPECT_EQ(org_->undelete(id).error().code, "NOT_FOUND");
  EXPECT_NE(lead({{"LastName", "Y"}}), id);
}

TEST_F(Model, IdsThatAreNone) {
  EXPECT_EQ(org_->remove("xyz").error().code, "MALFORMED_ID");
  EXPECT_EQ(org_->remove("00Q000000000999").error().code, "NOT_FOUND");
  EXPECT_EQ(org_->remove("a00000000000999").error().code, "NOT_FOUND");
  EXPECT_EQ(org_->update("Contact", lead({{"LastName", "X"}}), {}).error().code, "MALFORMED_ID");
}

TEST_F(Model, ConversionToANewContactAndAccount) {
  const std::string owner = user("rep@x.test");
  const std::string id = lead({{"LastName", "Nguyen"},
                               {"FirstName", "Thi"},
                               {"Email", "t@x.test"},
                               {"Company", "Acme"},
                               {"City", "Reno"},
                               {"OwnerId", owner},
                               {"HasOptedOutOfEmail", true}});
  now_ += seconds(9);
  const auto converted = org_->convert({id, {}, {}, {}});
  ASSERT_TRUE(converted);
  const Json row = lead_row(id,
                            "IsConverted, Status, ConvertedDate, ConvertedAccountId, ConvertedContactId, "
                            "ConvertedOpportunityId, IsDeleted, SystemModstamp");
  EXPECT_EQ(row["IsConverted"], true);
  EXPECT_EQ(row["Status"], "Closed - Converted");
  EXPECT_EQ(row["ConvertedDate"], "2026-11-21");
  EXPECT_EQ(row["ConvertedContactId"], converted->contact);
  EXPECT_EQ(row["ConvertedAccountId"], converted->account);
  EXPECT_TRUE(row["ConvertedOpportunityId"].is_null());
  EXPECT_EQ(row["IsDeleted"], false);
  EXPECT_EQ(row["SystemModstamp"], "2026-11-21T10:00:09.000+0000");
  const Json contact = get("sobjects/Contact/" + converted->contact).body;
  EXPECT_EQ(contact["Name"], "Thi Nguyen");
  EXPECT_EQ(contact["Email"], "t@x.test");
  EXPECT_EQ(contact["AccountId"], converted->account);
  EXPECT_EQ(contact["OwnerId"], owner);
  EXPECT_EQ(contact["MailingCity"], "Reno");
  EXPECT_EQ(contact["HasOptedOutOfEmail"], true);
  const Json account = get("sobjects/Account/" + converted->account).body;
  EXPECT_EQ(account["Name"], "Acme");
  EXPECT_EQ(account["OwnerId"], owner);
  EXPECT_EQ(account["BillingCity"], "Reno");
}

TEST_F(Model, ConversionToAnExistingContactFillsOnlyWhatItLacks) {
  const std::string firm = account("Firm");
  const std::string known = contact({{"LastName", "Known"}, {"AccountId", firm}});
  const std::string id = lead({{"LastName", "Lead"}, {"Email", "l@x.test"}});
  now_ += seconds(2);
  const auto converted = org_->convert({id, known, {}, {}});
  ASSERT_TRUE(converted);
  EXPECT_EQ(converted->contact, known);
  EXPECT_EQ(converted->account, firm);
  const Json row = get("sobjects/Contact/" + known).body;
  EXPECT_EQ(row["LastName"], "Known");
  EXPECT_EQ(row["Email"], "l@x.test");
  EXPECT_EQ(row["SystemModstamp"], "2026-11-21T10:00:02.000+0000");
  EXPECT_EQ(query("SELECT COUNT() FROM Contact").body["totalSize"], 1);
  EXPECT_EQ(query("SELECT COUNT() FROM Account").body["totalSize"], 1);
}

TEST_F(Model, ALeadOfAQueueConvertsToTheApiUser) {
  const std::string id = lead({{"LastName", "X"}, {"OwnerId", queue("Q")}});
  const auto converted = org_->convert({id, {}, {}, {}});
  ASSERT_TRUE(converted);
  EXPECT_EQ(get("sobjects/Contact/" + converted->contact).body["OwnerId"], org_->run_as_user());
}

TEST_F(Model, AConvertedLeadIsReadOnly) {
  const std::string id = lead({{"LastName", "X"}});
  ASSERT_TRUE(org_->convert({id, {}, {}, {}}));
  const auto change = org_->update("Lead", id, {{"LastName", "Y"}});
  EXPECT_EQ(change.error().code, "CANNOT_UPDATE_CONVERTED_LEAD");
  EXPECT_EQ(change.error().message, "cannot reference converted lead");
  EXPECT_EQ(org_->convert({id, {}, {}, {}}).error().code, "CANNOT_UPDATE_CONVERTED_LEAD");
}

TEST_F(Model, AConversionToWhatIsNotThereChangesNothing) {
  const std::string id = lead({{"LastName", "X"}});
  EXPECT_EQ(org_->convert({id, "003000000000999", {}, {}}).error().code, "INVALID_CROSS_REFERENCE_KEY");
  EXPECT_EQ(org_->convert({id, {}, "001000000000999", {}}).error().code, "INVALID_CROSS_REFERENCE_KEY");
  EXPECT_EQ(lead_row(id, "IsConverted")["IsConverted"], false);
  EXPECT_EQ(query("SELECT COUNT() FROM Account").body["totalSize"], 0);
}

TEST_F(Model, AMergeDeletesTheLosersAndNamesTheWinner) {
  const std::string winner = contact({{"LastName", "W"}});
  const std::string loser = contact({{"LastName", "L"}});
  const std::string child = contact({{"LastName", "Child"}, {"ReportsToId", loser}});
  now_ += seconds(4);
  ASSERT_TRUE(org_->merge(winner, {loser}));
  const Json rows = query_all("SELECT Id, IsDeleted, MasterRecordId, SystemModstamp FROM Contact ORDER BY Id")
                        .body["records"];
  EXPECT_EQ(rows[0]["IsDeleted"], false);
  EXPECT_TRUE(rows[0]["MasterRecordId"].is_null());
  EXPECT_EQ(rows[1]["IsDeleted"], true);
  EXPECT_EQ(rows[1]["MasterRecordId"], winner);
  for (const Json& row : rows)
    EXPECT_EQ(row["SystemModstamp"], "2026-11-21T10:00:04.000+0000");
  EXPECT_EQ(get("sobjects/Contact/" + child).body["ReportsToId"], winner);
}

TEST_F(Model, AMergeOfAccountsMovesTheirContacts) {
  const std::string winner = account("W"), loser = account("L");
  const std::string person = contact({{"LastName", "P"}, {"AccountId", loser}});
  ASSERT_TRUE(org_->merge(winner, {loser}));
  EXPECT_EQ(get("sobjects/Contact/" + person).body["AccountId"], winner);
}

TEST_F(Model, MergesThatCanNotBe) {
  const std::string a = lead({{"LastName", "A"}}), b = lead({{"LastName", "B"}});
  EXPECT_FALSE(org_->merge(a, {}));
  EXPECT_FALSE(org_->merge(a, {a}));
  EXPECT_FALSE(org_->merge(a, {b, b}));
  EXPECT_FALSE(org_->merge(a, {b, a, b}));
  EXPECT_FALSE(org_->merge(a, {contact({{"LastName", "C"}})}));
  EXPECT_FALSE(org_->merge(user("u@x.test"), {user("v@x.test")}));
  EXPECT_EQ(query("SELECT COUNT() FROM Lead").body["totalSize"], 2);
}

TEST_F(Model, ALateCreateHasAnOldStampAndIsVisibleAtOnce) {
  now_ += seconds(600);
  const auto change =
      org_->create("Lead", {{"LastName", "Late"}, {"Company", "X"}}, {seconds(300), std::nullopt});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->stamp, at("2026-11-21T10:05:00Z"));
  EXPECT_EQ(lead_row(change->id, "SystemModstamp")["SystemModstamp"], "2026-11-21T10:05:00.000+0000");
  EXPECT_EQ(lead_row(change->id, "CreatedDate")["CreatedDate"], "2026-11-21T10:05:00.000+0000");
}

TEST_F(Model, ALateEditHasAnOldStamp) {
  const std::string id = lead({{"LastName", "A"}});
  now_ += seconds(600);
  ASSERT_TRUE(org_->update("Lead", id, {{"LastName", "B"}}, {seconds(60), std::nullopt}));
  EXPECT_EQ(lead_row(id, "SystemModstamp, LastName")["SystemModstamp"], "2026-11-21T10:09:00.000+0000");
}

TEST_F(Model, ALateEditNeverTakesAStampBack) {
  const std::string id = lead({{"LastName", "A"}});
  now_ += seconds(60);
  const auto change = org_->update("Lead", id, {{"LastName", "B"}}, {seconds(600), std::nullopt});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->stamp, at("2026-11-21T10:00:01Z"));
}

TEST_F(Model, ACommitThatTakesLongIsInvisibleUntilThen) {
  const auto created =
      org_->create("Lead", {{"LastName", "Slow"}, {"Company", "X"}}, {std::nullopt, seconds(120)});
  const std::string id = lead({{"LastName", "Old"}});
  const auto edited = org_->update("Lead", id, {{"LastName", "New"}}, {std::nullopt, seconds(60)});
  ASSERT_TRUE(created && edited);
  EXPECT_EQ(edited->visible_at, now_ + seconds(60));
  EXPECT_EQ(org_->pending(), 2U);
  now_ += seconds(59);
  EXPECT_THAT(column("SELECT LastName FROM Lead", "LastName"), ::testing::ElementsAre("Old"));
  now_ += seconds(1);
  EXPECT_THAT(column("SELECT LastName FROM Lead", "LastName"), ::testing::ElementsAre("New"));
  EXPECT_EQ(lead_row(id, "SystemModstamp")["SystemModstamp"], "2026-11-21T10:00:01.000+0000");
  now_ += seconds(60);
  EXPECT_EQ(lead_row(created->id, "SystemModstamp")["SystemModstamp"], "2026-11-21T10:00:00.000+0000");
  EXPECT_EQ(org_->pending(), 0U);
}

TEST_F(Model, ALateEditOfWhatIsPurgedMeanwhileComesToNothing) {
  const std::string id = lead({{"LastName", "Old"}});
  ASSERT_TRUE(org_->update("Lead", id, {{"LastName", "New"}}, {std::nullopt, seconds(60)}));
  ASSERT_TRUE(org_->purge(id));
  now_ += seconds(60);
  EXPECT_EQ(query_all("SELECT COUNT() FROM Lead").body["totalSize"], 0);
  EXPECT_EQ(org_->pending(), 0U);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
