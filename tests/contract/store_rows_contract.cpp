// The contract of rows that people write: made, changed and taken away whole, each over the version that was
// seen; and of what a change of one is decided on.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/contract/store_contract.h"

namespace prospectd::store {

using reconcile::CreateRow;
using reconcile::RemoveRow;
using reconcile::RowKeys;
using reconcile::RowKind;
using reconcile::RowName;
using reconcile::RowScene;
using reconcile::RowsWith;
using reconcile::TouchProspect;
using reconcile::UpdateRow;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

/// A row with a value in every cell, so that none can be lost on the way.
CreateRow row_of(const RowKind& kind, int64_t id) {
  CreateRow made{kind.type, id, {}};
  for (const reconcile::Cell& cell : kind.cells) {
    switch (cell.type) {
      case reconcile::CellType::kInteger:
      case reconcile::CellType::kReference:
        made.cells.emplace_back(id);
        break;
      case reconcile::CellType::kFlag:
        made.cells.emplace_back(true);
        break;
      case reconcile::CellType::kTime:
        made.cells.emplace_back(at(id));
        break;
      default:
        made.cells.emplace_back(cell.name + " " + std::to_string(id));
    }
  }
  return made;
}

RowScene scene_of(Reader& reader, const RowKeys& keys) {
  RowScene scene;
  EXPECT_TRUE(reader.look_up(keys, scene));
  return scene;
}

std::optional<reconcile::StoredRow> row_at(Reader& reader, const RowName& name) {
  RowKeys keys;
  keys.rows = {name};
  return scene_of(reader, keys).rows.at(name);
}

CreateRow tag(int64_t id, const char* name) {
  return {"tags", id, {Value(name)}};
}

}  // namespace

TEST_P(StoreContract, ARowOfEachKindIsReadAsItWasWritten) {
  for (const RowKind& kind : reconcile::row_kinds()) {
    if (!kind.editable) continue;
    const CreateRow made = row_of(kind, 3);
    must_commit({made});
    const auto row = row_at(*reader(), {kind.type, 3});
    ASSERT_TRUE(row) << kind.type;
    EXPECT_EQ(row->version, 1) << kind.type;
    EXPECT_EQ(row->cells, made.cells) << kind.type;
    EXPECT_FALSE(row->in_crm) << kind.type;
  }
}

TEST_P(StoreContract, ARowIsChangedAndTakenAwayOverTheVersionThatWasSeen) {
  must_commit({tag(1, "hot")});
  must_commit({UpdateRow{"tags", 1, 1, {{0, Value("warm")}}}});
  EXPECT_EQ(row_at(*reader(), {"tags", 1})->version, 2);
  must_refuse({UpdateRow{"tags", 1, 1, {{0, Value("cold")}}}});
  must_refuse({RemoveRow{"tags", 1, 1}});
  EXPECT_EQ(row_at(*reader(), {"tags", 1})->cells[0], Value("warm"));
  must_commit({RemoveRow{"tags", 1, 2}});
  EXPECT_FALSE(row_at(*reader(), {"tags", 1}));
  must_refuse({RemoveRow{"tags", 1, 2}});
}

TEST_P(StoreContract, ANumberOrANameThatIsTakenIsRefused) {
  must_commit({tag(1, "hot"), tag(2, "vip")});
  must_refuse({tag(1, "cold")});
  must_refuse({tag(3, "hot")});
  must_refuse({UpdateRow{"tags", 2, 1, {{0, Value("hot")}}}});
}

TEST_P(StoreContract, AFreeNumberIsOneThatNobodyEverHad) {
  RowKeys keys;
  keys.next = {"tags", "users"};
  EXPECT_EQ(scene_of(*reader(), keys).next.at("tags"), 1);
  must_commit({tag(1, "hot"), tag(2, "vip"), reconcile::PutUser{user(6, "U6"), true}});
  must_commit({RemoveRow{"tags", 2, 1}});
  EXPECT_EQ(scene_of(*reader(), keys).next.at("tags"), 3);
  EXPECT_EQ(scene_of(*reader(), keys).next.at("users"), 7);
}

