#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

constexpr milliseconds kInStep{2'000};  // a header has whole seconds

Json json_of(const LoginReport& report) {
  Json out = {{"name", report.connection},
              {"ok", !report.failure},
              {"flow", report.flow},
              {"loginUrl", report.login_url},
              {"instanceUrl", report.instance},
              {"organizationId", report.organization_id},
              {"user", {{"id", report.user_id}, {"username", report.username}, {"name", report.user_name}}},
              {"apiVersion", report.api_version},
              {"newestApiVersion", report.newest_api_version},
              {"scopes", report.scopes},
              {"clockSkewMs", nullptr},
              {"usage", nullptr},
              {"error", nullptr}};
  if (report.skew) out["clockSkewMs"] = report.skew->count();
  if (report.calls_allowed > 0)
    out["usage"] = {{"used", report.calls_used}, {"allowed", report.calls_allowed}};
  if (report.failure)
    out["error"] = {{"code", name_of(report.failure->code)}, {"message", report.failure->text()}};
  return out;
}

std::string clock_words(const LoginReport& report) {
  const milliseconds skew = report.skew.value_or(milliseconds{0});
  const bool behind = skew.count() > 0;
  if (!report.skew) return {};
  if ((behind ? skew : -skew) <= kInStep) return "in step with the CRM's";
  return "this machine's is " + format_duration(behind ? skew : -skew) + (behind ? " behind" : " ahead of") +
         " the CRM's: set it right (NTP)";
}

std::string user_words(const LoginReport& report) {
  if (report.username.empty()) return report.user_id;
  const std::string name = report.user_name.empty() ? "" : report.user_name + ", ";
  return report.username + " (" + name + report.user_id + ")";
}

std::string api_words(const LoginReport& report) {
  if (report.newest_api_version.empty()) return {};
  return report.api_version + " (the newest is " + report.newest_api_version + ")";
}

std::string with_blanks(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

void say_detail(Console& console, std::string_view label, const std::string& text) {
  if (!text.empty()) console.line("  " + pad_to(label, 14) + harmless(text));
}

void say(Console& console, const LoginReport& report) {
  const std::string name = console.tone(Tone::kStrong, harmless(report.connection));
  if (!report.failure) {
    console.line(name + "  " + console.tone(Tone::kGood, "logged in") + " (" + report.flow + ")");
  } else {
    const char* verdict = report.instance.empty() ? "not logged in" : "logged in, but of no use";
    console.line(name + "  " + console.tone(Tone::kBad, verdict) + " (" + report.flow + " at " +
                 harmless(report.login_url) + ")");
    say_detail(console, "why", report.failure->text());
  }
  if (console.quiet) return;
  say_detail(console, "organisation",
             report.organization_id + (report.instance.empty() ? "" : " at " + report.instance));
  say_detail(console, "user", user_words(report));
  say_detail(console, "scopes", with_blanks(report.scopes));
  say_detail(console, "API", api_words(report));
  if (report.calls_allowed > 0) {
    say_detail(
        console, "CRM calls",
        group_digits(report.calls_used) + " of " + group_digits(report.calls_allowed) + " of this day's");
  }
  say_detail(console, "clock", clock_words(report));
}

}  // namespace

ExitCode verb_login(const CommonOptions& common, const LoginTestOptions& options, const Hooks& hooks,
                    Console& console) {
  std::optional<config::Config> config = load_config(common, console);
  if (!config) return ExitCode::kConfig;
  const auto reports = hooks.login(LoginVerb{*std::move(config), options.connection});
  if (!reports) return console.fail(reports.error());
  ExitCode code = ExitCode::kOk;
  Json connections = Json::array();
  for (const LoginReport& report : *reports) {
    if (report.failure && code == ExitCode::kOk) code = exit_code_of(*report.failure);
    connections.push_back(json_of(report));
    if (!console.json) say(console, report);
  }
  if (console.json) console.document({{"ok", code == ExitCode::kOk}, {"connections", connections}});
  return code;
}

}  // namespace prospectd::cli
