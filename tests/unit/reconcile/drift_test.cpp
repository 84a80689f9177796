// Which records look apart, how two sets of ids are compared in parts, and what the brake lets through.
#include "reconcile/drift.h"

#include <gtest/gtest.h>

#include "reconcile/snapshot.h"

namespace prospectd::reconcile {
namespace {

Timestamp moment(int64_t second) {
  return Timestamp{seconds{second}};
}
constexpr int64_t kSettled = 1'000;

ListedRecord listed(int64_t version, bool deleted = false, bool converted = false) {
  return {RemoteId("00Q1"), moment(version), deleted, converted};
}
KnownRecord linked(int64_t version, bool deleted = false) {
  return {true, 42, moment(version), deleted};
}
std::optional<DriftKind> kind_of(const ListedRecord& record, std::optional<KnownRecord> known) {
  KnownRecords all;
  if (known) all.emplace(record.id, *known);
  const auto suspects = suspects_of({record}, all, moment(kSettled));
  EXPECT_LE(suspects.size(), 1U);
  return suspects.empty() ? std::nullopt : std::optional(suspects[0].kind);
}

TEST(Drift, EachWayInWhichTheSidesStandHasItsKind) {
  struct Row {
    const char* name;
    ListedRecord there;
    std::optional<KnownRecord> here;
    std::optional<DriftKind> kind;
  };
  const Row rows[] = {
      {"the same version", listed(5), linked(5), std::nullopt},
      {"newer there", listed(6), linked(5), DriftKind::kStale},
      {"older there", listed(4), linked(5), DriftKind::kUnexpected},
      {"deleted there", listed(5, true), linked(5), DriftKind::kStale},
      {"shown again", listed(5), linked(5, true), DriftKind::kStale},
      {"deleted on both sides", listed(5, true), linked(5, true), std::nullopt},
      {"unknown here", listed(5), std::nullopt, DriftKind::kMissingHere},
      {"unknown and deleted", listed(5, true), std::nullopt, std::nullopt},
      {"unknown and converted", listed(5, false, true), std::nullopt, std::nullopt},
      {"held back or set apart", listed(5), KnownRecord{}, std::nullopt},
      {"a link that has gone on unread", listed(5), linked(0), std::nullopt},
      {"unknown, and a poll reads it", listed(kSettled), std::nullopt, std::nullopt},
      {"newer, and a poll reads it", listed(kSettled), linked(5), std::nullopt},
      {"the last that no poll reads", listed(kSettled - 1), linked(5), DriftKind::kStale},
  };
  for (const Row& row : rows)
    EXPECT_EQ(kind_of(row.there, row.here), row.kind) << row.name;
}

TEST(Drift, ASuspectKnowsBothVersionsAndItsHolder) {
  KnownRecords known;
  known.emplace(RemoteId("00Q1"), linked(5));
  const auto suspects = suspects_of({listed(7)}, known, moment(kSettled));
  ASSERT_EQ(suspects.size(), 1U);
  EXPECT_EQ(suspects[0].there, moment(7));
  EXPECT_EQ(suspects[0].here, moment(5));
  EXPECT_EQ(suspects[0].holder, 42);
}

TEST(IdSums, SetsThatAreEqualAreInWhateverOrder) {
  IdSums a;
  IdSums b;
  for (int i = 0; i < 1'000; ++i) {
    a.add(RemoteId("id" + std::to_string(i)));
    b.add(RemoteId("id" + std::to_string(999 - i)));
  }
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.count(), 1'000);
}

TEST(IdSums, WhatOnlyOneOfThemHasLiesWhereTheyDifferAndLittleElseDoes) {
  IdSums here;
  IdSums there;
  int differ = 0;
  for (int i = 0; i < 100'000; ++i) {
    here.add(RemoteId("id" + std::to_string(i)));
    if (i % 10'000 != 7) there.add(RemoteId("id" + std::to_string(i)));
  }
  for (int i = 0; i < 100'000; ++i) {
    const bool differs = here.differs_at(RemoteId("id" + std::to_string(i)), there);
    differ += differs ? 1 : 0;
    if (i % 10'000 != 7) continue;
    EXPECT_TRUE(differs) << i;
  }
  EXPECT_LT(differ, 100) << "ten that are missing, and those that share their parts";
}

TEST(Brake, LetsFewThroughWhateverTheirShareAndManyThroughWhenTheyAreASmallOne) {
  EXPECT_FALSE(brakes(0, 0));
  EXPECT_FALSE(brakes(49, 49));
  EXPECT_TRUE(brakes(50, 50));
  EXPECT_FALSE(brakes(50, 250)) << "a fifth";
  EXPECT_TRUE(brakes(51, 250));
  EXPECT_FALSE(brakes(100'000, 1'000'000));
  EXPECT_TRUE(brakes(200'001, 1'000'000));
}

PageSnapshot world_with_link(bool deleted) {
  PageSnapshot world;
  world.connection = {1};
  Link link;
  link.prospect = {42};
  link.connection = {1};
  link.object = "Lead";
  link.remote = RemoteId("00Q1");
  link.version = moment(5);
  link.hash = 9;
  link.deleted = deleted;
  world.links[link.remote] = link;
  world.link_of[{42}] = link.remote;
  return world;
}

TEST(PlanGone, ClosesTheLinkTagsTheProspectAndSaysWhy) {
  PageSnapshot world = world_with_link(false);
  const PageSnapshot before = world;
  const Plan plan = plan_gone("Lead", {RemoteId("00Q1"), RemoteId("00Q2")}, world);
  EXPECT_EQ(plan.counts.deleted, 1);
  ASSERT_EQ(plan.journal.size(), 1U);
  EXPECT_EQ(plan.journal[0].reason, Reason::kGoneFromCrm);
  EXPECT_EQ(plan.journal[0].prospect, ProspectId{42});
  EXPECT_TRUE(can_apply(before, plan));
  EXPECT_TRUE(world.links.at(RemoteId("00Q1")).deleted);
  EXPECT_TRUE(plan_gone("Lead", {RemoteId("00Q1")}, world).empty()) << "a second time there is nothing to do";
}

TEST(PlanGone, LeavesWhatIsClosedAlready) {
  PageSnapshot world = world_with_link(true);
  EXPECT_TRUE(plan_gone("Lead", {RemoteId("00Q1")}, world).empty());
}

}  // namespace
}  // namespace prospectd::reconcile
