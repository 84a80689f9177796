// The store contract: prospects, addresses, links, versions.
#include "tests/contract/store_contract.h"

namespace prospectd::store {
namespace {

using namespace reconcile;
namespace field = mapping::field;

TEST_P(StoreContract, ANewProspectIsFoundWhole) {
  Prospect p = prospect(1, "ada@x.test");
  p.addresses.push_back({"second@x.test", "Second@X.test"});
  p.fields[field::kFirstName] = Value("Ada \"Ä\" 名前");
  p.fields[field::kOptedOut] = Value(true);
  p.local_changed_at = at(150);
  p.touched_at = at(160);
  p.fields[custom::kText] = Value("a \\ \"quoted\"\nline \x01 Ω");
  p.fields[custom::kBoolean] = Value(false);
  p.fields[custom::kInteger] = Value(int64_t{-9007199254740993});
  p.fields[custom::kNumber] = Value(3.0);
  p.fields[custom::kDate] = Value(*parse_date("2024-02-29"));
  p.fields[custom::kDateTime] = Value(*parse_timestamp("2024-02-29T12:34:56.789Z"));
  Link l = link(1, "L1");
  l.shadow[field::kTitle] = {Value("crm"), Value{}};
  l.shadow[custom::kDate] = {Value(*parse_date("1999-12-31")), Value::null()};
  l.shadow[custom::kDateTime] = {Value(at(1)), Value(true)};
  l.shadow[custom::kNumber] = {Value(2.0), Value(int64_t{2})};
  l.shadow[custom::kInteger] = {Value(int64_t{3}), Value(int64_t{3}), Value(int64_t{2})};  // given back
  l.shadow[custom::kText] = {Value("ours"), Value("ours"), Value::null()};
  l.pending = {{field::kOwner, RemoteId("005X")}, {field::kAccount, RemoteId("001X")}};
  must_commit({CreateProspect{p, l}});
  const ProspectRow found = row(1);
  EXPECT_EQ(found.prospect, p);
  ASSERT_EQ(found.links.size(), 1U);
  EXPECT_EQ(found.links[0], l);
  check_totals();
}

TEST_P(StoreContract, AnAbsentFieldOfANewProspectIsNull) {
  Prospect p = prospect(1);
  p.fields[field::kTitle] = Value{};
  p.fields[custom::kText] = Value{};
  must_commit({CreateProspect{p, std::nullopt}});
  EXPECT_TRUE(row(1).prospect.fields[field::kTitle].is_null());
  EXPECT_TRUE(row(1).prospect.fields[custom::kText].is_null());
}

TEST_P(StoreContract, AnEmptyTextIsNotNull) {
  Prospect p = prospect(1);
  p.fields[field::kTitle] = Value("");
  p.fields[custom::kText] = Value("");
  must_commit({CreateProspect{p, std::nullopt}});
  EXPECT_EQ(row(1).prospect, p);
}

TEST_P(StoreContract, AProspectIsFoundByAnyAddressAndByItsRecord) {
  Prospect p = prospect(3, "one@x.test");
  p.addresses.push_back({"two@x.test", "two@x.test"});
  must_commit({CreateProspect{p, link(3, "L3")}});
  EXPECT_EQ(*reader()->find_by_email("one@x.test"), ProspectId{3});
  EXPECT_EQ(*reader()->find_by_email("two@x.test"), ProspectId{3});
  EXPECT_FALSE(*reader()->find_by_email("three@x.test"));
  EXPECT_EQ(*reader()->find_by_remote(RemoteId("L3")), ProspectId{3});
  EXPECT_FALSE(*reader()->find_by_remote(RemoteId("L4")));
}

TEST_P(StoreContract, AnUpdateChangesWhatItNamesAndCountsTheVersion) {
  add_linked(1);
  UpdateProspect update = change(1, 1, field::kTitle, Value("Countess"));
  update.changes.push_back({custom::kInteger, Value::null(), Value(int64_t{7}), Reason::kUpdatedFromCrm});
  must_commit({update});
  const Prospect found = row(1).prospect;
  EXPECT_EQ(found.version, 2);
  EXPECT_EQ(found.fields[field::kTitle], Value("Countess"));
  EXPECT_EQ(found.fields[custom::kInteger], Value(int64_t{7}));
  EXPECT_EQ(found.fields[field::kLastName], Value("Number 1"));
  EXPECT_EQ(found.updated_at, at(200));
  EXPECT_FALSE(found.local_changed_at);
  EXPECT_EQ(found.created_at, at(100));
}

TEST_P(StoreContract, ALocalEditIsStamped) {
  add_linked(1);
  UpdateProspect update = change(1, 1, field::kTitle, Value("Countess"));
  update.local = true;
  must_commit({update});
  EXPECT_EQ(row(1).prospect.local_changed_at, at(200));
}

TEST_P(StoreContract, AFieldIsEmptiedAgain) {
  add_linked(1);
  must_commit({change(1, 1, custom::kText, Value("x")), change(1, 2, field::kTitle, Value("y"))});
  must_commit({change(1, 3, custom::kText, Value::null()), change(1, 4, field::kTitle, Value::null())});
  EXPECT_TRUE(row(1).prospect.fields[custom::kText].is_null());
  EXPECT_TRUE(row(1).prospect.fields[field::kTitle].is_null());
  EXPECT_EQ(row(1).prospect.version, 5);
}

TEST_P(StoreContract, AnUpdateOfAnotherVersionIsRefused) {
  add_linked(1);
  must_commit({change(1, 1, field::kTitle, Value("x"))});
  must_refuse({change(1, 1, field::kTitle, Value("y"))});
  must_refuse({change(1, 3, field::kTitle, Value("y"))});
  must_refuse({change(9, 1, field::kTitle, Value("y"))});
}

TEST_P(StoreContract, ATakenNumberIsRefused) {
  add_linked(1);
  must_refuse({CreateProspect{prospect(1, "other@x.test"), std::nullopt}});
}

TEST_P(StoreContract, ARefusedPlanLeavesNothingBehind) {
  add_linked(2);
  must_refuse({change(1, 1, field::kTitle, Value("x")), CreateProspect{prospect(3, "new@x.test"), {}},
               change(2, 9, field::kTitle, Value("y"))});
  EXPECT_FALSE(*reader()->find_by_email("new@x.test"));
  check_totals();
  must_commit({CreateProspect{prospect(3, "new@x.test"), link(3, "L3")}});
  check_totals();
}

TEST_P(StoreContract, AfterARefusalTheTransactionIsVoid) {
  add_linked(1);
  auto transaction = store_->begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE((*transaction)->apply(plan({change(1, 1, field::kTitle, Value("x"))}), at(200)));
  ASSERT_FALSE((*transaction)->apply(plan({change(1, 1, field::kTitle, Value("y"))}), at(200)));
  EXPECT_FALSE((*transaction)->snapshot(keys({"L1"})));
  const auto committed = (*transaction)->commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::kConflict);
  transaction->reset();
  EXPECT_EQ(row(1).prospect.version, 1);
}

// ---- addresses (I8) ----

TEST_P(StoreContract, AnAddressBelongsToOneProspect) {
  add_linked(2);
  must_refuse({CreateProspect{prospect(3, "p1@x.test"), std::nullopt}});
  must_refuse({new_address(2, 1, "p1@x.test")});
  EXPECT_EQ(*reader()->find_by_email("p1@x.test"), ProspectId{1});
}

TEST_P(StoreContract, TwoNewProspectsOfOnePlanMayNotShareAnAddress) {
  // The snapshot says that the address is free; the first creation takes it.
  auto transaction = store_->begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE((*transaction)->snapshot(keys({"L1", "L2"}, {"same@x.test"})));
  const auto done = (*transaction)
                        ->apply(plan({CreateProspect{prospect(1, "same@x.test"), link(1, "L1")},
                                      CreateProspect{prospect(2, "same@x.test"), link(2, "L2")}}),
                                at(200));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kConflict);
}

