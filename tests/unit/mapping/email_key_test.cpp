// SEMANTICS §1: the key of an address. The rules are rows of email_corpus.tsv; what holds for every input is
// a property.
#include "mapping/email_key.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "mapping/unicode.h"

namespace prospectd::mapping {
namespace {

struct Case {
  std::string rule;
  std::string typed;
  std::string key;  // empty: none
  int line = 0;
};

// "\uXXXX", "\UXXXXXXXX", "\xXX" and "\\" of the corpus.
std::string unescape(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char kind = text.at(++i);
    const size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits == 0) {
      out += kind;
      continue;
    }
    const auto code = static_cast<int32_t>(std::stoul(text.substr(i + 1, digits), nullptr, 16));
    if (kind == 'x') {
      out += static_cast<char>(code);
    } else {
      unicode::append(out, code);
    }
    i += digits;
  }
  return out;
}

std::vector<Case> corpus() {
  std::ifstream file(std::string(PROSPECTD_SOURCE_DIR) + "/tests/unit/mapping/email_corpus.tsv");
  std::vector<Case> cases;
  std::string line;
  for (int n = 1; std::getline(file, line); ++n) {
    if (line.empty() || line[0] == '#') continue;
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    if (second == std::string::npos) {
      ADD_FAILURE() << "line " << n << " has no three columns";
      continue;
    }
    cases.push_back({line.substr(0, first), unescape(line.substr(first + 1, second - first - 1)),
                     unescape(line.substr(second + 1)), n});
  }
  return cases;
}

TEST(EmailKey, EveryRowOfTheCorpusHasItsKey) {
  const std::vector<Case> cases = corpus();
  ASSERT_GE(cases.size(), 300u);
  for (const Case& c : cases)
    EXPECT_EQ(email_key(c.typed).value_or(""), c.key) << c.rule << ", line " << c.line;
}

TEST(EmailKey, AKeyOfTheCorpusIsItsOwnKey) {
  for (const Case& c : corpus()) {
    if (c.key.empty()) continue;
    EXPECT_EQ(email_key(c.key).value_or(""), c.key) << c.rule << ", line " << c.line;
  }
}

