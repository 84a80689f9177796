// Sandbox: an org behind a real HTTP server, for the demo, the end-to-end tests and people who try things
// out. Owns the org, its front and the server; everything on the loop's one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/result.h"
#include "base/secret.h"
#include "connectors/http/server.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/front.h"
#include "connectors/sandbox/generator.h"
#include "connectors/sandbox/loader.h"
#include "connectors/sandbox/org_store.h"
#include "connectors/sandbox/schema_file.h"

namespace prospectd::sandbox {

struct SandboxOptions {
  http::ServerOptions server;  ///< address, port (0: any free one) and limits
  std::string client_id = "sandbox";
  Secret client_secret;     ///< empty: a random one is made
  Secret admin_token;       ///< empty: a random one is made
  Secret user_password;     ///< of every user; empty: nobody logs in by password
  std::string public_key;   ///< PEM, as Front::register_key takes it; empty: no login by JWT
  std::string schema;       ///< JSON, as apply_schema takes it; empty: the standard objects alone
  std::string schema_name;  ///< what errors about it begin with
  std::string load;         ///< set: a Data Export (load_export) in place of generated data
  std::function<void(const LoadProgress&)> load_progress;  ///< called often while it loads; may be unset
  std::shared_ptr<OrgStore> store;                         ///< where the org is kept; unset: nowhere
  bool must_be_new = false;                                ///< refuses a store that has an org already
  GeneratorOptions generator;
  Knobs knobs;
  std::string faults;              ///< JSON, as Front::play_faults takes it; empty: nothing goes wrong
  std::string faults_name;         ///< what errors about it begin with
  std::function<Timestamp()> now;  ///< unset: the system's clock
};

class Sandbox {
 public:
  virtual ~Sandbox() = default;

  /// "http://127.0.0.1:9443"
  virtual std::string url() const = 0;
  virtual uint16_t port() const = 0;
  virtual const std::string& client_id() const = 0;
  virtual const Secret& client_secret() const = 0;
  virtual const Secret& admin_token() const = 0;
  virtual Org& org() = 0;
  virtual Front& front() = 0;
  /// What came of the schema; nothing where there was none.
  virtual const SchemaReport& schema_report() const = 0;
  /// True when the org came out of its store.
  virtual bool restored() const = 0;
  /// What the load could and could not take; none for generated data.
  virtual const std::optional<LoadReport>& load_report() const = 0;
  /// Stops accepting and lets requests under way end within `grace`.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

/// Fills the org, from its store where that has one, binds the port and begins to answer.
/// **Errors:** kConflict where the store has an org that must not be there; kConfigInvalid where a load takes
/// no record; as OrgStore, apply_schema,
/// load_export, generate, Front::register_key, Front::play_faults and http::make_server.
Result<std::unique_ptr<Sandbox>> make_sandbox(boost::asio::io_context& io, SandboxOptions options);

/// A server for a front that lives elsewhere, and longer than the server.
/// **Errors:** as http::make_server.
Result<std::unique_ptr<http::Server>> make_sandbox_server(boost::asio::io_context& io,
                                                          http::ServerOptions options, Front& front);

}  // namespace prospectd::sandbox