TEST_P(StoreContract, TwoProspectsSwapTheirAddresses) {
  add_linked(2);
  must_commit({new_address(1, 1, "p2@x.test"), new_address(2, 1, "p1@x.test")});
  EXPECT_EQ(*reader()->find_by_email("p2@x.test"), ProspectId{1});
  EXPECT_EQ(*reader()->find_by_email("p1@x.test"), ProspectId{2});
  EXPECT_EQ(row(1).prospect.addresses, (std::vector<Address>{{"p2@x.test", "p2@x.test"}}));
  check_totals();
}

TEST_P(StoreContract, AnAddressGivenUpIsFree) {
  add_linked(2);
  must_commit({new_address(1, 1, "")});
  EXPECT_FALSE(*reader()->find_by_email("p1@x.test"));
  EXPECT_EQ((*reader()->totals()).without_key, 1);
  must_commit({new_address(2, 1, "p1@x.test")});
  EXPECT_EQ(*reader()->find_by_email("p1@x.test"), ProspectId{2});
  must_commit({new_address(1, 2, "p2@x.test")});
  check_totals();
}

TEST_P(StoreContract, AnAddressMovesTwiceInOnePlan) {
  must_commit({CreateProspect{prospect(1, "a@x.test"), std::nullopt}, new_address(1, 1, "b@x.test"),
               new_address(1, 2, "a@x.test"), CreateProspect{prospect(2, "b@x.test"), std::nullopt}});
  EXPECT_EQ(*reader()->find_by_email("a@x.test"), ProspectId{1});
  EXPECT_EQ(*reader()->find_by_email("b@x.test"), ProspectId{2});
  EXPECT_EQ(row(1).prospect.version, 3);
}