TEST_P(StoreContract, RowsAreListedByWhatTheyReferTo) {
  const RowKind& kind = *reconcile::row_kind_named("tasks");
  std::vector<CreateRow> tasks;
  for (const auto& [id, owner] : {std::pair<int64_t, int64_t>{1, 5}, {2, 6}, {3, 5}}) {
    tasks.push_back(row_of(kind, id));
    tasks.back().cells[reconcile::task_cell::kOwner] = Value(owner);
  }
  must_commit({tasks[0], tasks[1], tasks[2]});
  RowKeys keys;
  const RowsWith of_five{"tasks", reconcile::task_cell::kOwner, "5"};
  const RowsWith of_nine{"tasks", reconcile::task_cell::kOwner, "9"};
  keys.lists = {of_five, of_nine};
  RowScene scene = scene_of(*reader(), keys);
  EXPECT_THAT(scene.lists.at(of_five), ElementsAre(1, 3));
  EXPECT_THAT(scene.lists.at(of_nine), IsEmpty());
  EXPECT_EQ(scene.rows.at({"tasks", 3})->cells, tasks[2].cells);
}

TEST_P(StoreContract, WhatAUserHoldsIsCounted) {
  const RowKind& kind = *reconcile::row_kind_named("tasks");
  CreateRow open = row_of(kind, 1);
  CreateRow done = row_of(kind, 2);
  open.cells[reconcile::task_cell::kOwner] = done.cells[reconcile::task_cell::kOwner] = Value(int64_t{1});
  open.cells[reconcile::task_cell::kState] = "incomplete";
  done.cells[reconcile::task_cell::kState] = "complete";
  must_commit({reconcile::PutUser{user(1, "U1", "ana@x.test"), true}, open, done});
  reconcile::Plan saves = plan({reconcile::PutSavedFilter{"mine", "tag:hot"}});
  saves.cause.actor = "Ana@x.test";
  ASSERT_TRUE(commit(saves));
  RowKeys keys;
  keys.referrers = {{"users", 1}};
  std::vector<std::string> held;
  const RowScene scene = scene_of(*reader(), keys);
  for (const reconcile::Referrers& one : scene.referrers.at({"users", 1}))
    if (one.count > 0) held.push_back(std::to_string(one.count) + " " + one.what + (one.holds ? " *" : ""));
  EXPECT_THAT(held, ElementsAre("1 open tasks *", "1 completed tasks", "1 saved filters *"));
}

TEST_P(StoreContract, AUserIsFoundByAddressPeopleFirst) {
  must_commit({reconcile::PutUser{user(1, "U1", "ana@x.test"), true}});
  RowKeys keys;
  keys.user_emails = {"ana@x.test", "bo@x.test"};
  const RowScene scene = scene_of(*reader(), keys);
  EXPECT_EQ(scene.users_by_email.at("ana@x.test"), 1);
  EXPECT_EQ(scene.users_by_email.at("bo@x.test"), std::nullopt);
}

TEST_P(StoreContract, AnAccountThatIsAssignedHereWaitsNoMoreForItsRecordsOwner) {
  reconcile::Account waits = account(1, "A1");
  waits.pending = {{mapping::account_field::kOwner, RemoteId("U9")}};
  must_commit({reconcile::PutAccount{waits, true}});
  must_commit({UpdateRow{"accounts",
                         1,
                         row_at(*reader(), {"accounts", 1})->version,
                         {{reconcile::account_cell::kOwner, Value(int64_t{2})}}}});
  const auto found = snapshot(reference_keys({"A1", "U9"}));
  EXPECT_THAT(found.accounts.at(RemoteId("A1")).pending, IsEmpty());
  EXPECT_FALSE(found.waiting_accounts.contains(RemoteId("U9")));
}

TEST_P(StoreContract, ATouchIsKeptUnlessALaterOneIsKnown) {
  must_commit({reconcile::CreateProspect{prospect(1), std::nullopt}});
  must_commit({TouchProspect{{1}, at(50)}});
  must_commit({TouchProspect{{1}, at(40)}});
  EXPECT_EQ(row(1).prospect.touched_at, at(50));
}

}  // namespace prospectd::store
