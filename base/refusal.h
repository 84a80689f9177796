// RefusalClass: what it means that a CRM refuses one row of a write, as a closed list that both sides share.
// A connector sorts its CRM's codes into it, and the core decides by it what becomes of the change; neither
// has to know the other. Values, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace prospectd {

/// In the order in which they decide: where one row is refused for several reasons, the first class counts.
enum class RefusalClass : uint8_t {
  kGone,        ///< the record is deleted, merged away or never was: find out what became of it
  kConverted,   ///< the record is a lead that was converted: go on with its contact
  kMapping,     ///< a field can't be written, or isn't there: what we believe of the schema is wrong
  kRequest,     ///< the request is wrong, whatever the record says
  kPermission,  ///< a person has to give a right first
  kRecord,      ///< what the record says is refused: a person's matter, no repetition helps
  kDuplicate,   ///< another record stands for it already
  kQuota,       ///< the allowance is used up: pause the connection
  kSession,     ///< log in again, then the same once more
  kLater,       ///< the same again, after a back-off
  kLocked,      ///< another writer has the row: the same again at once, jittered
};
constexpr size_t kRefusalClassCount = static_cast<size_t>(RefusalClass::kLocked) + 1;

/// Stable lower-case name, e.g. "converted"; used in logs, JSON and tests.
std::string_view name_of(RefusalClass refusal);

}  // namespace prospectd
