// What it means that the CRM refuses a write: one row of it, or the whole request. The rows of errors.h, and
// what a message or the way in which the row was addressed changes about them. Owned by salesforce_wire;
// static tables, any thread. Source: API §7, §11.
#pragma once

#include <string_view>

#include "base/refusal.h"

namespace prospectd::salesforce_wire {

/// One error of a refused row, as the answer had it.
struct RowError {
  std::string_view code;     ///< statusCode, or errorCode of a single record
  std::string_view message;  ///< only ever searched for known phrases
  bool names_fields = false;
  bool addressed = false;  ///< the row named an existing record by its id
};

/// What to do about one error of a row. A code that the table lacks is the record's fault: of the hundreds
/// that the CRM has, few go away by themselves.
RefusalClass refusal_of(const RowError& error);

/// True when an answer of this status shows that the request was not carried out: the CRM's own refusal of
/// the whole request, or a door before it. `is_refusal`: the body is the API's list of errors. Everything
/// else, and every 5xx, may come after the write was done. Source: API §2, §11.
bool certainly_not_done(int status, bool is_refusal);

}  // namespace prospectd::salesforce_wire
