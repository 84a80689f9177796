#include "reconcile/store/sqlite_causes.h"

#include "reconcile/store/sqlite_rows.h"

namespace prospectd::store {
namespace {

constexpr const char* kCauseSelect = "SELECT id, kind, detail, actor, at FROM causes ";

CauseRow cause_row(const Query& query) {
  return {{query.integer(0)},
          {std::string(query.text(1)), std::string(query.text(2)), std::string(query.text(3))},
          time_of(query.integer(4))};
}

Result<std::optional<CauseRow>> read_one_cause(Query& query) {
  std::optional<CauseRow> found;
  if (query.step()) found = cause_row(query);
  PD_TRY(query.done());
  return found;
}

}  // namespace

Result<std::optional<CauseRow>> read_cause(Database& db, CauseId id) {
  Statement statement(db, std::string(kCauseSelect) + "WHERE id = ?");
  Query query(statement);
  query.bind(id.value);
  return read_one_cause(query);
}

Result<std::optional<CauseRow>> read_last_cause(Database& db) {
  Statement statement(db, std::string(kCauseSelect) + "ORDER BY id DESC LIMIT 1");
  Query query(statement);
  return read_one_cause(query);
}

// In the words of the index causes_by_job.
std::string causes_of_job_sql() {
  return std::string(kCauseSelect) +
         "WHERE kind IN ('pull', 'push') AND instr(detail, ', job ') > 0 "
         "AND substr(detail, instr(detail, ', job ')) = ? ORDER BY id DESC";
}

Result<std::vector<CauseRow>> read_causes_of_job(Database& db, const std::string& job) {
  const std::string end = ", job " + job;
  Statement statement(db, causes_of_job_sql());
  Query query(statement);
  query.bind(end);
  std::vector<CauseRow> rows;
  while (query.step())
    rows.push_back(cause_row(query));
  PD_TRY(query.done());
  return rows;
}

Result<std::optional<CauseId>> read_last_cause_of(Database& db, ProspectId prospect,
                                                  const std::string& field) {
  Statement statement(db,
                      "SELECT cause FROM journal WHERE prospect = ? AND last IS NULL AND field = ? "
                      "AND after IS NOT NULL AND reason <> 'PUSHED' ORDER BY id DESC LIMIT 1");
  Query query(statement);
  query.bind(prospect.value).bind(field);
  std::optional<CauseId> found;
  if (query.step()) found = CauseId{query.integer(0)};
  PD_TRY(query.done());
  return found;
}

}  // namespace prospectd::store
