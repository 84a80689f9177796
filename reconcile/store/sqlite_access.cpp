#include "reconcile/store/sqlite_access.h"

#include "reconcile/store/sqlite_rows.h"
#include "reconcile/store/sqlite_writer.h"

namespace prospectd::store {

using reconcile::SavedFilter;
using reconcile::Token;

Result<std::vector<Token>> read_tokens(Database& db) {
  Statement statement(db,
                      "SELECT id, name, actor, role, fingerprint, created_by, created_at, expires_at, "
                      "last_used_at, revoked_at FROM tokens ORDER BY id");
  Query query(statement);
  std::vector<Token> tokens;
  while (query.step()) {
    const auto role = reconcile::role_named(query.text(3));
    if (!role) return damaged(db.path(), "a token has a role that is none");
    Token token;
    token.id = {query.integer(0)};
    token.name = query.text(1);
    token.user = query.text(2);
    token.role = *role;
    token.fingerprint = query.text(4);
    token.created_by = query.text(5);
    token.created_at = time_of(query.integer(6));
    token.expires_at = time_of(query.integer_or_null(7));
    token.last_used_at = time_of(query.integer_or_null(8));
    token.revoked_at = time_of(query.integer_or_null(9));
    tokens.push_back(std::move(token));
  }
  PD_TRY(query.done());
  return tokens;
}

Result<std::vector<SavedFilter>> read_saved_filters(Database& db) {
  Statement statement(db, "SELECT name, text, actor, changed_at FROM saved_filters ORDER BY name");
  Query query(statement);
  std::vector<SavedFilter> filters;
  while (query.step()) {
    filters.push_back({std::string(query.text(0)), std::string(query.text(1)), std::string(query.text(2)),
                       time_of(query.integer(3))});
  }
  PD_TRY(query.done());
  return filters;
}

AccessWriter::AccessWriter(WriteContext& context)
    : c_(context),
      add_token_(
          c_.db,
          "INSERT INTO tokens (id, name, actor, role, fingerprint, created_by, created_at, expires_at) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      forget_ended_(
          c_.db,
          "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE coalesce(revoked_at, "
          "expires_at) <= ? ORDER BY coalesce(revoked_at, expires_at) DESC, id DESC LIMIT -1 OFFSET " +
              std::to_string(reconcile::kEndedTokensMax) + ")"),
      revoke_token_(c_.db, "UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"),
      note_use_(c_.db, "UPDATE tokens SET last_used_at = ? WHERE id = ?"),
      put_filter_(c_.db,
                  "INSERT INTO saved_filters (name, text, actor, changed_at) VALUES (?, ?, ?, ?) ON CONFLICT "
                  "(name) DO UPDATE SET text = excluded.text, changed_at = excluded.changed_at"),
      drop_filter_(c_.db, "DELETE FROM saved_filters WHERE name = ?") {}

Result<void> AccessWriter::write(const reconcile::AddToken& step) {
  const Token& token = step.token;
  {
    Query query(add_token_);
    query.bind(token.id.value).bind(token.name).bind(token.user).bind(reconcile::name_of(token.role));
    query.bind(token.fingerprint)
        .bind(c_.cause.actor)
        .bind(ms_of(c_.now))
        .bind_or_null(ms_of(token.expires_at));
    auto done = query.run();
    if (!done) return write_error(std::move(done).error(), "the token's number is taken");
  }
  Query forget(forget_ended_);
  forget.bind(ms_of(c_.now));
  PD_TRY(forget.run());
  ++c_.written;
  return {};
}

Result<void> AccessWriter::write(const reconcile::RevokeToken& step) {
  Query query(revoke_token_);
  query.bind(ms_of(c_.now)).bind(step.id.value);
  PD_TRY(query.run());
  if (c_.db.changes() == 0) return make_error(ErrorCode::kConflict, "the token is not in force");
  ++c_.written;
  return {};
}

Result<void> AccessWriter::write(const reconcile::NoteTokenUse& step) {
  Query query(note_use_);
  query.bind(ms_of(c_.now)).bind(step.id.value);
  PD_TRY(query.run());
  c_.written += c_.db.changes();
  return {};
}

Result<void> AccessWriter::write(const reconcile::PutSavedFilter& step) {
  Query query(step.text ? put_filter_ : drop_filter_);
  query.bind(step.name);
  if (step.text) query.bind(*step.text).bind(c_.cause.actor).bind(ms_of(c_.now));
  PD_TRY(query.run());
  c_.written += c_.db.changes();
  return {};
}

}  // namespace prospectd::store
