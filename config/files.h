// Bounded reading of a text file that a person wrote. Blocking; any thread.
#pragma once

#include <optional>
#include <string>

#include "config/faults.h"
#include "config/reader.h"
#include "config/yaml.h"

namespace prospectd::config {

constexpr size_t kFileBytesMax = 1024 * 1024;

struct FileText {
  std::optional<std::string> text;
  bool missing = false;  ///< there is no such file
  std::string problem;   ///< what kept it from being read
};

/// Reads a whole file of at most kFileBytesMax; only regular files.
FileText read_text_file(const std::string& path);

/// The nearest file name in the folder of a file that isn't there, as `path` with its last part replaced.
std::optional<std::string> nearest_file(const std::string& path);

/// Parses `text` as YAML; its problems become faults of `reader`'s source of that number. nullopt when
/// nothing can be read. The At points into `document`, which must outlive it.
std::optional<At> parse_file(Reader& reader, const std::string& text, yaml::Document& document,
                             int source = 0);

}  // namespace prospectd::config
