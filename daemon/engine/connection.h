// What the engine needs to know of one connection (one org of one CRM), and what it tells of it. Plain data;
// on the loop's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/connector.h"
#include "daemon/engine/allowance.h"
#include "daemon/engine/durations.h"
#include "mapping/spec.h"
#include "reconcile/page.h"

namespace prospectd::engine {

struct PollOptions {
  milliseconds interval{600'000};
  milliseconds overlap{600'000};  ///< how far behind the cursor each window starts: late commits (F01)
  size_t pages_per_commit = 10;   ///< 1…10 whole pages a transaction
  bool start_jitter = true;       ///< the first poll starts within one interval, at random (F35)
  reconcile::BrakeRule brake;     ///< when a poll stops and asks
  milliseconds ping_pong_window = reconcile::kPingPongWindow;  ///< 0: no field is frozen
};

struct PushOptions {
  /// Records are read again before they are written when the last poll is older: a fresher value of the CRM's
  /// is not overwritten unseen (§11).
  milliseconds reread_after{60'000};
  milliseconds lease{600'000};  ///< how long one attempt may take
  /// Of the CRM's daily allowance: past it nothing but urgent changes is written, past the other nothing
  /// (F33).
  int ordinary_percent = 80;
  int urgent_percent = 95;
  size_t calls_at_once = 4;  ///< on their way to the CRM together
};

/// The drift scan that nobody has to ask for.
struct VerifyOptions {
  milliseconds every{86'400'000};  ///< 0: never by itself
  bool repair = true;              ///< else it only tells
  /// Of the CRM's daily allowance: past it a scan of its own accord waits: nothing is less urgent. One that
  /// somebody asked for waits past PushOptions::ordinary_percent.
  int percent = 60;
  bool operator==(const VerifyOptions&) const = default;
};

struct ConnectionOptions {
  std::string name;                ///< "salesforce"
  Connector* connector = nullptr;  ///< outlives the engine, unless `owned` keeps it
  std::shared_ptr<Connector> owned;
  mapping::LocalSchema schema;
  std::optional<mapping::MappingSpec> accounts;
  std::vector<mapping::TypeSpec> types;  ///< in the plugin's order
  std::map<std::string, std::string>
      converts_to;  ///< object → what its records become when converted ("Lead" → "Contact")
  /// What is true of a converted record, in the CRM's own query language.
  std::string converted_condition = "IsConverted = true";
  bool reads_queues = true;  ///< the CRM has queues in an object "Group"
  /// Users of the CRM who stand for somebody here of another address, by their id or address: that address.
  std::map<std::string, std::string> user_map;
  std::string default_user_email;  ///< for the owner policy default_user
  reconcile::Policy policy;        ///< default_user is resolved by the engine from default_user_email
  PollOptions poll;
  PushOptions push;
  VerifyOptions verify;
};

/// What of prospects flows to a connection, by its name, as its mappings and switches stand.
struct ConnectionFlow {
  std::string connection;
  std::vector<reconcile::OutwardType> types;  ///< in the plugin's order
};
ConnectionFlow flow_of(const ConnectionOptions& options);

/// How one object's window was read in a cycle.
struct ObjectReading {
  std::string object;
  milliseconds took{0};   ///< fetched, decided and committed
  bool complete = false;  ///< read to the window's end
};

/// What the pushes of one turn have come to.
struct PushSummary {
  int64_t written = 0;   ///< records that hold the prospect's values now
  int64_t created = 0;   ///< new records
  int64_t linked = 0;    ///< prospects that a record stood for already
  int64_t at_rest = 0;   ///< entries that had nothing to write
  int64_t refused = 0;   ///< given up, for a person to see
  int64_t again = 0;     ///< to be tried again
  int64_t doubtful = 0;  ///< to be looked up
  int64_t calls = 0;
  std::optional<Error> first_error;  ///< of a call as a whole; it ended the turn
  std::string held_back;             ///< why what is left waits: the allowance; empty: nothing does

  PushSummary& operator+=(const PushSummary& o);
  bool any() const;
};
/// How each of its counts is called, in logs, metrics and JSON.
struct PushCount {
  std::string_view name;
  int64_t PushSummary::*count;
};
inline constexpr PushCount kPushCounts[] = {
    {"written", &PushSummary::written},   {"created", &PushSummary::created},
    {"linked", &PushSummary::linked},     {"at_rest", &PushSummary::at_rest},
    {"refused", &PushSummary::refused},   {"again", &PushSummary::again},
    {"doubtful", &PushSummary::doubtful},
};

/// One cycle over all objects of a connection, counted.
struct CycleSummary {
  std::map<std::string, reconcile::PlanCounts> objects;  ///< by object, "User" and "Account" among them
  std::vector<ObjectReading> readings;                   ///< in the order in which they were read
  reconcile::PlanCounts people;                          ///< the sum over the person types
  int64_t calls = 0;
  milliseconds took{0};
  Timestamp window_upper{};          ///< by the CRM's clock: everything before it has been read
  milliseconds clock_skew{0};        ///< the CRM's clock less ours when the cycle began, to the second
  std::vector<std::string> alerts;   ///< what a person should know: fields dropped, objects not readable, …
  std::optional<Error> first_error;  ///< of an object that could not be read to its end
  bool complete = true;              ///< false: an object could not be read to its end
  PushSummary pushes;                ///< what was written to the CRM behind it
};

struct ObjectProgress {
  std::string object;
  int64_t read = 0;
  int64_t total = 0;  ///< an estimate; 0: not known
};

/// What is known of one object of a connection.
struct ObjectStatus {
  std::string object;
  std::optional<Timestamp> verified;  ///< by the CRM's clock: what changed before it is here
  std::optional<milliseconds> lag;    ///< how long ago that was; the service fills it in
  int64_t read = 0;                   ///< records of the last cycle that read it
  milliseconds took{0};
  bool complete = true;  ///< false: that cycle could not read it to its end
  std::optional<reconcile::Verification> verification = {};  ///< its last drift scan; none: there was none
};

/// The object's own among them; added at the end when it is new.
ObjectStatus& status_of(std::vector<ObjectStatus>& objects, const std::string& object);

enum class ConnectionState { kStarting, kIdle, kSyncing, kBackingOff, kWaiting, kNeedsAttention, kStopped };
std::string_view name_of(ConnectionState s);

/// What a connection has done since the engine started, failed cycles included; it only ever grows.
struct ConnectionTally {
  std::map<std::string, reconcile::PlanCounts> applied;  ///< by object: what was committed
  int64_t complete = 0;                                  ///< cycles that read every object to its end
  int64_t incomplete = 0;                                ///< cycles that had to leave an object out
  int64_t failed = 0;  ///< cycles that ended with an error of the connection or the state
  PushSummary pushed;
  Durations cycles;  ///< of all of them
};

/// Closed: it polls at its interval. Open: a whole cycle failed, and it rests before it tries one again,
/// which is half open while it is under way.
enum class Circuit { kClosed, kHalfOpen, kOpen };

struct ConnectionStatus {
  std::string name;
  ConnectionState state = ConnectionState::kStarting;
  std::optional<ObjectProgress> progress;
  double rate = 0;  ///< records a second in the cycle under way
  std::optional<CycleSummary> last_cycle;
  std::optional<Timestamp> last_cycle_at;
  std::optional<Timestamp> next_poll_at;
  std::optional<Error> last_error;
  int consecutive_failures = 0;
  std::vector<std::string> alerts;
  ApiUsage usage;
  std::optional<AllowanceForecast> forecast;  ///< of `usage`; none until it has been watched for a while
  int64_t calls = 0;
  std::vector<ObjectStatus> objects;       ///< in the order in which they are read
  std::optional<milliseconds> clock_skew;  ///< the CRM's clock less ours; none before the first cycle
  std::optional<milliseconds>
      failing_for;  ///< since the first failure in a row; none: the last cycle was good
  milliseconds poll_interval{0};
  VerifyOptions verify;
  Circuit circuit = Circuit::kClosed;
  ConnectionTally tally;
  int64_t push_turns = 0;                 ///< ended since the engine started
  std::optional<Timestamp> last_push_at;  ///< when something was pushed
  std::optional<Error> push_error;        ///< of the last turn
  std::string push_held_back;             ///< why what is left waits; empty: nothing does
};

/// One thing a dry run would do, for people to look at; at most kDryRunRowsMax are kept.
struct DryRunRow {
  std::string action;  ///< "create", "update", "link", "hold", "own", …
  std::string object;
  std::string remote;
  std::string prospect;  ///< its number, or empty for a new one
  std::string field;
  std::string before;
  std::string after;
  std::string reason;
};
constexpr size_t kDryRunRowsMax = 1'000;

struct DryRunReport {
  CycleSummary summary;
  std::map<std::string, int64_t> fields;  ///< updates by local field
  std::vector<DryRunRow> rows;
  bool truncated = false;  ///< stopped at the overlay's bound; the counts are of what came before
  int64_t pushes = 0;      ///< prospects that would be written to the CRM
  /// Before what the mass-change brake would stop a sync; it stops no dry run.
  std::optional<reconcile::BrakeHold> brake;
};

}  // namespace prospectd::engine
