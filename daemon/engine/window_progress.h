// WindowProgress: how far one window of a feed has come, and how far its cursor may therefore go. A query
// gives the records that were in the window when it began, in the order of their stamps then, each as it is
// when its page is read. So a record that was changed meanwhile carries a newer stamp than its place in the
// order, and a stamp alone does not tell that everything older has come (F03). What is older than the
// overlap, counted back from the window's end, can't have been changed since: nothing that commits from then
// on gets such a stamp. Pure; owned by the feed.
#pragma once

#include <optional>

#include "base/time.h"
#include "connectors/page.h"

namespace prospectd::engine {

class WindowProgress {
 public:
  /// A record's place in the feed's order.
  struct Place {
    Timestamp version;
    RemoteId id;
    auto operator<=>(const Place&) const = default;
  };

  /// `upper` is the end of what the query asks for; from `unsettled` on a stamp may be one of a change under
  /// way: unsettled_from() of the window, of which the query may be a part that ends before.
  WindowProgress(Timestamp upper, Timestamp unsettled);

  /// Where in a window that ends at `upper` stamps begin which what commits from now on can get; `overlap` is
  /// how much older than its commit a stamp may be.
  static Timestamp unsettled_from(Timestamp upper, milliseconds overlap);

  /// Takes note of the next page; answers whether it led on since the last restart.
  bool saw(const Page& page);
  /// The last record read, to begin a new query behind it; none: from the window's beginning.
  std::optional<Place> place() const { return place_; }
  /// A new query begins behind place().
  void restarted();

  /// How far the cursor may go with more pages to come.
  std::optional<Timestamp> settled_so_far() const { return sure_; }
  /// … and when the window has been read to its end.
  std::optional<Timestamp> settled_at_end() const { return may_have_skipped_ ? sure_ : greatest_; }

 private:
  void saw_version(Timestamp version);

  Timestamp last_second_;  ///< of the window: who carries a newer stamp was changed while we read
  Timestamp unsettled_;    ///< from here on a stamp may be one of a change under way
  bool may_have_skipped_ = false;
  std::optional<Timestamp> sure_;      ///< the greatest stamp before unsettled_
  std::optional<Timestamp> greatest_;  ///< … up to last_second_
  std::optional<Place> place_;
  std::optional<Place> place_at_restart_;
};

}  // namespace prospectd::engine
