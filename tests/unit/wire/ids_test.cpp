// Record ids: the check characters, what they repair and what they refuse. Source: API §12.
#include "connectors/salesforce_wire/ids.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace prospectd::salesforce_wire {
namespace {

constexpr std::string_view kIdCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
// 100 tries of a property, each with so many ids: 100,000 ids.
constexpr size_t kIdsATry = 1000;

rc::Gen<std::string> short_id() {
  return rc::gen::container<std::string>(kShortIdSize, rc::gen::elementOf(std::string(kIdCharacters)));
}
rc::Gen<std::vector<std::string>> many_short_ids() {
  return rc::gen::container<std::vector<std::string>>(kIdsATry, short_id());
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}
std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

struct KnownPair {
  std::string_view given;
  std::string_view canonical;
};

TEST(Ids, FifteenCharactersGetTheirCheckCharacters) {
  const KnownPair pairs[] = {
      {"00QHs00000Led1d", "00QHs00000Led1dMAB"},  // worked by hand in the API notes
      {"00DHs0000001XyZ", "00DHs0000001XyZMAU"}, {"005Hs000001UsrA", "005Hs000001UsrAIAS"},
      {"000000000000000", "000000000000000AAA"}, {"001AAAAAAAAAAAA", "001AAAAAAAAAAAAY55"},
  };
  for (const auto& [given, canonical] : pairs) {
    EXPECT_EQ(canonical_id(given), canonical) << given;
    EXPECT_EQ(canonical_id(canonical), canonical);
  }
  EXPECT_EQ(canonical_id(kNullId), kNullId);
}

TEST(Ids, LostLetterCaseIsRepaired) {
  const std::string_view damaged[] = {"00qhs00000led1dmab", "00QHS00000LED1DMAB", "00QHs00000Led1dmab",
                                      "00Qhs00000lEd1DMAB"};
  for (const std::string_view id : damaged)
    EXPECT_EQ(canonical_id(id), "00QHs00000Led1dMAB") << id;
}

TEST(Ids, F18_WhatTheCrmSaysAgreesWithItsCheckCharactersOrIsNoId) {
  EXPECT_EQ(checked_id("00QHs00000Led1dMAB"), "00QHs00000Led1dMAB");
  EXPECT_EQ(checked_id("00QHs00000Led1d"), "00QHs00000Led1dMAB");
  for (const char* id :
       {"00QHs00000Led1DMAB", "00QHs00000Led1dMAA", "00qhs00000led1dmab", "00QHs00000Led1dMAb"})
    EXPECT_EQ(checked_id(id), std::nullopt) << id;
}

TEST(Ids, CheckCharactersThatCannotBeAreRefused) {
  const std::string_view bad[] = {
      "00QHs00000Led1dMBB",  // a capital where the second block begins with a digit
      "00QHs00000Led1dMA6",  // 6 is no check character
      "000000000000000AAB", "00QHs00000Led1dM9B", "00QHs00000Led1d5AB",
  };
  for (const std::string_view id : bad)
    EXPECT_EQ(canonical_id(id), std::nullopt) << id;
}

TEST(Ids, OtherLengthsAndCharactersAreRefused) {
  const std::string_view bad[] = {"",
                                  "0",
                                  "00QHs00000Led1",
                                  "00QHs00000Led1dM",
                                  "00QHs00000Led1dMA",
                                  "00QHs00000Led1dMABx",
                                  "00QHs00000Led1-",
                                  "00QHs00000Led1 ",
                                  "00QHs00000Led1\xc3\xa9",
                                  "00QHs00000Led1d AB",
                                  "00QHs00000Led1'",
                                  "00QHs/0000Led1d",
                                  "00QHs00000Led1dMA\n"};
  for (const std::string_view id : bad)
    EXPECT_EQ(canonical_id(id), std::nullopt) << id;
  EXPECT_EQ(canonical_id(std::string_view("00QHs00000Led1\0", 15)), std::nullopt);
}

RC_GTEST_PROP(Ids, AShortIdIsTheBeginningOfItsLongOne, ()) {
  for (const std::string& id : *many_short_ids()) {
    const auto canonical = canonical_id(id);
    RC_ASSERT(canonical.has_value());
    RC_ASSERT(canonical->substr(0, kShortIdSize) == id);
    RC_ASSERT(canonical_id(*canonical) == canonical);
  }
}

RC_GTEST_PROP(Ids, AnyWrongCaseIsRepaired, ()) {
  for (const std::string& id : *many_short_ids()) {
    const std::string canonical = *canonical_id(id);
    RC_ASSERT(canonical_id(lower(canonical)) == canonical);
    RC_ASSERT(canonical_id(upper(canonical)) == canonical);
    RC_ASSERT(canonical_id(lower(id) + canonical.substr(kShortIdSize)) == canonical);
  }
}

RC_GTEST_PROP(Ids, ACapitalAskedOfADigitIsRefused, ()) {
  for (const std::string& id : *many_short_ids()) {
    const std::string canonical = *canonical_id(id);
    for (size_t i = 0; i < kShortIdSize; ++i) {
      if (id[i] < '0' || id[i] > '9') continue;
      constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
      std::string bad = canonical;
      char& check = bad[kShortIdSize + i / 5];
      check = kAlphabet[kAlphabet.find(check) | size_t{1} << (i % 5)];
      RC_ASSERT(!canonical_id(bad));
    }
  }
}

RC_GTEST_PROP(Ids, AnyBytesAreAnsweredAndWhatIsAcceptedIsCanonical, (const std::string& bytes)) {
  const auto id = canonical_id(bytes);
  if (id) RC_ASSERT(id->size() == kLongIdSize && canonical_id(*id) == id);
}

TEST(Ids, MadeIdsCountUpInByteOrder) {
  EXPECT_EQ(make_id("00Q", 0), "00Q000000000000EAA");
  EXPECT_EQ(make_id("00Q", 61), *canonical_id("00Q00000000000z"));
  EXPECT_EQ(make_id("00Q", 62), *canonical_id("00Q000000000010"));
  EXPECT_EQ(make_id("a00", UINT64_MAX).size(), kLongIdSize);
  EXPECT_EQ(id_prefix(make_id("a00", UINT64_MAX)), "a00");
}

RC_GTEST_PROP(Ids, AGreaterNumberMakesAGreaterId, (uint64_t a, uint64_t b)) {
  RC_ASSERT((a < b) == (make_id("003", a) < make_id("003", b)));
  const std::string id = make_id("003", a);
  RC_ASSERT(canonical_id(id) == id);
  RC_ASSERT(canonical_id(lower(id)) == id);
}

TEST(Ids, PrefixesNameObjectsBothWays) {
  std::set<std::string_view> prefixes, objects;
  for (const KnownPrefix& row : known_prefixes()) {
    EXPECT_EQ(row.prefix.size(), kIdPrefixSize);
    EXPECT_TRUE(prefixes.insert(row.prefix).second) << row.prefix;
    EXPECT_TRUE(objects.insert(row.object).second) << row.object;
    EXPECT_EQ(prefix_of_object(row.object), row.prefix);
    EXPECT_EQ(object_of_prefix(make_id(row.prefix, 7)), row.object);
  }
  EXPECT_EQ(prefix_of_object("lead"), "00Q");
  EXPECT_EQ(object_of_prefix("00E"), "UserRole");
  EXPECT_EQ(object_of_prefix("00e"), "Profile");
  EXPECT_EQ(prefix_of_object("Invoice__c"), "");
  EXPECT_EQ(object_of_prefix("zzz000000000000"), "");
  EXPECT_EQ(object_of_prefix("00"), "");
  EXPECT_EQ(id_prefix("00"), "");
  EXPECT_EQ(id_prefix("00Q"), "00Q");
}

}  // namespace
}  // namespace prospectd::salesforce_wire
