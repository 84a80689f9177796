#include "reconcile/outbox.h"

#include <algorithm>
#include <iterator>

#include "mapping/email_key.h"
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

bool OutwardType::gives_out(size_t field, const Value& value) const {
  return gives_out(field) && !(value.is_blank() && std::ranges::binary_search(keeps_blanks, field));
}

bool OutwardType::comes_from_elsewhere(size_t field) const {
  return std::ranges::binary_search(from_elsewhere, field);
}

std::optional<std::string> OutboxEntry::address_in_doubt() const {
  const auto address = sent.find(mapping::field::kEmail);
  if (operation != PushOperation::kCreate || !is_in_doubt() || address == sent.end()) return std::nullopt;
  return mapping::email_key(address->second.str());
}

bool OutwardType::may_create(const std::vector<Value>& prospect) const {
  return creates && (create_condition == nullptr || mapping::meets(*create_condition, prospect));
}

OutwardType outward_type(const mapping::TypeSpec& type, const mapping::LocalSchema& schema) {
  OutwardType outward;
  outward.object = type.mapping.object;
  outward.creates = type.outbound_create;
  outward.updates = type.outbound_update;
  outward.create_condition = type.outbound_condition;
  std::vector<size_t> blanks_go;
  std::vector<size_t> only_in;
  for (const mapping::FieldSpec& field : type.mapping.fields) {
    const size_t at = schema.find(field.local);
    if (at == mapping::LocalSchema::npos) continue;
    if (field.direction == mapping::Direction::kIn) {
      only_in.push_back(at);
      continue;
    }
    outward.fields.push_back(at);
    const bool goes = field.blanks_out == mapping::Blanks::kMirror || field.default_out;
    (goes ? blanks_go : outward.keeps_blanks).push_back(at);
  }
  std::erase_if(outward.keeps_blanks, [&](size_t at) { return std::ranges::count(blanks_go, at) > 0; });
  std::ranges::copy_if(only_in, std::back_inserter(outward.from_elsewhere),
                       [&](size_t at) { return std::ranges::count(outward.fields, at) > 0; });
  for (std::vector<size_t>* list : {&outward.fields, &outward.keeps_blanks, &outward.from_elsewhere}) {
    std::ranges::sort(*list);
    const auto repeated = std::ranges::unique(*list);
    list->erase(repeated.begin(), repeated.end());
  }
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
