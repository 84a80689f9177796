#include "tests/soak/soak.h"

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <stdexcept>

#include "base/harmless.h"
#include "base/secret.h"
#include "base/text.h"
#include "config/loader.h"
#include "daemon/cli/json.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/words.h"
#include "reconcile/store/store.h"
#include "tests/e2e/organisation.h"
#include "tests/soak/daemon_watch.h"
#include "tests/soak/org_life.h"
#include "tests/soak/org_reader.h"
#include "tests/soak/verdict.h"

namespace prospectd::soak {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr const char* kInterval = "1s";
constexpr const char* kOverlap = "1m";
constexpr seconds kLateMax{45};  // within the overlap, with time for a slow machine
constexpr int64_t kGapMaxMs = 200;
constexpr milliseconds kLookEvery{1'000};
constexpr seconds kFaultMin{8};
constexpr seconds kFaultMax{25};
constexpr int kSyncsUntilAgreed = 3;
constexpr int64_t kGrowthPercentMax = 10;
constexpr int64_t kPageRows = 2'000;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return *std::move(result);
}
void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().text());
}

std::string megabytes(int64_t kilobytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(kilobytes) / 1024);
  return text;
}

class Soak {
 public:
  explicit Soak(const SoakOptions& options)
      : options_(options),
        crm_({"--people", std::to_string(options.people), "--seed", std::to_string(options.seed)}),
        follower_(crm_),
        dice_(options.seed + 1),
        watch_(follower_) {
    access_.url = crm_.url();
    access_.client_id = crm_.word().at("clientId");
    access_.client_secret = must(read_secret_file(crm_.secret_file()));
    const cli::SandboxPlace place{crm_.url(), crm_.word().at("adminTokenFile")};
    life_ = std::make_unique<OrgLife>(place, must(read_organisation(access_)),
                                      LifeOptions{options.seed, kLateMax, follower_.path("edits.trace")});
    follower_.rewrite("interval: 1h", std::string("interval: ") + kInterval);
    follower_.rewrite("overlap: 10m", std::string("overlap: ") + kOverlap);
  }

  bool run() {
    start();
    live();
    come_to_rest();
    judge();
    return tell();
  }

 private:
  // ---- the run ----

  void start() {
    must(life_->heal());
    stats_before_ = must(life_->ask("stats"));
    follower_.start();
    const bool answers =
        e2e::wait_until([&] { return follower_.status().has_value() || !follower_.daemon().running(); });
    if (!answers || !follower_.daemon().running())
      throw std::runtime_error("the daemon did not start: " + follower_.daemon().err());
    began_ = Clock::now();
    std::printf("soak · seed %llu · %s followed for %lld min%s\n",
                static_cast<unsigned long long>(options_.seed),
                cli::counted(options_.people, "person", "people").c_str(),
                static_cast<long long>(options_.minutes), options_.faults ? " · with faults" : "");
    std::fflush(stdout);
  }

  milliseconds at() const { return std::chrono::duration_cast<milliseconds>(Clock::now() - began_); }

  void live() {
    const milliseconds end = std::chrono::minutes(options_.minutes);
    milliseconds next_look{0};
    milliseconds next_fault = draw_fault();
    int64_t minute = 1;
    while (at() < end && alive_) {
      must(life_->step());
      if (options_.faults && at() >= next_fault) {
        must(life_->turn_a_knob());
        next_fault = at() + draw_fault();
      }
      if (at() >= next_look) {
        look();
        next_look = at() + kLookEvery;
      }
      if (at() >= std::chrono::minutes(minute)) say_minute(minute++);
      ::poll(nullptr, 0, static_cast<int>(dice_.below(kGapMaxMs)));
    }
    if (alive_) say_minute(options_.minutes);
    progress_.clear();
    lived_ = at();
  }

  milliseconds draw_fault() { return seconds(dice_.between(kFaultMin.count(), kFaultMax.count())); }

  void look() {
    alive_ = watch_.look(at());
    if (!terminal_.interactive) return;
    cli::Progress progress;
    progress.label = cli::counted(life_->edits(), "edit") + ", seconds";
    progress.done = std::chrono::duration_cast<seconds>(at()).count();
    progress.total = options_.minutes * 60;
    progress_.update(progress, Clock::now());
  }

