#include "daemon/wire/demo.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "config/loader.h"
#include "daemon/cli/daemon_client.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/sync_call.h"
#include "daemon/wire/child.h"
#include "daemon/wire/demo_folder.h"
#include "daemon/wire/demo_story.h"
#include "daemon/wire/stop_signals.h"

namespace prospectd::wire {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookEvery{50};
constexpr std::chrono::milliseconds kWatchEvery{500};
constexpr std::chrono::seconds kReadyWithin{60};
constexpr int64_t kPeopleASecond = 10'000;  // what any machine makes or loads at least
constexpr std::chrono::seconds kMovesWithin{120};
constexpr size_t kErrorsShown = 5;
constexpr size_t kDuplicatesCounted = 20'000;
constexpr const char* kPersonTypes[] = {"Contact", "Lead"};

/// Why a step came to its end early: somebody asked us to stop, or something is wrong.
struct Ended {
  ExitCode code = ExitCode::kOk;
};
using Step = std::optional<Ended>;

class Demo {
 public:
  Demo(const cli::DemoVerb& verb, DemoFolder folder)
      : verb_(verb), folder_(std::move(folder)), console_(std::cout, std::cerr) {
    console_.out_terminal = cli::terminal_of(STDOUT_FILENO, false);
    console_.err_terminal = cli::terminal_of(STDERR_FILENO, false);
    console_.json = verb.json;
    console_.quiet = verb.quiet;
    facts_.program = verb.program;
    facts_.folder = folder_.path();
    facts_.config_file = folder_.config_file();
    facts_.temporary = folder_.temporary();
  }

  ExitCode run() {
    for (const auto step : {&Demo::start_sandbox, &Demo::start_daemon, &Demo::first_sync,
                            &Demo::facts_of_sync, &Demo::second_sync, &Demo::tell, &Demo::watch}) {
      if (const Step ended = (this->*step)()) return end(ended->code);
    }
    return end(ExitCode::kOk);
  }

 private:
  bool talks() const { return !console_.json && !console_.quiet; }
  Step fail(const Error& error) { return Ended{console_.fail(error)}; }
  Step interrupted() const { return Ended{verb_.once ? ExitCode::kInterrupted : ExitCode::kOk}; }

  // In order: the one that asks first, then the one that answers.
  ExitCode end(ExitCode code) {
    daemon_.reset();
    sandbox_.reset();
    return code;
  }

  // Says so when a child has ended by itself.
  Step check_children() {
    for (std::optional<Child>* child : {&sandbox_, &daemon_}) {
      if (!*child || !(*child)->ended()) continue;
      const int code = (*child)->exit_code();
      const Error error =
          make_error(ErrorCode::kInternal, (*child)->name() + " has ended by itself, with status " +
                                               std::to_string(code) + "; its last words:");
      console_.fail(error);
      for (const std::string& line : (*child)->last_errors(kErrorsShown))
        console_.err() << "  " << line << '\n';
      const bool starting = facts_.api_url.empty() && code > 0 && code < 128;
      return Ended{starting ? static_cast<ExitCode>(code) : ExitCode::kOther};
    }
    return std::nullopt;
  }

  // Waits until `done` says so; looks after the children meanwhile.
  template <class Done>
  Step wait_until(Done done, std::chrono::seconds patience, const char* what) {
    const auto deadline = Clock::now() + patience;
    while (!done()) {
      if (!signals_.go_on(kLookEvery)) return interrupted();
      if (Step ended = check_children()) return ended;
      if (Clock::now() > deadline) return fail(make_error(ErrorCode::kTimeout, what));
    }
    return std::nullopt;
  }

