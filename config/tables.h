// The tables of every key that a configuration or a mapping file may have. Everything that reads, checks or
// documents keys walks these. Immutable, any thread.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/rows.h"
#include "mapping/spec.h"

namespace prospectd::config {

/// A mapping file as it is written.
struct MappingDocument {
  int version = 1;
  std::string object;
  std::vector<mapping::FieldSpec> fields;
};

const TableOf<Config>& config_table();
const TableOf<MappingDocument>& mapping_table();

}  // namespace prospectd::config
