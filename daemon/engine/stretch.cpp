#include "daemon/engine/stretch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace prospectd::engine {
namespace {

double seconds_between(Timestamp from, Timestamp to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

Stretch::Stretch(StampRange range, Timestamp cuts_end, int64_t left, DensitySample sample)
    : range_(std::move(range)), cuts_end_(cuts_end), left_(left), sample_(sample) {}

bool Stretch::has_room(Timestamp lower, Timestamp upper, Timestamp cuts_end) {
  return std::min(upper, cuts_end) - std::chrono::floor<seconds>(lower) >= seconds{2};
}

Slice Stretch::cut(int64_t wanted) {
  // Stamps have whole seconds, and the connector cuts a lower end to its second: so do all cuts.
  const Timestamp from = std::chrono::floor<seconds>(*range_.lower);
  Timestamp to = range_.upper;
  // With no more than a slice left the rest is one, however wide: most of it is empty then.
  if (left_ > wanted) {
    const double width = std::max(std::floor(width_of(wanted)), 1.0);
    const Timestamp last = std::chrono::floor<seconds>(std::min(cuts_end_, range_.upper));
    if (width < seconds_between(from, last)) to = from + seconds{static_cast<int64_t>(width)};
  }
  Slice slice;
  slice.range = range_;
  slice.range.upper = to;
  slice.expected = to == range_.upper ? left_ : wanted;
  range_.lower = to;
  range_.after.reset();
  left_ -= slice.expected;
  return slice;
}

void Stretch::learn(const Slice& slice, int64_t records) {
  left_ = std::max<int64_t>(left_ + slice.expected - records, 0);
  // Each slice counts half as much as the next: a gap doubles the width with every empty slice, and one page
  // more or less moves it little.
  sample_.records = sample_.records / 2 + static_cast<double>(records);
  sample_.seconds = sample_.seconds / 2 + seconds_between(*slice.range.lower, slice.range.upper);
  in_gap_ = records == 0;
}

double Stretch::width_of(int64_t wanted) const {
  constexpr double kLeast = 1e-9;
  const auto per_slice = static_cast<double>(wanted);
  double width = sample_.seconds * per_slice / std::max(sample_.records, kLeast);
  // In a gap the mean over all that is left says more than what lies before it.
  if (in_gap_)
    width = std::max(width, seconds_between(*range_.lower, range_.upper) * per_slice /
                                static_cast<double>(std::max<int64_t>(left_, 1)));
  return width;
}

}  // namespace prospectd::engine
