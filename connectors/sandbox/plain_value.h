// One value as text for CSV and events, where datetimes end with Z (SALESFORCE_API §13). Pure, any thread.
#pragma once

#include <string>

#include "connectors/sandbox/table.h"

namespace prospectd::sandbox {

/// Appends a stored field's value, or a person's compound name; null is nothing.
void append_plain_value(std::string& out, const Table& table, Row row, const Field& field);

}  // namespace prospectd::sandbox
