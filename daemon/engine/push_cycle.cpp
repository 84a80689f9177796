#include "daemon/engine/push_cycle.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "daemon/engine/create_lookup.h"
#include "daemon/engine/groundwork.h"
#include "daemon/engine/on_worker.h"
#include "daemon/engine/push_sender.h"
#include "daemon/engine/record_reader.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;
using reconcile::OutboxEntry;
using reconcile::PushLane;
using reconcile::PushOperation;
using reconcile::PushVerdict;
using reconcile::SentValues;

using Entries = std::vector<OutboxEntry>;

constexpr int kTakesMax = 10'000;             // of one turn; more waits for the next
constexpr milliseconds kUnreadable{900'000};  // until a type that can't be written is looked at again

class PushCycle {
 public:
  PushCycle(CycleContext& context, Applier& applier, PushTurn turn, Writer& writer)
      : c_(context),
        applier_(applier),
        turn_(turn),
        writer_(writer),
        ledger_(context.store, context.options, context.connection, turn.on_plan),
        ground_(context, applier) {}

  asio::awaitable<Result<PushSummary>> run() {
    const int64_t calls_before = c_.options.connector->calls();
    auto next = co_await on_worker<std::optional<Timestamp>>(c_.scheduler, [&] { return ledger_.next(); });
    if (!next) co_return std::move(next).error();
    if (!*next || **next > c_.scheduler.now()) co_return std::move(summary_);
    // Before anything is leased: what can't be prepared leaves no lease behind.
    PD_TRY_CO(co_await ground_.prepare());
    std::vector<std::string> alerts;
    PD_TRY_CO(co_await ground_.resolve_default_user(alerts));
    for (int i = 0; i < kTakesMax && !over(); ++i) {
      auto entries =
          co_await on_worker<Entries>(c_.scheduler, [&] { return ledger_.take(c_.scheduler.now()); });
      if (!entries) co_return std::move(entries).error();
      if (entries->empty()) break;
      PD_TRY_CO(co_await push(*std::move(entries)));
    }
    summary_.calls = c_.options.connector->calls() - calls_before;
    co_return std::move(summary_);
  }

 private:
  bool over() const {
    return c_.scheduler.stopping() || stop_ ||
           (turn_.until.count() > 0 && c_.scheduler.monotonic() >= turn_.until);
  }

  asio::awaitable<Result<void>> push(Entries entries) {
    PD_TRY_CO(co_await hold_back(entries));
    if (entries.empty()) co_return Result<void>{};
    if (entries.front().operation == PushOperation::kCreate) co_return co_await create(std::move(entries));
    const std::string object = entries.front().object;
    const Reading* reading = ground_.people(object);
    if (reading == nullptr) {
      co_return co_await put_back(std::move(entries), not_read(object), kUnreadable);
    }
    co_return co_await update(*reading, std::move(entries));
  }

  static Error not_read(const std::string& object) {
    return make_error(ErrorCode::kUnknownObject,
                      object + " can't be read, or the configuration has no such type any more");
  }

  // What the allowance leaves no room for waits; urgent lanes go on for longer (F33).
  asio::awaitable<Result<void>> hold_back(Entries& entries) {
    const ApiUsage usage = c_.options.connector->usage();
    const auto is_over = [&usage](int percent) {
      return usage.allowed > 0 && usage.used * 100 >= usage.allowed * percent;
    };
    if (!is_over(c_.options.push.ordinary_percent)) co_return Result<void>{};
    const bool all = is_over(c_.options.push.urgent_percent);
    const auto goes = [all](const OutboxEntry& entry) { return !all && entry.lane != PushLane::kOrdinary; };
    const auto rest = std::stable_partition(entries.begin(), entries.end(), goes);
    Entries held(std::make_move_iterator(rest), std::make_move_iterator(entries.end()));
    entries.erase(rest, entries.end());
    if (held.empty()) co_return Result<void>{};
    Error why = make_error(ErrorCode::kQuotaExhausted,
                           std::to_string(usage.used * 100 / usage.allowed) +
                               " % of the CRM's daily allowance is used: " +
                               (all ? "changes wait" : "all but opt-outs and owners wait"));
    summary_.held_back = why.message;
    stop_ = all || entries.empty();
    co_return co_await put_back(std::move(held), std::move(why), kUnreadable);
  }

  asio::awaitable<Result<void>> put_back(Entries entries, Error why, milliseconds pause) {
    const Timestamp now = c_.scheduler.now();
    co_return co_await on_worker<void>(
        c_.scheduler, [&] { return ledger_.put_back(entries, now + pause, why, now, summary_); });
  }

  // A failure that concerns more than these entries ends the turn.
  asio::awaitable<Result<void>> fail(Entries entries, Error why) {
    note(why);
    const milliseconds pause = why.retry_after.value_or(milliseconds{30'000});
    co_return co_await put_back(std::move(entries), std::move(why), std::min(pause, milliseconds{3'600'000}));
  }

  void note(const Error& error) {
    if (!summary_.first_error) summary_.first_error = error;
    if (!concerns_one_object(error)) stop_ = true;
  }

  // ---- changes of records ----

  asio::awaitable<Result<void>> update(const Reading& reading, Entries entries) {
    auto unsure = co_await to_read_again(entries);
    if (!unsure) co_return std::move(unsure).error();
    if (!unsure->empty()) {
      auto failed = co_await read_again(reading, *unsure);
      if (!failed) co_return std::move(failed).error();
      if (*failed) co_return co_await fail(std::move(entries), **std::move(failed));
      PD_TRY_CO(co_await leave_unreadable(entries));
      if (entries.empty()) co_return Result<void>{};
    }
    const reconcile::PersonType& type = *reading.person;
    auto rows = co_await on_worker<std::vector<PushRow>>(c_.scheduler, [&] {
      return ledger_.prepare(type, std::move(entries), c_.scheduler.now(), summary_);
    });
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return Result<void>{};
    SendOrder order;
    order.object = reading.object;
    order.rows = *std::move(rows);
    co_return co_await send(std::move(order), type, &reading);
  }

  // Whose records are read again before anything is sent: all of them where an attempt is in doubt or the
  // last poll is too old, and else those that an undo gives a value back.
  asio::awaitable<Result<Entries>> to_read_again(const Entries& entries) {
    if (entries.front().is_in_doubt() || turn_.reread) co_return entries;
    auto scene =
        co_await on_worker<reconcile::PushScene>(c_.scheduler, [&] { return ledger_.scene(entries); });
    if (!scene) co_return std::move(scene).error();
    Entries some;
    std::ranges::copy_if(entries, std::back_inserter(some), [&scene](const OutboxEntry& entry) {
      const auto link = scene->links.find(entry.prospect);
      return link != scene->links.end() && is_given_back(link->second);
    });
    co_return some;
  }

  // What the CRM holds of them now is not known: nothing is written over it unseen.
  asio::awaitable<Result<void>> leave_unreadable(Entries& entries) {
    const auto readable = [this](const OutboxEntry& entry) { return !unreadable_.contains(entry.remote); };
    const auto rest = std::stable_partition(entries.begin(), entries.end(), readable);
    Entries left(std::make_move_iterator(rest), std::make_move_iterator(entries.end()));
    entries.erase(rest, entries.end());
    if (left.empty()) co_return Result<void>{};
    Error why =
        make_error(ErrorCode::kBadRecord, "the record can't be read, and is not written to until it can");
    co_return co_await put_back(std::move(left), std::move(why), kUnreadable);
  }

  asio::awaitable<Result<void>> send(SendOrder order, const reconcile::PersonType& type,
                                     const Reading* reading) {
    PushSender sender(c_.scheduler, c_.options.push, writer_);
    const auto settle = [&](std::vector<SentRow> sent) { return settle_all(type, reading, std::move(sent)); };
    PD_TRY_CO(co_await sender.send(std::move(order), settle));
    if (sender.failure()) note(*sender.failure());
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> settle_all(const reconcile::PersonType& type, const Reading* reading,
                                           std::vector<SentRow> sent) {
    std::vector<RemoteId> gone;
    std::vector<SentRow> links;
    std::vector<reconcile::PushEnd> ends;
    for (SentRow& one : sent) {
      if (one.end.settlement.verdict == PushVerdict::kFollow) follow(one.end, gone);
      if (one.end.settlement.verdict == PushVerdict::kLink) {
        links.push_back(std::move(one));
      } else {
        ends.push_back(std::move(one.end));
      }
    }
    if (!gone.empty() && reading != nullptr) {
      Result<std::optional<Error>> failed = co_await fetch(*reading, std::move(gone));
      if (!failed) co_return std::move(failed).error();
      if (*failed) note(**failed);
    }
    PD_TRY_CO(co_await finish(type, std::move(ends)));
    co_return co_await link_all(std::move(links));
  }

  // The record is gone or became another: what the CRM says of it is applied first, and the change follows
  // its link. Where it can't be found out, the tries are counted.
  void follow(reconcile::PushEnd& end, std::vector<RemoteId>& gone) const {
    gone.push_back(end.entry.remote);
    end.settlement.counts = true;
    if (end.entry.attempts >= reconcile::kPushTriesMax) end.settlement.verdict = PushVerdict::kDeadLetter;
  }

  asio::awaitable<Result<void>> finish(const reconcile::PersonType& type,
                                       std::vector<reconcile::PushEnd> ends) {
    if (ends.empty()) co_return Result<void>{};
    co_return co_await on_worker<void>(
        c_.scheduler, [&] { return ledger_.finish(type, std::move(ends), c_.scheduler.now(), summary_); });
  }

  // ---- reading again ----

  // Brings here what the CRM holds of the entries' records. Answers the error of the CRM, if it has one.
  asio::awaitable<Result<std::optional<Error>>> read_again(const Reading& reading, const Entries& entries) {
    std::map<RemoteId, SentValues> sent;
    std::vector<RemoteId> ids;
    for (const OutboxEntry& entry : entries) {
      ids.push_back(entry.remote);
      if (entry.is_in_doubt()) sent.emplace(entry.remote, entry.sent);
    }
    unreadable_.clear();
    RecordReader reader(*c_.options.connector, reading);
    PageSink sink = [&](Page page) {
      for (const BadRecord& record : page.bad)
        unreadable_.insert(record.id);
      return apply(reading, std::move(page), &sent);
    };
    co_return co_await reader.read(std::move(ids), std::move(sink));
  }

  asio::awaitable<Result<std::optional<Error>>> fetch(const Reading& reading, std::vector<RemoteId> ids) {
    RecordReader reader(*c_.options.connector, reading);
    PageSink sink = [&](Page page) { return apply(reading, std::move(page), nullptr); };
    co_return co_await reader.fetch(std::move(ids), std::move(sink));
  }

  // Through the same core as a poll; what an attempt in doubt has brought there is ours.
  asio::awaitable<Result<void>> apply(const Reading& reading, Page page,
                                      const std::map<RemoteId, SentValues>* sent) {
    Batch batch;
    batch.connection = c_.connection;
    batch.object = reading.object;
    batch.detail = c_.options.name + "/" + reading.object;
    batch.moves_cursor = false;
    batch.pages.push_back(reading.mapper(std::move(page)));
    Planner planner;
    planner.plan = [&](FedPage& fed, reconcile::PageSnapshot& snapshot) {
      if (sent != nullptr) acknowledge_all(*reading.person, fed, snapshot, *sent);
      return reading.planner.plan(fed, snapshot);
    };
    ground_.terms().now = c_.scheduler.now();
    auto counts = co_await on_worker<reconcile::PlanCounts>(
        c_.scheduler, [&] { return applier_.apply(batch, planner, ground_.terms().now); });
    if (!counts) co_return std::move(counts).error();
    if (c_.on_applied) c_.on_applied(batch.object, *counts);
    co_return Result<void>{};
  }

  static void acknowledge_all(const reconcile::PersonType& type, const FedPage& fed,
                              reconcile::PageSnapshot& snapshot, const std::map<RemoteId, SentValues>& sent) {
    for (const mapping::MappedRecord& record : fed.mapped.records) {
      const auto values = sent.find(record.id);
      const auto link = snapshot.links.find(record.id);
      if (values != sent.end() && link != snapshot.links.end())
        acknowledge(type, record, snapshot, values->second, link->second);
    }
  }

  // ---- new records ----

  asio::awaitable<Result<void>> create(Entries entries) {
    if (ground_.maps().unreadable) {
      // A type that can't be looked in is not one in which nothing was found (§3).
      co_return co_await put_back(std::move(entries), *ground_.maps().unreadable, kUnreadable);
    }
    auto scene =
        co_await on_worker<reconcile::PushScene>(c_.scheduler, [&] { return ledger_.scene(entries); });
    if (!scene) co_return std::move(scene).error();
    CreateLookup lookup(c_, ground_, writer_);
    auto found = co_await lookup.find(entries, *scene);
    if (!found) co_return co_await fail(std::move(entries), std::move(found).error());
    co_return co_await create_chosen(lookup.keys(), *std::move(found));
  }

  asio::awaitable<Result<void>> create_chosen(reconcile::PageKeys keys, std::vector<FoundFor> found) {
    ground_.terms().now = c_.scheduler.now();
    using Chosen = std::vector<std::pair<size_t, PushRow>>;
    auto chosen = co_await on_worker<Chosen>(
        c_.scheduler, [&] { return ledger_.choose(ground_.terms(), keys, std::move(found), summary_); });
    if (!chosen) co_return std::move(chosen).error();
    const auto& types = ground_.terms().types;
    for (size_t at = 0; at < types.size(); ++at) {
      SendOrder order;
      order.object = types[at].map->object();
      order.key_field = external_id_of(order.object);
      order.kind = order.key_field.empty() ? WriteKind::kCreate : WriteKind::kUpsert;
      for (auto& [type, row] : *chosen)
        if (type == at) order.rows.push_back(std::move(row));
      if (!order.rows.empty()) PD_TRY_CO(co_await send(std::move(order), types[at], nullptr));
    }
    co_return Result<void>{};
  }

  std::string external_id_of(const std::string& object) const {
    const auto& types = c_.options.types;
    const auto type = std::ranges::find_if(
        types, [&](const mapping::TypeSpec& one) { return one.mapping.object == object; });
    return type == types.end() ? std::string() : type->external_id;
  }

  // One that is not read any more is spoken of as the first.
  const reconcile::PersonType& type_of(const std::string& object) const {
    const auto& types = ground_.terms().types;
    const auto type = std::ranges::find_if(
        types, [&](const reconcile::PersonType& one) { return one.map->object() == object; });
    return type == types.end() ? types.front() : *type;
  }

  // A duplicate rule has told which record stands for the new one: it is linked (§3).
  asio::awaitable<Result<void>> link_all(std::vector<SentRow> links) {
    for (SentRow& one : links) {
      CreateLookup lookup(c_, ground_, writer_);
      auto found = co_await lookup.fetch(one.row.entry, one.end.settlement.other);
      if (!found) {
        Entries entries{one.row.entry};
        PD_TRY_CO(co_await fail(std::move(entries), std::move(found).error()));
        continue;
      }
      if (found->found.empty()) {
        // Nobody of ours: a person sees what the CRM said.
        one.end.settlement.verdict = PushVerdict::kDeadLetter;
        std::vector<reconcile::PushEnd> ends;
        ends.push_back(std::move(one.end));
        PD_TRY_CO(co_await finish(type_of(one.row.entry.object), std::move(ends)));
        continue;
      }
      std::vector<FoundFor> stands;
      stands.push_back(*std::move(found));
      PD_TRY_CO(co_await create_chosen(lookup.keys(), std::move(stands)));
    }
    co_return Result<void>{};
  }

  CycleContext& c_;
  Applier& applier_;
  const PushTurn turn_;
  Writer& writer_;
  PushLedger ledger_;
  Groundwork ground_;
  bool stop_ = false;
  std::set<RemoteId> unreadable_;  ///< of the records that were last read again
  PushSummary summary_;
};

}  // namespace

asio::awaitable<Result<PushSummary>> run_pushes(CycleContext& context, Applier& applier, PushTurn turn) {
  Writer* writer = context.options.connector->writer();
  if (writer == nullptr) co_return PushSummary{};
  PushCycle cycle(context, applier, turn, *writer);
  co_return co_await cycle.run();
}

}  // namespace prospectd::engine
