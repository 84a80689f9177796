#include "daemon/engine/window_progress.h"

#include <algorithm>

namespace prospectd::engine {

WindowProgress::WindowProgress(Timestamp upper, Timestamp unsettled)
    : last_second_(upper - seconds{1}), unsettled_(unsettled) {}

Timestamp WindowProgress::unsettled_from(Timestamp upper, milliseconds overlap) {
  return upper - seconds{1} - overlap;
}

bool WindowProgress::saw(const Page& page) {
  const mapping::Record* read = nullptr;
  for (const mapping::Record& record : page.records) {
    saw_version(record.version);
    if (record.version <= last_second_) read = &record;
  }
  std::optional<Place> last;
  if (read != nullptr) last = Place{read->version, read->id};
  // A bad record's place among the others is not known; where it seems to be the last, it is taken for that.
  for (const BadRecord& bad : page.bad) {
    if (!bad.version) continue;
    saw_version(*bad.version);
    if (bad.id.empty() || *bad.version > last_second_) continue;
    last = std::max(last, std::optional(Place{*bad.version, bad.id}));
  }
  if (last) place_ = std::move(last);
  return place_ != place_at_restart_;
}

void WindowProgress::saw_version(Timestamp version) {
  const std::optional<Timestamp> within = std::min(version, last_second_);
  greatest_ = std::max(greatest_, within);
  if (version < unsettled_) sure_ = std::max(sure_, within);
}

// Behind a record that may have been changed meanwhile lie records whose stamps are older than its own: the
// new query passes them by, and the cursor must not.
void WindowProgress::restarted() {
  place_at_restart_ = place_;
  if (place_ && place_->version >= unsettled_) may_have_skipped_ = true;
}

}  // namespace prospectd::engine
