#include "daemon/engine/verify.h"

#include <algorithm>

#include "daemon/engine/on_worker.h"
#include "daemon/engine/record_reader.h"
#include "reconcile/match.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;
using reconcile::DriftKind;
using reconcile::Plan;
using reconcile::Reason;
using reconcile::Suspect;
using reconcile::Verdict;
using Phase = VerifyScan::Phase;

constexpr int kStepTriesMax = 3;  // of one step whose trouble may be the object's own

// In the order of Verdict.
constexpr std::string_view kActions[] = {"",       "update", "delete", "move", "move",
                                         "create", "link",   "hold",   ""};

std::vector<reconcile::ListedRecord> listed_of(const Page& page) {
  std::vector<reconcile::ListedRecord> listed;
  for (const mapping::Record& record : page.records)
    listed.push_back({record.id, record.version, record.deleted, record.lineage.converted});
  return listed;
}

/// What the brake says of `deletions` among `standing` records.
std::string brake_words(const std::string& object, int64_t deletions, int64_t standing) {
  return std::to_string(deletions) + " of " + std::to_string(standing) + " linked records of " + object +
         " would be marked deleted, more than " + std::to_string(reconcile::kBrakePercent) +
         " %: the login may have lost sight of them. If they are gone indeed: prospectd verify --repair "
         "--yes";
}

}  // namespace

reconcile::StandsFor Verify::stands_for(const Reading& reading) {
  return reading.person == nullptr ? reconcile::StandsFor::kAccount : reconcile::StandsFor::kProspect;
}

// Those that can't be decoded are there all the same.
std::vector<RemoteId> Verify::ids_of_list(const Page& page) {
  std::vector<RemoteId> ids;
  for (const mapping::Record& record : page.records)
    ids.push_back(record.id);
  for (const BadRecord& bad : page.bad)
    if (!bad.id.empty()) ids.push_back(bad.id);
  return ids;
}

Verify::Verify(CycleContext& context, Applier& applier, VerifyOrder order)
    : c_(context), order_(std::move(order)), scan_(*order_.scan), ground_(context, applier) {}

asio::awaitable<Result<VerifyReport>> Verify::run() {
  const ApiUsage usage = c_.options.connector->usage();
  const int percent = order_.unhurried ? c_.options.verify.percent : c_.options.push.ordinary_percent;
  if (usage.allowed > 0 && usage.used * 100 >= usage.allowed * percent) {
    report_.held_back = std::to_string(usage.used * 100 / usage.allowed) +
                        " % of the CRM's daily allowance is used: the drift scan waits";
    co_return std::move(report_);
  }
  const int64_t calls_before = c_.options.connector->calls();
  PD_TRY_CO(co_await ground_.prepare());
  std::vector<std::string> alerts;
  PD_TRY_CO(co_await ground_.resolve_default_user(alerts));
  ground_.terms().now = c_.scheduler.now();
  plan_objects();
  if (!scan_.objects.empty()) {
    const std::string object = scan_.objects.front();
    const Reading* reading = reading_of(object);
    const reconcile::DriftCounts counts = scan_.now.counts;
    const int64_t deletions = scan_.deletions;
    Result<void> done = make_error(ErrorCode::kUnknownObject,
                                   object + " can't be read, or the configuration has no such object");
    if (reading != nullptr) done = co_await step(*reading);
    if (!done) {
      const bool may_pass = done.error().error_class() == ErrorClass::kRetry;
      if (!may_concern_one_object(done.error()) || (may_pass && ++scan_.tries < kStepTriesMax)) {
        take_back(counts, deletions);
        report_.calls = c_.options.connector->calls() - calls_before;
        report_.failed = std::move(done).error();
        co_return std::move(report_);
      }
      fail(std::move(done).error());
    }
    scan_.tries = 0;
    if (c_.on_applied && is_repairing()) c_.on_applied(object, applied_);
    if (over_) PD_TRY_CO(co_await finish());
  }
  if (!scan_.now.object.empty()) report_.objects.push_back(scan_.now);
  if (over_) scan_.now = {};
  report_.done = scan_.objects.empty();
  report_.total = report_.done ? 0 : scan_.total;
  report_.calls = c_.options.connector->calls() - calls_before;
  co_return std::move(report_);
}

