#include "daemon/engine/cycle.h"

#include <algorithm>

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;
using reconcile::Cursor;
using reconcile::PlanCounts;

// A batch that found the disk full, or the database locked, is tried again; its pages wait in memory.
constexpr int kApplyAttemptsMax = 5;

/// One object of a cycle: what to ask for, and how to decide it.
struct Reading {
  std::string object;
  std::vector<std::string> fields;
  Mapper mapper;
  Planner planner;
  bool person = false;
};

// Concerns this object alone, whatever the others do (I12).
bool concerns_one_object(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnknownObject:
    case ErrorCode::kUnknownField:
    case ErrorCode::kPermission:
    case ErrorCode::kMalformedQuery:
    case ErrorCode::kBadPayload:
    case ErrorCode::kServerError:
    case ErrorCode::kTooLarge:
    case ErrorCode::kQueryRestart:
      return true;
    default:
      return false;
  }
}

class Cycle {
 public:
  Cycle(CycleContext& context, Applier& applier) : c_(context), applier_(applier) {}

  asio::awaitable<Result<CycleSummary>> run() {
    const auto started = c_.scheduler.monotonic();
    const int64_t calls_before = c_.options.connector->calls();
    auto time = co_await c_.options.connector->server_time();
    if (!time) co_return std::move(time).error();
    // The second under way belongs to the window: an edit just made arrives now. What commits later is the
    // overlap's.
    upper_ = std::chrono::floor<seconds>(*time) + seconds{1};
    PD_TRY_CO(co_await prepare());
    PD_TRY_CO(co_await read_all());
    if (summary_.complete) PD_TRY_CO(co_await finish());
    summary_.window_upper = upper_;
    summary_.calls = c_.options.connector->calls() - calls_before;
    summary_.took = std::chrono::duration_cast<milliseconds>(c_.scheduler.monotonic() - started);
    co_return std::move(summary_);
  }

 private:
  asio::awaitable<Result<void>> prepare() {
    policy_ = c_.options.policy;
    // With something left out, it is looked for again each time; the connector remembers describes, so that
    // costs a call an hour.
    if (c_.maps == nullptr || !c_.maps->alerts.empty()) {
      auto compiled = co_await compile_maps(c_.options);
      if (!compiled) co_return std::move(compiled).error();
      c_.maps = *std::move(compiled);
    }
    maps_ = c_.maps;
    summary_.alerts = maps_->alerts;
    co_return Result<void>{};
  }

