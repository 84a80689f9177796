#include "connectors/sandbox/serve.h"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/sandbox/schema_file.h"

namespace prospectd::sandbox {
namespace {

namespace asio = boost::asio;

constexpr size_t kSecretBytes = 24;

Timestamp system_now() {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

using Clock = std::chrono::steady_clock;

/// Answers that wait: on their way for as long as answer_delay wants, or for an event.
class Waits {
 public:
  /// Returns when the time is over, at a wake(), or at the stop().
  asio::awaitable<void> wait(Clock::duration time) {
    if (stopped_ || time <= time.zero()) co_return;
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    waiting_.insert(&timer);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    waiting_.erase(&timer);
  }
  void wake() {
    for (asio::steady_timer* timer : waiting_)
      timer->cancel();
  }
  /// Nobody waits from now on.
  void stop() {
    stopped_ = true;
    wake();
  }
  bool stopped() const { return stopped_; }

 private:
  std::set<asio::steady_timer*> waiting_;
  bool stopped_ = false;
};

struct Waiting {
  Waits delays;
  Waits polls;
  void stop() {
    delays.stop();
    polls.stop();
  }
};

// Waits until there is something to tell. What becomes due by the clock alone is looked for now and then.
asio::awaitable<void> wait_for_events(Front* front, std::shared_ptr<Waiting> waiting, LongPoll poll) {
  constexpr Clock::duration kLookEvery = std::chrono::seconds(1);
  const Clock::time_point deadline = Clock::now() + poll.timeout;
  while (!waiting->polls.stopped() && !front->ready(poll)) {
    const Clock::duration left = deadline - Clock::now();
    if (left <= left.zero()) co_return;
    co_await waiting->polls.wait(std::min(left, kLookEvery));
  }
}

// A function of its own, so that what it needs lives in its parameters and not in a lambda. The front may be
// gone when a wait is over.
asio::awaitable<http::Response> answer(Front* front, std::shared_ptr<Waiting> waiting,
                                       http::ServerRequest request) {
  Handled handled = front->begin(request);
  if (handled.poll) {
    co_await wait_for_events(front, waiting, *handled.poll);
    if (waiting->polls.stopped()) co_return http::Response{};  // closes the connection
    handled.response = front->finish(*handled.poll);
  }
  if (!request.path().starts_with(kAdminPath))
    co_await waiting->delays.wait(front->knobs().answer_delay + handled.delay);
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
    if (options_.faults.empty()) return {};
    auto playing = front_->play_faults(options_.faults);
    if (!playing) return std::move(playing).error().within(options_.faults_name);
    return {};
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
  const std::vector<std::string>& schema_passed_over() const override { return schema_passed_over_; }
  void stop(std::chrono::milliseconds grace) override { server_->stop(grace); }

 private:
  // What the command line asks for, as far as the store has not got it.
  Result<void> fill_new() {
    if (!options_.schema.empty()) {
      auto schema = apply_schema(options_.schema, *org_);
      if (!schema) return std::move(schema).error().within(options_.schema_name);
      schema_passed_over_ = std::move(schema->passed_over);
    }
    if (restored_) return {};
    if (options_.load.empty()) {
      PD_TRY(generate(*org_, options_.generator));
      return {};
    }
    PD_ASSIGN(report, load_export(options_.load, *org_, {!options_.schema.empty(), options_.load_progress}));
    report_ = std::move(report);
    return {};
  }

  SandboxOptions options_;
  std::vector<std::string> schema_passed_over_;
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
  auto waiting = std::make_shared<Waiting>();
  front.on_event([waiting] { waiting->polls.wake(); });
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
