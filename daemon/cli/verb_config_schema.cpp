#include "config/json_schema.h"
#include "config/reference.h"
#include "daemon/cli/verb_functions.h"

namespace prospectd::cli {

// A schema is JSON and a page is Markdown for a file of their own: with --json too they are printed as they
// are.
ExitCode verb_config_schema(const ConfigSchemaOptions& options, Console& console) {
  console.out() << config::json_schema(options.name);
  return ExitCode::kOk;
}

ExitCode verb_config_reference(Console& console) {
  console.out() << config::reference_page();
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
