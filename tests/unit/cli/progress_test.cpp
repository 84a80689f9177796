// The progress of a long sync, on a terminal and in a pipe.
#include <gtest/gtest.h>

#include <sstream>

#include "daemon/cli/progress.h"
#include "daemon/cli/text_cells.h"

namespace prospectd::cli {
namespace {

const Terminal kScreen{true, false, 80};

Progress halfway() {
  Progress p;
  p.label = "Lead";
  p.done = 4'000;
  p.total = 8'000;
  p.rate = 1'000;
  return p;
}

TEST(Bar, ShowsCountRateAndRemainingTime) {
  EXPECT_EQ(render_bar(halfway(), kScreen),
            "  Lead  ████████████████░░░░░░░░░░░░░░░░ 4,000/8,000  1,000/s  4 s left");
}

TEST(Bar, AFullOneHasNoRemainingTime) {
  Progress p = halfway();
  p.done = 8'000;
  p.ended = true;
  EXPECT_EQ(render_bar(p, kScreen), "  Lead  ████████████████████████████████ 8,000/8,000  1,000/s");
}

TEST(Bar, WithoutATotalItCounts) {
  Progress p = halfway();
  p.total = 0;
  EXPECT_EQ(render_bar(p, kScreen), "  Lead  4,000  1,000/s");
}

TEST(Bar, AnEstimateThatWasTooLowNeverShowsMoreThanAll) {
  Progress p = halfway();
  p.done = 9'000;
  EXPECT_EQ(render_bar(p, kScreen), "  Lead  ████████████████████████████████ 9,000/9,000  1,000/s");
}

TEST(Bar, FitsAnyWidth) {
  for (size_t width = 20; width < 100; ++width)
    EXPECT_LE(cells_of(render_bar(halfway(), Terminal{true, false, width})), width);
}

TEST(Plain, SaysTheSameInWords) {
  EXPECT_EQ(render_plain(halfway()), "Lead: 4,000 of 8,000 (50%), 1,000/s, 4 s left");
}

TEST(ProgressLines, ATerminalGetsABarThatMovesAtMostTenTimesASecond) {
  std::ostringstream out;
  ProgressLine line(out, kScreen);
  const ProgressLine::Time start{};
  line.update(halfway(), start);
  const size_t once = out.str().size();
  line.update(halfway(), start + std::chrono::milliseconds(50));
  EXPECT_EQ(out.str().size(), once);
  line.update(halfway(), start + std::chrono::milliseconds(100));
  EXPECT_EQ(out.str().size(), 2 * once);
  EXPECT_EQ(out.str().find('\n'), std::string::npos);
  line.clear();
  EXPECT_TRUE(out.str().ends_with("\r\x1b[K"));
}

TEST(ProgressLines, APipeGetsAPlainLineNowAndThen) {
  std::ostringstream out;
  ProgressLine line(out, Terminal{});
  const ProgressLine::Time start{};
  line.update(halfway(), start);
  line.update(halfway(), start + std::chrono::seconds(4));
  EXPECT_EQ(out.str(), "");
  line.update(halfway(), start + std::chrono::seconds(5));
  EXPECT_EQ(out.str(), "Lead: 4,000 of 8,000 (50%), 1,000/s, 4 s left\n");
  line.update(halfway(), start + std::chrono::seconds(10));
  EXPECT_EQ(out.str(), "Lead: 4,000 of 8,000 (50%), 1,000/s, 4 s left\n") << "nothing has changed";
  line.clear();
  EXPECT_EQ(out.str().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace prospectd::cli
