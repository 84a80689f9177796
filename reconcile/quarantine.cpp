#include "reconcile/quarantine.h"

#include <cstdio>

namespace prospectd::reconcile {
namespace {

// The id under which an unreadable record without an id of its own is set apart: the same bytes give the same
// id, so that reading it again does not add a second letter.
RemoteId stand_in_id(const BadInput& bad) {
  char hex[32];
  std::snprintf(hex, sizeof hex, "unreadable-%016llx",
                static_cast<unsigned long long>(Value(bad.payload + bad.reason).hash(0)));
  return RemoteId(hex);
}

RemoteId id_of(const BadInput& bad) {
  return bad.id.empty() ? stand_in_id(bad) : bad.id;
}

}  // namespace

void add_keys_of_bad(PageKeys& keys, const std::vector<BadInput>& bad) {
  for (const BadInput& one : bad)
    keys.remotes.push_back(id_of(one));
}

void set_apart(Plan& plan, PageSnapshot& snapshot, const std::string& object, const BadInput& bad,
               Timestamp now) {
  const RemoteId id = id_of(bad);
  ++plan.counts.quarantined;
  if (!snapshot.dead_letters.insert(id).second) return;  // reading it again writes nothing
  DeadLetter letter;
  letter.connection = snapshot.connection;
  letter.object = object;
  letter.remote = id;
  letter.version = bad.version;
  letter.reason = bad.reason;
  letter.payload = bad.payload;
  letter.first_seen = letter.last_seen = now;
  plan.steps.emplace_back(Quarantine{std::move(letter)});
}

void take_back(Plan& plan, PageSnapshot& snapshot, const RemoteId& whole) {
  if (snapshot.dead_letters.erase(whole) > 0) plan.steps.emplace_back(Release{snapshot.connection, whole});
}

void plan_quarantine(Plan& plan, PageSnapshot& snapshot, const std::string& object,
                     const std::vector<RemoteId>& whole, const std::vector<BadInput>& bad, Timestamp now) {
  for (const RemoteId& id : whole)
    take_back(plan, snapshot, id);
  for (const BadInput& one : bad)
    set_apart(plan, snapshot, object, one, now);
}

}  // namespace prospectd::reconcile
