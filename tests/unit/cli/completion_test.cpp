// The command table, and what is made from it: bash's completion is run by bash, the manual page is judged by
// mandoc, those of zsh and fish have every verb and option.
#include "daemon/cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "daemon/cli/command_line.h"
#include "daemon/cli/help_text.h"
#include "daemon/cli/man_page.h"
#include "daemon/cli/words.h"
#include "tests/support/scratch.h"
#include "tests/unit/cli/harness.h"
#include "tests/unit/cli/shell.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

const CommandRow& row_of(const std::vector<CommandRow>& table, const std::string& name) {
  return *std::ranges::find(table, name, &CommandRow::name);
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

TEST(CommandTable, HasWhatTheParserTakes) {
  const auto table = command_table();
  EXPECT_EQ(table.size(), verb_texts().size() + 1);
  const CommandRow& late = row_of(table, "sandbox late");
  ASSERT_EQ(late.options.size(), 2U);
  EXPECT_THAT(late.options[0].names, ElementsAre("--stamped-before"));
  EXPECT_EQ(late.options[0].value, "DURATION");
  EXPECT_THAT(row_of(table, "completion").arguments.at(0).choices, ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(row_of(table, "settings").verbs, ElementsAre("list", "get", "set", "reset"));
  EXPECT_FALSE(row_of(table, "run").options.at(0).takes_value());
}

// Every verb of the parser is in the help, and the other way round.
TEST(CommandTable, NoVerbIsForgotten) {
  for (const CommandRow& row : command_table()) {
    EXPECT_NE(row.about, "") << row.name;
    for (const std::string& verb : row.verbs) {
      const std::string whole = row.name.empty() ? verb : row.name + " " + verb;
      EXPECT_FALSE(verb_text(whole).about.empty()) << whole;
    }
    for (const OptionRow& option : row.options)
      EXPECT_NE(option.about, "") << row.name << " " << option.names.front();
  }
}

TEST(CommandTable, OptionsThatEveryVerbTakesAreTaken) {
  const auto table = command_table();
  for (const OptionRow& option : table.front().options) {
    for (const std::string& name : option.names) {
      std::vector<std::string> words = {"version", name};
      if (option.takes_value()) words.push_back("x");
      EXPECT_EQ(parse_command_line(words).code, ExitCode::kOk) << name;
    }
  }
}

class Bash : public testing::Test {
 protected:
  Bash() { std::ofstream(folder_.file("bash")) << run({"completion", "bash"}).out; }

  // What bash offers for the last of the words.
  std::vector<std::string> offers(const std::vector<std::string>& words) {
    std::string line = "prospectd";
    for (const std::string& word : words)
      line += " " + shell_word(word);
    const std::string script = "set -eu; cd " + folder_.path().string() + "; source ./bash; COMP_WORDS=(" +
                               line + "); COMP_CWORD=" + std::to_string(words.size()) +
                               "; _prospectd; printf '%s\\n' \"${COMPREPLY[@]}\"";
    const ShellEnded ended = shell("bash -c " + shell_word(script));
    EXPECT_EQ(ended.code, 0) << ended.out;
    return words_of(ended.out);
  }

  test::Scratch folder_;
};

TEST_F(Bash, OffersVerbs) {
  EXPECT_THAT(offers({"sta"}), ElementsAre("status"));
  EXPECT_THAT(offers({"sandbox", "e"}), UnorderedElementsAre("edit", "expire-tokens"));
  EXPECT_THAT(offers({"settings", ""}), UnorderedElementsAre("list", "get", "set", "reset"));
}

TEST_F(Bash, OffersTheVerbsOptionsAndThoseOfAll) {
  EXPECT_THAT(offers({"doctor", "--o"}), ElementsAre("--offline"));
  EXPECT_THAT(offers({"doctor", "--js"}), ElementsAre("--json"));
  EXPECT_THAT(offers({"status", "--o"}), IsEmpty());
}

TEST_F(Bash, OffersChoicesFilesAndFolders) {
  EXPECT_THAT(offers({"completion", ""}), UnorderedElementsAre("bash", "zsh", "fish"));
  std::ofstream(folder_.file("one.yaml")) << "x";
  std::filesystem::create_directory(folder_.file("one.d"));
  EXPECT_THAT(offers({"-c", "one"}), UnorderedElementsAre("one.yaml", "one.d"));
  EXPECT_THAT(offers({"demo", "--dir", "one"}), ElementsAre("one.d"));
  EXPECT_THAT(offers({"demo", "--people", ""}), IsEmpty());
}

TEST_F(Bash, AnOptionsValueIsNoVerb) {
  EXPECT_THAT(offers({"-c", "sandbox", "doctor", "--o"}), ElementsAre("--offline"));
  EXPECT_THAT(offers({"--json", "sandbox", "--people", "5", "ed"}), ElementsAre("edit"));
}

// Structure alone: these shells are large to install for a test.
TEST(Completion, ThoseOfZshAndFishHaveEveryVerbAndOption) {
  const std::string zsh = run({"completion", "zsh"}).out;
  const std::string fish = run({"completion", "fish"}).out;
  EXPECT_TRUE(zsh.starts_with("#compdef prospectd\n"));
  for (const CommandRow& row : command_table()) {
    for (const std::string& verb : row.verbs) {
      EXPECT_THAT(zsh, HasSubstr("'" + verb + ":"));
      EXPECT_THAT(fish, HasSubstr(" -n \"__prospectd_at '" + row.name + "'\" -a " + verb + " -d '"));
    }
    for (const OptionRow& option : row.options) {
      EXPECT_THAT(zsh, HasSubstr(option.names.back()));
      EXPECT_THAT(fish, HasSubstr(" -l " + option.names.back().substr(2)));
    }
  }
}

TEST(Completion, AnotherShellIsUsage) {
  EXPECT_EQ(run({"completion", "tcsh"}).code, ExitCode::kUsage);
  EXPECT_EQ(run({"completion"}).code, ExitCode::kUsage);
}

TEST(ManPage, IsWellFormedAndSaysEverything) {
  const test::Scratch folder;
  const std::string page = run({"man"}).out;
  std::ofstream(folder.file("prospectd.1")) << page;
  for (const char c : page)
    ASSERT_TRUE(c == '\n' || (c >= ' ' && c < 0x7F)) << "ASCII alone";
  // It carries no date, so that the same version makes the same page.
  const ShellEnded lint =
      shell("mandoc -T lint -W warning " + folder.file("prospectd.1") + " | grep -v 'missing date'");
  EXPECT_EQ(lint.out, "");
  const std::string text =
      shell("mandoc -T ascii " + folder.file("prospectd.1") + " | sed 's/.\\x08//g'").out;
  for (const CommandRow& row : command_table()) {
    EXPECT_THAT(text, HasSubstr(row.name)) << row.name;
    for (const OptionRow& option : row.options)
      EXPECT_THAT(text, HasSubstr(option.names.back())) << row.name;
  }
  EXPECT_THAT(text, HasSubstr("NO_COLOR"));
  for (const ExitText& exit : exit_texts())
    EXPECT_THAT(text, HasSubstr(std::to_string(static_cast<int>(exit.code))));
}

TEST(ManPage, NoTextBecomesARequest) {
  EXPECT_EQ(roff_text(".TH"), "\\&.TH");
  EXPECT_EQ(roff_text("a\\b"), "a\\eb");
  EXPECT_EQ(roff_text("'quoted' --x \xE2\x86\x92"), "\\(aqquoted\\(aq \\-\\-x \\[u2192]");
}

// Two lists of exit codes that people read; they say the same.
TEST(ExitCodes, TheReadmeListsThemAll) {
  std::ifstream in(PROSPECTD_SOURCE_DIR "/README.md");
  std::string readme(std::istreambuf_iterator<char>(in), {});
  std::ranges::replace(readme, '\n', ' ');
  for (const ExitText& exit : exit_texts()) {
    const std::string text = std::to_string(static_cast<int>(exit.code)) + " " + std::string(exit.about);
    EXPECT_THAT(readme, HasSubstr(" " + text)) << "exit code";
  }
}

}  // namespace
}  // namespace prospectd::cli
