#include "reconcile/reason.h"

#include <algorithm>
#include <iterator>

namespace prospectd::reconcile {
namespace {

struct Row {
  Reason reason;
  std::string_view code;
  std::string_view sentence;
};

// In the order of the enum.
constexpr Row kReasons[] = {
    {Reason::kUnchanged, "UNCHANGED", "The record is known in this version: nothing to do"},
    {Reason::kCreatedFromCrm, "CREATED_FROM_CRM",
     "No prospect had this email address, so the record became a new prospect"},
    {Reason::kLinkedByEmail, "LINKED_BY_EMAIL",
     "A prospect without a CRM record had this email address, so the two were linked"},
    {Reason::kUpdatedFromCrm, "UPDATED_FROM_CRM", "The value changed in the CRM"},
    {Reason::kConflictCrmWins, "CONFLICT_CRM_WINS",
     "Both sides changed the field, and by its rule the CRM's value was taken"},
    {Reason::kConflictProspectWins, "CONFLICT_PROSPECT_WINS",
     "Both sides changed the field, and by its rule the prospect's value stayed"},
    {Reason::kConflictNewest, "CONFLICT_NEWEST",
     "Both sides changed the field, and by its rule the newer value was taken"},
    {Reason::kConflictFillBlank, "CONFLICT_FILL_BLANK",
     "Both sides changed the field, and by its rule only a blank is filled"},
    {Reason::kConflictReview, "CONFLICT_REVIEW",
     "Both sides changed the field, and by its rule a person decides"},
    {Reason::kDuplicateEmail, "DUPLICATE_EMAIL", "A prospect with this email address already exists"},
    {Reason::kAmbiguousMatch, "AMBIGUOUS_MATCH",
     "The record's email addresses lead to more than one prospect"},
    {Reason::kEmailTaken, "EMAIL_TAKEN",
     "The new email address belongs to another prospect; the other fields were applied"},
    {Reason::kNoKey, "NO_KEY", "There is no usable email address, so nothing can be matched"},
    {Reason::kInboundCreateOff, "INBOUND_CREATE_OFF",
     "Records of this type create no prospects (inbound.create is off)"},
    {Reason::kConditionNotMet, "CONDITION_NOT_MET",
     "The record does not meet the condition under which its type creates prospects"},
    {Reason::kInboundUpdateOff, "INBOUND_UPDATE_OFF",
     "Records of this type update no prospects (inbound.update is off)"},
    {Reason::kDeletedInCrm, "DELETED_IN_CRM",
     "The record was deleted in the CRM; the prospect stays, marked as such"},
    {Reason::kDeletedUnseen, "DELETED_UNSEEN", "The record was deleted in the CRM before it was ever read"},
    {Reason::kRestoredInCrm, "RESTORED_IN_CRM", "The record was restored in the CRM"},
    {Reason::kConverted, "CONVERTED", "The lead was converted, and the link followed it to its contact"},
    {Reason::kConvertedUnseen, "CONVERTED_UNSEEN",
     "The lead was converted before it was ever read: its contact stands for it"},
    {Reason::kMerged, "MERGED", "The record was merged, and the link followed it to the record that remains"},
    {Reason::kMergeConflict, "MERGE_CONFLICT",
     "The record that remains after the merge or conversion is linked to another prospect"},
    {Reason::kReleasedId, "RELEASED_ID",
     "The prospect was linked to another record, and this one was let go"},
    {Reason::kOwnerIsQueue, "OWNER_IS_QUEUE", "The record is owned by a queue, not by a person"},
    {Reason::kOwnerInactive, "OWNER_INACTIVE", "The record's owner is not an active user"},
    {Reason::kOwnerUnknown, "OWNER_UNKNOWN", "The record's owner is not known here"},
    {Reason::kAccountUnknown, "ACCOUNT_UNKNOWN", "The record's account is not known here"},
    {Reason::kReferenceResolved, "REFERENCE_RESOLVED",
     "What the record referred to was not there before, and is now"},
    {Reason::kOptOutIsMonotone, "OPT_OUT_IS_MONOTONE",
     "An opt-out is not taken back by the CRM saying otherwise"},
    {Reason::kBlankSkipped, "BLANK_SKIPPED",
     "The CRM's value is blank, and the mapping does not let blanks in"},
    {Reason::kDirectionOut, "DIRECTION_OUT", "The mapping does not let this field in"},
    {Reason::kNotGivenOut, "NOT_GIVEN_OUT", "No line of the mapping gives this field out"},
    {Reason::kBlankKept, "BLANK_KEPT", "The value is blank, and the mapping does not let blanks out"},
    {Reason::kFieldMissing, "FIELD_MISSING",
     "The CRM has no such field now, or does not show it: the mapping names it all the same"},
    {Reason::kStandingDifference, "STANDING_DIFFERENCE",
     "The two sides differed when the mapping began to compare this field; only a force update carries one "
     "over"},
    {Reason::kFieldError, "FIELD_ERROR", "The value could not be taken"},
    {Reason::kQuarantined, "QUARANTINED", "The record could not be read and was set apart"},
    {Reason::kLocalEdit, "LOCAL_EDIT", "The value was changed here"},
    {Reason::kCreatedHere, "CREATED_HERE", "The prospect was made here"},
    {Reason::kPushed, "PUSHED", "The change made here was written to the CRM"},
    {Reason::kCreatedInCrm, "CREATED_IN_CRM", "The prospect got a record of its own in the CRM"},
    {Reason::kLinkedInCrm, "LINKED_IN_CRM",
     "A record of the CRM had this email address already, so the prospect was linked to it and none was "
     "made"},
    {Reason::kLinkTaken, "LINK_TAKEN",
     "The record of the CRM that has this email address is linked to another prospect"},
    {Reason::kAmbiguousRecord, "AMBIGUOUS_RECORD",
     "Several records of the CRM have this email address, and a person chooses among them"},
    {Reason::kPushRefused, "PUSH_REFUSED", "The CRM refuses the change, and repeating it would not help"},
    {Reason::kRecordGone, "RECORD_GONE",
     "The record was deleted in the CRM: what was to be written to it is dropped"},
    {Reason::kForcedFromCrm, "FORCED_FROM_CRM", "A force update took the CRM's value"},
    {Reason::kForcedToCrm, "FORCED_TO_CRM", "A force update sends the prospect's value to the CRM"},
    {Reason::kNotLinked, "NOT_LINKED", "The prospect has no record in the CRM"},
    {Reason::kUnknownProspect, "UNKNOWN_PROSPECT", "There is no prospect of this number"},
    {Reason::kNotInCrm, "NOT_IN_CRM", "The CRM has no record of this id any more, or does not show it"},
    {Reason::kOutboundUpdateOff, "OUTBOUND_UPDATE_OFF",
     "Prospects update no records of this type (outbound.update is off)"},
    {Reason::kCreateConditionNotMet, "CREATE_CONDITION_NOT_MET",
     "The prospect does not meet the condition under which a record of it would be made"},
    {Reason::kOutboundCreateOff, "OUTBOUND_CREATE_OFF",
     "No type of record is made from prospects (outbound.create is off)"},
    {Reason::kUnknownStage, "UNKNOWN_STAGE", "There is no stage of this name"},
    {Reason::kPingPong, "PING_PONG",
     "The field goes back and forth between two values: it stays as it is until a person decides"},
    {Reason::kMassChange, "MASS_CHANGE",
     "Too large a share of the prospects would change at once: a person has to confirm"},
    {Reason::kMassChangeAccepted, "MASS_CHANGE_ACCEPTED",
     "A person let the mass change that had been stopped go on"},
    {Reason::kSettingChanged, "SETTING_CHANGED", "A setting was changed while the daemon ran"},
    {Reason::kTokenCreated, "TOKEN_CREATED", "A token of the control API was made"},
    {Reason::kTokenRevoked, "TOKEN_REVOKED", "A token of the control API was revoked"},
    {Reason::kFilterSaved, "FILTER_SAVED", "A filter was saved"},
    {Reason::kFilterDropped, "FILTER_DROPPED", "A saved filter was dropped"},
    {Reason::kPushRetried, "PUSH_RETRIED", "A write to the CRM that had been given up is tried again"},
    {Reason::kPushDropped, "PUSH_DROPPED",
     "A write to the CRM that had been given up was dropped: both sides stay as they are"},
    {Reason::kLetterDropped, "LETTER_DROPPED",
     "A record that could not be read was dropped from those that are set apart"},
    {Reason::kReviewTookCrm, "REVIEW_TOOK_CRM",
     "Both sides had changed the field, and a person took the CRM's value"},
    {Reason::kReviewKeptProspect, "REVIEW_KEPT_PROSPECT",
     "Both sides had changed the field, and a person kept the prospect's value"},
    {Reason::kStoodApart, "STOOD_APART",
     "The CRM held a value of its own beside the prospect's, and an undo gives it back"},
    {Reason::kUndone, "UNDONE", "An undo set the value back to what it was before"},
    {Reason::kGivenBack, "GIVEN_BACK",
     "An undo gives the CRM the value back that it held before, unless it has changed since"},
    {Reason::kReviewReopened, "REVIEW_REOPENED",
     "The decision of a conflict was undone, and a person decides it again"},
    {Reason::kRowCreated, "ROW_CREATED", "It was made here"},
    {Reason::kRowRemoved, "ROW_REMOVED", "It was deleted here"},
    {Reason::kAccountAssigned, "ACCOUNT_ASSIGNED", "The account was assigned to another owner here"},
    {Reason::kTaskDeleted, "TASK_DELETED", "A task of the sequence state was deleted, so it was paused"},
    {Reason::kStateEnded, "STATE_ENDED", "The sequence state ended, and its open tasks went with it"},
    {Reason::kDefaultMoved, "DEFAULT_MOVED", "Another mailbox of the user became the default"},
    {Reason::kTouched, "TOUCHED", "Somebody was in touch with the prospect"},
    {Reason::kOwnedByCrm, "OWNED_BY_CRM", "The CRM keeps this: it is changed there"},
    {Reason::kReferenceUnknown, "REFERENCE_UNKNOWN", "What is named is not there"},
    {Reason::kNotUsable, "NOT_USABLE", "What is named can't be taken for this"},
    {Reason::kValueTaken, "VALUE_TAKEN", "Another one has this already, and only one may"},
    {Reason::kStillReferred, "STILL_REFERRED", "Something still refers to it"},
    {Reason::kStateMoveRefused, "STATE_MOVE_REFUSED",
     "A sequence state does not go from the state that it is in to this one"},
    {Reason::kOptedOut, "OPTED_OUT", "The prospect has opted out"},
    {Reason::kSequenceOff, "SEQUENCE_OFF", "The sequence is not enabled"},
    {Reason::kReentryRefused, "REENTRY_REFUSED",
     "The prospect has been in the sequence, and its ruleset does not let them in again"},
    {Reason::kExclusiveElsewhere, "EXCLUSIVE_ELSEWHERE", "The prospect is in another exclusive sequence"},
    {Reason::kNoConnectedMailbox, "NO_CONNECTED_MAILBOX", "The user has no connected mailbox"},
    {Reason::kTagged, "TAGGED", "The prospect got a tag"},
    {Reason::kUntagged, "UNTAGGED", "A tag was taken off the prospect"},
    {Reason::kGoneFromCrm, "GONE_FROM_CRM",
     "The CRM has the record no more, not even in its bin: it was purged, or is not shown any longer"},
    {Reason::kPlanOutdated, "PLAN_OUTDATED",
     "It has changed since the plan was made, and stays as it is: make a plan anew"},
};
static_assert(std::size(kReasons) == static_cast<size_t>(Reason::kPlanOutdated) + 1,
              "a row for every reason");

constexpr bool in_order() {
  for (size_t i = 0; i < std::size(kReasons); ++i) {
    if (kReasons[i].reason != static_cast<Reason>(i)) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::string_view code_of(Reason r) {
  return kReasons[static_cast<size_t>(r)].code;
}

std::string_view sentence_of(Reason r) {
  return kReasons[static_cast<size_t>(r)].sentence;
}

std::optional<Reason> reason_from_code(std::string_view code) {
  const auto row =
      std::find_if(std::begin(kReasons), std::end(kReasons), [code](const Row& r) { return r.code == code; });
  return row == std::end(kReasons) ? std::nullopt : std::optional(row->reason);
}

}  // namespace prospectd::reconcile
