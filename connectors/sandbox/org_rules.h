// What an organisation's own setup adds to a write, as data: automatic changes, validation rules, duplicate
// rules, assignment rules (SALESFORCE_API §11.1, §14.8). Conditions are those of a query:
// "Email = null AND Status = 'Open'". Plain values, any thread.
#pragma once

#include <string>
#include <vector>

#include "connectors/sandbox/field_rules.h"

namespace prospectd::sandbox {

/// Before the checks: where the condition holds, these fields are set, as a flow or a trigger does.
struct FieldUpdate {
  std::string when;  ///< empty: always
  FieldValues set;
};

/// Where the condition holds, the write is refused with FIELD_CUSTOM_VALIDATION_EXCEPTION.
struct ValidationRule {
  std::string name;
  std::string when;
  std::string message;
  std::string field;  ///< where the message is attached; empty: to none
};

/// Another record with the same values in all of these fields, letter case aside, is a duplicate. A record
/// that lacks one of them has none.
struct DuplicateRule {
  std::string name;
  std::vector<std::string> fields;
  std::vector<std::string> objects;  ///< where it looks; never empty
  bool blocks = true;                ///< false: whoever says so may save all the same
  std::string message;
};

/// Who gets a new record for which the condition holds; the first that does decides.
struct AssignmentRule {
  std::string when;   ///< empty: always
  std::string owner;  ///< an id, or a username
};

/// The rules of one object, in the order in which they run.
struct ObjectRules {
  std::vector<FieldUpdate> updates;
  std::vector<ValidationRule> validations;
  std::vector<DuplicateRule> duplicates;
  std::vector<AssignmentRule> assignments;
};

}  // namespace prospectd::sandbox
