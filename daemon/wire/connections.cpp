#include "daemon/wire/connections.h"

#include "daemon/wire/crm_options.h"
#include "mapping/email_key.h"

namespace prospectd::wire {
namespace {

reconcile::Policy policy_of(const config::Config& config) {
  reconcile::Policy policy;
  policy.same_email = config.prospects.same_email == config::SameEmail::kPrevent
                          ? reconcile::SameEmail::kPrevent
                          : reconcile::SameEmail::kSelectCrmId;
  switch (config.owners.fallback) {
    case config::OwnerFallback::kUnassigned:
      policy.owner_fallback = reconcile::OwnerPolicy::kUnassigned;
      break;
    case config::OwnerFallback::kKeep:
      policy.owner_fallback = reconcile::OwnerPolicy::kKeep;
      break;
    case config::OwnerFallback::kDefaultUser:
      policy.owner_fallback = reconcile::OwnerPolicy::kDefaultUser;
      break;
  }
  policy.users_create = config.users.create;
  return policy;
}

}  // namespace

Result<std::unique_ptr<Connector>> make_connector(const config::Config& config, const config::Plugin& plugin,
                                                  http::Transport& transport, RefreshTokenFiles* tokens) {
  PD_ASSIGN(crm, crm_options(config, plugin, tokens));
  return salesforce::make_salesforce_connector(transport, std::move(crm));
}

engine::ConnectionOptions options_of(const config::Config& config, const config::Plugin& plugin) {
  engine::ConnectionOptions options;
  options.name = plugin.name;
  options.schema = config::local_schema_of(config);
  options.accounts = plugin.accounts;
  options.types = plugin.types;
  options.converts_to = {{"Lead", "Contact"}};  // SALESFORCE_API §14.4
  options.default_user_email = mapping::email_key(config.owners.default_user).value_or("");
  for (const auto& [crm, here] : config.users.map)
    options.user_map[mapping::email_key(crm).value_or(crm)] = here;
  options.policy = policy_of(config);
  options.poll.interval = plugin.poll.interval;
  options.poll.overlap = plugin.poll.overlap;
  options.poll.pages_per_commit = static_cast<size_t>(plugin.poll.pages_per_commit);
  options.poll.start_jitter = plugin.poll.start_jitter;
  options.poll.brake = {plugin.poll.mass_change_percent, plugin.poll.mass_change_at_least};
  options.push.reread_after = plugin.push.reread_after;
  options.push.ordinary_percent = plugin.push.ordinary_percent;
  options.push.urgent_percent = plugin.push.urgent_percent;
  options.verify.every = plugin.verify.every;
  options.verify.repair = plugin.verify.repair;
  return options;
}

Result<std::vector<engine::ConnectionOptions>> make_connections(const config::Config& config,
                                                                http::Transport& transport,
                                                                RefreshTokenFiles* tokens) {
  std::vector<engine::ConnectionOptions> made;
  for (const config::Plugin& plugin : config.plugins) {
    PD_ASSIGN(connector, make_connector(config, plugin, transport, tokens));
    engine::ConnectionOptions options = options_of(config, plugin);
    options.owned = std::move(connector);
    options.connector = options.owned.get();
    made.push_back(std::move(options));
  }
  return made;
}

}  // namespace prospectd::wire
