#include "daemon/api/acts_configuration.h"

#include <nlohmann/json.hpp>

#include "daemon/api/orders.h"
#include "daemon/api/resources_configuration.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;

asio::awaitable<http::Response> reload(Configuration& configuration) {
  const config::ReloadReport report = co_await configuration.reload();
  co_return reload_answer(report);
}

asio::awaitable<http::Response> list(Configuration& configuration) {
  const Result<std::vector<SettingInForce>> settings = co_await configuration.settings();
  if (!settings) co_return failed(settings.error());
  std::vector<Json> shown;
  for (const SettingInForce& setting : *settings)
    shown.push_back(setting_resource(setting));
  co_return many(std::move(shown));
}

asio::awaitable<http::Response> show(Configuration& configuration, Call call) {
  const Result<std::vector<SettingInForce>> settings = co_await configuration.settings();
  if (!settings) co_return failed(settings.error());
  for (const SettingInForce& setting : *settings) {
    if (setting.about.key == call.id) co_return one(setting_resource(setting));
  }
  co_return refused(refuse(Refused::kNotFound, "no setting of this name; /v1/settings lists what there is"));
}

asio::awaitable<http::Response> set(Configuration& configuration, Call call,
                                    std::optional<std::string> value) {
  std::string actor = call.actor();
  const Result<SettingInForce> setting =
      co_await configuration.set(std::move(call.id), std::move(value), std::move(actor));
  co_return setting ? one(setting_resource(*setting)) : failed(setting.error());
}

asio::awaitable<http::Response> change(Configuration& configuration, Call call) {
  auto parsed = parse_setting_order(call.body, call.id);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  std::optional<std::string> value = std::get<SettingOrder>(std::move(parsed)).value;
  http::Response answer = co_await set(configuration, std::move(call), std::move(value));
  co_return answer;
}

}  // namespace

void add_configuration_acts(Acts& acts, Configuration& configuration) {
  acts[Operation::kReloadConfig] = [&](const Call&) { return reload(configuration); };
  acts[Operation::kSettings] = [&](const Call&) { return list(configuration); };
  acts[Operation::kSetting] = [&](Call call) { return show(configuration, std::move(call)); };
  acts[Operation::kChangeSetting] = [&](Call call) { return change(configuration, std::move(call)); };
  acts[Operation::kResetSetting] = [&](Call call) {
    return set(configuration, std::move(call), std::nullopt);
  };
}

}  // namespace prospectd::api
