// Reads a configuration file and the mapping files that it names. Blocking file reads; any thread. Never
// reads a secret (secrets.h does). Bounded: 1 MiB a file, 32 levels, 100,000 values a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/faults.h"

namespace prospectd::config {

constexpr size_t kFaultsMax = 200;  ///< reported at once; one more says that there are others

/// What a load gave. `config` is set when there is no fault but warnings.
struct Loaded {
  std::optional<Config> config;
  std::vector<Fault> faults;  ///< the main file's first, each file's in its order
};

/// Reads `path` and everything it names, and reports every fault at once. Relative paths inside are relative
/// to the file's folder; in the faults, files are named as `path` was.
Loaded load(const std::string& path);

}  // namespace prospectd::config