TEST_P(StoreContract, TheOrderOfAddressesIsKept) {
  add_linked(1);
  UpdateProspect update = new_address(1, 1, "first@x.test");
  update.addresses->push_back({"p1@x.test", "P1@x.test"});
  update.addresses->push_back({"third@x.test", "third@x.test"});
  must_commit({update});
  EXPECT_EQ(row(1).prospect.addresses, *update.addresses);
}

TEST_P(StoreContract, MoreAddressesThanThereIsRoomForAreRefused) {
  Prospect p = prospect(1);
  for (int i = 0; i < 65; ++i)
    p.addresses.push_back({"a" + std::to_string(i) + "@x.test", "a"});
  const auto done = commit(plan({CreateProspect{p, std::nullopt}}));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kTooLarge);
  EXPECT_FALSE(*reader()->prospect({1}));
}

// ---- links (I8) ----

TEST_P(StoreContract, ARecordIsLinkedToOneProspect) {
  add_linked(2);
  must_refuse({PutLink{link(2, "L1", 2), RemoteId{}}});
  must_refuse({CreateProspect{prospect(3, "c@x.test"), link(3, "L1")}});
}

TEST_P(StoreContract, AProspectHasOneLinkOfAConnection) {
  add_linked(1);
  must_refuse({PutLink{link(1, "L9"), RemoteId{}}});
}

TEST_P(StoreContract, AProspectIsLinkedInSeveralConnections) {
  add_linked(1);
  const auto other = store_->connection("other");
  ASSERT_TRUE(other);
  Link second = link(1, "L1");  // the same id in another org is another record
  second.connection = *other;
  must_commit({PutLink{second, RemoteId{}}});
  EXPECT_EQ(row(1).links, (std::vector<Link>{link(1, "L1"), second}));
  EXPECT_EQ(snapshot(keys({"L1"})).links.at(RemoteId("L1")), link(1, "L1"));
}

TEST_P(StoreContract, ALinkIsWrittenWhole) {
  add_linked(1);
  Link l = link(1, "L1", 5);
  l.deleted = true;
  l.shadow[field::kTitle] = {Value("a"), Value("b")};
  must_commit({PutLink{l, RemoteId{}}});
  EXPECT_EQ(row(1).links[0], l);
  l.shadow.clear();
  l.deleted = false;
  must_commit({PutLink{l, RemoteId{}}});
  EXPECT_EQ(row(1).links[0], l);
}

