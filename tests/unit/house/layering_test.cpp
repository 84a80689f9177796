// Holds the tree to the tables of layering.cpp, and the tables' checks to planted violations.
#include "tests/unit/house/layering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace prospectd::house {
namespace {

TEST(Layering, TheTreeIncludesOneWayOnly) {
  EXPECT_EQ(listing(check_own_includes(project_tree())), "");
}

TEST(Layering, LibrariesStayWhereTheyBelong) {
  EXPECT_EQ(listing(check_library_includes(project_tree())), "");
}

TEST(Layering, NoModuleReadsAClockOrRollsDiceOnItsOwn) {
  EXPECT_EQ(listing(check_forbidden_words(project_tree())), "");
}

TEST(Layering, EveryModuleOfTheTableIsThere) {
  for (const std::string& module : modules()) {
    const bool there = std::any_of(project_tree().begin(), project_tree().end(), [&](const SourceFile& f) {
      return f.is_cpp() && module_of(f.path) == module;
    });
    EXPECT_TRUE(there) << module;
  }
}

TEST(Layering, TheTableHasNoCycle) {
  for (const std::string& a : modules()) {
    for (const std::string& b : may_include(a)) {
      EXPECT_TRUE(a == b || may_include(b).count(a) == 0) << a << " and " << b;
    }
  }
}

TEST(Layering, ThreeProhibitionsStandInTheTable) {
  for (const std::string core : {"mapping", "reconcile"}) {
    for (const std::string& seen : may_include(core))
      EXPECT_TRUE(seen == "base" || seen == "mapping" || seen == "reconcile") << core << " sees " << seen;
  }
  for (const std::string& module : modules()) {
    const std::set<std::string> seen = may_include(module);
    EXPECT_FALSE(module.starts_with("connectors") && seen.count("reconcile") > 0) << module;
    EXPECT_FALSE(!module.starts_with("daemon") && module != "config" && seen.count("config") > 0) << module;
  }
  EXPECT_EQ(may_include("daemon/cli").count("reconcile/store"), 0u);
}

// A tree with headers of every module, and one file more.
std::vector<SourceFile> with_planted(const std::string& path, const std::string& text) {
  std::vector<SourceFile> files;
  for (const std::string& module : modules())
    files.push_back(make_source(module.ends_with(".h") ? module : module + "/known.h", ""));
  files.push_back(make_source("tests/support/known.h", ""));
  files.push_back(make_source(path, text));
  return files;
}

struct Planted {
  std::string path;
  std::string text;
  std::string expected;  ///< part of the one violation; empty: none
};

void expect_each(const std::vector<Planted>& cases,
                 std::vector<Violation> (*check)(const std::vector<SourceFile>&)) {
  for (const Planted& c : cases) {
    const auto found = check(with_planted(c.path, c.text));
    ASSERT_EQ(found.size(), c.expected.empty() ? 0u : 1u) << c.path << ": " << c.text << "\n"
                                                          << listing(found);
    if (found.empty()) continue;
    EXPECT_EQ(found[0].path, c.path);
    EXPECT_NE(found[0].what.find(c.expected), std::string::npos) << found[0].what;
  }
}

TEST(LayeringCheck, FindsIncludesThatPointUpward) {
  expect_each(
      {
          {"base/x.cpp", R"(#include "mapping/known.h")", "base must not include"},
          {"mapping/x.h", R"(#include "reconcile/known.h")", "mapping must not include"},
          {"mapping/x.h", R"(#include "base/known.h")", ""},
          {"reconcile/x.cpp", R"(#include "reconcile/store/known.h")", "reconcile must not include"},
          {"reconcile/x.cpp", R"(  #  include "connectors/known.h")", "reconcile must not include"},
          {"reconcile/store/x.cpp", R"(#include "reconcile/known.h")", ""},
          {"reconcile/store/x.cpp", R"(#include "mapping/known.h")", ""},
          {"config/x.cpp", R"(#include "reconcile/known.h")", "config must not include"},
          {"connectors/salesforce/x.cpp", R"(#include "reconcile/known.h")", "must not include"},
          {"connectors/salesforce/x.cpp", R"(#include "config/known.h")", "must not include"},
          {"connectors/salesforce/x.cpp", R"(#include "connectors/sandbox/known.h")", "must not include"},
          {"connectors/http/x.cpp", R"(#include "mapping/known.h")", "connectors/http must not include"},
          {"connectors/salesforce_wire/x.cpp", R"(#include "connectors/http/known.h")", "must not include"},
          {"daemon/engine/x.cpp", R"(#include "connectors/salesforce/known.h")", "must not include"},
          {"daemon/engine/x.cpp", R"(#include "connectors/known.h")", ""},
          {"daemon/engine/x.cpp", R"(#include "config/known.h")", "must not include"},
          {"daemon/service/x.cpp", R"(#include "daemon/api/known.h")", "must not include"},
          {"daemon/cli/x.cpp", R"(#include "reconcile/store/known.h")", "daemon/cli must not include"},
          {"daemon/cli/x.cpp", R"(#include "daemon/service/known.h")", "daemon/cli must not include"},
          {"daemon/cli/x.cpp", R"(#include "daemon/exit_code.h")", ""},
          {"daemon/engine/x.cpp", R"(#include "daemon/exit_code.h")", "daemon/engine must not include"},
          {"daemon/wire/x.cpp", R"(#include "daemon/cli/known.h")", ""},
          {"daemon/main.cpp", R"(#include "daemon/wire/known.h")", ""},
          {"daemon/wire/x.cpp", R"(#include "tests/support/known.h")", "must not include"},
          {"tests/unit/x.cpp", R"(#include "daemon/wire/known.h")", ""},
      },
      check_own_includes);
}

TEST(LayeringCheck, WantsTheWholePathAndAKnownFolder) {
  expect_each(
      {
          {"mapping/x.cpp", R"(#include "known.h")", "is no file of the tree"},
          {"mapping/x.cpp", R"(#include "../base/known.h")", "is no file of the tree"},
          {"mapping/x.cpp", R"(#include "base/nothing.h")", "is no file of the tree"},
          {"mapping/deeper/x.cpp", R"(#include "base/known.h")", "is no module"},
          {"helpers/x.cpp", "", "is no module"},
      },
      check_own_includes);
}

TEST(LayeringCheck, ReadsOnlyWhatTheCompilerReads) {
  expect_each(
      {
          {"mapping/x.cpp", "// #include \"reconcile/known.h\"\n", ""},
          {"mapping/x.cpp", "/*\n#include \"reconcile/known.h\"\n*/\n", ""},
          {"mapping/x.cpp", "auto s = R\"x(\n#include \"reconcile/known.h\"\n)x\";\n", ""},
          {"mapping/x.cpp", "int n = 1'000; /* ' */\n#include \"reconcile/known.h\"\n", "must not include"},
          {"mapping/x.cpp", "char c = '\"';\n#include \"reconcile/known.h\"\n", "must not include"},
          {"mapping/x.cpp", "auto s = \"\\\\\";\n#include \"reconcile/known.h\"\n", "must not include"},
      },
      check_own_includes);
}

TEST(LayeringCheck, FindsLibrariesOutOfPlace) {
  expect_each(
      {
          {"base/x.cpp", "#include <boost/asio/io_context.hpp>", "base must not include"},
          {"mapping/x.cpp", "#include <boost/asio/awaitable.hpp>", "mapping must not include"},
          {"reconcile/x.cpp", "#include <sqlite3.h>", "reconcile must not include"},
          {"reconcile/x.cpp", "#include <spdlog/spdlog.h>", "reconcile must not include"},
          {"reconcile/store/x.cpp", "#include <sqlite3.h>", ""},
          {"reconcile/store/x.h", "#include <sqlite3.h>", "stays in .cpp files"},
          {"reconcile/store/x.cpp", "#include <curl/curl.h>", "reconcile/store must not include"},
          {"mapping/x.cpp", "#include <nlohmann/json.hpp>", "mapping must not include"},
          {"daemon/api/x.h", "#include <nlohmann/json.hpp>", "stays in .cpp files"},
          {"daemon/api/x.h", "#include <nlohmann/json_fwd.hpp>", ""},
          {"connectors/salesforce/x.cpp", "#include <curl/curl.h>", "must not include"},
          {"connectors/http/x.cpp", "#include <curl/curl.h>", ""},
          {"connectors/http/x.cpp", "#include <boost/beast/http.hpp>", ""},
          {"daemon/api/x.cpp", "#include <boost/beast/http.hpp>", "daemon/api must not include"},
          {"connectors/http/x.h", "#include <boost/asio/steady_timer.hpp>", "stays in .cpp files"},
          {"connectors/http/x.h", "#include <boost/asio/awaitable.hpp>", ""},
          {"connectors/http/x.cpp", "#include <cpprest/http_client.h>", "must not include"},
          {"connectors/http/x.cpp", "#include <boost/algorithm/string.hpp>", "must not include"},
          {"daemon/cli/x.cpp", "#include <gtest/gtest.h>", "tests only"},
          {"tests/unit/x.cpp", "#include <gtest/gtest.h>\n#include <sqlite3.h>", ""},
      },
      check_library_includes);
}

TEST(LayeringCheck, FindsSystemHeadersInThePureCore) {
  for (const std::string header : {"random", "thread", "fstream", "iostream", "filesystem", "sys/stat.h"}) {
    const std::string text = "#include <" + header + ">";
    expect_each(
        {
            {"mapping/x.cpp", text, "the core is pure"},
            {"reconcile/x.h", text, "the core is pure"},
            {"reconcile/store/x.cpp", text, ""},
            {"daemon/cli/x.cpp", text, ""},
        },
        check_library_includes);
  }
}

TEST(LayeringCheck, FindsClocksChanceAndWaitingOutsideTheScheduler) {
  expect_each(
      {
          {"mapping/x.cpp", "auto t = std::chrono::system_clock::now();", "time is given"},
          {"reconcile/x.cpp", "auto t = steady_clock::now();", "time is given"},
          {"reconcile/store/x.cpp", "auto t = steady_clock::now();", "time is given"},
          {"daemon/engine/x.cpp", "auto t = steady_clock::now();", "time is given"},
          {"daemon/engine/scheduler.cpp", "auto t = steady_clock::now(); boost::asio::steady_timer x;", ""},
          {"daemon/engine/x.cpp", "std::mt19937_64 dice;", "chance comes from the scheduler"},
          {"connectors/salesforce/x.cpp", "boost::asio::steady_timer t(io);", "waiting goes through"},
          {"connectors/http/x.cpp", "boost::asio::steady_timer t(io);", ""},
          {"reconcile/store/x.cpp", "co_return;", "coroutines belong to the loop"},
          {"mapping/x.cpp", "// system_clock::now\nauto s = \"system_clock::now\";", ""},
          {"mapping/x.cpp", "using Clock = std::chrono::system_clock;", ""},
          {"tests/unit/x.cpp", "auto t = steady_clock::now();", ""},
      },
      check_forbidden_words);
}

TEST(LayeringCheck, NamesTheLine) {
  const auto found =
      check_own_includes(with_planted("mapping/x.cpp", "\n\n#include \"daemon/wire/known.h\"\n"));
  EXPECT_EQ(listing(found), "mapping/x.cpp:3: mapping must not include \"daemon/wire/known.h\"\n");
}

}  // namespace
}  // namespace prospectd::house
