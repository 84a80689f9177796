#include "connectors/sandbox/generator.h"

#include <map>
#include <set>

#include "base/text.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

class Generated : public SandboxTest {
 protected:
  GeneratorReport fill(int64_t people, uint64_t seed = 7) {
    GeneratorOptions options;
    options.people = people;
    options.seed = seed;
    auto report = generate(*org_, options);
    EXPECT_TRUE(report);
    return *report;
  }
  int64_t count(const std::string& of) { return query_all("SELECT COUNT() FROM " + of).body["totalSize"]; }
  std::vector<Json> all(const std::string& soql) {
    std::vector<Json> rows;
    Answer page = query_all(soql);
    while (true) {
      for (Json& row : page.body["records"])
        rows.push_back(std::move(row));
      if (page.body["done"]) return rows;
      page = get("query/" + page.body["nextRecordsUrl"].get<std::string>().substr(27));
    }
  }
};

TEST_F(Generated, TheSameSeedGivesTheSameOrg) {
  const GeneratorReport first = fill(2'000);
  const char* kFields =
      "SELECT Id, Name, Email, Company, OwnerId, Phone, Street, SystemModstamp, CreatedDate, IsDeleted, "
      "Rating FROM Lead";
  const auto rows = all(kFields);
  front_.reset();  // it refers to the org
  org_ = std::make_unique<Org>(OrgOptions{[this] { return now_; }, "00D000000000001AAA"});
  FrontOptions options;
  options.client_id = "app";
  options.client_secret = Secret(kSecret);
  front_ = std::make_unique<Front>(*org_, std::move(options));
  token_.clear();
  EXPECT_EQ(fill(2'000), first);
  EXPECT_EQ(all(kFields), rows);
}

TEST_F(Generated, AnotherSeedGivesAnother) {
  fill(100, 1);
  const auto one = column("SELECT Name FROM Lead ORDER BY Id", "Name");
  front_.reset();  // it refers to the org
  org_ = std::make_unique<Org>(OrgOptions{[this] { return now_; }, "00D000000000001AAA"});
  FrontOptions options;
  options.client_id = "app";
  options.client_secret = Secret(kSecret);
  front_ = std::make_unique<Front>(*org_, std::move(options));
  token_.clear();
  fill(100, 2);
  EXPECT_NE(column("SELECT Name FROM Lead ORDER BY Id", "Name"), one);
}

TEST_F(Generated, TheSizesAreThoseAskedFor) {
  const GeneratorReport report = fill(10'000);
  EXPECT_EQ(report.leads, 6'000);
  EXPECT_EQ(report.contacts, 4'000);
  EXPECT_EQ(count("Lead"), 6'000);
  EXPECT_EQ(count("Contact"), 4'000);
  EXPECT_EQ(count("Account"), report.accounts);
  EXPECT_EQ(count("User"), 24);
  EXPECT_EQ(count("User WHERE IsActive = false"), 3);
  EXPECT_EQ(count("Group WHERE Type = 'Queue'"), 3);
}

TEST_F(Generated, TheReportIsTrueAndTheSharesAreMet) {
  const GeneratorReport report = fill(10'000);
  const Shares shares;
  const auto about = [](int64_t n, int64_t of, int share) {
    EXPECT_GT(n, of * share / 1'000 * 7 / 10);
    EXPECT_LT(n, of * share / 1'000 * 13 / 10);
  };
  EXPECT_EQ(count("Lead WHERE IsConverted = true"), report.converted);
  about(report.converted, report.leads, shares.converted);
  EXPECT_EQ(count("Lead WHERE IsDeleted = true") + count("Contact WHERE IsDeleted = true"), report.deleted);
  about(report.deleted, 10'000, shares.deleted);
  EXPECT_EQ(count("Contact WHERE AccountId = null"), report.without_account);
  about(report.without_account, report.contacts, shares.without_account);
  EXPECT_EQ(count("Lead WHERE HasOptedOutOfEmail = true") + count("Contact WHERE HasOptedOutOfEmail = true"),
            report.opted_out);
  about(report.opted_out, 10'000, shares.opted_out);
  EXPECT_EQ(count("Lead WHERE Email = null") + count("Contact WHERE Email = null"), report.blank_address);
  about(report.blank_address, 10'000, shares.blank_address);
  about(report.malformed_address, 10'000, shares.malformed_address);
  about(report.shared_by_leads, report.leads, shares.shared_address);
  about(report.shared_by_contacts, report.contacts, shares.shared_address);
  about(report.odd_spelling, 10'000, shares.odd_spelling);
  about(report.same_person, report.leads, shares.same_person);
  about(report.queue_owned, report.leads, shares.queue_owned);
  std::string queues;
  for (const auto& id : column("SELECT Id FROM Group", "Id"))
    queues += (queues.empty() ? "'" : ",'") + id + "'";
  EXPECT_EQ(count("Lead WHERE OwnerId IN (" + queues + ")"), report.queue_owned);
  std::string inactive;
  for (const auto& id : column("SELECT Id FROM User WHERE IsActive = false", "Id")) {
    inactive += (inactive.empty() ? "'" : ",'") + id + "'";
  }
  EXPECT_EQ(count("Lead WHERE OwnerId IN (" + inactive + ")") +
                count("Contact WHERE OwnerId IN (" + inactive + ")") +
                count("Account WHERE OwnerId IN (" + inactive + ")"),
            report.inactive_owner);
}

TEST_F(Generated, AddressesAreSharedWithinAndAcrossTheTypes) {
  const GeneratorReport report = fill(10'000);
  const auto addresses = [&](const char* object) {
    std::map<std::string, int> times;
    for (const Json& row :
         all(std::string("SELECT Email FROM ") + object + " WHERE Email LIKE '%@%.example%'")) {
      ++times[to_lower_ascii(trim_ascii(row["Email"].get<std::string>()))];
    }
    return times;
  };
  const auto leads = addresses("Lead"), contacts = addresses("Contact");
  const auto repeated = [](const std::map<std::string, int>& times) {
    int64_t n = 0;
    for (const auto& [address, count] : times)
      n += count - 1;
    return n;
  };
  EXPECT_GT(repeated(leads), report.shared_by_leads / 2);
  EXPECT_GT(repeated(contacts), report.shared_by_contacts / 2);
  int64_t both = 0;
  for (const auto& [address, count] : leads)
    both += contacts.contains(address) ? 1 : 0;
  EXPECT_GT(both, report.same_person / 2);
}

TEST_F(Generated, EveryTextIsUnicodeAndEveryRequiredFieldIsThere) {
  fill(3'000);
  bool beyond_ascii = false;
  for (const Json& row :
       all("SELECT Id, LastName, Company, OwnerId, Status, CreatedById, IsDeleted, Email FROM Lead")) {
    for (const char* field : {"LastName", "Company", "OwnerId", "Status", "CreatedById", "IsDeleted"}) {
      ASSERT_FALSE(row[field].is_null()) << field;
    }
    const std::string company = row["Company"];
    ASSERT_TRUE(is_valid_utf8(company));
    for (const char c : company)
      beyond_ascii = beyond_ascii || static_cast<unsigned char>(c) > 0x7F;
  }
  EXPECT_TRUE(beyond_ascii);
}

TEST_F(Generated, ManyRowsHaveOneSecondAndNoneLiesInTheFuture) {
  fill(24'000);
  std::map<std::string, int> rows;
  for (const Json& row : all("SELECT SystemModstamp, CreatedDate FROM Lead")) {
    ++rows[row["SystemModstamp"]];
    ASSERT_LE(row["CreatedDate"], row["SystemModstamp"]);
  }
  int largest = 0, bursts = 0;
  for (const auto& [stamp, n] : rows) {
    largest = std::max(largest, n);
    bursts += n >= kBurstRows ? 1 : 0;
  }
  EXPECT_GE(largest, kLargeBurstRows);
  EXPECT_GE(bursts, 20);
  EXPECT_LT(rows.rbegin()->first, "2026-11-21T10:00:00.000+0000");
}

TEST_F(Generated, AnEmptyOrgAndSizesOutOfRange) {
  EXPECT_EQ(fill(0).leads, 0);
  EXPECT_EQ(count("Lead"), 0);
  GeneratorOptions options;
  options.people = -1;
  EXPECT_FALSE(generate(*org_, options));
  options.people = kPeopleMax + 1;
  EXPECT_FALSE(generate(*org_, options));
  options.people = 1;
  options.users = 0;
  EXPECT_EQ(generate(*org_, options).error().code, ErrorCode::kConfigInvalid);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
