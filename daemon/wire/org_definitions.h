// A field of the sandbox's organisation as the text that a file keeps (JSON). Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/sandbox/schema.h"

namespace prospectd::wire {

/// Of a standard field the name alone, for the program knows the rest.
std::string definition_of_field(const sandbox::Field& field, bool custom);
/// The field; its column is 0 for a standard one, and -1 for a custom one, which is to be given a column.
/// **Errors:** nullopt when the text is no definition.
std::optional<sandbox::Field> field_of_definition(std::string_view text);

}  // namespace prospectd::wire
