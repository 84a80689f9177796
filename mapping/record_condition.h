// Conditions of types: expressions about one record of the CRM in local terms, before anything is known of it
// here. They name the fields that the type's mapping fills. Pure, any thread.
#pragma once

#include "mapping/expression.h"
#include "mapping/field_map.h"

namespace prospectd::mapping {

/// The local fields that the mapping fills inward, but for references (which are ids of the CRM here), and
/// `crm_id`. Words without a field mean nothing.
expression::Catalogue record_catalogue(const FieldMap& map);

/// True when the record meets the condition, made with record_catalogue. A field that the map has lost since
/// (its CRM field has vanished) holds nothing.
bool meets(const expression::Expression& condition, const FieldMap& map, const MappedRecord& record);

}  // namespace prospectd::mapping
