// The organisation's own schema from a file: custom fields, custom objects and rules, as JSON. A describe
// result of a real org is such a file, and so is a list of them, alone or under "objects". Beside the keys of
// a describe, an object may have "fieldUpdates", "validationRules", "duplicateRules" and "assignmentRules"
// (org_rules.h). Pure but for filling the org; one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/sandbox/crm_model.h"

namespace prospectd::sandbox {

struct SchemaReport {
  size_t objects = 0;  ///< custom ones, new in the org
  size_t fields = 0;   ///< added to objects, new ones included
  size_t rules = 0;
  std::vector<std::string> passed_over;  ///< "Lead.Where__c: location"; fields of a type that it can't hold
};

/// Adds what the text describes. Fields that the org has already stay as they are. The org holds part of it
/// after an error.
/// **Errors:** kConfigInvalid, with the object and the field or rule at fault: no JSON, a name that is none
/// or taken, too many objects or fields, a condition that is no condition of that object.
Result<SchemaReport> apply_schema(std::string_view text, Org& org);

}  // namespace prospectd::sandbox
