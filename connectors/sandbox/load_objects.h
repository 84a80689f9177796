// The objects and fields that the files of an export need and the org lacks. Internal to the loader
// (loader.h); one owner, one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/export_files.h"
#include "connectors/sandbox/load_types.h"
#include "connectors/sandbox/loader.h"

namespace prospectd::sandbox {

struct PlannedColumn {
  std::string name;
  TypeGuess guess = {};
};

/// An object of the export: its files, and what they hold that the org doesn't know.
struct ObjectPlan {
  std::string object;  ///< as the file is named
  Table* table;        ///< nullptr: not in the org
  std::vector<const ExportFile*> files = {};
  std::string prefix = {};  ///< of its ids; empty: none was seen
  bool has_rows = false;
  bool made = false;                        ///< by the load
  bool refused = false;                     ///< the report says why
  std::vector<PlannedColumn> columns = {};  ///< that are no fields yet
  std::vector<std::string> made_fields = {};
  std::vector<std::string> text_lookups = {};  ///< "Deal__c.Stage": lookups to an object that is not there
};

/// One reading of a file, for its plan.
class FileLook {
 public:
  explicit FileLook(ObjectPlan& plan) : plan_(plan) {}

  void header(const std::vector<std::string_view>& cells);
  /// True when types have to be found out, for which no row is too many.
  bool wants_all_rows() const { return !looked_at_.empty(); }
  bool wants_more() const;
  void row(const std::vector<std::string_view>& cells);

 private:
  static constexpr size_t kNowhere = static_cast<size_t>(-1);
  bool is_known(std::string_view name) const;

  ObjectPlan& plan_;
  size_t id_place_ = kNowhere;
  struct LookedAt {
    size_t place;   // in the row
    size_t column;  // in the plan
  };
  std::vector<LookedAt> looked_at_;
};

/// Makes the object where the org lacks it, and gives an empty one the prefix of the export's ids.
void make_object(ObjectPlan& plan, Org& org, LoadReport& report);
/// Makes the fields; every object must be there by then.
void make_fields(ObjectPlan& plan, Org& org);

}  // namespace prospectd::sandbox
