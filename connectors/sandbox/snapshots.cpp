#include "connectors/sandbox/snapshots.h"

#include <algorithm>

#include "connectors/salesforce_wire/errors.h"

namespace prospectd::sandbox {
namespace {

bool is_snapshot_name(std::string_view name) {
  constexpr size_t kSnapshotNameMax = 80;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= kSnapshotNameMax && std::all_of(name.begin(), name.end(), fits);
}

ApiError no_such_snapshot() {
  return api_error(404, std::string(salesforce_wire::error_name::kNotFound),
                   "there is no snapshot of that name");
}

}  // namespace

Outcome<const Snapshot*> Snapshots::keep(const std::string& name, Snapshot snapshot) {
  if (!is_snapshot_name(name))
    return api_error("INVALID_INPUT", "a snapshot's name has letters, digits, '.', '-' and '_', at most 80");
  if (!all_.contains(name) && all_.size() >= kSnapshotsMax)
    return api_error(std::string(salesforce_wire::error_name::kLimitExceeded),
                     "there are " + std::to_string(kSnapshotsMax) + " snapshots already; drop one");
  const auto [at, made] = all_.insert_or_assign(name, std::move(snapshot));
  return &at->second;
}

Outcome<const Snapshot*> Snapshots::find(const std::string& name) const {
  const auto at = all_.find(name);
  if (at == all_.end()) return no_such_snapshot();
  return &at->second;
}

Outcome<Snapshot> Snapshots::drop(const std::string& name) {
  auto dropped = all_.extract(name);
  if (dropped.empty()) return no_such_snapshot();
  return std::move(dropped.mapped());
}

}  // namespace prospectd::sandbox