  Step start_sandbox() {
    ChildOptions options;
    options.name = "the sandbox";
    options.arguments = {"sandbox", "--json",       "--port", "0",
                         "--dir",   folder_.path(), "--seed", std::to_string(verb_.seed)};
    const std::string filled = verb_.load.empty() ? "--people" : "--load";
    const std::string with = verb_.load.empty() ? std::to_string(verb_.people) : verb_.load;
    options.arguments.insert(options.arguments.end(), {filled, with});
    options.output = folder_.path("sandbox.out");
    options.errors = folder_.path("sandbox.log");
    auto child = Child::start(std::move(options));
    if (!child) return fail(child.error());
    sandbox_.emplace(*std::move(child));
    std::string said;
    const auto patience = kReadyWithin + std::chrono::seconds(verb_.people / kPeopleASecond);
    if (Step ended = wait_until([&] { return (said = sandbox_->output()).ends_with('\n'); }, patience,
                                "the sandbox did not get ready in time"))
      return ended;
    const auto word = cli::parse_json(said);
    if (!word) return fail(word.error());
    return write_config(*word);
  }

  Step write_config(const Json& word) {
    facts_.sandbox_url = cli::text_at(word, "url");
    facts_.people = cli::number_at(word, "people");
    facts_.example_contact = cli::text_at(cli::member(word, "example"), "contact");
    facts_.example_owner = cli::text_at(cli::member(word, "example"), "owner");
    config::DemoValues values;
    values.login_url = facts_.sandbox_url;
    values.state_directory = folder_.path("state");
    values.listen = "127.0.0.1:0";
    values.client_id = cli::text_at(word, "clientId");
    values.secret_file = cli::text_at(word, "secretFile");
    const auto written = folder_.write_config(values);
    return written ? std::nullopt : fail(written.error());
  }

  Step start_daemon() {
    config::Loaded loaded = config::load(folder_.config_file());
    if (!loaded.config)
      return fail(make_error(ErrorCode::kConfigInvalid, config::format_fault(loaded.faults.front())));
    ChildOptions options;
    options.name = "the daemon";
    options.arguments = {"run", "-c", folder_.config_file()};
    options.output = folder_.path("daemon.out");
    options.errors = folder_.path("daemon.log");
    auto child = Child::start(std::move(options));
    if (!child) return fail(child.error());
    daemon_.emplace(*std::move(child));
    if (Step ended = wait_until([&] { return is_ready(*loaded.config); }, kReadyWithin,
                                "the daemon did not get ready in time"))
      return ended;
    auto client = cli::DaemonClient::open(*loaded.config);
    if (!client) return fail(client.error());
    facts_.api_url = client->url();
    client_.emplace(*std::move(client));
    if (talks()) tell_start(console_, facts_);
    return std::nullopt;
  }

  static bool is_ready(const config::Config& config) {
    cli::HttpCall call;
    call.base = cli::daemon_url(config);
    call.target = "/readyz";
    call.timeout = std::chrono::seconds(5);
    if (call.base.empty()) return false;
    const auto answer = cli::http_call(call);
    return answer && answer->status == 200;
  }

  Result<Json> ask_status() {
    PD_ASSIGN(answer, client_->get("/v1/status"));
    return cli::member(cli::member(answer, "data"), "attributes");
  }

  // The bar runs over all people; the API tells of one object at a time.
  cli::Progress progress_of(const Json& connection) {
    cli::Progress progress;
    progress.label = "first sync";
    progress.total = facts_.people;
    progress.rate = cli::real_at(connection, "rate");
    const Json& now = cli::member(connection, "progress");
    const std::string object = cli::text_at(now, "object");
    if (std::find(std::begin(kPersonTypes), std::end(kPersonTypes), object) != std::end(kPersonTypes))
      read_[object] = std::max(read_[object], cli::number_at(now, "read"));
    for (const auto& [name, n] : read_)
      progress.done += n;
    return progress;
  }

  // Nobody answers any more: because the daemon has ended, or for another reason.
  Step lost_daemon(const Error& error) {
    if (Step ended = check_children()) return ended;
    return fail(error);
  }

