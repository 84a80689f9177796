// From words to a verb: help, mistakes, and what each verb takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/command_line.h"
#include "daemon/cli/help_text.h"
#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CommandLine, AloneItShowsWhatThereIs) {
  const Ran ran = run({});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  for (const char* verb : {"demo", "check", "login", "run", "status", "sync", "prospects", "duplicates",
                           "dead-letters", "explain", "sandbox", "version"})
    EXPECT_THAT(ran.out, HasSubstr(std::string("\n  ") + verb + " "));
  EXPECT_EQ(ran.out, run({"help"}).out);
  EXPECT_EQ(ran.out, run({"--help"}).out);
}

TEST(CommandLine, EveryVerbHasHelpWithExamplesEitherWay) {
  for (const VerbText& text : verb_texts()) {
    std::vector<std::string> words;
    const std::string name(text.name);
    const size_t blank = name.find(' ');
    words.push_back(name.substr(0, blank));
    if (blank != std::string::npos) words.push_back(name.substr(blank + 1));
    std::vector<std::string> asked = {"help"};
    asked.insert(asked.end(), words.begin(), words.end());
    const Ran by_word = run(asked);
    words.push_back("--help");
    const Ran by_option = run(words);
    EXPECT_EQ(by_word.code, ExitCode::kOk) << name;
    EXPECT_EQ(by_word.out, by_option.out) << name;
    EXPECT_THAT(by_word.out, HasSubstr("prospectd " + name));
    EXPECT_THAT(by_word.out, HasSubstr("Examples:")) << name;
    EXPECT_THAT(by_word.out, HasSubstr(std::string(text.about)));
  }
}

TEST(CommandLine, AnUnknownVerbIsUsageWithWhatWasMeant) {
  const Ran ran = run({"stauts"});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_EQ(ran.err, "prospectd: there is no verb \"stauts\" (did you mean status?)\nSee: prospectd help\n");
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(run({"sandbox", "edti"}).err, HasSubstr("(did you mean edit?)"));
  EXPECT_THAT(run({"help", "snyc"}).err, HasSubstr("(did you mean sync?)"));
}

TEST(CommandLine, AMistakeOfUsageIsADocumentToo) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"stauts", "--json"},
                                                {"status", "--nope", "--json"},
                                                {"explain", "--json"}}) {
    const Ran ran = run(words);
    EXPECT_EQ(ran.code, ExitCode::kUsage);
    const auto document = parse_json(ran.out);
    ASSERT_TRUE(document) << words.front() << ": " << ran.out;
    EXPECT_EQ(text_at(member(*document, "errors").at(0), "code"), "invalid_input");
    EXPECT_NE(text_at(member(*document, "errors").at(0), "detail"), "");
  }
}

TEST(CommandLine, AnUnknownOptionIsUsageWithWhatWasMeant) {
  const Ran ran = run({"sync", "--dry-rum"});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_EQ(ran.err,
            "prospectd: unknown option --dry-rum (did you mean --dry-run?)\nSee: prospectd help sync\n");
  EXPECT_THAT(run({"status", "--jsno"}).err, HasSubstr("(did you mean --json?)"));
  EXPECT_EQ(run({"--frobnicate", "status"}).code, ExitCode::kUsage);
}

TEST(CommandLine, AWordTooManyAndAMissingOneAreUsage) {
  EXPECT_EQ(run({"status", "now"}).code, ExitCode::kUsage);
  EXPECT_EQ(run({"explain"}).code, ExitCode::kUsage);
  EXPECT_EQ(run({"sync", "--rows"}).code, ExitCode::kUsage);
  EXPECT_EQ(run({"sync", "--rows", "many"}).code, ExitCode::kUsage);
  EXPECT_EQ(run({"prospects", "--limit", "0"}).code, ExitCode::kUsage);
}

TEST(CommandLine, WhatAStrangerTypedIsHarmless) {
  EXPECT_EQ(run({"\x1b[2J"}).err.find('\x1b'), std::string::npos);
}

TEST(CommandLine, ASubjectMayBeSeveralWordsAndNamesOfVerbs) {
  const Parsed parsed = parse_command_line({"explain", "prospect", "42"});
  EXPECT_EQ(std::get<ExplainOptions>(parsed.invocation->verb).subject, "prospect 42");
  const Parsed odd = parse_command_line({"explain", "status"});
  EXPECT_EQ(std::get<ExplainOptions>(odd.invocation->verb).subject, "status");
}

