// Drift: where what the CRM holds and what is known here have come apart without a poll that would bring it:
// records committed late beyond the overlap, purged for good, or taken back by a restored backup. Ids and
// versions are compared first; what looks apart is read whole and decided like a page of a poll (SEMANTICS
// §4, §12). Pure data and functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "reconcile/model.h"

namespace prospectd::reconcile {

struct PageSnapshot;
struct Plan;

enum class DriftKind : uint8_t {
  kMissingHere,  ///< in the CRM, and neither linked, nor held back, nor set apart here
  kStale,        ///< the CRM has a newer state than was applied, and no poll will read it again
  kUnexpected,   ///< the CRM has an older one
  kGoneThere,    ///< linked, and in the CRM no more, not even in its bin
};
std::string_view name_of(DriftKind kind);  // "missing_here", "stale", "unexpected", "gone_there"
constexpr DriftKind kDriftKinds[] = {DriftKind::kMissingHere, DriftKind::kStale, DriftKind::kUnexpected,
                                     DriftKind::kGoneThere};

/// What the records of an object stand for here.
enum class StandsFor : uint8_t { kProspect, kAccount };

/// How a record stands here.
struct KnownRecord {
  bool linked = false;  ///< to a prospect, or kept as an account; else held back or set apart
  int64_t holder = 0;   ///< the prospect's number, or the account's
  Timestamp version{};  ///< of a linked one, as it was last applied; 0: nothing of it has been yet
  bool deleted = false;
};
using KnownRecords = std::unordered_map<RemoteId, KnownRecord>;

/// A linked record that is not deleted, as far as is known here.
struct StandingRecord {
  int64_t holder = 0;
  RemoteId remote;
  bool operator==(const StandingRecord&) const = default;
};

/// A record as the CRM lists it.
struct ListedRecord {
  RemoteId id;
  Timestamp version{};
  bool deleted = false;
  bool converted = false;
};

/// A record that looks apart, until it has been read whole.
struct Suspect {
  RemoteId id;
  DriftKind kind = DriftKind::kStale;
  std::optional<Timestamp> there;  ///< version in the CRM; none: it is gone
  std::optional<Timestamp> here;   ///< version last applied; none: not known here
  int64_t holder = 0;
};

/// What of a list looks apart. What carries a version of `settled` or later is left to the polls, which read
/// from there on again.
std::vector<Suspect> suspects_of(const std::vector<ListedRecord>& listed, const KnownRecords& known,
                                 Timestamp settled);

/// A set of ids by sums over parts of it, so that two sets of millions can be compared in little memory: an
/// id that only one of them has lies in a part whose sums differ.
class IdSums {
 public:
  IdSums();
  void add(const RemoteId& id);
  int64_t count() const { return count_; }
  /// Does the part in which this id lies differ?
  bool differs_at(const RemoteId& id, const IdSums& other) const;
  bool operator==(const IdSums&) const = default;

 private:
  int64_t count_ = 0;
  std::vector<uint64_t> sums_;
};

/// Records compared, and how many of them were apart.
struct DriftCounts {
  int64_t compared = 0;
  int64_t missing = 0;
  int64_t stale = 0;
  int64_t unexpected = 0;
  int64_t gone = 0;
  int64_t repaired = 0;  ///< of the four above

  int64_t& of(DriftKind kind);
  int64_t of(DriftKind kind) const;
  int64_t found() const { return missing + stale + unexpected + gone; }
  DriftCounts& operator+=(const DriftCounts& o);
  bool operator==(const DriftCounts&) const = default;
};

/// One object's drift scan: the last one, as the database keeps it.
struct Verification {
  std::string object;
  Timestamp began_at{};
  std::optional<Timestamp> finished_at;  ///< none: under way
  DriftCounts counts;
  std::string code;     ///< why it could not be finished; empty: it was
  std::string trouble;  ///< the same as a sentence
  bool operator==(const Verification&) const = default;
};

/// The mass-change brake (§11): would this many deletions be too many among `standing` linked records?
bool brakes(int64_t deletions, int64_t standing);
constexpr int64_t kBrakePercent = 20;
constexpr int64_t kBrakeLeast = 50;

/// Records that the CRM has no more: their links and accounts are marked deleted, the prospects tagged (§4).
/// `snapshot` has what is known of these ids and becomes what the plan makes of it; the cause is the caller's
/// to fill in.
Plan plan_gone(const std::string& object, const std::vector<RemoteId>& gone, PageSnapshot& snapshot);

}  // namespace prospectd::reconcile
