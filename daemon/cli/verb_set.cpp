// `set`: fields of one prospect, task, account, ….
#include <nlohmann/json.hpp>

#include "daemon/cli/configuration.h"
#include "daemon/cli/edit_words.h"
#include "daemon/cli/field_words.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/tag_call.h"
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

// "hot, vip"
std::string names_of_tags(const Json& names) {
  std::string words;
  for (const Json& name : names)
    if (name.is_string()) words += (words.empty() ? "" : ", ") + harmless(name.get<std::string>());
  return words;
}

ExitCode set_tags(const DaemonClient& client, const SetOptions& options, const TagWish& wish,
                  Console& console) {
  const auto answer = change_tags(client, options.id, wish, options.dry_run);
  if (!answer) return console.fail(answer.error());
  const Json& meta = member(*answer, "meta");
  if (console.json) {
    Json told = {{"id", options.id}};
    for (const char* name : {"dryRun", "added", "removed", "cause", "undoable"})
      told[name] = member(meta, name);
    console.document(told);
    return ExitCode::kOk;
  }
  const std::string added = names_of_tags(member(meta, "added"));
  const std::string removed = names_of_tags(member(meta, "removed"));
  const std::string who = "Prospect " + harmless(options.id);
  if (added.empty() && removed.empty()) {
    console.line(who + " has these tags already. Nothing was changed.");
    return ExitCode::kOk;
  }
  console.line(who + (options.dry_run ? " would be changed:" : " was changed:"));
  if (!added.empty()) console.line("  tags put on     " + added);
  if (!removed.empty()) console.line("  tags taken off  " + removed);
  return ExitCode::kOk;
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
  const auto tags = options.kind == edited_kinds().front().name
                        ? take_tags(fields)
                        : Result<std::optional<TagWish>>(std::nullopt);
  if (!tags) return console.fail(tags.error());
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  if (*tags) return set_tags(*access.client, options, **tags, console);
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
