// Service: every use case once. The control API and, through it, the command line say the same thing by
// calling it. On the loop's thread; the database is read on the scheduler's reading thread. Answers are plain
// data: showing them is the caller's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/heartbeat.h"
#include "daemon/engine/supervisor.h"
#include "daemon/service/saved_filters.h"
#include "mapping/expression.h"

namespace prospectd::service {

/// How long a login may be refused before the daemon is not ready any more: what was read stays good for a
/// while, and secrets are changed while it runs.
constexpr std::chrono::minutes kLoginGrace{15};

/// What the daemon says of itself.
struct About {
  std::string version;
  std::string dataset;  ///< which database this is: its file
};

struct Status {
  std::string version;
  std::string dataset;
  Timestamp now{};
  Timestamp started_at{};
  store::Totals totals;
  std::vector<engine::ConnectionStatus> connections;
  std::vector<store::ObjectCursor> cursors;
};

/// One thing that has to hold for the daemon to be alive, or ready.
struct Check {
  std::string name;  ///< "engine", "running", "database", "login"
  bool ok = true;
  std::string why;  ///< a sentence without record ids or values; empty when ok
};

/// One step of an explanation: when, what, why.
struct Because {
  std::optional<Timestamp> at;
  std::string what;    ///< a sentence
  std::string reason;  ///< code, or empty
  std::string cause;   ///< "c-12", or empty
  std::string field;
  std::string before;
  std::string after;
};

struct Explanation {
  std::string subject;  ///< "Prospect 42 · Adam Alexander · linked to Lead 00Q…"
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<Because> because;   ///< oldest first
  std::vector<std::string> next;  ///< commands that could be of use
};

class Service {
 public:
  virtual ~Service() = default;
  /// Those who ask at the same time share one, which nobody changes any more.
  virtual boost::asio::awaitable<Result<std::shared_ptr<const Status>>> status() = 0;
  virtual boost::asio::awaitable<Result<engine::CycleSummary>> sync(std::string connection) = 0;
  virtual boost::asio::awaitable<Result<engine::DryRunReport>> dry_run(std::string connection) = 0;
  /// The mass-change brake lets the connection (empty: all) pass until a whole sync has ended.
  /// **Errors:** kNotFound.
  virtual Result<void> accept_mass_change(const std::string& connection, const std::string& actor) = 0;
  virtual boost::asio::awaitable<Result<std::vector<store::ProspectRow>>> prospects(
      store::ProspectQuery query) = 0;
  /// A page of any other collection.
  virtual boost::asio::awaitable<Result<std::vector<store::ListRow>>> list(store::ListQuery query) = 0;
  /// A filter for ListQuery; days are the organisation's.
  /// **Errors:** as prospect_filter.
  virtual Result<std::shared_ptr<const mapping::expression::Expression>> list_filter(
      const store::Collection& of, const std::string& text) const = 0;
  /// A filter for ProspectQuery, out of an expression (docs/filters.md); days are the organisation's.
  /// **Errors:** kInvalidInput: the column, what is wrong, and a picture with carets in two more lines.
  virtual Result<std::shared_ptr<const mapping::expression::Expression>> prospect_filter(
      const std::string& text) const = 0;
  virtual boost::asio::awaitable<Result<std::vector<reconcile::Duplicate>>> duplicates(DuplicateId after,
                                                                                       size_t limit,
                                                                                       bool only_open) = 0;
  virtual boost::asio::awaitable<Result<std::vector<reconcile::DeadLetter>>> dead_letters(DeadLetterId after,
                                                                                          size_t limit) = 0;
  /// `subject`: "prospect 42", "42", an address, a CRM id (15 or 18 characters), or "duplicate 7".
  /// **Errors:** kNotFound, with what was looked for; kInvalidInput for anything else.
  virtual boost::asio::awaitable<Result<Explanation>> explain(std::string subject) = 0;
  /// The connections as they are now; reads no database, so it may be asked often.
  virtual std::vector<engine::ConnectionStatus> connections() const = 0;
  /// The name of a connection that an answer of this service holds; "connection 3" for one that is not
  /// configured any more.
  virtual std::string connection_name(store::ConnectionId id) const = 0;
  /// The names of a prospect's fields, in the order of its values.
  virtual const mapping::LocalSchema& schema() const = 0;
  /// Live: the loop turns and the database's thread answers. Ready: also, the store is open (and so migrated)
  /// and can be written, and a login of some connection is good or was within kLoginGrace. The checks say
  /// what of it does not hold.
  virtual bool live() const = 0;
  virtual bool ready() const = 0;
  virtual std::vector<Check> liveness() const = 0;
  virtual std::vector<Check> readiness() const = 0;
};

/// The stable name of a kind of failure row: "duplicate_email".
std::string_view name_of(reconcile::DuplicateKind kind);

/// Supervisor, store and scheduler outlive it; it outlives its calls under way. `canonical_id` brings a CRM
/// id into the connector's canonical form (nullopt: none); it is called on the reading thread. `day_start` is
/// where the organisation's days begin; empty: those of UTC. `saved` outlives it; null: nothing is saved, and
/// "@name" is refused. `heartbeat` says whether the engine is alive; null: only what the
/// supervisor says of itself counts.
std::unique_ptr<Service> make_service(
    engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store,
    mapping::LocalSchema schema, std::function<std::optional<std::string>(const std::string&)> canonical_id,
    About about = {}, mapping::expression::DayStart day_start = {}, const SavedFilters* saved = nullptr,
    const engine::Heartbeat* heartbeat = nullptr);

}  // namespace prospectd::service
