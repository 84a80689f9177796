// World: both sides in one test, in virtual time: an organisation (the sandbox's model and face), the real
// connector, the real engine and a real store. Scenarios speak in the user's verbs and compare whole sides.
// One thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/sandbox/crm_model.h"
#include "daemon/engine/supervisor.h"
#include "reconcile/store/store.h"
#include "tests/support/sim_transport.h"
#include "tests/support/virtual_scheduler.h"

namespace prospectd::test {

using Fields = std::vector<std::pair<std::string, mapping::Value>>;

struct WorldOptions {
  uint64_t seed = 1;
  std::string database = ":memory:";
  std::vector<std::string> types = {"Contact", "Lead"};  ///< the plugin's order
  reconcile::Policy policy;
  mapping::Blanks blanks_in = mapping::Blanks::kMirror;
  mapping::Blanks blanks_out = mapping::Blanks::kSkip;
  mapping::ConflictRule conflict = mapping::ConflictRule::kCrmWins;
  size_t pages_per_commit = 1;
  int page_size = 2'000;  ///< the org's own maximum; any number from 1
  milliseconds overlap{600'000};
  milliseconds interval{365LL * 86'400'000};  ///< so long that only sync() polls
  store::CommitHook on_commit;
  bool writes = false;  ///< outbound.create and outbound.update of every type
  /// What the config says of the connection beyond the above, at each start; empty: nothing.
  std::function<void(engine::ConnectionOptions&)> on_connection;
  /// Called with each transport that a start of the daemon makes.
  std::function<void(SimTransport&)> on_open;
  /// Called each time the daemon's engine has ended, before its parts go.
  std::function<void()> on_close;
  /// Puts something between the engine and its store, at each start; empty: nothing.
  std::function<std::unique_ptr<store::Store>(std::unique_ptr<store::Store>)> wrap_store;
};

/// What the prospect side holds, without row numbers and clock times, in lines that can be compared.
using Picture = std::vector<std::string>;

class World {
 public:
  explicit World(WorldOptions options);
  ~World();

  // ---- in the organisation ----
  sandbox::Org& org() { return *org_; }
  sandbox::Front& front() { return *front_; }
  std::string user(const std::string& email, bool active = true);
  std::string queue(const std::string& name);
  std::string account(const std::string& name);
  std::string lead(const std::string& email, Fields fields = {});
  std::string contact(const std::string& email, Fields fields = {});
  void edit(const std::string& object, const std::string& id, Fields fields);
  void remove(const std::string& id);
  void undelete(const std::string& id);

  // ---- here ----
  VirtualScheduler& scheduler() { return *scheduler_; }
  SimTransport& transport() { return *transport_; }
  store::Store& store() { return *store_; }
  engine::Supervisor& supervisor() { return *supervisor_; }
  const mapping::LocalSchema& schema() const { return schema_; }
  /// The daemon begins to poll at its interval; sync() does it too.
  void start();
  /// One whole cycle that begins now.
  Result<engine::CycleSummary> try_sync();
  /// The same; fails the test when it fails.
  engine::CycleSummary sync();
  Result<engine::DryRunReport> dry_run();
  /// Changes a prospect here, as a person would.
  void edit_here(ProspectId id, const std::string& field, mapping::Value value);
  /// Makes a prospect here; its number.
  ProspectId make_here(const std::vector<std::pair<std::string, mapping::Value>>& values);
  Result<ProspectId> try_make_here(const std::vector<std::pair<std::string, mapping::Value>>& values);
  /// What waits in the outbox goes out, as far as it is due, without a poll.
  engine::PushSummary push();
  /// Pulls or pushes prospects by name, as a person would.
  Result<engine::OnDemandReport> on_demand(engine::OnDemandOrder order);
  /// Parts of a drift scan, until one is no such part or nothing is left; what all of them came to.
  Result<engine::VerifyReport> try_verify(engine::VerifyOrder order);
  /// What is to be written of a prospect, or was given up.
  std::vector<reconcile::OutboxEntry> outbox_of(ProspectId id);
  /// The daemon ends (as if killed) and starts anew on the same database. `options` may change what the
  /// config says.
  void restart(const std::function<void(WorldOptions&)>& change = {});
  int restarts() const { return restarts_; }
  /// The daemon's own part stops in order.
  void stop();

  std::unique_ptr<store::Reader> reader();
  std::vector<store::ProspectRow> prospects();
  /// The prospect linked to a record; fails the test when there is none.
  store::ProspectRow prospect_of(const std::string& remote);
  std::vector<reconcile::Duplicate> duplicates();
  Picture picture();

 private:
  void open();
  void close();
  Result<ProspectId> try_edit(const reconcile::ProspectEdit& edit);
  std::vector<engine::ConnectionOptions> connections();
  std::string create(const std::string& object, Fields fields);
  template <class T>
  Result<T> run(boost::asio::awaitable<Result<T>> work, const char* what);

  WorldOptions options_;
  mapping::LocalSchema schema_;
  std::unique_ptr<VirtualScheduler> scheduler_;
  std::unique_ptr<sandbox::Org> org_;
  std::unique_ptr<sandbox::Front> front_;
  std::unique_ptr<SimTransport> transport_;
  std::unique_ptr<Connector> connector_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<engine::Supervisor> supervisor_;
  bool started_ = false;
  int restarts_ = 0;
};

}  // namespace prospectd::test
