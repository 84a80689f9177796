// Stretch: a part of a window that has yet to be read, and where it is cut into slices of so many records.
// How dense records lie is learned from what has been read of it, so that slices widen over empty years
// within a few steps and narrow where many records were changed together. Pure arithmetic, values.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/time.h"

namespace prospectd::engine {

/// Stamps from `lower`, and behind the record `after` of that second, up to `upper`, which is not in it.
struct StampRange {
  std::optional<Timestamp> lower;  ///< none: from the beginning
  std::optional<RemoteId> after;
  Timestamp upper{};
};

/// So many records within so many seconds: a density.
struct DensitySample {
  double records = 0;
  double seconds = 1;
};

struct Slice {
  StampRange range;
  int64_t expected = 0;  ///< records, by what was known when it was cut
};

class Stretch {
 public:
  /// `range` has a lower end. No slice ends between `cuts_end` and the range's end: what lies there stays in
  /// one piece. `left`: about so many records lie in the range.
  Stretch(StampRange range, Timestamp cuts_end, int64_t left, DensitySample sample);

  /// The next slice, of about `wanted` records, at least a second wide. Not when done().
  Slice cut(int64_t wanted);
  bool done() const { return *range_.lower >= range_.upper; }
  /// A slice that was cut from here turned out to hold so many records.
  void learn(const Slice& slice, int64_t records);
  /// Records that are not yet in a slice, about.
  int64_t left() const { return left_; }

  /// Can slices be cut from a range that begins here?
  static bool has_room(Timestamp lower, Timestamp upper, Timestamp cuts_end);

 private:
  double width_of(int64_t wanted) const;

  StampRange range_;
  Timestamp cuts_end_;
  int64_t left_;
  DensitySample sample_;
  bool in_gap_ = false;  ///< the last slice was empty
};

}  // namespace prospectd::engine