// The part will be done once more: what it only told of is told then.
void Verify::take_back(const reconcile::DriftCounts& counts, int64_t deletions) {
  if (is_repairing()) return;
  scan_.now.counts = counts;
  scan_.deletions = deletions;
  report_ = {};
}

// Records that go on as others first: a contact whose lead is linked is then no stranger (§4).
void Verify::plan_objects() {
  if (std::exchange(scan_.planned, true)) return;
  const auto wanted = [&](const Reading& reading) {
    return !reading.users && !scan_.finished.contains(reading.object) &&
           (order_.object.empty() || order_.object == reading.object);
  };
  for (const bool goes_on : {true, false}) {
    for (const Reading& reading : ground_.readings()) {
      const bool is_first = reading.person == nullptr || !reading.becomes.empty();
      if (wanted(reading) && is_first == goes_on) scan_.objects.push_back(reading.object);
    }
  }
}

const Reading* Verify::reading_of(const std::string& object) const {
  const auto& readings = ground_.readings();
  const auto found = std::ranges::find_if(
      readings, [&](const Reading& reading) { return !reading.users && reading.object == object; });
  return found == readings.end() ? nullptr : &*found;
}

asio::awaitable<Result<void>> Verify::step(const Reading& reading) {
  switch (scan_.phase) {
    case Phase::kBegin:
      PD_TRY_CO(co_await begin(reading));
      if (over_) co_return Result<void>{};
      [[fallthrough]];
    case Phase::kList:
      co_return co_await list(reading);
    case Phase::kCompare:
      PD_TRY_CO(co_await compare(reading));
      if (over_) co_return Result<void>{};
      [[fallthrough]];
    case Phase::kGone:
      co_return co_await look_for_gone(reading);
  }
  co_return Result<void>{};
}

