// Where a window is cut: the slices cover it without a gap, none is cut where stamps are not settled, and
// their width follows the records.
#include "daemon/engine/stretch.h"

#include <gtest/gtest.h>

namespace prospectd::engine {
namespace {

constexpr int64_t kWanted = 85;

Timestamp at(int64_t second) {
  return Timestamp{seconds{second}};
}

StampRange range(int64_t from, int64_t to) {
  StampRange range;
  range.lower = at(from);
  range.upper = at(to);
  return range;
}

int64_t width_of(const Slice& slice) {
  return std::chrono::duration_cast<seconds>(slice.range.upper - *slice.range.lower).count();
}

TEST(StretchTest, SlicesFollowEachOtherToTheEnd) {
  StampRange whole = range(1'000, 100'000);
  whole.after = RemoteId("x");
  Stretch stretch(whole, at(90'000), 10'000, {100, 990});
  Slice slice = stretch.cut(kWanted);
  EXPECT_EQ(slice.range.lower, at(1'000));
  EXPECT_EQ(slice.range.after, RemoteId("x"));
  EXPECT_EQ(width_of(slice), 841);
  while (!stretch.done()) {
    const Slice next = stretch.cut(kWanted);
    EXPECT_EQ(next.range.lower, slice.range.upper);
    EXPECT_FALSE(next.range.after);
    EXPECT_TRUE(next.range.upper <= at(90'000) || next.range.upper == at(100'000));
    slice = next;
  }
  EXPECT_EQ(slice.range.upper, at(100'000));
}

TEST(StretchTest, WhatIsNotSettledStaysInOnePiece) {
  Stretch stretch(range(0, 100), at(50), 10'000, {100, 10});
  Slice last;
  while (!stretch.done())
    last = stretch.cut(kWanted);
  EXPECT_LE(last.range.lower, at(50));
  EXPECT_EQ(last.range.upper, at(100));
  EXPECT_TRUE(Stretch::has_room(at(47), at(100), at(50)));
  EXPECT_FALSE(Stretch::has_room(at(49), at(100), at(50)));
  EXPECT_FALSE(Stretch::has_room(at(10), at(11), at(50)));
}

TEST(StretchTest, AGapOfDecadesCostsFewSlices) {
  constexpr int64_t kDecades = 30LL * 365 * 86'400;
  Stretch stretch(range(0, kDecades + 1'000), at(kDecades + 1'000), 100'000, {100, 1});
  int slices = 0;
  for (Slice slice = stretch.cut(kWanted); slice.range.upper < at(kDecades); slice = stretch.cut(kWanted)) {
    stretch.learn(slice, 0);
    ASSERT_LT(++slices, 40);
  }
}

TEST(StretchTest, SlicesNarrowWhereRecordsLieTogether) {
  Stretch stretch(range(0, 1'000'000), at(1'000'000), 1'000'000, {100, 1'000});
  Slice slice = stretch.cut(kWanted);
  for (int i = 0; i < 5; ++i) {
    stretch.learn(slice, width_of(slice) * 10);
    slice = stretch.cut(kWanted);
  }
  EXPECT_LE(width_of(slice), 12);
  EXPECT_GE(width_of(slice), 1);
}

TEST(StretchTest, TheRestOfASliceIsNotCutAgain) {
  Stretch stretch(range(0, 1'000'000), at(1'000'000), 80, {100, 1});
  EXPECT_EQ(width_of(stretch.cut(kWanted)), 1'000'000);
  EXPECT_TRUE(stretch.done());
}

}  // namespace
}  // namespace prospectd::engine
