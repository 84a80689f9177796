// Undo as a plan: what is set back and what stays, what the agreement says of it until it has arrived, and
// what comes of it when either side changes first (SEMANTICS §12).
#include "reconcile/undo.h"

#include <gtest/gtest.h>

#include "reconcile/merge.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;

constexpr ConnectionId kUndoOrg{1};

class UndoTest : public testing::Test {
 protected:
  UndoTest() {
    outward_ = {{kUndoOrg, {{"Lead", false, true, {field::kTitle, field::kOptedOut, field::kOwner}, {}}}}};
    Prospect p;
    p.id = {1};
    p.version = 4;
    p.fields.assign(schema_.size(), Value::null());
    p.fields[field::kTitle] = Value("after");
    scene_.prospects[p.id] = p;
    Link link;
    link.prospect = p.id;
    link.connection = kUndoOrg;
    link.object = "Lead";
    link.remote = RemoteId("00Q1");
    scene_.links[p.id] = {link};
  }

  Link& link() { return scene_.links[ProspectId{1}][0]; }
  Value& title() { return scene_.prospects[ProspectId{1}].fields[field::kTitle]; }
  static UndoItem item(UndoWay way, size_t at = field::kTitle, Value before = Value("before"),
                       Value after = Value("after")) {
    return {ProspectId{1}, at, way, std::move(before), std::move(after), RemoteId("00Q1")};
  }
  UndoPlan undo(std::vector<UndoItem> items) {
    return plan_undo({schema_, outward_, "ana", Timestamp{seconds{50}}}, "c-12", items, scene_);
  }
  UndoRow undo_row(const UndoItem& one) { return undo({one}).rows.at(0); }

  template <class StepType>
  static std::vector<StepType> steps(const Plan& plan) {
    std::vector<StepType> found;
    for (const Step& step : plan.steps)
      if (const auto* one = std::get_if<StepType>(&step)) found.push_back(*one);
    return found;
  }

  mapping::LocalSchema schema_;
  std::vector<OutwardFlow> outward_;
  EditScene scene_;
};

TEST_F(UndoTest, S12_AValueIsSetBackAsAPlanOfItsOwnThatNamesWhatIsUndone) {
  const UndoPlan done = undo({item(UndoWay::kProspect)});
  EXPECT_EQ(done.rows.at(0).outcome, UndoOutcome::kRestored);
  EXPECT_EQ(done.rows.at(0).now, Value("after"));
  EXPECT_EQ(done.plan.cause, (Cause{"undo", "c-12", "ana"}));
  ASSERT_EQ(done.plan.journal.size(), 1U);
  EXPECT_EQ(done.plan.journal[0].reason, Reason::kUndone);
  EXPECT_EQ(done.plan.journal[0].before, "\"after\"");
  EXPECT_EQ(done.plan.journal[0].after, "\"before\"");
  EXPECT_EQ(done.plan.journal[0].detail, "undone: c-12");
  EXPECT_EQ(steps<UpdateProspect>(done.plan).at(0).expected, 4);
  EXPECT_EQ(steps<EnqueuePush>(done.plan).size(), 1U);
  EXPECT_EQ(done.pushes, 1);
  EXPECT_EQ(link().shadow.at(field::kTitle), (Agreement{Value("after"), Value("before"), Value("before")}))
      << "the CRM still has what the cause left";
}

TEST_F(UndoTest, S12_WhatIsAsBeforeOrHasChangedSinceIsLeftAlone) {
  title() = Value("before");
  EXPECT_EQ(undo_row(item(UndoWay::kProspect)).outcome, UndoOutcome::kAlready);
  title() = Value("later");
  const UndoPlan done = undo({item(UndoWay::kProspect)});
  EXPECT_EQ(done.rows.at(0).outcome, UndoOutcome::kChanged);
  EXPECT_EQ(done.rows.at(0).now, Value("later"));
  EXPECT_TRUE(done.plan.empty());
}

TEST_F(UndoTest, S12_AValueThatNeverWentOutIsMerelyTakenBack) {
  link().shadow[field::kTitle] = {Value("before"), Value("before")};
  const UndoPlan done = undo({item(UndoWay::kProspect)});
  EXPECT_EQ(done.pushes, 0) << "as far as is known";
  EXPECT_EQ(link().shadow.at(field::kTitle), (Agreement{Value("before"), Value("before"), Value("before")}))
      << "should its write be under way, the CRM is given back what it holds";
  EXPECT_EQ(steps<EnqueuePush>(done.plan).size(), 1U);
}

