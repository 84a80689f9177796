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

void say_faults(const std::vector<config::Fault>& faults, Console& console) {
  if (console.json) {
    console.fail(error_of(faults));
    return;
  }
  for (const config::Fault& fault : faults)
    console.err() << harmless(config::format_fault(fault)) << '\n';
  console.err() << counted(static_cast<int64_t>(faults.size()), "problem") << ". Nothing was changed.\n"
                << std::flush;
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
  say_faults(loaded.faults, console);
  return std::nullopt;
}

// Whoever asks the daemon needs no more of the file than where it is: somebody may be editing the rest.
DaemonAccess reach_daemon(const CommonOptions& common, Console& console) {
  DaemonAccess access;
  access.code = ExitCode::kConfig;
  const std::string path = find_config(common);
  if (path.empty()) {
    access.code = console.fail(no_config());
    return access;
  }
  const config::Loaded loaded = config::load(path);
  if (!loaded.as_read || loaded.as_read->state.directory.empty()) {
    say_faults(loaded.faults, console);
    return access;
  }
  auto client = DaemonClient::open(*loaded.as_read);
  if (!client) {
    // With no daemon to ask, the faults are why there is none.
    if (!loaded.config) {
      say_faults(loaded.faults, console);
    } else {
      access.code = console.fail(client.error());
    }
    return access;
  }
  if (!loaded.config) {
    console.hint("The configuration has " + counted(static_cast<int64_t>(loaded.faults.size()), "problem") +
                 " (prospectd check" + config_option(common) +
                 "); the daemon goes on with what it read before.");
  }
  access.client = *std::move(client);
  access.code = ExitCode::kOk;
  return access;
}

}  // namespace prospectd::cli
