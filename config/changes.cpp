#include "config/changes.h"

#include <algorithm>
#include <map>

#include "config/yaml.h"

namespace prospectd::config {
namespace {

using mapping::FieldSpec;
using mapping::MappingSpec;

constexpr std::string_view kPlugins = "plugins";

// A line that has only moved means the same.
bool same_meaning(const MappingSpec& a, const MappingSpec& b) {
  const auto same = [](FieldSpec x, FieldSpec y) {
    x.where.clear();
    y.where.clear();
    return x == y;
  };
  return a.object == b.object &&
         std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(), same);
}

void compare_mapping(const MappingSpec& before, const MappingSpec& after, std::vector<Change>& changes) {
  if (same_meaning(before, after)) return;
  const Place place = parse_place(after.where);
  changes.push_back(Change{place.file, "", "", place, false});
}

void compare_mappings(const Plugin& before, const Plugin& after, std::vector<Change>& changes) {
  if (before.accounts && after.accounts) compare_mapping(*before.accounts, *after.accounts, changes);
  for (const mapping::TypeSpec& type : after.types) {
    const auto was = std::ranges::find_if(
        before.types, [&](const mapping::TypeSpec& t) { return t.mapping.object == type.mapping.object; });
    if (was != before.types.end()) compare_mapping(was->mapping, type.mapping, changes);
  }
}

// Takes out the lines that the store has no place for.
void hold_back_customs(MappingSpec& spec, const mapping::LocalSchema& schema, std::vector<Change>& changes) {
  std::erase_if(spec.fields, [&](const FieldSpec& field) {
    if (!field.local.starts_with(mapping::kCustomPrefix)) return false;
    const size_t at = schema.find(field.local);
    const bool known = at != mapping::LocalSchema::npos;
    if (known && schema.fields()[at].type == field.type) return false;
    const std::string before = known ? std::string(name_of(schema.fields()[at].type)) : "";
    changes.push_back(
        Change{field.local, before, std::string(name_of(field.type)), parse_place(field.where), true});
    return true;
  });
}

bool has_connection_of(const Config& config, const std::string& key) {
  return std::ranges::any_of(config.plugins, [&](const Plugin& plugin) {
    return key.starts_with(yaml::path_of(kPlugins, plugin.name) + ".");
  });
}

}  // namespace

bool waits_for_restart(const Listed& listed, const Config& running, const Config& next) {
  if (listed.restart || !listed.key.starts_with(kPlugins)) return listed.restart;
  return !has_connection_of(running, listed.key) || !has_connection_of(next, listed.key);
}

std::vector<Change> changes_between(const std::vector<Listed>& before, const Config& running,
                                    const std::vector<Listed>& after, const Config& next) {
  std::vector<Change> changes;
  const auto waits = [&](const Listed& listed) { return waits_for_restart(listed, running, next); };
  std::map<std::string, const Listed*> old;
  for (const Listed& listed : before)
    old.emplace(listed.key, &listed);
  for (const Listed& listed : after) {
    const auto was = old.find(listed.key);
    const std::string value = was == old.end() ? "" : was->second->value;
    if (was != old.end()) old.erase(was);
    if (value != listed.value)
      changes.push_back(Change{listed.key, value, listed.value, listed.place, waits(listed)});
  }
  for (const Listed& listed : before) {
    if (old.contains(listed.key)) changes.push_back(Change{listed.key, listed.value, "", {}, waits(listed)});
  }
  for (const Plugin& plugin : next.plugins) {
    for (const Plugin& was : running.plugins) {
      if (was.name == plugin.name) compare_mappings(was, plugin, changes);
    }
  }
  return changes;
}

std::vector<Change> keep_until_restart(Config& next, const Config& running,
                                       const mapping::LocalSchema& schema) {
  std::vector<Change> held;
  next.organization = running.organization;
  next.state = running.state;
  next.api = running.api;
  next.log.format = running.log.format;
  std::vector<Plugin> plugins = running.plugins;
  for (Plugin& plugin : plugins) {
    const auto read =
        std::ranges::find_if(next.plugins, [&](const Plugin& other) { return other.name == plugin.name; });
    if (read == next.plugins.end()) continue;
    Plugin now = std::move(*read);
    // Which organisation a connection is, as against how it is read.
    now.kind = plugin.kind;
    now.login_url = plugin.login_url;
    now.api_version = plugin.api_version;
    now.test_endpoint = plugin.test_endpoint;
    for (mapping::TypeSpec& type : now.types)
      hold_back_customs(type.mapping, schema, held);
    plugin = std::move(now);
  }
  next.plugins = std::move(plugins);
  return held;
}

}  // namespace prospectd::config
