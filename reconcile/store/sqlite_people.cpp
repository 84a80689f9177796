// PeopleWriter: prospects, addresses and links.
#include <algorithm>
#include <array>

#include "reconcile/store/sqlite_writer.h"

namespace prospectd::store {
namespace {

using reconcile::Address;
using reconcile::Link;

// What an UPDATE of a prospect sets besides its changed standard fields (one bit each, from bit 0).
constexpr uint32_t kSetsAddresses = 1U << kStandardColumns;
constexpr uint32_t kSetsCustom = kSetsAddresses << 1;
constexpr uint32_t kSetsLocal = kSetsAddresses << 2;
constexpr size_t kUpdateShapesMax = 256;  ///< statements kept

std::string question_marks(size_t n) {
  std::string all = "?";
  for (size_t i = 1; i < n; ++i)
    all += ", ?";
  return all;
}

std::string number(ProspectId id) {
  return std::to_string(id.value);
}

Error conflict(std::string what) {
  return make_error(ErrorCode::kConflict, std::move(what));
}

/// Both sides agree on every field, and it waits for nothing.
bool is_plain(const Link& link) {
  return link.shadow.empty() && link.pending.empty();
}

LinkRow row_of(const Link& link, int64_t remote_hash) {
  return {link_id(link.prospect, link.connection),
          remote_hash,
          link.remote.str(),
          link.object,
          ms_of(link.version),
          static_cast<int64_t>(link.hash),
          link.deleted,
          link.edition.value};
}

void bind_link_state(Query& query, const Link& link, const std::string& shadow, const std::string& pending) {
  query.bind(link.object)
      .bind(ms_of(link.version))
      .bind(static_cast<int64_t>(link.hash))
      .bind(link.deleted ? int64_t{1} : int64_t{0})
      .bind_or_null(shadow)
      .bind_or_null(pending)
      .bind(link.edition.value);
}

}  // namespace

PeopleWriter::PeopleWriter(WriteContext& context, PendingWriter& pending, OutboxWriter& outbox)
    : c_(context),
      pending_(pending),
      outbox_(outbox),
      insert_prospect_(c_.db,
                       "INSERT INTO prospects (id, version, created_at, updated_at, local_changed_at, "
                       "touched_at, address_count, custom, " +
                           standard_columns() + ") VALUES (" + question_marks(8 + kStandardColumns) + ")"),
      prospect_state_(c_.db, "SELECT address_count, custom FROM prospects WHERE id = ?"),
      insert_address_(c_.db, "INSERT INTO addresses (id, key_hash, key, typed) VALUES (?, ?, ?, ?)"),
      delete_addresses_(c_.db, "DELETE FROM addresses WHERE id BETWEEN ? AND ?"),
      judge_duplicates_(c_.db,
                        "UPDATE duplicates SET stale = NOT EXISTS (SELECT 1 FROM addresses WHERE "
                        "addresses.id BETWEEN ? AND ? AND addresses.key = duplicates.email_key) WHERE "
                        "prospect = ? AND open = 1 AND kind = 'duplicate_email' AND email_key <> ''"),
      insert_link_(c_.db,
                   "INSERT INTO links (id, remote_hash, remote, object, version, hash, deleted, shadow, "
                   "pending, edition) VALUES (" +
                       question_marks(10) + ")"),
      update_link_(
          c_.db,
          "UPDATE links SET object = ?, version = ?, hash = ?, deleted = ?, shadow = ?, pending = ?, "
          "edition = ? WHERE id = ?"),
      update_plain_link_(c_.db,
                         "UPDATE links SET object = ?1, version = ?2, hash = ?3, deleted = ?4, edition = ?5 "
                         "WHERE id = ?6 AND remote = ?7 AND shadow IS NULL AND pending IS NULL AND "
                         "(object, version, hash, deleted, edition) IS NOT (?1, ?2, ?3, ?4, ?5)"),
      delete_link_(c_.db, "DELETE FROM links WHERE id = ?") {
  c_.loader.set_debtor(this);
}

Result<void> PeopleWriter::give_up(const reconcile::Plan& plan) {
  emptied_.clear();
  moved_.clear();
  for (const reconcile::Step& step : plan.steps) {
    if (const auto* update = std::get_if<reconcile::UpdateProspect>(&step); update && update->addresses) {
      PD_ASSIGN(removed, remove_addresses(update->id));
      if (removed > 0) emptied_.insert(update->id);
    }
    const auto* put = std::get_if<reconcile::PutLink>(&step);
    if (put == nullptr || put->replaces.empty()) continue;
    PD_ASSIGN(removed, remove_moved(*put));
    if (removed) moved_.emplace(put->replaces, put->link.prospect);
  }
  return {};
}

// ---- prospects ----

Result<void> PeopleWriter::write(const reconcile::CreateProspect& step) {
  const reconcile::Prospect& p = step.prospect;
  const std::string custom = c_.codec.has_custom() ? c_.codec.custom_json(p.fields) : std::string();
  Query query(insert_prospect_);
  query.bind(p.id.value)
      .bind(p.version)
      .bind(ms_of(p.created_at))
      .bind(ms_of(p.updated_at))
      .bind_or_null(ms_of(p.local_changed_at))
      .bind_or_null(ms_of(p.touched_at))
      .bind(static_cast<int64_t>(p.addresses.size()))
      .bind_or_null(custom);
  const Value null = Value::null();
  for (size_t i = 0; i < kStandardColumns; ++i)
    bind_value(query, i < p.fields.size() ? p.fields[i] : null);
  if (auto done = query.run(); !done)
    return write_error(std::move(done).error(), "prospect " + number(p.id) + " is there already");
  ++c_.written;
  ++c_.tally.prospects;
  c_.tally.without_key += p.addresses.empty() ? 1 : 0;
  c_.tally.next_prospect = std::max(c_.tally.next_prospect, p.id.value + 1);
  if (owed_.is_full()) PD_TRY(catch_up());
  // All of a prospect's rows are owed, or none: whoever finds it by one of them finds the others, too.
  const bool owed = !step.link || is_plain(*step.link);
  PD_TRY(add_addresses(p.id, p.addresses, owed));
  if (!step.link) return {};
  if (step.link->prospect != p.id) return conflict("the new prospect's link is another prospect's");
  return add_link(*step.link, owed);
}

Result<void> PeopleWriter::catch_up() {
  if (owed_.empty()) return {};
  owed_.sort();
  for (size_t i = 0; i < owed_.addresses(); ++i)
    PD_TRY(insert(owed_.address(i)));
  for (size_t i = 0; i < owed_.links(); ++i)
    PD_TRY(insert(owed_.link(i), "", ""));
  owed_.clear();
  return {};
}

Result<void> PeopleWriter::pay(const std::vector<ProspectId>& prospects) {
  for (const ProspectId prospect : prospects) {
    const OwedRows::Rows rows = owed_.take(prospect);
    for (const AddressRow& row : rows.addresses)
      PD_TRY(insert(row));
    for (const LinkRow& row : rows.links)
      PD_TRY(insert(row, "", ""));
  }
  return {};
}

Result<void> PeopleWriter::write(const reconcile::UpdateProspect& step) {
  PD_TRY(catch_up());
  uint32_t shape = (step.addresses ? kSetsAddresses : 0) | (step.local ? kSetsLocal : 0);
  std::array<const Value*, kStandardColumns> changed{};
  for (const reconcile::FieldChange& change : step.changes) {
    if (change.field < kStandardColumns) {
      shape |= 1U << change.field;
      changed[change.field] = &change.after;
    } else {
      shape |= kSetsCustom;
    }
  }
  std::string custom;
  if ((shape & kSetsCustom) != 0) {
    PD_ASSIGN(after, custom_after(step));
    custom = std::move(after);
  }
  if (step.addresses) PD_TRY(replace_addresses(step.id, *step.addresses));
  Query query(update_statement(shape));
  query.bind(ms_of(c_.now));
  if (step.addresses) query.bind(static_cast<int64_t>(step.addresses->size()));
  if ((shape & kSetsCustom) != 0) query.bind_or_null(custom);
  if (step.local) query.bind(ms_of(c_.now));
  for (const Value* value : changed) {
    if (value != nullptr) bind_value(query, *value);
  }
  query.bind(step.id.value).bind(step.expected);
  PD_TRY(query.run());
  if (c_.db.changes() != 1) return conflict("prospect " + number(step.id) + " has changed since, or is gone");
  ++c_.written;
  return step.addresses ? judge_duplicates(step.id) : Result<void>{};
}

Statement& PeopleWriter::update_statement(uint32_t shape) {
  if (const auto kept = updates_.find(shape); kept != updates_.end()) return kept->second;
  if (updates_.size() >= kUpdateShapesMax) updates_.clear();
  std::string sql = "UPDATE prospects SET version = version + 1, updated_at = ?";
  if ((shape & kSetsAddresses) != 0) sql += ", address_count = ?";
  if ((shape & kSetsCustom) != 0) sql += ", custom = ?";
  if ((shape & kSetsLocal) != 0) sql += ", local_changed_at = ?";
  for (size_t i = 0; i < kStandardColumns; ++i) {
    if ((shape & (1U << i)) != 0) sql += ", " + c_.codec.schema().fields()[i].name + " = ?";
  }
  return updates_.emplace(shape, Statement(c_.db, sql + " WHERE id = ? AND version = ?")).first->second;
}

Result<std::string> PeopleWriter::custom_after(const reconcile::UpdateProspect& step) {
  Query query(prospect_state_);
  query.bind(step.id.value);
  const std::string stored = query.step() ? std::string(query.text(1)) : std::string();
  PD_TRY(query.done());
  return c_.codec.changed_custom(stored, step.changes);
}

// ---- addresses ----

Result<void> PeopleWriter::add_addresses(ProspectId prospect, const std::vector<Address>& addresses,
                                         bool owed) {
  if (addresses.size() > static_cast<size_t>(kAddressesMax)) {
    return make_error(ErrorCode::kTooLarge, "prospect " + number(prospect) + " would have more than " +
                                                std::to_string(kAddressesMax) + " addresses");
  }
  int64_t id = first_address(prospect);
  for (const Address& address : addresses) {
    const int64_t hash = c_.loader.hash_of(address.key);
    PD_TRY(claim_address(prospect, address, hash));
    const std::string_view typed =
        address.typed == address.key ? std::string_view{} : std::string_view(address.typed);
    const AddressRow row{id++, hash, address.key, typed};
    if (owed)
      owed_.add(row);
    else
      PD_TRY(insert(row));
    c_.loader.added_address(hash);
  }
  return {};
}

Result<void> PeopleWriter::claim_address(ProspectId prospect, const Address& address, int64_t hash) {
  if (c_.free.addresses.erase(hash)) return {};
  PD_ASSIGN(holder, c_.loader.holder_of(address.key, hash));
  if (!holder) return {};
  return conflict("an address of prospect " + number(prospect) + " belongs to prospect " + number(*holder));
}

Result<void> PeopleWriter::insert(const AddressRow& row) {
  Query query(insert_address_);
  query.bind(row.id).bind(row.key_hash).bind(row.key).bind_or_null(row.typed);
  return query.run();
}

Result<int64_t> PeopleWriter::remove_addresses(ProspectId prospect) {
  Query query(delete_addresses_);
  query.bind(first_address(prospect)).bind(last_address(prospect));
  PD_TRY(query.run());
  return c_.db.changes();
}

Result<void> PeopleWriter::replace_addresses(ProspectId prospect, const std::vector<Address>& addresses) {
  int64_t before = 0;
  {
    Query query(prospect_state_);
    query.bind(prospect.value);
    if (query.step()) before = query.integer(0);
    PD_TRY(query.done());
  }
  if (emptied_.erase(prospect) == 0) PD_TRY(remove_addresses(prospect));
  c_.tally.without_key += (addresses.empty() ? 1 : 0) - (before == 0 ? 1 : 0);
  return add_addresses(prospect, addresses, false);
}

// Failure rows held against the prospect: do they still name an address of it?
Result<void> PeopleWriter::judge_duplicates(ProspectId prospect) {
  if (c_.tally.open_duplicates == 0) return {};
  Query query(judge_duplicates_);
  query.bind(first_address(prospect)).bind(last_address(prospect)).bind(prospect.value);
  return query.run();
}

// ---- links ----

Result<void> PeopleWriter::write(const reconcile::PutLink& step) {
  PD_TRY(catch_up());
  const Link& link = step.link;
  // A later step of the plan moves this link on, whole: what it held in between is nobody's.
  if (const auto moves = moved_.find(link.remote);
      moves != moved_.end() && step.replaces.empty() && moves->second == link.prospect) {
    return {};
  }
  if (step.replaces.empty() && is_plain(link)) {
    PD_ASSIGN(done, update_plain_link(link));
    if (done) return {};
  }
  if (!step.replaces.empty() && moved_.erase(step.replaces) == 0) {
    PD_ASSIGN(removed, remove_moved(step));
    if (!removed) return conflict("prospect " + number(link.prospect) + " is not linked as the plan says");
  }
  PD_ASSIGN(stored, stored_link(link.connection, link.remote));
  if (stored && stored->link.prospect != link.prospect) {
    return conflict(link.object + " " + link.remote.str() + " is linked to prospect " +
                    number(stored->link.prospect));
  }
  if (stored) return update_link(link, *stored);
  Query query(prospect_state_);
  query.bind(link.prospect.value);
  const bool there = query.step();
  PD_TRY(query.done());
  if (!there) return conflict("prospect " + number(link.prospect) + " is not there");
  return add_link(link, false);
}

Result<std::optional<StoredLink>> PeopleWriter::stored_link(reconcile::ConnectionId connection,
                                                            const RemoteId& remote) {
  return c_.loader.link_at(connection, remote, c_.loader.hash_of(remote.str()));
}

Result<void> PeopleWriter::add_link(const Link& link, bool owed) {
  if (link.connection.value < 1 || link.connection.value >= kConnectionsMax)
    return make_error(ErrorCode::kInvalidInput, "a link of no connection");
  const int64_t hash = c_.loader.hash_of(link.remote.str());
  PD_TRY(claim_remote(link, hash));
  c_.loader.added_link(hash);
  ++c_.written;
  ++c_.tally.links;
  if (!owed) return insert_link(link, hash);
  owed_.add(row_of(link, hash));
  return {};
}

Result<void> PeopleWriter::insert(const LinkRow& row, const std::string& shadow, const std::string& pending) {
  const ProspectId prospect{row.id / kConnectionsMax};
  Query query(insert_link_);
  query.bind(row.id)
      .bind(row.remote_hash)
      .bind(row.remote)
      .bind(row.object)
      .bind(row.version)
      .bind(row.hash)
      .bind(row.deleted ? int64_t{1} : int64_t{0})
      .bind_or_null(shadow)
      .bind_or_null(pending)
      .bind(row.edition);
  if (auto done = query.run(); !done)
    return write_error(std::move(done).error(), "prospect " + number(prospect) + " is linked already");
  return outbox_.retarget(prospect, {row.id % kConnectionsMax});
}

Result<void> PeopleWriter::claim_remote(const Link& link, int64_t hash) {
  if (c_.free.remotes.erase(hash)) return {};
  PD_ASSIGN(taken, c_.loader.link_at(link.connection, link.remote, hash));
  if (!taken) return {};
  return conflict(link.object + " " + link.remote.str() + " is linked to prospect " +
                  number(taken->link.prospect));
}

Result<void> PeopleWriter::insert_link(const Link& link, int64_t hash) {
  std::string shadow;
  if (!link.shadow.empty()) {
    PD_ASSIGN(json, c_.codec.shadow_json(link.shadow, ""));
    shadow = std::move(json);
  }
  const auto& names = c_.codec.schema().fields();
  const std::string pending = Codec::pending_json(link.pending, names);
  PD_TRY(insert(row_of(link, hash), shadow, pending));
  return pending_.replace(link.connection, PendingWriter::Kind::kProspect, link.prospect.value, {},
                          link.pending, names);
}

// Both sides agree on every field, before and after, as with most links: nothing of it has to be read. False
// where it is not so, or nothing would change.
Result<bool> PeopleWriter::update_plain_link(const Link& link) {
  Query query(update_plain_link_);
  query.bind(link.object)
      .bind(ms_of(link.version))
      .bind(static_cast<int64_t>(link.hash))
      .bind(link.deleted ? int64_t{1} : int64_t{0})
      .bind(link.edition.value)
      .bind(link_id(link.prospect, link.connection))
      .bind(link.remote.str());
  PD_TRY(query.run());
  if (c_.db.changes() == 0) return false;
  ++c_.written;
  return true;
}

Result<void> PeopleWriter::update_link(const Link& link, const StoredLink& stored) {
  if (link == stored.link) return {};
  const auto& names = c_.codec.schema().fields();
  PD_ASSIGN(shadow, c_.codec.shadow_json(link.shadow, stored.shadow));
  const std::string pending = Codec::pending_json(link.pending, names);
  Query query(update_link_);
  bind_link_state(query, link, shadow, pending);
  query.bind(link_id(link.prospect, link.connection));
  PD_TRY(query.run());
  ++c_.written;
  return pending_.replace(link.connection, PendingWriter::Kind::kProspect, link.prospect.value,
                          stored.link.pending, link.pending, names);
}

// Takes away the link that moves; false when it does not stand as the plan says.
Result<bool> PeopleWriter::remove_moved(const reconcile::PutLink& step) {
  PD_ASSIGN(stored, stored_link(step.link.connection, step.replaces));
  if (!stored || stored->link.prospect != step.link.prospect) return false;
  PD_TRY(pending_.replace(step.link.connection, PendingWriter::Kind::kProspect, step.link.prospect.value,
                          stored->link.pending, {}, c_.codec.schema().fields()));
  Query query(delete_link_);
  query.bind(link_id(step.link.prospect, step.link.connection));
  PD_TRY(query.run());
  --c_.tally.links;
  return true;
}

}  // namespace prospectd::store
