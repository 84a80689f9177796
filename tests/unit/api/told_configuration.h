// A configuration that answers what a test told it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/api/api_fixture.h"

namespace prospectd::api {

/// Answers what it was told, and remembers what it was asked.
class ToldConfiguration final : public Configuration {
 public:
  config::ReloadReport report;
  config::ReloadHistory history;
  std::vector<SettingInForce> list;
  Result<SettingInForce> outcome = SettingInForce{};
  std::vector<std::string> asked;

  boost::asio::awaitable<config::ReloadReport> reload() override {
    asked.push_back("reload");
    co_return report;
  }
  config::ReloadHistory reloads() const override { return history; }
  boost::asio::awaitable<Result<std::vector<SettingInForce>>> settings() override { co_return list; }
  boost::asio::awaitable<Result<SettingInForce>> set(std::string key, std::optional<std::string> value,
                                                     std::string actor) override {
    asked.push_back(actor + " " + key + "=" + value.value_or("(none)"));
    co_return outcome;
  }
};

}  // namespace prospectd::api