  void say_minute(int64_t minute) {
    if (minute <= said_) return;
    said_ = minute;
    progress_.clear();
    const int64_t calls =
        cli::number_at(must(life_->ask("stats")), "api_calls") - cli::number_at(stats_before_, "api_calls");
    std::printf("minute %lld/%lld  %s (%s refused)  %s  lag %s  memory %s  %s\n",
                static_cast<long long>(minute), static_cast<long long>(options_.minutes),
                cli::counted(life_->edits(), "edit").c_str(), group_digits(life_->refused()).c_str(),
                cli::counted(watch_.polls().all(), "poll").c_str(), format_duration(watch_.lag()).c_str(),
                megabytes(watch_.resident_kilobytes()).c_str(), cli::counted(calls, "call").c_str());
    std::fflush(stdout);
  }

  // Nothing is edited any more; what was committed late becomes visible. Then a few polls have to do.
  void come_to_rest() {
    if (!alive_) return;
    std::printf("the edits stop; what was committed late comes in within %lld s\n",
                static_cast<long long>(kLateMax.count()));
    std::fflush(stdout);
    must(life_->heal());
    const bool visible =
        e2e::wait_until([&] { return cli::number_at(must(life_->ask("counts")), "pending") == 0; });
    if (!visible) throw std::runtime_error("the sandbox still has late commits to come");
    // After faults the daemon may first have to find out that all is well.
    if (options_.faults) (void)e2e::wait_until([&] { return follower_.ask({"sync"}).code == 0; });
    const Polls before = watch_.polls();
    for (int i = 0; i < kSyncsUntilAgreed; ++i) {
      const e2e::Ended sync = follower_.ask({"sync"});
      if (sync.code != 0) last_syncs_.push_back(sync.err);
    }
    polls_ = watch_.polls();
    unwell_at_rest_ = polls_.all() - polls_.complete - (before.all() - before.complete);
    stats_after_ = must(life_->ask("stats"));
    stop_code_ = follower_.stop(SIGTERM);
  }

  // ---- judging ----

  void judge() {
    if (!alive_) {
      findings_.push_back({"daemon", false, "it ended by itself", {follower_.daemon().err()}});
      return;
    }
    judge_agreement();
    judge_memory();
    judge_calls();
    judge_polls();
    judge_log();
  }

  void judge_agreement() {
    const config::Loaded loaded = config::load(follower_.config());
    if (!loaded.config) throw std::runtime_error("the soak's own configuration is broken");
    store::SqliteOptions options;
    options.path = follower_.database();
    options.schema = config::local_schema_of(*loaded.config);
    test::AgreementRules rules;
    rules.blanks_in = mapping::Blanks::kSkip;  // as the example mappings have it
    rules.texts = mapped_texts(options.schema);
    rules.failures_max = kDetailsMax;
    const auto database = must(store::open_sqlite(std::move(options)));
    test::Holdings holdings = must(test::read_holdings(*must(database->reader())));
    test::Organisation organisation = must(read_organisation(access_));
    Finding finding{"agreement", true, "", {}};
    finding.figures = cli::counted(static_cast<int64_t>(organisation.people.size()), "record") + ", " +
                      cli::counted(static_cast<int64_t>(holdings.rows.size()), "prospect") + ", " +
                      group_digits(static_cast<int64_t>(holdings.held.size())) + " held as duplicates";
    finding.details =
        test::Agreement(std::move(organisation), std::move(holdings), std::move(rules), life_->memory(), {})
            .judge();
    finding.good = finding.details.empty();
    if (!finding.good)
      finding.figures += "; " + cli::counted(static_cast<int64_t>(finding.details.size()), "difference");
    findings_.push_back(std::move(finding));
  }

  void judge_memory() {
    const int64_t early = watch_.median_kilobytes(lived_ / 10, lived_ / 5);
    const int64_t late = watch_.median_kilobytes(lived_ - lived_ / 10, lived_);
    const bool good = early > 0 && (late - early) * 100 <= early * kGrowthPercentMax;
    findings_.push_back({"memory",
                         good,
                         megabytes(early) + " after the first fifth, " + megabytes(late) + " at the end",
                         {"it grew by more than " + std::to_string(kGrowthPercentMax) + " %"}});
  }

