// What a request is about, as the rules of a fault plan ask: its operation, its object, and how many records
// it writes. Internal to the sandbox; one thread.
#pragma once

#include <string_view>

#include "connectors/http/message.h"
#include "connectors/sandbox/fault_plan.h"
#include "connectors/sandbox/front.h"

namespace prospectd::sandbox {

constexpr std::string_view kFaultOperations =
    "login,identity,versions,describe,query,query_page,search,replication,read,create,update,upsert,delete,"
    "composite,bulk_query,bulk_ingest,limits,streaming,other";

/// The request as rules see it. It borrows both, and reads the body only when a rule asks for what is in it.
FaultRequest fault_request_of(const Front::State& state, const http::ServerRequest& request);

/// What writes the rows of bulk jobs.
FaultRequest bulk_fault_request();

}  // namespace prospectd::sandbox
