// The decision table of SEMANTICS §11, row by row: remote change × local change × agreement, with direction,
// blanks and rule.
#include "reconcile/merge.h"

#include <gtest/gtest.h>

namespace prospectd::reconcile {
namespace {

using mapping::Blanks;
using mapping::ConflictRule;

struct Row {
  const char* name;
  FieldInput in;
  FieldCase field_case;
  FieldAction action;
  Reason reason;
  std::optional<Agreement> agreed_after;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

// A field that agreed on "old" on both sides.
FieldInput three(Value remote, Value local) {
  FieldInput in;
  in.remote = std::move(remote);
  in.local = std::move(local);
  in.agreed = Agreement{"old", "old"};
  return in;
}
FieldInput two(Value remote, Value local) {
  FieldInput in = three(std::move(remote), std::move(local));
  in.agreed.reset();
  return in;
}
FieldInput both(ConflictRule rule) {
  FieldInput in = three("crm", "ours");
  in.rule = rule;
  in.gives_out = true;
  return in;
}
FieldInput newest(int64_t remote_ms, std::optional<int64_t> local_ms) {
  FieldInput in = both(ConflictRule::kNewest);
  in.remote_version = Timestamp{milliseconds{remote_ms}};
  if (local_ms) in.local_changed_at = Timestamp{milliseconds{*local_ms}};
  return in;
}
FieldInput with(FieldInput in, void (*change)(FieldInput&)) {
  change(in);
  return in;
}
FieldInput opt_out(Value remote, Value local, bool gives_out = true) {
  FieldInput in = two(std::move(remote), std::move(local));
  in.opt_out = true;
  in.gives_out = gives_out;
  return in;
}

// A field that the mapping did not compare before.
FieldInput new_line(FieldInput in) {
  in.new_line = true;
  return in;
}

// A force update says whose value it is to have.
FieldInput forced(FieldInput in, ForceSide side) {
  in.forced = side;
  in.gives_out = true;
  return in;
}

const Value kBlank = Value::null();

std::vector<Row> table() {
  using A = FieldAction;
  using C = FieldCase;
  using R = Reason;
  const auto agree = [](Value remote, Value local) {
    return std::optional(Agreement{std::move(remote), std::move(local)});
  };
  return {
      {"unsaid", two(Value{}, "ours"), C::kUnsaid, A::kNothing, R::kUnchanged, {}},
      {"unsaid_keeps_the_agreement", three(Value{}, "ours"), C::kUnsaid, A::kNothing, R::kUnchanged,
       agree("old", "old")},
      {"equal_and_agreed", two("same", "same"), C::kEqual, A::kNothing, R::kUnchanged, {}},
      {"equal_after_both_changed_alike", three("new", "new"), C::kEqual, A::kAgree, R::kUnchanged, {}},
      {"equal_but_owed_to_another_field",
       with(two("same", "same"),
            [](FieldInput& in) {
              in.goes_elsewhere = true;
              in.agreed = Agreement{"old", "sent"};
            }),
       C::kEqual, A::kKeepLocal, R::kUnchanged, agree("same", "sent")},
      {"equal_and_owed_as_before",
       with(two("same", "same"),
            [](FieldInput& in) {
              in.goes_elsewhere = true;
              in.agreed = Agreement{"same", "sent"};
            }),
       C::kEqual, A::kNothing, R::kUnchanged, agree("same", "sent")},
      {"blank_forms_are_equal", two("  ", kBlank), C::kEqual, A::kNothing, R::kUnchanged, {}},
      {"neither_changed_standing_difference",
       with(two("crm", "ours"),
            [](FieldInput& in) {
              in.agreed = Agreement{"crm", "ours"};
            }),
       C::kNeither, A::kNothing, R::kUnchanged, agree("crm", "ours")},
      {"new_line_takes_a_baseline", new_line(two("crm", "ours")), C::kNewLine, A::kKeepLocal,
       R::kStandingDifference, agree("crm", "ours")},
      {"new_line_does_not_fill_a_blank", new_line(two("crm", kBlank)), C::kNewLine, A::kKeepLocal,
       R::kStandingDifference, agree("crm", kBlank)},
      {"new_line_forgets_an_older_agreement", new_line(three("crm", "ours")), C::kNewLine, A::kKeepLocal,
       R::kStandingDifference, agree("crm", "ours")},
      {"new_line_equal", new_line(three("same", "same")), C::kEqual, A::kAgree, R::kUnchanged, {}},
      {"new_line_unsaid", new_line(two(Value{}, "ours")), C::kUnsaid, A::kNothing, R::kUnchanged, {}},
      {"new_line_opt_out_is_taken",
       new_line(opt_out(true, false)),
       C::kNewLine,
       A::kTakeRemote,
       R::kUpdatedFromCrm,
       {}},
      {"new_line_opt_out_here_stays", new_line(opt_out(false, true)), C::kNewLine, A::kKeepLocal,
       R::kOptOutIsMonotone, agree(false, false)},
      {"new_line_opt_out_direction_out",
       with(new_line(opt_out(true, false)), [](FieldInput& in) { in.takes_in = false; }), C::kNewLine,
       A::kKeepLocal, R::kStandingDifference, agree(true, false)},
      {"remote_only", two("new", "old"), C::kRemoteOnly, A::kTakeRemote, R::kUpdatedFromCrm, {}},
      {"remote_only_over_a_standing_difference",
       with(two("new", "ours"),
            [](FieldInput& in) {
              in.agreed = Agreement{"crm", "ours"};
            }),
       C::kRemoteOnly,
       A::kTakeRemote,
       R::kUpdatedFromCrm,
       {}},
      {"remote_only_direction_out", with(two("new", "old"), [](FieldInput& in) { in.takes_in = false; }),
       C::kRemoteOnly, A::kKeepLocal, R::kDirectionOut, agree("new", "old")},
      {"remote_only_blank_skipped", two(kBlank, "old"), C::kRemoteOnly, A::kKeepLocal, R::kBlankSkipped,
       agree(kBlank, "old")},
      {"remote_only_blank_mirrored",
       with(two(kBlank, "old"), [](FieldInput& in) { in.blanks_in = Blanks::kMirror; }),
       C::kRemoteOnly,
       A::kTakeRemote,
       R::kUpdatedFromCrm,
       {}},
      {"local_only", three("old", "ours"), C::kLocalOnly, A::kNothing, R::kUnchanged, agree("old", "old")},
      {"both_crm_wins", both(ConflictRule::kCrmWins), C::kBoth, A::kTakeRemote, R::kConflictCrmWins, {}},
      {"both_prospect_wins", both(ConflictRule::kProspectWins), C::kBoth, A::kKeepLocal,
       R::kConflictProspectWins, agree("crm", "crm")},
      {"both_prospect_wins_inward_only",
       with(both(ConflictRule::kProspectWins), [](FieldInput& in) { in.gives_out = false; }), C::kBoth,
       A::kKeepLocal, R::kConflictProspectWins, agree("crm", "ours")},
      {"both_newest_is_the_crm", newest(2000, 1000), C::kBoth, A::kTakeRemote, R::kConflictNewest, {}},
      {"both_newest_is_the_prospect", newest(1000, 2000), C::kBoth, A::kKeepLocal, R::kConflictNewest,
       agree("crm", "crm")},
      {"both_newest_without_a_local_stamp",
       newest(1000, std::nullopt),
       C::kBoth,
       A::kTakeRemote,
       R::kConflictNewest,
       {}},
      {"both_fill_blank_on_a_value", both(ConflictRule::kFillBlank), C::kBoth, A::kKeepLocal,
       R::kConflictFillBlank, agree("crm", "ours")},
      {"both_fill_blank_on_a_blank",
       with(both(ConflictRule::kFillBlank), [](FieldInput& in) { in.local = kBlank; }),
       C::kBoth,
       A::kTakeRemote,
       R::kConflictFillBlank,
       {}},
      {"both_review", both(ConflictRule::kReview), C::kBoth, A::kReview, R::kConflictReview,
       agree("old", "old")},
      {"both_blank_skipped_keeps_the_local_change_pending", three(kBlank, "ours"), C::kBoth, A::kKeepLocal,
       R::kBlankSkipped, agree(kBlank, "old")},
      {"first_link_counts_as_both",
       with(two("crm", "ours"), [](FieldInput& in) { in.first_link = true; }),
       C::kBoth,
       A::kTakeRemote,
       R::kConflictCrmWins,
       {}},
      {"first_link_equal",
       with(two("same", "same"), [](FieldInput& in) { in.first_link = true; }),
       C::kEqual,
       A::kNothing,
       R::kUnchanged,
       {}},
      {"first_link_blank_is_a_baseline",
       with(two(kBlank, "ours"), [](FieldInput& in) { in.first_link = true; }), C::kBoth, A::kKeepLocal,
       R::kBlankSkipped, agree(kBlank, "ours")},
      {"first_link_direction_out_is_a_baseline",
       with(two("crm", "ours"),
            [](FieldInput& in) {
              in.first_link = true;
              in.takes_in = false;
              in.gives_out = true;
            }),
       C::kBoth, A::kKeepLocal, R::kDirectionOut, agree("crm", "ours")},
      {"forced_from_the_crm_over_a_local_change",
       forced(three("old", "ours"), ForceSide::kCrm),
       C::kForced,
       A::kTakeRemote,
       R::kForcedFromCrm,
       {}},
      {"forced_from_the_crm_whatever_the_rule",
       forced(both(ConflictRule::kProspectWins), ForceSide::kCrm),
       C::kForced,
       A::kTakeRemote,
       R::kForcedFromCrm,
       {}},
      {"forced_from_the_crm_blank_skipped", forced(three(kBlank, "ours"), ForceSide::kCrm), C::kForced,
       A::kKeepLocal, R::kBlankSkipped, agree(kBlank, "old")},
      {"forced_from_the_crm_clears_no_opt_out", forced(opt_out(false, true), ForceSide::kCrm), C::kForced,
       A::kKeepLocal, R::kOptOutIsMonotone, agree(false, false)},
      {"forced_from_the_crm_equal",
       forced(two("same", "same"), ForceSide::kCrm),
       C::kEqual,
       A::kNothing,
       R::kUnchanged,
       {}},
      {"forced_from_the_crm_unsaid",
       forced(two(Value{}, "ours"), ForceSide::kCrm),
       C::kUnsaid,
       A::kNothing,
       R::kUnchanged,
       {}},
      {"forced_from_the_prospect_over_a_change_of_the_crms",
       forced(three("crm", "old"), ForceSide::kProspect), C::kForced, A::kKeepLocal, R::kForcedToCrm,
       agree("crm", "crm")},
      {"forced_from_the_prospect_over_a_standing_difference",
       forced(with(two("crm", "ours"),
                   [](FieldInput& in) {
                     in.agreed = Agreement{"crm", "ours"};
                   }),
              ForceSide::kProspect),
       C::kForced, A::kKeepLocal, R::kForcedToCrm, agree("crm", "crm")},
      {"opt_out_of_the_crm_is_taken",
       opt_out(true, false),
       C::kRemoteOnly,
       A::kTakeRemote,
       R::kUpdatedFromCrm,
       {}},
      {"opt_out_here_is_not_cleared_by_the_crm", opt_out(false, true), C::kRemoteOnly, A::kKeepLocal,
       R::kOptOutIsMonotone, agree(false, false)},
      {"opt_out_here_is_not_cleared_by_a_blank", opt_out(kBlank, true, false), C::kRemoteOnly, A::kKeepLocal,
       R::kOptOutIsMonotone, agree(kBlank, true)},
      {"opt_out_blank_is_not_opted_out", opt_out(false, kBlank), C::kEqual, A::kNothing, R::kUnchanged, {}},
  };
}

class MergeTable : public testing::TestWithParam<Row> {};

TEST_P(MergeTable, Decides) {
  const Row& row = GetParam();
  const FieldOutcome outcome = decide_field(row.in);
  EXPECT_EQ(name_of(outcome.field_case), name_of(row.field_case));
  EXPECT_EQ(outcome.action, row.action);
  EXPECT_EQ(code_of(outcome.reason), code_of(row.reason));
  EXPECT_EQ(outcome.agreed, row.agreed_after);
}

INSTANTIATE_TEST_SUITE_P(Semantics11, MergeTable, testing::ValuesIn(table()),
                         [](const auto& info) { return std::string(info.param.name); });

// Whatever was decided, deciding the same again decides nothing new (I5): rules that wait for a person are
// the exception by design.
TEST_P(MergeTable, IsQuietTheSecondTime) {
  const Row& row = GetParam();
  const FieldOutcome first = decide_field(row.in);
  if (first.action == FieldAction::kReview) return;
  FieldInput again = row.in;
  if (first.action == FieldAction::kTakeRemote) again.local = row.in.remote;
  again.agreed = first.agreed;
  again.first_link = false;
  again.new_line = false;
  const FieldOutcome second = decide_field(again);
  EXPECT_EQ(second.action, FieldAction::kNothing);
  EXPECT_EQ(second.agreed, first.agreed);
}

}  // namespace
}  // namespace prospectd::reconcile