TEST_P(StoreContract, ALinkMovesToAnotherRecord) {
  add_linked(2);
  must_commit({PutLink{link(1, "C1", 0), RemoteId("L1")}});
  EXPECT_EQ(row(1).links, std::vector<Link>{link(1, "C1", 0)});
  EXPECT_FALSE(*reader()->find_by_remote(RemoteId("L1")));
  EXPECT_EQ(*reader()->find_by_remote(RemoteId("C1")), ProspectId{1});
  must_refuse({PutLink{link(1, "C2"), RemoteId("L1")}});  // it does not stand there any more
  must_refuse({PutLink{link(1, "L2"), RemoteId("C1")}});  // and this record has a prospect
  check_totals();
}

TEST_P(StoreContract, TwoProspectsSwapTheirRecords) {
  add_linked(2);
  must_commit({PutLink{link(1, "L2"), RemoteId("L1")}, PutLink{link(2, "L1"), RemoteId("L2")}});
  EXPECT_EQ(*reader()->find_by_remote(RemoteId("L2")), ProspectId{1});
  EXPECT_EQ(*reader()->find_by_remote(RemoteId("L1")), ProspectId{2});
  check_totals();
}

TEST_P(StoreContract, ALinkOfNobodyIsRefused) {
  must_refuse({PutLink{link(7, "L7"), RemoteId{}}});
}

TEST_P(StoreContract, WritingWhatIsThereWritesNothing) {
  add_linked(1);
  const int64_t written = store_->rows_written();
  must_commit({PutLink{link(1, "L1"), RemoteId{}}});
  EXPECT_EQ(store_->rows_written(), written);
}

// ---- users and accounts ----

TEST_P(StoreContract, UsersAreFoundByRecordAndByAddress) {
  must_commit({PutUser{user(1, "", "local@x.test"), true}, PutUser{user(2, "005B", "crm@x.test"), true}});
  User queue = user(3, "00GQ", "queue@x.test");
  queue.kind = UserKind::kQueue;
  queue.active = false;
  must_commit({PutUser{queue, true}});
  EXPECT_EQ(*store_->user_by_email("local@x.test"), UserId{1});
  EXPECT_EQ(*store_->user_by_email("crm@x.test"), UserId{2});
  EXPECT_FALSE(*store_->user_by_email("queue@x.test"));
  EXPECT_FALSE(*store_->user_by_email(""));
  const PageSnapshot found = snapshot(reference_keys({"005B", "00GQ"}, {"local@x.test", "crm@x.test"}));
  EXPECT_EQ(found.users.at(RemoteId("005B")), user(2, "005B", "crm@x.test"));
  EXPECT_EQ(found.users.at(RemoteId("00GQ")), queue);
  ASSERT_EQ(found.users_by_email.size(), 1U);  // those that are not linked yet
  EXPECT_EQ(found.users_by_email.at("local@x.test"), user(1, "", "local@x.test"));
  EXPECT_EQ(found.next_user, UserId{4});
}

TEST_P(StoreContract, AUserIsChangedAndLinked) {
  must_commit({PutUser{user(1, "", "a@x.test"), true}});
  must_commit({PutUser{user(1, "005A", "a@x.test"), false}});
  EXPECT_TRUE(snapshot(reference_keys({"005A"}, {"a@x.test"})).users_by_email.empty());
  must_refuse({PutUser{user(2, "005A"), true}});
  must_refuse({PutUser{user(9, "005C"), false}});
}

TEST_P(StoreContract, AnAccountIsWrittenAndItsVersionCounts) {
  Account a = account(1, "001A");
  a.pending = {{mapping::account_field::kOwner, RemoteId("005Z")}};
  must_commit({PutAccount{a, true}});
  a.version = 1;
  EXPECT_EQ(snapshot(reference_keys({"001A"})).accounts.at(RemoteId("001A")), a);
  a.fields[mapping::account_field::kOwner] = Value(int64_t{4});
  a.pending.clear();
  must_commit({PutAccount{a, false}});
  must_refuse({PutAccount{a, false}});  // it is at version 2 now
  must_refuse({PutAccount{account(2, "001A"), true}});
  a.version = 2;
  EXPECT_EQ(snapshot(reference_keys({"001A"})).accounts.at(RemoteId("001A")), a);
}

