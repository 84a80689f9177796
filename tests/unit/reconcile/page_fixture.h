// A small world for the pure core: a mapping, a policy, records built in one line, and a snapshot that plays
// the store.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mapping/email_key.h"
#include "reconcile/edit.h"
#include "reconcile/page.h"

namespace prospectd::reconcile {

inline mapping::FieldSpec spec(const char* remote, const char* local) {
  mapping::FieldSpec s;
  s.remote = remote;
  s.local = local;
  s.where = "test.yaml:1:1";
  return s;
}

inline Timestamp at(int64_t second) {
  return Timestamp{seconds{second}};
}

class PageTest : public testing::Test {
 protected:
  PageTest() {
    mapping::MappingSpec lead{
        "Lead",
        {spec("Email", "email"), spec("FirstName", "first_name"), spec("Title", "title"),
         spec("OwnerId", "owner"), spec("HasOptedOutOfEmail", "opted_out")},
        "test.yaml"};
    mapping::MappingSpec contact = lead;
    contact.object = "Contact";
    contact.fields.back() = spec("AccountId", "account");
    lead_map_ = *mapping::FieldMap::compile(lead, schema_);
    contact_map_ = *mapping::FieldMap::compile(contact, schema_);
    lead_.map = &*lead_map_;
    lead_.schema = &schema_;
    lead_.conversion_object = "Contact";
    contact_.map = &*contact_map_;
    contact_.schema = &schema_;
    world_.connection = ConnectionId{1};
    User user;
    user.id = UserId{7};
    user.remote = RemoteId("005A");
    user.connection = ConnectionId{1};
    world_.users[user.remote] = user;
  }

  // A lead as the mapping leaves it; "" is a blank.
  mapping::MappedRecord record(const char* id, int64_t version, const char* email, const char* title = "",
                               const char* owner = "") {
    mapping::MappedRecord r;
    r.id = RemoteId(id);
    r.version = at(version);
    const auto value = [](const char* text) { return *text == '\0' ? Value::null() : Value(text); };
    r.values = {value(email), Value("Ada"), value(title), value(owner), Value::null()};
    r.email_key = mapping::email_key(email);
    r.hash = Value(std::string(email) + "|" + title + "|" + owner).hash(1);
    return r;
  }

  // Decides one page and makes it the state of the world, as a store would.
  Plan poll(const PersonType& type, std::vector<mapping::MappedRecord> records,
            std::vector<BadInput> bad = {}) {
    MappedPage page{type.map->object(), std::move(records), std::move(bad)};
    PageSnapshot seen = world_;
    Plan plan = plan_person_page(type, policy_, std::move(page), seen, at(1'000'000));
    EXPECT_TRUE(can_apply(world_, plan)) << can_apply(world_, plan).error().text();
    for (const Step& step : plan.steps)
      apply_to(world_, step);
    world_.next_prospect = seen.next_prospect;
    return plan;
  }

  // Somebody changes a field of the record's prospect here.
  void edit_here(const char* remote, size_t at, Value value) {
    const ProspectId id = link_of(remote).prospect;
    EditScene scene;
    scene.prospects[id] = world_.prospects.at(id);
    scene.links[id] = {link_of(remote)};
    for (const auto& [key, user] : world_.users)
      scene.users[user.id] = user;
    const EditOutcome edited = plan_edit({schema_, {}, "ana", reconcile::at(2'000'000)},
                                         {id, {}, {{at, std::move(value)}}, false}, scene);
    EXPECT_EQ(edited.verdict, EditVerdict::kPlanned);
    for (const Step& step : edited.plan.steps)
      apply_to(world_, step);
  }

  const Prospect& prospect_of(const char* remote) {
    return world_.prospects.at(world_.links.at(RemoteId(remote)).prospect);
  }
  const Link& link_of(const char* remote) { return world_.links.at(RemoteId(remote)); }

  // A prospect without a link, made here.
  ProspectId local_prospect(const char* email, const char* title) {
    CreateProspect made;
    made.prospect.id = world_.next_prospect;
    ++world_.next_prospect.value;
    made.prospect.version = 1;
    made.prospect.fields.assign(schema_.size(), Value::null());
    made.prospect.fields[mapping::field::kEmail] = Value(email);
    made.prospect.fields[mapping::field::kTitle] = Value(title);
    made.prospect.addresses.push_back({*mapping::email_key(email), email});
    apply_to(world_, made);
    return made.prospect.id;
  }

  template <class StepType>
  static int count(const Plan& plan) {
    int n = 0;
    for (const Step& step : plan.steps)
      n += std::holds_alternative<StepType>(step) ? 1 : 0;
    return n;
  }
  static bool journaled(const Plan& plan, Reason reason) {
    for (const JournalEntry& entry : plan.journal) {
      if (entry.reason == reason) return true;
    }
    return false;
  }

  mapping::LocalSchema schema_;
  std::optional<mapping::FieldMap> lead_map_;
  std::optional<mapping::FieldMap> contact_map_;
  PersonType lead_;
  PersonType contact_;
  Policy policy_;
  PageSnapshot world_;
};

}  // namespace prospectd::reconcile
