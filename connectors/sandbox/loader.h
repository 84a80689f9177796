// Loading an org from Data Export CSV files: one file an object, `Lead.csv` and so on. Ids are brought to 18
// characters, lookups kept as they are, columns that the object doesn't have become custom text fields. What
// can't be taken is reported with file and line, never with its content. The one part of the sandbox that
// reads files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/csv.h"

namespace prospectd::sandbox {

struct LoadIssue {
  std::string file;
  int64_t line = 0;  ///< 0: the file as a whole
  std::string reason;

  /// "Lead.csv:17: Id is not a record id"
  std::string text() const;
};
constexpr size_t kLoadIssuesMax = 200;

struct LoadedFile {
  std::string object;
  int64_t records = 0;
  std::vector<std::string> custom_fields;  ///< added to the object
};

struct LoadReport {
  std::vector<LoadedFile> files;
  std::vector<LoadIssue> issues;  ///< the first kLoadIssuesMax
  int64_t issues_total = 0;

  int64_t records() const;
};

/// Loads every `<Object>.csv` of the directory into an org, parents first.
/// **Errors:** kConfigInvalid when the directory is missing, can't be read, or has no file of an object of
/// the org.
Result<LoadReport> load_directory(const std::string& directory, Org& org);

/// Loads one object's CSV from a stream; `file` is its name in the report.
void load_csv(CsvReader& reader, const std::string& file, Table& table, Org& org, LoadReport& report);

}  // namespace prospectd::sandbox
