// SEMANTICS §1, §2 and §4 on a page of people: one test a rule, named for it.
#include "mapping/record_condition.h"
#include "reconcile/match.h"
#include "tests/unit/reconcile/page_fixture.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;

TEST_F(PageTest, S2_2_NobodyHasTheAddress_Creates) {
  const Plan plan = poll(lead_, {record("00Q1", 10, "ada@x.test", "CTO", "005A")});
  EXPECT_EQ(plan.counts.created, 1);
  const Prospect& p = prospect_of("00Q1");
  EXPECT_EQ(p.fields[field::kTitle], Value("CTO"));
  EXPECT_EQ(p.fields[field::kOwner], Value(int64_t{7}));
  EXPECT_EQ(p.addresses, (std::vector<Address>{{"ada@x.test", "ada@x.test"}}));
}

TEST_F(PageTest, S2_2_InboundCreateOff_CreatesNothing) {
  lead_.inbound_create = false;
  const Plan plan = poll(lead_, {record("00Q1", 10, "ada@x.test")});
  EXPECT_TRUE(plan.empty());
  EXPECT_EQ(plan.counts.skipped, 1);
}

TEST_F(PageTest, S2_2_AConditionThatDoesNotHold_CreatesNothing_ButNeverUnlinks) {
  const auto condition =
      mapping::expression::parse("title:c* -crm_id:00Q3", mapping::record_catalogue(*lead_map_), {});
  ASSERT_TRUE(condition);
  lead_.condition = std::make_shared<const mapping::expression::Expression>(*condition);
  local_prospect("here@x.test", "Engineer");
  const std::vector<mapping::MappedRecord> page = {
      record("00Q1", 10, "ada@x.test", "CTO"), record("00Q2", 10, "bob@x.test", "Intern"),
      record("00Q3", 10, "eve@x.test", "CFO"), record("00Q4", 10, "here@x.test", "Intern")};
  EXPECT_EQ(decide(lead_, page[1], {}).reason, Reason::kConditionNotMet);
  const Plan plan = poll(lead_, page);
  EXPECT_EQ(plan.counts.created, 1);
  EXPECT_EQ(plan.counts.skipped, 2);
  EXPECT_EQ(plan.counts.linked, 1);
  // Linked, it is followed whatever it becomes.
  poll(lead_, {record("00Q1", 11, "ada@x.test", "Intern")});
  EXPECT_EQ(prospect_of("00Q1").fields[field::kTitle], Value("Intern"));
  // One that was kept out comes in when it meets the condition.
  EXPECT_EQ(poll(lead_, {record("00Q2", 11, "bob@x.test", "ceo")}).counts.created, 1);
}

TEST_F(PageTest, S1_NoKey_IsImportedWithoutAnAddress) {
  const Plan plan = poll(lead_, {record("00Q1", 10, ""), record("00Q2", 10, "not an address")});
  EXPECT_EQ(plan.counts.created, 2);
  EXPECT_EQ(plan.counts.without_key, 2);
  EXPECT_TRUE(prospect_of("00Q2").addresses.empty());
  EXPECT_EQ(prospect_of("00Q2").fields[field::kEmail], Value("not an address"));
}

TEST_F(PageTest, S1_NoKeyNeverMatches) {
  poll(lead_, {record("00Q1", 10, "")});
  EXPECT_EQ(poll(lead_, {record("00Q2", 10, "")}).counts.created, 1);
}

TEST_F(PageTest, S2_3_UnlinkedProspectWithTheAddress_IsLinkedAndUpdated) {
  const ProspectId here = local_prospect("ada@x.test", "Engineer");
  const Plan plan = poll(lead_, {record("00Q1", 10, "Ada@X.test", "CTO")});
  EXPECT_EQ(plan.counts.linked, 1);
  EXPECT_EQ(link_of("00Q1").prospect, here);
  EXPECT_EQ(prospect_of("00Q1").fields[field::kTitle], Value("CTO"));
  EXPECT_TRUE(journaled(plan, Reason::kLinkedByEmail));
}

