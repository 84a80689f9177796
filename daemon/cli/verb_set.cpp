// `set`: fields of one prospect, task, account, ….
#include <nlohmann/json.hpp>

#include "daemon/cli/configuration.h"
#include "daemon/cli/edit_words.h"
#include "daemon/cli/field_words.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

std::string path_of_edit(const SetOptions& options) {
  std::string path = "/v1/" + type_of_kind(options.kind) + "/" + escape_for_url(options.id);
  std::string query;
  if (options.dry_run) query += "&dryRun=true";
  if (options.opt_in) query += "&optIn=true";
  if (!query.empty()) query[0] = '?';
  return path + query;
}

}  // namespace

ExitCode verb_set(const CommonOptions& common, const SetOptions& options, Console& console) {
  Json fields;
  const auto names = split_words(options.words, fields);
  if (!names) return console.fail(names.error());
  if (!names->empty())
    return console.fail(make_error(ErrorCode::kInvalidInput, "\"" + names->front() + "\" is no FIELD=VALUE"));
  if (options.opt_in && options.kind != edited_kinds().front().name)
    return console.fail(make_error(ErrorCode::kInvalidInput, "--opt-in is about prospects"));
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  const auto answer = access.client->patch(path_of_edit(options), fields);
  if (!answer) return console.fail(answer.error());
  Json meta = member(*answer, "meta");
  const std::vector<std::string> lines = change_lines(meta, type_of_kind(options.kind), options.id);
  if (console.json) {
    meta["id"] = options.id;
    console.document(meta);
    return ExitCode::kOk;
  }
  const std::string who = kind_at_start(options.kind) + " " + harmless(options.id);
  if (lines.empty()) {
    console.line(who + " has these values already. Nothing was changed.");
    return ExitCode::kOk;
  }
  console.line(who + (options.dry_run ? " would be changed:" : " was changed:"));
  for (const std::string& line : lines)
    console.line(line);
  say_way_back(console, meta, config_option(common));
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
