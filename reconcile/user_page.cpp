// plan_user_page: the CRM's users and queues become users here (SEMANTICS §13), so that every owner exists.
#include <algorithm>

#include "mapping/email_key.h"
#include "reconcile/page.h"
#include "reconcile/waiting.h"

namespace prospectd::reconcile {
namespace {

class UserPage {
 public:
  UserPage(const Policy& policy, const std::vector<PersonType>& types, PageSnapshot& snapshot)
      : policy_(policy), types_(types), snapshot_(snapshot) {}

  Plan run(const std::vector<UserRecord>& page) {
    for (const UserRecord& record : page)
      take(record);
    plan_.counts.read = static_cast<int64_t>(page.size());
    return std::move(plan_);
  }

 private:
  void take(const UserRecord& record) {
    const std::string key = mapping::email_key(record.email).value_or("");
    User user;
    bool create = false;
    if (const auto linked = snapshot_.users.find(record.id); linked != snapshot_.users.end()) {
      user = linked->second;
      if (user.remote_version == record.version && user.remote_hash == record.hash) {
        ++plan_.counts.unchanged;
        return;
      }
      if (auto other = take_local(record, key)) {
        let_go(std::move(user));
        user = *std::move(other);
      }
    } else if (auto local = take_local(record, key)) {
      user = *std::move(local);
    } else if (policy_.users_create) {
      user.id = snapshot_.next_user;
      ++snapshot_.next_user.value;
      create = true;
    } else {
      ++plan_.counts.skipped;
      return;
    }
    put(std::move(user), record, key, create);
  }

  // A second CRM user with the same address gets a user of their own.
  std::optional<User> take_local(const UserRecord& record, const std::string& key) {
    const auto local = snapshot_.users_by_email.find(key);
    if (key.empty() || record.kind != UserKind::kPerson || local == snapshot_.users_by_email.end())
      return std::nullopt;
    User user = local->second;
    snapshot_.users_by_email.erase(local);
    return user;
  }

  // Somebody else here stands for the CRM's user now; what this one has stays theirs.
  void let_go(User user) {
    user.remote = RemoteId();
    user.connection = {};
    user.remote_version = {};
    user.remote_hash = 0;
    plan_.steps.emplace_back(PutUser{std::move(user), false});
  }

  void put(User user, const UserRecord& record, const std::string& key, bool create) {
    ++(create ? plan_.counts.created : user.remote.empty() ? plan_.counts.linked : plan_.counts.updated);
    user.name = record.name;
    user.email_key = key;
    user.kind = record.kind;
    user.active = record.active;
    user.connection = snapshot_.connection;
    user.remote = record.id;
    user.remote_version = record.version;
    user.remote_hash = record.hash;
    const bool can_own = user.active && user.kind == UserKind::kPerson;
    const Value id(user.id.value);
    snapshot_.users[record.id] = user;
    plan_.steps.emplace_back(PutUser{std::move(user), create});
    if (!can_own) return;
    settle_waiting_prospects(plan_, snapshot_, types_, record.id, mapping::field::kOwner, id);
    settle_waiting_accounts(record.id, id);
  }

  void settle_waiting_accounts(const RemoteId& remote, const Value& user) {
    const auto waiting = snapshot_.waiting_accounts.find(remote);
    if (waiting == snapshot_.waiting_accounts.end()) return;
    for (const RemoteId& id : waiting->second) {
      Account& account = snapshot_.accounts.at(id);
      std::erase(account.pending, PendingRef{mapping::account_field::kOwner, remote});
      account.fields[mapping::account_field::kOwner] = user;
      plan_.steps.emplace_back(PutAccount{account, false});
      ++account.version;
    }
  }

  const Policy& policy_;
  const std::vector<PersonType>& types_;
  PageSnapshot& snapshot_;
  Plan plan_;
};

}  // namespace

PageKeys keys_of_user_page(ConnectionId connection, const std::vector<UserRecord>& page) {
  PageKeys keys;
  keys.connection = connection;
  keys.only_references = true;
  for (const UserRecord& record : page) {
    keys.remotes.push_back(record.id);
    keys.known.emplace_back(record.version, record.hash);
    keys.users.push_back(record.id);
    if (auto key = mapping::email_key(record.email)) keys.emails.push_back(*std::move(key));
  }
  return keys;
}

Plan plan_user_page(const Policy& policy, const std::vector<PersonType>& types,
                    const std::vector<UserRecord>& page, PageSnapshot& snapshot) {
  return UserPage(policy, types, snapshot).run(page);
}

}  // namespace prospectd::reconcile
