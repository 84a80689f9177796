// The files of a Data Export, wherever they lie: a folder of CSV files, a zip, or the numbered parts of one
// export (WE_…_1.ZIP, WE_…_2.ZIP). One file an object, named after it: Lead.csv. Nothing is unpacked to disk.
// One owner, one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/sandbox/byte_source.h"

namespace prospectd::sandbox {

struct ExportFile {
  std::string name;    ///< as the report calls it: "Lead.csv", "WE_1.ZIP/Lead.csv"
  std::string object;  ///< "Lead"
  uint64_t bytes = 0;  ///< unpacked
  /// Opens it, from its beginning each time. **Errors:** kConfigInvalid.
  std::function<Result<std::unique_ptr<ByteSource>>()> open;
};

struct ExportFiles {
  std::vector<ExportFile> files;   ///< by object, then by part
  std::vector<std::string> other;  ///< what is no CSV of an object; the first kOtherFilesMax
  int64_t other_total = 0;
  std::vector<std::string> missing;  ///< parts of a numbered export that are not beside the others
};
constexpr size_t kOtherFilesMax = 20;
constexpr size_t kExportFilesMax = 10'000;

/// Finds the files of an export: `path` is a folder (its zips count too), or a zip, whose other parts are
/// taken from beside it.
/// **Errors:** kConfigInvalid when there is nothing of that name, no CSV in it, or a zip is refused
/// (zip_file.h).
Result<ExportFiles> find_export(const std::string& path);

}  // namespace prospectd::sandbox