TEST(EmailKey, AnAddressAmidManyBlanksIsFound) {
  const std::string blanks(100'000, ' ');
  EXPECT_EQ(email_key(blanks + "Ana@acme.test" + blanks), "ana@acme.test");
}

TEST(EmailKey, AVeryLongTextHasNoKey) {
  const std::string letters(5'000'000, 'a');
  EXPECT_EQ(email_key(letters + "@acme.test"), std::nullopt);
  EXPECT_EQ(email_key("ana@" + letters), std::nullopt);
  std::string umlauts;
  for (int i = 0; i < 100'000; ++i)
    umlauts += "ü";
  EXPECT_EQ(email_key("ana@" + umlauts + ".test"), std::nullopt);
}

TEST(EmailKey, EveryCodePointInTheLocalPartGivesAStableKeyOrNone) {
  int with_key = 0;
  for (int32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    std::string typed = "a";
    unicode::append(typed, code);
    typed += "b@acme.test";
    const auto key = email_key(typed);
    if (!key) continue;
    ++with_key;
    ASSERT_EQ(email_key(*key), key) << "U+" << std::hex << code;
  }
  EXPECT_GT(with_key, 100'000);
}

TEST(EmailKey, EveryCodePointInTheDomainGivesAStableKeyOrNone) {
  int with_key = 0;
  for (int32_t code = 0; code <= 0x2FFFF; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    std::string typed = "ana@a";
    unicode::append(typed, code);
    typed += "b.test";
    const auto key = email_key(typed);
    if (!key) continue;
    ++with_key;
    ASSERT_TRUE(unicode::is_ascii(*key)) << "U+" << std::hex << code;
    ASSERT_EQ(email_key(*key), key) << "U+" << std::hex << code;
  }
  EXPECT_GT(with_key, 50'000);
}

TEST(DomainKey, IsLowerCaseAsciiWithoutATrailingDot) {
  EXPECT_EQ(domain_key("ACME.test."), "acme.test");
  EXPECT_EQ(domain_key("München.test"), "xn--mnchen-3ya.test");
  EXPECT_EQ(domain_key("localhost"), "localhost");
}

TEST(DomainKey, IsNoneForWhatIsNoDomain) {
  for (const char* text :
       {"", ".", "a b.test", "a..b", "-a.test", "a_b.test", "[192.0.2.1]", "xn--.test", "\xFF"})
    EXPECT_EQ(domain_key(text), std::nullopt) << text;
}

// Text with more of what matters to an address than chance would bring.
rc::Gen<std::string> addressish() {
  const auto piece = rc::gen::weightedOneOf<std::string>(
      {{60, rc::gen::elementOf(std::vector<std::string>{"a", "B", "z", "0", "ab", "Cd", "x1"})},
       {16, rc::gen::elementOf(std::vector<std::string>{"ü", "Ü", "ß", "ẞ", "İ", "Σ", "ς", "u\u0308", "例",
                                                        "\u212A", "\uFF21", "\u3002"})},
       {6, rc::gen::elementOf(std::vector<std::string>{".", "-", "+", "_", "xn--"})},
       {1, rc::gen::elementOf(std::vector<std::string>{
               "@", "\"", "\\", "..", " ",      "\t",     "\u00A0", "\u200B",       "\uFEFF", "\uFF20",
               ",", ";",  ":",  "<",  "\u0308", "\u037E", "א",      "\u1E9B\u0323", "\u2474", "\u2260"})},
       {1, rc::gen::map(rc::gen::arbitrary<char>(), [](char c) { return std::string(1, c); })}});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const auto& pieces) {
    std::string out;
    for (const auto& p : pieces)
      out += p;
    return out;
  });
}

rc::Gen<std::string> mostly_address() {
  return rc::gen::map(rc::gen::tuple(addressish(), addressish()),
                      [](const auto& sides) { return std::get<0>(sides) + "@" + std::get<1>(sides); });
}

RC_GTEST_PROP(EmailKeyProperty, AKeyIsItsOwnKey, ()) {
  const std::string typed = *mostly_address();
  const auto key = email_key(typed);
  RC_CLASSIFY(key.has_value());
  if (key) RC_ASSERT(email_key(*key) == key);
}

RC_GTEST_PROP(EmailKeyProperty, AKeyIsShortValidAndHasTwoSides, ()) {
  const auto key = email_key(*rc::gen::oneOf(addressish(), mostly_address()));
  if (!key) return;
  RC_ASSERT(key->size() <= kEmailKeyBytesMax);
  RC_ASSERT(is_valid_utf8(*key));
  const size_t at = key->rfind('@');
  RC_ASSERT(at != std::string::npos && at > 0 && at + 1 < key->size());
  RC_ASSERT(domain_key(key->substr(at + 1)) == key->substr(at + 1));
}

RC_GTEST_PROP(EmailKeyProperty, BlanksAroundAnAddressDoNotMatter, ()) {
  const std::string typed = *mostly_address();
  const auto blanks = rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(
      std::vector<std::string>{" ", "\t", "\u00A0", "\u2003", "\u200B", "\uFEFF", "\r\n"}));
  std::string wrapped;
  for (const auto& b : *blanks)
    wrapped += b;
  wrapped += typed;
  for (const auto& b : *blanks)
    wrapped += b;
  RC_ASSERT(email_key(wrapped) == email_key(typed));
}

RC_GTEST_PROP(EmailKeyProperty, CaseDoesNotMatter, ()) {
  const std::string typed = *rc::gen::map(mostly_address(), [](const std::string& s) {
    std::string ascii;
    for (const char c : s)
      if (c > 0) ascii += c;
    return ascii;
  });
  RC_ASSERT(email_key(unicode::upper(typed)) == email_key(unicode::lower(typed)));
}

RC_GTEST_PROP(EmailKeyProperty, AnyBytesAreMetWithoutHarm, (const std::string& bytes)) {
  const auto key = email_key(bytes);
  if (key) RC_ASSERT(email_key(*key) == key);
}

}  // namespace
}  // namespace prospectd::mapping
