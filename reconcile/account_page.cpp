// plan_account_page: the CRM's accounts become accounts here. They have one master, the CRM, so a change of
// theirs is taken as it is, by the mapping's direction and blank rule.
#include "reconcile/quarantine.h"
#include "reconcile/references.h"
#include "reconcile/waiting.h"

namespace prospectd::reconcile {
namespace {

using mapping::FieldMap;
using mapping::MappedRecord;

class AccountPage {
 public:
  AccountPage(const FieldMap& map, const std::vector<PersonType>& types, const Policy& policy,
              PageSnapshot& snapshot)
      : map_(map), types_(types), policy_(policy), snapshot_(snapshot) {}

  Plan run(const MappedPage& page) {
    for (const MappedRecord& record : page.records)
      take(record);
    plan_.counts.read = static_cast<int64_t>(page.records.size() + page.bad.size());
    return std::move(plan_);
  }

 private:
  void take(const MappedRecord& record) {
    const auto known = snapshot_.accounts.find(record.id);
    if (known == snapshot_.accounts.end()) {
      if (record.deleted) {
        ++plan_.counts.skipped;
      } else {
        create(record);
      }
      return;
    }
    if (known->second.remote_version == record.version && known->second.remote_hash == record.hash) {
      ++plan_.counts.unchanged;
      return;
    }
    update(record, known->second);
  }

  void create(const MappedRecord& record) {
    Account account;
    account.id = snapshot_.next_account;
    ++snapshot_.next_account.value;
    account.connection = snapshot_.connection;
    account.remote = record.id;
    account.fields.assign(mapping::account_field::kCount, Value::null());
    write(account, record);
    const Value id(account.id.value);
    snapshot_.accounts[record.id] = account;
    ++snapshot_.accounts[record.id].version;
    plan_.steps.emplace_back(PutAccount{std::move(account), true});
    ++plan_.counts.created;
    settle_waiting_prospects(plan_, snapshot_, types_, record.id, mapping::field::kAccount, id);
  }

  void update(const MappedRecord& record, Account& account) {
    const bool was_deleted = account.deleted;
    write(account, record);
    if (record.deleted != was_deleted) ++(record.deleted ? plan_.counts.deleted : plan_.counts.restored);
    ++plan_.counts.updated;
    plan_.steps.emplace_back(PutAccount{account, false});
    ++account.version;
  }

  void write(Account& account, const MappedRecord& record) {
    account.remote_version = record.version;
    account.remote_hash = record.hash;
    account.deleted = record.deleted;
    account.pending.clear();
    const auto& entries = map_.entries();
    for (size_t i = 0; i < entries.size(); ++i) {
      if (!entries[i].takes_in()) continue;
      Value& current = account.fields[entries[i].local];
      const bool owner = entries[i].type == mapping::LocalType::kUser;
      Value value = record.values[i];
      if (owner) {
        Resolved resolved = resolve_owner(value, current, entries[i].local, policy_, snapshot_);
        if (resolved.pending) account.pending.push_back(*resolved.pending);
        value = std::move(resolved.value);
      }
      if (value.is_absent()) continue;
      if (value.is_blank() && !owner && entries[i].spec.blanks_in == mapping::Blanks::kSkip) continue;
      current = value.is_blank() ? Value::null() : std::move(value);
    }
  }

  const FieldMap& map_;
  const std::vector<PersonType>& types_;
  const Policy& policy_;
  PageSnapshot& snapshot_;
  Plan plan_;
};

}  // namespace

PageKeys keys_of_account_page(ConnectionId connection, const FieldMap& map, const MappedPage& page) {
  PageKeys keys;
  keys.connection = connection;
  keys.only_references = true;
  const auto& entries = map.entries();
  for (const MappedRecord& record : page.records) {
    keys.remotes.push_back(record.id);
    keys.accounts.push_back(record.id);
    for (size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].type != mapping::LocalType::kUser || record.values[i].str().empty()) continue;
      keys.users.emplace_back(std::string(record.values[i].str()));
    }
  }
  add_keys_of_bad(keys, page.bad);
  return keys;
}

Plan plan_account_page(const FieldMap& map, const std::vector<PersonType>& types, const Policy& policy,
                       const MappedPage& page, PageSnapshot& snapshot) {
  return AccountPage(map, types, policy, snapshot).run(page);
}

}  // namespace prospectd::reconcile
