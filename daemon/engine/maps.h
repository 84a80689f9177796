// Maps: a connection's mappings compiled and held against the CRM's describe. Fields that the CRM no longer
// has are dropped with an alert, objects that can't be read are left out, and the rest goes on (F11, I12). On
// the loop's thread; read on the worker.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/connection.h"
#include "daemon/engine/feed.h"

namespace prospectd::engine {

/// Trouble with one object that a person has to mend; the connection's other objects go on.
bool concerns_one_object(const Error& error);
/// That, or trouble that may be the object's own: whatever comes of it, the others are not kept waiting
/// (I12).
bool may_concern_one_object(const Error& error);

struct Maps {
  std::optional<mapping::FieldMap> accounts;
  std::vector<std::unique_ptr<mapping::FieldMap>> people;  ///< parallel to `types`; the types point at them
  std::vector<reconcile::PersonType> types;                ///< in the plugin's order, readable ones only
  /// Parallel to `types`: the lines of the mappings as they are written, those of missing fields among them:
  /// a field that comes back goes on where it was.
  std::vector<std::vector<uint64_t>> lines;
  bool users = true;
  bool queues = true;
  std::vector<std::string> alerts;
  /// Why the first of the objects that the configuration names can't be read; none while all can.
  std::optional<Error> unreadable;
};

/// Asks the CRM for every object's describe and compiles.
/// **Errors:** kConfigInvalid for a mapping that does not compile; those of Connector::describe that concern
/// the whole connection.
boost::asio::awaitable<Result<std::shared_ptr<const Maps>>> compile_maps(const ConnectionOptions& options);

/// The fields to ask the CRM for, and how a page of them turns into local terms.
std::vector<std::string> user_fields();
std::vector<std::string> queue_fields();
/// Gives mapped users the address of whoever stands for them here; their records count as others then.
void apply_user_map(const std::map<std::string, std::string>& user_map, FedPage& page);
FedPage map_users(Page page, reconcile::UserKind kind);
FedPage map_records(Page page, const std::string& object, const mapping::FieldMap& map);

}  // namespace prospectd::engine
