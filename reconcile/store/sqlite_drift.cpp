#include "reconcile/store/sqlite_drift.h"

#include <nlohmann/json.hpp>

namespace prospectd::store {
namespace {

using reconcile::DriftCounts;
using reconcile::KnownRecord;
using reconcile::KnownRecords;
using reconcile::StandingRecord;
using reconcile::StandsFor;
using reconcile::Verification;
using DriftTree = nlohmann::json;

struct NamedDriftCount {
  const char* name;
  int64_t DriftCounts::*count;
};
constexpr NamedDriftCount kDriftCounts[] = {
    {"compared", &DriftCounts::compared}, {"missing", &DriftCounts::missing},
    {"stale", &DriftCounts::stale},       {"unexpected", &DriftCounts::unexpected},
    {"gone", &DriftCounts::gone},         {"repaired", &DriftCounts::repaired},
};

int64_t drift_number(const DriftTree& tree, const char* name) {
  const auto found = tree.find(name);
  return found != tree.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}
std::string drift_text(const DriftTree& tree, const char* name) {
  const auto found = tree.find(name);
  return found != tree.end() && found->is_string() ? found->get<std::string>() : std::string();
}

DriftTree tree_of_counts(const DriftCounts& counts) {
  DriftTree tree = DriftTree::object();
  for (const NamedDriftCount& row : kDriftCounts)
    tree[row.name] = counts.*row.count;
  return tree;
}

DriftCounts counts_of_tree(const DriftTree& tree) {
  DriftCounts counts;
  if (!tree.is_object()) return counts;
  for (const NamedDriftCount& row : kDriftCounts)
    counts.*row.count = drift_number(tree, row.name);
  return counts;
}

/// How single records stand, one after another.
class KnownReading {
 public:
  KnownReading(Database& db, Loader& loader, ConnectionId connection)
      : loader_(loader),
        connection_(connection),
        account_(db, "SELECT id, remote_version, deleted FROM accounts WHERE connection = ? AND remote = ?"),
        held_(db, "SELECT prospect FROM duplicates WHERE connection = ? AND remote = ? AND open = 1"),
        set_apart_(db, "SELECT 0 FROM dead_letters WHERE connection = ? AND remote = ?") {}

  Result<std::optional<KnownRecord>> link(const RemoteId& remote) {
    PD_ASSIGN(found, loader_.link_at(connection_, remote, loader_.hash_of(remote.str())));
    if (!found) return std::optional<KnownRecord>();
    const reconcile::Link& link = found->link;
    return std::optional(KnownRecord{true, link.prospect.value, link.version, link.deleted});
  }

  Result<std::optional<KnownRecord>> account(const RemoteId& remote) {
    Query query(account_);
    query.bind(connection_.value).bind(remote.str());
    std::optional<KnownRecord> found;
    if (query.step())
      found = KnownRecord{true, query.integer(0), time_of(query.integer(1)), query.integer(2) != 0};
    query.step();  // to its end
    PD_TRY(query.done());
    return found;
  }

  Result<std::optional<KnownRecord>> apart(const RemoteId& remote) {
    for (Statement* statement : {&held_, &set_apart_}) {
      Query query(*statement);
      query.bind(connection_.value).bind(remote.str());
      const bool is_there = query.step();
      const int64_t holder = is_there ? query.integer(0) : 0;
      while (is_there && query.step()) {  // to its end
      }
      PD_TRY(query.done());
      if (is_there) return std::optional(KnownRecord{false, holder, {}, false});
    }
    return std::optional<KnownRecord>();
  }

