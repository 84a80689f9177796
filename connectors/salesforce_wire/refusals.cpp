#include "connectors/salesforce_wire/refusals.h"

#include <algorithm>
#include <iterator>

#include "connectors/salesforce_wire/errors.h"

namespace prospectd::salesforce_wire {
namespace {

// Words in a message that change what a row's refusal means. The first line that fits decides.
struct RefusalPhrase {
  std::string_view code;  // empty: any
  std::string_view phrase;
  RefusalClass refusal;
};
constexpr RefusalPhrase kRefusalPhrases[] = {
    // A flow or a trigger that met a lock keeps its own code around it.
    {"", "UNABLE_TO_LOCK_ROW", RefusalClass::kLocked},
    {"", "unable to obtain exclusive access", RefusalClass::kLocked},
    // The same key or id twice in one request: no other record has it.
    {error_name::kDuplicateValue, " specified:", RefusalClass::kRequest},
    {error_name::kInvalidField, "Foreign key external ID", RefusalClass::kRecord},
    {error_name::kNotFound, "external ID field", RefusalClass::kMapping},
    {error_name::kRequestLimitExceeded, "ConcurrentPerOrgLongTxn", RefusalClass::kLater},
    {error_name::kRequestLimitExceeded, "ConcurrentRequests", RefusalClass::kLater},
    {error_name::kInvalidSessionId, "not valid for use with the REST API", RefusalClass::kLater},
};

// What a code means by whether the row named an existing record. Without a name of a field the error is about
// that record and not about a lookup's value.
struct AddressRule {
  std::string_view code;
  bool addressed;
  RefusalClass refusal;
};
constexpr AddressRule kAddressRules[] = {
    {error_name::kInvalidCrossReferenceKey, true, RefusalClass::kGone},
    {error_name::kEntityIsDeleted, false, RefusalClass::kRecord},  // what it refers to is
    {error_name::kNotFound, false, RefusalClass::kMapping},        // the object is
};

// The door before the API: these never let a request through, whatever the body looks like.
constexpr int kRefusingStatuses[] = {401, 405, 411, 413, 414, 415, 429, 431};

}  // namespace

RefusalClass refusal_of(const RowError& error) {
  for (const RefusalPhrase& row : kRefusalPhrases) {
    const bool fits = row.code.empty() || row.code == error.code;
    if (fits && error.message.find(row.phrase) != std::string_view::npos) return row.refusal;
  }
  for (const AddressRule& row : kAddressRules) {
    if (row.code == error.code && row.addressed == error.addressed && !error.names_fields) return row.refusal;
  }
  const ErrorRow* known = find_error(error.code);
  return known == nullptr ? RefusalClass::kRecord : known->refusal;
}

bool certainly_not_done(int status, bool is_refusal) {
  if (std::find(std::begin(kRefusingStatuses), std::end(kRefusingStatuses), status) !=
      std::end(kRefusingStatuses))
    return true;
  constexpr int kTimedOut = 408;
  return is_refusal ? status >= 300 && status < 500 && status != kTimedOut : status > 300 && status < 400;
}

}  // namespace prospectd::salesforce_wire
