// The store contract: transactions, crashes at commit points, reopening, readers.
#include <thread>

#include "tests/contract/store_contract.h"

namespace prospectd::store {
namespace {

using namespace reconcile;
namespace field = mapping::field;

TEST_P(StoreContract, ATransactionThatIsDroppedIsRolledBack) {
  add_linked(1);
  const int64_t written = store_->rows_written();
  {
    auto transaction = store_->begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE((*transaction)
                    ->apply(plan({CreateProspect{prospect(2, "b@x.test"), link(2, "L2")},
                                  Quarantine{dead_letter("X")}}),
                            at(200)));
  }
  EXPECT_EQ(all().size(), 1U);
  EXPECT_EQ(store_->rows_written(), written);
  check_totals();
  const PageSnapshot s = snapshot(keys({"L2"}, {"b@x.test"}));
  EXPECT_TRUE(s.links.empty());
  EXPECT_EQ(s.next_prospect, ProspectId{2});
}

TEST_P(StoreContract, ThereIsOneTransactionAtATime) {
  auto first = store_->begin();
  ASSERT_TRUE(first);
  const auto second = store_->begin();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kLocked);
  first->reset();
  EXPECT_TRUE(store_->begin());
}

TEST_P(StoreContract, ATransactionEndsWithItsCommit) {
  auto transaction = store_->begin();
  ASSERT_TRUE((*transaction)->commit());
  EXPECT_FALSE((*transaction)->commit());
  EXPECT_FALSE((*transaction)->apply(plan({}), at(1)));
  EXPECT_FALSE((*transaction)->snapshot(keys({})));
}

TEST_P(StoreContract, SeveralPlansAreOneCommit) {
  auto transaction = store_->begin();
  ASSERT_TRUE((*transaction)->apply(plan({CreateProspect{prospect(1, "a@x.test"), {}}}), at(200)));
  ASSERT_TRUE((*transaction)->apply(plan({change(1, 1, field::kTitle, Value("t"))}), at(200)));
  ASSERT_TRUE((*transaction)->commit());
  EXPECT_EQ(row(1).prospect.version, 2);
  EXPECT_EQ(store_->rows_written(), 2);
}

TEST_P(StoreContract, AnEmptyCommitWritesNothing) {
  ASSERT_TRUE(commit(plan({})));
  EXPECT_EQ(store_->rows_written(), 0);
}

TEST_P(StoreContract, AConnectionKeepsItsNumber) {
  EXPECT_EQ(*store_->connection("salesforce"), connection_);
  const auto other = store_->connection("other");
  ASSERT_TRUE(other);
  EXPECT_NE(*other, connection_);
  EXPECT_EQ(*store_->connection("other"), *other);
}

TEST_P(StoreContract, AnEditionIsMadeOnFirstUseAndKeepsItsNumber) {
  const std::vector<uint64_t> lines = {1, 0xfedcba9876543210ULL};
  EXPECT_TRUE(store_->editions(connection_, "Lead")->empty());
  const auto first = store_->edition(connection_, "Lead", lines);
  ASSERT_TRUE(first);
  EXPECT_TRUE(*first);
  const auto second = store_->edition(connection_, "Lead", {1});
  EXPECT_NE(*second, *first);
  EXPECT_EQ(*store_->edition(connection_, "Lead", lines), *first);
  const std::vector<MappingEdition> both = {{*first, lines}, {*second, {1}}};
  EXPECT_EQ(*store_->editions(connection_, "Lead"), both);
  EXPECT_TRUE(store_->editions(connection_, "Contact")->empty());
  EXPECT_TRUE(store_->editions({9}, "Lead")->empty());
  EXPECT_TRUE(store_->edition(connection_, "Contact", {}));
  EXPECT_TRUE(store_->editions(connection_, "Contact")->front().lines.empty());
}

TEST_P(DurableStoreContract, AnOpenedStoreHoldsWhatWasCommitted) {
  add_linked(3);
  const auto edition = store_->edition(connection_, "Lead", {7});
  Link compared = link(1, "L1", 2);
  compared.edition = *edition;
  must_commit({PutLink{compared, RemoteId{}}});
  must_commit({PutUser{user(1, "005A", "u@x.test"), true}, PutAccount{account(1, "001A"), true},
               HoldDuplicate{duplicate("D1", 1, "p1@x.test")}});
  const auto before = all();
  reopen();
  EXPECT_EQ(*store_->connection("salesforce"), connection_);
  EXPECT_EQ(*store_->edition(connection_, "Lead", {7}), *edition);
  ASSERT_EQ(all().size(), before.size());
  EXPECT_EQ(row(1).links[0].edition, *edition);
  for (const auto& [id, was] : before) {
    EXPECT_EQ(row(id).prospect, was.prospect);
    EXPECT_EQ(row(id).links, was.links);
  }
  const PageSnapshot s = snapshot(keys({"D1"}, {"p1@x.test"}));
  EXPECT_EQ(s.addresses.at("p1@x.test"), ProspectId{1});
  EXPECT_EQ(s.open_duplicates.size(), 1U);
  EXPECT_EQ(s.next_prospect, ProspectId{4});
  EXPECT_EQ(s.next_user, UserId{2});
  EXPECT_EQ(s.next_account, AccountId{2});
  EXPECT_EQ(store_->rows_written(), 0);
  check_totals();
}

TEST_P(DurableStoreContract, CustomFieldsThatTheMappingDroppedAreKept) {
  Prospect p = prospect(1, "a@x.test");
  p.fields[custom::kText] = Value("kept");
  p.fields[custom::kNumber] = Value(2.5);
  must_commit({CreateProspect{p, std::nullopt}});
  mapping::LocalSchema smaller;
  ASSERT_TRUE(smaller.add_custom("custom.ratio", mapping::LocalType::kNumber, true));
  ASSERT_TRUE(smaller.add_custom("custom.flag", mapping::LocalType::kBoolean, false));
  reopen({}, smaller);
  EXPECT_EQ(row(1).prospect.fields[mapping::field::kStandardCount], Value(2.5));
  must_commit({change(1, 1, mapping::field::kStandardCount + 1, Value(true))});
  reopen();
  EXPECT_EQ(row(1).prospect.fields[custom::kText], Value("kept"));
  EXPECT_EQ(row(1).prospect.fields[custom::kBoolean], Value(true));
  EXPECT_EQ(row(1).prospect.fields[custom::kNumber], Value(2.5));
}

TEST_P(DurableStoreContract, AgreementsOfFieldsThatTheMappingDroppedAreKept) {
  Link l = link(1, "L1");
  l.shadow[custom::kText] = {Value("crm"), Value("here")};
  must_commit({CreateProspect{prospect(1, "a@x.test"), l}});
  reopen({}, mapping::LocalSchema());
  Link changed = link(1, "L1", 2);
  changed.shadow[field::kTitle] = {Value("x"), Value::null()};
  must_commit({PutLink{changed, RemoteId{}}});
  reopen();
  EXPECT_EQ(row(1).links[0].shadow.size(), 2U);
  EXPECT_EQ(row(1).links[0].shadow.at(custom::kText), l.shadow.at(custom::kText));
}

// ---- crashes ----

TEST_P(DurableStoreContract, AfterACrashBeforeTheCommitNothingOfItIsThere) {
  add_linked(1);
  CommitPoint stop = CommitPoint::kBeforeCommit;
  bool armed = false;
  reopen([&](CommitPoint point) { return !armed || point != stop; });
  armed = true;
  const auto crashed = commit(plan({CreateProspect{prospect(2, "b@x.test"), link(2, "L2")}}));
  ASSERT_FALSE(crashed);
  EXPECT_EQ(crashed.error().code, ErrorCode::kCancelled);
  reopen();
  EXPECT_EQ(all().size(), 1U);
  check_totals();
  must_commit({CreateProspect{prospect(2, "b@x.test"), link(2, "L2")}});
}

TEST_P(DurableStoreContract, AfterACrashBehindTheCommitAllOfItIsThere) {
  bool armed = false;
  reopen([&](CommitPoint point) { return !armed || point != CommitPoint::kAfterCommit; });
  armed = true;
  Plan p = plan({CreateProspect{prospect(1, "b@x.test"), link(1, "L1")}});
  p.cursor = CursorMove{connection_, "Lead", {}, {at(5), std::nullopt}};
  const auto crashed = commit(p);
  ASSERT_FALSE(crashed);
  EXPECT_EQ(crashed.error().code, ErrorCode::kCancelled);
  reopen();
  EXPECT_EQ(all().size(), 1U);
  EXPECT_EQ(store_->cursor(connection_, "Lead")->stamp, at(5));
  check_totals();
}

TEST_P(StoreContract, AStoppedStoreAnswersNothing) {
  bool armed = false;
  reopen([&](CommitPoint) { return !armed; });
  add_linked(1);
  auto open_reader = reader();
  auto transaction = store_->begin();
  ASSERT_TRUE(transaction);
  armed = true;
  ASSERT_FALSE((*transaction)->commit());
  const auto is_closed = [](const auto& result) {
    return !result && result.error().code == ErrorCode::kCancelled;
  };
  EXPECT_TRUE(is_closed((*transaction)->snapshot(keys({}))));
  EXPECT_TRUE(is_closed((*transaction)->apply(plan({}), at(1))));
  EXPECT_TRUE(is_closed((*transaction)->commit()));
  EXPECT_TRUE(is_closed(store_->begin()));
  EXPECT_TRUE(is_closed(store_->reader()));
  EXPECT_TRUE(is_closed(store_->connection("salesforce")));
  EXPECT_TRUE(is_closed(store_->cursor(connection_, "Lead")));
  EXPECT_TRUE(is_closed(store_->user_by_email("a@x.test")));
  EXPECT_TRUE(is_closed(store_->checkpoint()));
  EXPECT_TRUE(is_closed(open_reader->totals()));
  EXPECT_TRUE(is_closed(open_reader->prospects({})));
}

TEST_P(StoreContract, EveryCommitPassesBothPoints) {
  std::vector<CommitPoint> seen;
  reopen([&](CommitPoint point) {
    seen.push_back(point);
    return true;
  });
  seen.clear();
  add_linked(1);
  EXPECT_EQ(seen, (std::vector<CommitPoint>{CommitPoint::kBeforeCommit, CommitPoint::kAfterCommit}));
}

// ---- readers ----

TEST_P(IsolatedStoreContract, AReaderSeesCommittedStatesOnly) {
  add_linked(1);
  auto transaction = store_->begin();
  ASSERT_TRUE((*transaction)->apply(plan({change(1, 1, field::kTitle, Value("new"))}), at(200)));
  EXPECT_TRUE(row(1).prospect.fields[field::kTitle].is_null());
  ASSERT_TRUE((*transaction)->commit());
  EXPECT_EQ(row(1).prospect.fields[field::kTitle], Value("new"));
}

TEST_P(IsolatedStoreContract, AReadersViewIsConsistent) {
  add_linked(1);
  auto early = reader();
  EXPECT_EQ(early->totals()->prospects, 1);
  must_commit(
      {CreateProspect{prospect(2, "b@x.test"), std::nullopt}, change(1, 1, field::kTitle, Value("t"))});
  EXPECT_EQ(early->totals()->prospects, 1);
  EXPECT_EQ((*early->prospect({1}))->prospect.version, 1);
  EXPECT_FALSE(*early->prospect({2}));
  EXPECT_EQ(reader()->totals()->prospects, 2);
}

TEST_P(IsolatedStoreContract, AReaderOnAnotherThreadNeverSeesHalfACommit) {
  constexpr int64_t kCommits = 60;
  constexpr int64_t kEach = 20;
  // A reader is made on the writer's thread and used on another.
  std::vector<std::unique_ptr<Reader>> readers;
  std::thread reading;
  for (int64_t i = 0; i < kCommits; ++i) {
    std::vector<Step> steps;
    for (int64_t id = i * kEach + 1; id <= (i + 1) * kEach; ++id)
      steps.emplace_back(CreateProspect{prospect(id), link(id, "L" + std::to_string(id))});
    if (reading.joinable()) reading.join();
    readers.push_back(reader());
    reading = std::thread([one = readers.back().get()] {
      int64_t seen = 0;
      EXPECT_TRUE(one->each_prospect([&](const ProspectRow& r) {
        ++seen;
        EXPECT_EQ(r.links.size(), 1U);
      }));
      const auto totals = one->totals();
      ASSERT_TRUE(totals) << totals.error().text();
      EXPECT_EQ(totals->prospects, seen);
      EXPECT_EQ(seen % kEach, 0);
    });
    must_commit(std::move(steps));
    EXPECT_TRUE(store_->checkpoint());
  }
  reading.join();
  EXPECT_EQ(reader()->totals()->prospects, kCommits * kEach);
}

TEST_P(StoreContract, AReaderVisitsEveryProspectInOrder) {
  constexpr int64_t kMany = static_cast<int64_t>(kListRowsMax) * 2 + 5;
  add_linked(kMany);
  int64_t next = 1;
  const auto done = reader()->each_prospect([&](const ProspectRow& r) {
    EXPECT_EQ(r.prospect.id.value, next);
    EXPECT_EQ(r.links.size(), 1U);
    ++next;
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(next, kMany + 1);
}

TEST_P(StoreContract, AListIsNeverLongerThanItsMaximum) {
  add_linked(static_cast<int64_t>(kListRowsMax) + 1);
  ProspectQuery query;
  query.limit = kListRowsMax * 10;
  EXPECT_EQ(reader()->prospects(query)->size(), kListRowsMax);
}

TEST_P(StoreContract, CheckpointsChangeNothing) {
  add_linked(2);
  const auto before = all();
  EXPECT_TRUE(store_->checkpoint());
  EXPECT_EQ(all().size(), before.size());
  auto transaction = store_->begin();
  const auto between = store_->checkpoint();
  ASSERT_FALSE(between);
  EXPECT_EQ(between.error().code, ErrorCode::kLocked);
}

}  // namespace
}  // namespace prospectd::store
