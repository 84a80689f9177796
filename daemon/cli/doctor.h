// What `prospectd doctor` looks at: a table of checks, each a function from the facts that are known to a
// finding, and to what the later ones can build on. A check changes nothing, and may be left behind when it
// takes too long: it works on a copy of the facts that it shares with nobody who writes. One check at a time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "config/loader.h"
#include "daemon/cli/options.h"
#include "daemon/cli/verbs.h"

namespace prospectd::cli::doctor {

enum class Verdict { kOk, kWarning, kFailure, kSkipped };
/// "ok", "warning", "failure", "skipped"
std::string_view name_of(Verdict verdict);

struct Finding {
  Verdict verdict = Verdict::kOk;
  std::string evidence;                   ///< one line; never a secret
  std::string remedy = {};                ///< what to do; empty when ok
  ErrorCode code = ErrorCode::kInternal;  ///< of a failure: what the exit code comes from
};
Finding ok(std::string evidence);
Finding warning(std::string evidence, std::string remedy);
Finding failure(ErrorCode code, std::string evidence, std::string remedy);
/// With the error's words as evidence, and the advice for its code.
Finding failure(const Error& error);
Finding skipped(std::string why);

/// What is known so far.
struct Facts {
  CommonOptions common;
  Hooks hooks;
  bool offline = false;
  std::string path;                  ///< of the configuration
  config::Loaded loaded;             ///< with a `config`, for every check but the first
  std::optional<std::string> owner;  ///< who works on the database ("process 4711")
  std::optional<StateReport> state;
  std::shared_ptr<const nlohmann::json> status;  ///< of the daemon; null where none answers
  std::map<std::string, LoginReport> logins;
};

struct Outcome {
  Finding finding;
  std::function<void(Facts&)> learn = {};  ///< puts down what was found out; may be empty
};

/// What a check is asked about.
struct Question {
  const Facts& facts;
  const config::Config& config;            ///< an empty one for the check of the configuration itself
  const config::Plugin* plugin = nullptr;  ///< of a check of a connection
  Timestamp now{};
};

struct Check {
  std::string_view name;   ///< stable, for programs: "disk_space"
  std::string_view title;  ///< for people
  Outcome (*look)(const Question&);
  milliseconds deadline{5'000};
  bool of_connection = false;  ///< asked of each connection
  bool asks_crm = false;       ///< not with --offline
};

/// A group of checks under a title, in the order in which they build on each other.
struct Group {
  std::string_view title;
  std::vector<Check> checks;
};
Group configuration_checks();
Group machine_checks();
Group state_checks();
Group daemon_checks();
Group records_checks();
Group crm_checks();

}  // namespace prospectd::cli::doctor
