#include "daemon/engine/on_demand.h"

#include <algorithm>

#include "connectors/writer.h"
#include "daemon/engine/on_worker.h"
#include "daemon/engine/record_reader.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;
using reconcile::ForceSide;
using reconcile::Forcing;
using reconcile::Link;
using reconcile::Plan;
using reconcile::Prospect;
using reconcile::PushScene;
using reconcile::Reason;

constexpr int kPassesMax = 3;  // a link may go on from a lead to its contact, and on to the winner of a merge

constexpr std::string_view kDirectionNames[] = {"pull", "push"};
constexpr std::string_view kOutcomeNames[] = {"unchanged", "changed", "waiting", "refused"};

void conclude(OnDemandRow& row, OnDemandOutcome outcome, Reason reason) {
  row.outcome = outcome;
  row.code = code_of(reason);
  row.message = sentence_of(reason);
}

void refuse_row(OnDemandRow& row, Reason reason) {
  conclude(row, OnDemandOutcome::kRefused, reason);
}

/// How the rows of a push's journal end an attempt; kUnchanged: they don't.
OnDemandOutcome outcome_of_push(Reason reason) {
  switch (reason) {
    case Reason::kPushed:
    case Reason::kCreatedInCrm:
    case Reason::kLinkedInCrm:
      return OnDemandOutcome::kChanged;
    case Reason::kPushRefused:
    case Reason::kRecordGone:
    case Reason::kNoKey:
    case Reason::kLinkTaken:
    case Reason::kAmbiguousRecord:
      return OnDemandOutcome::kRefused;
    default:
      return OnDemandOutcome::kUnchanged;
  }
}

int64_t calls_for(int64_t rows, size_t a_call) {
  const auto most = static_cast<int64_t>(a_call);
  return (rows + most - 1) / most;
}

}  // namespace

std::string_view name_of(Direction direction) {
  return kDirectionNames[static_cast<size_t>(direction)];
}
std::string_view name_of(OnDemandOutcome outcome) {
  return kOutcomeNames[static_cast<size_t>(outcome)];
}

OnDemand::OnDemand(CycleContext& context, Applier& applier, OnDemandOrder order)
    : c_(context), order_(std::move(order)), ground_(context, applier) {}

asio::awaitable<Result<void>> OnDemand::run() {
  calls_before_ = c_.options.connector->calls();
  PD_TRY_CO(co_await ground_.prepare());
  std::vector<std::string> alerts;
  PD_TRY_CO(co_await ground_.resolve_default_user(alerts));
  Ids ids = order_.prospects;
  for (int pass = 0; pass < kPassesMax && !ids.empty(); ++pass) {
    ground_.terms().now = c_.scheduler.now();
    auto sorted = co_await on_worker<void>(c_.scheduler, [&] { return sort(ids); });
    if (!sorted) co_return std::move(sorted).error();
    PD_TRY_CO(co_await read_all());
    ids = std::exchange(moved_, {});
  }
  co_return Result<void>{};
}

// ---- what there is to do for each ----

Result<void> OnDemand::sort(const Ids& ids) {
  PD_ASSIGN(transaction, c_.store.begin());
  PD_ASSIGN(scene, transaction->push_scene(c_.connection, ids));
  Plan plan = new_plan("");
  for (const ProspectId id : ids)
    sort_one(id, scene, plan);
  if (plan.empty()) return {};
  enqueued_ = true;
  return write(*transaction, plan);
}

void OnDemand::sort_one(ProspectId id, const PushScene& scene, Plan& plan) {
  OnDemandRow& row = rows_[id];
  row = {};
  row.prospect = id;
  const auto prospect = scene.prospects.find(id);
  if (prospect == scene.prospects.end()) return refuse_row(row, Reason::kUnknownProspect);
  row.input.version = prospect->second.version;
  const auto link = scene.links.find(id);
  if (link == scene.links.end()) return sort_unlinked(row, prospect->second, plan);
  sort_linked(row, prospect->second, link->second, plan);
}

