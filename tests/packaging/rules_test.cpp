// The alert rules: Prometheus' own tool judges and tries them, each has a case in which it fires and one in
// which it is silent, and the page for operators says what to do about it.
#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/packaging/tools.h"

namespace prospectd::packaging {
namespace {

using testing::HasSubstr;

constexpr const char* kRules = "daemon/packaging/prospectd.rules.yml";
constexpr const char* kCases = "tests/packaging/alerts_test.yml";

std::set<std::string> alerts() {
  std::set<std::string> names;
  const YAML::Node file = YAML::LoadFile(source(kRules));
  for (const auto& group : file["groups"]) {
    for (const auto& rule : group["rules"])
      names.insert(rule["alert"].as<std::string>());
  }
  return names;
}

TEST(Rules, AreProperOnes) {
  const Judged judged = run_tool(promtool() + " check rules " + source(kRules));
  EXPECT_EQ(judged.code, 0) << judged.said;
}

TEST(Rules, FireAndAreSilentWhereTheyShould) {
  const Judged judged = run_tool(promtool() + " test rules " + source(kCases));
  EXPECT_EQ(judged.code, 0) << judged.said;
}

TEST(Rules, EachHasACaseInWhichItFiresAndOneInWhichItIsSilent) {
  std::map<std::string, std::set<bool>> fires;
  const YAML::Node file = YAML::LoadFile(source(kCases));
  for (const auto& test : file["tests"]) {
    for (const auto& one : test["alert_rule_test"])
      fires[one["alertname"].as<std::string>()].insert(one["exp_alerts"].size() > 0);
  }
  const std::set<std::string> names = alerts();
  EXPECT_GE(names.size(), 10U);
  for (const std::string& name : names)
    EXPECT_THAT(fires[name], testing::ElementsAre(false, true)) << name;
}

TEST(Rules, EachSaysWhatToDoInThePageForOperatorsToo) {
  std::ifstream in(source("docs/operations.md"));
  std::stringstream page;
  page << in.rdbuf();
  for (const std::string& name : alerts())
    EXPECT_THAT(page.str(), HasSubstr("| `" + name + "` |"));
}

}  // namespace
}  // namespace prospectd::packaging
