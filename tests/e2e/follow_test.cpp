// A sandbox, a daemon, and a person at the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "base/csv.h"
#include "connectors/salesforce_wire/ids.h"
#include "daemon/cli/json.h"
#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

using testing::HasSubstr;

int64_t people(const Json& sync, const char* name) {
  return sync.at("result").at("people").at(name);
}

TEST(Follow, TheFirstSyncBringsEverybodyAndTheSecondIsQuiet) {
  const SandboxCrm crm({"--people", "3000"});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  const Json status = follower.data({"status"});
  const Json& cycle = status.at("connections").at(0).at("lastCycle");
  const Json& seen = cycle.at("people");
  EXPECT_EQ(seen.at("read"), 3000);
  // Everybody is a prospect, a listed duplicate, or made none and is counted.
  EXPECT_EQ(seen.at("created").get<int64_t>() + seen.at("held").get<int64_t>() +
                seen.at("skipped").get<int64_t>() + seen.at("moved").get<int64_t>(),
            3000);
  EXPECT_EQ(status.at("totals").at("prospects"), seen.at("created"));
  const Json again = follower.data({"sync"});
  for (const auto& [object, counts] : again.at("result").at("objects").items()) {
    for (const char* change : {"created", "updated", "linked", "held", "deleted", "restored", "moved"})
      EXPECT_EQ(counts.at(change), 0) << object << " " << change;
  }
  EXPECT_EQ(follower.stop(SIGTERM), 0) << follower.daemon().err();
}

TEST(Follow, AnEditInTheSandboxArrivesBySync) {
  const SandboxCrm crm({"--people", "300"});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  const std::string contact = crm.example_contact();
  crm.change({"edit", "Contact", contact, "Title=Chief of Everything", "OwnerId=" + crm.example_owner()});
  const Json dry = follower.data({"sync", "--dry-run"});
  EXPECT_EQ(people(dry, "updated"), 1);
  EXPECT_EQ(people(follower.data({"sync"}), "updated"), 1);
  const Ended explained = follower.ask({"explain", contact});
  EXPECT_EQ(explained.code, 0) << explained.err;
  EXPECT_THAT(explained.out, HasSubstr("Chief of Everything"));
  EXPECT_THAT(explained.out, HasSubstr("UPDATED_FROM_CRM"));
  EXPECT_EQ(people(follower.data({"sync"}), "updated"), 0);
}

TEST(Follow, ADeletedRecordIsMarkedAndComesBack) {
  const SandboxCrm crm({"--people", "200"});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  const std::string contact = crm.example_contact();
  crm.change({"delete", contact});
  EXPECT_EQ(people(follower.data({"sync"}), "deleted"), 1);
  EXPECT_THAT(follower.ask({"explain", contact}).out, HasSubstr("DELETED_IN_CRM"));
  crm.change({"undelete", contact});
  EXPECT_EQ(people(follower.data({"sync"}), "restored"), 1);
}

TEST(Follow, ARecordCommittedLateWithAnOldStampIsNotLost) {
  const SandboxCrm crm({"--people", "100"});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  const std::string contact = crm.example_contact();
  crm.change({"edit", contact, "Title=moves the cursor on"});
  EXPECT_EQ(people(follower.data({"sync"}), "updated"), 1);
  crm.change({"late", "Lead", "LastName=Straggler", "Company=Late Ltd", "Email=straggler@late.example",
              "--stamped-before", "5m"});
  EXPECT_EQ(people(follower.data({"sync"}), "created"), 1);
  EXPECT_EQ(follower.data({"prospects", "--text", "straggler@late.example"}).size(), 1u);
}

