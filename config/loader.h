// Reads a configuration: the file, the files of conf.d beside it, and the mapping files that they name, with
// run-time settings and the environment over them. Blocking file reads; any thread. Never reads a secret
// (secrets.h does). Bounded: 1 MiB a file, 32 levels, 100,000 values a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/faults.h"
#include "config/origin.h"
#include "config/variables.h"

namespace prospectd::config {

constexpr size_t kFaultsMax = 200;  ///< reported at once; one more says that there are others

/// What stands before the files.
struct Above {
  std::vector<Setting> settings;
  Environment environment = process_environment();
};

/// What a load gave. `config` is set when there is no fault but warnings; `values` and `overridden` where the
/// file can be read at all.
struct Loaded {
  std::optional<Config> config;
  /// As far as it could be read, faults or not: enough to find the daemon, which goes on with the one it has.
  std::optional<Config> as_read;
  std::vector<Fault> faults;  ///< the main file's first, each file's in its order
  std::vector<Listed> values;
  std::vector<Listed> from_files;  ///< the same keys without settings and environment
  std::vector<Overridden> overridden;
};

/// Reads `path` and everything it names, and reports every fault at once. Relative paths inside are relative
/// to the file's folder, in the files of conf.d too; in the faults, files are named as `path` was.
Loaded load(const std::string& path, const Above& above = {});

}  // namespace prospectd::config
