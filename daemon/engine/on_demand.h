// OnDemand: pulls and pushes of named prospects that a person asks for, forced or not (SEMANTICS §6). One
// order is a bounded part of a job; it takes the connection's turn, so that it never meets a poll or a push
// of the same record. Decided by the same core as a page of a poll. A dry run reads and decides, and writes
// nothing. On the loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/groundwork.h"
#include "reconcile/push.h"

namespace prospectd::engine {

enum class Direction : uint8_t { kPull, kPush };  ///< CRM → prospect, prospect → CRM
std::string_view name_of(Direction direction);    // "pull", "push"

constexpr size_t kOnDemandMax = 2'000;  ///< prospects of one order, as many as one call reads

/// The state that one prospect's row was decided from; another once either side has changed.
struct OnDemandInput {
  int64_t version = 0;  ///< the prospect's; 0: there is none
  Timestamp record{};   ///< the record's version
  uint64_t hash = 0;    ///< … and content
  bool operator==(const OnDemandInput&) const = default;
};

struct OnDemandOrder {
  Direction direction = Direction::kPull;
  bool force = false;
  bool blanks = false;  ///< blanks are mirrored, too; only with `force`
  bool dry_run = false;
  std::vector<ProspectId> prospects;  ///< at most kOnDemandMax
  std::string actor;                  ///< of the cause
  std::string detail;                 ///< of the cause: "job 7"
  /// The state that each was decided from before: whoever is in another, and would change, is refused
  /// (kPlanOutdated). Empty: whatever state they are in.
  std::map<ProspectId, OnDemandInput> expected = {};
};

enum class OnDemandOutcome : uint8_t {
  kUnchanged,
  kChanged,  ///< the side that the order goes to; in a dry run: it would be
  kWaiting,  ///< not written yet: it is tried again by itself
  kRefused,
};
std::string_view name_of(OnDemandOutcome outcome);  // "unchanged", "changed", "waiting", "refused"

/// A field that could not be taken, while the others were.
struct FieldTrouble {
  std::string field;
  std::string code;  ///< "FIELD_ERROR", "EMAIL_TAKEN"
  std::string message;
};

/// What became of one prospect.
struct OnDemandRow {
  ProspectId prospect;
  OnDemandInput input;
  OnDemandOutcome outcome = OnDemandOutcome::kUnchanged;
  std::string object;  ///< of its record; empty where there is none
  RemoteId remote;
  std::string code;     ///< why: a reason's code, or the CRM's own
  std::string message;  ///< a sentence
  std::vector<reconcile::FieldChange> changes;
  std::vector<FieldTrouble> troubles;
};

struct OnDemandReport {
  std::vector<OnDemandRow> rows;  ///< by prospect
  int64_t calls = 0;              ///< of the CRM, made
  int64_t calls_to_come = 0;      ///< of a dry run: what carrying it out would cost, about
};

class OnDemand {
 public:
  /// `context` and `applier` outlive it.
  OnDemand(CycleContext& context, Applier& applier, OnDemandOrder order);

  /// Reads and decides; writes what is pulled, and puts what is pushed into the outbox.
  /// **Errors:** the CRM's, when they concern more than one object; the store's. What was written before
  /// stays; the same order again finds it done.
  boost::asio::awaitable<Result<void>> run();
  /// Does the outbox hold something of it now?
  bool has_enqueued() const { return enqueued_; }
  /// Hears what the push cycle writes of it (PushTurn::on_plan).
  void hear(const reconcile::Plan& plan);
  /// What became of each, once the outbox has had its turn.
  boost::asio::awaitable<Result<OnDemandReport>> report();

 private:
  using Ids = std::vector<ProspectId>;
  Result<void> sort(const Ids& ids);
  void sort_one(ProspectId id, const reconcile::PushScene& scene, reconcile::Plan& plan);
  void sort_linked(OnDemandRow& row, const reconcile::Prospect& prospect, const reconcile::Link& link,
                   reconcile::Plan& plan);
  void sort_unlinked(OnDemandRow& row, const reconcile::Prospect& prospect, reconcile::Plan& plan);
  boost::asio::awaitable<Result<void>> read_all();
  Result<reconcile::PlanCounts> decide(const Reading& reading, FedPage page);
  bool is_as_expected(const OnDemandRow& row) const;
  void leave_outdated(const Reading& reading, FedPage& page, const reconcile::PageSnapshot& snapshot);
  void note_page(const FedPage& page, const reconcile::PageSnapshot& snapshot);
  void note_plan(const Reading& reading, const reconcile::Plan& plan, const reconcile::PageSnapshot& after);
  void note_links(const std::map<RemoteId, ProspectId>& seen, const reconcile::PageSnapshot& after);
  Result<void> settle_waiting();
  OnDemandRow* row_of(ProspectId id);
  reconcile::Plan new_plan(const std::string& object) const;
  Result<void> write(store::Transaction& transaction, reconcile::Plan& plan);
  reconcile::Forcing forcing() const;
  int64_t calls_to_come(int64_t made) const;

  CycleContext& c_;
  const OnDemandOrder order_;
  Groundwork ground_;
  std::map<ProspectId, OnDemandRow> rows_;
  std::map<std::string, std::vector<RemoteId>> to_read_;  ///< by object
  Ids moved_;                                             ///< whose link has gone on to another record
  std::map<RemoteId, ProspectId> seen_;                   ///< records of the page under way
  bool enqueued_ = false;
  int64_t creates_ = 0;
  int64_t calls_before_ = 0;
};

}  // namespace prospectd::engine
