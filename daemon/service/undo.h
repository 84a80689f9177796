// Undo: what a cause has changed is set back, as far as it still is as the cause left it (SEMANTICS §12). A
// cause is undone in one commit; a job, which is several, in one each, the newest first. A dry run decides
// the same over a reader. On the loop's thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/scheduler.h"
#include "daemon/engine/supervisor.h"
#include "reconcile/undo.h"

namespace prospectd::service {

constexpr size_t kUndoRowsKeptMax = 1'000;       ///< of one undo, that are told
constexpr size_t kUndoJournalRowsMax = 100'000;  ///< of one cause

struct UndoOrder {
  std::string of;  ///< "c-12", "job-12"
  bool dry_run = false;
  std::string actor;
  bool others_too = false;  ///< what somebody else has done, too (§13)
};

/// What became of one field of one prospect, or of what a row of the journal tells and that is not undone.
struct UndoTold {
  ProspectId prospect;    ///< 0: none
  int64_t prospects = 1;  ///< from that number on
  std::string field;      ///< empty: none
  bool in_crm = false;    ///< on the CRM's side
  reconcile::UndoOutcome outcome = reconcile::UndoOutcome::kRestored;
  mapping::Value now;     ///< what it was when the undo looked
  mapping::Value before;  ///< what it was before the cause
  std::string reason;     ///< code
  std::string message;    ///< of what is not undone
  CauseId later;          ///< of what has changed since: who changed it last; 0: not known
};

struct UndoCounts {
  int64_t restored = 0;
  int64_t already = 0;
  int64_t changed_since = 0;
  int64_t refused = 0;
  bool operator==(const UndoCounts&) const = default;
};

struct UndoReport {
  std::string of;
  std::vector<CauseId> undone;  ///< the causes that were undone, newest first
  std::string kind;             ///< of the newest of them, with its detail and actor
  std::string detail;
  std::string actor;
  Timestamp at{};
  bool dry_run = false;
  UndoCounts counts;
  int64_t pushes = 0;  ///< writes to a CRM that follow
  std::vector<UndoTold> rows;
  bool rows_cut = false;      ///< there were more
  std::vector<CauseId> made;  ///< the undo's own causes, in the order of `undone`; it can itself be undone
};

class Undos {
 public:
  virtual ~Undos() = default;
  /// Restores what still is as it was left, and tells row by row what is not. Where there is nothing to
  /// restore, nothing is done.
  /// **Errors:** kInvalidInput for what names no cause; kNotFound; kConflict when nothing of it is ever
  /// undone (a poll, a creation): it says why; kPermission for somebody else's without `others_too`;
  /// kTooLarge over kUndoJournalRowsMax; kLocked while too many are under way; kCancelled; the store's. Of a
  /// job, the causes that were undone before an error stay so.
  virtual boost::asio::awaitable<Result<UndoReport>> undo(UndoOrder order) = 0;
};

/// All outlive the io_context's run.
std::unique_ptr<Undos> make_undos(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                  store::Store& store, mapping::LocalSchema schema);

}  // namespace prospectd::service