void OnDemand::sort_linked(OnDemandRow& row, const Prospect& prospect, const Link& link, Plan& plan) {
  row.object = link.object;
  row.remote = link.remote;
  row.input.record = link.version;
  row.input.hash = link.hash;
  const Reading* reading = ground_.people(link.object);
  if (reading == nullptr) {
    row.outcome = OnDemandOutcome::kRefused;
    row.code = name_of(ErrorCode::kUnknownObject);
    row.message = link.object + " can't be read, or the configuration has no such type any more";
    return;
  }
  const reconcile::PersonType& type = *reading->person;
  const bool pulls = order_.direction == Direction::kPull;
  if (pulls && !type.inbound_update) return refuse_row(row, Reason::kInboundUpdateOff);
  if (!pulls && !type.outbound_update) return refuse_row(row, Reason::kOutboundUpdateOff);
  if (pulls || order_.force) {
    refuse_row(row, Reason::kNotInCrm);  // until it is seen
    to_read_[link.object].push_back(link.remote);
    return;
  }
  if (link.deleted) return refuse_row(row, Reason::kDeletedInCrm);
  auto push = outgoing_push(type, prospect, link);
  if (!push) return conclude(row, OnDemandOutcome::kUnchanged, Reason::kUnchanged);
  if (!is_as_expected(row)) return refuse_row(row, Reason::kPlanOutdated);
  conclude(row, OnDemandOutcome::kWaiting, Reason::kLocalEdit);
  row.changes = outgoing_changes(type, prospect, link, Reason::kLocalEdit);
  plan.steps.emplace_back(*std::move(push));
}

void OnDemand::sort_unlinked(OnDemandRow& row, const Prospect& prospect, Plan& plan) {
  if (order_.direction == Direction::kPull) return refuse_row(row, Reason::kNotLinked);
  if (prospect.addresses.empty()) return refuse_row(row, Reason::kNoKey);
  const auto& types = ground_.terms().types;
  const auto type = std::ranges::find_if(
      types, [&](const reconcile::PersonType& one) { return one.may_create(prospect.fields); });
  if (type == types.end()) {
    const bool none = std::ranges::none_of(types, &reconcile::PersonType::outbound_create);
    return refuse_row(row, none ? Reason::kOutboundCreateOff : Reason::kCreateConditionNotMet);
  }
  if (!is_as_expected(row)) return refuse_row(row, Reason::kPlanOutdated);
  ++creates_;
  conclude(row, OnDemandOutcome::kWaiting, Reason::kNotLinked);
  plan.steps.emplace_back(reconcile::EnqueuePush{c_.connection, prospect.id, type->map->object(), RemoteId{},
                                                 reconcile::PushOperation::kCreate,
                                                 reconcile::PushLane::kOrdinary});
}

// ---- records ----

asio::awaitable<Result<void>> OnDemand::read_all() {
  const auto to_read = std::exchange(to_read_, {});
  for (const auto& [object, ids] : to_read) {
    const Reading& reading = *ground_.people(object);
    RecordReader reader(*c_.options.connector, reading);
    PageSink sink = [&](Page page) -> asio::awaitable<Result<void>> {
      FedPage fed = reading.mapper(std::move(page));
      ground_.terms().now = c_.scheduler.now();
      auto counts = co_await on_worker<reconcile::PlanCounts>(
          c_.scheduler, [&] { return decide(reading, std::move(fed)); });
      if (!counts) co_return std::move(counts).error();
      if (!order_.dry_run && c_.on_applied) c_.on_applied(reading.object, *counts);
      co_return Result<void>{};
    };
    std::vector<RemoteId> asked = ids;
    auto failed = co_await reader.read(std::move(asked), std::move(sink));
    if (!failed) co_return std::move(failed).error();
    if (!*failed) continue;
    if (!concerns_one_object(**failed)) co_return **std::move(failed);
    for (auto& [id, row] : rows_) {
      if (row.object != object || row.code != code_of(Reason::kNotInCrm)) continue;
      row.code = name_of((*failed)->code);
      row.message = (*failed)->text();
    }
  }
  co_return Result<void>{};
}

Result<reconcile::PlanCounts> OnDemand::decide(const Reading& reading, FedPage page) {
  if (order_.force) {
    // Known records are decided again, and so their prospects are needed.
    page.keys.known.clear();
    page.keys.email_owners.clear();
    page.keys.account_owners.clear();
  }
  PD_ASSIGN(transaction, c_.store.begin());
  PD_ASSIGN(snapshot, transaction->snapshot(page.keys));
  note_page(page, snapshot);
  leave_outdated(reading, page, snapshot);
  Plan plan = plan_person_page(*reading.person, ground_.terms().policy, std::move(page.mapped), snapshot,
                               ground_.terms().now, forcing());
  note_plan(reading, plan, snapshot);
  if (plan.empty()) return plan.counts;
  plan.cause = new_plan(reading.object).cause;
  PD_TRY(write(*transaction, plan));
  return plan.counts;
}

bool OnDemand::is_as_expected(const OnDemandRow& row) const {
  const auto expected = order_.expected.find(row.prospect);
  return expected == order_.expected.end() || expected->second == row.input;
}

