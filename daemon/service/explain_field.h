// An explanation of one field alone. Pure, any thread.
#pragma once

#include <string>

#include "daemon/service/service.h"

namespace prospectd::service {

/// Leaves what concerns the field: its changes, and whether both sides differ in it. What concerns the whole
/// (how it was made, linked, marked) stays.
/// **Errors:** kInvalidInput for a name that neither prospects nor the explanation know.
Result<void> keep_field(Explanation& explanation, const mapping::LocalSchema& schema,
                        const std::string& field);

}  // namespace prospectd::service
