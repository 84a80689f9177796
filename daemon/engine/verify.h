// Verify: the drift scan of a connection: what the CRM holds against what is linked here, object by object,
// in bounded parts that each take the connection's turn, so that polls and pushes come between. Listing and
// comparing cost a call for two thousand records; what looks apart is read whole and decided by the same core
// as a page of a poll. Without `repair` it only tells. On the loop's thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/groundwork.h"
#include "reconcile/drift.h"

namespace prospectd::engine {

/// How far a scan has come. Between two parts it is their orderer's; nobody else looks into it.
struct VerifyScan {
  enum class Phase : uint8_t { kBegin, kList, kCompare, kGone };

  std::set<std::string> finished;    ///< objects that need no scan: an earlier daemon has done them
  bool planned = false;              ///< are the objects known?
  std::vector<std::string> objects;  ///< to be scanned, the one under way first

  // Of the object under way:
  Phase phase = Phase::kBegin;
  int tries = 0;  ///< of its last step, that failed
  reconcile::Verification now;
  int64_t total = 0;      ///< of records, as the CRM counts them
  int64_t standing = 0;   ///< linked and not deleted when it began
  int64_t deletions = 0;  ///< of these, carried out or told of
  RemoteId after;         ///< the last id listed
  int64_t holder = 0;     ///< whose record was looked for last, among those that were not listed
  std::optional<reconcile::IdSums> listed;  ///< records that stand here and that the CRM lists
  std::optional<reconcile::IdSums> here;    ///< records that stand here
};

struct VerifyOrder {
  std::string object;  ///< empty: accounts and every person type
  bool repair = false;
  bool yes = false;  ///< goes past the mass-change brake
  bool dry_run = false;
  bool unhurried = false;  ///< nobody waits for it: it leaves more of the CRM's allowance to the others
  std::string actor;       ///< of the cause
  std::string detail;      ///< of the cause: "job 7"
  std::shared_ptr<VerifyScan> scan;
};

/// One record that is apart.
struct DriftRow {
  reconcile::DriftKind kind = reconcile::DriftKind::kStale;
  std::string object;
  RemoteId remote;
  ProspectId prospect;             ///< 0: none stands for it, or it is an account
  std::optional<Timestamp> there;  ///< version in the CRM
  std::optional<Timestamp> here;   ///< version last applied
  std::string action;  ///< what a repair does, or would: "create", "link", "update", "delete", "move", …
  std::string code;    ///< why: a reason's code
  std::string message;
  bool repaired = false;
};

struct VerifyReport {
  std::vector<DriftRow> rows;
  std::vector<reconcile::Verification> objects;  ///< as far as this part has brought them
  reconcile::PlanCounts effects;                 ///< of what was repaired, or would be
  int64_t total = 0;                             ///< records of the object under way
  int64_t calls = 0;
  bool done = false;      ///< no object is left
  std::string held_back;  ///< why this part did nothing: the allowance; empty: it did
  /// What ended this part, and may pass: the same order again goes on where it was. What is told here of it
  /// was repaired.
  std::optional<Error> failed;
};

class Verify {
 public:
  /// `context` and `applier` outlive it.
  Verify(CycleContext& context, Applier& applier, VerifyOrder order);

  /// The next part.
  /// **Errors:** of the groundwork; the store's where the scan can't be noted down.
  boost::asio::awaitable<Result<VerifyReport>> run();

 private:
  using Suspects = std::map<RemoteId, reconcile::Suspect>;

  static reconcile::StandsFor stands_for(const Reading& reading);
  static std::vector<RemoteId> ids_of_list(const Page& page);
  void plan_objects();
  const Reading* reading_of(const std::string& object) const;
  boost::asio::awaitable<Result<void>> step(const Reading& reading);
  boost::asio::awaitable<Result<void>> begin(const Reading& reading);
  boost::asio::awaitable<Result<void>> list(const Reading& reading);
  boost::asio::awaitable<Result<void>> read_suspects(const Reading& reading);
  boost::asio::awaitable<Result<void>> compare(const Reading& reading);
  boost::asio::awaitable<Result<void>> look_for_gone(const Reading& reading);
  Result<void> take_list(const Reading& reading, const Page& page);
  Result<void> look_who_stands(const Reading& reading, const std::vector<RemoteId>& ids);
  void note_who_stands(const std::vector<RemoteId>& ids, const reconcile::KnownRecords& known);
  Result<void> decide(const Reading& reading, FedPage page);
  void note_person(const Reading& reading, const mapping::MappedRecord& record,
                   const reconcile::PageSnapshot& snapshot, std::vector<DriftRow>& rows) const;
  void note_account(const mapping::MappedRecord& record, std::vector<DriftRow>& rows) const;
  DriftRow row_of(const RemoteId& id) const;
  Result<void> take_gone(const Reading& reading, const std::vector<RemoteId>& gone);
  Result<void> carry_out(reconcile::Plan& plan, store::Transaction& transaction, std::vector<DriftRow> rows);
  Result<std::vector<RemoteId>> next_missing(const Reading& reading);
  Result<bool> add_standing(const Reading& reading, int64_t& after);
  void take_back(const reconcile::DriftCounts& counts, int64_t deletions);
  void fail(Error error);
  boost::asio::awaitable<Result<void>> finish();
  Result<void> save();
  void brake(int64_t more);
  bool is_repairing() const { return order_.repair && !order_.dry_run; }

  CycleContext& c_;
  const VerifyOrder order_;
  VerifyScan& scan_;
  Groundwork ground_;
  VerifyReport report_;
  Suspects suspects_;
  std::vector<RemoteId> stands_;  ///< of the list under way: linked here, and not deleted
  reconcile::PlanCounts applied_;
  Timestamp settled_{};  ///< what is of this moment or later, the polls bring
  bool over_ = false;    ///< the object under way is
};

}  // namespace prospectd::engine
