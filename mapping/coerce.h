// Brings a value of the CRM into the kind that a local field keeps. Pure, any thread.
#pragma once

#include <string_view>

#include "mapping/local_schema.h"
#include "mapping/value.h"

namespace prospectd::mapping {

/// Makes `value` what a field of `type` holds, in place: text from any scalar, a double for every number, the
/// day in UTC for a date out of a moment (and its first instant the other way); references stay ids as text.
/// Blank text becomes null; absent and null stay. Returns what is wrong, without the value, and then leaves
/// `value` absent; empty when nothing is.
std::string_view coerce(Value& value, LocalType type);

}  // namespace prospectd::mapping
