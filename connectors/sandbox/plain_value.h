// One value as text for CSV and events, where datetimes end with Z (SALESFORCE_API §13). Pure, any thread.
#pragma once

#include <string>

#include "connectors/sandbox/table.h"

namespace prospectd::sandbox {

/// Whether values of that kind are written alike in every form, and never between quotes: true, 17, 2.5.
bool is_bare(FieldKind kind);
/// Appends such a value, which is not null.
void append_bare_value(std::string& out, const Table& table, Row row, const Field& field);

/// Appends a stored field's value, or a person's compound name; null is nothing.
void append_plain_value(std::string& out, const Table& table, Row row, const Field& field);

}  // namespace prospectd::sandbox
