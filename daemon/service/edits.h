// Edits: changes of prospects that people and programs make here (SEMANTICS §1, §2.5, §11). Each is decided
// on the state that it is written over, in one piece of work of the writer's, and committed together with its
// journal rows and what of it is to be pushed. A dry run decides the same over a reader. On the loop's
// thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/scheduler.h"
#include "daemon/engine/supervisor.h"
#include "daemon/service/committed.h"
#include "daemon/service/kept_answers.h"
#include "reconcile/edit.h"

namespace prospectd::service {

/// A write to a CRM that follows, once it is its turn.
struct PushToCome {
  std::string connection;
  std::string object;
  reconcile::PushOperation operation = reconcile::PushOperation::kUpdate;
  reconcile::PushLane lane = reconcile::PushLane::kOrdinary;
};

/// What a plan puts into the outbox, by the connection's name; `outward` is parallel to `flows`.
PushToCome push_to_come(const std::vector<engine::ConnectionFlow>& flows,
                        const std::vector<reconcile::OutwardFlow>& outward,
                        const reconcile::EnqueuePush& push);

/// What of a change goes to no CRM, by the connection's name.
struct Staying {
  std::string connection;
  reconcile::StaysHere what;
};

struct EditReport {
  reconcile::EditVerdict verdict = reconcile::EditVerdict::kUnchanged;
  ProspectId prospect;  ///< of a new one: its number, which a dry run only supposes
  int64_t version = 0;  ///< afterwards; as it stands where nothing is changed
  std::vector<reconcile::FieldChange> changes;
  std::vector<PushToCome> pushes;
  std::vector<Staying> stays;
  std::vector<reconcile::EditFault> faults;
  Committed committed;  ///< of all that were carried out together
};

struct EditOrder {
  std::vector<reconcile::ProspectEdit> edits;  ///< in order; at most reconcile::kEditsMax
  std::string actor;
  bool dry_run = false;
  KeepWith<std::vector<EditReport>> keep = {};  ///< empty: no answer is kept with the change
};

class Edits {
 public:
  virtual ~Edits() = default;
  /// Carries out those that can be, all in one commit, and tells of each, in order.
  /// **Errors:** kTooLarge over kEditsMax; kLocked while too many are under way; kCancelled when the daemon
  /// is stopping; the store's. Then nothing was changed.
  virtual boost::asio::awaitable<Result<std::vector<EditReport>>> edit(EditOrder order) = 0;
};

/// All outlive the io_context's run.
std::unique_ptr<Edits> make_edits(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                  store::Store& store, mapping::LocalSchema schema);

}  // namespace prospectd::service
