#include "reconcile/outbox.h"

#include <algorithm>
#include <iterator>

#include "mapping/prospect_condition.h"
#include "reconcile/lease.h"

namespace prospectd::reconcile {
namespace {

// Each in the order of its enum.
constexpr std::string_view kOperationNames[] = {"update", "create"};
constexpr std::string_view kLaneNames[] = {"opt_out", "owner", "ordinary"};
constexpr std::string_view kStateNames[] = {"ready", "leased", "in_doubt", "dead"};

template <class Enum, size_t N>
std::optional<Enum> named(const std::string_view (&names)[N], std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<Enum>(found - std::begin(names));
}

}  // namespace

std::string_view name_of(PushOperation operation) {
  return kOperationNames[static_cast<size_t>(operation)];
}
std::string_view name_of(PushLane lane) {
  return kLaneNames[static_cast<size_t>(lane)];
}
std::string_view name_of(PushState state) {
  return kStateNames[static_cast<size_t>(state)];
}
PushLane lane_of(size_t field) {
  if (field == mapping::field::kOptedOut) return PushLane::kOptOut;
  return field == mapping::field::kOwner ? PushLane::kOwner : PushLane::kOrdinary;
}
std::optional<PushOperation> push_operation_named(std::string_view name) {
  return named<PushOperation>(kOperationNames, name);
}
std::optional<PushLane> push_lane_named(std::string_view name) {
  return named<PushLane>(kLaneNames, name);
}
std::optional<PushState> push_state_named(std::string_view name) {
  return named<PushState>(kStateNames, name);
}

bool OutwardType::gives_out(size_t field) const {
  return std::ranges::binary_search(fields, field);
}

bool OutwardType::may_create(const std::vector<Value>& prospect) const {
  return creates && (create_condition == nullptr || mapping::meets(*create_condition, prospect));
}

OutwardType outward_type(const mapping::TypeSpec& type, const mapping::LocalSchema& schema) {
  OutwardType outward{
      type.mapping.object, type.outbound_create, type.outbound_update, {}, type.outbound_condition};
  for (const mapping::FieldSpec& field : type.mapping.fields) {
    const size_t at = schema.find(field.local);
    if (field.direction != mapping::Direction::kIn && at != mapping::LocalSchema::npos)
      outward.fields.push_back(at);
  }
  std::ranges::sort(outward.fields);
  const auto repeated = std::ranges::unique(outward.fields);
  outward.fields.erase(repeated.begin(), repeated.end());
  return outward;
}

Plan plan_lease(std::vector<OutboxEntry>& entries, Timestamp until) {
  Plan plan;
  for (OutboxEntry& entry : entries) {
    plan.steps.emplace_back(LeasePush{entry.id, entry.lease, until});
    ++entry.lease;
    ++entry.attempts;
  }
  return plan;
}

}  // namespace prospectd::reconcile