TEST_F(PageTest, S2_4_ProspectLinkedElsewhere_IsHeldOnce) {
  poll(lead_, {record("00Q1", 10, "ada@x.test")});
  const Plan first = poll(lead_, {record("00Q2", 11, "ada@x.test")});
  EXPECT_EQ(first.counts.held, 1);
  EXPECT_EQ(count<HoldDuplicate>(first), 1);
  const auto& row = std::get<HoldDuplicate>(first.steps.at(0)).duplicate;
  EXPECT_EQ(row.linked_remote, RemoteId("00Q1"));
  EXPECT_EQ(row.linked_object, "Lead");
  EXPECT_EQ(row.email_key, "ada@x.test");
  const Plan second = poll(lead_, {record("00Q2", 12, "ada@x.test", "new title")});
  EXPECT_TRUE(second.empty());
  EXPECT_EQ(second.counts.held_again, 1);
}

TEST_F(PageTest, S2_5_TwoNewRecordsWithOneAddress_FirstInFeedOrderCreates) {
  const Plan plan = poll(lead_, {record("00Q1", 10, "ada@x.test"), record("00Q2", 10, "ADA@x.test")});
  EXPECT_EQ(plan.counts.created, 1);
  EXPECT_EQ(plan.counts.held, 1);
  EXPECT_TRUE(world_.links.contains(RemoteId("00Q1")));
  EXPECT_FALSE(world_.links.contains(RemoteId("00Q2")));
}

TEST_F(PageTest, S2_5_TheResultDoesNotDependOnPageBoundaries) {
  const auto records = [&] {
    return std::vector{record("00Q1", 10, "a@x.test"), record("00Q2", 10, "a@x.test"),
                       record("00Q3", 11, "b@x.test"), record("00Q4", 11, "b@x.test", "CTO")};
  };
  poll(lead_, records());
  const PageSnapshot whole = std::exchange(world_, [this] {
    PageSnapshot fresh;
    fresh.connection = world_.connection;
    fresh.users = world_.users;
    return fresh;
  }());
  for (auto& one : records())
    poll(lead_, {one});
  EXPECT_EQ(world_.links.size(), whole.links.size());
  EXPECT_EQ(world_.addresses, whole.addresses);
  EXPECT_EQ(world_.open_duplicates, whole.open_duplicates);
}

TEST_F(PageTest, S2_5_TypeOrderDecides_TheLaterTypeIsHeld) {
  poll(contact_, {record("0031", 20, "ada@x.test")});
  const Plan plan = poll(lead_, {record("00Q1", 10, "ada@x.test")});
  EXPECT_EQ(plan.counts.held, 1);
  EXPECT_EQ(std::get<HoldDuplicate>(plan.steps.at(0)).duplicate.linked_object, "Contact");
}

TEST_F(PageTest, S2_1_LinkedRecordIsUpdated_WhateverItsAddress) {
  poll(lead_, {record("00Q1", 10, "ada@x.test", "CTO")});
  const Plan plan = poll(lead_, {record("00Q1", 11, "ada@y.test", "CEO")});
  EXPECT_EQ(plan.counts.updated, 1);
  EXPECT_EQ(prospect_of("00Q1").fields[field::kTitle], Value("CEO"));
  EXPECT_EQ(prospect_of("00Q1").addresses.front().key, "ada@y.test");
  EXPECT_FALSE(world_.addresses.contains("ada@x.test"));
}

TEST_F(PageTest, InboundUpdateOff_LeavesALinkedProspectAlone) {
  poll(lead_, {record("00Q1", 10, "ada@x.test", "CTO")});
  lead_.inbound_update = false;
  EXPECT_TRUE(poll(lead_, {record("00Q1", 11, "ada@x.test", "CEO")}).empty());
}

TEST_F(PageTest, I5_KnownVersionAndContent_WritesNothing) {
  poll(lead_, {record("00Q1", 10, "ada@x.test", "CTO")});
  const Plan again = poll(lead_, {record("00Q1", 10, "ada@x.test", "CTO")});
  EXPECT_TRUE(again.empty());
  EXPECT_EQ(again.counts.unchanged, 1);
}

