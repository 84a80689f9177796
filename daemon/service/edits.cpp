#include "daemon/service/edits.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "daemon/service/desk.h"
#include "daemon/service/one_more.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;

// `outward` is parallel to `flows`.
std::string connection_name(const std::vector<engine::ConnectionFlow>& flows,
                            const std::vector<reconcile::OutwardFlow>& outward,
                            reconcile::ConnectionId connection) {
  const auto at = std::ranges::find(outward, connection, &reconcile::OutwardFlow::connection);
  return at == outward.end() ? std::string() : flows[static_cast<size_t>(at - outward.begin())].connection;
}

using reconcile::EditOutcome;
using reconcile::EditScene;
using reconcile::EditVerdict;
using reconcile::OutwardFlow;

/// One order, as it is decided and carried out on the worker.
class EditWork {
 public:
  EditWork(store::Store& store, const mapping::LocalSchema& schema, std::vector<engine::ConnectionFlow> flows,
           EditOrder order, Timestamp now)
      : store_(store), schema_(schema), flows_(std::move(flows)), order_(std::move(order)), now_(now) {}

  Result<std::vector<EditReport>> apply() {
    PD_TRY(name_connections());
    PD_ASSIGN(transaction, store_.begin());
    PD_ASSIGN(scene, transaction->edit_scene(reconcile::keys_of_edits(order_.edits)));
    reconcile::Plan plan = decide(scene);
    if (plan.empty()) return std::move(reports_);
    add_kept(plan, order_.keep, reports_, now_);
    PD_TRY(transaction->apply(plan, now_));
    const Committed committed = committed_under(transaction->cause(), schema_, plan);
    PD_TRY(transaction->commit());
    for (EditReport& report : reports_)
      if (report.verdict == EditVerdict::kPlanned) report.committed = committed;
    return std::move(reports_);
  }

  /// The same over a reader: nothing is written.
  Result<std::vector<EditReport>> look() {
    PD_TRY(name_connections());
    PD_ASSIGN(reader, store_.reader());
    PD_ASSIGN(scene, reader->edit_scene(reconcile::keys_of_edits(order_.edits)));
    decide(scene);
    return std::move(reports_);
  }

 private:
  Result<void> name_connections() {
    PD_ASSIGN(outward, numbered_flows(store_, flows_));
    outward_ = std::move(outward);
    return {};
  }

  reconcile::Plan decide(EditScene& scene) {
    const reconcile::EditContext context{schema_, outward_, order_.actor, now_};
    reconcile::Plan sum;
    for (const reconcile::ProspectEdit& edit : order_.edits) {
      EditOutcome outcome = reconcile::plan_edit(context, edit, scene);
      reports_.push_back(report_of(outcome));
      if (outcome.verdict == EditVerdict::kPlanned) reconcile::add_edit(sum, std::move(outcome.plan));
    }
    if (order_.edits.size() > 1)
      sum.cause = {"import", std::to_string(order_.edits.size()) + " rows", order_.actor};
    return sum;
  }

  EditReport report_of(const EditOutcome& outcome) const {
    EditReport report;
    report.verdict = outcome.verdict;
    report.prospect = outcome.prospect;
    report.version = outcome.version + (outcome.verdict == EditVerdict::kPlanned ? 1 : 0);
    report.faults = outcome.faults;
    for (const reconcile::StaysHere& stays : outcome.stays)
      report.stays.push_back({connection_name(flows_, outward_, stays.connection), stays});
    for (const reconcile::Step& step : outcome.plan.steps) {
      if (const auto* update = std::get_if<reconcile::UpdateProspect>(&step))
        report.changes = update->changes;
      if (const auto* create = std::get_if<reconcile::CreateProspect>(&step))
        report.changes = first_values(create->prospect);
      if (const auto* push = std::get_if<reconcile::EnqueuePush>(&step))
        report.pushes.push_back(push_to_come(flows_, outward_, *push));
    }
    return report;
  }

  static std::vector<reconcile::FieldChange> first_values(const reconcile::Prospect& made) {
    std::vector<reconcile::FieldChange> values;
    for (size_t at = 0; at < made.fields.size(); ++at) {
      if (!made.fields[at].is_null())
        values.push_back({at, mapping::Value::null(), made.fields[at], reconcile::Reason::kCreatedHere});
    }
    return values;
  }

  store::Store& store_;
  const mapping::LocalSchema& schema_;
  std::vector<engine::ConnectionFlow> flows_;
  EditOrder order_;
  const Timestamp now_;
  std::vector<OutwardFlow> outward_;  ///< parallel to flows_
  std::vector<EditReport> reports_;
};

class StoredEdits final : public Edits {
 public:
  StoredEdits(engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store,
              mapping::LocalSchema schema)
      : scheduler_(scheduler), supervisor_(supervisor), store_(store), schema_(std::move(schema)) {}

  asio::awaitable<Result<std::vector<EditReport>>> edit(EditOrder order) override {
    if (order.edits.size() > reconcile::kEditsMax) {
      co_return make_error(ErrorCode::kTooLarge, "at most " + std::to_string(reconcile::kEditsMax) +
                                                     " prospects can be changed at once");
    }
    if (edits_ >= kOrdersMax) {
      co_return make_error(ErrorCode::kLocked, "many changes are under way: try again in a moment");
    }
    const OneMore counted(edits_);
    const bool dry_run = order.dry_run;
    EditWork work(store_, schema_, supervisor_.flows(), std::move(order), scheduler_.now());
    Result<std::vector<EditReport>> reports =
        make_error(ErrorCode::kCancelled, "the daemon is stopping: nothing was written");
    std::function<void()> job = [&] { reports = dry_run ? work.look() : work.apply(); };
    co_await scheduler_.blocking(std::move(job));
    if (reports && !dry_run) supervisor_.push_soon();
    co_return reports;
  }

 private:
  // They take their turn on the thread that polls write with too.
  static constexpr int kOrdersMax = 32;

  int edits_ = 0;  ///< under way or waiting
  engine::Scheduler& scheduler_;
  engine::Supervisor& supervisor_;
  store::Store& store_;
  const mapping::LocalSchema schema_;
};

}  // namespace

PushToCome push_to_come(const std::vector<engine::ConnectionFlow>& flows,
                        const std::vector<OutwardFlow>& outward, const reconcile::EnqueuePush& push) {
  return {connection_name(flows, outward, push.connection), push.object, push.operation, push.lane};
}

std::unique_ptr<Edits> make_edits(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                  store::Store& store, mapping::LocalSchema schema) {
  return std::make_unique<StoredEdits>(scheduler, supervisor, store, std::move(schema));
}

}  // namespace prospectd::service
