// The rows of one CSV file of an export, into a table that has fields for its columns already. Internal to
// the loader (loader.h); one owner, one thread.
#pragma once

#include <string>

#include "base/csv.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/loader.h"

namespace prospectd::sandbox {

/// Adds a refusal to a report, within its bound.
void add_issue(LoadReport& report, const std::string& file, int64_t line, std::string reason);

/// Fills the table from the reader, whose header is the next row, and tells in `loaded` and `report` what
/// came of it.
void load_rows(CsvReader& reader, Table& table, const Org& org, LoadedFile& loaded, LoadReport& report);

}  // namespace prospectd::sandbox