TEST_P(StoreContract, AListShowsNamesOfOwnerAndAccount) {
  Prospect p = prospect(1, "a@x.test");
  p.fields[field::kOwner] = Value(int64_t{1});
  p.fields[field::kAccount] = Value(int64_t{1});
  must_commit({PutUser{user(1, "005A"), true}, PutAccount{account(1, "001A"), true},
               CreateProspect{p, std::nullopt}});
  EXPECT_EQ(row(1).owner_name, "User 1");
  EXPECT_EQ(row(1).account_name, "Account 1");
}

// ---- lists ----

TEST_P(StoreContract, ListsArePagedByNumber) {
  add_linked(5);
  ProspectQuery query;
  query.limit = 2;
  auto first = reader()->prospects(query);
  ASSERT_EQ(first->size(), 2U);
  query.place.after = first->back().prospect.id.value;
  auto second = reader()->prospects(query);
  ASSERT_EQ(second->size(), 2U);
  EXPECT_EQ((*second)[0].prospect.id, ProspectId{3});
  query.place.after = 5;
  EXPECT_TRUE(reader()->prospects(query)->empty());
}

TEST_P(StoreContract, AListFindsPartsOfNamesCompaniesAndAddresses) {
  Prospect p = prospect(1, "ada@analytical.test");
  p.fields[field::kFirstName] = Value("Ada");
  p.fields[field::kLastName] = Value("Lovelace");
  Prospect q = prospect(2, "q@x.test");
  q.fields[field::kCompany] = Value("100%_\\ Inc");
  must_commit({CreateProspect{p, std::nullopt}, CreateProspect{q, std::nullopt}});
  const auto found = [&](const std::string& text) {
    ProspectQuery query;
    query.text = text;
    std::vector<int64_t> ids;
    const auto rows = reader()->prospects(query);
    for (const ProspectRow& r : *rows)
      ids.push_back(r.prospect.id.value);
    return ids;
  };
  EXPECT_EQ(found("da love"), std::vector<int64_t>{1});
  EXPECT_EQ(found("ANALYTICAL"), std::vector<int64_t>{1});
  EXPECT_EQ(found("%_\\"), std::vector<int64_t>{2});  // no pattern: letter by letter
  EXPECT_EQ(found("x_test"), std::vector<int64_t>{});
  EXPECT_EQ(found("' OR 1=1 --"), std::vector<int64_t>{});
  ProspectQuery endless;
  endless.text = std::string(100'000, 'x');
  EXPECT_EQ(reader()->prospects(endless).error().code, ErrorCode::kInvalidInput);
}

TEST_P(StoreContract, AListOfThoseWithoutAUsableAddress) {
  must_commit(
      {CreateProspect{prospect(1, "a@x.test"), std::nullopt}, CreateProspect{prospect(2), std::nullopt}});
  ProspectQuery query;
  query.without_key = true;
  const auto rows = reader()->prospects(query);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ((*rows)[0].prospect.id, ProspectId{2});
}

TEST_P(StoreContract, ALinkMayBeWrittenAndThenMoveInOnePlan) {
  add_linked(1);
  must_commit({change(1, 1, field::kTitle, Value("new")), PutLink{link(1, "L1", 2), RemoteId{}},
               PutLink{link(1, "L9", 0), RemoteId("L1")}});
  ASSERT_EQ(row(1).links.size(), 1U);
  EXPECT_EQ(row(1).links[0], link(1, "L9", 0));
  EXPECT_TRUE(snapshot(keys({"L1"})).links.empty());
  check_totals();
}

TEST_P(StoreContract, AnotherProspectsLinkCanNotBeWrittenWhileItMoves) {
  add_linked(2);
  must_refuse({PutLink{link(2, "L1", 2), RemoteId{}}, PutLink{link(1, "L9", 0), RemoteId("L1")}});
}

}  // namespace
}  // namespace prospectd::store
