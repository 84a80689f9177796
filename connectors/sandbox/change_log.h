// ChangeLog: the change events of the org as they are delivered (SALESFORCE_API §16.2–16.4): written when a
// transaction ends, numbered by replay id, kept for kEventsKept within bounds of number and size. One owner
// (the front), one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/change_recorder.h"
#include "connectors/sandbox/knobs.h"

namespace prospectd::sandbox {

constexpr std::chrono::hours kEventsKept{72};
constexpr size_t kEventsMax = 100'000;
constexpr size_t kEventLogBytesMax = 32 * 1024 * 1024;
constexpr size_t kEventBytesMax = 1024 * 1024;  ///< a larger one is told as a gap

struct ChangeEvent {
  int64_t replay_id = 0;
  Timestamp at{};
  std::string entity;  ///< "Lead"
  std::string data;    ///< {"schema":…,"payload":…,"event":{"replayId":…}}
};

class ChangeLog {
 public:
  /// Writes the events of a transaction; objects that have none, and fields that are hidden, are passed over.
  void add(const ChangeSet& transaction, const Knobs& knobs);
  /// Drops what was kept long enough.
  void expire(Timestamp now);

  /// The next event's id follows this one, unless there was a greater one.
  void go_on_behind(int64_t id) { last_id_ = std::max(last_id_, id); }
  /// The id of the newest event ever; what follows it is new.
  int64_t last_id() const { return last_id_; }
  /// What follows this id is all that is kept.
  int64_t before_first() const { return events_.empty() ? last_id_ : events_.front().replay_id - 1; }
  /// Events behind `after`, of one entity or (empty) of all, at most `max`, in the order of their ids.
  std::vector<const ChangeEvent*> after(int64_t after, std::string_view entity, size_t max) const;

 private:
  void push(const ChangeSet& transaction, std::string_view entity, std::string data);

  std::deque<ChangeEvent> events_;
  size_t bytes_ = 0;
  int64_t last_id_ = 4'000;
};

/// True for an object whose changes are told.
bool has_change_events(const Table& table);
/// "LeadChangeEvent", "Foo__ChangeEvent" of Foo__c.
std::string change_event_name(std::string_view entity);

}  // namespace prospectd::sandbox
