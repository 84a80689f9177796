#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "daemon/cli/configuration.h"
#include "daemon/cli/json.h"
#include "daemon/cli/table.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;
using config::Layer;
using config::Listed;

// Files as they are called from the configuration's folder: the line and column must fit too.
std::string origin_words(const Listed& listed, const std::string& config) {
  switch (listed.origin) {
    case Layer::kDefault:
      return "default";
    case Layer::kFile: {
      config::Place place = listed.place;
      const std::filesystem::path folder = std::filesystem::path(config).parent_path();
      place.file = std::filesystem::path(place.file).lexically_relative(folder).string();
      return config::format_place(place.file.empty() ? listed.place : place);
    }
    case Layer::kSetting:
      return "setting";
    case Layer::kEnvironment:
      return "env " + listed.place.file.substr(1);
  }
  return {};
}

Json place_json(const config::Place& place) {
  return Json{{"file", place.file}, {"line", place.line}, {"column", place.column}};
}

Json value_json(const Listed& listed) {
  Json json{{"key", listed.key}, {"value", listed.value}, {"origin", config::name_of(listed.origin)},
            {"place", nullptr},  {"variable", nullptr},   {"needsRestart", listed.restart}};
  if (listed.origin == Layer::kFile) json["place"] = place_json(listed.place);
  if (const std::string variable = config::variable_of(listed.key); !variable.empty())
    json["variable"] = variable;
  return json;
}

ExitCode as_json(Console& console, const std::string& path, const config::Loaded& loaded) {
  Json values = Json::array();
  for (const Listed& listed : loaded.values)
    values.push_back(value_json(listed));
  Json overridden = Json::array();
  for (const config::Overridden& one : loaded.overridden) {
    overridden.push_back({{"key", one.key},
                          {"place", place_json(one.place)},
                          {"by", config::name_of(one.by)},
                          {"name", one.by_name}});
  }
  console.document({{"file", path}, {"values", values}, {"overridden", overridden}});
  return ExitCode::kOk;
}

// Settings are in the daemon's database: it is asked for them.
void add_settings(config::Loaded& loaded, Console& console) {
  const auto client = DaemonClient::open(*loaded.config);
  const auto answer = client ? client->get("/v1/settings") : Result<Json>(client.error());
  if (!answer) {
    console.hint("Settings made at run time are not among these: " + harmless(answer.error().text()));
    return;
  }
  config::Above above;
  for (const Json& row : member(*answer, "data")) {
    const Json& set = member(member(row, "attributes"), "set");
    if (set.is_object()) above.settings.push_back({text_at(row, "id"), text_at(set, "value")});
  }
  config::Loaded again = config::load(loaded.config->path, above);
  if (again.config) loaded = std::move(again);
}

}  // namespace

ExitCode verb_config_show(const CommonOptions& common, const ConfigShowOptions& options, Console& console) {
  auto loaded = load_whole(common, console);
  if (!loaded) return ExitCode::kConfig;
  if (options.effective) add_settings(*loaded, console);
  if (!options.effective)
    std::erase_if(loaded->values, [](const Listed& listed) { return listed.origin == Layer::kDefault; });
  if (console.json) return as_json(console, loaded->config->path, *loaded);
  Table table({{"KEY"}, {"VALUE", true}, {"FROM"}});
  for (const Listed& listed : loaded->values)
    table.add({listed.key, listed.value, origin_words(listed, loaded->config->path)});
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  for (const config::Overridden& one : loaded->overridden) {
    console.hint(one.key + " of " + harmless(config::format_place(one.place)) +
                 " has no effect: " + harmless(one.by_name) + " stands before it");
  }
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
