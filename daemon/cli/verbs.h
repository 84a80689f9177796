// What the verbs that run something (rather than ask the daemon) were told on the command line. The
// composition root carries them out; cli never sees the engine or the store. Plain data.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/config.h"
#include "config/loader.h"
#include "daemon/exit_code.h"
#include "mapping/schema.h"

namespace prospectd::cli {

struct RunVerb {
  config::Config config;
  config::Loaded loaded;  ///< what `config` is of
  bool once = false;      ///< one sync and a quiet second cycle, then a summary
  bool json = false;
  bool quiet = false;
};

struct LoginVerb {
  config::Config config;
  std::string connection;  ///< empty: all
};

/// What a login of one connection came to; what was not learnt is empty.
struct LoginReport {
  std::string connection;
  std::string flow;  ///< "jwt_bearer"
  std::string login_url;
  std::string instance;  ///< the organisation's own address
  std::string organization_id;
  std::string user_id;
  std::string username;
  std::string user_name;
  std::string api_version;
  std::string newest_api_version;
  std::vector<std::string> scopes;
  std::optional<milliseconds> skew;  ///< the CRM's clock less ours
  int64_t calls_used = 0;
  int64_t calls_allowed = 0;  ///< 0: not told
  std::optional<Error> failure;
};

struct SandboxVerb {
  uint16_t port = 9443;     ///< 0: any free one
  std::string load;         ///< a Data Export: a folder or a zip; empty: generated people
  std::string db;           ///< where the organisation is kept (SQLite); empty: nowhere
  bool reset = false;       ///< what is in there is thrown away
  bool fills = false;       ///< somebody said what records there are to be: only in a new organisation
  std::string schema_file;  ///< custom fields, objects and rules (JSON); empty: none
  std::string faults_file;  ///< what goes wrong on purpose (JSON); empty: nothing
  int64_t people = 12'000;
  uint64_t seed = 1;
  std::string client_id = "demo-client";
  std::string directory =
      "sandbox";                 ///< where it keeps its files and says where it listens; made when missing
  std::string public_key_file;   ///< whose signatures it takes (PEM); empty: no login by JWT
  std::string secret_file;       ///< read when it exists, else made (0600); empty: in `directory`
  std::string admin_token_file;  ///< the same
  bool json = false;
  bool quiet = false;
};

struct DemoVerb {
  std::string directory;  ///< state folder; empty: a temporary one that goes at the end
  int64_t people = 12'000;
  uint64_t seed = 1;
  std::string load;
  bool once = false;
  bool json = false;
  bool quiet = false;
  std::string program = "prospectd";  ///< as the person typed it, for the commands that are shown
};

/// What a CRM says of its objects.
struct Described {
  std::optional<Error> error;  ///< of the connection as a whole; then `schemas` is of no use
  std::vector<Result<mapping::ObjectSchema>> schemas;  ///< parallel to the objects that were asked for
};
/// `plugin` is one of `config`.
using DescribeHook = std::function<Described(const config::Config& config, const config::Plugin& plugin,
                                             const std::vector<std::string>& objects)>;

/// What a state folder's database looks like from outside. Counts and cursors are empty where there is none
/// yet, or where the daemon's next start migrates it first.
struct StateReport {
  bool found = false;
  int64_t bytes = 0;
  int64_t log_bytes = 0;
  int64_t log_bytes_max = 0;  ///< from which size on the daemon moves the log into the database
  int64_t schema = 0;
  int64_t newest_schema = 0;
  int64_t prospects = 0;
  int64_t open_duplicates = 0;
  int64_t dead_letters = 0;
  int64_t open_conflicts = 0;
  int64_t outbox_dead = 0;
  struct Cursor {
    std::string connection;
    std::string object;
    std::optional<Timestamp> verified;
  };
  std::vector<Cursor> cursors;
};

/// A state folder, looked at beside a daemon or without one. Nothing is changed.
struct StateHooks {
  std::function<Result<StateReport>(const config::Config&)> inspect;
  /// Reads the database through for damage until `stop` answers true (kCancelled).
  std::function<Result<void>(const config::Config&, std::function<bool()> stop)> look_through;
  /// Who works on the database ("process 4711"); none when nobody does.
  std::function<std::optional<std::string>(const config::Config&)> owner;
};

struct Hooks {
  std::function<Result<std::vector<LoginReport>>(const LoginVerb&)> login;
  std::function<ExitCode(const RunVerb&)> run;
  std::function<ExitCode(const SandboxVerb&)> sandbox;
  std::function<ExitCode(const DemoVerb&)> demo;
  DescribeHook describe;
  StateHooks state;
};

/// The file in SandboxVerb::directory in which a running sandbox says where it listens and where its admin
/// token is.
constexpr const char* kSandboxFile = "sandbox.json";

/// The whole command line. Returns the process's exit code.
int run_cli(int argc, char** argv, const Hooks& hooks);

}  // namespace prospectd::cli