TEST_F(PageTest, F02_AChangeInTheSameSecondIsSeen) {
  poll(lead_, {record("00Q1", 10, "ada@x.test", "CTO")});
  EXPECT_EQ(poll(lead_, {record("00Q1", 10, "ada@x.test", "CEO")}).counts.updated, 1);
}

TEST_F(PageTest, DuplicateRowOnAPage_CreatesOnce) {
  const Plan plan = poll(lead_, {record("00Q1", 10, "ada@x.test"), record("00Q1", 10, "ada@x.test")});
  EXPECT_EQ(plan.counts.created, 1);
  EXPECT_EQ(plan.counts.unchanged, 1);
}

TEST_F(PageTest, CreationsShareOneJournalRow) {
  const Plan plan = poll(lead_, {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "b@x.test"),
                                 record("00Q3", 10, "c@x.test")});
  ASSERT_EQ(plan.journal.size(), 1U);
  EXPECT_EQ(plan.journal[0].count, 3);
  EXPECT_EQ(plan.journal[0].last.value - plan.journal[0].prospect.value, 2);
}

TEST_F(PageTest, S1_EmailTaken_TheOtherFieldsApply) {
  poll(lead_, {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "b@x.test", "CTO")});
  const Plan plan = poll(lead_, {record("00Q2", 11, "a@x.test", "CEO")});
  EXPECT_TRUE(journaled(plan, Reason::kEmailTaken));
  EXPECT_EQ(prospect_of("00Q2").fields[field::kTitle], Value("CEO"));
  EXPECT_EQ(prospect_of("00Q2").addresses.front().key, "b@x.test");
}

TEST_F(PageTest, F17_AddressesSwappedBetweenTwoRecords_SwapAtTheEndOfTheCycle) {
  poll(lead_, {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "b@x.test")});
  poll(lead_, {record("00Q1", 11, "b@x.test"), record("00Q2", 11, "a@x.test")});
  EXPECT_EQ(prospect_of("00Q1").addresses.front().key, "a@x.test");
  PageSnapshot waiting = world_;
  const Plan moves = plan_address_moves({lead_}, waiting);
  ASSERT_TRUE(can_apply(world_, moves)) << can_apply(world_, moves).error().text();
  for (const Step& step : moves.steps)
    apply_to(world_, step);
  EXPECT_EQ(prospect_of("00Q1").addresses.front().key, "b@x.test");
  EXPECT_EQ(prospect_of("00Q2").addresses.front().key, "a@x.test");
  EXPECT_TRUE(link_of("00Q1").pending.empty());
  waiting = world_;
  EXPECT_TRUE(plan_address_moves({lead_}, waiting).empty());
}

TEST_F(PageTest, AddressStillTaken_GoesOnWaiting) {
  poll(lead_, {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "b@x.test")});
  poll(lead_, {record("00Q2", 11, "a@x.test")});
  PageSnapshot waiting = world_;
  EXPECT_TRUE(plan_address_moves({lead_}, waiting).empty());
  poll(lead_, {record("00Q2", 12, "a@x.test", "CEO")});
  EXPECT_EQ(link_of("00Q2").pending.size(), 1U);
}

TEST_F(PageTest, S4_SoftDeleted_TheProspectStaysMarkedAndTagged) {
  poll(lead_, {record("00Q1", 10, "ada@x.test")});
  auto gone = record("00Q1", 11, "ada@x.test");
  gone.deleted = true;
  gone.hash = 99;
  const Plan plan = poll(lead_, {gone});
  EXPECT_EQ(plan.counts.deleted, 1);
  EXPECT_TRUE(link_of("00Q1").deleted);
  EXPECT_EQ(count<TagProspect>(plan), 1);
  EXPECT_TRUE(world_.prospects.contains(link_of("00Q1").prospect));
  EXPECT_TRUE(poll(lead_, {gone}).empty());
}

