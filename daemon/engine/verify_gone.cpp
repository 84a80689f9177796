// Verify: what the CRM has no more. Found by sums over ids, then asked for by id.
#include <algorithm>

#include "daemon/engine/on_worker.h"
#include "daemon/engine/record_reader.h"
#include "daemon/engine/verify.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;
using reconcile::Reason;

constexpr size_t kStandingMax = 20'000;  // rows in one piece of work on the worker
constexpr size_t kMissingMax = 2'000;    // ids that one part asks for

/// How an object is asked for when only that its records are there matters.
Reading bare(const Reading& reading) {
  Reading only_ids;
  only_ids.object = reading.object;
  return only_ids;
}

}  // namespace

// All that stands here against all that was listed: in little memory, and without a call.
asio::awaitable<Result<void>> Verify::compare(const Reading& reading) {
  scan_.here.emplace();
  int64_t after = 0;
  for (;;) {  // ends: holders' numbers only grow
    auto more = co_await on_worker<bool>(c_.scheduler, [&] { return add_standing(reading, after); });
    if (!more) co_return std::move(more).error();
    if (!*more) break;
  }
  if (*scan_.here == *scan_.listed) {
    over_ = true;
    co_return Result<void>{};
  }
  const int64_t gone = scan_.here->count() - scan_.listed->count();
  if (!order_.yes && reconcile::brakes(scan_.deletions + gone, scan_.standing)) {
    brake(gone);
    co_return Result<void>{};
  }
  scan_.holder = 0;
  scan_.phase = VerifyScan::Phase::kGone;
  co_return Result<void>{};
}

Result<bool> Verify::add_standing(const Reading& reading, int64_t& after) {
  PD_ASSIGN(transaction, c_.store.begin());
  const store::StandingQuery query{stands_for(reading), reading.object, after, kStandingMax};
  PD_ASSIGN(records, transaction->standing_records(c_.connection, query));
  for (const reconcile::StandingRecord& record : records) {
    scan_.here->add(record.remote);
    after = record.holder;
  }
  return records.size() == kStandingMax;
}

asio::awaitable<Result<void>> Verify::look_for_gone(const Reading& reading) {
  const int64_t holder_before = scan_.holder;
  std::vector<RemoteId> missing;
  for (;;) {  // ends: holders' numbers only grow
    const int64_t before = scan_.holder;
    auto some =
        co_await on_worker<std::vector<RemoteId>>(c_.scheduler, [&] { return next_missing(reading); });
    if (!some) co_return std::move(some).error();
    missing.insert(missing.end(), some->begin(), some->end());
    if (scan_.holder == before || missing.size() >= kMissingMax) break;
  }
  if (missing.empty()) {
    over_ = true;
    co_return Result<void>{};
  }
  const Reading only_ids = bare(reading);
  RecordReader reader(*c_.options.connector, only_ids);
  std::set<RemoteId> found;
  PageSink sink = [&](Page page) -> asio::awaitable<Result<void>> {
    for (RemoteId& id : ids_of_list(page))
      found.insert(std::move(id));
    co_return Result<void>{};
  };
  std::vector<RemoteId> asked = missing;
  auto failed = co_await reader.read(std::move(asked), std::move(sink));
  if (!failed || *failed) {
    scan_.holder = holder_before;  // they are asked for once more
    co_return !failed ? std::move(failed).error() : **std::move(failed);
  }
  std::erase_if(missing, [&](const RemoteId& id) { return found.contains(id); });
  co_return co_await on_worker<void>(c_.scheduler, [&] { return take_gone(reading, missing); });
}

// Some more of those that stand here and lie where the sums differ.
Result<std::vector<RemoteId>> Verify::next_missing(const Reading& reading) {
  PD_ASSIGN(transaction, c_.store.begin());
  const store::StandingQuery query{stands_for(reading), reading.object, scan_.holder, kStandingMax};
  PD_ASSIGN(records, transaction->standing_records(c_.connection, query));
  std::vector<RemoteId> missing;
  for (const reconcile::StandingRecord& record : records) {
    if (missing.size() >= kMissingMax) break;
    scan_.holder = record.holder;
    if (scan_.here->differs_at(record.remote, *scan_.listed)) missing.push_back(record.remote);
  }
  return missing;
}

Result<void> Verify::take_gone(const Reading& reading, const std::vector<RemoteId>& gone) {
  if (gone.empty()) return {};
  PD_ASSIGN(transaction, c_.store.begin());
  PD_ASSIGN(known, transaction->known_records(c_.connection, stands_for(reading), gone));
  reconcile::PageKeys keys;
  keys.connection = c_.connection;
  keys.remotes = gone;
  if (reading.person == nullptr) {
    keys.only_references = true;
    keys.accounts = gone;
  }
  PD_ASSIGN(snapshot, transaction->snapshot(keys));
  std::vector<DriftRow> rows;
  for (const auto& [id, record] : known) {
    if (!record.linked || record.deleted) continue;
    DriftRow& row = rows.emplace_back();
    row.kind = reconcile::DriftKind::kGoneThere;
    row.object = reading.object;
    row.remote = id;
    if (reading.person != nullptr) row.prospect = {record.holder};
    row.here = record.version;
    row.action = "delete";
    row.code = code_of(Reason::kGoneFromCrm);
    row.message = sentence_of(Reason::kGoneFromCrm);
  }
  std::ranges::sort(rows, {}, &DriftRow::remote);
  reconcile::Plan plan = reconcile::plan_gone(reading.object, gone, snapshot);
  return carry_out(plan, *transaction, std::move(rows));
}

}  // namespace prospectd::engine
