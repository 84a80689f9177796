#include <nlohmann/json.hpp>

#include "daemon/cli/configuration.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/table.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

std::string name_of(const Json& prospect) {
  const std::string first = text_at(prospect, "firstName");
  const std::string last = text_at(prospect, "lastName");
  return first.empty() || last.empty() ? first + last : first + " " + last;
}

// "Lead 00Q…" for each record that it follows.
std::string records_of(const Json& prospect) {
  std::string text;
  const Json& links = member(prospect, "links");
  if (!links.is_array()) return text;
  for (const Json& link : links) {
    text += (text.empty() ? "" : ", ") + text_at(link, "object") + " " + text_at(link, "remoteId") +
            (flag_at(link, "deleted") ? " (deleted)" : "");
  }
  return text;
}

std::string company_of(const Json& prospect) {
  const std::string account = text_at(member(prospect, "account"), "name");
  return account.empty() ? text_at(prospect, "company") : account;
}

void say_list(Console& console, const std::vector<Json>& rows, bool more) {
  if (rows.empty()) {
    console.line("No prospect is like that.");
    return;
  }
  Table table({{"prospect", false, Align::kRight},
               {"name", true},
               {"email", true},
               {"company", true},
               {"owner", true},
               {"CRM record", false}});
  for (const Json& row : rows) {
    table.add({text_at(row, "id"), name_of(row), text_at(row, "email"), company_of(row),
               text_at(member(row, "owner"), "name"), records_of(row)});
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  say_if_more(console, rows.size(), more);
}

void say_field(Console& console, const std::string& name, const Json& value) {
  constexpr size_t kNameCells = 14;
  std::string text;
  if (value.is_string()) text = harmless(value.get<std::string>());
  if (value.is_boolean()) text = value.get<bool>() ? "yes" : "no";
  if (value.is_number()) text = dump_json_line(value);
  if (value.is_object()) text = shown_at(value, "name");
  if (!text.empty()) console.line("  " + pad_to(harmless(name), kNameCells) + "  " + text);
}

struct FieldRow {
  const char* member;
  const char* label;
};
constexpr FieldRow kFields[] = {
    {"title", "title"},        {"company", "company"},
    {"account", "account"},    {"owner", "owner"},
    {"phone", "phone"},        {"mobilePhone", "mobile phone"},
    {"street", "street"},      {"city", "city"},
    {"state", "state"},        {"postalCode", "postal code"},
    {"country", "country"},    {"website", "website"},
    {"source", "source"},      {"stage", "stage"},
    {"optedOut", "opted out"},
};

void say_one(Console& console, const Json& prospect, const std::string& config) {
  console.line(console.tone(Tone::kStrong,
                            "Prospect " + shown_at(prospect, "id") + " · " + harmless(name_of(prospect))));
  const Json& addresses = member(prospect, "addresses");
  if (addresses.is_array() && !addresses.empty()) {
    for (const Json& address : addresses)
      say_field(console, flag_at(address, "primary") ? "email" : "email, too", member(address, "address"));
  } else {
    say_field(console, "email", "none that can be used");
  }
  for (const FieldRow& row : kFields)
    say_field(console, row.label, member(prospect, row.member));
  const Json& custom = member(prospect, "custom");
  if (custom.is_object()) {
    for (const auto& [name, value] : custom.items())
      say_field(console, "custom." + name, value);
  }
  say_field(console, "follows", records_of(prospect));
  if (!console.quiet) console.line("Why: prospectd explain prospect " + shown_at(prospect, "id") + config);
}

// The number and something that a list takes: one of the two would be passed over.
std::optional<Error> misuse_of(const ProspectsOptions& options) {
  const bool lists = !options.filter.empty() || !options.text.empty() || options.without_email;
  if (options.id.empty()) return std::nullopt;
  if (lists) {
    return make_error(ErrorCode::kInvalidInput,
                      "either the number of one prospect, or --filter, --text or "
                      "--without-email for a list, not both");
  }
  if (options.id.find_first_not_of("0123456789") == std::string::npos) return std::nullopt;
  const std::string asked = harmless(options.id);
  return make_error(ErrorCode::kInvalidInput,
                    "'" + asked +
                        "' is not the number of a prospect; by an email address or a CRM id: prospectd " +
                        "explain " + asked + ", by words: prospectd prospects --text " + asked);
}

ExitCode show_one(const DaemonClient& client, const CommonOptions& common, const std::string& id,
                  Console& console) {
  const auto answer = client.get("/v1/prospects/" + escape_for_url(id));
  if (!answer) return console.fail(answer.error());
  const Json prospect = flattened(member(*answer, "data"));
  if (console.json) {
    console.document(prospect);
  } else {
    say_one(console, prospect, config_option(common));
  }
  return ExitCode::kOk;
}

std::string list_path(const ProspectsOptions& options) {
  std::string query;
  const auto add = [&query](const std::string& parameter) {
    query += (query.empty() ? "?" : "&") + parameter;
  };
  if (!options.filter.empty()) add("filter%5Bq%5D=" + escape_for_url(options.filter));
  if (!options.text.empty()) add("filter%5Btext%5D=" + escape_for_url(options.text));
  if (options.without_email) add("filter%5BwithoutKey%5D=true");
  return "/v1/prospects" + query;
}

}  // namespace

ExitCode verb_prospects(const CommonOptions& common, const ProspectsOptions& options, Console& console) {
  if (const auto misuse = misuse_of(options)) return console.fail(*misuse, ExitCode::kUsage);
  const DaemonAccess daemon = reach_daemon(common, console);
  if (!daemon.client) return daemon.code;
  if (!options.id.empty()) return show_one(*daemon.client, common, options.id, console);
  bool more = false;
  const auto rows = read_list(*daemon.client, list_path(options), options.limit, more);
  if (!rows) return console.fail(rows.error());
  if (console.json) {
    console.document(Json(*rows));
  } else {
    say_list(console, *rows, more);
  }
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