TEST_F(PageTest, S4_Restored_TheSameLinkAndProspectComeBack) {
  poll(lead_, {record("00Q1", 10, "ada@x.test")});
  const ProspectId before = link_of("00Q1").prospect;
  auto gone = record("00Q1", 11, "ada@x.test");
  gone.deleted = true;
  gone.hash = 99;
  poll(lead_, {gone});
  const Plan plan = poll(lead_, {record("00Q1", 12, "ada@x.test", "CTO")});
  EXPECT_EQ(plan.counts.restored, 1);
  EXPECT_FALSE(link_of("00Q1").deleted);
  EXPECT_EQ(link_of("00Q1").prospect, before);
  EXPECT_EQ(prospect_of("00Q1").fields[field::kTitle], Value("CTO"));
}

TEST_F(PageTest, DeletedBeforeItWasEverRead_IsNothing) {
  auto gone = record("00Q1", 11, "ada@x.test");
  gone.deleted = true;
  EXPECT_TRUE(poll(lead_, {gone}).empty());
}

TEST_F(PageTest, S4_ConvertedLead_TheLinkMovesToTheContact) {
  poll(lead_, {record("00Q1", 10, "ada@x.test")});
  const ProspectId before = link_of("00Q1").prospect;
  auto converted = record("00Q1", 11, "ada@x.test");
  converted.lineage.converted = true;
  converted.lineage.converted_contact = RemoteId("0031");
  converted.hash = 98;
  const Plan plan = poll(lead_, {converted});
  EXPECT_EQ(plan.counts.moved, 1);
  EXPECT_FALSE(world_.links.contains(RemoteId("00Q1")));
  EXPECT_EQ(link_of("0031").prospect, before);
  EXPECT_EQ(link_of("0031").object, "Contact");
  EXPECT_EQ(world_.lineage.at(RemoteId("00Q1")).to, RemoteId("0031"));
  EXPECT_TRUE(poll(lead_, {converted}).empty());
  EXPECT_EQ(poll(contact_, {record("0031", 11, "ada@x.test", "VP")}).counts.updated, 1);
  EXPECT_EQ(world_.prospects.size(), 1U);
}

TEST_F(PageTest, S4_ContactReadBeforeItsConvertedLead_NeverASecondProspect) {
  poll(lead_, {record("00Q1", 10, "ada@x.test")});
  EXPECT_EQ(poll(contact_, {record("0031", 11, "ada@x.test")}).counts.held, 1);
  auto converted = record("00Q1", 11, "ada@x.test");
  converted.lineage.converted = true;
  converted.lineage.converted_contact = RemoteId("0031");
  converted.hash = 98;
  poll(lead_, {converted});
  EXPECT_TRUE(world_.open_duplicates.empty());
  EXPECT_EQ(poll(contact_, {record("0031", 11, "ada@x.test", "VP")}).counts.updated, 1);
  EXPECT_EQ(world_.prospects.size(), 1U);
}

TEST_F(PageTest, S4_ConvertedIntoAContactThatIsLinkedElsewhere_IsAFailureRow) {
  poll(contact_, {record("0031", 9, "bo@x.test")});
  poll(lead_, {record("00Q1", 10, "ada@x.test")});
  auto converted = record("00Q1", 11, "ada@x.test");
  converted.lineage.converted = true;
  converted.lineage.converted_contact = RemoteId("0031");
  converted.hash = 98;
  const Plan plan = poll(lead_, {converted});
  EXPECT_EQ(plan.counts.held, 1);
  EXPECT_EQ(world_.prospects.size(), 2U);
  EXPECT_TRUE(world_.links.contains(RemoteId("00Q1")));
  EXPECT_TRUE(poll(lead_, {converted}).empty());
}

TEST_F(PageTest, S4_MergedRecord_TheLinkMovesToTheWinner) {
  poll(lead_, {record("00Q1", 10, "ada@x.test")});
  auto loser = record("00Q1", 11, "ada@x.test");
  loser.deleted = true;
  loser.lineage.merged_into = RemoteId("00Q2");
  loser.hash = 97;
  EXPECT_EQ(poll(lead_, {loser}).counts.moved, 1);
  EXPECT_EQ(poll(lead_, {record("00Q2", 11, "ada@x.test", "CTO")}).counts.updated, 1);
  EXPECT_EQ(world_.prospects.size(), 1U);
}

