// What the API does about resources that the database holds: lists and single ones, filtered, sorted, paged,
// with what they refer to. On the loop's thread.
#pragma once

#include <string>

#include "daemon/api/call.h"
#include "daemon/service/service.h"

namespace prospectd::api {

/// "there is no task 99", or that one is found by its number.
Refusal not_there(const store::Collection& collection, const std::string& id);

/// The link to what was asked for (no `after`), or to the page of it that follows the row at `after`.
std::string link_of(const Call& call, const std::string& after);

/// `service` outlives the acts.
void add_list_acts(Acts& acts, service::Service& service);

}  // namespace prospectd::api
