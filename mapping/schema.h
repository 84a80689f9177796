// ObjectSchema: what the CRM says of an object (its describe). Pure data, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prospectd::mapping {

enum class FieldType {
  kId,
  kReference,
  kString,
  kTextArea,
  kPicklist,
  kMultiPicklist,
  kBoolean,
  kInteger,
  kDouble,
  kDate,
  kDateTime,
  kTime,
  kEmail,
  kPhone,
  kUrl,
  kCompound,
  kOther,
};

struct PicklistValue {
  std::string value;
  std::string label;
  bool active = true;
};

struct FieldSchema {
  std::string name;
  std::string label;
  FieldType type = FieldType::kString;
  int length = 0;  ///< characters; 0 where it doesn't apply
  bool nillable = true;
  bool createable = false;
  bool updateable = false;
  bool defaulted_on_create = false;
  bool filterable = true;
  bool restricted_picklist = false;
  bool external_id = false;  ///< records may be found and made by it
  std::vector<std::string> reference_to;
  std::vector<PicklistValue> picklist;

  /// A create without it is refused (SALESFORCE_API §3.5).
  bool required_on_create() const { return createable && !nillable && !defaulted_on_create; }
};

struct ObjectSchema {
  std::string name;
  std::string label;
  bool queryable = true;
  std::vector<FieldSchema> fields;

  /// The field of that name, ignoring ASCII case as the CRM does; nullptr when there is none.
  const FieldSchema* find(std::string_view name) const;
  std::vector<std::string> field_names() const;
};

}  // namespace prospectd::mapping