 private:
  Loader& loader_;
  const ConnectionId connection_;
  Statement account_;
  Statement held_;
  Statement set_apart_;
};

/// The rows of an object that stand, without what is selected of them.
std::string standing_sql(StandsFor what) {
  return what == StandsFor::kAccount
             ? " FROM accounts WHERE connection = ?1 AND ?2 <> '' AND remote <> '' AND deleted = 0"
             : " FROM links WHERE id % " + std::to_string(kConnectionsMax) +
                   " = ?1 AND object = ?2 AND deleted = 0";
}

}  // namespace

Result<KnownRecords> read_known_records(Database& db, Loader& loader, ConnectionId connection, StandsFor what,
                                        const std::vector<RemoteId>& remotes) {
  KnownReading reading(db, loader, connection);
  KnownRecords known;
  for (const RemoteId& remote : remotes) {
    PD_ASSIGN(found, what == StandsFor::kAccount ? reading.account(remote) : reading.link(remote));
    if (!found) {
      PD_ASSIGN(apart, reading.apart(remote));
      found = apart;
    }
    if (found) known.emplace(remote, *found);
  }
  return known;
}

Result<std::vector<StandingRecord>> read_standing_records(Database& db, ConnectionId connection,
                                                          const StandingQuery& query) {
  // Links are numbered by prospect and connection.
  const bool accounts = query.what == StandsFor::kAccount;
  const int64_t after = accounts ? query.after : link_id(ProspectId{query.after + 1}, {}) - 1;
  Statement statement(db,
                      "SELECT id, remote" + standing_sql(query.what) + " AND id > ?3 ORDER BY id LIMIT ?4");
  Query rows(statement);
  rows.bind(connection.value).bind(query.object).bind(after).bind(static_cast<int64_t>(query.limit));
  std::vector<StandingRecord> records;
  while (rows.step()) {
    const int64_t id = rows.integer(0);
    records.push_back({accounts ? id : id / kConnectionsMax, RemoteId(std::string(rows.text(1)))});
  }
  PD_TRY(rows.done());
  return records;
}

Result<int64_t> count_standing_records(Database& db, ConnectionId connection, StandsFor what,
                                       const std::string& object) {
  Statement statement(db, "SELECT count(*)" + standing_sql(what));
  Query query(statement);
  query.bind(connection.value).bind(object);
  const int64_t count = query.step() ? query.integer(0) : 0;
  PD_TRY(query.done());
  return count;
}

DriftTree tree_of_verification(const Verification& verification) {
  DriftTree tree = {{"object", verification.object},
                    {"began", ms_of(verification.began_at)},
                    {"counts", tree_of_counts(verification.counts)}};
  if (verification.finished_at) tree["finished"] = ms_of(*verification.finished_at);
  if (verification.code.empty()) return tree;
  tree["code"] = verification.code;
  tree["trouble"] = verification.trouble;
  return tree;
}

Verification verification_of_tree(const DriftTree& tree) {
  Verification verification;
  if (!tree.is_object()) return verification;
  verification.object = drift_text(tree, "object");
  verification.began_at = time_of(drift_number(tree, "began"));
  if (tree.contains("finished")) verification.finished_at = time_of(drift_number(tree, "finished"));
  if (const auto counts = tree.find("counts"); counts != tree.end())
    verification.counts = counts_of_tree(*counts);
  verification.code = drift_text(tree, "code");
  verification.trouble = drift_text(tree, "trouble");
  return verification;
}

Result<std::vector<StoredVerification>> read_verifications(Database& db) {
  Statement statement(db,
                      "SELECT connection, object, began_at, finished_at, counts, error_code, error FROM "
                      "verifications ORDER BY connection, object");
  Query query(statement);
  std::vector<StoredVerification> all;
  while (query.step()) {
    StoredVerification& one = all.emplace_back();
    one.connection = {query.integer(0)};
    one.verification.object = query.text(1);
    one.verification.began_at = time_of(query.integer(2));
    one.verification.finished_at = time_of(query.integer_or_null(3));
    const std::string_view counts = query.text(4);
    one.verification.counts = counts_of_tree(DriftTree::parse(counts.begin(), counts.end(), nullptr, false));
    one.verification.code = query.text(5);
    one.verification.trouble = query.text(6);
  }
  PD_TRY(query.done());
  return all;
}

Result<void> write_verification(Database& db, const reconcile::PutVerification& step) {
  Statement put(db,
                "INSERT INTO verifications (connection, object, began_at, finished_at, counts, error_code, "
                "error) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection, object) DO UPDATE SET began_at "
                "= excluded.began_at, finished_at = excluded.finished_at, counts = excluded.counts, "
                "error_code = excluded.error_code, error = excluded.error");
  const Verification& verification = step.verification;
  const std::string counts = tree_of_counts(verification.counts).dump();
  Query query(put);
  query.bind(step.connection.value).bind(verification.object).bind(ms_of(verification.began_at));
  query.bind_or_null(ms_of(verification.finished_at)).bind(counts);
  query.bind_or_null(verification.code).bind_or_null(verification.trouble);
  return query.run();
}

}  // namespace prospectd::store
