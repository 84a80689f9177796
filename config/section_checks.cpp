#include "config/section_checks.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "config/time_zone.h"
#include "mapping/prospect_condition.h"
#include "mapping/record_condition.h"

namespace prospectd::config {
namespace {

void check_login(Reader& reader, const At& at, Plugin& plugin) {
  const auto origin = parse_origin(plugin.login_url);
  if (!origin) return;  // missing or malformed, and said so
  if (plugin.login_url.ends_with('/')) plugin.login_url.pop_back();
  if (!origin->https && !plugin.test_endpoint) {
    reader.fault(reader.child(at, "login_url"), "http would send the secret in the clear",
                 is_loopback(origin->host) ? "for a sandbox CRM on this machine, add test_endpoint: true"
                                           : "write https://");
  }
  if (plugin.test_endpoint && !is_loopback(origin->host)) {
    reader.fault(reader.child(at, "test_endpoint"),
                 "only for a CRM on this machine (127.0.0.1, ::1 or localhost)", "remove it, and use https");
  }
}

void check_login_host(Reader& reader, const At& at, const Plugin& plugin) {
  const auto origin = parse_origin(plugin.login_url);
  if (!origin || plugin.login.flow != LoginFlow::kClientCredentials) return;
  if (auto complaint = check_own_host(*origin)) {
    reader.fault(reader.child(at, "login_url"), std::move(complaint->message), std::move(complaint->hint));
  }
}

/// A key that one flow needs and the others have no use for.
struct FlowKey {
  std::string_view key;
  LoginFlow flow;
  bool needed;
  std::string_view what;
};
constexpr FlowKey kFlowKeys[] = {
    {"username", LoginFlow::kJwtBearer, true, "the CRM user who is logged in"},
    {"private_key", LoginFlow::kJwtBearer, true, "a reference to the PEM file of the key"},
    {"audience", LoginFlow::kJwtBearer, false, ""},
    {"refresh_token", LoginFlow::kRefreshToken, true,
     "a reference to the token that the app was authorised with"},
};

void check_login_flow(Reader& reader, const At& at, const Plugin& plugin) {
  const LoginFlow flow = plugin.login.flow;
  const std::string named = "flow: " + std::string(name_of(flow));
  const At login = reader.child(at, "login");
  const bool is_section = at.node->find("login") != nullptr && login.node->kind == yaml::Kind::kMap;
  for (const FlowKey& row : kFlowKeys) {
    const bool given = is_section && login.node->find(row.key) != nullptr;
    const At key = is_section ? reader.child(login, row.key) : login;
    if (row.flow == flow && row.needed && !given)
      reader.fault(key, "missing, and " + named + " needs it", std::string(row.what));
    if (row.flow != flow && given) {
      reader.fault(key, "has no effect with " + named,
                   "remove it, or set flow: " + std::string(name_of(row.flow)));
    }
  }
  const bool secret_given = at.node->find("client_secret") != nullptr;
  if (flow == LoginFlow::kClientCredentials && !secret_given)
    reader.fault(reader.child(at, "client_secret"), "missing", "a reference to the app's consumer secret");
  if (flow == LoginFlow::kJwtBearer && secret_given) {
    reader.fault(reader.child(at, "client_secret"), "has no effect with login." + named,
                 "remove it: the signature stands for it", Severity::kWarning);
  }
}

void check_objects_differ(Reader& reader, const At& at, const Plugin& plugin) {
  const At types = reader.child(at, "types");
  std::map<std::string, size_t> first;
  for (size_t i = 0; i < plugin.types.size(); ++i) {
    const std::string& object = plugin.types[i].mapping.object;
    if (object.empty()) continue;
    const auto [before, is_new] = first.emplace(to_lower_ascii(object), i);
    if (is_new) continue;
    reader.fault(reader.child(reader.item(types, i), "object"),
                 object + " is types[" + std::to_string(before->second) + "] already", "keep one of them");
  }
}

// A custom field has one type, whichever mapping fills it.
void check_customs_agree(Reader& reader, const Config& config) {
  std::map<std::string, const mapping::FieldSpec*> customs;
  for (const Plugin& plugin : config.plugins) {
    for (const mapping::TypeSpec& type : plugin.types) {
      for (const mapping::FieldSpec& field : type.mapping.fields) {
        if (!field.local.starts_with(mapping::kCustomPrefix)) continue;
        const auto [known, is_new] = customs.emplace(field.local, &field);
        if (is_new || known->second->type == field.type) continue;
        reader.faults().push_back(Fault{Severity::kError, parse_place(field.where), "type",
                                        field.local + " is " + std::string(name_of(field.type)) +
                                            " here and " + std::string(name_of(known->second->type)) +
                                            " at " + known->second->where,
                                        "give both the same type"});
      }
    }
  }
}

// What a compile still finds ("file:line:column: message" a line) in mappings that read well.
void add_compile_faults(Reader& reader, std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    const size_t end = std::min(line.find(": "), line.size());
    reader.faults().push_back(Fault{Severity::kError, parse_place(line.substr(0, end)), "fields",
                                    std::string(line.substr(std::min(end + 2, line.size()))), ""});
  }
}

using Condition = std::shared_ptr<const mapping::expression::Expression>;

// The condition `create_when` in the section at `at`; null where there is none, or it is faulty.
Condition parse_condition(Reader& reader, const At& section, const Config& config, const std::string& text,
                          const mapping::expression::Catalogue& catalogue) {
  if (text.empty()) return nullptr;
  mapping::expression::Fault fault;
  mapping::expression::Setting setting;
  setting.day_start = day_starts(config.organization.time_zone);
  auto parsed = mapping::expression::parse(text, catalogue, setting, &fault);
  if (parsed) return std::make_shared<const mapping::expression::Expression>(*std::move(parsed));
  const At at = reader.child(section, "create_when");
  reader.faults().push_back(
      Fault{Severity::kError, reader.place_in(at, fault.offset), at.path, fault.message, ""});
  return nullptr;
}

// A type's conditions name what its mapping fills, and what prospects have. `type_at` is the type's section.
void parse_conditions(Reader& reader, const At& type_at, const Config& config, const mapping::FieldMap& map,
                      const mapping::LocalSchema& schema, mapping::TypeSpec& type) {
  type.condition = parse_condition(reader, reader.child(type_at, "inbound"), config, type.create_when,
                                   mapping::record_catalogue(map));
  type.outbound_condition = parse_condition(reader, reader.child(type_at, "outbound"), config,
                                            type.outbound_create_when, mapping::creation_catalogue(schema));
}

void check_mappings_compile(Reader& reader, const At& root, Config& config) {
  const mapping::LocalSchema schema = local_schema_of(config);
  for (Plugin& plugin : config.plugins) {
    const At types = reader.child(reader.child(reader.child(root, "plugins"), plugin.name), "types");
    for (size_t i = 0; i < plugin.types.size(); ++i) {
      const auto map = mapping::FieldMap::compile(plugin.types[i].mapping, schema);
      if (!map) add_compile_faults(reader, map.error().message);
      if (map) parse_conditions(reader, reader.item(types, i), config, *map, schema, plugin.types[i]);
    }
    if (!plugin.accounts) continue;
    const auto map = mapping::FieldMap::compile_account(*plugin.accounts);
    if (!map) add_compile_faults(reader, map.error().message);
  }
}

}  // namespace

