// The log: one well-formed line an event, whatever the values hold.
#include "base/log.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <thread>
#include <vector>

namespace prospectd::log {
namespace {

using nlohmann::json;

// What `action` writes to standard error: the descriptor points into a file meanwhile.
std::string stderr_of(const std::function<void()>& action) {
  std::FILE* file = std::tmpfile();
  EXPECT_NE(file, nullptr);
  std::fflush(stderr);
  const int kept = ::dup(STDERR_FILENO);
  ::dup2(::fileno(file), STDERR_FILENO);
  action();
  std::fflush(stderr);
  ::dup2(kept, STDERR_FILENO);
  ::close(kept);
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file))
    text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  size_t at = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  EXPECT_EQ(at, text.size()) << "the last line is ended";
  return lines;
}

// The one JSON line that `action` logs.
json event_of(const std::function<void()>& action) {
  configure(Format::kJson, Level::kDebug);
  const auto lines = lines_of(stderr_of(action));
  EXPECT_EQ(lines.size(), 1u);
  return lines.empty() ? json() : json::parse(lines[0], nullptr, false);
}

TEST(JsonLog, NamesTimeLevelEventMessageAndFields) {
  const json e = event_of([] {
    info("poll.page_applied", "Applied a page",
         {{"object", "Lead"}, {"records", 2'000}, {"rate", 0.5}, {"full", true}, {"big", int64_t{1} << 53}});
  });
  EXPECT_TRUE(std::regex_match(e.at("ts").get<std::string>(),
                               std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
  EXPECT_EQ(e.at("level"), "info");
  EXPECT_EQ(e.at("event"), "poll.page_applied");
  EXPECT_EQ(e.at("message"), "Applied a page");
  EXPECT_EQ(e.at("object"), "Lead");
  EXPECT_EQ(e.at("records"), 2'000);
  EXPECT_EQ(e.at("rate"), 0.5);
  EXPECT_EQ(e.at("full"), true);
  EXPECT_EQ(e.at("big"), int64_t{1} << 53);
}

TEST(JsonLog, AValueCanNotStartALineOrAField) {
  const std::string forged = "x\"}\n{\"level\":\"error\",\"event\":\"forged\"}\r\n";
  const json e = event_of([&] { warn("a.b", forged, {{"detail", forged}}); });
  ASSERT_TRUE(e.is_object());
  EXPECT_EQ(e.at("level"), "warning");
  EXPECT_EQ(e.at("event"), "a.b");
  EXPECT_EQ(e.at("detail"), forged);
}

TEST(JsonLog, BadUtf8AndNulStayInsideTheLine) {
  const std::string bytes("a\xFF\0b", 4);
  const json e = event_of([&] { info("a.b", "m", {{"v", bytes}}); });
  ASSERT_TRUE(e.is_object());
  EXPECT_TRUE(e.at("v").is_string());
}

TEST(JsonLog, WhatIsNoNumberIsNull) {
  const json e = event_of([] {
    info("a.b", "m",
         {{"nan", std::numeric_limits<double>::quiet_NaN()},
          {"inf", std::numeric_limits<double>::infinity()}});
  });
  ASSERT_TRUE(e.is_object());
  EXPECT_TRUE(e.at("nan").is_null());
  EXPECT_TRUE(e.at("inf").is_null());
}

RC_GTEST_PROP(JsonLog, AnyTextGivesOneParsableLine, (const std::string& message, const std::string& value)) {
  configure(Format::kJson, Level::kDebug);
  const std::string text = stderr_of([&] { error("a.b", message, {{"v", value}, {"w", "{}"}}); });
  RC_ASSERT(text.find('\n') == text.size() - 1);
  const json e = json::parse(text, nullptr, false);
  RC_ASSERT(e.is_object());
  RC_ASSERT(e.at("level") == "error");
}

TEST(TerminalLog, QuotesOnlyWhatIsNoPlainWord) {
  configure(Format::kTerminal, Level::kInfo);
  const std::string text = stderr_of([] {
    info("a.b", "Applied a page", {{"object", "Lead"}, {"by", "two words"}, {"none", ""}});
  });
  EXPECT_NE(text.find("Applied a page object=Lead by=\"two words\" none=\"\"\n"), std::string::npos) << text;
}

// Beside the control characters of ASCII: CSI in one character of the upper range, and what turns the reading
// direction around.
const char* const kTreacherous[] = {"\r", "\x07", "\x7F", "\x1B", "\u009b", "\u202e", "\u2066", "\u2028"};
const std::string kHostile = "\x1B[2Jgone\r\nforged\x07\x7F \u009b31m \u202e\u2066\u2028";

TEST(TerminalLog, F62_LineEndsAndEscapeSequencesNeverReachTheTerminal) {
  configure(Format::kTerminal, Level::kInfo);
  const std::string text = stderr_of([&] {
    warn("a.b", kHostile, {{"v", kHostile}, {"w", "\x1B"}, {"x", "\u009b"}});
  });
  EXPECT_EQ(lines_of(text).size(), 1u);
  for (const std::string character : kTreacherous)
    EXPECT_EQ(text.find(character), std::string::npos) << testing::PrintToString(character);
}

TEST(JsonLog, F62_WhatATerminalActsUponIsEscapedAndReadsBack) {
  configure(Format::kJson, Level::kInfo);
  const std::string text = stderr_of([&] { warn("a.b", kHostile, {{"v", kHostile}}); });
  EXPECT_EQ(lines_of(text).size(), 1u);
  for (const std::string character : kTreacherous)
    EXPECT_EQ(text.find(character), std::string::npos) << testing::PrintToString(character);
  EXPECT_EQ(json::parse(text).at("v"), kHostile);
}

TEST(Log, KeepsBackWhatIsBelowItsLevel) {
  configure(Format::kJson, Level::kWarn);
  const std::string text = stderr_of([] {
    debug("a.debug", "m");
    info("a.info", "m");
    warn("a.warn", "m");
    error("a.error", "m");
  });
  const auto lines = lines_of(text);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find("a.warn"), std::string::npos);
  EXPECT_NE(lines[1].find("a.error"), std::string::npos);
}

TEST(Log, IsSilentWhenDisabled) {
  disable();
  EXPECT_EQ(stderr_of([] { error("a.b", "m"); }), "");
}

TEST(Log, LinesOfSeveralThreadsDoNotMix) {
  constexpr int kThreads = 4, kEach = 200;
  configure(Format::kJson, Level::kDebug);
  const std::string text = stderr_of([] {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < kEach; ++i)
          info("a.b", std::string(100, 'x'), {{"thread", t}, {"i", i}});
      });
    }
    for (std::thread& thread : threads)
      thread.join();
  });
  const auto lines = lines_of(text);
  EXPECT_EQ(lines.size(), size_t{kThreads * kEach});
  for (const std::string& line : lines)
    ASSERT_TRUE(json::accept(line)) << line;
}

}  // namespace
}  // namespace prospectd::log
