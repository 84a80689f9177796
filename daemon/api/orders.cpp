#include "daemon/api/orders.h"

#include <algorithm>
#include <exception>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace prospectd::api {
namespace {

using Body = nlohmann::json;

/// Ends the parsing early, in this file.
struct BodyFault : std::exception {
  explicit BodyFault(Refusal why) : refusal(std::move(why)) {}
  Refusal refusal;
};

std::string shown(const std::string& name) {
  constexpr size_t kShownBytesMax = 100;
  return "\"" + repair_utf8(std::string_view(name).substr(0, kShownBytesMax)) + "\"";
}

/// Watches the parser: depth, and members given twice.
class Watch {
 public:
  bool operator()(int depth, Body::parse_event_t event, Body& parsed) {
    const auto level = static_cast<size_t>(depth);
    if (depth > kBodyDepthMax)
      throw BodyFault(refuse(Refused::kInvalidJson, "the body is nested too deeply"));
    if (event == Body::parse_event_t::object_start) {
      names_.resize(std::max(names_.size(), level + 2));
      names_[level + 1].clear();
    }
    if (event == Body::parse_event_t::key && level < names_.size()) {
      const std::string name = parsed.get<std::string>();
      if (!names_[level].insert(name).second) {
        throw BodyFault(refuse(Refused::kInvalidJson, "the member " + shown(name) + " is given twice"));
      }
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> names_;  ///< of the objects open now, by depth
};

std::string place_of(const std::string& body, size_t byte) {
  const size_t end = std::min(byte == 0 ? 0 : byte - 1, body.size());
  const auto line = 1 + std::count(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  const size_t start = end == 0 ? std::string::npos : body.rfind('\n', end - 1);
  const size_t column = start == std::string::npos ? end + 1 : end - start;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

Body parse(const std::string& body) {
  try {
    Watch watch;
    const Body::parser_callback_t callback = [&watch](int depth, Body::parse_event_t event, Body& parsed) {
      return watch(depth, event, parsed);
    };
    return Body::parse(body, callback);
  } catch (const Body::parse_error& problem) {
    throw BodyFault(
        refuse(Refused::kInvalidJson, "the body is not proper JSON at " + place_of(body, problem.byte)));
  }
}

[[noreturn]] void refuse_member(const std::string& pointer, std::string detail) {
  Refusal refusal = refuse(Refused::kInvalidInput, std::move(detail));
  refusal.pointer = pointer;
  throw BodyFault(std::move(refusal));
}

void check_members(const Body& object, const std::string& pointer, const std::vector<std::string>& known) {
  if (!object.is_object()) refuse_member(pointer, "an object is wanted here");
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto meant = did_you_mean(name, known);
    refuse_member(pointer, "the member " + shown(name) +
                               (meant ? " is not known (did you mean " + *meant + "?)" : " is not known"));
  }
}

SyncOrder order_of(const Body& attributes, const std::string& pointer) {
  check_members(attributes, pointer, {"connection", "dryRun"});
  SyncOrder order;
  if (const auto found = attributes.find("connection"); found != attributes.end() && !found->is_null()) {
    if (!found->is_string()) refuse_member(pointer + "/connection", "\"connection\" must be a text");
    order.connection = found->get<std::string>();
  }
  if (const auto found = attributes.find("dryRun"); found != attributes.end()) {
    if (!found->is_boolean()) refuse_member(pointer + "/dryRun", "\"dryRun\" must be true or false");
    order.dry_run = found->get<bool>();
  }
  return order;
}

// The attributes of a resource, where the body is a document of one; else the body itself.
const Body& attributes_in(const Body& body, const std::string& type, std::string& pointer,
                          const std::string& id) {
  static const Body nothing = Body::object();
  pointer.clear();
  if (!body.is_object() || !body.contains("data")) return body;
  check_members(body, "", {"data", "jsonapi", "meta"});
  const Body& data = body["data"];
  std::vector<std::string> known = {"type", "attributes"};
  if (!id.empty()) known.emplace_back("id");
  check_members(data, "/data", known);
  if (data.value("type", Body()) != type) refuse_member("/data/type", "\"type\" must be \"" + type + "\"");
  if (data.contains("id") && data["id"] != id)
    refuse_member("/data/id", "\"id\" must be the one of the path");
  pointer = "/data/attributes";
  return data.contains("attributes") ? data["attributes"] : nothing;
}

SettingOrder setting_of(const Body& attributes, const std::string& pointer) {
  check_members(attributes, pointer, {"value"});
  const auto found = attributes.find("value");
  if (found == attributes.end()) refuse_member(pointer, "\"value\" is missing");
  if (found->is_string()) return SettingOrder{found->get<std::string>()};
  if (found->is_boolean() || found->is_number_integer()) return SettingOrder{found->dump()};
  refuse_member(pointer + "/value", "\"value\" must be a text, true or false, or a whole number");
}

std::string text_member(const Body& attributes, const std::string& pointer, const char* name) {
  const auto found = attributes.find(name);
  if (found == attributes.end()) refuse_member(pointer, shown(name) + " is missing");
  if (!found->is_string()) refuse_member(pointer + "/" + name, shown(name) + " must be a text");
  return found->get<std::string>();
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

// Reads a body with `read`, and tells what is wrong with it.
template <class Order, class Read>
std::variant<Order, Refusal> read_body(const std::string& body, Read read) {
  if (body.size() > kBodyBytesMax) return refuse(Refused::kTooLarge, "a body may have 64 KiB here");
  try {
    return read(parse(body));
  } catch (const BodyFault& fault) {
    return fault.refusal;
  } catch (const std::exception&) {
    return refuse(Refused::kInvalidJson, "the body can't be read");
  }
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
