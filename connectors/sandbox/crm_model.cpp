#include "connectors/sandbox/crm_model.h"

#include <algorithm>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/key_index.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
using mapping::Value;

int64_t whole_seconds(Timestamp t) {
  return std::chrono::floor<seconds>(t).time_since_epoch().count();
}
Timestamp from_seconds(int64_t s) {
  return Timestamp(seconds(s));
}

ApiError no_such_record() {
  return api_error(404, std::string(code::kNotFound), "The requested resource does not exist");
}

}  // namespace

Org::Org(OrgOptions options) : options_(std::move(options)) {
  for (const ObjectRow& row : standard_objects())
    tables_.push_back(std::make_unique<Table>(row, texts_));
  last_number_.assign(tables_.size(), 0);
  schema_changed_ = now();
}
Org::~Org() = default;

Table* Org::table(std::string_view object) {
  for (auto& t : tables_) {
    if (equals_ignore_case_ascii(t->type().name(), object)) return t.get();
  }
  return nullptr;
}
const Table* Org::table(std::string_view object) const {
  return const_cast<Org*>(this)->table(object);
}

Table* Org::table_of_id(std::string_view id) {
  const std::string_view prefix = salesforce_wire::id_prefix(id);
  for (auto& t : tables_) {
    if (t->type().row().key_prefix == prefix) return t.get();
  }
  return nullptr;
}
const Table* Org::table_of_id(std::string_view id) const {
  return const_cast<Org*>(this)->table_of_id(id);
}

size_t Org::place_of(const Table& table) const {
  const auto at =
      std::find_if(tables_.begin(), tables_.end(), [&](const auto& t) { return t.get() == &table; });
  return static_cast<size_t>(at - tables_.begin());
}

std::string Org::next_id(const Table& table) {
  uint64_t& number = last_number_[place_of(table)];
  std::string id;
  do {
    id = salesforce_wire::make_id(table.type().row().key_prefix, ++number);
  } while (table.find(id));
  return id;
}

const Field* Org::add_custom_text(Table& table, std::string_view name) {
  const int before = table.type().columns();
  const Field* field = table.add_custom_text(name);
  if (table.type().columns() != before) schema_changed_ = now();
  return field;
}

const Field* Org::add_custom(Table& table, Field field) {
  const Field* added = table.add_custom(std::move(field));
  if (added != nullptr) schema_changed_ = now();
  return added;
}

// The prefix that is wanted where it is one and nobody has it; else a00, a01, …, as a real org numbers its
// custom objects.
std::string Org::free_prefix(std::string wanted) const {
  const auto free = [&](std::string_view prefix) {
    const std::string id = std::string(prefix) + "000000000001";
    return prefix.size() == salesforce_wire::kIdPrefixSize && salesforce_wire::canonical_id(id) &&
           table_of_id(prefix) == nullptr;
  };
  for (size_t number = 0; !free(wanted); ++number) {
    constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
    wanted = {'a', kDigits[number / kDigits.size()], kDigits[number % kDigits.size()]};
  }
  return wanted;
}

void Org::set_key_prefix(Table& table, std::string_view prefix) {
  const auto object = std::find_if(custom_objects_.begin(), custom_objects_.end(),
                                   [&](const CustomObject& o) { return o.name == table.type().name(); });
  if (object == custom_objects_.end() || table.rows() > 0 || prefix == object->key_prefix) return;
  object->key_prefix = free_prefix(std::string(prefix));
  table.set_key_prefix(object->key_prefix);
  schema_changed_ = now();
}

Outcome<Table*> Org::add_object(const CustomObject& object) {
  if (!is_api_name(object.name) || table(object.name) != nullptr) {
    return api_error(std::string(code::kInvalidType), "is no name of a new object");
  }
  if (custom_objects_.size() >= kCustomObjectsMax) {
    return api_error(std::string(code::kLimitExceeded), "there are too many custom objects");
  }
  CustomObject& kept = custom_objects_.emplace_back(object);
  kept.key_prefix = free_prefix(std::move(kept.key_prefix));
  const ObjectRow row{
      kept.name, kept.label, kept.label_plural, kept.key_prefix, custom_object_fields(), true, true,
      false,     true};
  tables_.push_back(std::make_unique<Table>(row, texts_));
  last_number_.push_back(0);
  if (tracks_changes_) tables_.back()->track_changes();
  schema_changed_ = now();
  return tables_.back().get();
}

