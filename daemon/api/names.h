// Names: what the values of changes refer to, for people: an owner is a number, and has a name. On the loop's
// thread.
#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>

#include "daemon/api/answers.h"
#include "daemon/service/service.h"

namespace prospectd::api {

/// `told` with "names", by field and number: {"owner": {"3": "Ana Diaz"}}, for the values ("before", "after",
/// "now", and a conflict's) of its "changes" and "prospectChanges" and of its "rows" and theirs. What has no
/// name, or is not there, is left out; so is all of it where the names can't be read: the numbers are told in
/// any case.
boost::asio::awaitable<Json> with_names(service::Service& service, Json told);

}  // namespace prospectd::api
