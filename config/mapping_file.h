// Reads one mapping file into a MappingSpec, and checks all that can be known without the CRM. Blocking file
// reads; one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/reader.h"
#include "mapping/spec.h"

namespace prospectd::config {

/// Whose fields a mapping fills.
enum class MappingSide { kPerson, kAccount };

/// Reads the mapping file that the key at `at` of `parent`'s file names. `object` is what the file must be
/// about; empty when that isn't known. nullopt when nothing can be had from it; faults say why.
std::optional<mapping::MappingSpec> read_mapping(Reader& parent, const At& at, const std::string& path,
                                                 std::string_view object, MappingSide side);

}  // namespace prospectd::config
