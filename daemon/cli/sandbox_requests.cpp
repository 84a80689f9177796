#include "daemon/cli/sandbox_requests.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/values.h"
#include "daemon/cli/field_words.h"
#include "daemon/cli/json.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;
using Requests = std::vector<SandboxRequest>;

constexpr size_t kLosersMax = 2;

Error usage(const std::string& message) {
  return make_error(ErrorCode::kInvalidInput, message);
}

bool looks_like_id(const std::string& word) {
  constexpr size_t kShort = 15;
  constexpr size_t kLong = 18;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_plain = [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return (word.size() == kShort || word.size() == kLong) && std::all_of(word.begin(), word.end(), is_plain) &&
         std::any_of(word.begin(), word.end(), is_digit);
}

Result<void> add_commit(const SandboxCallOptions& options, Json& body) {
  const auto whole_seconds = [](const std::string& text) {
    return std::chrono::duration_cast<seconds>(config::parse_duration(text).value_or(milliseconds(0)))
        .count();
  };
  if (!options.stamped_before.empty() && !options.visible_after.empty())
    return usage("give --stamped-before or --visible-after, not both");
  if (!options.stamped_before.empty()) body["stamped_before_seconds"] = whole_seconds(options.stamped_before);
  if (!options.visible_after.empty()) body["visible_after_seconds"] = whole_seconds(options.visible_after);
  return {};
}

// edit, create and late: who, and which fields.
Result<Requests> write(const SandboxCallOptions& options) {
  Json fields;
  PD_ASSIGN(names, split_words(options.words, fields));
  const bool creates = options.verb == "create";
  Json body = {{"fields", fields}};
  for (const std::string& name : names) {
    const char* key = looks_like_id(name) && !creates ? "id" : "object";
    if (body.contains(key)) return usage("\"" + name + "\" is one word too many before FIELD=VALUE");
    body[key] = name;
  }
  if (options.verb == "edit" && !body.contains("id")) return usage("name the record by its id, like 003…");
  if (creates && !body.contains("object")) return usage("name the object, like Lead");
  if (options.verb == "late" && !body.contains("id") && !body.contains("object"))
    return usage("name a record by its id, or an object for a new one");
  if (fields.empty()) return usage("say which fields: FIELD=VALUE");
  PD_TRY(add_commit(options, body));
  if (options.verb == "late" && options.stamped_before.empty() && options.visible_after.empty())
    return usage("say how late: --visible-after 30s or --stamped-before 5m");
  return Requests{{"POST", options.verb, dump_json_line(body)}};
}

Result<Requests> each_id(const SandboxCallOptions& options) {
  if (options.words.empty()) return usage("name at least one record by its id");
  Requests requests;
  for (const std::string& id : options.words)
    requests.push_back({"POST", options.verb, dump_json_line(Json{{"id", id}})});
  return requests;
}

Result<Requests> convert(const SandboxCallOptions& options) {
  if (options.words.size() != 1) return usage("name the one lead to convert by its id");
  Json body = {{"lead", options.words.front()}};
  for (const auto& [key, value] : {std::pair<const char*, const std::string&>{"contact", options.contact},
                                   {"account", options.account},
                                   {"owner", options.owner}}) {
    if (!value.empty()) body[key] = value;
  }
  return Requests{{"POST", "convert", dump_json_line(body)}};
}

Result<Requests> merge(const SandboxCallOptions& options) {
  if (options.words.size() < 2 || options.words.size() > 1 + kLosersMax)
    return usage("name the winner's id, and one or two losers' ids");
  const Json losers(std::vector<std::string>(options.words.begin() + 1, options.words.end()));
  const Json body = {{"winner", options.words.front()}, {"losers", losers}};
  return Requests{{"POST", "merge", dump_json_line(body)}};
}

Result<Requests> knobs(const SandboxCallOptions& options) {
  if (options.words.empty()) return Requests{{"GET", "knobs", ""}};
  Json fields;
  PD_ASSIGN(names, split_words(options.words, fields));
  if (!names.empty()) return usage("\"" + names.front() + "\" is no NAME:=JSON");
  return Requests{{"POST", "knobs", dump_json_line(fields)}};
}

Result<Requests> question(const SandboxCallOptions& options) {
  const bool acts = options.verb == "expire-tokens" || options.verb == "reset";
  return Requests{{acts ? "POST" : "GET", options.verb, acts ? "{}" : ""}};
}

// snapshot, restore and drop-snapshot.
Result<Requests> named(const SandboxCallOptions& options) {
  if (options.words.size() != 1) return usage("name the one snapshot, like before-sync");
  const std::string body = dump_json_line(Json{{"name", options.words.front()}});
  if (options.verb == "drop-snapshot") return Requests{{"DELETE", "snapshot", body}};
  return Requests{{"POST", options.verb, body}};
}

struct VerbRow {
  std::string_view verb;
  Result<Requests> (*make)(const SandboxCallOptions&);
};
constexpr VerbRow kVerbs[] = {
    {"show", each_id},
    {"edit", write},
    {"create", write},
    {"late", write},
    {"delete", each_id},
    {"undelete", each_id},
    {"purge", each_id},
    {"convert", convert},
    {"merge", merge},
    {"knobs", knobs},
    {"counts", question},
    {"stats", question},
    {"expire-tokens", question},
    {"snapshot", named},
    {"restore", named},
    {"drop-snapshot", named},
    {"snapshots", question},
    {"reset", question},
};

}  // namespace

Result<Requests> sandbox_requests(const SandboxCallOptions& options) {
  for (const VerbRow& row : kVerbs) {
    if (row.verb == options.verb) return row.make(options);
  }
  return usage("the sandbox has no verb " + options.verb);
}

}  // namespace prospectd::cli
