// What the tests of the command line share: a server that answers like a daemon (or a sandbox), the folder of
// a configuration that leads to it, and a run of the command line with everything it said.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "connectors/http/server.h"
#include "daemon/cli/run_cli.h"
#include "tests/support/scratch.h"

namespace prospectd::cli {

/// An HTTP server on a thread of its own. Each target answers with its script, the last answer again and
/// again; what has none gets a 404 of the control API.
class FakeServer {
 public:
  FakeServer();
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  /// "GET /v1/status" → status and body; several calls make a sequence.
  void answer(const std::string& what, int status, const std::string& body);
  std::string url() const { return "http://" + address(); }
  std::string address() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  /// "POST /v1/syncs {…}" of each request, in order.
  std::vector<std::string> asked() const;
  /// The value of a header in the last request; empty when it had none.
  std::string last_header(const std::string& name) const;

 private:
  http::Response reply(const http::ServerRequest& request);

  boost::asio::io_context io_;
  std::unique_ptr<http::Server> server_;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::pair<int, std::string>>> script_;
  std::map<std::string, size_t> position_;
  std::vector<std::string> asked_;
  http::Headers last_headers_;
  std::thread thread_;
};

struct Ran {
  ExitCode code = ExitCode::kOk;
  std::string out;
  std::string err;
  std::vector<std::string> hooks;  ///< "run", "login", "sandbox", "demo", as they were called
  std::string login;               ///< the connection that was asked for
  RunVerb run;
  SandboxVerb sandbox;
  DemoVerb demo;
};

/// What the CRM of the tests says of its objects, by name; those that are not here can't be read. With an
/// error nobody gets that far.
struct FakeCrm {
  std::vector<mapping::ObjectSchema> objects;
  std::optional<Error> error;
};
FakeCrm& fake_crm();

/// What the hooks find of the state folder.
struct FakeState {
  Result<StateReport> report = StateReport{};
  std::optional<std::string> owner;
  Result<void> damage;
};
FakeState& fake_state();

/// Runs the command line. `width`: of a terminal on both outputs; 0: they are pipes. `answers`: the lines
/// that somebody types; none: nobody is there. `logins`: what `login --test` learns.
Ran run(const std::vector<std::string>& words, size_t width = 0,
        const std::optional<std::string>& answers = std::nullopt,
        Result<std::vector<LoginReport>> logins = std::vector<LoginReport>{});

/// A folder with a configuration without a fault, a token, and a state folder.
class Configured {
 public:
  Configured();
  /// The daemon's word of where it listens.
  void daemon_at(const std::string& address) const;
  void write(const std::string& name, const std::string& text) const;
  std::string text(const std::string& name) const;
  std::string config() const { return folder.file("prospectd.yaml"); }
  /// run() with -c.
  Ran ask(std::vector<std::string> words, size_t width = 0,
          Result<std::vector<LoginReport>> logins = std::vector<LoginReport>{}) const;

  test::Scratch folder;
};

/// A configuration that leads to a fake daemon.
struct WithDaemon : Configured {
  WithDaemon() { daemon_at(daemon.address()); }
  FakeServer daemon;
};

/// {"data": {"type": …, "id": …, "attributes": …}}
std::string resource(const std::string& id, const std::string& attributes);
/// {"data": […], "links": …}; `next` says whether there are more.
std::string list(const std::vector<std::string>& resources, bool next = false);
/// One resource of a list.
std::string item(const std::string& id, const std::string& attributes);

}  // namespace prospectd::cli