TEST_F(UndoTest, S12_AValueThatNeverWentOutOverADifferenceThatStandsIsMerelyTakenBack) {
  link().shadow[field::kTitle] = {Value("theirs"), Value("before")};
  EXPECT_EQ(undo({item(UndoWay::kProspect)}).pushes, 0);
  EXPECT_EQ(link().shadow.at(field::kTitle), (Agreement{Value("theirs"), Value("before"), Value("theirs")}));
}

TEST_F(UndoTest, S12_AFieldThatIsRefusedDoesNotKeepTheOthers) {
  User gone;
  gone.id = {7};
  gone.active = false;
  scene_.users[gone.id] = gone;
  scene_.prospects[ProspectId{1}].fields[field::kOwner] = Value(int64_t{8});
  const UndoPlan done = undo({item(UndoWay::kProspect, field::kOwner, Value(int64_t{7}), Value(int64_t{8})),
                              item(UndoWay::kProspect)});
  EXPECT_EQ(done.rows.at(0).outcome, UndoOutcome::kRefused);
  EXPECT_EQ(done.rows.at(0).reason, Reason::kOwnerInactive);
  EXPECT_EQ(done.rows.at(1).outcome, UndoOutcome::kRestored);
  EXPECT_EQ(title(), Value("before"));
}

TEST_F(UndoTest, S12_TheCrmIsGivenItsValueBackAndTheProspectKeepsItsOwn) {
  const UndoPlan done = undo({item(UndoWay::kCrm)});
  EXPECT_EQ(title(), Value("after"));
  EXPECT_TRUE(steps<UpdateProspect>(done.plan).empty());
  EXPECT_EQ(link().shadow.at(field::kTitle), (Agreement{Value("after"), Value("after"), Value("before")}));
  ASSERT_EQ(steps<EnqueuePush>(done.plan).size(), 1U);
  EXPECT_EQ(done.plan.journal.at(0).reason, Reason::kGivenBack);
  EXPECT_EQ(done.plan.journal.at(0).remote, RemoteId("00Q1"));
  EXPECT_EQ(undo_row(item(UndoWay::kCrm)).outcome, UndoOutcome::kAlready) << "it is on its way already";
}

TEST_F(UndoTest, S12_WhatTheCrmDoesNotHoldAnyMoreIsNotGivenBack) {
  link().shadow[field::kTitle] = {Value("theirs"), Value("after")};
  EXPECT_EQ(undo_row(item(UndoWay::kCrm)).outcome, UndoOutcome::kChanged);
  link().shadow[field::kTitle] = {Value("after"), Value("older")};  // an edit waits to go out
  title() = Value("newer");
  EXPECT_EQ(undo_row(item(UndoWay::kCrm)).outcome, UndoOutcome::kChanged);
}

TEST_F(UndoTest, S12_AForcedWriteThatWaitsIsStopped) {
  link().shadow[field::kTitle] = {Value("before"), Value("before")};
  EXPECT_EQ(undo_row(item(UndoWay::kCrm)).outcome, UndoOutcome::kRestored);
  EXPECT_EQ(link().shadow.at(field::kTitle), (Agreement{Value("before"), Value("after"), Value("before")}));
}

TEST_F(UndoTest, S12_WhatCanNotReachTheCrmIsRefusedWithTheReason) {
  EXPECT_EQ(undo_row(item(UndoWay::kCrm, field::kPhone)).reason, Reason::kOutboundUpdateOff);
  EXPECT_EQ(undo_row(item(UndoWay::kCrm, field::kOptedOut, Value(false), Value(true))).reason,
            Reason::kOptOutIsMonotone);
  link().deleted = true;
  EXPECT_EQ(undo_row(item(UndoWay::kCrm)).reason, Reason::kNotLinked);
  UndoItem nobody = item(UndoWay::kProspect);
  nobody.prospect = {9};
  EXPECT_EQ(undo_row(nobody).reason, Reason::kUnknownProspect);
}

