// Conditions of creates (SEMANTICS §3): expressions about one prospect's own fields, which say whether a type
// of the CRM makes a record of it. Pure, any thread.
#pragma once

#include <vector>

#include "mapping/expression.h"
#include "mapping/local_schema.h"
#include "mapping/value.h"

namespace prospectd::mapping {

/// The fields of the schema, but for references (which are numbers here). Words without a field mean nothing.
expression::Catalogue creation_catalogue(const LocalSchema& schema);

/// True when the fields, by position in the schema, meet the condition, made with creation_catalogue.
bool meets(const expression::Expression& condition, const std::vector<Value>& fields);

}  // namespace prospectd::mapping
