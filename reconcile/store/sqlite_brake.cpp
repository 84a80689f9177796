#include "reconcile/store/sqlite_brake.h"

#include "reconcile/store/sqlite_rows.h"

namespace prospectd::store {

Result<std::optional<reconcile::BrakeHold>> read_hold(Database& db, reconcile::ConnectionId connection) {
  Statement statement(db,
                      "SELECT kind, object, remote, done, records, held_at FROM holds WHERE connection = ?");
  Query query(statement);
  query.bind(connection.value);
  std::optional<reconcile::BrakeHold> hold;
  if (query.step()) {
    const auto kind = reconcile::mass_change_named(query.text(0));
    if (!kind) return damaged(db.path(), "a connection is stopped by a kind of change that is none");
    hold.emplace();
    hold->connection = connection;
    hold->kind = *kind;
    hold->object = query.text(1);
    hold->remote = RemoteId(std::string(query.text(2)));
    hold->done = query.integer(3);
    hold->records = query.integer(4);
    hold->at = time_of(query.integer(5));
  }
  PD_TRY(query.done());
  return hold;
}

Result<void> write_step(Database& db, const reconcile::HoldConnection& step) {
  Statement statement(db,
                      "INSERT OR REPLACE INTO holds (connection, kind, object, remote, done, records, "
                      "held_at) VALUES (?, ?, ?, ?, ?, ?, ?)");
  Query query(statement);
  const reconcile::BrakeHold& hold = step.hold;
  query.bind(hold.connection.value).bind(name_of(hold.kind)).bind(hold.object).bind(hold.remote.str());
  query.bind(hold.done).bind(hold.records).bind(ms_of(hold.at));
  return query.run();
}

Result<void> write_step(Database& db, const reconcile::ReleaseConnection& step) {
  Statement statement(db, "DELETE FROM holds WHERE connection = ?");
  Query query(statement);
  query.bind(step.connection.value);
  return query.run();
}

Result<int64_t> count_links(Database& db, reconcile::ConnectionId connection, const Tally& tally) {
  PD_ASSIGN(connections, db.number("SELECT count(*) FROM connections"));
  if (connections <= 1) return tally.links;
  Statement statement(db,
                      "SELECT count(*) FROM links WHERE id % " + std::to_string(kConnectionsMax) + " = ?");
  Query query(statement);
  query.bind(connection.value);
  const int64_t links = query.step() ? query.integer(0) : 0;
  PD_TRY(query.done());
  return links;
}

}  // namespace prospectd::store
