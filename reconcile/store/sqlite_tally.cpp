#include "reconcile/store/sqlite_tally.h"

#include <string>

namespace prospectd::store {
namespace {

struct Figure {
  const char* name;
  int64_t Tally::*value;
};

constexpr Figure kColumns[] = {
    {"next_prospect", &Tally::next_prospect},
    {"next_user", &Tally::next_user},
    {"next_account", &Tally::next_account},
    {"prospects", &Tally::prospects},
    {"without_key", &Tally::without_key},
    {"links", &Tally::links},
    {"users", &Tally::users},
    {"accounts", &Tally::accounts},
    {"open_duplicates", &Tally::open_duplicates},
    {"dead_letters", &Tally::dead_letters},
    {"open_conflicts", &Tally::open_conflicts},
    {"lineage", &Tally::lineage},
    {"next_outbox", &Tally::next_outbox},
    {"outbox", &Tally::outbox},
    {"outbox_dead", &Tally::outbox_dead},
    {"pending", &Tally::pending},
};
static_assert(sizeof(Tally) == sizeof(int64_t) * std::size(kColumns), "every count has its column");

std::string list(const char* suffix) {
  std::string all;
  for (const Figure& column : kColumns)
    all += (all.empty() ? "" : ", ") + std::string(column.name) + suffix;
  return all;
}

}  // namespace

Result<Tally> load_tally(Database& db) {
  Statement statement(db, "SELECT " + list("") + " FROM tally WHERE id = 1");
  Query query(statement);
  Tally tally;
  if (!query.step()) {
    PD_TRY(query.done());
    return damaged(db.path(), "its tally is missing");
  }
  int at = 0;
  for (const Figure& column : kColumns)
    tally.*column.value = query.integer(at++);
  return tally;
}

Result<void> save_tally(Database& db, const Tally& tally) {
  Statement statement(db, "UPDATE tally SET " + list(" = ?") + " WHERE id = 1");
  Query query(statement);
  for (const Figure& column : kColumns)
    query.bind(tally.*column.value);
  return query.run();
}

}  // namespace prospectd::store
