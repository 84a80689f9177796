// Reasons: why something was done, or was not. A closed list of stable codes, each with a sentence for a
// person; journals, explain and tests speak in them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prospectd::reconcile {

enum class Reason {
  kUnchanged,        ///< known version and content
  kCreatedFromCrm,   ///< no prospect had the address (§2.2)
  kLinkedByEmail,    ///< an unlinked prospect had the address (§2.3)
  kUpdatedFromCrm,   ///< the CRM's side changed (§11)
  kConflictCrmWins,  ///< both sides changed; the CRM's value was taken
  kConflictProspectWins,
  kConflictNewest,
  kConflictFillBlank,
  kConflictReview,  ///< both sides changed; a person decides
  kDuplicateEmail,  ///< §2.4
  kAmbiguousMatch,
  kEmailTaken,  ///< the field's new address belongs to another prospect; the other fields applied (§1)
  kNoKey,       ///< the record has no usable address (§1)
  kInboundCreateOff,
  kConditionNotMet,  ///< of the type's inbound.create_when
  kInboundUpdateOff,
  kDeletedInCrm,   ///< §4
  kDeletedUnseen,  ///< deleted before it was ever read: nothing to do
  kRestoredInCrm,
  kConverted,        ///< the link followed a converted lead to its contact
  kConvertedUnseen,  ///< a converted lead that was never read: its contact stands for it
  kMerged,           ///< the link followed a merge to the winner
  kMergeConflict,    ///< the winner is linked to another prospect
  kReleasedId,       ///< a remap let go of this id (§5)
  kOwnerIsQueue,
  kOwnerInactive,
  kOwnerUnknown,
  kAccountUnknown,
  kReferenceResolved,  ///< the owner or account that a record named has arrived
  kOptOutIsMonotone,   ///< the CRM's "not opted out" does not undo an opt-out
  kBlankSkipped,
  kDirectionOut,        ///< the mapping does not let this field in
  kNotGivenOut,         ///< the mapping does not let this field out
  kBlankKept,           ///< … nor its blanks
  kFieldMissing,        ///< the CRM has not the field that the mapping names, or not for us (F11)
  kStandingDifference,  ///< the sides differed when the mapping began to compare them (§11)
  kFieldError,          ///< the value could not be taken
  kQuarantined,         ///< the record could not be decoded
  kLocalEdit,
  kCreatedHere,            ///< by a person or a program, not by a poll
  kPushed,                 ///< a change made here has reached the CRM
  kCreatedInCrm,           ///< a prospect made here has its record now (§3)
  kLinkedInCrm,            ///< a record had the address already: linked, nothing was created (§3)
  kLinkTaken,              ///< the record that has the address is linked to another prospect (§3)
  kAmbiguousRecord,        ///< several records have the address, and a person chooses (§3)
  kPushRefused,            ///< the CRM refuses the change: a person has to see to it
  kRecordGone,             ///< the record is deleted: what was to be written to it is dropped
  kForcedFromCrm,          ///< a force update took the CRM's value (§6)
  kForcedToCrm,            ///< a force update sends the prospect's value (§6)
  kNotLinked,              ///< the prospect has no record to pull from (§6)
  kUnknownProspect,        ///< there is no prospect of this number
  kNotInCrm,               ///< the CRM has no record of the link's id
  kOutboundUpdateOff,      ///< the type's outbound update is off
  kCreateConditionNotMet,  ///< of every type that makes records (§3)
  kOutboundCreateOff,      ///< no type's outbound create is on
  kUnknownStage,
  kPingPong,            ///< the field alternates: nothing is carried over until a person decides (§11)
  kMassChange,          ///< the mass-change brake (§11)
  kMassChangeAccepted,  ///< a person let what it stopped go on
  kSettingChanged,      ///< at run time (§13)
  kTokenCreated,        ///< somebody may ask (§13)
  kTokenRevoked,
  kFilterSaved,
  kFilterDropped,
  kPushRetried,  ///< a write that was given up is tried again, for a person
  kPushDropped,  ///< … or let go
  kLetterDropped,
  kReviewTookCrm,       ///< a person decided a conflict under the rule `review`
  kReviewKeptProspect,  ///< … the other way
  kStoodApart,          ///< the CRM held another value than the one that was changed here
  kUndone,              ///< a prospect's value is again what it was before what was undone (§12)
  kGivenBack,           ///< the CRM is given back the value that it had lost to what was undone (§12)
  kReviewReopened,      ///< the decision of a conflict was undone: a person decides again (§12)
  kRowCreated,          ///< a task, a tag, … was made here
  kRowRemoved,
  kAccountAssigned,     ///< to another owner, here (§8)
  kTaskDeleted,         ///< a task of the sequence state was deleted, so that it pauses (§10)
  kStateEnded,          ///< with its sequence state an open task goes (§10)
  kDefaultMoved,        ///< another mailbox of the user became the default
  kTouched,             ///< somebody was in touch with the prospect
  kOwnedByCrm,          ///< the CRM keeps it: it is changed there
  kReferenceUnknown,    ///< what is named is not there
  kNotUsable,           ///< what is named is there, and can't be taken for this
  kValueTaken,          ///< another row has it, and only one may
  kStillReferred,       ///< something refers to it, so that it stays
  kStateMoveRefused,    ///< a sequence state does not go from there to here
  kOptedOut,            ///< the prospect does not want to be written to
  kSequenceOff,         ///< the sequence is not enabled
  kReentryRefused,      ///< by the sequence's ruleset (§10)
  kExclusiveElsewhere,  ///< … the prospect is in another exclusive sequence
  kNoConnectedMailbox,  ///< (§7)
  kTagged,              ///< a prospect got a tag
  kUntagged,
  kGoneFromCrm,   ///< the record is in the CRM no more, not even in its bin (§4)
  kPlanOutdated,  ///< since the plan that is applied was made (§12)
};

/// Stable upper-case code: "DUPLICATE_EMAIL".
std::string_view code_of(Reason r);
/// A sentence: "A prospect with this email address already exists".
std::string_view sentence_of(Reason r);
std::optional<Reason> reason_from_code(std::string_view code);

}  // namespace prospectd::reconcile