TEST_F(PageTest, S4_WinnerLinkedToAnotherProspect_IsAFailureRowAndNothingIsLost) {
  poll(lead_, {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "b@x.test")});
  auto loser = record("00Q1", 11, "a@x.test");
  loser.deleted = true;
  loser.lineage.merged_into = RemoteId("00Q2");
  loser.hash = 97;
  const Plan plan = poll(lead_, {loser});
  EXPECT_EQ(plan.counts.held, 1);
  EXPECT_TRUE(journaled(plan, Reason::kMergeConflict));
  EXPECT_EQ(world_.prospects.size(), 2U);
  EXPECT_TRUE(poll(lead_, {loser}).empty());
}

TEST_F(PageTest, UnreadableRecord_IsSetApartOnce_AndComesBackWhenWhole) {
  const BadInput bad{RemoteId("00Q1"), at(10), "Title: a number where text belongs", "{…}"};
  EXPECT_EQ(count<Quarantine>(poll(lead_, {record("00Q2", 10, "b@x.test")}, {bad})), 1);
  EXPECT_TRUE(poll(lead_, {}, {bad}).steps.empty());
  const Plan whole = poll(lead_, {record("00Q1", 11, "ada@x.test")});
  EXPECT_EQ(count<Release>(whole), 1);
  EXPECT_EQ(whole.counts.created, 1);
}

TEST_F(PageTest, UnreadableRecordWithoutAnId_IsSetApartOnce) {
  const BadInput bad{RemoteId{}, std::nullopt, "Id: missing", "{\"Name\":\"?\"}"};
  EXPECT_EQ(count<Quarantine>(poll(lead_, {}, {bad})), 1);
  EXPECT_TRUE(poll(lead_, {}, {bad}).steps.empty());
}

TEST_F(PageTest, HeldRecordThatIsDeleted_HasNothingLeftToResolve) {
  poll(lead_, {record("00Q1", 10, "ada@x.test"), record("00Q2", 10, "ada@x.test")});
  auto gone = record("00Q2", 11, "ada@x.test");
  gone.deleted = true;
  EXPECT_EQ(count<CloseDuplicates>(poll(lead_, {gone})), 1);
}

TEST_F(PageTest, HeldRecordThatGetsItsOwnAddress_BecomesAProspect) {
  poll(lead_, {record("00Q1", 10, "ada@x.test"), record("00Q2", 10, "ada@x.test")});
  const Plan plan = poll(lead_, {record("00Q2", 11, "bo@x.test")});
  EXPECT_EQ(plan.counts.created, 1);
  EXPECT_EQ(count<CloseDuplicates>(plan), 1);
}

TEST_F(PageTest, S11_LocalEditIsKeptWhenOnlyTheOtherFieldsChangeInTheCrm) {
  poll(lead_, {record("00Q1", 10, "ada@x.test", "CTO")});
  edit_here("00Q1", field::kTitle, Value("Chief"));
  poll(lead_, {record("00Q1", 11, "ada@y.test", "CTO")});
  EXPECT_EQ(prospect_of("00Q1").fields[field::kTitle], Value("Chief"));
  EXPECT_EQ(prospect_of("00Q1").addresses.front().key, "ada@y.test");
}

TEST_F(PageTest, S11_BothChanged_CrmWins_AndBothValuesAreInTheJournal) {
  poll(lead_, {record("00Q1", 10, "ada@x.test", "CTO")});
  edit_here("00Q1", field::kTitle, Value("Chief"));
  const Plan plan = poll(lead_, {record("00Q1", 11, "ada@x.test", "CEO")});
  EXPECT_EQ(prospect_of("00Q1").fields[field::kTitle], Value("CEO"));
  bool both = false;
  for (const JournalEntry& entry : plan.journal) {
    both |= entry.detail.find("CEO") != std::string::npos && entry.detail.find("Chief") != std::string::npos;
  }
  EXPECT_TRUE(both);
}

}  // namespace
}  // namespace prospectd::reconcile
