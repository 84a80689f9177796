#include "daemon/api/orders.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/api/body.h"

namespace prospectd::api {
namespace {

SyncOrder order_of(const Body& attributes, const std::string& pointer) {
  check_members(attributes, pointer, {"connection", "dryRun", "acceptMassChange"});
  SyncOrder order;
  if (const auto found = attributes.find("connection"); found != attributes.end() && !found->is_null()) {
    if (!found->is_string()) refuse_member(pointer + "/connection", "\"connection\" must be a text");
    order.connection = found->get<std::string>();
  }
  const auto flag = [&](const char* name) {
    const auto found = attributes.find(name);
    if (found == attributes.end()) return false;
    if (!found->is_boolean())
      refuse_member(pointer + "/" + name, "\"" + std::string(name) + "\" must be true or false");
    return found->get<bool>();
  };
  order.dry_run = flag("dryRun");
  order.accept_mass_change = flag("acceptMassChange");
  return order;
}

SettingOrder setting_of(const Body& attributes, const std::string& pointer) {
  check_members(attributes, pointer, {"value"});
  const auto found = attributes.find("value");
  if (found == attributes.end()) refuse_member(pointer, "\"value\" is missing");
  if (found->is_string()) return SettingOrder{found->get<std::string>()};
  if (found->is_boolean() || found->is_number_integer()) return SettingOrder{found->dump()};
  refuse_member(pointer + "/value", "\"value\" must be a text, true or false, or a whole number");
}

TokenOrder token_of(const Body& attributes, const std::string& pointer) {
  check_members(attributes, pointer, {"name", "user", "role", "expiresInMs"});
  TokenOrder order;
  order.name = text_member(attributes, pointer, "name");
  order.user = text_member(attributes, pointer, "user");
  const auto role = reconcile::role_named(text_member(attributes, pointer, "role"));
  if (!role) refuse_member(pointer + "/role", "\"role\" must be one of read, user, admin");
  order.role = *role;
  const auto found = attributes.find("expiresInMs");
  if (found == attributes.end() || found->is_null()) return order;
  const int64_t lifetime = found->is_number_integer() ? found->get<int64_t>() : 0;
  if (lifetime < 1 || lifetime > kTokenLifetimeMsMax) {
    refuse_member(pointer + "/expiresInMs", "\"expiresInMs\" must be a whole number from 1 to " +
                                                std::to_string(kTokenLifetimeMsMax) + " (ten years)");
  }
  order.expires_in = milliseconds{lifetime};
  return order;
}

}  // namespace

std::variant<SyncOrder, Refusal> parse_sync_order(const std::string& body) {
  if (body.size() <= kBodyBytesMax && trim_ascii(body).empty()) return SyncOrder{};
  return read_body<SyncOrder>(body, [](const Body& whole) {
    std::string pointer;
    const Body& attributes = attributes_in(whole, "syncs", pointer, "");
    return order_of(attributes, pointer);
  });
}

std::variant<SettingOrder, Refusal> parse_setting_order(const std::string& body, const std::string& key) {
  return read_body<SettingOrder>(body, [&key](const Body& whole) {
    std::string pointer;
    const Body& attributes = attributes_in(whole, "settings", pointer, key);
    return setting_of(attributes, pointer);
  });
}

std::variant<TokenOrder, Refusal> parse_token_order(const std::string& body) {
  return read_body<TokenOrder>(body, [](const Body& whole) {
    std::string pointer;
    const Body& attributes = attributes_in(whole, "tokens", pointer, "");
    return token_of(attributes, pointer);
  });
}

std::variant<FilterOrder, Refusal> parse_filter_order(const std::string& body, const std::string& name) {
  return read_body<FilterOrder>(body, [&name](const Body& whole) {
    std::string pointer;
    const Body& attributes = attributes_in(whole, "filters", pointer, name);
    std::vector<std::string> known = {"expression"};
    if (name.empty()) known.emplace_back("name");
    check_members(attributes, pointer, known);
    FilterOrder order;
    order.name = name.empty() ? text_member(attributes, pointer, "name") : name;
    order.expression = text_member(attributes, pointer, "expression");
    order.pointer = pointer;
    return order;
  });
}

}  // namespace prospectd::api
