// Hostile text in the CRM's fields and answers (FAULTS F62): whoever can write into the CRM can't draw on a
// terminal here, nor add a line to a log. There is no CSV and no HTML among the outputs; where text is read
// by a program it stays as it was written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "base/harmless.h"
#include "base/text.h"
#include "daemon/cli/json.h"
#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

// A forged line of the log; clears the screen, sets the clipboard, rings; CSI in one character; turns the
// reading direction around; a formula, and an element with a script.
const std::string kHostile =
    "\x1b[2J\n{\"level\":\"error\",\"event\":\"forged\"}\r\n\x1b]52;c;ZXZpbA==\x07\u009b31m\u202egnp."
    "exe\u2066"
    "\u2028=cmd()<img src=x onerror=alert(1)>";
const std::string kShortHostile = "\x1b[31mEve\x07\u009b\u202e\n{\"level\":1}";  // where little has room

std::string set(const std::string& field, const std::string& text) {
  return field + ":=" + json_quote(text);
}

/// What in a text a terminal would act upon, but for the ends of lines.
std::string treacherous_in(std::string_view text) {
  std::string found;
  while (!text.empty()) {
    const Character c = first_character(text);
    if (c.code != '\n' && is_treacherous(c.code)) found += json_quote(text.substr(0, c.bytes));
    text.remove_prefix(c.bytes);
  }
  return found;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    lines.push_back(text.substr(at, end - at));
  return lines;
}

class HostileText : public testing::Test {
 protected:
  void start() {
    follower_.start();
    follower_.await_first_cycle();
  }

  /// Hostile text in every field of a person that has room for it, in its owner's and its account's name.
  void write_into_the_crm() const {
    const std::string account = crm_.change({"create", "Account", set("Name", kHostile)}).at("id");
    const std::string owner = crm_.change({"create", "User", set("LastName", kShortHostile),
                                           "Username=eve@acme.test", "Email=eve@acme.test"})
                                  .at("id");
    crm_.change({"edit", crm_.example_contact(), set("LastName", kShortHostile),
                 set("FirstName", kShortHostile), set("Title", kHostile), set("MailingStreet", kHostile),
                 "Email=eve@evil.test", "AccountId=" + account, "OwnerId=" + owner});
    crm_.change(
        {"create", "Lead", set("LastName", kShortHostile), set("Company", kHostile), "Email=eve@evil.test"});
  }

  /// Runs a verb, as a table for people and as JSON for programs.
  Json expect_harmless(const Words& words, int code = 0) const {
    const Ended shown = follower_.ask(words);
    EXPECT_EQ(shown.code, code) << words.front() << ": " << shown.err;
    Words as_json = words;
    as_json.emplace_back("--json");
    const Ended told = follower_.ask(as_json);
    for (const std::string& text : {shown.out, shown.err, told.out, told.err})
      EXPECT_EQ(treacherous_in(text), "") << words.front() << ": " << text;
    for (const std::string& line : lines_of(shown.out + shown.err))
      EXPECT_FALSE(line.starts_with("{\"level\"")) << words.front() << ": " << line;
    auto document = cli::parse_json(told.out);
    EXPECT_TRUE(document) << words.front() << ": " << told.out;
    return document ? cli::member(*document, "data") : Json();
  }

  /// The CRM refuses every login, in words that are hostile: the description first, then the error's name.
  /// None of them is passed on.
  void refuse_logins() const {
    crm_.change({"expire-tokens"});
    for (const std::string& words : {"invalid_grant: " + kHostile, kHostile}) {
      crm_.change({"knobs", set("refuse_logins", words)});
      const Ended sync = follower_.ask({"sync"});
      EXPECT_NE(sync.code, 0);
      EXPECT_EQ(treacherous_in(sync.err), "");
      EXPECT_THAT(sync.err, AllOf(HasSubstr("the CRM refuses the login"), Not(HasSubstr("forged"))));
    }
  }

  const SandboxCrm crm_{{"--people", "50"}};
  Follower follower_{crm_};
};

TEST_F(HostileText, F62_FieldsOfRecordsNeverActOnTheTerminalAndReachProgramsAsTheyAre) {
  start();
  write_into_the_crm();
  expect_harmless({"sync", "--dry-run"});
  expect_harmless({"sync"});
  const Json found = expect_harmless({"prospects", "--text", "eve@evil.test"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("title"), kHostile);
  EXPECT_EQ(found[0].at("lastName"), kShortHostile);
  EXPECT_EQ(found[0].at("account").at("name"), kHostile);
  EXPECT_EQ(found[0].at("owner").at("name"), kShortHostile);
  EXPECT_EQ(lines_of(follower_.ask({"prospects", "--text", "eve@evil.test"}).out).size(), 2U)
      << "a row is one line, below the title";
  expect_harmless({"prospects", cli::text_at(found[0], "id")});
  expect_harmless({"explain", crm_.example_contact()});
  std::string duplicate;
  for (const Json& row : expect_harmless({"duplicates"})) {
    if (row.at("emailKey") == "eve@evil.test") duplicate = row.at("id");
  }
  ASSERT_NE(duplicate, "");
  expect_harmless({"explain", "duplicate", duplicate});
  for (const Words& verb : {Words{"status"}, Words{"dead-letters"}, Words{"doctor"}})
    expect_harmless(verb);
  EXPECT_EQ(follower_.stop(SIGTERM), 0) << follower_.daemon().err();
  EXPECT_EQ(treacherous_in(follower_.daemon().err()), "");
}

TEST_F(HostileText, F62_AnAnswerOfTheCrmNeverAddsALineToAJsonLog) {
  start();
  refuse_logins();
  const Json status = expect_harmless({"status"});
  EXPECT_THAT(cli::text_at(status.at("connections")[0].at("lastError"), "message"),
              HasSubstr("the CRM refuses the login"));
  EXPECT_EQ(follower_.stop(SIGTERM), 0);
  const std::string log = follower_.daemon().err();
  EXPECT_THAT(log, AllOf(HasSubstr("the CRM refuses the login"), Not(HasSubstr("forged"))));
  EXPECT_EQ(treacherous_in(log), "");
  for (const std::string& line : lines_of(log)) {
    const auto event = cli::parse_json(line);
    ASSERT_TRUE(event) << line;
    EXPECT_TRUE(event->contains("ts")) << line;
  }
}

TEST_F(HostileText, F62_AnAnswerOfTheCrmNeverActsOnTheTerminalOfALog) {
  write_file(follower_.config(), read_file(follower_.config()) + "log:\n  format: terminal\n");
  start();
  refuse_logins();
  EXPECT_EQ(follower_.stop(SIGTERM), 0);
  const std::string log = follower_.daemon().err();
  EXPECT_THAT(log, AllOf(HasSubstr("the CRM refuses the login"), Not(HasSubstr("forged"))));
  EXPECT_EQ(treacherous_in(log), "");
}

}  // namespace
}  // namespace prospectd::e2e
