// What was given up, and what people do about it: writes to a CRM that are dead in the outbox, and records
// that are set apart. Each act is a plan with its rows of the journal (SEMANTICS §12). Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconcile/plan.h"

namespace prospectd::reconcile {

/// Names one of either kind: "in-12" is dead letter 12, "out-7" entry 7 of the outbox.
struct GivenUpId {
  enum class Kind { kOut, kIn };
  Kind kind = Kind::kOut;
  int64_t number = 0;
  auto operator<=>(const GivenUpId&) const = default;  ///< in the order of lists: writes before records
};
std::string to_text(GivenUpId id);
std::optional<GivenUpId> given_up_id(std::string_view text);
GivenUpId id_of(const OutboxEntry& entry);
GivenUpId id_of(const DeadLetter& letter);

/// A field in which prospect and CRM stand apart, each with its own value.
struct FieldDifference {
  size_t field = 0;  ///< position in the local schema
  Value remote;      ///< the CRM's, as last compared; null for a record that is to be made
  Value local;       ///< what the CRM is to hold: the prospect's, or what an undo gives back
  bool operator==(const FieldDifference&) const = default;
};

/// What of `prospect` is on its way out: fields that the type gives out and that were changed here since both
/// sides were last compared. `link`: to the record that is written; null: one is to be made, and every value
/// is on its way. `type`: null when the configuration has none for the object, and nothing goes out.
std::vector<FieldDifference> on_its_way_out(const OutwardType* type, const Prospect& prospect,
                                            const Link* link);

/// The type that writes such records of a connection; null when there is none.
const OutwardType* outward_type_of(const std::vector<OutwardFlow>& flows, ConnectionId connection,
                                   const std::string& object);

/// Entries that were given up are due at once, and count their attempts anew.
Plan plan_retry(const std::vector<OutboxEntry>& dead, std::string actor);

/// An entry that was given up goes. What was to be written stays as it is on both sides: it no longer counts
/// as a change on its way out, but as a standing difference that only force carries over (§11). `prospect`
/// and `link` (null: none) are those of the entry; they outlive the call.
Plan plan_drop(const mapping::LocalSchema& schema, const OutwardType* type, const OutboxEntry& dead,
               const Prospect* prospect, const Link* link, std::string actor);

/// A record that was set apart is forgotten, until it is read again.
Plan plan_drop(const DeadLetter& letter, std::string actor);

}  // namespace prospectd::reconcile
