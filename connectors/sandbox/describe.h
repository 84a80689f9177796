// What the org says of its objects: describe, describeGlobal and the short form of an object (SALESFORCE_API
// §3), as JSON text with the keys of the real one. Pure.
#pragma once

#include <string>
#include <string_view>

#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/knobs.h"

namespace prospectd::sandbox {

/// GET …/sobjects
std::string describe_global(const Org& org, const Knobs& knobs, std::string_view version);
/// GET …/sobjects/<Type>
std::string describe_short(const Table& table, std::string_view version);
/// GET …/sobjects/<Type>/describe
std::string describe_object(const Org& org, const Table& table, const Knobs& knobs, std::string_view version);

}  // namespace prospectd::sandbox
