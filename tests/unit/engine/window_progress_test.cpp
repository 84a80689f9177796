// How far a cursor may go while records change under the feet of the query that reads them (F01, F03, F05).
#include "daemon/engine/window_progress.h"

#include <gtest/gtest.h>

namespace prospectd::engine {
namespace {

Timestamp moment(int64_t second) {
  return Timestamp{seconds{second}};
}

// The window ends at 1,000; stamps up to 100 s old may be those of changes under way.
class WindowProgressTest : public testing::Test {
 protected:
  bool saw(const char* id, int64_t second) {
    Page page;
    page.records.emplace_back();
    page.records.back().id = RemoteId(id);
    page.records.back().version = moment(second);
    return progress_.saw(page);
  }
  bool saw_bad(const char* id, std::optional<Timestamp> version) {
    Page page;
    page.bad.push_back({RemoteId(id), version, "no text", "{}"});
    return progress_.saw(page);
  }

  WindowProgress progress_{moment(1'000), WindowProgress::unsettled_from(moment(1'000), seconds{100})};
};

TEST_F(WindowProgressTest, OldStampsAreSureAtOnce) {
  saw("a", 500);
  EXPECT_EQ(progress_.settled_so_far(), moment(500));
  saw("b", 600);
  EXPECT_EQ(progress_.settled_so_far(), moment(600));
  EXPECT_EQ(progress_.settled_at_end(), moment(600));
}

TEST_F(WindowProgressTest, F03_AStampThatAChangeUnderWayCanHaveIsSureAtTheEndOnly) {
  saw("a", 500);
  saw("b", 950);  // perhaps changed since the query began: older ones may follow
  EXPECT_EQ(progress_.settled_so_far(), moment(500));
  saw("c", 600);
  EXPECT_EQ(progress_.settled_so_far(), moment(600));
  EXPECT_EQ(progress_.settled_at_end(), moment(950));
}

TEST_F(WindowProgressTest, F01_TheCursorNeverPassesTheWindowsLastSecond) {
  saw("a", 1'300);  // changed long after the window's end, while its pages were read
  EXPECT_EQ(progress_.settled_so_far(), std::nullopt);
  EXPECT_EQ(progress_.settled_at_end(), moment(999));
}

TEST_F(WindowProgressTest, F05_BegunAnewBehindAnOldStampNothingIsSkipped) {
  saw("a", 500);
  ASSERT_EQ(progress_.place(), (WindowProgress::Place{moment(500), RemoteId("a")}));
  progress_.restarted();
  saw("b", 970);
  EXPECT_EQ(progress_.settled_at_end(), moment(970));
}

TEST_F(WindowProgressTest, F05_BegunAnewBehindAYoungStampTheCursorStaysBeforeIt) {
  saw("a", 500);
  saw("b", 950);
  progress_.restarted();
  saw("c", 990);
  EXPECT_EQ(progress_.settled_at_end(), moment(500));
}

TEST_F(WindowProgressTest, APlaceIsNeverBehindTheWindow) {
  saw("a", 500);
  saw("b", 1'300);
  EXPECT_EQ(progress_.place()->id, RemoteId("a"));
}

TEST_F(WindowProgressTest, ABadRecordIsAPlaceToo) {
  EXPECT_TRUE(saw_bad("a", moment(500)));
  EXPECT_EQ(progress_.place(), (WindowProgress::Place{moment(500), RemoteId("a")}));
  EXPECT_EQ(progress_.settled_at_end(), moment(500));
}

TEST_F(WindowProgressTest, APageThatLeadsNowhereIsKnown) {
  EXPECT_FALSE(saw_bad("", std::nullopt));
  EXPECT_TRUE(saw("a", 500));
  progress_.restarted();
  EXPECT_FALSE(saw("a", 500));
  EXPECT_TRUE(saw("b", 500));
}

TEST_F(WindowProgressTest, AnEmptyWindowMovesNothing) {
  progress_.saw(Page{});
  EXPECT_EQ(progress_.settled_at_end(), std::nullopt);
  EXPECT_EQ(progress_.place(), std::nullopt);
}

TEST_F(WindowProgressTest, APartOfAWindowIsSureUpToItsOwnEnd) {
  progress_ = WindowProgress(moment(600), WindowProgress::unsettled_from(moment(1'000), seconds{100}));
  saw("a", 599);
  EXPECT_EQ(progress_.settled_so_far(), moment(599));
  saw("b", 950);  // has left the part since its query began
  EXPECT_EQ(progress_.place()->id, RemoteId("a"));
  EXPECT_EQ(progress_.settled_so_far(), moment(599));
  EXPECT_EQ(progress_.settled_at_end(), moment(599));
}

}  // namespace
}  // namespace prospectd::engine
