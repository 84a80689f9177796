// Dlq: what was given up, for a person to see and to decide: writes to a CRM that it refused for good, and
// records of a CRM that could not be read. Both kinds are one list. On the loop's thread; the database is
// read on the scheduler's reading thread and written on its worker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/scheduler.h"
#include "daemon/engine/supervisor.h"
#include "daemon/service/committed.h"
#include "reconcile/given_up.h"

namespace prospectd::service {

constexpr size_t kDlqAtOnceMax = 1'000;  ///< retried in one commit

struct DlqItem {
  reconcile::GivenUpId id;
  std::string connection;
  std::string object;
  RemoteId remote;          ///< empty for a record that was to be made
  ProspectId prospect;      ///< whose write it was, or who follows the record; 0: nobody
  std::string name;         ///< the prospect's
  std::string operation;    ///< "update", "create"; empty for a record that was read
  std::string code;         ///< the CRM's own; of a record that was read: "QUARANTINED"
  std::string message;      ///< what the CRM said, or why the record could not be read
  std::string advice;       ///< what a person can do about it
  int64_t attempts = 0;     ///< of the write; of a record: how often it was read so
  Timestamp since{};        ///< when it first waited, or was first set apart
  Timestamp given_up_at{};  ///< of a record: when it was last read so
};

/// One, with what it was about.
struct DlqDetail {
  DlqItem item;
  std::vector<reconcile::FieldDifference> fields;  ///< of a write: what is on its way out
  std::string payload;                             ///< of a record: as it came
};

struct DlqQuery {
  std::string connection;                     ///< empty: of all
  std::optional<reconcile::GivenUpId> after;  ///< the last one before
  size_t limit = 50;                          ///< at most store::kListRowsMax
};

struct DlqRetryOrder {
  std::vector<reconcile::GivenUpId> ids;  ///< at most kDlqAtOnceMax; not looked at with `all`
  bool all = false;                       ///< the first kDlqAtOnceMax of `of`
  DlqQuery of;
  std::string actor;
};
struct DlqRetried {
  std::vector<reconcile::GivenUpId> retried;
  std::vector<reconcile::GivenUpId> missing;  ///< asked for, and not there
  std::optional<reconcile::GivenUpId> next;   ///< of `all`: there may be others after this one
  Committed committed;                        ///< of the writes; records are only read again
};
struct DlqDropped {
  DlqItem item;  ///< as it was
  Committed committed;
};

class Dlq {
 public:
  virtual ~Dlq() = default;
  /// Writes first, then records, each by number.
  /// **Errors:** kNotFound for an unknown connection; the store's.
  virtual boost::asio::awaitable<Result<std::vector<DlqItem>>> list(DlqQuery query) = 0;
  /// **Errors:** kNotFound; the store's.
  virtual boost::asio::awaitable<Result<DlqDetail>> show(reconcile::GivenUpId id) = 0;
  /// Writes are due at once and count anew; records are read again with a cycle that begins now, and with
  /// each cycle after it.
  /// **Errors:** kNotFound when none of them is there, or for an unknown connection; kTooLarge over
  /// kDlqAtOnceMax; kLocked while too many are under way; kCancelled; the store's. Then nothing was done.
  virtual boost::asio::awaitable<Result<DlqRetried>> retry(DlqRetryOrder order) = 0;
  /// Gives up for good, and says what. Both sides of a write stay as they are.
  /// **Errors:** kNotFound; kConflict while an attempt is under way; as retry.
  virtual boost::asio::awaitable<Result<DlqDropped>> drop(reconcile::GivenUpId id, std::string actor) = 0;
};

/// A sentence for a person about what the CRM's code means and what to do; one for any other code, too.
std::string_view advice_on_refusal(std::string_view code);

/// All outlive the io_context's run.
std::unique_ptr<Dlq> make_dlq(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                              store::Store& store, mapping::LocalSchema schema);

}  // namespace prospectd::service
