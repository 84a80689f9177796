#include <nlohmann/json.hpp>

#include "base/version.h"
#include "daemon/cli/verb_functions.h"

namespace prospectd::cli {

ExitCode verb_version(const VersionOptions&, Console& console) {
  const std::string text(version());
  if (console.json) {
    console.document({{"version", text}});
  } else {
    console.line("prospectd " + text);
  }
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