TEST(CommandLine, CommonOptionsStandAnywhere) {
  for (const auto& words :
       {std::vector<std::string>{"--json", "-c", "x.yaml", "status"}, {"status", "--json", "-c", "x.yaml"}}) {
    const Parsed parsed = parse_command_line(words);
    ASSERT_TRUE(parsed.invocation);
    EXPECT_TRUE(parsed.invocation->common.json);
    EXPECT_EQ(parsed.invocation->common.config, "x.yaml");
  }
}

TEST(CommandLine, TheDemoGetsItsOptionsAndTheProgramAsTyped) {
  const Ran ran = run({"demo", "--once", "--people", "500", "--seed", "9", "--dir", "d", "--json", "-q"});
  EXPECT_THAT(ran.hooks, ElementsAre("demo"));
  EXPECT_TRUE(ran.demo.once);
  EXPECT_TRUE(ran.demo.json);
  EXPECT_TRUE(ran.demo.quiet);
  EXPECT_EQ(ran.demo.people, 500);
  EXPECT_EQ(ran.demo.seed, 9u);
  EXPECT_EQ(ran.demo.directory, "d");
  EXPECT_EQ(ran.demo.program, "/opt/prospectd");
}

TEST(CommandLine, TheSandboxGetsItsOptions) {
  const Ran ran =
      run({"sandbox", "--port", "0", "--load", "export", "--dir", "box", "--client-id", "me", "--secret-file",
           "s", "--token-file", "t", "--schema", "own.json", "--faults", "bad.json"});
  EXPECT_THAT(ran.hooks, ElementsAre("sandbox"));
  EXPECT_EQ(ran.sandbox.schema_file, "own.json");
  EXPECT_EQ(ran.sandbox.faults_file, "bad.json");
  EXPECT_EQ(ran.sandbox.port, 0);
  EXPECT_EQ(ran.sandbox.load, "export");
  EXPECT_EQ(ran.sandbox.directory, "box");
  EXPECT_EQ(ran.sandbox.client_id, "me");
  EXPECT_EQ(ran.sandbox.secret_file, "s");
  EXPECT_EQ(ran.sandbox.admin_token_file, "t");
  EXPECT_EQ(run({"sandbox", "--port", "99999"}).code, ExitCode::kUsage);
  EXPECT_TRUE(ran.sandbox.fills);
  const Ran kept = run({"sandbox", "--db", "org.db", "--reset"});
  EXPECT_EQ(kept.sandbox.db, "org.db");
  EXPECT_TRUE(kept.sandbox.reset);
  EXPECT_FALSE(kept.sandbox.fills);
  EXPECT_EQ(run({"sandbox", "--reset"}).code, ExitCode::kUsage) << "of which file?";
}

TEST(CommandLine, PeopleAreEitherGeneratedOrLoaded) {
  for (const char* verb : {"sandbox", "demo"}) {
    const Ran both = run({verb, "--people", "500", "--load", "export"});
    EXPECT_EQ(both.code, ExitCode::kUsage) << verb;
    EXPECT_TRUE(both.hooks.empty());
    EXPECT_THAT(both.err, testing::HasSubstr("excludes"));
  }
}

TEST(CommandLine, RunLoadsTheConfigurationFirst) {
  const Configured setup;
  const Ran ran = setup.ask({"run", "--once", "--quiet"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  EXPECT_THAT(ran.hooks, ElementsAre("run"));
  EXPECT_TRUE(ran.run.once);
  EXPECT_TRUE(ran.run.quiet);
  EXPECT_EQ(ran.run.config.plugins.size(), 1u);
  const Ran missing = run({"run", "-c", setup.folder.file("nothing.yaml")});
  EXPECT_EQ(missing.code, ExitCode::kConfig);
  EXPECT_TRUE(missing.hooks.empty());
}

TEST(CommandLine, TheVersionIsThereInWordsAndAsJson) {
  EXPECT_THAT(run({"version"}).out, testing::StartsWith("prospectd "));
  EXPECT_EQ(run({"--version"}).out, run({"version"}).out);
  EXPECT_THAT(run({"version", "--json"}).out, testing::StartsWith("{\n  \"data\": {\n    \"version\": \""));
}

}  // namespace
}  // namespace prospectd::cli
