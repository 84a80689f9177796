#include "daemon/engine/reading.h"

#include "reconcile/quarantine.h"

namespace prospectd::engine {
namespace {

std::vector<RemoteId> ids_of(const reconcile::MappedPage& page) {
  std::vector<RemoteId> ids;
  ids.reserve(page.records.size());
  for (const mapping::MappedRecord& record : page.records)
    ids.push_back(record.id);
  return ids;
}

class ReadingMaker {
 public:
  ReadingMaker(const Maps& maps, const Terms& terms) : maps_(maps), terms_(terms) {}

  std::vector<Reading> make() const {
    std::vector<Reading> all;
    if (maps_.users) all.push_back(users_reading("User", user_fields(), reconcile::UserKind::kPerson));
    if (maps_.queues) all.push_back(users_reading("Group", queue_fields(), reconcile::UserKind::kQueue));
    if (maps_.accounts) all.push_back(accounts_reading());
    for (size_t i = 0; i < terms_.types.size(); ++i) {
      all.push_back(people_reading(terms_.types[i]));
      all.back().edition = terms_.read_editions[i];
    }
    return all;
  }

 private:
  Reading users_reading(const char* object, std::vector<std::string> fields, reconcile::UserKind kind) const {
    Reading reading;
    reading.object = object;
    reading.fields = std::move(fields);
    reading.users = true;
    reading.mapper = [&terms = terms_, kind](Page page) {
      FedPage fed = map_users(std::move(page), kind);
      if (terms.user_map != nullptr) apply_user_map(*terms.user_map, fed);
      fed.keys = keys_of_user_page(terms.connection, fed.users);
      // Groups that are no queues too: they may have a dead letter. Both lists are in the page's order.
      size_t next = 0;
      for (const RemoteId& id : fed.whole) {
        if (next < fed.users.size() && fed.users[next].id == id)
          ++next;
        else
          fed.keys.remotes.push_back(id);
      }
      add_keys_of_bad(fed.keys, fed.mapped.bad);
      return fed;
    };
    reading.planner.plan = [&terms = terms_, object](const FedPage& page, reconcile::PageSnapshot& snapshot) {
      reconcile::Plan plan = plan_user_page(terms.policy, terms.types, page.users, snapshot);
      plan_quarantine(plan, snapshot, object, page.whole, page.mapped.bad, terms.now);
      return plan;
    };
    return reading;
  }

  Reading accounts_reading() const {
    const mapping::FieldMap& map = *maps_.accounts;
    Reading reading;
    reading.object = map.object();
    reading.fields = map.remote_fields();
    reading.mapper = [&terms = terms_, &map](Page page) {
      FedPage fed = map_records(std::move(page), map.object(), map);
      fed.keys = keys_of_account_page(terms.connection, map, fed.mapped);
      return fed;
    };
    reading.planner.plan = [&terms = terms_, &map](const FedPage& page, reconcile::PageSnapshot& snapshot) {
      reconcile::Plan plan = plan_account_page(map, terms.types, terms.policy, page.mapped, snapshot);
      plan_quarantine(plan, snapshot, map.object(), ids_of(page.mapped), page.mapped.bad, terms.now);
      return plan;
    };
    return reading;
  }

  Reading people_reading(const reconcile::PersonType& type) const {
    const mapping::FieldMap& map = *type.map;
    Reading reading;
    reading.object = map.object();
    reading.fields = map.remote_fields();
    reading.person = &type;
    reading.becomes = type.conversion_object;
    reading.mapper = [&terms = terms_, &type, &map](Page page) {
      FedPage fed = map_records(std::move(page), map.object(), map);
      fed.keys = keys_of_person_page(terms.connection, type, fed.mapped);
      return fed;
    };
    reading.planner.plan = [&terms = terms_, &type](FedPage& page, reconcile::PageSnapshot& snapshot) {
      return plan_person_page(type, terms.policy, std::move(page.mapped), snapshot, terms.now, {},
                              terms.brake);
    };
    return reading;
  }

  const Maps& maps_;
  const Terms& terms_;
};

}  // namespace

std::vector<Reading> make_readings(const Maps& maps, const Terms& terms) {
  return ReadingMaker(maps, terms).make();
}

}  // namespace prospectd::engine
