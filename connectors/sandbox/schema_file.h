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
  std::vector<std::string> passed_over;  ///< formulas: "Lead.Sum__c: …"; their fields stay blank
  std::vector<std::string> notes;        ///< what is not as it was described: "Lead.At__c: location, as text"
};

/// Where a schema comes from.
enum class SchemaSource {
  kFile,  ///< somebody has written it, or an organisation has told it
  kKept,  ///< it was taken once, and is taken again whatever is found wrong with such a file by now
};

/// Adds what the text describes. Fields that the org has already stay as they are. The org holds part of it
/// after an error.
/// A field that a real organisation has described, which tells its SOAP type, may have any type and refer to
/// objects that are not here; what of it this org can't hold is text (SALESFORCE_API §3.5).
/// **Errors:** kConfigInvalid, with the object and the field or rule at fault: no JSON, a name that is none
/// or taken, an object or a field that comes twice, a type that the API has not, a reference to an object
/// that is neither here nor in the text, too many objects or fields, a condition that is no condition of that
/// object.
Result<SchemaReport> apply_schema(std::string_view text, Org& org, SchemaSource source = SchemaSource::kFile);

}  // namespace prospectd::sandbox
