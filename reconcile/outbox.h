// The outbox: which prospects are to be written to which connection. An entry says that, not what is written,
// which is worked out when it is leased, so that edits coalesce (FAULTS F40). And what flows outward at all,
// as data. Pure, any thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/spec.h"
#include "reconcile/model.h"

namespace prospectd::reconcile {

enum class PushOperation { kUpdate, kCreate };
/// The most urgent first.
enum class PushLane { kOptOut, kOwner, kOrdinary };
enum class PushState {
  kReady,
  kLeased,   ///< an attempt is under way, until its lease ends
  kInDoubt,  ///< an attempt may have been carried out: it is looked up, never blindly repeated
  kDead,     ///< given up, for a person to see
};

std::string_view name_of(PushOperation operation);  // "update", "create"
std::string_view name_of(PushLane lane);            // "opt_out", "owner", "ordinary"
std::string_view name_of(PushState state);          // "ready", "leased", "in_doubt", "dead"
/// Which lane a change of this field takes.
PushLane lane_of(size_t field);
std::optional<PushOperation> push_operation_named(std::string_view name);
std::optional<PushLane> push_lane_named(std::string_view name);
std::optional<PushState> push_state_named(std::string_view name);

constexpr size_t kPushLeaseMax = 2'000;  ///< entries of one lease, as many as one re-read takes
constexpr size_t kPushCodeBytesMax = 64;
constexpr size_t kPushErrorBytesMax = 1'000;

/// What of a prospect was sent to a record, by position in the local schema and in the prospect's terms.
using SentValues = std::map<size_t, Value>;

struct OutboxEntry {
  OutboxId id;
  std::string key;  ///< idempotency key: the same through all attempts, and nobody else's
  ConnectionId connection;
  ProspectId prospect;
  std::string object;
  RemoteId remote;  ///< empty for a create
  PushOperation operation = PushOperation::kUpdate;
  PushLane lane = PushLane::kOrdinary;
  bool blanks = false;  ///< blanks go out, too, where the mapping would hold them back
  PushState state = PushState::kReady;
  int64_t attempts = 0;  ///< since it was last enqueued
  int64_t lease = 0;     ///< how often it was leased, ever
  Timestamp due_at{};    ///< of a leased one: when the lease ends; of a dead one: when it was given up
  CauseId cause;         ///< of the last change that it carries
  Timestamp created_at{};
  std::string code;  ///< of the last attempt that failed
  std::string error;
  SentValues sent;                   ///< by the last attempt that came to send anything
  std::optional<Timestamp> sent_at;  ///< when that was; none: nothing was ever sent

  /// May an earlier attempt have been carried out? True of one in doubt, and of a lease that ran out.
  bool is_in_doubt() const { return state == PushState::kInDoubt || state == PushState::kLeased; }
  /// The key of the address that such an attempt to create a record has sent; none: there was none.
  std::optional<std::string> address_in_doubt() const;
  bool operator==(const OutboxEntry&) const = default;
};

/// What of a type's records is written.
struct OutwardType {
  std::string object;
  bool creates = false;
  bool updates = false;
  std::vector<size_t> fields;        ///< local fields that the mapping gives out, ascending
  std::vector<size_t> keeps_blanks;  ///< of these, those whose blanks stay here; ascending
  /// Of these, those that come from another of the record's fields than the one they go to; ascending.
  std::vector<size_t> from_elsewhere = {};
  /// What a prospect has to meet for a new record (mapping/prospect_condition.h); null: nothing.
  std::shared_ptr<const mapping::expression::Expression> create_condition = nullptr;

  bool gives_out(size_t field) const;
  /// Does this value go out, where it is another than the record's?
  bool gives_out(size_t field, const Value& value) const;
  bool comes_from_elsewhere(size_t field) const;
  /// Is a new record made of a prospect with these fields?
  bool may_create(const std::vector<Value>& prospect) const;
  bool operator==(const OutwardType&) const = default;
};
/// The same of a connection, its types in the plugin's order.
struct OutwardFlow {
  ConnectionId connection;
  std::vector<OutwardType> types;
  bool operator==(const OutwardFlow&) const = default;
};

/// What a type's mapping gives out, as it is written; fields that `schema` has not are left out.
OutwardType outward_type(const mapping::TypeSpec& type, const mapping::LocalSchema& schema);

}  // namespace prospectd::reconcile
