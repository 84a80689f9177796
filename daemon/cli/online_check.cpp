#include "daemon/cli/online_check.h"

#include <algorithm>

namespace prospectd::cli {
namespace {

using config::Fault;
using config::Severity;

constexpr const char* kUsers = "User";

class PluginCheck {
 public:
  PluginCheck(const config::Config& config, const config::Plugin& plugin, OnlineCheck& found)
      : config_(config), plugin_(plugin), found_(found), schema_(config::local_schema_of(config)) {}

  void run(const DescribeHook& describe) {
    std::vector<std::string> objects = {kUsers};
    if (plugin_.accounts) objects.push_back(plugin_.accounts->object);
    for (const mapping::TypeSpec& type : plugin_.types)
      objects.push_back(type.mapping.object);
    const Described described = describe(config_, plugin_, objects);
    if (described.error) {
      found_.faults.push_back(Fault{Severity::kError, config::Place{config_.path, 0, 0},
                                    "plugins." + plugin_.name, described.error->text(), ""});
      if (!found_.error) found_.error = described.error;
      return;
    }
    users(described.schemas.at(0));
    size_t next = 1;
    if (plugin_.accounts) {
      mapping(*plugin_.accounts, mapping::FieldMap::compile_account(*plugin_.accounts),
              described.schemas.at(next++), {});
    }
    for (const mapping::TypeSpec& type : plugin_.types) {
      mapping(type.mapping, mapping::FieldMap::compile(type.mapping, schema_), described.schemas.at(next++),
              {type.outbound_create, type.outbound_update, type.external_id});
    }
  }

 private:
  // Without users everything is read, but nobody owns it.
  void users(const Result<mapping::ObjectSchema>& schema) {
    if (schema) return;
    found_.faults.push_back(Fault{Severity::kWarning, config::Place{config_.path, 0, 0},
                                  "plugins." + plugin_.name, "User can't be read: " + schema.error().text(),
                                  "owners would not be known"});
  }

  void mapping(const mapping::MappingSpec& spec, const Result<mapping::FieldMap>& map,
               const Result<mapping::ObjectSchema>& schema, mapping::Outward outward) {
    if (!schema) {
      found_.faults.push_back(Fault{Severity::kError, config::parse_place(spec.where), "object",
                                    spec.object + " can't be read: " + schema.error().text(), ""});
      return;
    }
    if (!map) return;  // a loaded configuration's mappings compile
    for (Fault& fault : config::faults_from_schema(*map, *schema, spec.where, outward))
      found_.faults.push_back(std::move(fault));
  }

  const config::Config& config_;
  const config::Plugin& plugin_;
  OnlineCheck& found_;
  const mapping::LocalSchema schema_;
};

}  // namespace

OnlineCheck check_online(const config::Config& config, const DescribeHook& describe) {
  OnlineCheck found;
  for (const config::Plugin& plugin : config.plugins)
    PluginCheck(config, plugin, found).run(describe);
  return found;
}

}  // namespace prospectd::cli