// One call tells whether the CRM shows anything like what is known here.
asio::awaitable<Result<void>> Verify::begin(const Reading& reading) {
  scan_.now = {};
  scan_.now.object = reading.object;
  scan_.now.began_at = c_.scheduler.now();
  scan_.deletions = 0;
  scan_.after = {};
  scan_.holder = 0;
  scan_.listed.emplace();
  scan_.here.emplace();
  std::string object = reading.object;
  auto total = co_await c_.options.connector->count_records(std::move(object));
  if (!total) co_return std::move(total).error();
  scan_.total = *total;
  auto standing = co_await on_worker<int64_t>(c_.scheduler, [&]() -> Result<int64_t> {
    PD_ASSIGN(transaction, c_.store.begin());
    return transaction->count_standing(c_.connection, stands_for(reading), reading.object);
  });
  if (!standing) co_return std::move(standing).error();
  scan_.standing = *standing;
  if (!order_.yes && reconcile::brakes(scan_.standing - scan_.total, scan_.standing)) {
    brake(scan_.standing - scan_.total);
    co_return Result<void>{};
  }
  scan_.phase = Phase::kList;
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Verify::list(const Reading& reading) {
  ListingQuery query;
  query.object = reading.object;
  query.after = scan_.after;
  query.limit = kListingMax;
  auto page = co_await c_.options.connector->list_records(std::move(query));
  if (!page) co_return std::move(page).error();
  const std::vector<RemoteId> ids = ids_of_list(*page);
  auto taken = co_await on_worker<void>(c_.scheduler, [&] { return take_list(reading, *page); });
  if (!taken) co_return std::move(taken).error();
  PD_TRY_CO(co_await read_suspects(reading));
  if (is_repairing() && !suspects_.empty()) {
    auto looked = co_await on_worker<void>(c_.scheduler, [&] { return look_who_stands(reading, ids); });
    if (!looked) co_return std::move(looked).error();
  }
  // Only now: what failed before is listed once more.
  for (const RemoteId& id : ids)
    scan_.after = std::max(scan_.after, id);
  for (const RemoteId& id : stands_)
    scan_.listed->add(id);
  scan_.now.counts.compared += static_cast<int64_t>(ids.size());
  const bool is_last = page->records.size() + page->bad.size() < kListingMax;
  if (is_last || ids.empty()) scan_.phase = Phase::kCompare;
  co_return Result<void>{};
}

Result<void> Verify::take_list(const Reading& reading, const Page& page) {
  PD_ASSIGN(cursor, c_.store.cursor(c_.connection, reading.object));
  // From there on the next poll reads again.
  if (cursor.stamp) settled_ = *cursor.stamp - c_.options.poll.overlap;
  PD_ASSIGN(transaction, c_.store.begin());
  const std::vector<RemoteId> ids = ids_of_list(page);
  PD_ASSIGN(known, transaction->known_records(c_.connection, stands_for(reading), ids));
  for (Suspect& suspect : reconcile::suspects_of(listed_of(page), known, settled_)) {
    RemoteId id = suspect.id;
    suspects_.emplace(std::move(id), std::move(suspect));
  }
  note_who_stands(ids, known);
  return {};
}

// A repair has changed that.
Result<void> Verify::look_who_stands(const Reading& reading, const std::vector<RemoteId>& ids) {
  PD_ASSIGN(transaction, c_.store.begin());
  PD_ASSIGN(known, transaction->known_records(c_.connection, stands_for(reading), ids));
  note_who_stands(ids, known);
  return {};
}

void Verify::note_who_stands(const std::vector<RemoteId>& ids, const reconcile::KnownRecords& known) {
  stands_.clear();
  for (const RemoteId& id : ids) {
    const auto found = known.find(id);
    if (found != known.end() && found->second.linked && !found->second.deleted) stands_.push_back(id);
  }
}

asio::awaitable<Result<void>> Verify::read_suspects(const Reading& reading) {
  if (suspects_.empty()) co_return Result<void>{};
  std::vector<RemoteId> ids;
  for (const auto& [id, suspect] : suspects_)
    ids.push_back(id);
  RecordReader reader(*c_.options.connector, reading);
  PageSink sink = [&](Page page) -> asio::awaitable<Result<void>> {
    // What has changed since it was listed is the polls' again.
    std::erase_if(page.records, [&](const mapping::Record& record) { return record.version >= settled_; });
    if (over_ || (page.records.empty() && page.bad.empty())) co_return Result<void>{};
    FedPage fed = reading.mapper(std::move(page));
    co_return co_await on_worker<void>(c_.scheduler, [&] { return decide(reading, std::move(fed)); });
  };
  auto failed = co_await reader.read(std::move(ids), std::move(sink));
  if (!failed) co_return std::move(failed).error();
  if (*failed) co_return **std::move(failed);
  co_return Result<void>{};
}

Result<void> Verify::decide(const Reading& reading, FedPage page) {
  PD_ASSIGN(transaction, c_.store.begin());
  PD_ASSIGN(snapshot, transaction->snapshot(page.keys));
  std::vector<DriftRow> rows;
  for (const mapping::MappedRecord& record : page.mapped.records) {
    if (!suspects_.contains(record.id)) continue;
    if (reading.person != nullptr) {
      note_person(reading, record, snapshot, rows);
    } else {
      note_account(record, rows);
    }
  }
  for (const reconcile::BadInput& bad : page.mapped.bad) {
    if (!suspects_.contains(bad.id) || snapshot.dead_letters.contains(bad.id)) continue;
    DriftRow& row = rows.emplace_back(row_of(bad.id));
    row.action = "set apart";
    row.code = code_of(Reason::kQuarantined);
    row.message = bad.reason;
  }
  Plan plan = reading.planner.plan(page, snapshot);
  return carry_out(plan, *transaction, std::move(rows));
}

// A record that is kept out, or tells nothing new, is where it belongs.
void Verify::note_person(const Reading& reading, const mapping::MappedRecord& record,
                         const reconcile::PageSnapshot& snapshot, std::vector<DriftRow>& rows) const {
  const reconcile::Decision decision = reconcile::judge(*reading.person, record, snapshot);
  if (decision.verdict == Verdict::kSkip || decision.verdict == Verdict::kUnchanged) return;
  DriftRow& row = rows.emplace_back(row_of(record.id));
  if (!row.prospect) row.prospect = decision.prospect;
  row.action =
      decision.reason == Reason::kRestoredInCrm ? "restore" : kActions[static_cast<size_t>(decision.verdict)];
  row.code = code_of(decision.reason);
  row.message = sentence_of(decision.reason);
}

void Verify::note_account(const mapping::MappedRecord& record, std::vector<DriftRow>& rows) const {
  DriftRow& row = rows.emplace_back(row_of(record.id));
  row.prospect = {};
  const bool is_new = row.kind == DriftKind::kMissingHere;
  const Reason reason = record.deleted ? Reason::kDeletedInCrm
                        : is_new       ? Reason::kCreatedFromCrm
                                       : Reason::kUpdatedFromCrm;
  row.action = record.deleted ? "delete" : is_new ? "create" : "update";
  row.code = code_of(reason);
  row.message = sentence_of(reason);
}

DriftRow Verify::row_of(const RemoteId& id) const {
  const Suspect& suspect = suspects_.at(id);
  DriftRow row;
  row.kind = suspect.kind;
  row.object = scan_.now.object;
  row.remote = id;
  row.prospect = {suspect.holder};
  row.there = suspect.there;
  row.here = suspect.here;
  return row;
}

// Counts, and writes where that is ordered. Records that are no drift are in the plan like those of any page:
// of them it changes nothing.
Result<void> Verify::carry_out(Plan& plan, store::Transaction& transaction, std::vector<DriftRow> rows) {
  const bool brakes = !order_.yes && reconcile::brakes(scan_.deletions + plan.counts.deleted, scan_.standing);
  if (brakes) {
    brake(plan.counts.deleted);
  } else {
    scan_.deletions += plan.counts.deleted;
    report_.effects += plan.counts;
  }
  const bool writes = is_repairing() && !brakes;
  if (writes && !plan.empty()) {
    plan.cause = {std::string(reconcile::kVerifyKind), c_.options.name + "/" + scan_.now.object,
                  order_.actor};
    if (!order_.detail.empty()) plan.cause.detail += ", " + order_.detail;
    PD_TRY(transaction.apply(plan, ground_.terms().now));
    PD_TRY(transaction.commit());
    applied_ += plan.counts;
  }
  for (DriftRow& row : rows) {
    ++scan_.now.counts.of(row.kind);
    row.repaired = writes;
    scan_.now.counts.repaired += writes ? 1 : 0;
    report_.rows.push_back(std::move(row));
  }
  return {};
}

// ---- how an object ends ----

void Verify::brake(int64_t more) {
  scan_.now.code = code_of(Reason::kMassChange);
  scan_.now.trouble = brake_words(scan_.now.object, scan_.deletions + more, scan_.standing);
  over_ = true;
}

// The others go on (I12).
void Verify::fail(Error error) {
  if (scan_.now.object.empty()) {
    scan_.now.object = scan_.objects.front();
    scan_.now.began_at = c_.scheduler.now();
  }
  scan_.now.code = name_of(error.code);
  scan_.now.trouble = error.text();
  over_ = true;
}

asio::awaitable<Result<void>> Verify::finish() {
  scan_.now.finished_at = c_.scheduler.now();
  auto saved = co_await on_worker<void>(c_.scheduler, [this] { return save(); });
  if (!saved) co_return std::move(saved).error();
  scan_.objects.erase(scan_.objects.begin());
  scan_.phase = Phase::kBegin;
  scan_.listed.reset();
  scan_.here.reset();
  co_return Result<void>{};
}

Result<void> Verify::save() {
  if (order_.dry_run) return {};
  PD_ASSIGN(transaction, c_.store.begin());
  Plan plan;
  plan.cause = {std::string(reconcile::kVerifyKind), c_.options.name + "/" + scan_.now.object, order_.actor};
  plan.steps.emplace_back(reconcile::PutVerification{c_.connection, scan_.now});
  PD_TRY(transaction->apply(plan, *scan_.now.finished_at));
  return transaction->commit();
}

}  // namespace prospectd::engine
