// A field's value from a text, as CSV and command lines have it. Pure, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "connectors/sandbox/schema.h"
#include "mapping/value.h"

namespace prospectd::sandbox {

/// Reads a text that is not empty as a value of that kind: true/false, yes/no, y/n, on/off or 1/0 in any
/// letter case, numbers, dates and datetimes of SALESFORCE_API §13; texts and ids as they are. nullopt when
/// it doesn't read so.
std::optional<mapping::Value> read_field_text(FieldKind kind, std::string_view text);

}  // namespace prospectd::sandbox
