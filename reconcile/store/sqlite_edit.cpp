#include "reconcile/store/sqlite_edit.h"

namespace prospectd::store {
namespace {

using reconcile::ConnectionId;
using reconcile::EditKeys;
using reconcile::EditScene;
using reconcile::User;

std::string select_users(const char* where) {
  return "SELECT " + std::string(kUserColumns) + " FROM users WHERE " + where;
}

/// One scene in the making.
class SceneReading {
 public:
  SceneReading(Database& db, Loader& loader, const EditKeys& keys) : db_(db), loader_(loader), keys_(keys) {}

  Result<EditScene> read(const Tally& tally) {
    scene_.next_prospect = {tally.next_prospect};
    PD_TRY(read_prospects());
    if (tally.open_conflicts > 0) PD_TRY(read_reviews());
    PD_TRY(read_addresses());
    PD_TRY(read_users());
    PD_TRY(read_accounts());
    PD_TRY(read_stages());
    return std::move(scene_);
  }

 private:
  Result<void> read_prospects() {
    Statement links(
        db_, "SELECT " + std::string(kLinkColumns) + " FROM links WHERE id BETWEEN ? AND ? ORDER BY id");
    for (const ProspectId id : keys_.prospects) {
      PD_ASSIGN(found, loader_.rows().prospect(id));
      if (!found) continue;
      scene_.prospects.insert_or_assign(id, *std::move(found));
      auto& of_prospect = scene_.links[id];
      of_prospect.clear();
      Query query(links);
      query.bind(link_id(id, {0})).bind(link_id(id, {kConnectionsMax - 1}));
      while (query.step()) {
        PD_ASSIGN(link, loader_.rows().link(query));
        of_prospect.push_back(std::move(link));
      }
      PD_TRY(query.done());
    }
    return {};
  }

  Result<void> read_reviews() {
    Statement reviews(db_, "SELECT connection, field FROM conflicts WHERE prospect = ? AND open = 1");
    for (const ProspectId id : keys_.prospects) {
      Query query(reviews);
      query.bind(id.value);
      auto& fields = scene_.in_review[id];
      fields.clear();
      while (query.step()) {
        const size_t at = loader_.rows().codec().schema().find(query.text(1));
        if (at != mapping::LocalSchema::npos) fields.emplace_back(ConnectionId{query.integer(0)}, at);
      }
      PD_TRY(query.done());
    }
    return {};
  }

  Result<void> read_addresses() {
    for (const std::string& key : keys_.emails) {
      PD_ASSIGN(holder, loader_.holder_of(key, loader_.hash_of(key)));
      if (holder) scene_.addresses.emplace(key, *holder);
    }
    return {};
  }

  Result<void> read_users() {
    // People before queues, and who is there before who has left.
    Statement by_email(db_, select_users("email_key = ? AND email_key <> '' ORDER BY kind, active DESC, id"));
    for (const std::string& key : keys_.user_emails) {
      Query query(by_email);
      query.bind(key);
      PD_TRY(add_user(query));
    }
    Statement by_number(db_, select_users("id = ?"));
    for (const UserId id : keys_.users) {
      Query query(by_number);
      query.bind(id.value);
      PD_TRY(add_user(query));
    }
    return {};
  }

  Result<void> add_user(Query& query) {
    if (query.step()) {
      User user = loader_.rows().user(query);
      if (!user.email_key.empty()) scene_.users_by_email.emplace(user.email_key, user.id);
      scene_.users.insert_or_assign(user.id, std::move(user));
    }
    return query.done();
  }

  Result<void> read_accounts() {
    Statement account(db_, "SELECT 1 FROM accounts WHERE id = ? AND deleted = 0");
    for (const AccountId id : keys_.accounts) {
      Query query(account);
      query.bind(id.value);
      if (query.step()) scene_.accounts.insert(id);
      PD_TRY(query.done());
    }
    return {};
  }

  Result<void> read_stages() {
    if (keys_.stages.empty()) return {};
    PD_ASSIGN(some, db_.number("SELECT EXISTS (SELECT 1 FROM stages)"));
    scene_.names_stages = some != 0;
    Statement stage(db_, "SELECT 1 FROM stages WHERE name = ?");
    for (const std::string& name : keys_.stages) {
      Query query(stage);
      query.bind(name);
      if (query.step()) scene_.stages.insert(name);
      PD_TRY(query.done());
    }
    return {};
  }

  Database& db_;
  Loader& loader_;
  const EditKeys& keys_;
  EditScene scene_;
};

}  // namespace

Result<EditScene> read_edit_scene(Database& db, Loader& loader, const EditKeys& keys, const Tally& tally) {
  return SceneReading(db, loader, keys).read(tally);
}

}  // namespace prospectd::store
