#include "reconcile/merge.h"

namespace prospectd::reconcile {
namespace {

using mapping::Blanks;
using mapping::ConflictRule;

Agreement agreement_of(const FieldInput& in) {
  return in.agreed.value_or(Agreement{in.local, in.local});
}

bool is_true(const Value& v) {
  const bool* b = v.get<bool>();
  return b != nullptr && *b;
}

FieldCase case_of(const FieldInput& in) {
  if (in.remote.is_absent()) return FieldCase::kUnsaid;
  if (same_value(in.remote, in.local)) return FieldCase::kEqual;
  if (in.opt_out && is_true(in.remote) == is_true(in.local))
    return FieldCase::kEqual;  // "not said" is "not opted out"
  if (in.forced != ForceSide::kNone) return FieldCase::kForced;
  if (in.first_link) return FieldCase::kBoth;
  if (in.new_line) return FieldCase::kNewLine;
  const Agreement agreed = agreement_of(in);
  const bool remote_changed = !same_value(in.remote, agreed.remote);
  const bool local_changed = !same_value(in.local, agreed.local);
  if (remote_changed && local_changed) return FieldCase::kBoth;
  if (remote_changed) return FieldCase::kRemoteOnly;
  return local_changed ? FieldCase::kLocalOnly : FieldCase::kNeither;
}

FieldOutcome take(FieldCase c, Reason why) {
  return {c, FieldAction::kTakeRemote, why, std::nullopt};
}

// The prospect's value stays. What it keeps as agreed on its own side decides whether it is still on its way
// out: against `in.remote` it counts as a change made here, against its own value it is a standing difference
// that only force carries over.
FieldOutcome keep(FieldCase c, Reason why, const FieldInput& in, bool on_its_way_out) {
  const Value own = on_its_way_out ? in.remote : in.local;
  return {c, FieldAction::kKeepLocal, why, Agreement{in.remote, own}};
}

// The prospect's side goes on as it stood: a change made here stays pending, anything else stays at rest.
FieldOutcome keep_as_it_stood(FieldCase c, Reason why, const FieldInput& in) {
  const Value own = in.first_link ? in.local : agreement_of(in).local;
  return {c, FieldAction::kKeepLocal, why, Agreement{in.remote, own}};
}

bool remote_is_newer(const FieldInput& in) {
  return !in.local_changed_at || in.remote_version >= *in.local_changed_at;
}

// Both sides changed and differ: the field's rule.
FieldOutcome by_rule(const FieldInput& in) {
  constexpr FieldCase c = FieldCase::kBoth;
  switch (in.rule) {
    case ConflictRule::kCrmWins:
      return take(c, Reason::kConflictCrmWins);
    case ConflictRule::kProspectWins:
      return keep(c, Reason::kConflictProspectWins, in, in.gives_out);
    case ConflictRule::kNewest:
      if (remote_is_newer(in)) return take(c, Reason::kConflictNewest);
      return keep(c, Reason::kConflictNewest, in, in.gives_out);
    case ConflictRule::kFillBlank:
      if (in.local.is_blank()) return take(c, Reason::kConflictFillBlank);
      return keep(c, Reason::kConflictFillBlank, in, false);
    case ConflictRule::kReview:
      return {c, FieldAction::kReview, Reason::kConflictReview,
              in.first_link ? Agreement{in.remote, in.local} : in.agreed};
  }
  return take(c, Reason::kConflictCrmWins);
}

// An opt-out is taken from either side and cleared by neither; the side that lost it gets it back.
FieldOutcome merge_opt_out(FieldCase c, const FieldInput& in) {
  if (is_true(in.remote)) return take(c, Reason::kUpdatedFromCrm);
  return keep(c, Reason::kOptOutIsMonotone, in, in.gives_out);
}

// What an undo gives back is no difference between two changes: the CRM holds what it held, or what it is to
// hold again. Where it holds anything else, somebody has changed it since, and that stays (§12).
std::optional<FieldOutcome> decide_restoring(const FieldInput& in) {
  const bool compares =
      !in.remote.is_absent() && in.forced == ForceSide::kNone && !in.first_link && !in.new_line;
  if (!compares || !in.agreed || !is_restoring(*in.agreed, in.local)) return std::nullopt;
  if (same_value(in.remote, in.agreed->remote))
    return FieldOutcome{FieldCase::kNeither, FieldAction::kNothing, Reason::kUnchanged, in.agreed};
  if (same_value(in.remote, *in.agreed->restore) && !same_value(in.remote, in.local))
    return FieldOutcome{FieldCase::kNeither, FieldAction::kKeepLocal, Reason::kUnchanged,
                        Agreement{in.remote, in.local}};
  return std::nullopt;
}

// Both sides hold the same, but the record's other field has yet to get what was changed here.
std::optional<FieldOutcome> decide_owed_elsewhere(const FieldInput& in) {
  if (!in.goes_elsewhere || !in.agreed || same_value(in.local, in.agreed->local)) return std::nullopt;
  const bool as_before = same_value(in.remote, in.agreed->remote);
  return FieldOutcome{FieldCase::kEqual, as_before ? FieldAction::kNothing : FieldAction::kKeepLocal,
                      Reason::kUnchanged, Agreement{in.remote, in.agreed->local}};
}

FieldOutcome decide_case(const FieldInput& in) {
  if (auto restoring = decide_restoring(in)) return *std::move(restoring);
  const FieldCase c = case_of(in);
  switch (c) {
    case FieldCase::kUnsaid:
    case FieldCase::kNeither:
    case FieldCase::kLocalOnly:
      return {c, FieldAction::kNothing, Reason::kUnchanged, in.agreed};
    case FieldCase::kEqual:
      if (auto owed = decide_owed_elsewhere(in)) return *std::move(owed);
      return {c, in.agreed ? FieldAction::kAgree : FieldAction::kNothing, Reason::kUnchanged, std::nullopt};
    case FieldCase::kNewLine:
      // Whoever has opted out on either side has, whenever that came to be compared.
      if (in.takes_in && in.opt_out) return merge_opt_out(c, in);
      return {c, FieldAction::kKeepLocal, Reason::kStandingDifference, Agreement{in.remote, in.local}};
    case FieldCase::kForced:
      if (in.forced == ForceSide::kProspect) return keep(c, Reason::kForcedToCrm, in, true);
      break;
    case FieldCase::kRemoteOnly:
    case FieldCase::kBoth:
      break;
  }
  if (!in.takes_in) return keep_as_it_stood(c, Reason::kDirectionOut, in);
  if (in.frozen && c != FieldCase::kForced && !in.opt_out)
    return {c, FieldAction::kReview, Reason::kPingPong, in.agreed};
  if (in.opt_out) return merge_opt_out(c, in);
  if (in.remote.is_blank() && in.blanks_in == Blanks::kSkip)
    return keep_as_it_stood(c, Reason::kBlankSkipped, in);
  if (c == FieldCase::kForced) return take(c, Reason::kForcedFromCrm);
  if (c == FieldCase::kRemoteOnly) return take(c, Reason::kUpdatedFromCrm);
  return by_rule(in);
}

}  // namespace

bool same_value(const Value& a, const Value& b) {
  return a == b || (a.is_blank() && b.is_blank());
}

bool is_restoring(const Agreement& agreed, const Value& local) {
  return agreed.restore && same_value(agreed.local, local);
}

const Value& outgoing_value(const Agreement& agreed, const Value& local) {
  return is_restoring(agreed, local) ? *agreed.restore : local;
}

std::string_view name_of(FieldCase c) {
  switch (c) {
    case FieldCase::kUnsaid:
      return "unsaid";
    case FieldCase::kEqual:
      return "equal";
    case FieldCase::kForced:
      return "forced";
    case FieldCase::kNewLine:
      return "new_line";
    case FieldCase::kNeither:
      return "neither";
    case FieldCase::kRemoteOnly:
      return "remote_only";
    case FieldCase::kLocalOnly:
      return "local_only";
    case FieldCase::kBoth:
      return "both";
  }
  return "";
}

FieldOutcome decide_field(const FieldInput& in) {
  FieldOutcome outcome = decide_case(in);
  const bool as_before = outcome.action == FieldAction::kKeepLocal && outcome.agreed == in.agreed;
  if (outcome.field_case != FieldCase::kForced || !as_before) return outcome;
  return {FieldCase::kForced, FieldAction::kNothing, Reason::kUnchanged, in.agreed};  // it was forced before
}

}  // namespace prospectd::reconcile
