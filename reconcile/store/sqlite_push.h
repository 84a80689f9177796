// What writing prospects to a CRM depends on, read from SQLite. On the connection's thread.
#pragma once

#include <vector>

#include "reconcile/push.h"
#include "reconcile/store/sqlite_loader.h"

namespace prospectd::store {

/// Reads scenes of pushes; its statements are prepared once.
class PushScenes {
 public:
  /// Both outlive it.
  PushScenes(Database& db, Loader& loader);

  /// Transaction::push_scene. `tally` tells what need not be looked for.
  Result<reconcile::PushScene> read(reconcile::ConnectionId connection,
                                    const std::vector<ProspectId>& prospects, const Tally& tally);

 private:
  Result<void> add_link(ProspectId prospect);
  Result<void> add_reviewed(ProspectId prospect);
  Result<void> add_user(UserId id);
  Result<void> add_account(AccountId id);

  Loader& loader_;
  Statement link_;
  Statement user_;
  Statement reviewed_;
  Statement account_;
  reconcile::ConnectionId connection_;
  reconcile::PushScene scene_;  ///< in the making
};

}  // namespace prospectd::store
