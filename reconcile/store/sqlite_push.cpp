#include "reconcile/store/sqlite_push.h"

namespace prospectd::store {
namespace field = mapping::field;
using reconcile::PushScene;

PushScenes::PushScenes(Database& db, Loader& loader)
    : loader_(loader),
      link_(db, "SELECT " + std::string(kLinkColumns) + " FROM links WHERE id = ?"),
      user_(db, "SELECT " + std::string(kUserColumns) + " FROM users WHERE id = ?"),
      reviewed_(db, "SELECT field FROM conflicts WHERE prospect = ? AND connection = ? AND open = 1"),
      account_(db, "SELECT remote FROM accounts WHERE id = ? AND connection = ? AND deleted = 0") {}

Result<PushScene> PushScenes::read(reconcile::ConnectionId connection,
                                   const std::vector<ProspectId>& prospects, const Tally& tally) {
  connection_ = connection;
  scene_ = {};
  for (const ProspectId id : prospects) {
    PD_ASSIGN(found, loader_.rows().prospect(id));
    if (!found) continue;
    if (const auto* owner = found->fields[field::kOwner].get<int64_t>()) PD_TRY(add_user({*owner}));
    if (const auto* account = found->fields[field::kAccount].get<int64_t>()) PD_TRY(add_account({*account}));
    scene_.prospects.insert_or_assign(id, *std::move(found));
    PD_TRY(add_link(id));
    if (tally.open_conflicts > 0) PD_TRY(add_reviewed(id));
  }
  return std::move(scene_);
}

Result<void> PushScenes::add_link(ProspectId prospect) {
  Query query(link_);
  query.bind(link_id(prospect, connection_));
  if (query.step()) {
    PD_ASSIGN(link, loader_.rows().link(query));
    scene_.links.insert_or_assign(prospect, std::move(link));
  }
  query.step();  // to its end
  return query.done();
}

Result<void> PushScenes::add_reviewed(ProspectId prospect) {
  Query query(reviewed_);
  query.bind(prospect.value).bind(connection_.value);
  while (query.step()) {
    const size_t at = loader_.rows().codec().schema().find(std::string(query.text(0)));
    if (at != mapping::LocalSchema::npos) scene_.in_review[prospect].insert(at);
  }
  return query.done();
}

Result<void> PushScenes::add_user(UserId id) {
  if (scene_.users.contains(id)) return {};
  Query query(user_);
  query.bind(id.value);
  if (query.step()) scene_.users.emplace(id, loader_.rows().user(query));
  query.step();  // to its end
  return query.done();
}

Result<void> PushScenes::add_account(AccountId id) {
  if (scene_.accounts.contains(id)) return {};
  Query query(account_);
  query.bind(id.value).bind(connection_.value);
  if (query.step()) scene_.accounts.emplace(id, RemoteId(std::string(query.text(0))));
  query.step();  // to its end
  return query.done();
}

}  // namespace prospectd::store
