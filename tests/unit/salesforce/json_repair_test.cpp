#include "connectors/salesforce/json_repair.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace prospectd::salesforce::test {
namespace {

TEST(JsonRepair, LeavesGoodTextAsItIs) {
  const std::string text = "{\"a\":\"ü€😀\\n\",\n\t\"b\":[1]}";
  const auto repaired = repair_json(text);
  ASSERT_TRUE(repaired);
  EXPECT_EQ(repaired->text, text);
  EXPECT_TRUE(repaired->repairs.empty());
}

TEST(JsonRepair, ReplacesIllFormedUtf8AndSaysWhere) {
  const auto repaired = repair_json("\"a\xFF\xC3z\"");
  ASSERT_TRUE(repaired);
  EXPECT_EQ(repaired->text, "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"");
  ASSERT_EQ(repaired->repairs.size(), 2u);
  EXPECT_EQ(repaired->repairs[0].offset, 2u);
  EXPECT_EQ(repaired->repairs[1].offset, 5u);
  EXPECT_EQ(repaired->repairs[0].kind, RepairKind::kNotUtf8);
}

TEST(JsonRepair, ReplacesControlCharactersInStringsOnly) {
  const auto repaired = repair_json("{\n\"a\\\"\":\"x\ny\"\t}");
  ASSERT_TRUE(repaired);
  EXPECT_EQ(repaired->text, "{\n\"a\\\"\":\"x\xEF\xBF\xBDy\"\t}");
  ASSERT_EQ(repaired->repairs.size(), 1u);
  EXPECT_EQ(repaired->repairs[0].kind, RepairKind::kControlCharacter);
}

TEST(JsonRepair, GivesUpOnWhatIsNoText) {
  EXPECT_FALSE(repair_json(std::string(kRepairsMax + 2, '\xFF')));
}

TEST(NestsDeeperThan, CountsBracketsOutsideOfStrings) {
  EXPECT_FALSE(nests_deeper_than("[[]]", 2));
  EXPECT_TRUE(nests_deeper_than("[[]]", 1));
  EXPECT_TRUE(nests_deeper_than(R"({"a":[{}]})", 2));
  EXPECT_FALSE(nests_deeper_than(R"({"a":"[[[[[[\"[[[["})", 1));
  EXPECT_FALSE(nests_deeper_than("[[],[],[],[]]", 2));
  EXPECT_FALSE(nests_deeper_than("", 0));
}

TEST(RepairAndCut, CutsBetweenCharacters) {
  EXPECT_EQ(repair_and_cut("aü", 3), "aü");
  EXPECT_EQ(repair_and_cut("aü", 2), "a");
  EXPECT_EQ(repair_and_cut("a😀b", 4), "a");
  EXPECT_EQ(repair_and_cut("", 4), "");
}

TEST(RepairAndCut, StaysWithinTheLimitWhenARepairMakesTextLonger) {
  for (size_t size = 0; size < 20; ++size) {
    const std::string cut = repair_and_cut(std::string(20, '\xFF'), size);
    EXPECT_LE(cut.size(), size);
    EXPECT_TRUE(is_valid_utf8(cut)) << size;
  }
}

}  // namespace
}  // namespace prospectd::salesforce::test
