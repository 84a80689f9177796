#include "reconcile/references.h"

namespace prospectd::reconcile {
namespace {

Value fallback_owner(const Policy& policy) {
  switch (policy.owner_fallback) {
    case OwnerPolicy::kKeep:
      return Value{};
    case OwnerPolicy::kDefaultUser:
      return policy.default_user ? Value(policy.default_user.value) : Value::null();
    case OwnerPolicy::kUnassigned:
      break;
  }
  return Value::null();
}

Resolved by_policy(Reason why, RemoteId remote, size_t field, const Policy& policy) {
  return {fallback_owner(policy), PendingRef{field, std::move(remote)}, why};
}

}  // namespace

Resolved resolve_owner(const Value& remote, const Value& current, size_t field, const Policy& policy,
                       const PageSnapshot& snapshot) {
  if (remote.is_absent()) return {};
  if (remote.is_blank()) return {Value::null(), std::nullopt, std::nullopt};
  RemoteId id{std::string(remote.str())};
  const auto found = snapshot.users.find(id);
  if (found == snapshot.users.end()) return by_policy(Reason::kOwnerUnknown, std::move(id), field, policy);
  const User& user = found->second;
  if (user.kind == UserKind::kQueue) return by_policy(Reason::kOwnerIsQueue, std::move(id), field, policy);
  if (!user.active && current != Value(user.id.value)) {
    return by_policy(Reason::kOwnerInactive, std::move(id), field, policy);
  }
  return {Value(user.id.value), std::nullopt, std::nullopt};
}

Resolved resolve_account(const Value& remote, const PageSnapshot& snapshot) {
  if (remote.is_absent()) return {};
  if (remote.is_blank()) return {Value::null(), std::nullopt, std::nullopt};
  RemoteId id{std::string(remote.str())};
  const auto found = snapshot.accounts.find(id);
  if (found == snapshot.accounts.end()) {
    return {Value{}, PendingRef{mapping::field::kAccount, std::move(id)}, Reason::kAccountUnknown};
  }
  return {Value(found->second.id.value), std::nullopt, std::nullopt};
}

}  // namespace prospectd::reconcile
