// The store contract: failure rows, dead letters, lineage, tags, conflicts, journal, cursors.
#include "tests/contract/store_contract.h"

namespace prospectd::store {
namespace {

using namespace reconcile;
namespace field = mapping::field;

std::vector<int64_t> incident_ids(const std::vector<Duplicate>& rows) {
  std::vector<int64_t> ids;
  for (const Duplicate& d : rows)
    ids.push_back(d.id.value);
  return ids;
}

TEST_P(StoreContract, ADuplicateIsHeldOnceForEachRecordAndProspect) {
  add_linked(2);
  must_commit({HoldDuplicate{duplicate("D1", 1, "p1@x.test")}});
  const int64_t written = store_->rows_written();
  must_commit({HoldDuplicate{duplicate("D1", 1, "p1@x.test")}});
  EXPECT_EQ(store_->rows_written(), written);
  must_commit({HoldDuplicate{duplicate("D1", 2, "p2@x.test")}});
  const auto rows = reader()->duplicates_of(RemoteId("D1"));
  ASSERT_EQ(rows->size(), 2U);
  Duplicate expected = duplicate("D1", 1, "p1@x.test");
  expected.id = (*rows)[0].id;
  EXPECT_EQ((*rows)[0], expected);
  EXPECT_EQ(reader()->duplicates_of(ProspectId{2})->size(), 1U);
  check_totals();
}

TEST_P(StoreContract, AClosedDuplicateIsOpenedAgain) {
  add_linked(2);
  must_commit(
      {HoldDuplicate{duplicate("D1", 1, "p1@x.test")}, HoldDuplicate{duplicate("D1", 2, "p2@x.test")}});
  must_commit({CloseDuplicates{connection_, RemoteId("D1")}});
  EXPECT_EQ((*reader()->totals()).open_duplicates, 0);
  EXPECT_TRUE(snapshot(keys({"D1"})).open_duplicates.empty());
  must_commit({HoldDuplicate{duplicate("D1", 1, "p1@x.test")}});
  EXPECT_EQ(reader()->duplicates_of(RemoteId("D1"))->size(), 2U);
  EXPECT_EQ(reader()->duplicates({}, 10, true)->size(), 1U);
  const int64_t written = store_->rows_written();
  must_commit({CloseDuplicates{connection_, RemoteId("nobody")}});
  EXPECT_EQ(store_->rows_written(), written);
  check_totals();
}

TEST_P(StoreContract, DuplicatesAreListedOpenOnesFirstAndPaged) {
  add_linked(5);
  for (int64_t i = 1; i <= 5; ++i) {
    const std::string n = std::to_string(i);
    must_commit({HoldDuplicate{duplicate("D" + n, i, "p" + n + "@x.test")}});
  }
  must_commit({CloseDuplicates{connection_, RemoteId("D2")}, CloseDuplicates{connection_, RemoteId("D4")}});
  std::vector<int64_t> seen;
  DuplicateId after;
  for (int page = 0; page < 5; ++page) {
    const auto rows = reader()->duplicates(after, 2, false);
    ASSERT_TRUE(rows);
    for (const int64_t id : incident_ids(*rows))
      seen.push_back(id);
    if (rows->empty()) break;
    after = rows->back().id;
  }
  EXPECT_EQ(seen, (std::vector<int64_t>{1, 3, 5, 2, 4}));
  EXPECT_EQ(incident_ids(*reader()->duplicates({1}, 10, true)), (std::vector<int64_t>{3, 5}));
}

TEST_P(StoreContract, ADuplicateWhoseAddressHasGoneIsStale) {
  add_linked(2);
  must_commit(
      {HoldDuplicate{duplicate("D1", 1, "p1@x.test")}, HoldDuplicate{duplicate("D2", 2, "p2@x.test")}});
  const auto stale = [&] { return *(*store_->begin())->stale_duplicates(connection_, 10); };
  EXPECT_TRUE(stale().empty());
  must_commit({new_address(1, 1, "elsewhere@x.test")});
  ASSERT_EQ(stale().size(), 1U);
  EXPECT_EQ(stale()[0].remote, RemoteId("D1"));
  UpdateProspect back = new_address(1, 2, "elsewhere@x.test");
  back.addresses->push_back({"p1@x.test", "p1@x.test"});
  must_commit({back});
  EXPECT_TRUE(stale().empty());
  must_commit({new_address(1, 3, "elsewhere@x.test"), CloseDuplicates{connection_, RemoteId("D1")}});
  EXPECT_TRUE(stale().empty());
}

TEST_P(StoreContract, ADeadLetterCountsHowOftenItCame) {
  must_commit({Quarantine{dead_letter("X1")}});
  DeadLetter again = dead_letter("X1");
  again.last_seen = at(50);
  again.first_seen = at(50);
  again.reason = "cut short";
  must_commit({Quarantine{again}, Quarantine{dead_letter("X2")}});
  const auto rows = reader()->dead_letters({}, 10);
  ASSERT_EQ(rows->size(), 2U);
  DeadLetter expected = again;
  expected.id = (*rows)[0].id;
  expected.first_seen = at(9);
  expected.seen = 2;
  EXPECT_EQ((*rows)[0], expected);
  EXPECT_EQ(reader()->dead_letters((*rows)[0].id, 10)->size(), 1U);
  EXPECT_TRUE(snapshot(keys({"X1"})).dead_letters.contains(RemoteId("X1")));
  check_totals();
}

TEST_P(StoreContract, ADeadLetterGoesWhenTheRecordComesWhole) {
  must_commit({Quarantine{dead_letter("X1")}, Quarantine{dead_letter("X2")}});
  must_commit({Release{connection_, RemoteId("X1")}});
  EXPECT_EQ(reader()->dead_letters({}, 10)->size(), 1U);
  EXPECT_TRUE(snapshot(keys({"X1"})).dead_letters.empty());
  check_totals();
}

TEST_P(StoreContract, RecordsSetApartAreListedToBeReadAgain) {
  must_commit({Quarantine{dead_letter("X1")}, Quarantine{dead_letter("X2")}, Quarantine{dead_letter("X3")}});
  auto transaction = store_->begin();
  const auto first = (*transaction)->set_apart(connection_, {}, 2);
  ASSERT_TRUE(first);
  ASSERT_EQ(first->size(), 2U);
  EXPECT_EQ((*first)[0].record, (RecordKey{"Lead", RemoteId("X1")}));
  const auto rest = (*transaction)->set_apart(connection_, first->back().letter, 2);
  ASSERT_EQ(rest->size(), 1U);
  EXPECT_EQ((*rest)[0].record.remote, RemoteId("X3"));
  EXPECT_TRUE((*transaction)->set_apart({99}, {}, 2)->empty());
}

TEST_P(StoreContract, LineageTellsWhatBecameOfAnId) {
  add_linked(1);
  const auto entry = [&](const char* from, const char* to, const char* kind) {
    return AddLineage{{connection_, RemoteId(from), RemoteId(to), "Contact", kind, at(5)}};
  };
  must_commit({entry("L1", "C1", "converted"), PutLink{link(1, "C1"), RemoteId("L1")}});
  must_commit({entry("C1", "C2", "merged"), PutLink{link(1, "C2"), RemoteId("C1")}});
  const int64_t written = store_->rows_written();
  must_commit({entry("C1", "C2", "merged")});
  EXPECT_EQ(store_->rows_written(), written);
  const auto became = reader()->lineage_of(RemoteId("L1"));
  ASSERT_EQ(became->size(), 2U);
  EXPECT_EQ((*became)[0], entry("L1", "C1", "converted").entry);
  EXPECT_EQ((*became)[1], entry("C1", "C2", "merged").entry);
  EXPECT_EQ(*reader()->find_by_remote(RemoteId("L1")), ProspectId{1});
  EXPECT_EQ(snapshot(keys({"L1", "C9"})).lineage.at(RemoteId("L1")), entry("L1", "C1", "converted").entry);
}

TEST_P(StoreContract, ARingOfLineageEnds) {
  const auto entry = [&](const char* from, const char* to) {
    return AddLineage{{connection_, RemoteId(from), RemoteId(to), "Contact", "merged", at(5)}};
  };
  must_commit({entry("A", "B"), entry("B", "C"), entry("C", "A")});
  EXPECT_EQ(reader()->lineage_of(RemoteId("A"))->size(), 3U);
  EXPECT_FALSE(*reader()->find_by_remote(RemoteId("A")));
}

TEST_P(StoreContract, TagsComeAndGo) {
  add_linked(1);
  must_commit({TagProspect{{1}, "crm-deleted", false}, TagProspect{{1}, "a", false}});
  EXPECT_EQ(row(1).tags, (std::vector<std::string>{"a", "crm-deleted"}));
  const int64_t written = store_->rows_written();
  must_commit({TagProspect{{1}, "a", false}, TagProspect{{1}, "never", true}});
  EXPECT_EQ(store_->rows_written(), written);
  must_commit({TagProspect{{1}, "crm-deleted", true}});
  EXPECT_EQ(row(1).tags, std::vector<std::string>{"a"});
}

TEST_P(StoreContract, AConflictIsOpenOnceForEachField) {
  add_linked(1);
  const OpenConflict conflict{{1}, connection_, field::kTitle, Value("crm"), Value("here")};
  must_commit({conflict});
  const int64_t written = store_->rows_written();
  must_commit({conflict});
  EXPECT_EQ(store_->rows_written(), written);
  const auto rows = *reader()->conflicts({}, 10);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].prospect, ProspectId{1});
  EXPECT_EQ(rows[0].connection, connection_);
  EXPECT_EQ(rows[0].field, field::kTitle);
  EXPECT_EQ(rows[0].remote, Value("crm"));
  EXPECT_EQ(rows[0].local, Value("here"));
  EXPECT_TRUE(reader()->conflicts(rows[0].id, 10)->empty());
  OpenConflict moved = conflict;
  moved.remote = Value("crm again");
  must_commit({moved});
  EXPECT_EQ((*reader()->totals()).open_conflicts, 1);
  OpenConflict other = conflict;
  other.field = custom::kDate;
  must_commit({other});
  EXPECT_EQ((*reader()->totals()).open_conflicts, 2);
}

