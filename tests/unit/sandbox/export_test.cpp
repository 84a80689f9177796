// Whole exports: objects that the org doesn't know, lookups across files, and zips as they come.
#include <map>

#include "base/csv.h"
#include "base/text.h"
#include "connectors/sandbox/schema_file.h"
#include "tests/unit/sandbox/loader_support.h"

namespace prospectd::sandbox::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Export : public LoaderTest {
 protected:
  /// "Amount=double" and so on, of the fields whose names are asked for.
  std::vector<std::string> types(const std::string& object, const std::vector<std::string>& names) {
    std::vector<std::string> out;
    const Json described = get("sobjects/" + object + "/describe").body;
    for (const std::string& name : names) {
      for (const Json& field : described["fields"]) {
        if (field["name"] == name) out.push_back(name + "=" + field["type"].get<std::string>());
      }
    }
    return out;
  }
  const std::string kLeads = "Id,LastName,Company\n00QAw0000000001,A,X\n00QAw0000000002,B,Y\n";
};

TEST_F(Export, AnObjectThatTheOrgLacksIsMadeFromItsColumns) {
  file("Account.csv", "Id,Name\n001Aw0000000001IAA,Acme\n");
  file("Opportunity.csv",
       "Id,Name,AccountId,CloseDate,At,Amount,Won,Flag,Zip,Note,Gap,Empty\n"
       "006Aw0000000001,Big,001Aw0000000001IAA,2026-01-31,2026-01-31 08:15:30,12.5,true,1,01234,n1,0,\n"
       "006Aw0000000002,Small,,2026-02-28,2026-02-28T08:15:30.000Z,-3,false,0,99999," +
           std::string(300, 'x') + ",,\n");
  const LoadReport report = load();
  EXPECT_THAT(issues(report), IsEmpty());
  EXPECT_THAT(report.notes, Contains(HasSubstr("true types): Opportunity")));
  EXPECT_THAT(
      types("Opportunity",
            {"AccountId", "CloseDate", "At", "Amount", "Won", "Flag", "Zip", "Note", "Gap", "Empty"}),
      ElementsAre("AccountId=reference", "CloseDate=date", "At=datetime", "Amount=double", "Won=boolean",
                  "Flag=boolean", "Zip=string", "Note=textarea", "Gap=double", "Empty=string"));
  const Json row = query(
                       "SELECT Name, Account.Name, CloseDate, At, Amount, Flag, Zip FROM Opportunity WHERE "
                       "Amount > 0 AND Won = true")
                       .body["records"][0];
  EXPECT_EQ(row["Name"], "Big");
  EXPECT_EQ(row["Account"]["Name"], "Acme");
  EXPECT_EQ(row["CloseDate"], "2026-01-31");
  EXPECT_EQ(row["At"], "2026-01-31T08:15:30.000+0000");
  EXPECT_EQ(row["Amount"], 12.5);
  EXPECT_EQ(row["Flag"], true);
  EXPECT_EQ(row["Zip"], "01234");
  const Json account = query("SELECT Id, (SELECT Name FROM Opportunities) FROM Account").body["records"][0];
  EXPECT_EQ(account["Opportunities"]["totalSize"], 1);
  const auto id = column("SELECT Id FROM Opportunity WHERE Name = 'Small'", "Id").front();
  EXPECT_EQ(id.substr(0, 15), "006Aw0000000002");
}