  // A poll costs a call an object (asking for the time is free); a page more for every kPageRows records; a
  // reading by id, at most, after whatever may have referred to a record that was not there yet; and the
  // descriptions, once an hour.
  void judge_calls() {
    const auto n = [&](const char* name) {
      return cli::number_at(stats_after_, name) - cli::number_at(stats_before_, name);
    };
    const auto objects = static_cast<int64_t>(watch_.objects());
    const int64_t hours = 1 + std::chrono::duration_cast<std::chrono::hours>(lived_).count();
    const int64_t budget = polls_.all() * objects + n("records_served") / kPageRows + life_->references() +
                           hours * (objects + 1);
    const int64_t calls = n("api_calls");
    const bool judged = !options_.faults;
    findings_.push_back(
        {"calls",
         !judged || (calls <= budget && n("refused_quota") == 0),
         group_digits(calls) +
             (judged ? " of at most " + group_digits(budget) : ", not judged: faults cost more") + "; " +
             cli::counted(n("logins"), "login"),
         {"more than a call an object, a page and a reading by id can explain: " + stats_after_.dump()}});
  }

  void judge_polls() {
    const bool all = polls_.complete == polls_.all() && polls_.all() > 0;
    const bool good =
        (options_.faults ? unwell_at_rest_ == 0 : all) && last_syncs_.empty() && stop_code_ == 0;
    std::vector<std::string> details = last_syncs_;
    details.push_back("the daemon stopped with the code " + std::to_string(stop_code_));
    findings_.push_back({"polls", good,
                         group_digits(polls_.complete) + " complete, " + group_digits(polls_.incomplete) +
                             " incomplete, " + group_digits(polls_.failed) + " failed; lag at most " +
                             format_duration(watch_.lag_max()) +
                             (options_.faults ? "; " + cli::counted(life_->faults(), "fault") : ""),
                         details});
  }

  void judge_log() {
    const LogReport log = watch_.read_log();
    findings_.push_back({"log", log.errors.empty(),
                         cli::counted(log.lines, "line") + ", " +
                             cli::counted(static_cast<int64_t>(log.errors.size()), "error") + ", " +
                             cli::counted(log.warnings, "warning"),
                         log.errors});
    if (!options_.faults) notes_ = log.first_warnings;
  }

  bool tell() {
    for (const std::string& line : lines_of(findings_, cli::terminal_of(STDOUT_FILENO, false)))
      std::printf("%s\n", line.c_str());
    for (const std::string& note : notes_)
      std::printf("  warning: %s\n", harmless(note).c_str());
    if (!all_good(findings_)) keep();
    std::fflush(stdout);
    return all_good(findings_);
  }

  void keep() {
    const fs::path to =
        fs::path(PROSPECTD_SOURCE_DIR) / "build/soak" / ("seed-" + std::to_string(options_.seed));
    std::error_code failed;
    fs::remove_all(to, failed);
    fs::create_directories(to, failed);
    fs::copy(follower_.folder(), to, fs::copy_options::recursive, failed);
    std::printf("What is left of it: %s\n", to.c_str());
  }

  const SoakOptions options_;
  e2e::SandboxCrm crm_;
  e2e::Follower follower_;
  test::Dice dice_;
  DaemonWatch watch_;
  OrgAccess access_;
  std::unique_ptr<OrgLife> life_;
  const cli::Terminal terminal_ = cli::terminal_of(STDERR_FILENO, false);
  cli::ProgressLine progress_{std::cerr, terminal_};
  Clock::time_point began_;
  milliseconds lived_{0};
  bool alive_ = true;
  int64_t said_ = 0;
  Json stats_before_;
  Json stats_after_;
  Polls polls_;
  int64_t unwell_at_rest_ = 0;
  int stop_code_ = -1;
  std::vector<std::string> last_syncs_;
  std::vector<Finding> findings_;
  std::vector<std::string> notes_;
};

}  // namespace

bool run_soak(const SoakOptions& options) {
  return Soak(options).run();
}

}  // namespace prospectd::soak
