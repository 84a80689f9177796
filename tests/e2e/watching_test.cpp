// The daemon as those see it who watch it: a service manager, over a notification socket of the test's own,
// and Prometheus.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <regex>

#include "base/text.h"
#include "daemon/cli/http_call.h"
#include "tests/e2e/organisation.h"
#include "tests/packaging/tools.h"

namespace prospectd::e2e {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;
using testing::Not;

/// What systemd is to a service: a datagram socket, and variables that name it for the programs started
/// meanwhile.
class FakeServiceManager {
 public:
  /// `address`: a path, or "@…" for an abstract one.
  explicit FakeServiceManager(const std::string& address) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, address.data(), address.size());
    if (address.starts_with('@')) name.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&name), size), 0) << std::strerror(errno);
    ::setenv("NOTIFY_SOCKET", address.c_str(), 1);
  }
  ~FakeServiceManager() {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
      ::unsetenv(name);
    ::close(socket_);
  }
  FakeServiceManager(const FakeServiceManager&) = delete;
  FakeServiceManager& operator=(const FakeServiceManager&) = delete;

  /// All that has been told so far.
  const std::vector<std::string>& told() {
    char bytes[4096];
    for (ssize_t n = 0; (n = ::recv(socket_, bytes, sizeof bytes, MSG_DONTWAIT)) >= 0;)
      told_.emplace_back(bytes, static_cast<size_t>(n));
    return told_;
  }
  int64_t count(const std::string& message) { return std::ranges::count(told(), message); }
  bool hears(const std::string& message, int64_t times = 1) {
    return wait_until([&] { return count(message) >= times; });
  }

 private:
  int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::vector<std::string> told_;
};

int64_t monotonic_usec() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

class Watching : public testing::Test {
 protected:
  void start() {
    follower_.start();
    follower_.await_first_cycle();
  }
  cli::HttpAnswer ask(const std::string& target) const {
    cli::HttpCall call;
    call.base = "http://" + std::string(trim_ascii(read_file(follower_.path("state/api.address"))));
    call.target = target;
    const auto answer = cli::http_call(call);
    EXPECT_TRUE(answer);
    return answer.value_or(cli::HttpAnswer{});
  }

  const SandboxCrm crm_{{"--people", "50"}};
  Follower follower_{crm_};
};

// ---- systemd ----

TEST_F(Watching, TheServiceManagerHearsOfStartReloadAndStop) {
  FakeServiceManager manager(follower_.path("notify"));
  start();
  EXPECT_TRUE(manager.hears("READY=1"));
  const int64_t before = monotonic_usec();
  follower_.daemon().signal(SIGHUP);
  EXPECT_TRUE(manager.hears("READY=1", 2));
  const auto reload = std::ranges::find_if(
      manager.told(), [](const std::string& message) { return message.starts_with("RELOADING=1\n"); });
  ASSERT_NE(reload, manager.told().end());
  EXPECT_GT(std::ranges::find(reload, manager.told().end(), "READY=1"), reload);
  const std::string usec = reload->substr(reload->find("MONOTONIC_USEC=") + std::strlen("MONOTONIC_USEC="));
  EXPECT_THAT(std::stoll(usec), AllOf(Ge(before), Le(monotonic_usec())));
  EXPECT_EQ(follower_.stop(SIGTERM), 0) << follower_.daemon().err();
  EXPECT_EQ(manager.count("STOPPING=1"), 1);
}

TEST_F(Watching, TheEngineSaysByItselfThatItIsAliveAndHowItIs) {
  FakeServiceManager manager("@prospectd-test-" + random_hex(8));
  ::setenv("WATCHDOG_USEC", "300000", 1);
  start();
  EXPECT_TRUE(manager.hears("WATCHDOG=1", 5));
  EXPECT_TRUE(manager.hears("STATUS=salesforce: idle")) << testing::PrintToString(manager.told());
}

