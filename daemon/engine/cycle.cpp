#include "daemon/engine/cycle.h"

#include <algorithm>
#include <set>

#include <boost/asio/post.hpp>

#include "daemon/engine/groundwork.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;
using reconcile::Cursor;
using reconcile::PlanCounts;

// A batch that found the database locked is tried again; its pages wait in memory. One that failed later, on
// a full disk say, has used its pages up: the cycle ends, and the next goes on from the cursor.
constexpr int kApplyAttemptsMax = 5;
// Past this, records that were just found bad are asked for once more: a call each kFetchIdsMax, no harm.
constexpr size_t kMetBadMax = 10'000;
// How far back the CRM's clock may go from one answer to the next: its servers differ by seconds.
constexpr milliseconds kClockToleranceMin{60'000};

using Keys = std::vector<store::RecordKey>;

class Cycle {
 public:
  Cycle(CycleContext& context, Applier& applier, bool second_pass)
      : c_(context), applier_(applier), ground_(context, applier), second_pass_(second_pass) {}

  asio::awaitable<Result<CycleSummary>> run() {
    const auto started = c_.scheduler.monotonic();
    const int64_t calls_before = c_.options.connector->calls();
    auto time = co_await c_.options.connector->server_time();
    if (!time) co_return std::move(time).error();
    // The second under way belongs to the window: an edit just made arrives now. What commits later is the
    // overlap's.
    upper_ = std::chrono::floor<seconds>(*time) + seconds{1};
    summary_.clock_skew = *time - c_.scheduler.now();
    PD_TRY_CO(co_await prepare());
    PD_TRY_CO(co_await read_all());
    PD_TRY_CO(co_await finish());
    summary_.window_upper = upper_;
    summary_.calls = c_.options.connector->calls() - calls_before;
    summary_.took = std::chrono::duration_cast<milliseconds>(c_.scheduler.monotonic() - started);
    co_return std::move(summary_);
  }

 private:
  // A window that ends before a record's own stamp reads nothing, and would say that all is well. What the
  // clock itself has said before proves nothing: it may have been ahead for a while.
  Result<void> check_clock(const std::optional<Timestamp>& seen) const {
    if (!seen || *seen <= upper_ + std::max<milliseconds>(c_.options.poll.overlap, kClockToleranceMin))
      return {};
    return make_error(
        ErrorCode::kServerError,
        "the CRM's clock says " + format_timestamp_seconds(upper_) + ", and a record that was read is of " +
            format_timestamp_seconds(*seen) +
            ": what is newer can't be read until it is right. A proxy that answers from a cache does "
            "the same");
  }

  asio::awaitable<Result<void>> prepare() {
    PD_TRY_CO(co_await ground_.prepare());
    summary_.alerts = ground_.maps().alerts;
    summary_.first_error = ground_.maps().unreadable;
    summary_.complete = !ground_.maps().unreadable;
    co_return Result<void>{};
  }

  // Only ever resolved after the users have been read, so that a default user who is new in the CRM is found.
  asio::awaitable<Result<void>> resolve_default_user() {
    owners_known_ = true;
    co_return co_await ground_.resolve_default_user(summary_.alerts);
  }

  asio::awaitable<Result<void>> read_all() {
    for (const Reading& reading : ground_.readings()) {
      if (reading.person != nullptr && later_types_wait_) break;
      if (!reading.users && !owners_known_) PD_TRY_CO(co_await resolve_default_user());
      PD_TRY_CO(co_await read(reading));
    }
    co_return Result<void>{};
  }

  // ---- reading one object ----

  asio::awaitable<Result<void>> read(const Reading& reading) {
    Cursor before;
    PD_TRY_CO(co_await load_cursor(reading.object, before));
    PD_TRY_CO(check_clock(before.stamp));
    FeedQuery query;
    query.object = reading.object;
    query.fields = reading.fields;
    if (before.stamp && !compares_anew(reading, before))
      query.lower = *before.stamp - c_.options.poll.overlap;
    query.upper = upper_;
    const auto began = c_.scheduler.monotonic();
    Result<void> outcome = co_await drain(reading, std::move(query), before.stamp, true);
    const auto took = std::chrono::duration_cast<milliseconds>(c_.scheduler.monotonic() - began);
    summary_.readings.push_back({reading.object, took, outcome.has_value()});
    co_return settle(reading, before, std::move(outcome));
  }

  // Lines that are new to the mapping: all records are read once more, so that both sides take their baseline
  // now and not at each record's next change, which would be lost in it (§11). And fields that were left out
  // for a while: what changed meanwhile arrives. And records that another rule has kept out: they are judged
  // by the one in force.
  bool compares_anew(const Reading& reading, const Cursor& before) {
    if (reading.person == nullptr) return false;
    const bool admits = reading.person->admits_anew(before.edition);
    if (admits) {
      summary_.alerts.push_back(
          reading.object + ": what makes a record a prospect has changed; all records are read once more");
    }
    const std::string fields = reading.person->new_fields(before.edition);
    if (fields.empty()) return admits;
    // An edition that is older than the cursor's has been compared by before.
    const bool is_back = reading.person->edition < before.edition;
    summary_.alerts.push_back(reading.object +
                              (is_back ? ": " + fields + " is read again" + "; all records are read once more"
                                       : ": the mapping now compares " + fields +
                                             "; all records are read once more, and where the "
                                             "two sides differ they stay so until one of them "
                                             "changes"));
    return true;
  }

  // Records that were converted are followed before those that they became are read: a contact that has no
  // address, or another one, is known by its lead alone, and would be a second prospect (§4). Costs a query,
  // and only where the window brings something new.
  asio::awaitable<Result<void>> follow_conversions(std::string into) {
    for (const Reading& reading : ground_.readings()) {
      if (reading.becomes != into || !followed_.insert(reading.object).second) continue;
      Cursor cursor;
      PD_TRY_CO(co_await load_cursor(reading.object, cursor));
      if (!cursor.stamp) continue;  // nothing of it is linked yet
      FeedQuery query;
      query.object = reading.object;
      query.fields = reading.fields;
      query.lower = *cursor.stamp - c_.options.poll.overlap;
      query.upper = upper_;
      query.filter = c_.options.converted_condition;
      Result<void> outcome = co_await drain(reading, std::move(query), std::nullopt, false);
      if (!outcome)
        PD_TRY_CO(leave_out(reading, std::move(outcome).error().within("following " + reading.object)));
    }
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> load_cursor(const std::string& object, Cursor& out) {
    Result<Cursor> cursor = Cursor{};
    std::function<void()> work = [this, &object, &cursor] {
      cursor = applier_.cursor(c_.connection, object);
    };
    co_await c_.scheduler.blocking(std::move(work));
    if (!cursor) co_return std::move(cursor).error();
    out = *cursor;
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> drain(const Reading& reading, FeedQuery query, std::optional<Timestamp> known,
                                      bool in_order) {
    FeedLimits limits;
    limits.overlap = c_.options.poll.overlap;
    auto feed =
        start_feed(c_.scheduler, *c_.options.connector, c_.budget, std::move(query), reading.mapper, limits);
    Result<void> outcome = co_await apply_all(reading, *feed, known, in_order);
    co_await feed->close();
    co_return outcome;
  }

  asio::awaitable<Result<void>> apply_all(const Reading& reading, Feed& feed, std::optional<Timestamp> known,
                                          bool in_order) {
    ObjectProgress progress{reading.object, 0, 0};
    const size_t pages_max = c_.options.poll.pages_per_commit;
    for (;;) {
      // Where nothing has to be asked of the CRM in between, the transaction itself goes on with the pages
      // that are there by then: it holds many, while few wait in memory.
      const bool goes_on = !in_order || !may_follow(reading.object);
      auto pages = co_await feed.take(goes_on ? 1 : pages_max);
      if (!pages) co_return std::move(pages).error();
      if (pages->empty()) co_return Result<void>{};
      for (const FedPage& page : *pages)
        met(page, progress);
      Batch batch = make_batch(reading);
      batch.moves_cursor = in_order;
      if (in_order && !known) batch.edition = reading.edition;
      batch.pages = *std::move(pages);
      if (goes_on) {
        batch.more = [this, &feed, &progress, left = pages_max - 1]() mutable {
          std::optional<FedPage> page = left > 0 ? feed.take_now() : std::nullopt;
          if (page) {
            --left;
            met(*page, progress);
          }
          return page;
        };
      }
      if (in_order && brings_news(batch, known)) PD_TRY_CO(co_await follow_conversions(reading.object));
      PD_TRY_CO(co_await apply(batch, reading));
      if (c_.on_progress) c_.on_progress(progress);
    }
  }

  void met(const FedPage& page, ObjectProgress& progress) {
    progress.read += page.records;
    progress.total = std::max(progress.total, page.total);
    for (const reconcile::BadInput& bad : page.mapped.bad) {
      if (met_bad_.size() < kMetBadMax) met_bad_.insert(bad.id);
    }
  }

  // Are there conversions into this object that follow_conversions() has yet to look for?
  bool may_follow(const std::string& object) const {
    return std::ranges::any_of(ground_.readings(), [&](const Reading& reading) {
      return reading.becomes == object && !followed_.contains(reading.object);
    });
  }

  static bool brings_news(const Batch& batch, const std::optional<Timestamp>& known) {
    const auto is_new = [&](const mapping::MappedRecord& record) { return record.version > known; };
    return std::ranges::any_of(
        batch.pages, [&](const FedPage& page) { return std::ranges::any_of(page.mapped.records, is_new); });
  }

  Batch make_batch(const Reading& reading) const {
    Batch batch;
    batch.connection = c_.connection;
    batch.object = reading.object;
    batch.detail = c_.options.name + "/" + reading.object;
    batch.brake = c_.brake;
    if (reading.person != nullptr) batch.ping_pong_window = c_.options.poll.ping_pong_window;
    batch.spent = [&io = c_.scheduler.io()](Spent spent) { asio::post(io, [gone = std::move(spent)] {}); };
    return batch;
  }

  asio::awaitable<Result<void>> apply(Batch& batch, const Reading& reading) {
    for (int attempt = 1;; ++attempt) {
      if (c_.scheduler.stopping()) co_return make_error(ErrorCode::kCancelled, "stopping");
      ground_.terms().now = c_.scheduler.now();
      Result<PlanCounts> counts = PlanCounts{};
      std::function<void()> work = [&, this] { counts = decide(batch, reading); };
      co_await c_.scheduler.blocking(std::move(work));
      if (counts) {
        summary_.objects[batch.object] += *counts;
        if (c_.on_applied) c_.on_applied(batch.object, *counts);
        if (counts->frozen > 0) tell_of_frozen(batch.object, counts->frozen);
        if (reading.person != nullptr) summary_.people += *counts;
        if (c_.brake != nullptr && c_.brake->hold()) co_return mass_change(*c_.brake->hold());
        co_return Result<void>{};
      }
      const bool again =
          counts.error().error_class() == ErrorClass::kRetry && attempt < kApplyAttemptsMax && !batch.begun;
      if (!again) co_return std::move(counts).error();
      co_await c_.scheduler.sleep(full_jitter({}, attempt, c_.scheduler.random()), nullptr);
    }
  }

  void tell_of_frozen(const std::string& object, int64_t fields) {
    summary_.alerts.push_back(object + ": " + std::to_string(fields) +
                              (fields == 1 ? " field goes" : " fields go") +
                              " back and forth between two values, as if two systems wrote them, and stay as "
                              "they are until a person decides: prospectd conflicts list");
  }

  // On the worker's thread, where nothing may throw: a decision that does is a defect of ours, and ends the
  // cycle.
  Result<PlanCounts> decide(Batch& batch, const Reading& reading) {
    try {
      return applier_.apply(batch, reading.planner, ground_.terms().now);
    } catch (const std::exception&) {
      return make_error(ErrorCode::kInternal,
                        "deciding a page of " + batch.object + " failed on a defect of prospectd");
    }
  }

  // What one object's end means for the cycle.
  Result<void> settle(const Reading& reading, const Cursor& before, Result<void> outcome) {
    if (outcome) {
      verified_.push_back({reading.object, reading.edition});
      return outcome;
    }
    Error error = std::move(outcome).error().within("reading " + reading.object);
    // Until a type has been imported once, those listed after it wait: else a fault would decide between a
    // Lead and a Contact. What a person must mend is no fault to wait for; a field that has gone is, while a
    // second pass without it is still to come.
    const bool person_mends = error.error_class() == ErrorClass::kConfig &&
                              (error.code != ErrorCode::kUnknownField || second_pass_);
    const bool imported = before.verified.has_value() || person_mends;
    if (reading.person != nullptr && !imported && may_concern_one_object(error)) later_types_wait_ = true;
    return leave_out(reading, std::move(error));
  }

  // The rest of the cycle goes on without an object whose error is its own (I12).
  Result<void> leave_out(const Reading& reading, Error error) {
    if (error.code == ErrorCode::kUnknownField)
      c_.maps = nullptr;  // the describe has changed: compile anew next time
    if (!may_concern_one_object(error)) return error;
    summary_.complete = false;
    unreadable_.insert(reading.object);
    summary_.alerts.push_back(error.text());
    if (!summary_.first_error) summary_.first_error = std::move(error);
    return {};
  }

  // ---- the end of a cycle ----

  // Also when an object could not be read: what the others have made free, or whole, is theirs (I12). What is
  // free by now goes first to those who wait for it, then to those that were held back.
  asio::awaitable<Result<void>> finish() {
    Result<Keys> unread = Keys{};
    std::function<void()> work = [&, this] { unread = applier_.unread(c_.connection, c_.rounds); };
    co_await c_.scheduler.blocking(std::move(work));
    if (!unread) co_return std::move(unread).error();
    std::erase_if(*unread, [this](const store::RecordKey& key) { return met_bad_.contains(key.remote); });
    PD_TRY_CO(co_await read_by_name(*std::move(unread)));
    PD_TRY_CO(co_await settle_addresses());
    Result<Keys> stale = Keys{};
    work = [&, this] { stale = applier_.stale_duplicates(c_.connection); };
    co_await c_.scheduler.blocking(std::move(work));
    if (!stale) co_return std::move(stale).error();
    PD_TRY_CO(co_await read_by_name(*std::move(stale)));
    co_return co_await mark_verified();
  }

  asio::awaitable<Result<void>> mark_verified() {
    ground_.terms().now = c_.scheduler.now();
    Result<void> marked;
    std::function<void()> work = [&, this] {
      marked = applier_.mark_verified(c_.connection, verified_, upper_, ground_.terms().now);
    };
    co_await c_.scheduler.blocking(std::move(work));
    co_return marked;
  }

  asio::awaitable<Result<void>> settle_addresses() {
    ground_.terms().now = c_.scheduler.now();
    Result<PlanCounts> counts = PlanCounts{};
    std::function<void()> work = [&, this] {
      counts = applier_.settle_addresses(c_.connection, c_.options.name, ground_.terms().types,
                                         ground_.terms().now, c_.rounds);
    };
    co_await c_.scheduler.blocking(std::move(work));
    if (!counts) co_return std::move(counts).error();
    summary_.people += *counts;
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> read_by_name(Keys keys) {
    for (const Reading& reading : ground_.readings()) {
      if (unreadable_.contains(reading.object) || (reading.person != nullptr && later_types_wait_)) continue;
      std::vector<RemoteId> ids;
      for (const store::RecordKey& key : keys) {
        if (key.object == reading.object) ids.push_back(key.remote);
      }
      Result<void> outcome = co_await read_by_ids(reading, std::move(ids));
      if (outcome) continue;
      PD_TRY_CO(leave_out(reading, std::move(outcome).error().within("reading again " + reading.object)));
    }
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> read_by_ids(const Reading& reading, std::vector<RemoteId> ids) {
    for (size_t at = 0; at < ids.size(); at += kFetchIdsMax) {
      const size_t end = std::min(ids.size(), at + kFetchIdsMax);
      std::vector<RemoteId> chunk(ids.begin() + static_cast<ptrdiff_t>(at),
                                  ids.begin() + static_cast<ptrdiff_t>(end));
      std::string object = reading.object;
      std::vector<std::string> fields = reading.fields;
      auto page =
          co_await c_.options.connector->fetch_by_ids(std::move(object), std::move(fields), std::move(chunk));
      if (!page) co_return std::move(page).error();
      if (page->records.empty() && page->bad.empty()) continue;
      Batch batch = make_batch(reading);
      batch.moves_cursor = false;
      batch.pages.push_back(reading.mapper(*std::move(page)));
      PD_TRY_CO(co_await apply(batch, reading));
    }
    co_return Result<void>{};
  }

  CycleContext& c_;
  Applier& applier_;
  Groundwork ground_;
  CycleSummary summary_;
  Timestamp upper_{};
  std::set<std::string> followed_;  ///< types whose conversions have been followed in this cycle
  std::vector<ReadToEnd> verified_;
  bool later_types_wait_ = false;
  const bool second_pass_;
  bool owners_known_ = false;
  std::set<std::string> unreadable_;  ///< objects that this cycle goes on without
  std::set<RemoteId> met_bad_;        ///< records that this cycle's feeds could not read, at most kMetBadMax
};

// What a first pass did counts, too; what it found to tell, the second has found again.
void add_counts(CycleSummary& sum, const CycleSummary& first) {
  for (const auto& [object, counts] : first.objects)
    sum.objects[object] += counts;
  for (ObjectReading& reading : sum.readings) {
    for (const ObjectReading& before : first.readings)
      if (before.object == reading.object) reading.took += before.took;
  }
  sum.people += first.people;
  sum.calls += first.calls;
  sum.took += first.took;
}

}  // namespace

Error mass_change(const reconcile::BrakeHold& hold) {
  return make_error(ErrorCode::kMassChange,
                    words_of(hold) +
                        ". Nothing more is read from the CRM until a person says so: look with prospectd "
                        "sync --dry-run, then prospectd sync --accept-mass-change");
}

asio::awaitable<Result<CycleSummary>> run_cycle(CycleContext& context, Applier& applier) {
  Cycle first(context, applier, false);
  Result<CycleSummary> summary = co_await first.run();
  const bool schema_changed =
      summary && summary->first_error && summary->first_error->code == ErrorCode::kUnknownField;
  if (!schema_changed) co_return summary;
  // A field has gone since the mappings were compiled (F11): once more without it, so that the others arrive
  // with this poll.
  Cycle second(context, applier, true);
  Result<CycleSummary> rest = co_await second.run();
  if (rest) add_counts(*rest, *summary);
  co_return rest;
}

}  // namespace prospectd::engine
