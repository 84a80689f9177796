// The conditional headers of single records (SALESFORCE_API §4.1): entity tags for accounts, dates of change
// for every object, to the second. Pure; borrows the table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/http/message.h"
#include "connectors/sandbox/outcome.h"
#include "connectors/sandbox/table.h"

namespace prospectd::sandbox {

/// The headers If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since of a request, judged
/// against a record. Nothing: the request goes on. Otherwise its answer: 304 for a read of what hasn't
/// changed, 412 for all else. Headers of a read that can't be understood are passed over.
/// **Errors:** 400 MALFORMED_REQUEST for such a header of a write.
Outcome<std::optional<http::Response>> check_conditions(const http::ServerRequest& request, bool reading,
                                                        const Table& table, Row row);

/// Adds Last-Modified, and ETag where the object has entity tags.
void add_validators(http::Response& answer, const Table& table, Row row);

}  // namespace prospectd::sandbox
