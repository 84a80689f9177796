// What a person can do about the CRM's refusals, by its own codes (SALESFORCE_API §11).
#include <algorithm>
#include <iterator>

#include "daemon/service/dlq.h"

namespace prospectd::service {
namespace {

struct AdviceRow {
  std::string_view code;
  std::string_view sentence;
};

constexpr AdviceRow kAdvice[] = {
    {"REQUIRED_FIELD_MISSING",
     "the CRM wants a field for which the prospect has no value, or which the mapping does not give out: set "
     "it or map it, then retry"},
    {"STRING_TOO_LONG", "a value is longer than the CRM's field: shorten it here, then retry"},
    {"NUMBER_OUTSIDE_VALID_RANGE",
     "a number is beyond what the CRM's field holds: change it here, then retry"},
    {"INVALID_EMAIL_ADDRESS", "the CRM takes the address for none: correct it here, then retry"},
    {"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
     "the CRM's picklist has no such value: set one that it has, translate it in the mapping, or add it in "
     "the CRM, then retry"},
    {"TOO_MANY_ENUM_VALUE", "more values are chosen than the CRM's field takes: choose fewer, then retry"},
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION",
     "a validation rule of the CRM refuses the record: change what the message names, here or in the CRM, "
     "then retry"},
    {"FIELD_INTEGRITY_EXCEPTION",
     "the CRM finds that values don't go together: change what the message names, then retry"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
     "a trigger of the CRM failed on the record: its administrator can see why, then retry"},
    {"CANNOT_EXECUTE_FLOW_TRIGGER",
     "a flow of the CRM failed on the record: its administrator can see why, then retry"},
    {"UNABLE_TO_LOCK_ROW",
     "others kept the record locked each time it was tried: retry when their work has ended"},
    {"ENTITY_IS_LOCKED", "the record is locked, as by an approval: retry when it is open again"},
    {"ENTITY_IS_DELETED",
     "the record, or one that it refers to, was deleted in the CRM: restore it there and retry, or drop "
     "this"},
    {"INVALID_CROSS_REFERENCE_KEY",
     "the record, or one that it refers to, is not there in the CRM: restore it and retry, or drop this"},
    {"NOT_FOUND", "the record is not there in the CRM, or can't be seen: restore it and retry, or drop this"},
    {"CANNOT_UPDATE_CONVERTED_LEAD",
     "the lead was converted: retry once the prospect follows its contact, or drop this"},
    {"INACTIVE_OWNER_OR_USER",
     "the owner is not active in the CRM: give the prospect another owner, then retry"},
    {"DUPLICATES_DETECTED",
     "a duplicate rule of the CRM holds another record for the same: merge the two there, then retry, or "
     "drop "
     "this"},
    {"DUPLICATE_VALUE", "another record of the CRM has a value that must be unique: change it, then retry"},
    {"INSUFFICIENT_ACCESS_OR_READONLY",
     "the integration user may not change this record: give it the right in the CRM, then retry"},
    {"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
     "the integration user may not refer to what the record names: give it the right in the CRM, then retry"},
    {"TRANSFER_REQUIRES_READ",
     "the new owner may not read such records: give the right in the CRM, then retry"},
    {"INVALID_FIELD_FOR_INSERT_UPDATE",
     "the integration user may not write a field: give it the right in the CRM or take the field out of the "
     "mapping, then retry"},
    {"INVALID_FIELD", "the CRM has no such field: prospectd check --online says which, then retry"},
    {"FIELD_MISSING",
     "the CRM has not the field that the mapping names, or not for this user: prospectd check --online says "
     "which; give the right and retry, or mend the mapping's line and push the prospect with --force"},
    {"STORAGE_LIMIT_EXCEEDED", "the CRM's storage is full: make room there, then retry"},
    {"QUARANTINED",
     "mend the record in the CRM: it is read again with each cycle, and goes from here when it comes whole"},
};
constexpr std::string_view kAnyAdvice =
    "see what the CRM says, change the value here or the rule there, then retry, or drop this";

}  // namespace

std::string_view advice_on_refusal(std::string_view code) {
  const auto row = std::ranges::find(kAdvice, code, &AdviceRow::code);
  return row == std::end(kAdvice) ? kAnyAdvice : row->sentence;
}

}  // namespace prospectd::service
