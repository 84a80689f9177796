// Changes made here, by people and programs (SEMANTICS §1, §2.5, §11): what is asked is checked whole, every
// fault is told, and what is good becomes a plan whose pushes are committed with it. The agreement with each
// CRM keeps the old values, so that the difference is known as ours. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "reconcile/plan.h"
#include "reconcile/stays_here.h"

namespace prospectd::reconcile {

constexpr size_t kEditTextBytesMax = 32'768;  ///< of one field's value
constexpr size_t kEditsMax = 1'000;           ///< of one transaction
/// JournalEntry::detail of a blank that no record was to be given.
constexpr const char* kKeptHere = "the mapping keeps blanks here";

/// What a record of the CRM held in one field where that was another value than the prospect's.
struct HeldApart {
  size_t field = 0;  ///< position in the local schema
  RemoteId remote;
  Value value;
};

/// What somebody wants of one prospect: a new one, or other values for one that is there.
struct ProspectEdit {
  ProspectId prospect;              ///< 0: a new one
  std::optional<int64_t> expected;  ///< the version that was seen; refused as stale when it is another now
  /// By position in the local schema, as they were given: text is brought into the field's kind. Null or
  /// blank text empties a field. An owner is a user's number or address, an account a number.
  std::vector<std::pair<size_t, Value>> values;
  bool opt_in = false;  ///< the person agreed to be written to again: an opt-out may be taken back (§11)
  /// Of an undo: what the CRM is to hold again beside the values, where it stood apart from them.
  std::vector<HeldApart> held_apart = {};
  std::vector<size_t> kept_here = {};  ///< of an undo: fields whose change never went out; so it is with this
};

/// What deciding edits needs to know. Stores answer with what is there and leave out the rest.
struct EditKeys {
  std::vector<ProspectId> prospects;
  std::vector<std::string> emails;  ///< keys
  std::vector<UserId> users;
  std::vector<std::string> user_emails;  ///< keys
  std::vector<AccountId> accounts;
  std::vector<std::string> stages;
};
EditKeys keys_of_edits(const std::vector<ProspectEdit>& edits);

/// The state of exactly these keys, and the overlay that it becomes as edits are planned one after another.
struct EditScene {
  std::unordered_map<ProspectId, Prospect> prospects;
  std::unordered_map<ProspectId, std::vector<Link>> links;  ///< of every connection
  std::unordered_map<std::string, ProspectId> addresses;    ///< by key: who has it
  std::unordered_map<UserId, User> users;
  std::unordered_map<std::string, UserId> users_by_email;  ///< by key; they are in `users`
  std::unordered_set<AccountId> accounts;
  std::unordered_set<std::string> stages;
  /// Fields that wait for a person to decide between the two sides, each with the connection of the other.
  std::unordered_map<ProspectId, std::vector<std::pair<ConnectionId, size_t>>> in_review;
  bool names_stages = false;    ///< there are stages at all, and so a stage is one of them
  ProspectId next_prospect{1};  ///< the number of the next new one
};

struct EditFault {
  Reason reason = Reason::kFieldError;
  size_t field = 0;     ///< position in the local schema
  std::string message;  ///< a sentence that names the field, and never the value
  ProspectId holder;    ///< who has the address; 0 for other faults
};

enum class EditVerdict {
  kPlanned,
  kUnchanged,  ///< every value is there already: nothing to write
  kNoProspect,
  kStale,    ///< it has another version than the expected one
  kRefused,  ///< for its faults; nothing of it is done
};

struct EditOutcome {
  EditVerdict verdict = EditVerdict::kUnchanged;
  ProspectId prospect;  ///< of a new one: its number
  int64_t version = 0;  ///< as it stands before
  Plan plan;
  std::vector<EditFault> faults;
  std::vector<StaysHere> stays;  ///< what of it goes to no CRM
};

/// What edits are planned with; all outlive it.
struct EditContext {
  const mapping::LocalSchema& schema;
  const std::vector<OutwardFlow>& outward;  ///< of the connections, in the configuration's order
  std::string actor;
  Timestamp now{};
  Reason reason = Reason::kLocalEdit;  ///< of the journal's rows of what changes
  std::string detail = {};             ///< of the same rows
  /// What goes out is an undo's: written only where the CRM still holds what it held (§12).
  bool restores = false;
};

/// Plans one edit over `scene`, which becomes what the plan leaves behind. The push of an update goes to each
/// connection whose type gives out one of the changed fields; an opt-out and an owner take their own lanes. A
/// prospect without a record is to be created where a type's outbound create is on, once it has an address
/// (§3).
EditOutcome plan_edit(const EditContext& context, const ProspectEdit& edit, EditScene& scene);

/// Adds a plan to others of the same cause. Creations by one import share one row of the journal (§12).
void add_edit(Plan& sum, Plan plan);

}  // namespace prospectd::reconcile
