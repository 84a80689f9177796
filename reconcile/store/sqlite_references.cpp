// ReferenceWriter: users and accounts.
#include <algorithm>

#include "reconcile/store/sqlite_writer.h"

namespace prospectd::store {
namespace {

using reconcile::Account;
using reconcile::User;

void bind_user(Query& query, const User& user) {
  query.bind(user.name)
      .bind(user.email_key)
      .bind(static_cast<int64_t>(user.kind))
      .bind(user.active ? int64_t{1} : int64_t{0})
      .bind(user.connection.value)
      .bind(user.remote.str())
      .bind(ms_of(user.remote_version))
      .bind(static_cast<int64_t>(user.remote_hash));
}

void bind_account(Query& query, const Account& account, const std::string& pending) {
  const Value null = Value::null();
  for (size_t i = 0; i < mapping::account_field::kCount; ++i)
    bind_value(query, i < account.fields.size() ? account.fields[i] : null);
  query.bind(account.connection.value)
      .bind(account.remote.str())
      .bind(ms_of(account.remote_version))
      .bind(static_cast<int64_t>(account.remote_hash))
      .bind(account.deleted ? int64_t{1} : int64_t{0})
      .bind_or_null(pending);
}

}  // namespace

ReferenceWriter::ReferenceWriter(WriteContext& context, PendingWriter& pending)
    : c_(context),
      pending_(pending),
      insert_user_(c_.db,
                   "INSERT INTO users (name, email_key, kind, active, connection, remote, remote_version, "
                   "remote_hash, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      update_user_(c_.db,
                   "UPDATE users SET name = ?, email_key = ?, kind = ?, active = ?, connection = ?, remote = "
                   "?, remote_version = ?, remote_hash = ?, version = version + 1 WHERE id = ?"),
      insert_account_(c_.db,
                      "INSERT INTO accounts (name, website, industry, phone, owner, connection, remote, "
                      "remote_version, remote_hash, deleted, pending, id, version) VALUES (?, ?, ?, ?, ?, ?, "
                      "?, ?, ?, ?, ?, ?, ?)"),
      update_account_(
          c_.db,
          "UPDATE accounts SET name = ?, website = ?, industry = ?, phone = ?, owner = ?, connection = "
          "?, remote = ?, remote_version = ?, remote_hash = ?, deleted = ?, pending = ?, version = "
          "version + 1 WHERE id = ? AND version = ?"),
      account_pending_(c_.db, "SELECT pending FROM accounts WHERE id = ?") {}

Result<void> ReferenceWriter::write(const reconcile::PutUser& step) {
  const std::string name = "user " + std::to_string(step.user.id.value);
  Query query(step.create ? insert_user_ : update_user_);
  bind_user(query, step.user);
  query.bind(step.user.id.value);
  if (auto done = query.run(); !done)
    return write_error(std::move(done).error(), name + " or its CRM user is there already");
  if (c_.db.changes() != 1) return make_error(ErrorCode::kConflict, name + " is not there");
  ++c_.written;
  c_.tally.users += step.create ? 1 : 0;
  c_.tally.next_user = std::max(c_.tally.next_user, step.user.id.value + 1);
  return {};
}

Result<void> ReferenceWriter::write(const reconcile::PutAccount& step) {
  PD_TRY(step.create ? insert_account(step.account) : update_account(step.account));
  ++c_.written;
  c_.tally.next_account = std::max(c_.tally.next_account, step.account.id.value + 1);
  return {};
}

Result<void> ReferenceWriter::insert_account(const Account& account) {
  const std::string pending = Codec::pending_json(account.pending, mapping::account_fields());
  Query query(insert_account_);
  bind_account(query, account, pending);
  query.bind(account.id.value).bind(account.version + 1);
  if (auto done = query.run(); !done)
    return write_error(std::move(done).error(),
                       "account " + std::to_string(account.id.value) + " or its record is there already");
  ++c_.tally.accounts;
  return pending_.replace(account.connection, PendingWriter::Kind::kAccount, account.id.value, {},
                          account.pending, mapping::account_fields());
}

Result<void> ReferenceWriter::update_account(const Account& account) {
  const std::string name = "account " + std::to_string(account.id.value);
  std::string stored;
  {
    Query query(account_pending_);
    query.bind(account.id.value);
    if (query.step()) stored = query.text(0);
    PD_TRY(query.done());
  }
  PD_ASSIGN(before, Codec::read_pending(stored, mapping::account_fields()));
  const std::string pending = Codec::pending_json(account.pending, mapping::account_fields());
  Query query(update_account_);
  bind_account(query, account, pending);
  query.bind(account.id.value).bind(account.version);
  if (auto done = query.run(); !done)
    return write_error(std::move(done).error(), "the record of " + name + " belongs to another account");
  if (c_.db.changes() != 1)
    return make_error(ErrorCode::kConflict, name + " has changed since, or is not there");
  return pending_.replace(account.connection, PendingWriter::Kind::kAccount, account.id.value, before,
                          account.pending, mapping::account_fields());
}

}  // namespace prospectd::store
