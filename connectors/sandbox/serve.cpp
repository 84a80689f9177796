#include "connectors/sandbox/serve.h"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/http/peer.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/answers.h"

namespace prospectd::sandbox {
namespace {

namespace asio = boost::asio;

constexpr size_t kSecretBytes = 24;

Timestamp system_now() {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

using Clock = std::chrono::steady_clock;

class Wait;

/// The answers that wait: on their way for as long as answer_delay and the fault plan want, or for an event.
struct Waiting {
  size_t most = 0;  ///< at once; the connections beyond that are for who need not wait
  std::set<Wait*> waits = {};
  bool stopped = false;  ///< nobody waits from now on

  void on_event();
  void stop();
};

/// The wait of one request. It is over early at the stop, and when the request's client is gone.
class Wait {
 public:
  Wait(const asio::any_io_executor& executor, std::shared_ptr<Waiting> waiting,
       const std::weak_ptr<http::Peer>& peer)
      : timer_(executor), waiting_(std::move(waiting)), peer_(peer.lock()) {
    waiting_->waits.insert(this);
    if (peer_) peer_->watch([this] { wake(); });
  }
  ~Wait() {
    waiting_->waits.erase(this);
    if (peer_) peer_->end_watch();
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

  /// Nobody waits for the answer any more.
  bool in_vain() const { return peer_ && peer_->gone(); }
  bool stopped() const { return waiting_->stopped; }
  void wake() { timer_.cancel(); }
  bool for_events() const { return for_events_; }

  asio::awaitable<void> pass(Clock::duration time) {
    if (stopped() || in_vain() || time <= time.zero()) co_return;
    timer_.expires_after(time);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  /// Returns when there is something to tell. What becomes due by the clock alone is looked for now and then.
  asio::awaitable<void> pass_until_ready(Front* front, const LongPoll& poll) {
    constexpr Clock::duration kLookEvery = std::chrono::seconds(1);
    const Clock::time_point deadline = Clock::now() + poll.timeout;
    for_events_ = true;
    while (!stopped() && !in_vain() && !front->ready(poll)) {
      const Clock::duration left = deadline - Clock::now();
      if (left <= left.zero()) break;
      co_await pass(std::min(left, kLookEvery));
    }
    for_events_ = false;
  }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<Waiting> waiting_;
  std::shared_ptr<http::Peer> peer_;
  bool for_events_ = false;
};

void Waiting::on_event() {
  for (Wait* wait : waits) {
    if (wait->for_events()) wait->wake();
  }
}

void Waiting::stop() {
  stopped = true;
  for (Wait* wait : waits)
    wait->wake();
}

// Of the connections a sixteenth is for requests that need not wait, the admin endpoint's above all.
size_t waits_max(size_t connections_max) {
  constexpr size_t kShareOfOthers = 16;
  return connections_max - (connections_max + kShareOfOthers - 1) / kShareOfOthers;
}

// As a real organisation refuses what comes while too much takes long: before anything is done.
http::Response too_many_wait() {
  return error_answer(api_error(403, std::string(salesforce_wire::error_name::kRequestLimitExceeded),
                                "ConcurrentPerOrgLongTxn Limit exceeded."));
}

// A function of its own, so that what it needs lives in its parameters and not in a lambda. The front may be
// gone when a wait is over that was stopped. What the request has done stays done when its client is gone;
// events that nobody would get are kept for the client's next connect.
asio::awaitable<http::Response> answer(Front* front, std::shared_ptr<Waiting> waiting,
                                       http::ServerRequest request) {
  const bool for_admin = request.path().starts_with(kAdminPath);
  if (!for_admin && waiting->waits.size() >= waiting->most) co_return too_many_wait();
  Handled handled = front->begin(request);
  if (for_admin) co_return std::move(handled.response);
  const auto delay = [&] { return front->knobs().answer_delay + handled.delay; };
  if (!handled.poll && delay() <= delay().zero()) co_return std::move(handled.response);
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Wait wait(executor, waiting, request.peer);
  if (handled.poll) {
    co_await wait.pass_until_ready(front, *handled.poll);
    if (wait.stopped() || wait.in_vain()) co_return http::Response{};  // closes the connection
    handled.response = front->finish(*handled.poll);
  }
  co_await wait.pass(delay());
  co_return std::move(handled.response);
}

/// A server whose stop sends what is on its way at once.
class DelayingServer final : public http::Server {
 public:
  DelayingServer(std::unique_ptr<http::Server> server, std::shared_ptr<Waiting> waiting)
      : server_(std::move(server)), waiting_(std::move(waiting)) {}
  ~DelayingServer() override { waiting_->stop(); }
  uint16_t port() const override { return server_->port(); }
  void stop(std::chrono::milliseconds grace) override {
    server_->stop(grace);
    waiting_->stop();
  }

 private:
  std::unique_ptr<http::Server> server_;
  std::shared_ptr<Waiting> waiting_;
};

// An upload that a bulk job waits for may be larger than anything else that the org is sent.
http::BodyLimit body_limit_of(const Front& front, size_t otherwise) {
  return [&front, otherwise](std::string_view method, std::string_view path) {
    return std::max(otherwise, front.upload_limit(method, path).value_or(0));
  };
}

class ServedSandbox : public Sandbox {
 public:
  explicit ServedSandbox(SandboxOptions options) : options_(std::move(options)) {
    if (options_.client_secret.empty()) options_.client_secret = Secret(random_hex(kSecretBytes));
    if (options_.admin_token.empty()) options_.admin_token = Secret(random_hex(kSecretBytes));
    OrgOptions org;
    org.now = options_.now ? options_.now : system_now;
    org_ = std::make_unique<Org>(std::move(org));
    FrontOptions front;
    front.client_id = options_.client_id;
    front.client_secret = options_.client_secret.clone();
    front.admin_token = options_.admin_token.clone();
    front.user_password = options_.user_password.clone();
    front_ = std::make_unique<Front>(*org_, std::move(front));
    front_->set_knobs(options_.knobs);
  }

  Result<void> fill() {
    if (!options_.public_key.empty()) PD_TRY(front_->register_key(options_.public_key));
    if (options_.store) {
      PD_ASSIGN(found, front_->keep_in(*options_.store));
      restored_ = found;
    }
    if (restored_ && options_.must_be_new)
      return make_error(ErrorCode::kConflict, "there is an organisation already");
    PD_TRY(fill_new());
    front_->begin_here();
    PD_TRY(front_->keep());
    return options_.faults.empty() ? Result<void>() : of_the_plan(front_->play_faults(options_.faults));
  }

  Result<void> start(boost::asio::io_context& io) {
    PD_ASSIGN(server, make_sandbox_server(io, options_.server, *front_));
    server_ = std::move(server);
    return {};
  }

  bool restored() const override { return restored_; }
  std::string url() const override {
    const bool v6 = options_.server.address.find(':') != std::string::npos;
    const std::string host = v6 ? "[" + options_.server.address + "]" : options_.server.address;
    return "http://" + host + ":" + std::to_string(port());
  }
  uint16_t port() const override { return server_->port(); }
  const std::string& client_id() const override { return options_.client_id; }
  const Secret& client_secret() const override { return options_.client_secret; }
  const Secret& admin_token() const override { return options_.admin_token; }
  Org& org() override { return *org_; }
  Front& front() override { return *front_; }
  const std::optional<LoadReport>& load_report() const override { return report_; }
  const SchemaReport& schema_report() const override { return schema_report_; }
  void stop(std::chrono::milliseconds grace) override { server_->stop(grace); }

 private:
  // What the command line asks for, as far as the store has not got it.
  Result<void> fill_new() {
    if (!options_.schema.empty()) {
      auto schema = apply_schema(options_.schema, *org_);
      if (!schema) return std::move(schema).error().within(options_.schema_name);
      schema_report_ = *std::move(schema);
    }
    // A mistake in the plan is told before anybody waits for records. An export may bring what a plan names.
    if (!options_.faults.empty()) {
      const bool objects_may_come = !restored_ && !options_.load.empty();
      PD_TRY(of_the_plan(front_->check_faults(options_.faults, objects_may_come)));
    }
    if (restored_) return {};
    if (options_.load.empty()) {
      PD_TRY(generate(*org_, options_.generator));
      return {};
    }
    PD_ASSIGN(report, load_export(options_.load, *org_, {!options_.schema.empty(), options_.load_progress}));
    if (report.records() == 0) return nothing_loaded(report);
    report_ = std::move(report);
    return {};
  }

  Result<void> of_the_plan(Result<void> taken) const {
    if (taken) return taken;
    return std::move(taken).error().within(options_.faults_name);
  }

  // Whoever names an export wants its records; an organisation without any is made with 0 people.
  Error nothing_loaded(const LoadReport& report) const {
    std::string why = "its files have no rows";
    if (!report.issues.empty()) {
      why = report.issues.front().text();
      if (report.issues_total > 1) why += ", and " + std::to_string(report.issues_total - 1) + " more";
    }
    return make_error(ErrorCode::kConfigInvalid, options_.load + ": no record can be taken: " + why);
  }

  SandboxOptions options_;
  SchemaReport schema_report_;
  std::unique_ptr<Org> org_;
  std::unique_ptr<Front> front_;
  std::unique_ptr<http::Server> server_;
  std::optional<LoadReport> report_;
  bool restored_ = false;
};

}  // namespace

Result<std::unique_ptr<http::Server>> make_sandbox_server(boost::asio::io_context& io,
                                                          http::ServerOptions options, Front& front) {
  if (!options.body_limit_of) options.body_limit_of = body_limit_of(front, options.body_bytes_max);
  if (!options.refusal) options.refusal = refused_request;
  auto waiting = std::make_shared<Waiting>();
  waiting->most = waits_max(options.connections_max);
  front.on_event([waiting] { waiting->on_event(); });
  auto handler = [to = &front, waiting](http::ServerRequest request) {
    return answer(to, waiting, std::move(request));
  };
  PD_ASSIGN(server, http::make_server(io, std::move(options), std::move(handler)));
  return std::unique_ptr<http::Server>(
      std::make_unique<DelayingServer>(std::move(server), std::move(waiting)));
}

Result<std::unique_ptr<Sandbox>> make_sandbox(boost::asio::io_context& io, SandboxOptions options) {
  auto sandbox = std::make_unique<ServedSandbox>(std::move(options));
  PD_TRY(sandbox->fill());
  PD_TRY(sandbox->start(io));
  return std::unique_ptr<Sandbox>(std::move(sandbox));
}

}  // namespace prospectd::sandbox
