// The contract of what drift scans ask: how records stand, which of an object stand, and the last scans.
#include <gmock/gmock.h>

#include "tests/contract/store_contract.h"

namespace prospectd::store {

using reconcile::KnownRecord;
using reconcile::KnownRecords;
using reconcile::StandingRecord;
using reconcile::StandsFor;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

reconcile::Verification scan_of(const std::string& object, int64_t gone) {
  reconcile::Verification one;
  one.object = object;
  one.began_at = at(100);
  one.finished_at = at(200);
  one.counts = {10, 1, 2, 3, gone, 5};
  return one;
}

bool stands(const KnownRecord& known, int64_t holder, int64_t version, bool deleted) {
  return known.linked && known.holder == holder && known.version == at(version) && known.deleted == deleted;
}

}  // namespace

TEST_P(StoreContract, HowRecordsStandIsTold) {
  add_linked(3);
  reconcile::Link gone = link(2, "L2", 7);
  gone.deleted = true;
  must_commit({reconcile::PutLink{gone, {}}, reconcile::HoldDuplicate{duplicate("L8", 1, "p1@x.test")},
               reconcile::Quarantine{dead_letter("L9")}, reconcile::PutAccount{account(1, "A1"), true}});
  auto transaction = store_->begin();
  ASSERT_TRUE(transaction);
  const std::vector<RemoteId> asked = {RemoteId("L1"), RemoteId("L2"), RemoteId("L8"),
                                       RemoteId("L9"), RemoteId("L7"), RemoteId("A1")};
  const auto people = (*transaction)->known_records(connection_, StandsFor::kProspect, asked);
  ASSERT_TRUE(people) << people.error().text();
  EXPECT_EQ(people->size(), 4U) << "an account is no person, and a stranger is nobody";
  EXPECT_TRUE(stands(people->at(RemoteId("L1")), 1, 1, false));
  EXPECT_TRUE(stands(people->at(RemoteId("L2")), 2, 7, true));
  EXPECT_FALSE(people->at(RemoteId("L8")).linked);
  EXPECT_FALSE(people->at(RemoteId("L9")).linked);
  const auto accounts = (*transaction)->known_records(connection_, StandsFor::kAccount, {RemoteId("A1")});
  ASSERT_TRUE(accounts) << accounts.error().text();
  EXPECT_TRUE(accounts->at(RemoteId("A1")).linked);
  EXPECT_EQ(accounts->at(RemoteId("A1")).holder, 1);
  const ConnectionId other{connection_.value + 1};
  EXPECT_TRUE((*transaction)->known_records(other, StandsFor::kProspect, asked)->empty());
}

TEST_P(StoreContract, RecordsThatStandComeByTheirHoldersNumberAndPageOn) {
  add_linked(4);
  reconcile::Link gone = link(2, "L2");
  gone.deleted = true;
  reconcile::Link contact = link(3, "L3");
  contact.object = "Contact";
  must_commit({reconcile::PutLink{gone, {}}, reconcile::PutLink{contact, {}},
               reconcile::PutAccount{account(1, "A1"), true}});
  auto transaction = store_->begin();
  ASSERT_TRUE(transaction);
  const std::string object = link(1, "L1").object;
  const auto some = [&](StandsFor what, const std::string& of, int64_t after, size_t limit) {
    auto rows = (*transaction)->standing_records(connection_, {what, of, after, limit});
    EXPECT_TRUE(rows);
    return rows ? *rows : std::vector<StandingRecord>{};
  };
  EXPECT_THAT(some(StandsFor::kProspect, object, 0, 10),
              ElementsAre(StandingRecord{1, RemoteId("L1")}, StandingRecord{4, RemoteId("L4")}));
  EXPECT_THAT(some(StandsFor::kProspect, object, 0, 1), ElementsAre(StandingRecord{1, RemoteId("L1")}));
  EXPECT_THAT(some(StandsFor::kProspect, object, 1, 10), ElementsAre(StandingRecord{4, RemoteId("L4")}));
  EXPECT_THAT(some(StandsFor::kProspect, object, 4, 10), IsEmpty());
  EXPECT_THAT(some(StandsFor::kProspect, "Contact", 0, 10), ElementsAre(StandingRecord{3, RemoteId("L3")}));
  EXPECT_THAT(some(StandsFor::kAccount, "Account", 0, 10), ElementsAre(StandingRecord{1, RemoteId("A1")}));
  EXPECT_EQ(*(*transaction)->count_standing(connection_, StandsFor::kProspect, object), 2);
  EXPECT_EQ(*(*transaction)->count_standing(connection_, StandsFor::kAccount, "Account"), 1);
}

TEST_P(StoreContract, TheLastScanOfEachObjectIsKept) {
  reconcile::Verification failed = scan_of("Lead", 4);
  failed.code = "MASS_CHANGE";
  failed.trouble = "too many";
  must_commit({reconcile::PutVerification{connection_, scan_of("Lead", 1)},
               reconcile::PutVerification{connection_, scan_of("Contact", 0)},
               reconcile::PutVerification{connection_, failed}});
  const auto scans = reader()->verifications();
  ASSERT_TRUE(scans) << scans.error().text();
  EXPECT_THAT(*scans, ElementsAre(StoredVerification{connection_, scan_of("Contact", 0)},
                                  StoredVerification{connection_, failed}));
}

}  // namespace prospectd::store
