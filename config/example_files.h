// The example files as CMake builds them in (example_files.cpp.in). Immutable, any thread.
#pragma once

#include <string_view>
#include <vector>

namespace prospectd::config {

struct ExampleFile {
  std::string_view name;  ///< inside config/examples/: "mappings/lead.yaml"
  std::string_view text;
};

const std::vector<ExampleFile>& example_files();

}  // namespace prospectd::config
