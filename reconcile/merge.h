// The three-way merge of one field (SEMANTICS §11): what the CRM says now, what the prospect holds now, and
// the two-sided agreement of both when they were last compared. `decide_field` is a table; each of its rows
// has a test of the same name. Pure, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "mapping/spec.h"
#include "reconcile/force.h"
#include "reconcile/model.h"
#include "reconcile/reason.h"

namespace prospectd::reconcile {

/// The rows of the table: who changed, each against its own side of the agreement.
enum class FieldCase {
  kUnsaid,   ///< the record did not carry the field
  kEqual,    ///< both sides hold the same now, whatever came before
  kForced,   ///< a force update says whose value it has, whoever changed it
  kNewLine,  ///< the mapping has begun to compare the field since: there is nothing to hold it against
  kNeither,  ///< a standing difference that nobody touched
  kRemoteOnly,
  kLocalOnly,
  kBoth,
};
std::string_view name_of(FieldCase c);

enum class FieldAction {
  kNothing,  ///< neither value nor agreement changes
  kAgree,    ///< values stay; the agreement becomes the row's value (its entry goes)
  kTakeRemote,
  kKeepLocal,  ///< the prospect's value stays; the agreement is rewritten
  kReview,     ///< a person decides; nothing changes
};

/// Everything that one field's decision depends on.
struct FieldInput {
  Value remote;  ///< in the prospect's terms; absent when the record did not say
  Value local;
  std::optional<Agreement> agreed;  ///< none: both sides agreed on the prospect's value
  bool takes_in = true;             ///< the mapping's direction lets the CRM's value in
  bool gives_out = false;           ///< … and the prospect's out
  bool goes_elsewhere = false;      ///< … or to another of the record's fields
  mapping::ConflictRule rule = mapping::ConflictRule::kCrmWins;
  mapping::Blanks blanks_in = mapping::Blanks::kSkip;
  bool frozen = false;      ///< it alternates: a person decides
  bool opt_out = false;     ///< the field is the opt-out: only ever turned on from outside
  bool first_link = false;  ///< the link is new by §2.3: as if both sides had changed
  bool new_line = false;    ///< the mapping's line is new to the link: both sides take their baseline
  ForceSide forced = ForceSide::kNone;  ///< by a force update; kCrm only where it takes in
  Timestamp remote_version{};
  std::optional<Timestamp> local_changed_at;
};

struct FieldOutcome {
  FieldCase field_case = FieldCase::kEqual;
  FieldAction action = FieldAction::kNothing;
  Reason reason = Reason::kUnchanged;
  std::optional<Agreement> agreed;  ///< the agreement afterwards; none: both sides as the row
};

FieldOutcome decide_field(const FieldInput& in);

/// Blank values are one: null, absent and empty text compare equal.
bool same_value(const Value& a, const Value& b);

/// Is the CRM to be given a value back, while the prospect still holds its own side of the agreement?
bool is_restoring(const Agreement& agreed, const Value& local);
/// What the CRM is to hold, where anything of the field is on its way out: what it is given back, else the
/// prospect's value.
const Value& outgoing_value(const Agreement& agreed, const Value& local);

}  // namespace prospectd::reconcile
