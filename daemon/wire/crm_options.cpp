#include "daemon/wire/crm_options.h"

#include "config/faults.h"
#include "config/secrets.h"
#include "daemon/wire/refresh_token_file.h"

namespace prospectd::wire {
namespace {

using salesforce::LoginFlow;
using salesforce::LoginOptions;

Timestamp system_now() {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

Result<LoginOptions> signed_login(const config::Login& login) {
  LoginOptions options;
  options.flow = LoginFlow::kJwtBearer;
  options.username = login.username;
  options.audience = login.audience;
  PD_ASSIGN(key, config::resolve(login.private_key));
  const Result<void> good = salesforce::check_signing_key(key);
  if (!good) {
    return Error(good.error()).within(login.private_key.path).within(format_place(login.private_key.place));
  }
  options.private_key = std::move(key);
  return options;
}

Result<LoginOptions> refreshed_login(const config::Config& config, const config::Plugin& plugin,
                                     RefreshTokenFiles* tokens) {
  PD_ASSIGN(configured, config::resolve(plugin.login.refresh_token));
  RefreshTokenFileOptions file;
  file.folder = config.state.directory;
  file.connection = plugin.name;
  file.configured = std::move(configured);
  LoginOptions options;
  options.flow = LoginFlow::kRefreshToken;
  options.refresh_tokens =
      tokens == nullptr ? make_refresh_token_file(std::move(file)) : tokens->of(std::move(file));
  return options;
}

Result<LoginOptions> login_options(const config::Config& config, const config::Plugin& plugin,
                                   RefreshTokenFiles* tokens) {
  switch (plugin.login.flow) {
    case config::LoginFlow::kJwtBearer:
      return signed_login(plugin.login);
    case config::LoginFlow::kRefreshToken:
      return refreshed_login(config, plugin, tokens);
    case config::LoginFlow::kClientCredentials:
      break;
  }
  return LoginOptions{};
}

}  // namespace

Result<salesforce::Options> crm_options(const config::Config& config, const config::Plugin& plugin,
                                        RefreshTokenFiles* tokens) {
  salesforce::Options options;
  options.login_url = plugin.login_url;
  options.api_version = plugin.api_version;
  options.client_id = plugin.client_id;
  if (plugin.client_secret.kind != config::SecretRef::Kind::kNone) {
    PD_ASSIGN(secret, config::resolve(plugin.client_secret));
    options.client_secret = std::move(secret);
  }
  PD_ASSIGN(login, login_options(config, plugin, tokens));
  options.login = std::move(login);
  options.now = system_now;
  options.test_endpoint = plugin.test_endpoint;
  options.page_size = static_cast<size_t>(plugin.page_size);
  return options;
}

}  // namespace prospectd::wire