TEST_F(Watching, AWatchdogOfAnotherProcessIsNotFed) {
  FakeServiceManager manager(follower_.path("notify"));
  ::setenv("WATCHDOG_USEC", "300000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  start();
  EXPECT_TRUE(wait_until([&] {
    return std::ranges::any_of(manager.told(), [](const auto& said) { return said.starts_with("STATUS="); });
  }));
  EXPECT_EQ(manager.count("WATCHDOG=1"), 0);
}

TEST_F(Watching, AnAddressThatNobodyCanUseIsToldAndTheDaemonRuns) {
  FakeServiceManager manager(follower_.path("notify"));
  ::setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
  start();
  EXPECT_THAT(follower_.daemon().err(), HasSubstr("service_manager.unknown"));
  EXPECT_EQ(follower_.stop(SIGTERM), 0);
}

// ---- Prometheus ----

/// Every name that a file of ours gives to a metric.
std::set<std::string> metrics_named_in(const std::string& path) {
  const std::string text = read_file(packaging::source(path));
  const std::regex name("\\b(prospectd|process)_[a-z_]+");
  std::set<std::string> names;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), name); at != std::sregex_iterator(); ++at)
    names.insert(at->str());
  return names;
}

std::set<std::string> metrics_served(const std::string& text) {
  const std::regex type("# TYPE ([a-z_]+) ([a-z]+)\n");
  std::set<std::string> names;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), type); at != std::sregex_iterator(); ++at) {
    const std::string name = (*at)[1];
    if ((*at)[2] != "histogram") {
      names.insert(name);
      continue;
    }
    for (const char* part : {"_bucket", "_sum", "_count"})
      names.insert(name + part);
  }
  return names;
}

TEST_F(Watching, EveryMetricThatAnAlertOrAPanelNamesIsServed) {
  start();
  ASSERT_EQ(follower_.ask({"verify"}).code, 0);
  const std::set<std::string> served = metrics_served(ask("/metrics").body);
  for (const std::string path :
       {"daemon/packaging/prospectd.rules.yml", "daemon/packaging/prospectd.dashboard.json"}) {
    const std::set<std::string> named = metrics_named_in(path);
    EXPECT_GE(named.size(), 12U) << path;
    for (const std::string& name : named)
      EXPECT_THAT(served, Contains(name)) << path;
  }
}

TEST_F(Watching, MetricsAreAsPrometheusLikesThemAndTellNothingOfPeople) {
  start();
  follower_.ask({"sync"});
  const std::string text = ask("/metrics").body;
  const std::string file = follower_.path("metrics");
  write_file(file, text);
  const auto judged = packaging::run_tool(packaging::promtool() + " check metrics <" + file);
  EXPECT_EQ(judged.code, 0) << judged.said;
  EXPECT_EQ(judged.said, "");
  EXPECT_THAT(text, Not(HasSubstr("@")));
  EXPECT_THAT(text, Not(HasSubstr(crm_.example_contact())));
  const auto lines = std::ranges::count(text, '\n');
  EXPECT_LE(lines, 500) << "help and types counted in";
  EXPECT_THAT(text, HasSubstr("prospectd_cycles_total{connection=\"salesforce\",result=\"complete\"} 2\n"));
}

TEST_F(Watching, F59_ARefusedReloadIsAMetric) {
  start();
  EXPECT_THAT(ask("/metrics").body, HasSubstr("\nprospectd_config_last_reload_successful 1\n"));
  follower_.rewrite("poll:", "pole:");
  follower_.daemon().signal(SIGHUP);
  EXPECT_TRUE(wait_until([&] {
    return ask("/metrics").body.find("\nprospectd_config_last_reload_successful 0\n") != std::string::npos;
  }));
}

TEST_F(Watching, ProbesSayOkToEverybody) {
  start();
  for (const char* probe : {"/livez", "/readyz"}) {
    const cli::HttpAnswer answer = ask(probe);
    EXPECT_EQ(answer.status, 200) << probe;
    EXPECT_EQ(answer.body, "ok\n");
  }
}

}  // namespace
}  // namespace prospectd::e2e
