// Record: one record of the CRM as a connector delivers it, after decoding and before mapping. Pure data, any
// thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "mapping/value.h"

namespace prospectd::mapping {

/// The names of the fields that a page's records carry, shared by all of them; a record's values are in this
/// order.
class FieldList {
 public:
  explicit FieldList(std::vector<std::string> names);

  const std::vector<std::string>& names() const { return names_; }
  size_t size() const { return names_.size(); }
  /// The position of a field (exact name), or npos.
  size_t find(std::string_view name) const;
  static constexpr size_t npos = static_cast<size_t>(-1);

 private:
  std::vector<std::string> names_;
};

/// What the CRM says a record has become (SEMANTICS §4).
struct LineageMark {
  RemoteId merged_into;        ///< the winner of a merge; empty when there was none
  bool converted = false;      ///< a lead that was converted
  RemoteId converted_contact;  ///< the contact it became; may be empty
  RemoteId converted_account;

  bool operator==(const LineageMark&) const = default;
};

struct Record {
  RemoteId id;
  Timestamp version{};   ///< SystemModstamp: one second in grain, so equal versions may hide a change
  bool deleted = false;  ///< soft-deleted
  LineageMark lineage;
  std::vector<Value> values;  ///< in the order of the page's FieldList; as many
};

}  // namespace prospectd::mapping