// Those in another state than the one they were decided from are taken off the page, and refused where
// anything would be done about them: what an earlier part has done already is no reason.
void OnDemand::leave_outdated(const Reading& reading, FedPage& page,
                              const reconcile::PageSnapshot& snapshot) {
  if (order_.expected.empty()) return;
  std::vector<mapping::MappedRecord>& records = page.mapped.records;
  const auto other = std::stable_partition(records.begin(), records.end(), [&](const auto& record) {
    const auto seen = seen_.find(record.id);
    return seen == seen_.end() || is_as_expected(*row_of(seen->second));
  });
  if (other == records.end()) return;
  reconcile::MappedPage outdated;
  outdated.object = page.mapped.object;
  outdated.records.assign(std::make_move_iterator(other), std::make_move_iterator(records.end()));
  records.erase(other, records.end());
  reconcile::PageSnapshot after = snapshot;
  const Plan plan = plan_person_page(*reading.person, ground_.terms().policy, std::move(outdated), after,
                                     ground_.terms().now, forcing());
  for (const reconcile::Step& step : plan.steps) {
    const auto* update = std::get_if<reconcile::UpdateProspect>(&step);
    const auto* push = std::get_if<reconcile::EnqueuePush>(&step);
    if (update == nullptr && push == nullptr) continue;
    if (OnDemandRow* row = row_of(update != nullptr ? update->id : push->prospect))
      refuse_row(*row, Reason::kPlanOutdated);
  }
}

// Which records are whose, before the plan moves links on, and what of them can't be taken.
void OnDemand::note_page(const FedPage& page, const reconcile::PageSnapshot& snapshot) {
  seen_.clear();
  const auto row_at = [&](const RemoteId& remote) -> OnDemandRow* {
    const auto link = snapshot.links.find(remote);
    OnDemandRow* row = link == snapshot.links.end() ? nullptr : row_of(link->second.prospect);
    if (row != nullptr) seen_[remote] = row->prospect;
    return row;
  };
  for (const mapping::MappedRecord& record : page.mapped.records) {
    OnDemandRow* row = row_at(record.id);
    if (row == nullptr) continue;
    if (const auto prospect = snapshot.prospects.find(row->prospect); prospect != snapshot.prospects.end())
      row->input.version = prospect->second.version;
    row->input.record = record.version;
    row->input.hash = record.hash;
    conclude(*row, OnDemandOutcome::kUnchanged, Reason::kUnchanged);
    const Reading* reading = ground_.people(row->object);
    for (const mapping::FieldError& error : record.errors) {
      row->troubles.push_back({reading->person->map->entries()[error.entry].spec.local,
                               std::string(code_of(Reason::kFieldError)), error.message});
    }
  }
  for (const reconcile::BadInput& bad : page.mapped.bad) {
    OnDemandRow* row = row_at(bad.id);
    if (row == nullptr) continue;
    refuse_row(*row, Reason::kQuarantined);
    row->message += ": " + bad.reason;
  }
}

void OnDemand::note_plan(const Reading& reading, const Plan& plan, const reconcile::PageSnapshot& after) {
  for (const reconcile::Step& step : plan.steps) {
    if (const auto* update = std::get_if<reconcile::UpdateProspect>(&step)) {
      OnDemandRow* row = row_of(update->id);
      if (row == nullptr || order_.direction == Direction::kPush) continue;
      conclude(*row, OnDemandOutcome::kChanged, update->changes.front().reason);
      row->changes = update->changes;
    }
    if (const auto* push = std::get_if<reconcile::EnqueuePush>(&step)) {
      enqueued_ = true;
      OnDemandRow* row = row_of(push->prospect);
      if (row == nullptr || order_.direction == Direction::kPull) continue;
      conclude(*row, OnDemandOutcome::kWaiting, Reason::kForcedToCrm);
      row->changes = outgoing_changes(*reading.person, after.prospects.at(push->prospect),
                                      after.links.at(push->remote), Reason::kForcedToCrm);
    }
    const auto* link = std::get_if<reconcile::PutLink>(&step);
    if (link == nullptr || link->replaces.empty()) continue;
    if (OnDemandRow* row = row_of(link->link.prospect)) {
      conclude(*row, OnDemandOutcome::kChanged, Reason::kMerged);
      if (link->link.object != reading.object) conclude(*row, OnDemandOutcome::kChanged, Reason::kConverted);
      if (!order_.dry_run) moved_.push_back(row->prospect);
    }
  }
  note_links(seen_, after);
}

