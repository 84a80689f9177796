// Strong ids: what they tell apart.
#include "base/ids.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

namespace prospectd {
namespace {

static_assert(!std::is_convertible_v<ProspectId, UserId>, "a prospect's number is no user's");
static_assert(!std::is_convertible_v<std::string, RemoteId>, "a text is no id until somebody says so");

TEST(Ids, ZeroMeansNone) {
  EXPECT_FALSE(ProspectId{});
  EXPECT_TRUE(ProspectId{1});
}

TEST(Ids, CompareByNumber) {
  EXPECT_LT(ProspectId{1}, ProspectId{2});
  EXPECT_EQ(ProspectId{3}, ProspectId{3});
}

TEST(Ids, RemoteIdsDifferInLetterCase) {
  const std::unordered_set<RemoteId> ids = {RemoteId("003Aw00000Abcde"), RemoteId("003Aw00000aBCDE"),
                                            RemoteId("003Aw00000Abcde")};
  EXPECT_EQ(ids.size(), 2u);
  EXPECT_TRUE(RemoteId().empty());
}

}  // namespace
}  // namespace prospectd
