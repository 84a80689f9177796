#include "daemon/wire/login.h"

#include <csignal>
#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "connectors/http/transport.h"
#include "connectors/salesforce/login_probe.h"
#include "daemon/wire/crm_options.h"
#include "daemon/wire/private_memory.h"

namespace prospectd::wire {
namespace {

namespace asio = boost::asio;
using salesforce::LoginProbe;

asio::awaitable<void> probe_into(http::Transport& transport, salesforce::Options options, LoginProbe& probe) {
  probe = co_await salesforce::probe_login(transport, std::move(options));
}

/// A loop of its own for each: what one leaves behind can't reach the next.
LoginProbe probed(salesforce::Options options) {
  asio::io_context io(1);
  const auto transport = http::make_curl_transport(io, http::CurlOptions{});
  LoginProbe probe;
  asio::co_spawn(io, probe_into(*transport, std::move(options), probe), [&](std::exception_ptr failure) {
    if (failure) probe.failure = make_error(ErrorCode::kInternal, "the login ended without an answer");
    transport->cancel_all();  // a connection that is kept open would keep the loop
  });
  io.run();
  return probe;
}

cli::LoginReport report_of(const config::Config& config, const config::Plugin& plugin) {
  cli::LoginReport report;
  report.connection = plugin.name;
  report.flow = std::string(name_of(plugin.login.flow));
  report.login_url = plugin.login_url;
  report.api_version = plugin.api_version;
  auto options = crm_options(config, plugin);
  if (!options) {
    report.failure = std::move(options).error();
    return report;
  }
  options->timeout = kAskWithin;
  LoginProbe probe = probed(*std::move(options));
  report.instance = std::move(probe.instance);
  report.organization_id = std::move(probe.identity.organization_id);
  report.user_id = std::move(probe.identity.user_id);
  report.username = std::move(probe.identity.username);
  report.user_name = std::move(probe.identity.name);
  report.scopes = std::move(probe.scopes);
  report.newest_api_version = std::move(probe.newest_version);
  report.skew = probe.skew;
  report.calls_used = probe.usage.used;
  report.calls_allowed = probe.usage.allowed;
  report.failure = std::move(probe.failure);
  return report;
}

}  // namespace

Result<std::vector<cli::LoginReport>> test_logins(const cli::LoginVerb& verb) {
  keep_memory_private();
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<cli::LoginReport> reports;
  for (const config::Plugin& plugin : verb.config.plugins) {
    if (verb.connection.empty() || verb.connection == plugin.name)
      reports.push_back(report_of(verb.config, plugin));
  }
  if (!reports.empty()) return reports;
  return make_error(ErrorCode::kNotFound, "no connection named " + verb.connection + " in the configuration");
}

}  // namespace prospectd::wire