TEST_P(StoreContract, AConflictThatIsClosedIsListedNoMoreAndMayOpenAgain) {
  add_linked(1);
  const OpenConflict conflict{{1}, connection_, custom::kDate, Value(Date{}), Value::null()};
  must_commit({conflict});
  const Conflict first = reader()->conflicts({}, 10)->at(0);
  EXPECT_EQ(first.remote, Value(Date{}));
  EXPECT_TRUE(first.local.is_null());
  must_commit({CloseConflict{{1}, connection_, field::kTitle}});
  EXPECT_EQ(reader()->totals()->open_conflicts, 1);
  must_commit({CloseConflict{{1}, connection_, custom::kDate}});
  EXPECT_EQ(reader()->totals()->open_conflicts, 0);
  EXPECT_TRUE(reader()->conflicts({}, 10)->empty());
  const int64_t written = store_->rows_written();
  must_commit({CloseConflict{{1}, connection_, custom::kDate}});
  EXPECT_EQ(store_->rows_written(), written);
  must_commit({conflict});
  EXPECT_GT(reader()->conflicts({}, 10)->at(0).id, first.id);
  EXPECT_EQ(reader()->totals()->open_conflicts, 1);
}

// ---- journal ----

JournalEntry entry(Reason reason, int64_t prospect, int64_t last = 0) {
  JournalEntry e;
  e.reason = reason;
  e.prospect = {prospect};
  e.last = {last};
  return e;
}