std::string Org::author() {
  const Table& users = *table("User");
  const auto known = users.find(author_);
  return known && users.state(*known) == RowState::kLive ? author_ : run_as_user();
}

std::string Org::run_as_user() {
  Table& users = *table("User");
  const int active = users.type().column("IsActive");
  if (const auto known = users.find(run_as_); known && users.flag(*known, active)) return run_as_;
  for (Row row = 0; row < users.rows(); ++row) {
    if (users.state(row) == RowState::kLive && users.flag(row, active)) {
      run_as_ = users.id(row);
      return run_as_;
    }
  }
  run_as_ = next_id(users);
  const Row row = users.append(run_as_);
  const auto set = [&](std::string_view field, std::string_view text) {
    users.set_text(row, users.type().column(field), text);
  };
  set("Username", "integration@sandbox.test");
  set("Email", "integration@sandbox.test");
  set("FirstName", "Integration");
  set("LastName", "User");
  fill_defaults(users, row, run_as_);
  users.set_stamp_seconds(row, now_seconds());
  return run_as_;
}

void Org::settle() {
  // What comes due during a transaction waits for its end, so that nothing takes it back.
  if (pending_.empty() || transactions_ > 0) return;
  const Timestamp moment = now();
  // Made visible in the order of their commits; those of one moment in the order of their writes.
  std::stable_sort(pending_.begin(), pending_.end(),
                   [](const Pending& a, const Pending& b) { return a.visible_at < b.visible_at; });
  const auto due =
      std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) { return p.visible_at > moment; });
  std::vector<Pending> ready(std::make_move_iterator(pending_.begin()), std::make_move_iterator(due));
  pending_.erase(pending_.begin(), due);
  for (const Pending& change : ready)
    apply(change);
}

std::optional<Timestamp> Org::oldest_pending() const {
  const auto oldest = std::min_element(pending_.begin(), pending_.end(),
                                       [](const Pending& a, const Pending& b) { return a.stamp < b.stamp; });
  if (oldest == pending_.end()) return std::nullopt;
  return from_seconds(oldest->stamp);
}

void Org::end_recording() {
  recorder_.end(now(), recorder_.listening() ? author() : std::string());
}

void Org::apply(const Pending& change) {
  const Recording recording(*this);
  if (change.create) {
    insert(*change.table, change.id, change.fields, change.stamp);
    return;
  }
  const auto row = change.table->find(change.id);
  if (!row || change.table->state(*row) == RowState::kPurged) return;
  const Place place{change.table, *row};
  remember(place);
  recorder_.note(ChangeKind::kUpdate, *change.table, *row);
  store_fields(*change.table, *row, change.fields);
  touched(place, stamp_for(place, change.stamp));
}

int64_t Org::now_seconds() const {
  return whole_seconds(now());
}

int64_t Org::stamp_for(const Place& place, int64_t wanted) const {
  const int64_t last = place.table->stamp_seconds(place.row);
  const int64_t clock = now_seconds();
  return std::max(last, std::min(clock, std::max(wanted, last + 1)));
}

Change Org::touched(const Place& place, int64_t stamp) {
  Table& t = *place.table;
  const SystemColumns& c = t.type().system();
  t.set_stamp_seconds(place.row, stamp);
  t.set_number(place.row, c.modified, stamp);
  t.set_shared_text(place.row, c.modified_by, author());
  derive(t, place.row);
  return Change{std::string(t.type().name()), std::string(t.id(place.row)), from_seconds(stamp), now()};
}

void Org::fill_defaults(Table& table, Row row, std::string_view user) {
  const int64_t clock = now_seconds();
  for (const Field& f : table.type().fields()) {
    if (f.column < 0 || !f.has(kDefaulted) || !table.is_null(row, f.column)) continue;
    if (f.column == table.type().system().stamp) continue;
    if (f.has(kNameField)) {
      table.set_text(row, f.column, table.id(row));
    } else if (f.kind == FieldKind::kBoolean) {
      table.set_flag(row, f.column, f.has(kDefaultTrue));
    } else if (is_picklist(f)) {
      table.set_shared_text(row, f.column, f.picklist.front());
    } else if (f.kind == FieldKind::kReference) {
      table.set_shared_text(row, f.column, user);
    } else if (f.kind == FieldKind::kDateTime) {
      table.set_number(row, f.column, clock);
    } else if (f.name == "Alias") {
      constexpr size_t kAliasMax = 8;
      std::string_view name = table.text(row, table.type().column("Username"));
      table.set_text(row, f.column, name.substr(0, std::min({name.find('@'), name.size(), kAliasMax})));
    }
  }
}

