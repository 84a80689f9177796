#include "connectors/sandbox/loader.h"

#include "tests/unit/sandbox/loader_support.h"

namespace prospectd::sandbox::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Loader : public LoaderTest {};

TEST_F(Loader, RecordsKeepTheirIdsLookupsAndDates) {
  file("User.csv",
       "Id,LastName,FirstName,Username,Email,IsActive\n"
       "005Aw0000000001,Doe,Ann,ann@x.test,ann@x.test,1\n");
  file("Lead.csv",
       "\xEF\xBB\xBF\"Id\",\"LastName\",\"Company\",\"OwnerId\",\"NumberOfEmployees\",\"AnnualRevenue\","
       "\"DoNotCall\","
       "\"CreatedDate\",\"SystemModstamp\",\"IsDeleted\"\r\n"
       "\"00QAw0000000001MAA\",\"Ny\r\nberg\",\"Acme, "
       "\"\"Inc.\"\"\",\"005Aw0000000001\",\"12\",\"80000\",\"TRUE\","
       "\"2025-01-01T00:07:00.000Z\",\"2025-02-01T00:07:00.700+0000\",\"false\"\r\n"
       "\"00QAw0000000002MAA\",\"Gone\",\"X\",\"005Aw0000000009\",\"\",\"\",\"\",\"\",\"2025-02-02T00:00:"
       "00Z\",\"true\"\r\n");
  const LoadReport report = load();
  EXPECT_THAT(issues(report), ::testing::IsEmpty());
  EXPECT_EQ(report.records(), 3);
  const std::string owner = column("SELECT Id FROM User", "Id").front();
  EXPECT_EQ(owner.substr(0, 15), "005Aw0000000001");
  const Json lead =
      lead_row("00QAw0000000001",
               "LastName, Company, OwnerId, NumberOfEmployees, AnnualRevenue, DoNotCall, CreatedDate, "
               "SystemModstamp, LastModifiedDate, Status, CreatedById, IsConverted");
  EXPECT_EQ(lead["LastName"], "Ny\r\nberg");
  EXPECT_EQ(lead["Company"], "Acme, \"Inc.\"");
  EXPECT_EQ(lead["OwnerId"], owner);
  EXPECT_EQ(lead["NumberOfEmployees"], 12);
  EXPECT_EQ(lead["AnnualRevenue"], 80'000.0);
  EXPECT_EQ(lead["DoNotCall"], true);
  EXPECT_EQ(lead["CreatedDate"], "2025-01-01T00:07:00.000+0000");
  EXPECT_EQ(lead["SystemModstamp"], "2025-02-01T00:07:00.000+0000");
  EXPECT_EQ(lead["LastModifiedDate"], "2025-02-01T00:07:00.000+0000");
  EXPECT_EQ(lead["Status"], "Open - Not Contacted");
  EXPECT_EQ(lead["CreatedById"], owner);
  EXPECT_EQ(lead["IsConverted"], false);
  EXPECT_EQ(query("SELECT COUNT() FROM Lead").body["totalSize"], 1);
  const Json gone =
      query_all("SELECT Id, OwnerId, DoNotCall FROM Lead WHERE IsDeleted = true").body["records"][0];
  EXPECT_EQ(gone["OwnerId"].get<std::string>().substr(0, 15), "005Aw0000000009");
  EXPECT_EQ(gone["DoNotCall"], false);
}

TEST_F(Loader, ColumnsThatTheObjectLacksBecomeCustomFields) {
  file("Contact.csv", "Id,LastName,Region__c,legacy_code\n003Aw0000000001,X,North,L-7\n");
  const LoadReport report = load();
  EXPECT_THAT(report.files[0].custom_fields, ::testing::ElementsAre("Region__c", "legacy_code"));
  const Json row =
      query("SELECT region__C, Legacy_Code FROM Contact WHERE Region__c = 'north'").body["records"][0];
  EXPECT_EQ(row["Region__c"], "North");
  EXPECT_EQ(row["legacy_code"], "L-7");
  bool found = false;
  const Json describe = get("sobjects/Contact/describe").body;
  for (const Json& field : describe["fields"]) {
    if (field["name"] != "Region__c") continue;
    found = true;
    EXPECT_EQ(field["custom"], true);
    EXPECT_EQ(field["label"], "Region");
    EXPECT_EQ(field["type"], "string");
    EXPECT_EQ(field["length"], 255);
  }
  EXPECT_TRUE(found);
}

TEST_F(Loader, CustomFieldsComeToRecordsThatAreThereAlready) {
  for (int i = 0; i < 1'500; ++i)
    contact({{"LastName", "C" + std::to_string(i)}});
  file("Contact.csv", "Id,LastName,Region__c\n003Aw0000000001,X,North\n");
  load();
  EXPECT_EQ(query("SELECT COUNT() FROM Contact WHERE Region__c = null").body["totalSize"], 1'500);
  EXPECT_EQ(query("SELECT LastName FROM Contact WHERE LastName = 'C1499'").body["totalSize"], 1);
}

TEST_F(Loader, WhatCanNotBeTakenIsReportedWithItsLine) {
  file("Lead.csv",
       "Id,LastName,Company,NumberOfEmployees,AnnualRevenue,DoNotCall,ConvertedDate,CreatedDate,OwnerId,Bad "
       "Name!,Email\n"
       "nonsense,A,B\n"
       "003Aw0000000001,A,B,,,,,,,,\n"
       "00QAw0000000001,A,B,many,1e,maybe,yesterday,now,nobody,,a@x.test\n"
       "00QAw0000000001,A,B,,,,,,,,\n"
       "00QAw0000000002,A,B\n"
       "00QAw0000000003,A,B,,,,,,,,,extra\n"
       "00QAw0000000004,\"A\"B,C,,,,,,,,\n"
       "00QAw0000000005," +
           std::string(81, 'x') +
           ",C,,,,,,,,\n"
           "00QAw0000000006,\xFF\xFE,C,,,,,,,,\n");
  const LoadReport report = load();
  EXPECT_EQ(report.records(), 6);
  const auto list = issues(report);
  for (const char* expected :
       {"Lead.csv:1: a column's name can't be a field's; the column was left out",
        "Lead.csv:2: Id is not a record id of this object; the row was left out",
        "Lead.csv:3: Id is not a record id of this object; the row was left out",
        "Lead.csv:4: NumberOfEmployees is no int; it was left empty",
        "Lead.csv:4: AnnualRevenue is no currency; it was left empty",
        "Lead.csv:4: DoNotCall is no boolean; it was left empty",
        "Lead.csv:4: ConvertedDate is no date; it was left empty",
        "Lead.csv:4: CreatedDate is no datetime; it was left empty",
        "Lead.csv:4: OwnerId is no reference; it was left empty",
        "Lead.csv:5: record 00QAw0000000001MAA comes twice; the second one was left out",
        "Lead.csv:6: fewer fields than columns; the rest is empty",
        "Lead.csv:7: more fields than columns; the rest was left out",
        "Lead.csv:8: text behind a closing quote",
        "Lead.csv:9: LastName is longer than 80 characters; it was cut",
        "Lead.csv:10: LastName is not well-formed UTF-8; it was repaired"}) {
    EXPECT_THAT(list, ::testing::Contains(expected));
  }
  EXPECT_EQ(static_cast<int64_t>(list.size()), report.issues_total);
  EXPECT_EQ(lead_row("00QAw0000000001", "Email")["Email"], "a@x.test");
}

TEST_F(Loader, ARowWhoseQuoteIsNeverClosedIsLeftOutWithWhatItTookIn) {
  file(
      "Lead.csv",
      "Id,LastName,Company\n00QAw0000000001,Whole,A\n00QAw0000000002,\"open,B\n00QAw0000000003,Taken in,C\n");
  const LoadReport report = load();
  EXPECT_EQ(report.records(), 1);
  EXPECT_THAT(issues(report),
              ::testing::ElementsAre(::testing::HasSubstr("Lead.csv:3: a quote that is never closed")));
}

TEST_F(Loader, TheReportIsBounded) {
  std::string text = "Id,LastName,Company\n";
  for (int i = 0; i < 1'000; ++i)
    text += "bad,A,B\n";
  file("Lead.csv", text);
  const LoadReport report = load();
  EXPECT_EQ(report.issues.size(), kLoadIssuesMax);
  EXPECT_EQ(report.issues_total, 1'000);
}

TEST_F(Loader, AColumnTwiceAndAFileWithoutIds) {
  file("Lead.csv", "Id,LastName,lastname,Company\n00QAw0000000001,First,Second,X\n");
  file("Contact.csv", "LastName\nX\n");
  file("Account.csv", "");
  const LoadReport report = load();
  EXPECT_THAT(issues(report), ::testing::UnorderedElementsAre(
                                  "Account.csv: the file is empty",
                                  "Contact.csv:1: there is no Id column; the file was left out",
                                  "Lead.csv:1: column LastName comes twice; the second one was left out"));
  EXPECT_EQ(lead_row("00QAw0000000001", "LastName")["LastName"], "First");
}

TEST_F(Loader, NewRecordsGetIdsThatTheFileDidNotTake) {
  const std::string taken = org_->next_id(*org_->table("Lead"));
  file("Lead.csv", "Id,LastName,Company\n" + taken + ",A,B\n");
  Org fresh([this] {
    OrgOptions options;
    options.now = [this] { return now_; };
    return options;
  }());
  ASSERT_TRUE(load_export(folder_.string(), fresh));
  const auto made = fresh.create("Lead", {{"LastName", "N"}, {"Company", "M"}});
  ASSERT_TRUE(made);
  EXPECT_NE(made->id, taken);
}

TEST_F(Loader, AMissingOrEmptyFolderIsAClearError) {
  const auto missing = load_export((folder_ / "nowhere").string(), *org_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kConfigInvalid);
  EXPECT_THAT(missing.error().message, HasSubstr("nowhere is neither a folder nor a zip"));
  const auto empty = load_export(folder_.string(), *org_);
  ASSERT_FALSE(empty);
  EXPECT_THAT(empty.error().message, HasSubstr("has no CSV file that is named after an object"));
  file("Lead.csv", "Id\n");
  const auto a_file = load_export((folder_ / "Lead.csv").string(), *org_);
  EXPECT_FALSE(a_file);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