TEST_P(StoreContract, TheJournalOfAProspectHoldsItsRowsAndItsRanges) {
  add_linked(5);
  Plan import = plan({});
  import.journal = {entry(Reason::kCreatedFromCrm, 1, 3), entry(Reason::kCreatedFromCrm, 4, 5)};
  import.journal[0].count = 3;
  ASSERT_TRUE(commit(import));
  Plan edit = plan({});
  edit.cause = {"edit", "prospect 2", "ana"};
  JournalEntry changed = entry(Reason::kLocalEdit, 2);
  changed.object = "Lead";
  changed.remote = RemoteId("L2");
  changed.field = "title";
  changed.before = "null";
  changed.after = "\"x\"";
  changed.detail = "why";
  edit.journal = {changed, entry(Reason::kEmailTaken, 3)};
  ASSERT_TRUE(commit(edit));
  const auto rows = reader()->journal_of(ProspectId{2}, 10);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].entry, import.journal[0]);
  EXPECT_EQ((*rows)[0].cause_kind, "poll");
  EXPECT_EQ((*rows)[1].entry, changed);
  EXPECT_EQ((*rows)[1].actor, "ana");
  EXPECT_EQ((*rows)[1].cause_detail, "prospect 2");
  EXPECT_EQ((*rows)[1].at, at(200));
  EXPECT_NE((*rows)[0].cause, (*rows)[1].cause);
  EXPECT_EQ(reader()->journal_of(ProspectId{5}, 10)->size(), 1U);
  EXPECT_EQ(reader()->journal_of(ProspectId{6}, 10)->size(), 0U);
  ASSERT_EQ(reader()->journal_of(ProspectId{2}, 1)->size(), 1U);
  EXPECT_EQ((*reader()->journal_of(ProspectId{2}, 1))[0].entry, changed);  // the newest
  EXPECT_EQ(reader()->journal_of_remote(RemoteId("L2"), 10)->size(), 1U);
}

