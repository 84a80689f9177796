#include "tests/sim/sim_run.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "tests/sim/forgetful_store.h"
#include "tests/sim/sim_journal.h"
#include "tests/sim/sim_life.h"
#include "tests/sim/sim_oracle.h"
#include "tests/sim/sim_orders.h"
#include "tests/sim/sim_wire.h"
#include "tests/support/scratch.h"
#include "tests/support/world.h"

namespace prospectd::test {
namespace {

constexpr size_t kFailuresMax = 8;
constexpr int kPollsUntilAgreed = 2;
constexpr int kUnreachable = 1'000;
constexpr int kLookBehindPerMille = 60;
constexpr milliseconds kWait{60'000};
constexpr int kWaitsMax = 180;

class Simulation {
 public:
  Simulation(const SimPlan& plan, std::function<void(const std::string&)> trace)
      : plan_(plan),
        tell_(std::move(trace)),
        dice_(plan.seed * 0xbf58476d1ce4e5b9ULL + 3),
        wire_(
            plan, [this] { return at(); }, digest_, trace_with_time()),
        world_(world_options()),
        life_(world_, plan_, trace_with_time()) {
    if (plan_.orders_per_mille > 0) {
      orders_.emplace(world_, plan_, trace_with_time(), [this](const std::string& what) { fail(what); });
      orders_->open();
    }
  }

  SimOutcome run() {
    live();
    come_to_rest();
    judge();
    return finish();
  }

 private:
  // ---- the parts ----

  WorldOptions world_options() {
    WorldOptions options;
    options.seed = plan_.seed;
    options.types = plan_.types;
    options.policy.owner_fallback = plan_.owner_fallback;
    options.blanks_in = plan_.blanks_in;
    options.blanks_out = plan_.blanks_out;
    options.pages_per_commit = plan_.pages_per_commit;
    options.overlap = plan_.overlap;
    options.interval = plan_.interval;
    options.writes = plan_.writes;
    options.conflict = plan_.conflict;
    // Nobody is there to let a stopped connection go on; the brake has scenarios of its own.
    options.on_connection = [](engine::ConnectionOptions& connection) {
      connection.poll.brake.percent = 100;
    };
    options.on_close = [this] {
      if (orders_) orders_->close();
    };
    options.on_commit = [this](store::CommitPoint point) { return commit(point); };
    options.on_open = [this](SimTransport& transport) {
      transport_ = &transport;
      wire_.attach(transport);
      transport.set_rates(rates_);
    };
    if (plan_.crash_per_mille > 0) options.database = scratch_.emplace().file("sim.db");
    if (plan_.plant == Plant::kForgottenWrite) options.wrap_store = forgetful;
    return options;
  }

  std::function<void(const std::string&)> trace_with_time() {
    if (!tell_) return {};
    return [this](const std::string& what) { tell_(std::to_string(at().count()) + " ms: " + what); };
  }
  void say(const std::string& what) {
    if (tell_) trace_with_time()(what);
  }
  void fail(const std::string& what) {
    if (failures_.size() < kFailuresMax) failures_.push_back(what);
    say("FAILURE " + what);
  }

  /// Since the run began; 0 while the world is being made.
  milliseconds at() const {
    if (!begun_) return milliseconds{0};
    return std::chrono::duration_cast<milliseconds>(world_.scheduler().now() - began_);
  }

  bool commit(store::CommitPoint point) {
    digest_.add(at().count());
    digest_.add(static_cast<int64_t>(point));
    if (!may_crash_ || !dice_.of_thousand(plan_.crash_per_mille)) return true;
    say(point == store::CommitPoint::kBeforeCommit ? "CRASH before a commit" : "CRASH after a commit");
    crashed_ = true;
    return false;
  }

  // ---- the run ----

  void live() {
    began_ = world_.scheduler().now();
    begun_ = true;
    sandbox::Knobs knobs = plan_.knobs;
    world_.front().set_knobs(knobs);
    world_.scheduler().set_blocking_delay(plan_.store_delay_max);
    lock_rows(plan_.locked_per_mille);
    life_.begin();
    may_crash_ = true;
    change_weather();
    world_.start();
    while (at() < plan_.life && failures_.empty()) {
      advance(life_.gap());
      change_weather();
      may_crash_ = false;
      step();
      may_crash_ = true;
      watch_cursors();
      if (dice_.of_thousand(kLookBehindPerMille)) check_left_behind();
    }
  }

  void step() {
    const int64_t edits = life_.edits();
    life_.step();
    if (!orders_) return;
    if (life_.edits() != edits) orders_->note_edit();
    orders_->step();
  }

  // Of the records that are written, so many in a thousand are somebody's at that moment.
  void lock_rows(int per_mille) {
    if (plan_.locked_per_mille == 0) return;
    std::string rules;
    for (const char* operation : {"update", "create"}) {
      rules += std::string(rules.empty() ? "" : ",") + R"({"fault":"lock_row","on":{"operation":")" +
               operation + R"("},"when":{"probability":)" + std::to_string(per_mille / 1000.0) + "}}";
    }
    if (per_mille == 0) rules.clear();
    const auto playing =
        world_.front().play_faults("{\"seed\":" + std::to_string(plan_.seed) + ",\"rules\":[" + rules + "]}");
    if (!playing) fail("the run itself: " + playing.error().text());
  }

  void advance(milliseconds duration) {
    const milliseconds until = at() + duration;
    while (!world_.scheduler().run_for(std::max(until - at(), milliseconds{0}), [this] { return crashed_; }))
      restart();
  }

  void restart() {
    ++stats_.crashes;
    may_crash_ = false;
    gather_pushes();
    gather_faults();
    world_.restart();
    crashed_ = false;
    check_left_behind();
    may_crash_ = true;
    world_.start();
    if (orders_) orders_->open();
  }

  // What the plan says of this moment: outages, objects that can't be read.
  void change_weather() {
    FaultRates rates = plan_.rates;
    for (const Spell& outage : plan_.outages) {
      if (!outage.covers(at())) continue;
      rates = FaultRates::none();
      rates.per_mille[static_cast<size_t>(Fault::kReset)] = kUnreachable;
    }
    set_rates(rates);
    std::set<std::string> off;
    for (const ObjectOff& one : plan_.off) {
      if (one.when.covers(at()) || (one.for_good && at() >= one.when.from)) off.insert(one.object);
    }
    set_off(off);
  }

  void set_rates(const FaultRates& rates) {
    rates_ = rates;
    transport_->set_rates(rates);
  }

  void set_off(const std::set<std::string>& objects) {
    std::set<std::string> lower;
    for (const std::string& object : objects)
      lower.insert(to_lower_ascii(object));
    if (world_.front().knobs().disabled_objects == lower) return;
    sandbox::Knobs knobs = world_.front().knobs();
    knobs.disabled_objects = lower;
    say("unreadable objects: " + std::to_string(lower.size()));
    world_.front().set_knobs(knobs);
  }

  // The org stands still; nothing gets through until its late commits are there. Then all is well, and two
  // polls have to do.
  void come_to_rest() {
    may_crash_ = false;
    FaultRates nothing = FaultRates::none();
    nothing.per_mille[static_cast<size_t>(Fault::kReset)] = kUnreachable;
    set_rates(nothing);
    advance(plan_.overlap + seconds{20});
    world_.org().settle();
    if (world_.org().pending() > 0) fail("the run itself: late commits are still to come");
    std::set<std::string> off;
    for (const ObjectOff& one : plan_.off) {
      if (one.for_good) off.insert(one.object);
    }
    excused_.objects = off;
    set_off(off);
    wire_.heal();
    set_rates(FaultRates::none());
    lock_rows(0);
    say("all is well");
    if (orders_) end_orders();
    if (plan_.writes) empty_the_outbox();
    for (int poll = 0; poll < kPollsUntilAgreed; ++poll)
      poll_well();
  }

  // What was ordered is done, what no poll sees is found; then something is taken back, and the outbox is
  // emptied of that.
  void end_orders() {
    for (int i = 0; i < kWaitsMax && !orders_->idle(); ++i)
      advance(kWait);
    if (!orders_->idle()) fail("I10: what was ordered does not end, though all is well");
    if (plan_.unseen_per_mille > 0) orders_->scan(true);
    if (plan_.writes) empty_the_outbox();
    poll_well();
    undone_ = orders_->undo_something();
    if (undone_) say("taken back at rest: " + *undone_);
  }

  // What has failed before waits for its time, however well all is.
  void empty_the_outbox() {
    for (int i = 0; i < kWaitsMax && waiting() > 0; ++i)
      advance(kWait);
    if (waiting() > 0 && excused_.objects.empty() && wire_.stuck().empty())
      fail("I9: " + std::to_string(waiting()) + " changes still wait to be written, though all is well");
    advance(plan_.overlap + seconds{20});  // a cursor goes past what was written last
  }

  int64_t waiting() {
    const auto totals = world_.reader()->totals();
    return totals ? totals->outbox : 0;
  }

  void poll_well() {
    const auto outcome = world_.try_sync();
    watch_cursors();
    if (!outcome) return fail("I9: a poll failed though all is well: " + outcome.error().text());
    if (!outcome->complete && excused_.objects.empty()) {
      fail("I9: a poll was incomplete though all is well: " +
           (outcome->first_error ? outcome->first_error->text() : std::string("no error")));
    }
  }

  void judge() {
    excused_.records = wire_.stuck();
    Oracle oracle(world_, plan_, life_.memory(), excused_);
    for (const std::string& failure : oracle.judge())
      fail(failure);
    if (plan_.writes) {
      for (const std::string& failure : oracle.judge_outward())
        fail(failure);
    }
    stay_quiet();
    if (orders_) stay_agreed();
  }

  // A drift scan at rest finds nothing and mends nothing, and what was taken back stays so.
  void stay_agreed() {
    for (const std::string& failure : judge_journals(world_, kFailuresMax))
      fail(failure);
    // A record that is bad in the feed to the end is read whole by the scan.
    if (!wire_.stuck().empty()) return;
    const int64_t writes = world_.org().writes();
    for (const bool repair : {false, true}) {
      for (const std::string& drift : orders_->scan(repair))
        fail("I9: a drift scan at rest finds " + drift);
    }
    if (world_.org().writes() != writes) fail("I4: a drift scan wrote into the organisation");
    if (world_.picture() != picture_) fail("I5: a drift scan at rest changed the prospects");
    if (undone_ && orders_->undo_again(*undone_) > 0)
      fail("§12: what undo " + *undone_ + " had set back is to be set back once more");
  }

  // I4, I5: without a change outside, another poll writes nothing on either side.
  void stay_quiet() {
    const Picture before = world_.picture();
    const int64_t rows = world_.store().rows_written();
    const int64_t writes = world_.org().writes();
    poll_well();
    // What waits for an object that can't be read is looked at again now and then.
    if (world_.store().rows_written() != rows && waiting() == 0)
      fail("I5: a quiet poll wrote " + std::to_string(world_.store().rows_written() - rows) + " rows");
    if (world_.org().writes() != writes) fail("I4: a poll wrote into the organisation");
    if (world_.picture() != before) fail("I5: a quiet poll changed the prospects");
    picture_ = before;
  }

  // ---- I3 ----

  void watch_cursors() {
    const auto cursors = world_.reader()->cursors();
    if (!cursors) return fail("I3: the cursors can't be read: " + cursors.error().text());
    for (const store::ObjectCursor& one : *cursors) {
      const auto before = cursors_.find(one.object);
      if (before != cursors_.end() && one.cursor.stamp < before->second)
        fail("I3: the cursor of " + one.object + " went back");
      cursors_[one.object] = one.cursor.stamp;
    }
  }

  void check_left_behind() {
    watch_cursors();
    Oracle oracle(world_, plan_, life_.memory(), {});
    for (const std::string& failure : oracle.judge_left_behind(cursors_))
      fail(failure);
  }

  // ---- the end ----

  void gather_faults() {
    for (size_t i = 0; i < kFaultCount; ++i)
      stats_.faults[i] += transport_->met()[i];
  }

  void gather_pushes() {
    const engine::PushSummary pushed = world_.supervisor().status().front().tally.pushed;
    stats_.written += pushed.written;
    stats_.created += pushed.created;
    stats_.doubtful += pushed.doubtful;
  }

  SimOutcome finish() {
    gather_faults();
    stats_.runs = 1;
    stats_.writing = plan_.writes ? 1 : 0;
    stats_.exchanges = wire_.exchanges();
    stats_.whole_batches = wire_.whole_batches();
    stats_.locked = wire_.locked();
    stats_.sessions_over = wire_.sessions_over();
    stats_.bad_records = static_cast<int64_t>(wire_.was_bad().size());
    for (const store::ProspectRow& row : world_.prospects()) {
      ++stats_.prospects;
      for (const reconcile::Link& link : row.links)
        stats_.waiting +=
            std::ranges::count(link.pending, mapping::field::kEmail, &reconcile::PendingRef::field);
    }
    stats_.held = static_cast<int64_t>(world_.duplicates().size());
    gather_pushes();
    if (orders_) stats_.orders = orders_->stats();
    for (const char* object : {"Lead", "Contact"})
      stats_.people += static_cast<int64_t>(world_.org().table(object)->rows());
    for (const std::string& line : picture_) {
      digest_.add(line);
      say(line);
    }
    for (const std::string& failure : failures_)
      digest_.add(failure);
    if (tell_ && !failures_.empty()) tell_journals();
    world_.stop();
    SimOutcome outcome;
    outcome.seed = plan_.seed;
    outcome.digest = digest_.value();
    outcome.failures = failures_;
    outcome.stats = stats_;
    return outcome;
  }

  // How everything came to be as it is, for who replays a seed.
  void tell_journals() {
    constexpr size_t kRowsMax = 50;
    const auto reader = world_.reader();
    for (const store::ProspectRow& row : world_.prospects()) {
      const auto journal = reader->journal_of(row.prospect.id, kRowsMax);
      if (!journal) continue;
      tell_("prospect " + std::to_string(row.prospect.id.value));
      for (const reconcile::Link& link : row.links) {
        const sandbox::Table& table = *world_.org().table(link.object);
        if (const auto there = table.find(link.remote.str())) {
          const Timestamp stamp{seconds{table.stamp_seconds(*there)}};
          tell_("  " + link.object + " " + link.remote.str() + " as of " +
                std::to_string((link.version - began_).count()) + " ms, in the CRM as of " +
                std::to_string((stamp - began_).count()) + " ms");
        }
        for (const auto& [field, agreed] : link.shadow) {
          tell_("  agreed " + world_.schema().fields()[field].name + ": " + agreed.remote.to_json() +
                " there, " + agreed.local.to_json() + " here");
        }
      }
      for (const store::JournalRow& one : *journal) {
        tell_("  " + std::to_string((one.at - began_).count()) + " ms " + one.cause_detail + ": " +
              std::string(code_of(one.entry.reason)) + " " + one.entry.remote.str() + " " + one.entry.field +
              " " + one.entry.before + " -> " + one.entry.after);
      }
    }
  }

  const SimPlan plan_;
  std::function<void(const std::string&)> tell_;
  Dice dice_;
  Digest digest_;
  Wire wire_;
  std::optional<Scratch> scratch_;
  SimTransport* transport_ = nullptr;  ///< of the daemon that runs
  FaultRates rates_;
  Timestamp began_{};
  bool begun_ = false;
  bool may_crash_ = false;
  bool crashed_ = false;
  mutable World world_;
  Life life_;
  std::optional<Orders> orders_;
  std::optional<std::string> undone_;  ///< at rest
  Excused excused_;
  std::map<std::string, std::optional<Timestamp>> cursors_;
  Picture picture_;
  SimStats stats_;
  std::vector<std::string> failures_;
};

}  // namespace

SimStats& SimStats::operator+=(const SimStats& o) {
  runs += o.runs;
  exchanges += o.exchanges;
  for (size_t i = 0; i < kFaultCount; ++i)
    faults[i] += o.faults[i];
  crashes += o.crashes;
  bad_records += o.bad_records;
  people += o.people;
  prospects += o.prospects;
  held += o.held;
  waiting += o.waiting;
  written += o.written;
  created += o.created;
  doubtful += o.doubtful;
  writing += o.writing;
  whole_batches += o.whole_batches;
  locked += o.locked;
  sessions_over += o.sessions_over;
  orders += o.orders;
  return *this;
}

SimOutcome simulate(const SimPlan& plan, std::function<void(const std::string&)> trace) {
  if (trace) trace(describe(plan));
  Simulation simulation(plan, std::move(trace));
  return simulation.run();
}

std::string report(const SimOutcome& outcome) {
  const std::string seed = std::to_string(outcome.seed);
  std::string text = "seed " + seed + " fails (replay: PROSPECTD_SIM_SEED=" + seed +
                     " sim_tests --gtest_filter=Simulation.OneSeedInWords)";
  for (const std::string& failure : outcome.failures)
    text += "\n  " + failure;
  return text;
}

}  // namespace prospectd::test
