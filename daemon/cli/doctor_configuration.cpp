// The configuration, its files, the secrets that it names, and the time zone that it counts days in.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/secret.h"
#include "config/secrets.h"
#include "config/time_zone.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/doctor.h"
#include "daemon/cli/words.h"

namespace prospectd::cli::doctor {
namespace {

constexpr mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;

std::string others(size_t n) {
  return n > 1 ? " (and " + std::to_string(n - 1) + " more: prospectd check)" : "";
}

Outcome look_at_configuration(const Question& q) {
  const std::string path = find_config(q.facts.common);
  if (path.empty()) {
    return {failure(ErrorCode::kConfigInvalid, "there is none: neither -c nor $PROSPECTD_CONFIG names one",
                    "prospectd init writes a first one")};
  }
  config::Loaded loaded = config::load(path);
  Finding finding = ok(path + ": no problem");
  if (!loaded.faults.empty()) {
    const std::string first = config::format_fault(loaded.faults.front()) + others(loaded.faults.size());
    finding = loaded.config ? warning(first, "prospectd check")
                            : failure(ErrorCode::kConfigInvalid, first, "correct it, then: prospectd check");
  }
  return {finding, [path, loaded = std::move(loaded)](Facts& facts) {
            facts.path = path;
            facts.loaded = loaded;
          }};
}

// Every file that says something: the configuration itself, conf.d, mappings.
std::set<std::string> files_of(const Question& q) {
  std::set<std::string> files = {q.facts.path};
  for (const config::Listed& value : q.facts.loaded.from_files) {
    if (!value.place.file.empty()) files.insert(value.place.file);
  }
  const auto add = [&](const mapping::MappingSpec& spec) {
    files.insert(config::parse_place(spec.where).file);
  };
  for (const config::Plugin& plugin : q.config.plugins) {
    if (plugin.accounts) add(*plugin.accounts);
    for (const mapping::TypeSpec& type : plugin.types)
      add(type.mapping);
  }
  return files;
}

Outcome look_at_files(const Question& q) {
  const std::set<std::string> files = files_of(q);
  for (const std::string& file : files) {
    struct stat info = {};
    if (::stat(file.c_str(), &info) != 0 || (info.st_mode & kOthersMayWrite) == 0) continue;
    return {warning(file + " can be written by others: they decide what is synced",
                    "chmod go-w " + shell_word(file))};
  }
  return {ok(counted(static_cast<int64_t>(files.size()), "file") + ", written by their owners alone")};
}

Outcome look_at_secrets(const Question& q) {
  const std::vector<config::Fault> faults = config::check_secrets(q.config);
  if (!faults.empty()) {
    return {failure(ErrorCode::kConfigInvalid, config::format_fault(faults.front()) + others(faults.size()),
                    "put the secret there, for the daemon's user alone (mode 600)")};
  }
  std::error_code ignored;
  const bool has_token = std::filesystem::exists(q.config.api.token_file, ignored);
  if (has_token) {
    const auto token = read_secret_file(q.config.api.token_file);
    if (!token) return {failure(token.error())};
  }
  return {ok(std::string("readable by their owner alone") + (has_token ? ", the API's token too" : ""))};
}

Outcome look_at_time_zone(const Question& q) {
  const std::string& zone = q.config.organization.time_zone;
  if (config::knows_zone(zone)) return {ok(zone + " is known here")};
  return {warning("no data for " + zone + ": days would be those of UTC", "apt-get install tzdata")};
}

}  // namespace

Group configuration_checks() {
  return {"configuration",
          {{"config", "configuration", look_at_configuration},
           {"config_files", "its files", look_at_files},
           {"secrets", "secrets", look_at_secrets},
           {"time_zone", "time zone", look_at_time_zone}}};
}

}  // namespace prospectd::cli::doctor
