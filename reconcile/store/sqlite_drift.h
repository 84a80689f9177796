// What drift scans ask of SQLite: how records stand here, which are linked, and what the last scans came to.
// On the connection's thread.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "reconcile/store/sqlite_loader.h"
#include "reconcile/store/store.h"

namespace prospectd::store {

/// Transaction::known_records.
Result<reconcile::KnownRecords> read_known_records(Database& db, Loader& loader, ConnectionId connection,
                                                   reconcile::StandsFor what,
                                                   const std::vector<RemoteId>& remotes);
/// Transaction::standing_records.
Result<std::vector<reconcile::StandingRecord>> read_standing_records(Database& db, ConnectionId connection,
                                                                     const StandingQuery& query);
/// Transaction::count_standing.
Result<int64_t> count_standing_records(Database& db, ConnectionId connection, reconcile::StandsFor what,
                                       const std::string& object);

/// Reader::verifications.
Result<std::vector<StoredVerification>> read_verifications(Database& db);
Result<void> write_verification(Database& db, const reconcile::PutVerification& step);

/// A scan as JSON, and back; what it does not say is 0 or empty.
nlohmann::json tree_of_verification(const reconcile::Verification& verification);
reconcile::Verification verification_of_tree(const nlohmann::json& tree);

}  // namespace prospectd::store