TEST_F(UndoTest, S12_AnUndoneDecisionOpensItsConflictAgainAndSendsNothing) {
  const UndoPlan taken = undo({item(UndoWay::kReviewTaken)});
  EXPECT_EQ(title(), Value("before"));
  EXPECT_EQ(link().shadow.at(field::kTitle), (Agreement{Value("after"), Value("before")}));
  EXPECT_EQ(steps<OpenConflict>(taken.plan).at(0),
            (OpenConflict{{1}, kUndoOrg, field::kTitle, Value("after"), Value("before")}));
  EXPECT_EQ(taken.plan.journal.back().reason, Reason::kReviewReopened);
  const UndoPlan closed = undo({item(UndoWay::kReviewReopened)});
  EXPECT_EQ(steps<CloseConflict>(closed.plan).size(), 1U);
}

TEST_F(UndoTest, S12_AnEditHereTakesThePlaceOfWhatAnUndoSends) {
  undo({item(UndoWay::kProspect)});
  const EditContext context{schema_, outward_, "bo", Timestamp{seconds{60}}};
  plan_edit(context, {{1}, {}, {{field::kTitle, Value("newer")}}, false}, scene_);
  EXPECT_EQ(link().shadow.at(field::kTitle), (Agreement{Value("after"), Value("after")}));
}

TEST(UndoRules, WhatCanNotBeUndoneSaysWhy) {
  EXPECT_EQ(undo_rule(Reason::kLocalEdit).way, UndoWay::kProspect);
  EXPECT_EQ(undo_rule(Reason::kForcedToCrm).way, UndoWay::kCrm);
  EXPECT_EQ(undo_rule(Reason::kFieldError).way, UndoWay::kNote);
  for (const Reason reason : {Reason::kUpdatedFromCrm, Reason::kCreatedHere, Reason::kCreatedInCrm,
                              Reason::kPushed, Reason::kSettingChanged}) {
    EXPECT_EQ(undo_rule(reason).way, UndoWay::kRefused) << code_of(reason);
    EXPECT_FALSE(undo_rule(reason).why.empty()) << code_of(reason);
  }
}

// ---- until it has arrived ----

FieldInput waits_to_restore(Value remote, Value restore = "before", Value local = "after") {
  FieldInput in;
  in.remote = std::move(remote);
  in.local = local;
  in.agreed = Agreement{"after", std::move(local), std::move(restore)};
  in.rule = mapping::ConflictRule::kProspectWins;
  in.gives_out = true;
  return in;
}

TEST(RestoringMerge, S12_WaitsWhileNeitherSideChanges) {
  const FieldOutcome outcome = decide_field(waits_to_restore("after"));
  EXPECT_EQ(outcome.action, FieldAction::kNothing);
  EXPECT_EQ(outcome.agreed->restore, Value("before"));
}

TEST(RestoringMerge, S12_EndsAtAStandingDifferenceOnceTheCrmHoldsIt) {
  const FieldOutcome outcome = decide_field(waits_to_restore("before"));
  EXPECT_EQ(outcome.action, FieldAction::kKeepLocal);
  EXPECT_EQ(outcome.agreed, (Agreement{"before", "after"}));
}

TEST(RestoringMerge, S12_AnEditsUndoIsAtRestOnceTheCrmHoldsIt) {
  const FieldOutcome outcome = decide_field(waits_to_restore("before", "before", "before"));
  EXPECT_EQ(outcome.action, FieldAction::kAgree);
}

TEST(RestoringMerge, S12_GivesWayToTheCrmWhateverTheRule) {
  const FieldOutcome outcome = decide_field(waits_to_restore("theirs", "before", "before"));
  EXPECT_EQ(outcome.action, FieldAction::kTakeRemote);
  FieldInput out_only = waits_to_restore("theirs");
  out_only.takes_in = false;
  EXPECT_EQ(decide_field(out_only).agreed, (Agreement{"theirs", "after"})) << "nothing is sent over it";
}

TEST(RestoringMerge, S12_GivesWayToAForceUpdate) {
  FieldInput in = waits_to_restore("theirs");
  in.forced = ForceSide::kProspect;
  EXPECT_EQ(decide_field(in).agreed, (Agreement{"theirs", "theirs"}));
}

}  // namespace
}  // namespace prospectd::reconcile