void Org::complete() {
  for (auto& t : tables_) {
    const bool users = t->type().name() == "User";
    const std::string user = users ? std::string() : run_as_user();
    for (Row row = 0; row < t->rows(); ++row) {
      fill_defaults(*t, row, users ? t->id(row) : user);
      derive(*t, row);
    }
  }
  indexes_.clear();
}

Row Org::insert(Table& table, const std::string& id, const std::vector<Assignment>& fields, int64_t stamp) {
  const Row row = table.append(id);
  if (transactions_ > 0) undo_.push_back({Place{&table, row}, std::nullopt});
  recorder_.note(ChangeKind::kCreate, table, row);
  store_fields(table, row, fields);
  fill_defaults(table, row, table.type().name() == "User" ? id : author());
  table.set_number(row, table.type().system().created, stamp);
  table.set_number(row, table.type().system().modified, stamp);
  table.set_stamp_seconds(row, stamp);
  derive(table, row);
  return row;
}

Outcome<Change> Org::commit(Table& table, std::string id, bool create, std::vector<Assignment> fields,
                            const WriteOptions& options) {
  ++writes_;
  const int64_t clock = now_seconds();
  Pending change{now(), clock, &table, std::move(id), create, std::move(fields)};
  if (options.visible_after && options.visible_after->count() > 0) {
    if (pending_.size() >= kPendingMax) {
      return api_error(std::string(code::kLimitExceeded), "too many late commits are waiting");
    }
    change.visible_at += *options.visible_after;
    pending_.push_back(std::move(change));
    const Pending& waiting = pending_.back();
    return Change{std::string(table.type().name()), waiting.id, from_seconds(clock), waiting.visible_at};
  }
  if (options.stamped_before) {
    change.stamp = clock - options.stamped_before->count();
  }
  if (!options.stamped_before && !create) {
    const Place place{&table, *table.find(change.id)};
    remember(place);
    const Recording recording(*this);
    recorder_.note(ChangeKind::kUpdate, table, place.row);
    store_fields(table, place.row, change.fields);
    return touched(place, std::max(clock, table.stamp_seconds(place.row)));
  }
  apply(change);
  const Row row = *table.find(change.id);
  return Change{std::string(table.type().name()), change.id, from_seconds(table.stamp_seconds(row)), now()};
}

Outcome<Org::Place> Org::find_any(std::string_view id) {
  const auto canonical = salesforce_wire::canonical_id(id);
  if (!canonical) return api_error(std::string(code::kMalformedId), "malformed id " + std::string(id));
  Table* t = table_of_id(*canonical);
  const auto row = t == nullptr ? std::nullopt : t->find(*canonical);
  if (!row || t->state(*row) == RowState::kPurged) return no_such_record();
  return Place{t, *row};
}

Outcome<std::pair<const Table*, Row>> Org::record(std::string_view id) {
  settle();
  PD_ASSIGN(place, find_any(id));
  return std::pair<const Table*, Row>{place.table, place.row};
}

Outcome<Org::Place> Org::find_live(std::string_view object, std::string_view id) {
  PD_ASSIGN(place, find_any(id));
  if (!object.empty() && place.table != table(object)) {
    return api_error(std::string(code::kMalformedId), "malformed id " + std::string(id));
  }
  if (place.table->state(place.row) == RowState::kDeleted) {
    return api_error(404, std::string(code::kEntityIsDeleted), "entity is deleted");
  }
  return place;
}

Outcome<Change> Org::create(std::string_view object, const FieldValues& fields, WriteOptions options) {
  settle();
  Table* t = table(object);
  if (t == nullptr) return no_such_record();
  PD_ASSIGN(checked, check_fields(*this, *t, fields, WritePurpose::kCreate));
  return save(*t, next_id(*t), true, std::move(checked), options);
}

Outcome<Change> Org::update(std::string_view object, std::string_view id, const FieldValues& fields,
                            WriteOptions options) {
  settle();
  PD_ASSIGN(place, find_live(object, id));
  const int converted = place.table->type().column("IsConverted");
  if (converted >= 0 && place.table->flag(place.row, converted)) {
    return api_error(std::string(code::kCannotUpdateConvertedLead), "cannot reference converted lead");
  }
  PD_ASSIGN(checked, check_fields(*this, *place.table, fields, WritePurpose::kUpdate));
  return save(*place.table, std::string(place.table->id(place.row)), false, std::move(checked), options);
}

}  // namespace prospectd::sandbox
