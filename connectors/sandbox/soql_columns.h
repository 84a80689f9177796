// What `columns=true` answers: the columns of a query's answer in place of its rows (SALESFORCE_API §5).
// Pure.
#pragma once

#include <string>

#include "connectors/sandbox/soql_bind.h"

namespace prospectd::sandbox {

/// {"columnMetadata":[…],"entityName":…,"groupBy":…,"idSelected":…,"keyPrefix":…}
std::string describe_columns(const BoundQuery& query);

}  // namespace prospectd::sandbox
