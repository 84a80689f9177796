// The unit and the user of the service, as systemd's own tools see them.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "daemon/exit_code.h"
#include "tests/packaging/tools.h"
#include "tests/support/scratch.h"

namespace prospectd::packaging {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kUnit = "daemon/packaging/prospectd.service";

/// The values of a key, in their order.
std::vector<std::string> values_of(const std::string& key) {
  std::vector<std::string> values;
  std::ifstream unit(source(kUnit));
  for (std::string line; std::getline(unit, line);) {
    if (line.starts_with(key + "=")) values.push_back(line.substr(key.size() + 1));
  }
  return values;
}

std::string value_of(const std::string& key) {
  const auto values = values_of(key);
  EXPECT_EQ(values.size(), 1U) << key;
  return values.empty() ? "" : values.front();
}

TEST(ServiceUnit, IsExposedToNoMoreThanItNeeds) {
  const Judged judged = run_tool(
      "SYSTEMD_COLORS=0 systemd-analyze security --offline=yes --threshold=15 --no-pager " + source(kUnit));
  EXPECT_EQ(judged.code, 0) << judged.said;
  EXPECT_THAT(judged.said, HasSubstr("Overall exposure level for prospectd.service"));
}

TEST(ServiceUnit, HasNothingThatSystemdDoesNotUnderstand) {
  // The program need not be installed here: something that is stands in for it.
  const test::Scratch scratch;
  const std::string copy = scratch.file("prospectd.service");
  std::ifstream in(source(kUnit));
  std::ofstream out(copy);
  for (std::string line; std::getline(in, line);)
    out << (line.starts_with("ExecStart=") ? "ExecStart=/bin/true" : line) << "\n";
  out.close();
  const Judged judged = run_tool("systemd-analyze verify --man=no " + copy);
  EXPECT_THAT(judged.said, Not(HasSubstr("prospectd.service"))) << judged.said;
}

TEST(ServiceUnit, IsWatchedByWhatTheDaemonItselfSays) {
  EXPECT_EQ(value_of("Type"), "notify");
  EXPECT_EQ(value_of("NotifyAccess"), "main");
  EXPECT_EQ(value_of("WatchdogSec"), "30s");
  EXPECT_EQ(value_of("ExecReload"), "/bin/kill -HUP $MAINPID");
}

TEST(ServiceUnit, IsNotStartedAgainWhereAPersonHasToAct) {
  std::ostringstream codes;
  codes << static_cast<int>(ExitCode::kStateDamaged) << ' ' << static_cast<int>(ExitCode::kConfig) << ' '
        << static_cast<int>(ExitCode::kLockHeld);
  EXPECT_EQ(value_of("RestartPreventExitStatus"), codes.str());
}

TEST(ServiceUnit, TakesSecretsAsCredentialsAndNeverFromTheEnvironment) {
  EXPECT_EQ(values_of("LoadCredential").size(), 1U);
  EXPECT_TRUE(values_of("Environment").empty());
  EXPECT_TRUE(values_of("EnvironmentFile").empty());
}

TEST(ServiceUser, IsMadeWithTheNameAndTheHomeThatTheUnitHas) {
  const test::Scratch root;
  std::filesystem::create_directory(root.file("etc"));
  const Judged judged = run_tool("cat " + source("daemon/packaging/prospectd.sysusers") +
                                 " | systemd-sysusers --dry-run --root=" + root.path().string() + " -");
  EXPECT_EQ(judged.code, 0) << judged.said;
  EXPECT_THAT(judged.said, HasSubstr("Creating user 'prospectd'"));
  EXPECT_EQ(value_of("User"), "prospectd");
  EXPECT_EQ(value_of("StateDirectory"), "prospectd");
}

}  // namespace
}  // namespace prospectd::packaging
