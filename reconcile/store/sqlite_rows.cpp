#include "reconcile/store/sqlite_rows.h"

#include <algorithm>

namespace prospectd::store {
namespace {

using reconcile::Account;
using reconcile::Address;
using reconcile::Duplicate;
using reconcile::DuplicateKind;
using reconcile::Link;
using reconcile::Prospect;
using reconcile::User;

constexpr const char* kProspectColumns =
    "id, version, created_at, updated_at, local_changed_at, touched_at, custom, ";
constexpr int kFirstStandard = 7;

struct KindRow {
  DuplicateKind kind;
  std::string_view code;
};
constexpr KindRow kKinds[] = {
    {DuplicateKind::kDuplicateEmail, "duplicate_email"},
    {DuplicateKind::kMergeConflict, "merge_conflict"},
    {DuplicateKind::kAmbiguousMatch, "ambiguous_match"},
};

DuplicateKind kind_of(std::string_view code) {
  for (const KindRow& row : kKinds) {
    if (row.code == code) return row.kind;
  }
  return DuplicateKind::kDuplicateEmail;
}

}  // namespace

std::string prospect_columns() {
  return kProspectColumns + standard_columns();
}

int prospect_column_count() {
  static const auto count = 1 + std::ranges::count(prospect_columns(), ',');
  return static_cast<int>(count);
}

std::string_view code_of(DuplicateKind kind) {
  return kKinds[static_cast<size_t>(kind)].code;
}

Rows::Rows(Database& db, const Codec& codec)
    : codec_(codec),
      prospect_by_id_(db, "SELECT " + prospect_columns() + " FROM prospects WHERE id = ?"),
      addresses_of_(db, "SELECT key, typed FROM addresses WHERE id BETWEEN ? AND ? ORDER BY id") {}

Result<Prospect> Rows::prospect(const Query& row) {
  Prospect p;
  p.id = {row.integer(0)};
  p.version = row.integer(1);
  p.created_at = time_of(row.integer(2));
  p.updated_at = time_of(row.integer(3));
  p.local_changed_at = time_of(row.integer_or_null(4));
  p.touched_at = time_of(row.integer_or_null(5));
  const auto& fields = codec_.schema().fields();
  p.fields.reserve(fields.size());
  for (size_t i = 0; i < kStandardColumns; ++i)
    p.fields.push_back(read_value(row, kFirstStandard + static_cast<int>(i), fields[i].type));
  if (codec_.has_custom()) {
    p.fields.resize(fields.size(), Value::null());
    PD_TRY(codec_.read_custom(row.text(6), p.fields));
  }
  Query addresses(addresses_of_);
  addresses.bind(first_address(p.id)).bind(last_address(p.id));
  while (addresses.step()) {
    std::string key(addresses.text(0));
    std::string typed = addresses.is_null(1) ? key : std::string(addresses.text(1));
    p.addresses.push_back(Address{std::move(key), std::move(typed)});
  }
  PD_TRY(addresses.done());
  return p;
}

Result<std::optional<Prospect>> Rows::prospect(ProspectId id) {
  Query query(prospect_by_id_);
  query.bind(id.value);
  if (!query.step()) {
    PD_TRY(query.done());
    return std::optional<Prospect>();
  }
  PD_ASSIGN(found, prospect(query));
  return std::optional(std::move(found));
}

Result<Link> Rows::link(const Query& row) const {
  Link link;
  link.connection = {row.integer(0) % kConnectionsMax};
  link.prospect = {row.integer(0) / kConnectionsMax};
  link.remote = RemoteId(std::string(row.text(1)));
  link.object = row.text(2);
  link.version = time_of(row.integer(3));
  link.hash = static_cast<uint64_t>(row.integer(4));
  link.deleted = row.integer(5) != 0;
  if (!row.is_null(kShadowColumn)) {
    PD_ASSIGN(shadow, codec_.read_shadow(row.text(kShadowColumn)));
    link.shadow = std::move(shadow);
  }
  if (!row.is_null(7)) {
    PD_ASSIGN(pending, Codec::read_pending(row.text(7), codec_.schema().fields()));
    link.pending = std::move(pending);
  }
  link.edition = {row.integer(8)};
  return link;
}

User Rows::user(const Query& row) const {
  User user;
  user.id = {row.integer(0)};
  user.name = row.text(1);
  user.email_key = row.text(2);
  user.kind = row.integer(3) == 0 ? reconcile::UserKind::kPerson : reconcile::UserKind::kQueue;
  user.active = row.integer(4) != 0;
  user.connection = {row.integer(5)};
  user.remote = RemoteId(std::string(row.text(6)));
  user.remote_version = time_of(row.integer(7));
  user.remote_hash = static_cast<uint64_t>(row.integer(8));
  return user;
}

Result<Account> Rows::account(const Query& row) const {
  constexpr int kFirstField = 2;
  constexpr int kAfterFields = kFirstField + static_cast<int>(mapping::account_field::kCount);
  const auto& names = mapping::account_fields();
  Account account;
  account.id = {row.integer(0)};
  account.version = row.integer(1);
  for (size_t i = 0; i < names.size(); ++i)
    account.fields.push_back(read_value(row, kFirstField + static_cast<int>(i), names[i].type));
  account.connection = {row.integer(kAfterFields)};
  account.remote = RemoteId(std::string(row.text(kAfterFields + 1)));
  account.remote_version = time_of(row.integer(kAfterFields + 2));
  account.remote_hash = static_cast<uint64_t>(row.integer(kAfterFields + 3));
  account.deleted = row.integer(kAfterFields + 4) != 0;
  PD_ASSIGN(pending, Codec::read_pending(row.text(kAfterFields + 5), names));
  account.pending = std::move(pending);
  return account;
}

Duplicate Rows::duplicate(const Query& row) {
  Duplicate d;
  d.id = {row.integer(0)};
  d.connection = {row.integer(1)};
  d.kind = kind_of(row.text(2));
  d.object = row.text(3);
  d.remote = RemoteId(std::string(row.text(4)));
  d.prospect = {row.integer(5)};
  d.linked_remote = RemoteId(std::string(row.text(6)));
  d.linked_object = row.text(7);
  d.email_key = row.text(8);
  d.policy = row.text(9);
  d.first_seen = time_of(row.integer(10));
  d.open = row.integer(11) != 0;
  return d;
}

}  // namespace prospectd::store