std::string_view name_of(LoginFlow flow) {
  switch (flow) {
    case LoginFlow::kJwtBearer:
      return "jwt_bearer";
    case LoginFlow::kRefreshToken:
      return "refresh_token";
    default:
      return "client_credentials";
  }
}

void take_listen_apart(Reader&, const At&, Api& api) {
  if (const auto endpoint = parse_endpoint(api.listen)) {
    api.host = endpoint->host;
    api.port = endpoint->port;
  }
}

void check_owners(Reader& reader, const At& at, Owners& owners) {
  const bool wants_user = owners.fallback == OwnerFallback::kDefaultUser;
  const bool names_user = at.node->find("default_user") != nullptr;
  if (wants_user && !names_user) {
    reader.fault(reader.child(at, "default_user"), "missing, and fallback: default_user needs it",
                 "the email of a user");
  }
  if (!wants_user && names_user && !owners.default_user.empty()) {
    owners.default_user.clear();
    reader.fault(reader.child(at, "default_user"), "has no effect without fallback: default_user", "",
                 Severity::kWarning);
  }
}

void check_plugin(Reader& reader, const At& at, Plugin& plugin) {
  check_login(reader, at, plugin);
  check_login_host(reader, at, plugin);
  check_login_flow(reader, at, plugin);
  check_objects_differ(reader, at, plugin);
  if (const yaml::Child* accounts = at.node->find("accounts")) {
    const bool is_section =
        accounts->value->kind == yaml::Kind::kMap || accounts->value->kind == yaml::Kind::kNull;
    if (is_section && accounts->value->find("mapping") == nullptr) {
      reader.fault(reader.child(reader.child(at, "accounts"), "mapping"), "missing",
                   "the mapping file of accounts");
    }
  }
}

void finish_config(Reader& reader, const At& at, Config& config) {
  if (config.api.token_file.empty()) config.api.token_file = config.state.directory + "/api.token";
  check_customs_agree(reader, config);
  if (!has_errors(reader.faults())) check_mappings_compile(reader, at, config);
}

std::optional<Complaint> check_kind(std::string_view value) {
  static const std::vector<std::string> kinds = {"salesforce"};
  if (value == kinds.front()) return std::nullopt;
  return Complaint{"an unknown kind of CRM; known: salesforce", meant_hint(value, kinds)};
}

}  // namespace prospectd::config
