// Applier: what becomes of decided pages. One commits them (pages, cursor and journal in one transaction),
// one only counts what it would do (a dry run, over a read snapshot and an overlay of its own). Both decide
// through the same core. Called on the scheduler's worker thread, one call at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/engine/connection.h"
#include "daemon/engine/feed.h"
#include "reconcile/store/store.h"

namespace prospectd::engine {

/// How the core decides pages of one object.
struct Planner {
  /// Takes what it can use out of both.
  std::function<reconcile::Plan(FedPage&, reconcile::PageSnapshot&)> plan;
};

/// What a page leaves behind once it has been decided and written: tens of thousands of small pieces.
struct Spent {
  FedPage page;
  reconcile::PageSnapshot snapshot;
  reconcile::Plan plan;
};

/// Pages of one object, in feed order.
struct Batch {
  reconcile::ConnectionId connection;
  std::string object;
  std::string detail;  ///< of the cause: "salesforce/Lead"
  std::vector<FedPage> pages;
  /// The next page, as long as it is there already and belongs in the same transaction; may be empty. Asked
  /// on the worker's thread.
  std::function<std::optional<FedPage>()> more = {};
  /// Takes away what is left of a page, so that it need not be freed on the worker's thread; may be empty.
  std::function<void(Spent)> spent = {};
  milliseconds ping_pong_window{0};   ///< fields that alternate within it are frozen; 0: none
  reconcile::Brake* brake = nullptr;  ///< the planner's; once it holds, the rest is left
  bool begun = false;                 ///< its pages are being used up: it can't be applied a second time
  bool moves_cursor = true;           ///< false for records fetched out of the feed's order
  reconcile::EditionId
      edition;  ///< set on the cursor of an object's first import; 0: the cursor keeps its own
};

/// An object that was read to the end of a window, and the edition by which all its records have been
/// compared.
struct ReadToEnd {
  std::string object;
  reconcile::EditionId edition;
};

/// The editions of an object's mapping, and the one in force.
struct Editions {
  reconcile::EditionId current;
  std::vector<reconcile::MappingEdition> all;
};

/// Where the rounds over what waits go on in the next cycle: each cycle takes a bounded part, and all get
/// their turn.
struct Rounds {
  DeadLetterId letters_after;  ///< the last dead letter that was read again
  ProspectId waiting_after;    ///< the last prospect whose wait for an address was looked at
};

class Applier {
 public:
  virtual ~Applier() = default;
  /// Uses the batch up, from where it sets `begun`.
  virtual Result<reconcile::PlanCounts> apply(Batch& batch, const Planner& planner, Timestamp now) = 0;
  /// Where the object's next window begins.
  virtual Result<reconcile::Cursor> cursor(reconcile::ConnectionId connection, const std::string& object) = 0;
  /// End of a cycle: addresses that became free (reconcile::plan_address_moves), at most kAddressMovesMax.
  virtual Result<reconcile::PlanCounts> settle_addresses(reconcile::ConnectionId connection,
                                                         const std::string& detail,
                                                         const std::vector<reconcile::PersonType>& types,
                                                         Timestamp now, Rounds& rounds) = 0;
  /// Records to read out of the feed's order: those that a link has gone on to unread, and those that were
  /// set apart, for they may have become whole long after the feed passed them. At most kRejudgedMax of each.
  virtual Result<std::vector<store::RecordKey>> unread(reconcile::ConnectionId connection,
                                                       Rounds& rounds) = 0;
  /// Records with a failure row that can be judged afresh, at most kRejudgedMax.
  virtual Result<std::vector<store::RecordKey>> stale_duplicates(reconcile::ConnectionId connection) = 0;
  /// Remembers that these objects have been read to the end of a window, where this cycle wrote anything else
  /// (I5) or compared by a new edition.
  virtual Result<void> mark_verified(reconcile::ConnectionId connection,
                                     const std::vector<ReadToEnd>& objects, Timestamp upper,
                                     Timestamp now) = 0;
  /// `lines` are the mapping's as it stands; their edition is made on first use.
  virtual Result<Editions> editions(reconcile::ConnectionId connection, const std::string& object,
                                    const std::vector<uint64_t>& lines) = 0;
};

constexpr size_t kAddressMovesMax = 10'000;  ///< a cycle; the rest waits for the next
constexpr size_t kRejudgedMax = 1'000;

std::unique_ptr<Applier> make_committing_applier(store::Store& store);

/// Where a round that took `waiting` (what Transaction::waiting_for_addresses answered) goes on.
ProspectId next_waiting(const reconcile::PageSnapshot& waiting, size_t limit);

/// Collects into `report` (rows, field counts, pushes, and before what the brake of this rule would stop);
/// bounded by kOverlayProspectsMax, past which apply() answers kTooLarge.
std::unique_ptr<Applier> make_dry_run_applier(store::Store& store, const mapping::LocalSchema& schema,
                                              reconcile::BrakeRule brake, DryRunReport& report);
constexpr size_t kOverlayProspectsMax = 200'000;

}  // namespace prospectd::engine
