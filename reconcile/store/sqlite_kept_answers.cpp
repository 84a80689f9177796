#include "reconcile/store/sqlite_kept_answers.h"

#include "reconcile/store/sqlite_rows.h"

namespace prospectd::store {
namespace {

using reconcile::KeptAnswer;

constexpr const char* kAnswerColumns = "actor, key, request, state, status, location, headers, begun_at";

// Of the columns above.
Result<KeptAnswer> answer_in(Database& db, const Query& query) {
  const auto state = reconcile::answer_state_named(query.text(3));
  if (!state) return damaged(db.path(), "a kept answer has a state that is none");
  KeptAnswer answer;
  answer.key = {std::string(query.text(0)), std::string(query.text(1)), std::string(query.text(2))};
  answer.state = *state;
  answer.status = query.integer(4);
  answer.location = query.text(5);
  answer.headers = query.text(6);
  answer.begun_at = time_of(query.integer(7));
  return answer;
}

}  // namespace

Result<std::optional<KeptAnswer>> read_kept_answer(Database& db, const std::string& actor,
                                                   const std::string& key) {
  Statement statement(
      db, "SELECT " + std::string(kAnswerColumns) + ", body FROM kept_answers WHERE actor = ? AND key = ?");
  Query query(statement);
  query.bind(actor).bind(key);
  std::optional<KeptAnswer> found;
  if (query.step()) {
    PD_ASSIGN(answer, answer_in(db, query));
    answer.body = query.text(8);
    found = std::move(answer);
  }
  PD_TRY(query.done());
  return found;
}

Result<std::vector<KeptSize>> read_kept_answers(Database& db) {
  Statement statement(db, "SELECT " + std::string(kAnswerColumns) +
                              ", coalesce(length(body), 0) FROM kept_answers ORDER BY begun_at, actor, key");
  Query query(statement);
  std::vector<KeptSize> all;
  while (query.step()) {
    PD_ASSIGN(answer, answer_in(db, query));
    all.push_back({std::move(answer), static_cast<size_t>(query.integer(8))});
  }
  PD_TRY(query.done());
  return all;
}

Result<void> keep_answer(Database& db, const KeptAnswer& answer, Timestamp now) {
  Statement forget(db, "DELETE FROM kept_answers WHERE begun_at <= ?");
  {
    Query query(forget);
    query.bind(ms_of(now - reconcile::kAnswersKeptFor));
    PD_TRY(query.run());
  }
  Statement put(db,
                "INSERT OR REPLACE INTO kept_answers (actor, key, request, state, status, location, headers, "
                "begun_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  Query query(put);
  query.bind(answer.key.actor).bind(answer.key.key).bind(answer.key.request).bind(name_of(answer.state));
  query.bind(answer.status).bind_or_null(answer.location).bind_or_null(answer.headers);
  query.bind(ms_of(answer.begun_at)).bind_blob(answer.body);
  return query.run();
}

Result<void> drop_answer(Database& db, const std::string& actor, const std::string& key) {
  Statement drop(db, "DELETE FROM kept_answers WHERE actor = ? AND key = ?");
  Query query(drop);
  query.bind(actor).bind(key);
  return query.run();
}

}  // namespace prospectd::store
