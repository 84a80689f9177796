#include "daemon/service/row_edits.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "daemon/service/desk.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;
using reconcile::RowOutcome;
using reconcile::RowScene;
using reconcile::RowVerdict;

/// How often a plan may ask for more: each time it knows what it asked for before.
constexpr int kLookUpsMax = 20;

/// What a change is decided over: a transaction, or a reader for a dry run.
struct Ground {
  std::function<Result<void>(const reconcile::RowKeys&, RowScene&)> look_up;
  std::function<Result<reconcile::EditScene>(const reconcile::EditKeys&)> edit_scene;
};

template <class View>
Ground ground_of(View& view) {
  return {[&view](const reconcile::RowKeys& keys, RowScene& scene) { return view.look_up(keys, scene); },
          [&view](const reconcile::EditKeys& keys) { return view.edit_scene(keys); }};
}

/// One order, as it is decided and carried out on the worker.
class RowWork {
 public:
  RowWork(store::Store& store, const mapping::LocalSchema& schema, std::vector<engine::ConnectionFlow> flows,
          RowOrder order, Timestamp now)
      : store_(store), schema_(schema), flows_(std::move(flows)), order_(std::move(order)), now_(now) {}

  Result<RowReport> apply() {
    PD_TRY(name_connections());
    PD_ASSIGN(transaction, store_.begin());
    PD_ASSIGN(plan, decide(ground_of(*transaction)));
    if (plan.empty()) return std::move(report_);
    add_kept(plan, order_.keep, report_, now_);
    PD_TRY(transaction->apply(plan, now_));
    report_.committed = committed_under(transaction->cause(), schema_, plan);
    PD_TRY(transaction->commit());
    return std::move(report_);
  }

  /// The same over a reader: nothing is written.
  Result<RowReport> look() {
    PD_TRY(name_connections());
    PD_ASSIGN(reader, store_.reader());
    PD_TRY(decide(ground_of(*reader)));
    return std::move(report_);
  }

 private:
  Result<void> name_connections() {
    PD_ASSIGN(outward, numbered_flows(store_, flows_));
    outward_ = std::move(outward);
    return {};
  }

  Result<reconcile::Plan> decide(const Ground& ground) {
    const reconcile::RowContext context{order_.actor, order_.role, now_};
    RowScene scene;
    RowOutcome outcome = reconcile::plan_row_edit(context, order_.edit, scene);
    for (int i = 0; i < kLookUpsMax && outcome.verdict == RowVerdict::kLacking; ++i) {
      PD_TRY(ground.look_up(outcome.lacking, scene));
      outcome = reconcile::plan_row_edit(context, order_.edit, scene);
    }
    if (outcome.verdict == RowVerdict::kLacking)
      return make_error(ErrorCode::kInternal, "a change of a row asks for more and more");
    report_.verdict = outcome.verdict;
    report_.id = outcome.id;
    report_.version = outcome.version + (outcome.verdict == RowVerdict::kPlanned ? 1 : 0);
    report_.changes = std::move(outcome.changes);
    report_.faults = std::move(outcome.faults);
    if (outcome.follows && outcome.verdict == RowVerdict::kPlanned)
      PD_TRY(plan_follower(ground, *outcome.follows, outcome.plan));
    return std::move(outcome.plan);
  }

  // A stage that the ruleset gives is a change of the prospect like any other.
  Result<void> plan_follower(const Ground& ground, const reconcile::ProspectEdit& edit,
                             reconcile::Plan& plan) {
    PD_ASSIGN(scene, ground.edit_scene(reconcile::keys_of_edits({edit})));
    const reconcile::EditContext context{schema_, outward_, order_.actor, now_};
    reconcile::EditOutcome outcome = reconcile::plan_edit(context, edit, scene);
    if (outcome.verdict != reconcile::EditVerdict::kPlanned) return {};
    for (const reconcile::Step& step : outcome.plan.steps) {
      if (const auto* update = std::get_if<reconcile::UpdateProspect>(&step))
        report_.prospect_changes = update->changes;
      if (const auto* push = std::get_if<reconcile::EnqueuePush>(&step))
        report_.pushes.push_back(push_to_come(flows_, outward_, *push));
    }
    outcome.plan.cause = plan.cause;
    reconcile::add_edit(plan, std::move(outcome.plan));
    return {};
  }

  store::Store& store_;
  const mapping::LocalSchema& schema_;
  std::vector<engine::ConnectionFlow> flows_;
  RowOrder order_;
  const Timestamp now_;
  std::vector<reconcile::OutwardFlow> outward_;  ///< parallel to flows_
  RowReport report_;
};

/// The tags of an order, as they are decided on the worker.
class TagWork {
 public:
  TagWork(const Desk& desk, const TagOrder& order) : desk_(desk), order_(order) {}

  Result<TagReport> decide(reconcile::Plan& plan) {
    PD_ASSIGN(row, desk_.reader->prospect(order_.prospect));
    report_.found = row.has_value();
    if (!report_.found) return std::move(report_);
    PD_TRY(read_named());
    for (const std::string& name : row->tags)
      PD_TRY(read_held(name));
    if (!report_.unknown.empty()) return std::move(report_);
    for (const auto& [name, id] : wanted_)
      if (order_.act != TagAct::kRemove && !held_.contains(name)) report_.added.push_back(name);
    for (const auto& [name, id] : held_) {
      const bool named = wanted_.contains(name);
      if (order_.act == TagAct::kRemove ? named : order_.act == TagAct::kReplace && !named)
        report_.removed.push_back(name);
    }
    settle();
    plan = planned();
    return std::move(report_);
  }

