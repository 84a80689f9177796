#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/time.h"
#include "config/loader.h"
#include "config/secrets.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/online_check.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;
using mapping::Direction;

int64_t fields_in(const mapping::MappingSpec& spec) {
  return std::count_if(spec.fields.begin(), spec.fields.end(),
                       [](const auto& f) { return f.direction != Direction::kOut; });
}

int64_t fields_out(const mapping::MappingSpec& spec) {
  return std::count_if(spec.fields.begin(), spec.fields.end(),
                       [](const auto& f) { return f.direction != Direction::kIn; });
}

Json fault_json(const config::Fault& fault) {
  return Json{{"severity", fault.severity == config::Severity::kError ? "error" : "warning"},
              {"file", fault.place.file},
              {"line", fault.place.line},
              {"column", fault.place.column},
              {"path", fault.path},
              {"message", fault.message},
              {"hint", fault.hint}};
}

Json plugin_json(const config::Plugin& plugin) {
  Json types = Json::array();
  for (const mapping::TypeSpec& type : plugin.types) {
    types.push_back(
        {{"object", type.mapping.object},
         {"inbound",
          {{"create", type.inbound_create},
           {"update", type.inbound_update},
           {"createWhen", type.create_when.empty() ? Json() : Json(type.create_when)}}},
         {"outbound",
          {{"create", type.outbound_create},
           {"update", type.outbound_update},
           {"createWhen", type.outbound_create_when.empty() ? Json() : Json(type.outbound_create_when)}}},
         {"fieldsIn", fields_in(type.mapping)},
         {"fieldsOut", fields_out(type.mapping)}});
  }
  return Json{{"name", plugin.name},
              {"loginUrl", plugin.login_url},
              {"pollIntervalMs", plugin.poll.interval.count()},
              {"accounts", plugin.accounts.has_value()},
              {"types", types}};
}

void as_json(Console& console, const std::string& path, const config::Loaded& loaded, bool good) {
  Json problems = Json::array();
  for (const config::Fault& fault : loaded.faults)
    problems.push_back(fault_json(fault));
  Json connections = Json::array();
  if (loaded.config) {
    for (const config::Plugin& plugin : loaded.config->plugins)
      connections.push_back(plugin_json(plugin));
  }
  console.document({{"ok", good}, {"file", path}, {"problems", problems}, {"connections", connections}});
}

// "creates and updates prospects", of one side's two switches.
std::string switches(bool create, bool update, std::string_view what) {
  if (!create && !update) return "no " + std::string(what);
  std::string verbs = create ? "creates" : "";
  if (update) verbs += create ? " and updates" : "updates";
  return verbs + " " + std::string(what);
}

void say_plugin(Console& console, const config::Plugin& plugin) {
  console.line("  " + console.tone(Tone::kStrong, harmless(plugin.name)) + "  " + harmless(plugin.login_url) +
               ", read every " + format_duration(plugin.poll.interval));
  int number = 0;
  for (const mapping::TypeSpec& type : plugin.types) {
    console.line("    " + std::to_string(++number) + ". " + pad_to(harmless(type.mapping.object), 10) +
                 counted(fields_in(type.mapping), "field") + " in, " +
                 group_digits(fields_out(type.mapping)) + " out; " +
                 switches(type.inbound_create, type.inbound_update, "prospects") + ", " +
                 switches(type.outbound_create, type.outbound_update, "CRM records"));
    if (type.inbound_create && !type.create_when.empty())
      console.line("       creates where " + harmless(type.create_when));
    if (type.outbound_create && !type.outbound_create_when.empty())
      console.line("       records are made where " + harmless(type.outbound_create_when));
  }
  if (plugin.accounts) {
    console.line("       " + pad_to(harmless(plugin.accounts->object), 10) +
                 counted(fields_in(*plugin.accounts), "field") + " in");
  }
}

void say_summary(Console& console, const std::string& path, const config::Config& config) {
  console.line(harmless(path) + " is " + console.tone(Tone::kGood, "fine") + ".");
  for (const config::Plugin& plugin : config.plugins)
    say_plugin(console, plugin);
  console.line("  state        " + harmless(config.state.directory));
  console.line("  control API  " + harmless(config.api.listen));
}

}  // namespace

ExitCode verb_check(const CommonOptions& common, const CheckOptions& options, const Hooks& hooks,
                    Console& console) {
  const std::string path = find_config(common);
  if (path.empty()) return console.fail(no_config());
  config::Loaded loaded = config::load(path);
  const auto add = [&](std::vector<config::Fault> faults) {
    for (config::Fault& fault : faults)
      loaded.faults.push_back(std::move(fault));
  };
  ExitCode code = ExitCode::kConfig;
  if (loaded.config) add(config::check_secrets(*loaded.config));
  // What stands wrong in the files would only be said again, in other words.
  const bool asks = options.online && loaded.config && !config::has_errors(loaded.faults);
  if (asks) {
    console.hint("Asking the CRM…");
    OnlineCheck online = check_online(*loaded.config, hooks.describe);
    // A connection that can't be asked has its own exit code, unless there is something to mend in the files.
    const auto errors =
        std::count_if(online.faults.begin(), online.faults.end(),
                      [](const config::Fault& fault) { return fault.severity == config::Severity::kError; });
    if (online.error && errors == 1) code = exit_code_of(*online.error);
    add(std::move(online.faults));
  }
  const bool good = loaded.config && !config::has_errors(loaded.faults);
  if (console.json) {
    as_json(console, path, loaded, good);
    return good ? ExitCode::kOk : code;
  }
  for (const config::Fault& fault : loaded.faults)
    console.line(harmless(config::format_fault(fault)));
  if (good) {
    if (!console.quiet) say_summary(console, path, *loaded.config);
    return ExitCode::kOk;
  }
  console.line(counted(static_cast<int64_t>(loaded.faults.size()), "problem") + ". Nothing was changed.");
  return code;
}

}  // namespace prospectd::cli