TEST(Follow, AFilterFindsWhatItSays) {
  const SandboxCrm crm({"--people", "300"});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  const std::string contact = crm.example_contact();
  crm.change({"edit", contact, "Title=Chief (Ünder) \"Secretary\""});
  EXPECT_EQ(people(follower.data({"sync"}), "updated"), 1);
  const auto numbers = [&](const std::string& filter) {
    std::set<std::string> ids;
    for (const Json& row : follower.data({"prospects", "--limit", "1000", "--filter", filter}))
      ids.insert(cli::text_at(row, "id"));
    return ids;
  };
  const auto chief = numbers(R"(title:"chief (ÜNDER) \"secretary\"" object:Contact)");
  ASSERT_EQ(chief.size(), 1u);
  EXPECT_EQ(numbers("crm_id:" + contact), chief);
  EXPECT_EQ(numbers("crm_id:" + contact.substr(0, 15)), chief);  // as reports of the CRM give it
  EXPECT_EQ(numbers("title:chief\\ \\(ü* -touched_at:[2021-12-01 TO 2021-12-31]"), chief);
  // What passes and what doesn't is everybody.
  const size_t all = numbers("id:*").size();
  for (const std::string test : {"object:Lead", "title:*chief*", "created_at>2000", "phone:*", "owner:a*"})
    EXPECT_EQ(numbers(test).size() + numbers("-" + test).size(), all) << test;
  const Ended wrong = follower.ask({"prospects", "--filter", "object:Lead titel:x"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_EQ(wrong.err,
            "prospectd: column 13: there is no field \"titel\" of a prospect (did you mean \"title\"?)\n"
            "object:Lead titel:x\n            ^^^^^\n");
}

TEST(Follow, DuplicatesAreListedAndExplained) {
  const SandboxCrm crm({"--people", "1500"});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  const Json duplicates = follower.data({"duplicates"});
  ASSERT_FALSE(duplicates.empty());
  const Json& one = duplicates.front();
  EXPECT_EQ(one.at("reason"), "DUPLICATE_EMAIL");
  const Ended words = follower.ask({"duplicates"});
  EXPECT_THAT(words.out, HasSubstr(cli::text_at(one, "remoteId")));
  const Ended why = follower.ask({"explain", "duplicate", cli::text_at(one, "id")});
  EXPECT_EQ(why.code, 0) << why.err;
  EXPECT_THAT(why.out, HasSubstr("A prospect with this email address already exists"));
  const Ended record = follower.ask({"explain", cli::text_at(one, "remoteId")});
  EXPECT_EQ(record.code, 0) << record.err;
  EXPECT_THAT(record.out, HasSubstr(cli::text_at(one, "linkedRemoteId")));
}

TEST(Follow, TheTypeThatIsListedFirstWinsAnAddressThatBothHave) {
  const SandboxCrm crm({"--people", "1500"});
  Follower contacts_first(crm);
  Follower leads_first(crm);
  leads_first.rewrite("- object: Contact\n        mapping: mappings/contact.yaml", "- object: FIRST");
  leads_first.rewrite("- object: Lead\n        mapping: mappings/lead.yaml",
                      "- object: Contact\n        mapping: mappings/contact.yaml");
  leads_first.rewrite("- object: FIRST", "- object: Lead\n        mapping: mappings/lead.yaml");
  std::map<std::string, std::set<std::string>> held;  // by the object of the record that was held
  for (Follower* follower : {&contacts_first, &leads_first}) {
    follower->start();
    follower->await_first_cycle();
    for (const Json& d : follower->data({"duplicates", "--limit", "1000000"})) {
      if (d.at("object") == d.at("linkedObject")) continue;
      held[follower == &contacts_first ? "contacts first" : "leads first"].insert(cli::text_at(d, "object"));
    }
    EXPECT_EQ(follower->stop(SIGTERM), 0);
  }
  EXPECT_EQ(held["contacts first"], std::set<std::string>{"Lead"});
  EXPECT_EQ(held["leads first"], std::set<std::string>{"Contact"});
}

TEST(Follow, EndedSessionsAreRenewedWithoutAWord) {
  const SandboxCrm crm({"--people", "100"});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  EXPECT_GE(crm.change({"expire-tokens"}).at("expired"), 1);
  EXPECT_EQ(follower.ask({"sync"}).code, 0);
  EXPECT_EQ(crm.change({"stats"}).at("logins"), 2);
}

/// The ids of a CSV file's records, in their long form.
std::set<std::string> ids_of(const std::string& file) {
  std::set<std::string> ids;
  const std::string text = read_file(file);
  size_t at = 0;
  CsvReader reader([&](char* to, size_t size) {
    const size_t n = text.copy(to, size, at);
    at += n;
    return n;
  });
  reader.next();  // the names of the columns; Id is the first
  while (reader.next())
    ids.insert(salesforce_wire::canonical_id(reader.fields().front()).value());
  return ids;
}

void expect_everybody_follows(const std::string& export_folder) {
  const SandboxCrm crm({"--load", export_folder});
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  std::set<std::string> found;
  for (const Json& p : follower.data({"prospects", "--limit", "1000000"})) {
    for (const Json& link : p.at("links"))
      EXPECT_TRUE(found.insert(cli::text_at(link, "remoteId")).second) << "two prospects follow one record";
  }
  for (const Json& d : follower.data({"duplicates", "--limit", "1000000"}))
    found.insert(cli::text_at(d, "remoteId"));
  std::set<std::string> wanted = ids_of(export_folder + "/Contact.csv");
  wanted.merge(ids_of(export_folder + "/Lead.csv"));
  EXPECT_EQ(found, wanted);
  EXPECT_EQ(people(follower.data({"sync"}), "created"), 0);
  EXPECT_EQ(follower.stop(SIGTERM), 0);
}

TEST(Follow, EveryLeadAndContactOfAnExportIsAProspectOrAListedDuplicate) {
  const test::Scratch folder;
  write_file(folder.file("User.csv"),
             "Id,Username,Email,LastName,IsActive\n"
             "005000000000001AAA,ana@acme.test,ana@acme.test,Ana,true\n");
  write_file(folder.file("Contact.csv"),
             "Id,LastName,Email,OwnerId,SystemModstamp\n"
             "003000000000001AAA,Roy,x.roy@acme.test,005000000000001AAA,2026-01-01T00:00:00.000Z\n"
             "003000000000002,\"Diaz, Zoë\",,005000000000001AAA,2026-01-01T00:00:00.000Z\n");
  write_file(folder.file("Lead.csv"),
             "Id,LastName,Company,Email,SystemModstamp\n"
             "00Q000000000001,Roy,\"Acme \"\"A\"\"\",X.Roy@ACME.test,2026-01-02T00:00:00.000Z\n"
             "00Q000000000002EAA,Ito,Beta,not an address,2026-01-02T00:00:00.000Z\n");
  expect_everybody_follows(folder.path().string());
  const std::string shared = std::string(PROSPECTD_SOURCE_DIR) + "/../shared/data/adventureworks";
  if (std::filesystem::is_directory(shared)) expect_everybody_follows(shared);
}

}  // namespace
}  // namespace prospectd::e2e
