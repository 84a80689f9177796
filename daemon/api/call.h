// Call: a request that was let in, with its route found; and what is done for each operation. On the loop's
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "connectors/http/message.h"
#include "daemon/api/parameters.h"
#include "daemon/api/routes.h"
#include "daemon/service/tokens.h"
#include "reconcile/kept_answer.h"

namespace prospectd::api {

struct Call {
  std::string path;  ///< as it was asked for, for links
  std::string id;    ///< what stood for "{id}"
  std::string type;  ///< Route::type
  Parameters parameters;
  std::string body;
  std::optional<std::string> if_match;           ///< the header
  std::optional<reconcile::AnswerKey> key = {};  ///< it is to be carried out once
  std::optional<service::Bearer> bearer;         ///< who asks; none where no token is needed, and none came

  /// The journal's actor.
  std::string actor() const { return bearer ? bearer->user : std::string(); }
};

/// The number that `id` is written as; nothing when it is no positive number.
std::optional<int64_t> number_of(const std::string& id);

using Act = std::function<boost::asio::awaitable<http::Response>(Call)>;
/// An operation without an act is one that this daemon has nothing for: 404.
using Acts = std::map<Operation, Act>;

}  // namespace prospectd::api
