// The YAML tree: positions, and the attacks that the library alone would let pass.
#include "config/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prospectd::config::yaml {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text) {
  const Document document = parse(text);
  if (document.root != nullptr || document.problems.empty()) return "read";
  return document.problems.front().message;
}

TEST(Yaml, KeepsKeysPlacesAndQuotes) {
  const Document document = parse("a: 1\nb:\n  - x\n  - 'y'\n  - {k: }\n");
  ASSERT_TRUE(document.root);
  EXPECT_TRUE(document.problems.empty());
  const Child* b = document.root->find("b");
  ASSERT_TRUE(b);
  EXPECT_EQ(b->mark, (Mark{2, 1}));
  ASSERT_EQ(b->value->children.size(), 3u);
  EXPECT_EQ(b->value->children[1].mark, (Mark{4, 5}));
  EXPECT_TRUE(b->value->children[1].value->quoted);
  EXPECT_FALSE(b->value->children[0].value->quoted);
  EXPECT_EQ(b->value->children[2].value->find("k")->value->kind, Kind::kNull);
  EXPECT_EQ(document.root->find("c"), nullptr);
}

TEST(Yaml, AnAliasStandsForItsValueAtItsOwnPlace) {
  const Document document = parse("a: &x [1, 2]\nb: *x\n");
  ASSERT_TRUE(document.root);
  EXPECT_EQ(document.root->find("b")->value, document.root->find("a")->value);
  EXPECT_EQ(document.root->find("b")->mark, (Mark{2, 1}));
}

TEST(Yaml, AnAliasBombIsRefused) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j)
      text += ", " + before;
    text += "]\n";
  }
  EXPECT_EQ(refusal(text), "more than 100,000 values, aliases included");
}

TEST(Yaml, ALongListIsRefused) {
  std::string text = "a: [";
  for (size_t i = 0; i < kValuesMax; ++i)
    text += "1,";
  EXPECT_EQ(refusal(text + "1]\n"), "more than 100,000 values, aliases included");
}

TEST(Yaml, AnAliasInsideItsOwnValueIsRefused) {
  EXPECT_EQ(refusal("a: &x [*x]\n"), "an alias inside the value that it stands for");
}

TEST(Yaml, DeepNestingIsRefused) {
  constexpr size_t kLevels = 200'000;
  const std::string too_deep = "nested deeper than 32 levels";
  const auto times = [](std::string_view piece) {
    std::string text;
    for (size_t i = 0; i < kLevels; ++i)
      text += piece;
    return text;
  };
  EXPECT_EQ(refusal(times("[") + times("]")), too_deep);
  EXPECT_EQ(refusal("a: " + times("{a: ") + "b" + times("}")), too_deep);
  EXPECT_EQ(refusal(times("- ")), too_deep);
  for (const char* unclosed : {"[", "{", "{a: ", "[{"})
    EXPECT_NE(refusal(times(unclosed)), "read") << unclosed;
  std::string steps;
  for (size_t i = 0; i < 1000; ++i)
    steps += std::string(i, ' ') + "a:\n";
  EXPECT_EQ(refusal(steps), too_deep);
}

TEST(Yaml, AQuoteMustEndOnItsLine) {
  for (const char* bad : {"a: \"x", "a: \"x\nb: y\n", "a: 'x\n   y'\n", "a: &n 'it''s\nb: 1\n",
                          "a: \"x\\\"\n", "a: \"x\\\n   y\"\n", "'a: 1\n"})
    EXPECT_NE(refusal(bad), "read") << bad;
  for (const char* good :
       {"a: \"x\"", "a: 'it''s'\n", "a: &n \"x\\\"y\" # ' \"\n", "a: |\n  'x\n  y\n", "'a': \"\"\n"})
    EXPECT_EQ(refusal(good), "read") << good;
}

TEST(Yaml, DepthUpToTheCapIsRead) {
  EXPECT_TRUE(parse(std::string(kDepthMax, '[') + std::string(kDepthMax, ']')).root);
  EXPECT_FALSE(parse(std::string(kDepthMax + 1, '[') + std::string(kDepthMax + 1, ']')).root);
}

TEST(Yaml, OfTwoEqualKeysTheFirstCountsAndTheSecondIsReported) {
  const Document document = parse("a: {b: 1, b: 2}\n");
  ASSERT_TRUE(document.root);
  EXPECT_EQ(document.root->find("a")->value->find("b")->value->scalar, "1");
  ASSERT_EQ(document.problems.size(), 1u);
  EXPECT_EQ(document.problems[0].mark, (Mark{1, 11}));
  EXPECT_EQ(document.problems[0].path, "a.b");
}

TEST(Yaml, EqualKeysOfDifferentMapsAreFine) {
  EXPECT_TRUE(parse("- {a: 1}\n- {a: 1}\n").problems.empty());
}

TEST(Yaml, AnyCutOfAFileIsReadOrRefusedCleanly) {
  const std::string text =
      "version: 1\nlist:\n  - {a: \"x\\u00e9\", b: 'y'}\n  - |\n    block\n  - &n z\n  - *n\nlast: é\n";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const Document document = parse(text.substr(0, cut));
    EXPECT_TRUE(document.root != nullptr || !document.problems.empty()) << cut;
  }
}

TEST(Yaml, AnyOneByteChangedIsReadOrRefusedCleanly) {
  const std::string text = "version: 1\nlist:\n  - {a: \"x\", b: 'y'}\n  - &n z\n  - *n\n";
  for (size_t at = 0; at < text.size(); ++at) {
    for (const char c : std::string("\0\x04\t\n\xFF:{}[]&*!|>%@`\"'#-?,", 24)) {
      std::string changed = text;
      changed[at] = c;
      const Document document = parse(changed);
      EXPECT_TRUE(document.root != nullptr || !document.problems.empty()) << at;
    }
  }
}

TEST(Yaml, PathsQuoteWhatIsNoPlainWord) {
  EXPECT_EQ(path_of("", "a"), "a");
  EXPECT_EQ(path_of("a.b", 3), "a.b[3]");
  EXPECT_EQ(path_of("a", "b c"), "a.\"b c\"");
  EXPECT_THAT(path_of("a", "\x1B[31m"), HasSubstr("\\u001b"));
}

}  // namespace
}  // namespace prospectd::config::yaml