TEST_F(Export, LookupsHoldInWhateverOrderTheFilesComeAndWhatTheyLackIsCounted) {
  file("Aim__c.csv",
       "Id,Owner__c,Zone__c,Kind__c\n"
       "a0BAw0000000001,005Aw0000000001IAA,a0ZAw0000000001MAA,012Aw0000000001IAA\n"
       "a0BAw0000000002,005Aw0000000009IAA,a0ZAw0000000009MAA,012Aw0000000002IAA\n");
  file("Zone__c.csv", "Id,Name\na0ZAw0000000001,North\n");
  file("User.csv", "Id,LastName,Username,IsActive\n005Aw0000000001,Doe,ann@x.test,1\n");
  const LoadReport report = load();
  EXPECT_THAT(types("Aim__c", {"Owner__c", "Zone__c", "Kind__c"}),
              ElementsAre("Owner__c=reference", "Zone__c=reference", "Kind__c=string"));
  EXPECT_THAT(column("SELECT Zone__r.Name FROM Aim__c WHERE Zone__r.Name = 'North'", "Zone__r"),
              ::testing::SizeIs(1));
  EXPECT_EQ(column("SELECT Zone__c FROM Aim__c WHERE Zone__r.Name = null", "Zone__c").front().substr(0, 15),
            "a0ZAw0000000009");
  int64_t dangling = 0;
  for (const LoadedFile& loaded : report.files)
    dangling += loaded.object == "Aim__c" ? loaded.dangling : 0;
  EXPECT_EQ(dangling, 2);
  EXPECT_THAT(report.notes, Contains(HasSubstr("kept as text: Aim__c.Kind__c")));
}

TEST_F(Export, ASchemaTellsTheTypesAndTheExportTheKeyPrefix) {
  ASSERT_TRUE(
      apply_schema(R"([{"name": "Deal__c", "fields": [{"name": "Code__c"}]}, {"name": "Aim__c"}])", *org_));
  file("Deal__c.csv", "Id,Code__c,Other__c\na01Aw0000000001,7,8\n");
  file("Aim__c.csv", "Id\na00Aw0000000001\n");
  const LoadReport report = load();
  EXPECT_EQ(report.records(), 2);
  EXPECT_THAT(report.notes, IsEmpty());
  EXPECT_THAT(types("Deal__c", {"Code__c", "Other__c"}), ElementsAre("Code__c=string", "Other__c=double"));
  EXPECT_EQ(made(org_->create("Deal__c", {})).substr(0, 3), "a01");
}

TEST_F(Export, ObjectsThatCanNotBeMadeAreReported) {
  file("Strange.csv", "Name\nx\n");
  file("Impostor.csv", "Id,Name\n00QAw0000000001,x\n");
  file("Nothing.csv", "Id,Name\n");
  file("read me.txt", "");
  file("Lead.csv", kLeads);
  const LoadReport report = load();
  EXPECT_THAT(issues(report), UnorderedElementsAre(
                                  "Strange.csv: no row has a record id in a column Id; the file was left out",
                                  "Impostor.csv: its ids are those of Lead; the file was left out"));
  EXPECT_THAT(report.notes,
              UnorderedElementsAre(HasSubstr("doesn't have: Nothing"), HasSubstr("read me.txt")));
  EXPECT_EQ(get("sobjects/Nothing").status, 404);
  EXPECT_EQ(report.records(), 2);
}

TEST_F(Export, DeletedRecordsGoToTheRecycleBin) {
  file("Deal__c.csv", "Id,Name,IsDeleted\na01Aw0000000001,Kept,0\na01Aw0000000002,Gone,1\n");
  EXPECT_EQ(load().files.front().deleted, 1);
  EXPECT_THAT(column("SELECT Name FROM Deal__c", "Name"), ElementsAre("Kept"));
  EXPECT_EQ(query_all("SELECT Name FROM Deal__c").body["totalSize"], 2);
  const auto gone = query_all("SELECT Id FROM Deal__c WHERE IsDeleted = true").body["records"][0]["Id"];
  EXPECT_EQ(admin("undelete", {{"id", gone}}).status, 200);
  EXPECT_EQ(query("SELECT COUNT() FROM Deal__c").body["totalSize"], 2);
}

TEST_F(Export, AZipLoadsAsItsFolderWould) {
  file("export.zip", zip_of({{"Contact.csv", "Id,LastName\n003Aw0000000001,C\n", false},
                             {"Lead.csv", kLeads},
                             {"Attachments/00PAw0000000001", "x"},
                             {"Attachments/Old.csv", "Id\n"}}));
  const LoadReport report = load("export.zip");
  EXPECT_THAT(issues(report), IsEmpty());
  EXPECT_EQ(report.files.size(), 2U);
  EXPECT_THAT(column("SELECT LastName FROM Lead ORDER BY LastName", "LastName"), ElementsAre("A", "B"));
  EXPECT_THAT(column("SELECT LastName FROM Contact", "LastName"), ElementsAre("C"));
  EXPECT_THAT(report.notes,
              ElementsAre(HasSubstr("Attachments/00PAw0000000001, export.zip/Attachments/Old.csv")));
}