 private:
  Result<void> read_named() {
    reconcile::RowKeys keys;
    for (const int64_t id : order_.tags)
      keys.rows.push_back({"tags", id});
    RowScene scene;
    PD_TRY(desk_.reader->look_up(keys, scene));
    for (size_t i = 0; i < order_.tags.size(); ++i) {
      const auto& tag = scene.rows[{"tags", order_.tags[i]}];
      if (tag) wanted_.emplace(std::string(tag->cells[reconcile::kNameCell].str()), order_.tags[i]);
      if (!tag) report_.unknown.push_back(i);
    }
    return {};
  }

  Result<void> read_held(const std::string& name) {
    const reconcile::RowsWith with{"tags", reconcile::kNameCell, name};
    reconcile::RowKeys keys;
    keys.lists.push_back(with);
    RowScene scene;
    PD_TRY(desk_.reader->look_up(keys, scene));
    for (const int64_t id : scene.lists[with])
      held_.emplace(name, id);
    return {};
  }

  void settle() {
    std::map<std::string, int64_t> after = held_;
    for (const std::string& name : report_.added)
      after.emplace(name, wanted_.at(name));
    for (const std::string& name : report_.removed)
      after.erase(name);
    for (const auto& [name, id] : after)
      report_.tags.push_back(id);
    std::ranges::sort(report_.tags);
  }

  reconcile::Plan planned() const {
    reconcile::Plan plan;
    plan.cause = {"edit", "tags of prospect " + std::to_string(order_.prospect.value), order_.actor};
    for (const bool remove : {false, true}) {
      for (const std::string& name : remove ? report_.removed : report_.added) {
        plan.steps.emplace_back(reconcile::TagProspect{order_.prospect, name, remove});
        reconcile::JournalEntry entry;
        entry.reason = remove ? reconcile::Reason::kUntagged : reconcile::Reason::kTagged;
        entry.prospect = order_.prospect;
        entry.field = "tags";
        (remove ? entry.before : entry.after) = mapping::Value(name).to_json();
        plan.journal.push_back(std::move(entry));
      }
    }
    return plan;
  }

  const Desk& desk_;
  const TagOrder& order_;
  TagReport report_;
  std::map<std::string, int64_t> wanted_;  ///< tags that the order names, by name
  std::map<std::string, int64_t> held_;    ///< tags that the prospect has
};

class StoredRowEdits final : public RowEdits {
 public:
  StoredRowEdits(engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store,
                 mapping::LocalSchema schema)
      : scheduler_(scheduler),
        supervisor_(supervisor),
        store_(store),
        schema_(std::move(schema)),
        desks_(scheduler, supervisor, store) {}

  asio::awaitable<Result<RowReport>> change(RowOrder order) override {
    if (under_way_ >= kOrdersMax)
      co_return make_error(ErrorCode::kLocked, "many changes are under way: try again in a moment");
    const OneMore counted(under_way_);
    const bool dry_run = order.dry_run;
    RowWork work(store_, schema_, supervisor_.flows(), std::move(order), scheduler_.now());
    Result<RowReport> report =
        make_error(ErrorCode::kCancelled, "the daemon is stopping: nothing was written");
    std::function<void()> job = [&] { report = dry_run ? work.look() : work.apply(); };
    co_await scheduler_.blocking(std::move(job));
    if (report && !dry_run && !report->pushes.empty()) supervisor_.push_soon();
    co_return report;
  }

  asio::awaitable<Result<TagReport>> tag(TagOrder order) override {
    if (order.tags.size() > kTagsOfOrderMax) {
      co_return make_error(ErrorCode::kTooLarge,
                           "at most " + std::to_string(kTagsOfOrderMax) + " tags can be named at once");
    }
    std::function<Result<TagReport>(const Desk&, Timestamp)> work = [&](const Desk& desk, Timestamp now) {
      return tag_now(desk, order, now);
    };
    co_return co_await desks_.write<TagReport>(std::move(work));
  }

 private:
  Result<TagReport> tag_now(const Desk& desk, const TagOrder& order, Timestamp now) {
    reconcile::Plan plan;
    PD_ASSIGN(report, TagWork(desk, order).decide(plan));
    if (order.dry_run || plan.empty()) return report;
    add_kept(plan, order.keep, report, now);
    PD_ASSIGN(cause, commit_plan(store_, plan, now));
    report.committed = committed_under(cause, schema_, plan);
    return report;
  }

  // They take their turn on the thread that polls write with too.
  static constexpr int kOrdersMax = 32;

  int under_way_ = 0;
  engine::Scheduler& scheduler_;
  engine::Supervisor& supervisor_;
  store::Store& store_;
  const mapping::LocalSchema schema_;
  Desks desks_;
};

}  // namespace

std::unique_ptr<RowEdits> make_row_edits(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                         store::Store& store, mapping::LocalSchema schema) {
  return std::make_unique<StoredRowEdits>(scheduler, supervisor, store, std::move(schema));
}

}  // namespace prospectd::service
