#include "daemon/cli/configuration.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "config/faults.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

constexpr const char* kPlaces[] = {"prospectd.yaml", "/etc/prospectd/prospectd.yaml"};

// All faults in one error, a line each.
Error error_of(const std::vector<config::Fault>& faults) {
  std::string text;
  for (const config::Fault& fault : faults)
    text += config::format_fault(fault) + " · ";
  return make_error(ErrorCode::kConfigInvalid,
                    text + counted(static_cast<int64_t>(faults.size()), "problem"));
}

}  // namespace

std::string config_option(const CommonOptions& common) {
  if (common.config.empty()) return {};
  const bool plain = std::ranges::all_of(common.config, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '/' || c == '.' || c == '_' || c == '-';
  });
  return " -c " + (plain ? common.config : "'" + harmless(common.config) + "'");
}

std::string find_config(const CommonOptions& common) {
  if (!common.config.empty()) return common.config;
  const char* named = std::getenv("PROSPECTD_CONFIG");
  if (named != nullptr && *named != '\0') return named;
  std::error_code ignored;
  for (const char* place : kPlaces) {
    if (std::filesystem::exists(place, ignored)) return place;
  }
  return {};
}

Error no_config() {
  return make_error(ErrorCode::kConfigInvalid,
                    "there is no configuration: neither $PROSPECTD_CONFIG nor ./prospectd.yaml nor "
                    "/etc/prospectd/prospectd.yaml; name one with -c FILE, or see it at work first: "
                    "prospectd demo");
}

std::optional<config::Config> load_config(const CommonOptions& common, Console& console) {
  auto loaded = load_whole(common, console);
  if (!loaded) return std::nullopt;
  return std::move(loaded->config);
}

std::optional<config::Loaded> load_whole(const CommonOptions& common, Console& console) {
  const std::string path = find_config(common);
  if (path.empty()) {
    console.fail(no_config());
    return std::nullopt;
  }
  config::Loaded loaded = config::load(path);
  if (loaded.config) return loaded;
  if (console.json) {
    console.fail(error_of(loaded.faults));
    return std::nullopt;
  }
  for (const config::Fault& fault : loaded.faults)
    console.err() << harmless(config::format_fault(fault)) << '\n';
  console.err() << counted(static_cast<int64_t>(loaded.faults.size()), "problem")
                << ". Nothing was changed.\n"
                << std::flush;
  return std::nullopt;
}

DaemonAccess reach_daemon(const CommonOptions& common, Console& console) {
  DaemonAccess access;
  const std::optional<config::Config> config = load_config(common, console);
  if (!config) {
    access.code = ExitCode::kConfig;
    return access;
  }
  auto client = DaemonClient::open(*config);
  if (client) {
    access.client = *std::move(client);
  } else {
    access.code = console.fail(client.error());
  }
  return access;
}

}  // namespace prospectd::cli