  Step first_sync() {
    cli::ProgressLine line(console_.err(), console_.err_terminal);
    auto deadline = Clock::now() + kMovesWithin;
    int64_t furthest = -1;
    for (;;) {
      auto status = ask_status();
      if (!status) return lost_daemon(status.error());
      const Json& connection = demo_connection(*status);
      if (cli::member(connection, "lastCycle").is_object()) {
        status_ = *std::move(status);
        if (talks()) line.keep(whole_progress());
        return std::nullopt;
      }
      if (cli::text_at(connection, "state") == "needs_attention")
        return fail(cli::error_of_json(cli::member(connection, "lastError")));
      const cli::Progress progress = progress_of(connection);
      if (progress.done > furthest) {
        furthest = progress.done;
        deadline = Clock::now() + kMovesWithin;
      }
      if (talks()) line.update(progress, Clock::now());
      if (!signals_.go_on(kLookEvery)) return interrupted();
      if (Step ended = check_children()) return ended;
      if (Clock::now() > deadline)
        return fail(make_error(ErrorCode::kTimeout,
                               "the first sync does not move on; see " + folder_.path("daemon.log")));
    }
  }

  cli::Progress whole_progress() const {
    const Json& cycle = cli::member(demo_connection(status_), "lastCycle");
    cli::Progress progress;
    progress.label = "first sync";
    progress.done = progress.total = cli::number_at(cli::member(cycle, "people"), "read");
    const double took = cli::real_at(cycle, "tookMs");
    progress.rate = took > 0 ? static_cast<double>(progress.done) * 1000.0 / took : 0;
    progress.ended = true;
    return progress;
  }

  Step facts_of_sync() {
    auto status = ask_status();  // its totals are read after the cycle's end for sure
    if (!status) return lost_daemon(status.error());
    status_["totals"] = cli::member(*status, "totals");
    bool more = false;
    const auto held =
        cli::read_list(*client_, "/v1/duplicates?filter%5Bopen%5D=true", kDuplicatesCounted, more);
    if (!held) return fail(held.error());
    for (const Json& duplicate : *held)
      ++facts_.duplicates[cli::text_at(duplicate, "sentence")];
    facts_.example_prospect = held->empty() ? "1" : cli::text_at(held->front(), "prospectId");
    if (talks()) tell_summary(console_, facts_, status_);
    return std::nullopt;
  }

  Step second_sync() {
    if (!verb_.once) return std::nullopt;
    cli::SyncCall call;
    call.wait = [this] { return signals_.go_on(kLookEvery); };
    const auto done = cli::run_sync(*client_, call);
    if (signals_.stopped()) return interrupted();
    if (!done) return fail(done.error());
    second_ = cli::member(*done, "result");
    if (talks()) tell_quiet(console_, second_);
    return std::nullopt;
  }

  Step tell() {
    if (console_.json) console_.document(demo_document(facts_, status_, second_));
    if (verb_.once) {
      const bool quiet = changes_of_cycle(second_) == 0;
      return Ended{quiet ? ExitCode::kOk : ExitCode::kOther};
    }
    if (talks()) tell_look_around(console_, facts_);
    return std::nullopt;
  }

  Step watch() {
    while (signals_.go_on(kWatchEvery)) {
      if (Step ended = check_children()) return ended;
    }
    if (talks()) console_.line("Stopped.");
    return interrupted();
  }

  const cli::DemoVerb& verb_;
  StopSignals signals_;
  DemoFolder folder_;
  cli::Console console_;
  DemoFacts facts_;
  std::optional<Child> sandbox_;
  std::optional<Child> daemon_;
  std::optional<cli::DaemonClient> client_;
  std::map<std::string, int64_t> read_;  ///< by person type
  Json status_;
  Json second_;
};

}  // namespace

ExitCode run_demo(const cli::DemoVerb& verb) {
  auto folder = DemoFolder::make(verb.directory);
  if (!folder) {
    cli::Console console(std::cout, std::cerr);
    console.json = verb.json;
    return console.fail(folder.error());
  }
  return Demo(verb, *std::move(folder)).run();
}

}  // namespace prospectd::wire
