// Strong ids: a prospect's number can't be passed where a user's is wanted. Values, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace prospectd {

/// A row number of the local database; 0 means none.
template <class Tag>
struct LocalId {
  int64_t value = 0;

  explicit operator bool() const { return value != 0; }
  auto operator<=>(const LocalId&) const = default;
};

using ProspectId = LocalId<struct ProspectTag>;
using UserId = LocalId<struct UserTag>;
using AccountId = LocalId<struct AccountTag>;
using TaskId = LocalId<struct TaskTag>;
using SequenceStateId = LocalId<struct SequenceStateTag>;
using DuplicateId = LocalId<struct DuplicateTag>;
using DeadLetterId = LocalId<struct DeadLetterTag>;
using CauseId = LocalId<struct CauseTag>;
using OutboxId = LocalId<struct OutboxTag>;

/// A record's id on the CRM's side, in the connector's canonical form (Salesforce: 18 characters). Opaque
/// here; empty means none.
class RemoteId {
 public:
  RemoteId() = default;
  explicit RemoteId(std::string text) : text_(std::move(text)) {}

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const RemoteId&) const = default;

 private:
  std::string text_;
};

}  // namespace prospectd

template <class Tag>
struct std::hash<prospectd::LocalId<Tag>> {
  size_t operator()(prospectd::LocalId<Tag> id) const noexcept { return std::hash<int64_t>{}(id.value); }
};

template <>
struct std::hash<prospectd::RemoteId> {
  size_t operator()(const prospectd::RemoteId& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
