// The daemon: whether one runs, is of this version, and can work; or whether one could start.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/version.h"
#include "daemon/cli/advice.h"
#include "daemon/cli/daemon_client.h"
#include "daemon/cli/doctor.h"
#include "daemon/cli/json.h"
#include "daemon/cli/words.h"

namespace prospectd::cli::doctor {
namespace {

using Json = nlohmann::json;

constexpr milliseconds kAnswerWithin{5'000};
constexpr milliseconds kAskWithin{8'000};  // what the answer takes, and the call around it
constexpr const char* kNotRunning = "no daemon runs";

std::string start_it(const Question& q) {
  return "prospectd run -c " + shell_word(q.facts.path);
}

// Nobody answers: is that because nobody is there?
Finding silence(const Question& q, const Error& error) {
  if (!q.facts.owner) return warning(kNotRunning, "start it: " + start_it(q));
  return failure(error.code, *q.facts.owner + " works on the database, and does not answer: " + error.text(),
                 "wait if it is `prospectd run --once`; else look at its log, and start it again");
}

Outcome look_at_daemon(const Question& q) {
  auto client = DaemonClient::open(q.config);
  if (!client) return {silence(q, client.error())};
  client->set_timeout(kAnswerWithin);
  const auto answer = client->get("/v1/status");
  if (!answer && (answer.error().code == ErrorCode::kNetwork || answer.error().code == ErrorCode::kTimeout))
    return {silence(q, answer.error())};
  if (!answer) return {failure(answer.error())};
  Json status = member(member(*answer, "data"), "attributes");
  if (!q.facts.owner) {
    return {failure(ErrorCode::kConfigInvalid,
                    "the one that answers at " + client->url() +
                        " works on another state: " + shown_at(status, "dataset"),
                    "give each its own api.listen")};
  }
  const Timestamp now = time_at(status, "now").value_or(q.now);
  const Timestamp started = time_at(status, "startedAt").value_or(now);
  Finding finding =
      ok(*q.facts.owner + " answers at " + client->url() + ", running for " + format_duration(now - started));
  return {finding,
          [told = std::make_shared<const Json>(std::move(status))](Facts& facts) { facts.status = told; }};
}

Outcome look_at_version(const Question& q) {
  if (!q.facts.status) return {skipped(kNotRunning)};
  const std::string there = shown_at(*q.facts.status, "version");
  const std::string here(version());
  if (there == here) return {ok(there + ", like this program")};
  return {warning("the daemon is " + there + ", this program is " + here, "start the daemon again")};
}

// /readyz, with a token, is a list of checks.
Outcome look_at_readiness(const Question& q) {
  if (!q.facts.status) return {skipped(kNotRunning)};
  auto client = DaemonClient::open(q.config);
  if (!client) return {failure(client.error())};
  client->set_timeout(kAnswerWithin);
  const auto answer = client->get("/readyz");
  if (answer) return {ok("it can work (readyz)")};
  return {failure(answer.error().code, "it is not ready: " + answer.error().text(),
                  "look at the checks above, and at its log")};
}

// Whether a daemon that isn't running could listen.
Outcome look_at_port(const Question& q) {
  if (q.facts.status) return {skipped("the daemon has it")};
  const config::Api& api = q.config.api;
  if (api.port == 0) return {ok("any free port of " + api.host)};
  const bool v6 = api.host.find(':') != std::string::npos;
  const int fd = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return {failure(ErrorCode::kInternal, std::strerror(errno), "look at the machine's limits")};
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in four = {};
  four.sin_family = AF_INET;
  four.sin_port = htons(api.port);
  ::inet_pton(AF_INET, api.host == "localhost" ? "127.0.0.1" : api.host.c_str(), &four.sin_addr);
  sockaddr_in6 six = {};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(api.port);
  ::inet_pton(AF_INET6, api.host.c_str(), &six.sin6_addr);
  const bool free = v6 ? ::bind(fd, reinterpret_cast<sockaddr*>(&six), sizeof six) == 0
                       : ::bind(fd, reinterpret_cast<sockaddr*>(&four), sizeof four) == 0;
  const std::string why = free ? "" : std::strerror(errno);
  ::close(fd);
  if (free) return {ok(api.listen + " is free")};
  return {failure(ErrorCode::kConfigInvalid, api.listen + " can't be had: " + why,
                  "set another api.listen, or end the program that has it")};
}

const Json& connection_of(const Question& q) {
  static const Json none;
  if (!q.facts.status) return none;
  const Json& connections = member(*q.facts.status, "connections");
  if (!connections.is_array()) return none;
  for (const Json& connection : connections) {
    if (text_at(connection, "name") == q.plugin->name) return connection;
  }
  return none;
}

Outcome look_at_polls(const Question& q) {
  if (!q.facts.status) return {skipped(kNotRunning)};
  const Json& connection = connection_of(q);
  if (connection.is_null()) {
    return {warning("the daemon does not know this connection yet",
                    "start it again: it was added to the configuration")};
  }
  const Json& error = member(connection, "lastError");
  if (!error.is_object()) {
    const auto at = time_at(connection, "lastCycleAt");
    return {ok(at ? "the last one " + ago(time_at(*q.facts.status, "now").value_or(q.now), *at) +
                        ", without an error"
                  : "the first one is to come")};
  }
  const Error failed = error_of_json(error);
  const int64_t times = number_at(connection, "failures");
  const std::string evidence =
      failed.text() + (times > 1 ? " (" + group_digits(times) + " times in a row)" : "");
  const std::string advice(advice_on(text_at(error, "code")));
  if (text_at(connection, "state") == "needs_attention") return {failure(failed.code, evidence, advice)};
  return {warning(evidence, advice)};
}

/// What the last drift scans of a connection's objects have left.
struct DriftLeft {
  int64_t apart = 0;
  std::optional<Timestamp> oldest;
  std::string stopped;  ///< why one of them was; empty: none
};

DriftLeft drift_of(const Json& connection) {
  DriftLeft left;
  for (const Json& object : member(connection, "objects")) {
    const Json& scan = member(object, "verification");
    if (!scan.is_object()) continue;
    for (const char* kind : {"missingHere", "stale", "unexpected", "goneThere"})
      left.apart += number_at(scan, kind);
    left.apart -= number_at(scan, "repaired");
    const auto began = time_at(scan, "beganAt");
    if (began && (!left.oldest || *began < *left.oldest)) left.oldest = began;
    if (member(scan, "message").is_string())
      left.stopped = shown_at(object, "object") + ": " + shown_at(scan, "message");
  }
  return left;
}

Outcome look_at_drift(const Question& q) {
  if (!q.facts.status) return {skipped(kNotRunning)};
  const Json& connection = connection_of(q);
  const DriftLeft left = drift_of(connection);
  const milliseconds every{number_at(member(connection, "verify"), "everyMs")};
  if (!left.oldest)
    return {ok(every > milliseconds{0} ? "the first drift scan is to come" : "drift scans are off")};
  const Timestamp now = time_at(*q.facts.status, "now").value_or(q.now);
  const std::string last = "last compared with the CRM " + ago(now, *left.oldest);
  if (!left.stopped.empty()) {
    return {warning("the drift scan stopped: " + left.stopped,
                    "look at the permissions of the login's user; then: prospectd verify")};
  }
  if (left.apart > 0) {
    return {warning(counted(left.apart, "record") + (left.apart == 1 ? " is" : " are") + " apart; " + last,
                    "prospectd verify tells which; prospectd verify --repair mends them")};
  }
  if (every > milliseconds{0} && now - *left.oldest > 2 * every) {
    return {warning(last + ", and it should be every " + format_duration(every),
                    "prospectd jobs list and prospectd status say what it waits for; or: prospectd verify")};
  }
  return {ok(last + ", without drift that is left")};
}

}  // namespace

Group daemon_checks() {
  return {"daemon",
          {{"daemon", "daemon", look_at_daemon, kAskWithin},
           {"daemon_version", "its version", look_at_version},
           {"daemon_ready", "ready", look_at_readiness, kAskWithin},
           {"api_port", "API address", look_at_port},
           {"polls", "polls", look_at_polls, milliseconds{5'000}, true},
           {"drift", "drift", look_at_drift, milliseconds{5'000}, true}}};
}

}  // namespace prospectd::cli::doctor
