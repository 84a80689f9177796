// A mapping held against what the CRM says of its object (its describe): everything that would not work, or
// not as meant, before a record is read. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mapping/field_map.h"
#include "mapping/schema.h"

namespace prospectd::mapping {

/// What the type does towards the CRM.
struct Outward {
  bool create = false;
  bool update = false;
  std::string_view external_id = {};  ///< the field that new records are made by (TypeSpec); empty: none

  bool any() const { return create || update; }
};

enum class SchemaFaultKind {
  kMissing,          ///< the object has no such field
  kCompound,         ///< its parts can be mapped, it can't
  kReadOnly,         ///< mapped outward, and nothing can be written to it
  kWrongType,        ///< one side's values are none of the other's
  kRequired,         ///< a create needs it, and no line gives it
  kKey,              ///< new records are to be made by it, and can't be
  kUnknownValue,     ///< the value map names a word that the picklist doesn't have
  kUncoveredValues,  ///< the picklist has values that the value map doesn't name
};

enum class SchemaFaultWeight {
  kFatal,    ///< the field can't be asked for: going on means without this line
  kWrong,    ///< values will be refused, by one side or the other
  kDoubtful  ///< it works, though perhaps not as meant; or only a direction that is switched off is concerned
};

/// What of a mapping the CRM's describe contradicts.
struct SchemaFault {
  static constexpr size_t kWholeMapping = static_cast<size_t>(-1);

  SchemaFaultKind kind = SchemaFaultKind::kMissing;
  SchemaFaultWeight weight = SchemaFaultWeight::kFatal;
  size_t entry = kWholeMapping;
  std::string message;  ///< "Contact has no field Titel"
  std::string hint;     ///< "did you mean Title?"; may be empty

  bool fatal() const { return weight == SchemaFaultWeight::kFatal; }
};

/// Everything at once, in the order of the lines, and what concerns the mapping as a whole after them.
std::vector<SchemaFault> check_against(const FieldMap& map, const ObjectSchema& schema, Outward outward = {});

}  // namespace prospectd::mapping