TEST_P(StoreContract, RowsOfOnePlanHaveOneCause) {
  Plan p = plan({});
  p.journal = {entry(Reason::kLocalEdit, 1), entry(Reason::kLocalEdit, 1)};
  ASSERT_TRUE(commit(p));
  const auto rows = reader()->journal_of(ProspectId{1}, 10);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].cause, (*rows)[1].cause);
  EXPECT_LT((*rows)[0].id, (*rows)[1].id);
}

// ---- cursors (I3) ----

TEST_P(StoreContract, ACursorMovesFromTheValueThatWasRead) {
  Plan move = plan({});
  const Cursor start{at(10), std::nullopt};
  move.cursor = CursorMove{connection_, "Lead", {}, start};
  EXPECT_EQ(*store_->cursor(connection_, "Lead"), Cursor{});
  ASSERT_TRUE(commit(move));
  EXPECT_EQ(*store_->cursor(connection_, "Lead"), start);
  EXPECT_EQ(*store_->cursor(connection_, "Contact"), Cursor{});
  const auto again = commit(move);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  Plan on = plan({CreateProspect{prospect(1, "a@x.test"), std::nullopt}});
  on.cursor = CursorMove{connection_, "Lead", start, {at(20), at(15), {3}}};
  ASSERT_TRUE(commit(on));
  EXPECT_EQ(store_->cursor(connection_, "Lead")->edition, EditionId{3});
  const auto cursors = reader()->cursors();
  ASSERT_EQ(cursors->size(), 1U);
  EXPECT_EQ((*cursors)[0].object, "Lead");
  EXPECT_EQ((*cursors)[0].cursor, (Cursor{at(20), at(15), {3}}));
}

TEST_P(StoreContract, RowsOfAStaleCursorAreNotKept) {
  Plan stale = plan({CreateProspect{prospect(1, "a@x.test"), std::nullopt}});
  stale.cursor = CursorMove{connection_, "Lead", {at(99), std::nullopt}, {at(100), std::nullopt}};
  ASSERT_FALSE(commit(stale));
  EXPECT_TRUE(all().empty());
}

TEST_P(StoreContract, ACursorThatStaysWritesNothing) {
  Plan move = plan({});
  move.cursor = CursorMove{connection_, "Lead", {}, {}};
  ASSERT_TRUE(commit(move));
  EXPECT_EQ(store_->rows_written(), 0);
}

TEST_P(StoreContract, ASettingIsSetChangedAndTakenBackWithWhoAndWhen) {
  EXPECT_TRUE(reader()->settings()->empty());
  const auto set = [this](std::optional<std::string> value, const std::string& actor, int64_t second) {
    Plan change = plan({PutSetting{"prospects.same_email", std::move(value)}});
    change.cause = Cause{"setting", "prospects.same_email", actor};
    auto transaction = store_->begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE((*transaction)->apply(change, at(second)));
    ASSERT_TRUE((*transaction)->commit());
  };
  set("select_crm_id", "ana", 5);
  const StoredSetting first{"prospects.same_email", "select_crm_id", "ana", at(5)};
  EXPECT_EQ(*reader()->settings(), std::vector{first});
  set("prevent", "bo", 6);
  const StoredSetting second{"prospects.same_email", "prevent", "bo", at(6)};
  EXPECT_EQ(*reader()->settings(), std::vector{second});
  const int64_t written = store_->rows_written();
  set(std::nullopt, "bo", 7);
  EXPECT_TRUE(reader()->settings()->empty());
  EXPECT_EQ(store_->rows_written(), written + 1);
  set(std::nullopt, "bo", 8);
  EXPECT_EQ(store_->rows_written(), written + 1) << "there was nothing to take back";
}

TEST_P(StoreContract, SettingsAreListedByName) {
  must_commit({PutSetting{"b", "2"}, PutSetting{"a", "1"}});
  const auto settings = reader()->settings();
  ASSERT_TRUE(settings);
  ASSERT_EQ(settings->size(), 2U);
  EXPECT_EQ((*settings)[0].name, "a");
  EXPECT_EQ((*settings)[1].value, "2");
}

TEST_P(DurableStoreContract, ASettingIsThereAgain) {
  must_commit({PutSetting{"a", "1"}});
  reopen();
  ASSERT_EQ(reader()->settings()->size(), 1U);
}

}  // namespace
}  // namespace prospectd::store
