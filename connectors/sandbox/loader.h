// Loading an org from a Data Export: a folder or zips of CSV files, one an object, `Lead.csv` and so on. Ids
// are brought to 18 characters; lookups are kept as they are, also those to records that are not there, and
// hold in whatever order the files come. What the org has no object or field for is made from the columns,
// with types as far as every value agrees (load_types.h). What can't be taken is reported with file and line,
// never with its content. Files are read as streams: memory grows with the records alone. One owner, one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/csv.h"
#include "base/result.h"
#include "connectors/sandbox/crm_model.h"

namespace prospectd::sandbox {

struct LoadIssue {
  std::string file;
  int64_t line = 0;  ///< 0: the file as a whole
  std::string reason;

  /// "Lead.csv:17: Id is not a record id"
  std::string text() const;
};
constexpr size_t kLoadIssuesMax = 200;
constexpr size_t kPassedOverMax = 20;

struct LoadedFile {
  std::string file;  ///< as ExportFile::name
  std::string object;
  int64_t records = 0;                     ///< taken, those in the recycle bin too
  int64_t refused = 0;                     ///< rows that were left out
  int64_t deleted = 0;                     ///< of the records: in the recycle bin
  int64_t dangling = 0;                    ///< lookups to records that are not in the org
  int64_t columns_passed_over = 0;         ///< compounds, and what is an issue too
  std::vector<std::string> custom_fields;  ///< made for this file's columns
  std::vector<std::string> passed_over;    ///< names of columns, the first kPassedOverMax
};

struct LoadReport {
  std::vector<LoadedFile> files;
  std::vector<LoadIssue> issues;  ///< the first kLoadIssuesMax
  int64_t issues_total = 0;
  std::vector<std::string> notes;  ///< what somebody should know who takes the load for whole

  int64_t records() const;
};

struct LoadProgress {
  std::string object;     ///< whose file is being read
  uint64_t bytes = 0;     ///< read so far, of all files
  uint64_t of_bytes = 0;  ///< unpacked; grows while types are still being found out
};

struct LoadOptions {
  bool with_schema = false;  ///< a schema has told of objects and fields before
  std::function<void(const LoadProgress&)> progress = nullptr;  ///< called often
};

/// Loads the files of an export, as find_export finds them, into an org.
/// **Errors:** those of find_export; kConfigInvalid when a file can't be read to its end or is damaged. Then
/// part of it may be in the org.
Result<LoadReport> load_export(const std::string& path, Org& org, const LoadOptions& options = {});

}  // namespace prospectd::sandbox