void OnDemand::note_links(const std::map<RemoteId, ProspectId>& seen, const reconcile::PageSnapshot& after) {
  for (const auto& [remote, prospect] : seen) {
    const auto link = after.links.find(remote);
    if (link == after.links.end()) continue;  // it has gone on
    OnDemandRow& row = *row_of(prospect);
    if (link->second.deleted) refuse_row(row, Reason::kDeletedInCrm);
    for (const reconcile::PendingRef& pending : link->second.pending) {
      if (pending.field != mapping::field::kEmail) continue;
      row.troubles.push_back({"email", std::string(code_of(Reason::kEmailTaken)),
                              std::string(sentence_of(Reason::kEmailTaken))});
    }
  }
}

// ---- the end ----

void OnDemand::hear(const Plan& plan) {
  for (const reconcile::JournalEntry& entry : plan.journal) {
    OnDemandRow* row = row_of(entry.prospect);
    const OnDemandOutcome outcome = outcome_of_push(entry.reason);
    if (row == nullptr || row->outcome != OnDemandOutcome::kWaiting || outcome == OnDemandOutcome::kUnchanged)
      continue;
    const Reason forced = row->code == code_of(Reason::kForcedToCrm) && entry.reason == Reason::kPushed
                              ? Reason::kForcedToCrm
                              : entry.reason;
    conclude(*row, outcome, forced);
    if (row->remote.empty()) {
      row->object = entry.object;
      row->remote = entry.remote;
    }
  }
}

asio::awaitable<Result<OnDemandReport>> OnDemand::report() {
  OnDemandReport report;
  if (order_.dry_run) {
    for (auto& [id, row] : rows_)
      if (row.outcome == OnDemandOutcome::kWaiting) row.outcome = OnDemandOutcome::kChanged;
  } else {
    auto settled = co_await on_worker<void>(c_.scheduler, [this] { return settle_waiting(); });
    if (!settled) co_return std::move(settled).error();
  }
  report.calls = c_.options.connector->calls() - calls_before_;
  if (order_.dry_run) report.calls_to_come = calls_to_come(report.calls);
  for (auto& [id, row] : rows_)
    report.rows.push_back(std::move(row));
  co_return report;
}

// What the outbox still holds of them, or has given up.
Result<void> OnDemand::settle_waiting() {
  PD_ASSIGN(reader, c_.store.reader());
  for (auto& [id, row] : rows_) {
    if (order_.direction == Direction::kPull) break;
    const bool refused = row.code == code_of(Reason::kPushRefused);
    if (row.outcome != OnDemandOutcome::kWaiting && !refused) continue;
    PD_ASSIGN(entries, reader->outbox_of(id));
    const auto entry = std::ranges::find(entries, c_.connection, &reconcile::OutboxEntry::connection);
    if (entry == entries.end()) {
      if (refused) continue;
      conclude(row, OnDemandOutcome::kUnchanged, Reason::kUnchanged);
      row.changes.clear();
      continue;
    }
    row.outcome =
        entry->state == reconcile::PushState::kDead ? OnDemandOutcome::kRefused : OnDemandOutcome::kWaiting;
    if (entry->code.empty()) continue;
    row.code = entry->code;
    row.message = entry->error;
  }
  return {};
}

int64_t OnDemand::calls_to_come(int64_t made) const {
  if (order_.direction == Direction::kPull) return made;
  int64_t updates = 0;
  for (const auto& [id, row] : rows_)
    updates += row.outcome == OnDemandOutcome::kChanged && !row.remote.empty() ? 1 : 0;
  const auto types = static_cast<int64_t>(ground_.terms().types.size());
  return made + calls_for(updates, kWriteRowsMax) + calls_for(creates_, kWriteRowsMax) +
         types * calls_for(creates_, kLookupValuesMax);
}

OnDemandRow* OnDemand::row_of(ProspectId id) {
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : &found->second;
}

Plan OnDemand::new_plan(const std::string& object) const {
  Plan plan;
  plan.cause.kind = name_of(order_.direction);
  plan.cause.detail = c_.options.name + (object.empty() ? "" : "/" + object);
  if (!order_.detail.empty()) plan.cause.detail += ", " + order_.detail;
  plan.cause.actor = order_.actor;
  return plan;
}

// A dry run's transaction ends without a commit.
Result<void> OnDemand::write(store::Transaction& transaction, Plan& plan) {
  if (order_.dry_run) return {};
  PD_TRY(transaction.apply(plan, ground_.terms().now));
  return transaction.commit();
}

Forcing OnDemand::forcing() const {
  if (!order_.force) return {};
  return {order_.direction == Direction::kPull ? ForceSide::kCrm : ForceSide::kProspect, order_.blanks};
}

}  // namespace prospectd::engine
