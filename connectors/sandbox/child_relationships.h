// How parents call their children: the names that subqueries and describe use (SALESFORCE_API §3.5, §5).
// Static data, any thread.
#pragma once

#include <string_view>

#include "connectors/sandbox/schema.h"

namespace prospectd::sandbox {

/// "Contacts" for Contact.AccountId, and what a schema file says of its own; empty where the relationship has
/// no name.
std::string_view child_relationship(const ObjectType& child, const Field& reference);

}  // namespace prospectd::sandbox
