// Each connection's CRM: reached, logged in, and what it allows this user. What one login tells serves all.
#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "daemon/cli/doctor.h"
#include "daemon/cli/online_check.h"
#include "daemon/cli/words.h"

namespace prospectd::cli::doctor {
namespace {

constexpr milliseconds kLoginWithin{45'000};  // its requests have deadlines of their own, and end it before
constexpr milliseconds kDescribeWithin{60'000};  // a call for each object
constexpr milliseconds kClockTolerated{30'000};
constexpr milliseconds kClockBad{300'000};  // a signed login is valid for three minutes
constexpr int64_t kUsedMuch = 80;           // percent
constexpr int64_t kUsedUp = 95;

bool was_not_reached(const LoginReport& report) {
  if (!report.failure || !report.instance.empty()) return false;
  switch (report.failure->code) {
    case ErrorCode::kNetwork:
    case ErrorCode::kTimeout:
    case ErrorCode::kServerError:
    case ErrorCode::kBadPayload:
    case ErrorCode::kRefusedTarget:
      return true;
    default:
      return false;
  }
}

const LoginReport* login_of(const Question& q) {
  const auto found = q.facts.logins.find(q.plugin->name);
  return found == q.facts.logins.end() ? nullptr : &found->second;
}

// Logs in; the checks after it read what that told.
Outcome look_at_reach(const Question& q) {
  auto reports = q.facts.hooks.login(LoginVerb{q.config, q.plugin->name});
  if (!reports) return {failure(reports.error())};
  if (reports->empty()) return {skipped("there is no such connection")};
  LoginReport report = std::move(reports->front());
  const std::string& url = q.plugin->login_url;
  const bool encrypted = url.starts_with("https://");
  Finding finding = ok(url + (encrypted ? " answers, its certificate is good" : " answers, without TLS"));
  if (was_not_reached(report)) {
    finding =
        failure(report.failure->code, url + ": " + report.failure->text(),
                "look at login_url, the name service, a firewall or proxy between, and ca-certificates");
  }
  if (report.failure && report.failure->code == ErrorCode::kConfigInvalid && !report.skew)
    finding = skipped("no login to make: see there");
  return {finding, [report](Facts& facts) { facts.logins[report.connection] = report; }};
}

Outcome look_at_login(const Question& q) {
  const LoginReport* report = login_of(q);
  if (report == nullptr || was_not_reached(*report)) return {skipped("the CRM was not reached")};
  if (report->instance.empty() && report->failure) return {failure(*report->failure)};
  const std::string who = report->username.empty() ? report->user_id : report->username;
  return {ok((who.empty() ? std::string("logged in") : who) + " (" + report->flow + ")")};
}

// A login that succeeded; for those that build on it.
const LoginReport* session_of(const Question& q) {
  const LoginReport* report = login_of(q);
  return report == nullptr || report->instance.empty() ? nullptr : report;
}

bool is_used_up(const LoginReport& report) {
  return report.failure && report.failure->code == ErrorCode::kQuotaExhausted;
}

Outcome look_at_api(const Question& q) {
  const LoginReport* report = session_of(q);
  if (report == nullptr) return {skipped("not logged in")};
  if (is_used_up(*report)) return {skipped("no call is left to ask with")};
  if (report->failure) return {failure(*report->failure)};
  return {ok(report->api_version + " is offered (the newest is " + report->newest_api_version + ")")};
}

Outcome look_at_clock(const Question& q) {
  const LoginReport* report = login_of(q);
  if (report == nullptr || !report->skew) return {skipped("the CRM did not tell the time")};
  const milliseconds off{std::abs(report->skew->count())};
  if (off <= kClockTolerated) return {ok("in step with the CRM's")};
  const std::string evidence = "this machine's is " + format_duration(off) +
                               (report->skew->count() > 0 ? " behind" : " ahead of") + " the CRM's";
  const std::string remedy = "set it right: timedatectl set-ntp true";
  if (off > kClockBad) return {failure(ErrorCode::kConfigInvalid, evidence, remedy)};
  return {warning(evidence, remedy)};
}

Outcome look_at_allowance(const Question& q) {
  const LoginReport* report = session_of(q);
  if (report != nullptr && is_used_up(*report)) return {failure(*report->failure)};
  if (report == nullptr || report->calls_allowed <= 0) return {skipped("the CRM did not tell it")};
  const int64_t percent = report->calls_used * 100 / report->calls_allowed;
  const std::string evidence = group_digits(report->calls_used) + " of " +
                               group_digits(report->calls_allowed) + " calls used in 24 hours (" +
                               group_digits(percent) + " %)";
  const std::string remedy =
      "see in Setup, API usage, who calls; poll less often: plugins." + q.plugin->name + ".poll.interval";
  if (percent >= kUsedUp) return {failure(ErrorCode::kQuotaExhausted, evidence, remedy)};
  if (percent >= kUsedMuch) return {warning(evidence, remedy)};
  return {ok(evidence)};
}

// The describe of every object against its mapping: fields, rights, types, values.
Outcome look_at_mappings(const Question& q) {
  const LoginReport* report = session_of(q);
  if (report == nullptr || report->failure) return {skipped("not logged in")};
  config::Config alone = q.config;
  alone.plugins = {*q.plugin};
  const OnlineCheck online = check_online(alone, q.facts.hooks.describe);
  if (online.faults.empty()) return {ok("the CRM has every field, and this user may read it")};
  const auto worst = std::ranges::find(online.faults, config::Severity::kError, &config::Fault::severity);
  const bool bad = worst != online.faults.end();
  const std::string evidence =
      config::format_fault(bad ? *worst : online.faults.front()) +
      (online.faults.size() > 1 ? " (and " + std::to_string(online.faults.size() - 1) + " more)" : "");
  const std::string remedy = "prospectd check --online lists them all";
  if (!bad) return {warning(evidence, remedy)};
  return {failure(online.error ? online.error->code : ErrorCode::kConfigInvalid, evidence, remedy)};
}

}  // namespace

Group crm_checks() {
  constexpr milliseconds kQuick{5'000};
  return {"CRM",
          {{"crm_reachable", "reachable", look_at_reach, kLoginWithin, true, true},
           {"crm_login", "login", look_at_login, kQuick, true, true},
           {"crm_api", "API version", look_at_api, kQuick, true, true},
           {"crm_clock", "clock", look_at_clock, kQuick, true, true},
           {"crm_allowance", "API allowance", look_at_allowance, kQuick, true, true},
           {"crm_mapping", "mappings and rights", look_at_mappings, kDescribeWithin, true, true}}};
}

}  // namespace prospectd::cli::doctor