  // Only ever resolved after the users have been read, so that a default user who is new in the CRM is found.
  asio::awaitable<Result<void>> resolve_default_user() {
    if (c_.options.default_user_email.empty()) co_return Result<void>{};
    Result<std::optional<UserId>> found = std::optional<UserId>{};
    co_await c_.scheduler.blocking(
        [this, &found] { found = c_.store.user_by_email(c_.options.default_user_email); });
    if (!found) co_return std::move(found).error();
    policy_.default_user = found->value_or(UserId{});
    if (!*found)
      summary_.alerts.push_back(
          "owners.default_user is no user of the CRM; owners without a user stay unassigned");
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> read_all() {
    // Each reading is named before it is awaited: g++ 12 destroys temporaries in a co_await expression twice.
    if (maps_->users) {
      Reading people = users_reading("User", user_fields(), reconcile::UserKind::kPerson);
      PD_TRY_CO(co_await read(std::move(people)));
    }
    if (maps_->queues) {
      Reading queues = users_reading("Group", queue_fields(), reconcile::UserKind::kQueue);
      PD_TRY_CO(co_await read(std::move(queues)));
    }
    PD_TRY_CO(co_await resolve_default_user());
    if (maps_->accounts) {
      Reading accounts = accounts_reading();
      PD_TRY_CO(co_await read(std::move(accounts)));
    }
    for (const reconcile::PersonType& type : maps_->types) {
      if (later_types_wait_) break;
      Reading people = people_reading(type);
      PD_TRY_CO(co_await read(std::move(people)));
    }
    co_return Result<void>{};
  }

  // ---- what to read, and how to decide it ----

  Reading users_reading(const char* object, std::vector<std::string> fields, reconcile::UserKind kind) {
    Reading reading;
    reading.object = object;
    reading.fields = std::move(fields);
    reading.mapper = [kind](Page page) { return map_users(std::move(page), kind); };
    reading.planner.keys = [this](const FedPage& page) {
      return keys_of_user_page(c_.connection, page.users);
    };
    reading.planner.plan = [this](const FedPage& page, reconcile::PageSnapshot& snapshot) {
      return plan_user_page(policy_, maps_->types, page.users, snapshot);
    };
    return reading;
  }

  Reading accounts_reading() {
    const mapping::FieldMap& map = *maps_->accounts;
    Reading reading;
    reading.object = map.object();
    reading.fields = map.remote_fields();
    reading.mapper = [&map](Page page) { return map_records(std::move(page), map.object(), map); };
    reading.planner.keys = [this, &map](const FedPage& page) {
      return keys_of_account_page(c_.connection, map, page.mapped);
    };
    reading.planner.plan = [this, &map](const FedPage& page, reconcile::PageSnapshot& snapshot) {
      return plan_account_page(map, maps_->types, policy_, page.mapped, snapshot);
    };
    return reading;
  }

  Reading people_reading(const reconcile::PersonType& type) {
    const mapping::FieldMap& map = *type.map;
    Reading reading;
    reading.object = map.object();
    reading.fields = map.remote_fields();
    reading.person = true;
    reading.mapper = [&map](Page page) { return map_records(std::move(page), map.object(), map); };
    reading.planner.keys = [this, &type](const FedPage& page) {
      return keys_of_person_page(c_.connection, type, page.mapped);
    };
    reading.planner.plan = [this, &type](const FedPage& page, reconcile::PageSnapshot& snapshot) {
      return plan_person_page(type, policy_, page.mapped, snapshot, now_);
    };
    return reading;
  }

  // ---- reading one object ----

  asio::awaitable<Result<void>> read(Reading reading) {
    Cursor before;
    PD_TRY_CO(co_await load_cursor(reading.object, before));
    FeedQuery query;
    query.object = reading.object;
    query.fields = reading.fields;
    if (before.stamp) query.lower = *before.stamp - c_.options.poll.overlap;
    query.upper = upper_;
    Result<void> outcome = co_await drain(reading, std::move(query));
    co_return settle(reading, before, std::move(outcome));
  }

  asio::awaitable<Result<void>> load_cursor(const std::string& object, Cursor& out) {
    Result<Cursor> cursor = Cursor{};
    co_await c_.scheduler.blocking(
        [this, &object, &cursor] { cursor = applier_.cursor(c_.connection, object); });
    if (!cursor) co_return std::move(cursor).error();
    out = *cursor;
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> drain(const Reading& reading, FeedQuery query) {
    auto feed = start_feed(c_.scheduler, *c_.options.connector, c_.budget, std::move(query), reading.mapper,
                           FeedLimits{});
    Result<void> outcome = co_await apply_all(reading, *feed);
    co_await feed->close();
    co_return outcome;
  }

  asio::awaitable<Result<void>> apply_all(const Reading& reading, Feed& feed) {
    ObjectProgress progress{reading.object, 0, 0};
    for (;;) {
      auto pages = co_await feed.take(c_.options.poll.pages_per_commit);
      if (!pages) co_return std::move(pages).error();
      if (pages->empty()) co_return Result<void>{};
      for (const FedPage& page : *pages) {
        progress.read += page.records;
        progress.total = std::max(progress.total, page.total);
      }
      Batch batch = make_batch(reading);
      batch.pages = *std::move(pages);
      PD_TRY_CO(co_await apply(batch, reading));
      if (c_.on_progress) c_.on_progress(progress);
    }
  }

  Batch make_batch(const Reading& reading) const {
    Batch batch;
    batch.connection = c_.connection;
    batch.object = reading.object;
    batch.detail = c_.options.name + "/" + reading.object;
    return batch;
  }

  asio::awaitable<Result<void>> apply(const Batch& batch, const Reading& reading) {
    for (int attempt = 1;; ++attempt) {
      if (c_.scheduler.stopping()) co_return make_error(ErrorCode::kCancelled, "stopping");
      now_ = c_.scheduler.now();
      Result<PlanCounts> counts = PlanCounts{};
      co_await c_.scheduler.blocking([&, this] { counts = applier_.apply(batch, reading.planner, now_); });
      if (counts) {
        summary_.objects[batch.object] += *counts;
        if (reading.person) summary_.people += *counts;
        co_return Result<void>{};
      }
      const bool again = counts.error().error_class() == ErrorClass::kRetry && attempt < kApplyAttemptsMax;
      if (!again) co_return std::move(counts).error();
      co_await c_.scheduler.sleep(full_jitter({}, attempt, c_.scheduler.random()), nullptr);
    }
  }

  // What one object's end means for the cycle.
  Result<void> settle(const Reading& reading, const Cursor& before, Result<void> outcome) {
    if (outcome) return outcome;
    Error error = std::move(outcome).error().within("reading " + reading.object);
    if (error.code == ErrorCode::kUnknownField)
      c_.maps = nullptr;  // the describe has changed: compile anew next time
    if (!concerns_one_object(error)) return error;
    summary_.complete = false;
    summary_.alerts.push_back(error.text());
    // Until a type has been imported once, those listed after it wait: else a fault would decide between a
    // Lead and a Contact.
    const bool imported = before.stamp.has_value() || error.error_class() == ErrorClass::kConfig;
    if (reading.person && !imported) later_types_wait_ = true;
    if (!summary_.first_error) summary_.first_error = std::move(error);
    return {};
  }

  // ---- the end of a cycle ----

  asio::awaitable<Result<void>> finish() {
    now_ = c_.scheduler.now();
    Result<PlanCounts> counts = PlanCounts{};
    co_await c_.scheduler.blocking([&, this] {
      counts = applier_.settle_addresses(c_.connection, c_.options.name, maps_->types, now_);
    });
    if (!counts) co_return std::move(counts).error();
    summary_.people += *counts;
    co_return co_await rejudge();
  }

  // Records that were held back by an address which is free now are fetched and judged afresh.
  asio::awaitable<Result<void>> rejudge() {
    Result<std::vector<reconcile::Duplicate>> stale = std::vector<reconcile::Duplicate>{};
    co_await c_.scheduler.blocking([&, this] { stale = applier_.stale_duplicates(c_.connection); });
    if (!stale) co_return std::move(stale).error();
    for (const reconcile::PersonType& type : maps_->types) {
      std::vector<RemoteId> ids;
      for (const reconcile::Duplicate& row : *stale) {
        if (row.object == type.map->object()) ids.push_back(row.remote);
      }
      for (size_t at = 0; at < ids.size(); at += kFetchIdsMax) {
        const size_t end = std::min(ids.size(), at + kFetchIdsMax);
        std::vector<RemoteId> chunk(ids.begin() + static_cast<ptrdiff_t>(at),
                                    ids.begin() + static_cast<ptrdiff_t>(end));
        Reading reading = people_reading(type);
        PD_TRY_CO(co_await rejudge_chunk(std::move(reading), std::move(chunk)));
      }
    }
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> rejudge_chunk(Reading reading, std::vector<RemoteId> ids) {
    std::string object = reading.object;
    std::vector<std::string> fields = reading.fields;
    auto page =
        co_await c_.options.connector->fetch_by_ids(std::move(object), std::move(fields), std::move(ids));
    if (!page) co_return std::move(page).error();
    Batch batch = make_batch(reading);
    batch.moves_cursor = false;
    batch.pages.push_back(reading.mapper(*std::move(page)));
    co_return co_await apply(batch, reading);
  }

  CycleContext& c_;
  Applier& applier_;
  std::shared_ptr<const Maps> maps_;
  reconcile::Policy policy_;
  CycleSummary summary_;
  Timestamp upper_{};
  Timestamp now_{};
  bool later_types_wait_ = false;
};

}  // namespace

asio::awaitable<Result<CycleSummary>> run_cycle(CycleContext& context, Applier& applier) {
  Cycle cycle(context, applier);
  Result<CycleSummary> summary = co_await cycle.run();
  const bool schema_changed =
      summary && summary->first_error && summary->first_error->code == ErrorCode::kUnknownField;
  if (!schema_changed) co_return summary;
  // A field has gone since the mappings were compiled (F11): once more without it, so that the others arrive
  // with this poll.
  Cycle again(context, applier);
  co_return co_await again.run();
}

}  // namespace prospectd::engine
