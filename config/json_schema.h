// The tables as JSON Schema (draft 7), for editors that complete and check YAML while it is typed. What the
// loader accepts, the schema accepts; what needs to look at several keys, or at other files, only the loader
// knows. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prospectd::config {

/// One kind of file, and where its schema is kept in the tree: config/schema/<name>.json.
struct SchemaFile {
  std::string_view name;   ///< "prospectd"
  std::string_view about;  ///< the files that it is for
};

/// In the order in which help and tests go through them; the daemon's own file first.
const std::vector<SchemaFile>& schema_files();

/// The schema of that name, as text with a line end; empty for an unknown name.
std::string json_schema(std::string_view name);

}  // namespace prospectd::config