TEST_F(Export, AWideZipIsReadToo) {
  ZipPiece piece{"Lead.csv", kLeads};
  piece.wide = true;
  file("export.zip", zip_of({piece}, true));
  EXPECT_EQ(load("export.zip").records(), 2);
}

TEST_F(Export, AllPartsOfANumberedExportAreTaken) {
  file("WE_00D_1.ZIP", zip_of({{"Lead.csv", kLeads}}));
  file("WE_00D_3.ZIP", zip_of({{"Lead.csv", "Id,LastName,Company,Rank__c\n00QAw0000000003,C,Z,5\n"}}));
  file("other_1.zip", "not of this export");
  const LoadReport report = load("WE_00D_1.ZIP");
  EXPECT_EQ(report.records(), 3);
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("_2.zip of the export is missing")));
  EXPECT_THAT(column("SELECT LastName FROM Lead WHERE Rank__c = 5", "LastName"), ElementsAre("C"));
}

TEST_F(Export, AZipThatIsNotWhatItSaysIsRefused) {
  const ZipPiece good{"Lead.csv", kLeads};
  const auto with = [&](auto change) {
    ZipPiece piece = good;
    change(piece);
    return zip_of({piece});
  };
  const std::string whole = zip_of({good});
  std::string overlapping = zip_of({good, {"Contact.csv", "Id\n"}});
  const size_t second = overlapping.rfind("PK\x01\x02");
  overlapping.replace(second + 42, 4, little_endian(0, 4));
  const std::pair<std::string, const char*> kCases[] = {
      {"no zip at all", "is not a zip"},
      {whole.substr(0, whole.size() - 10), "is not a zip"},
      {whole.substr(5), "damaged"},
      {zip_of({good, good}), "is there twice"},
      {zip_of({{"../Lead.csv", kLeads}}), "leads out of the zip"},
      {zip_of({{"a/../../Lead.csv", kLeads}}), "leads out of the zip"},
      {zip_of({{"/Lead.csv", kLeads}}), "leads out of the zip"},
      {zip_of({{"C:\\Lead.csv", kLeads}}), "leads out of the zip"},
      {with([](ZipPiece& p) { p.flags = 1; }), "is encrypted"},
      {with([](ZipPiece& p) { p.method = 14; }), "method 14"},
      {with([](ZipPiece& p) { p.claims = 10; }), "longer than it says"},
      {with([](ZipPiece& p) { p.claims = 1'000; }), "shorter than it says"},
      {with([](ZipPiece& p) { p.crc = 1; }), "checksum"},
      {with([](ZipPiece& p) { p.local_name = "Leas.csv"; }), "contradicts the list"},
      {with([](ZipPiece& p) { p.method = 8, p.deflated = false; }), "can't be unpacked"},
      {with([](ZipPiece& p) { p.claims = 1'000'000'000; }), "more than 200 times its size"},
      {overlapping, "lies over another one"},
  };
  for (const auto& [bytes, why] : kCases) {
    file("export.zip", bytes);
    EXPECT_THAT(refusal("export.zip"), HasSubstr(why));
  }
}

TEST_F(Export, ProgressReachesItsEnd) {
  file("Lead.csv", kLeads);
  file("Deal__c.csv", "Id,Code__c\na01Aw0000000001,7\n");
  LoadProgress last;
  LoadOptions options;
  options.progress = [&](const LoadProgress& progress) {
    EXPECT_GE(progress.bytes, last.bytes);
    last = progress;
  };
  ASSERT_TRUE(load_export(folder_.string(), *org_, options));
  EXPECT_GT(last.bytes, kLeads.size());
  EXPECT_GE(last.bytes, last.of_bytes);
}

/// The sample that stands beside the project on some machines.
class AdventureWorks : public LoaderTest {
 protected:
  AdventureWorks() : data_(fs::path(PROSPECTD_SOURCE_DIR) / ".." / "shared" / "data" / "adventureworks") {}
  void SetUp() override {
    if (!is_here()) return;  // the data set is not part of the project
    auto report = load_export(data_.string(), *org_);
    ASSERT_TRUE(report);
    report_ = *std::move(report);
  }
  /// The cells of a file, row by row, by the names in its header.
  std::vector<std::map<std::string, std::string>> rows(const char* name) {
    std::ifstream in(data_ / name, std::ios::binary);
    CsvReader reader([&](char* to, size_t size) {
      in.read(to, static_cast<std::streamsize>(size));
      return static_cast<size_t>(in.gcount());
    });
    std::vector<std::string> header;
    std::vector<std::map<std::string, std::string>> out;
    while (reader.next()) {
      if (header.empty()) {
        header.assign(reader.fields().begin(), reader.fields().end());
        continue;
      }
      auto& row = out.emplace_back();
      for (size_t i = 0; i < header.size(); ++i)
        row[header[i]] = reader.fields()[i];
    }
    return out;
  }
  bool is_here() const { return fs::exists(data_); }

  fs::path data_;
  LoadReport report_;
};

TEST_F(AdventureWorks, CountsGroupsAndRelationshipsAgreeWithTheFiles) {
  if (!is_here()) return;
  EXPECT_THAT(issues(report_), IsEmpty());
  for (const char* object : {"User", "Account", "Contact", "Lead"}) {
    EXPECT_EQ(query_all(std::string("SELECT COUNT() FROM ") + object).body["totalSize"],
              rows((std::string(object) + ".csv").c_str()).size());
  }
  std::map<std::string, int> by_state;
  for (const auto& row : rows("Lead.csv"))
    ++by_state[row.at("State")];
  const Json groups = query("SELECT State, COUNT(Id) n FROM Lead GROUP BY State").body["records"];
  std::map<std::string, int> counted;
  for (const Json& group : groups)
    counted[group["State"].is_null() ? "" : group["State"].get<std::string>()] = group["n"].get<int>();
  EXPECT_EQ(counted, by_state);

  std::map<std::string, std::string> names;
  for (const auto& row : rows("Account.csv"))
    names[row.at("Id")] = row.at("Name");
  const auto contacts = rows("Contact.csv");
  const Json found = query("SELECT Id, Account.Name FROM Contact").body["records"];
  ASSERT_EQ(found.size(), contacts.size());
  std::map<std::string, std::string> account_of;
  for (const Json& record : found)
    account_of[record["Id"]] = record["Account"]["Name"];
  for (const auto& row : contacts)
    EXPECT_EQ(account_of[row.at("Id")], trim_ascii(names[row.at("AccountId")])) << "blanks at the ends go";
}

TEST_F(AdventureWorks, ABulkQueryGivesEveryLead) {
  if (!is_here()) return;
  const Json job =
      call("POST", "jobs/query", {{"operation", "query"}, {"query", "SELECT Id, Email FROM Lead"}}).body;
  const std::string results = "jobs/query/" + job["id"].get<std::string>();
  for (int i = 0; i < 1'000 && get(results).body["state"] != "JobComplete"; ++i)
    now_ += seconds(10);
  const Answer answer = get(results + "/results");
  ASSERT_EQ(answer.status, 200);
  std::string_view left = answer.text;
  CsvReader reader([&](char* to, size_t size) {
    const size_t taken = left.copy(to, size);
    left.remove_prefix(taken);
    return taken;
  });
  std::map<std::string, std::string> served;
  while (reader.next())
    served[std::string(reader.fields()[0])] = reader.fields()[1];
  served.erase("Id");
  std::map<std::string, std::string> written;
  for (const auto& row : rows("Lead.csv"))
    written[row.at("Id")] = row.at("Email");
  EXPECT_EQ(served, written);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
