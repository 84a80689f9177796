// `prospectd demo`, as a newcomer runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

/// A folder for temporary files of the demo, and what is in it.
class Temporary {
 public:
  Temporary() {
    fs::create_directory(folder.file("tmp"));
    ::setenv("TMPDIR", folder.file("tmp").c_str(), 1);
  }
  ~Temporary() { ::unsetenv("TMPDIR"); }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  bool empty() const { return fs::is_empty(folder.file("tmp")); }
  std::string path() const { return folder.path().string(); }

  test::Scratch folder;
};

/// The documents that a running demo has printed; null before.
Json document_of(const Program& demo) {
  const auto document = cli::parse_json(demo.out());
  return document ? cli::member(*document, "data") : Json();
}

bool answers(const std::string& url) {
  cli::HttpCall call;
  call.base = url;
  call.target = "/";
  return cli::http_call(call).has_value();
}

/// A demo that runs, and where its parts are.
struct Running {
  explicit Running(const std::string& folder) : demo(folder, "demo", {"demo", "--people", "400", "--json"}) {
    EXPECT_TRUE(wait_until([&] { return !document_of(demo).is_null() || !demo.running(); })) << demo.err();
    facts = document_of(demo);
    if (facts.is_null()) throw std::runtime_error("the demo did not start: " + demo.err());
  }
  std::string url(const char* part) const { return facts.at(part).at("url"); }

  Program demo;
  Json facts;
};

TEST(Demo, OnceEndsWithASummaryAndLeavesNothingBehind) {
  const Temporary tmp;
  const Ended ended = run_program(tmp.path(), {"demo", "--once", "--people", "2000"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("a sandbox CRM with 2,000 people"));
  EXPECT_THAT(ended.out, HasSubstr("read 2,000 records in"));
  EXPECT_THAT(ended.out, HasSubstr("CRM calls"));
  EXPECT_THAT(ended.out, HasSubstr("without a usable address"));
  EXPECT_THAT(ended.out, HasSubstr("A prospect with this email address already exists"));
  EXPECT_THAT(ended.out, HasSubstr("a second sync found nothing to do"));
  EXPECT_TRUE(tmp.empty());
}

TEST(Demo, OnceAsADocument) {
  const Temporary tmp;
  const Ended ended = run_program(tmp.path(), {"demo", "--once", "--people", "500", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const auto document = cli::parse_json(ended.out);
  ASSERT_TRUE(document) << ended.out;
  const Json& data = document->at("data");
  EXPECT_EQ(data.at("sandbox").at("people"), 500);
  EXPECT_EQ(data.at("firstSync").at("people").at("read"), 500);
  EXPECT_EQ(data.at("secondSync").at("people").at("created"), 0);
  EXPECT_GT(data.at("totals").at("prospects"), 0);
  EXPECT_TRUE(data.at("duplicates").is_object());
}

TEST(Demo, ItRunsUntilCtrlCAndAChangeArrivesByItself) {
  const Temporary tmp;
  Running running(tmp.path());
  const std::string config = running.facts.at("config");
  const Json word = *cli::parse_json(read_file(fs::path(config).parent_path() / "sandbox.json"));
  const std::string contact = word.at("example").at("contact");
  const Ended edit =
      run_program(tmp.path(), {"sandbox", "edit", contact, "Title=Arrived by itself", "-c", config});
  EXPECT_EQ(edit.code, 0) << edit.err;
  EXPECT_TRUE(wait_until([&] {
    const Ended found = run_program(tmp.path(), {"explain", contact, "-c", config});
    return found.out.find("Arrived by itself") != std::string::npos;
  }));
  running.demo.signal(SIGINT);
  EXPECT_EQ(running.demo.wait(), 0) << running.demo.err();
  EXPECT_TRUE(tmp.empty());
  EXPECT_FALSE(answers(running.url("sandbox")));
  EXPECT_FALSE(answers(running.url("api")));
}

TEST(Demo, AChildThatDiesEndsItAndItSaysWhich) {
  const Temporary tmp;
  Running running(tmp.path());
  const std::string folder = running.facts.at("folder");
  const Json word = *cli::parse_json(read_file(folder + "/sandbox.json"));
  ASSERT_EQ(::kill(word.at("pid").get<pid_t>(), SIGKILL), 0);
  EXPECT_EQ(running.demo.wait(), 1);
  EXPECT_THAT(running.demo.err(), HasSubstr("the sandbox has ended by itself"));
  EXPECT_FALSE(answers(running.url("api")));
  EXPECT_TRUE(tmp.empty());
}

TEST(Demo, ItsChildrenNeverOutliveIt) {
  const Temporary tmp;
  Running running(tmp.path());
  EXPECT_TRUE(answers(running.url("sandbox")));
  running.demo.signal(SIGKILL);
  EXPECT_EQ(running.demo.wait(), 128 + SIGKILL);
  EXPECT_TRUE(wait_until([&] { return !answers(running.url("sandbox")) && !answers(running.url("api")); }));
}

TEST(Demo, ANamedFolderStaysAndIsNotUsedTwice) {
  const Temporary tmp;
  const std::string folder = tmp.path() + "/named";
  EXPECT_EQ(run_program(tmp.path(), {"demo", "--once", "--people", "50", "--dir", folder}).code, 0);
  EXPECT_TRUE(fs::exists(folder + "/state/prospectd.db"));
  EXPECT_TRUE(fs::exists(folder + "/prospectd.yaml"));
  const Ended again = run_program(tmp.path(), {"demo", "--once", "--people", "50", "--dir", folder});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("holds an earlier demo"));
}

TEST(Demo, AnExportThatIsNotThereEndsItWithTheReason) {
  const Temporary tmp;
  const Ended ended = run_program(tmp.path(), {"demo", "--once", "--load", tmp.path() + "/nothing"});
  EXPECT_EQ(ended.code, 7) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("nothing"));
  EXPECT_TRUE(tmp.empty());
}

}  // namespace
}  // namespace prospectd::e2e
