#include "connectors/sandbox/change_log.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.h"
#include "connectors/sandbox/json_text.h"
#include "connectors/sandbox/plain_value.h"

namespace prospectd::sandbox {
namespace {

constexpr std::string_view kNoRecord = "000000000000000AAA";
constexpr std::string_view kGap = "GAP_";

std::string_view name_of(ChangeKind kind) {
  static constexpr std::array<std::string_view, 4> kNames = {"CREATE", "UPDATE", "DELETE", "UNDELETE"};
  return kNames[static_cast<size_t>(kind)];
}

// Id, IsDeleted, SystemModstamp and what is computed are not told (§16.2).
bool is_told(const ObjectType& type, const Field& field) {
  const SystemColumns& system = type.system();
  return field.column >= 0 && field.formula.empty() && field.column != system.id &&
         field.column != system.stamp && field.column != system.deleted;
}

// "LastName" of Name, "City" of MailingCity: what a part is called inside its compound field.
std::string_view part_name(const Field& field) {
  constexpr std::string_view kAddress = "Address";
  const std::string_view compound = field.compound_of;
  if (!compound.ends_with(kAddress)) return field.name;
  const std::string_view prefix = compound.substr(0, compound.size() - kAddress.size());
  const std::string_view name = field.name;
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

std::string told_name(const Field& field) {
  return field.compound_of.empty() ? field.name : field.compound_of + "." + std::string(part_name(field));
}

void append_member(std::string& out, std::string_view name, const Table& table, Row row, const Field& field) {
  if (out.back() != '{') out += ',';
  append_quoted(out, name);
  out += ':';
  if (table.is_null(row, field.column)) {
    out += "null";
    return;
  }
  if (is_bare(field.kind)) return append_bare_value(out, table, row, field);
  std::string value;
  append_plain_value(value, table, row, field);
  append_quoted(out, value);
}

/// The fields of an event: for an update those that changed, else all that have a value.
class EventBody {
 public:
  EventBody(const ChangedRecord& record, const Knobs& knobs)
      : record_(record), type_(record.table->type()), knobs_(knobs) {}

  std::string text() const {
    std::string out = "{";
    std::vector<std::string_view> nested;
    if (record_.kind == ChangeKind::kDelete) return "{}";
    for (const Field& field : type_.fields()) {
      if (!shows(field)) continue;
      if (field.compound_of.empty()) {
        append_member(out, field.name, *record_.table, record_.row, field);
      } else if (std::find(nested.begin(), nested.end(), field.compound_of) == nested.end()) {
        nested.push_back(field.compound_of);
        append_compound(out, field.compound_of);
      }
    }
    return out + "}";
  }

  // ["Email","LastModifiedDate"]
  std::string changed_fields() const {
    std::string out = "[";
    for (const Field& field : type_.fields()) {
      if (!shows(field)) continue;
      if (out.size() > 1) out += ',';
      append_quoted(out, told_name(field));
    }
    return out + "]";
  }

 private:
  bool shows(const Field& field) const {
    if (!is_told(type_, field) || !knobs_.field_visible(type_.name(), field.name)) return false;
    if (record_.kind != ChangeKind::kUpdate) return !record_.table->is_null(record_.row, field.column);
    return field.column == type_.system().modified ||
           std::find(record_.columns.begin(), record_.columns.end(), field.column) != record_.columns.end();
  }

  void append_compound(std::string& out, const std::string& compound) const {
    if (out.back() != '{') out += ',';
    append_quoted(out, compound);
    out += ":{";
    for (const Field& field : type_.fields()) {
      if (field.compound_of == compound && shows(field))
        append_member(out, part_name(field), *record_.table, record_.row, field);
    }
    out += '}';
  }

  const ChangedRecord& record_;
  const ObjectType& type_;
  const Knobs& knobs_;
};

/// What an event says, before its records are put together with those of equal events.
struct Told {
  const Table* table = nullptr;
  std::string type;
  std::string changed = {};  ///< changedFields; empty: none
  std::string body = "{}";
  std::vector<std::string_view> ids = {};

  bool same_as(const Told& other) const {
    return table == other.table && type == other.type && changed == other.changed && body == other.body;
  }
};

std::string transaction_key(uint64_t number) {
  char text[40];
  std::snprintf(text, sizeof(text), "%08llx-0000-4000-8000-%012llx",
                static_cast<unsigned long long>(number >> 32) & 0xffff'ffffULL,
                static_cast<unsigned long long>(number));
  return text;
}

/// The header's text around an event's ids and its number, which one transaction's events of an object share.
struct Head {
  const Table* table = nullptr;
  std::string type = {};
  std::string to_ids = {};       ///< {"schema":…,"payload":{"ChangeEventHeader":{…,"recordIds":[
  std::string to_sequence = {};  ///< ],"changeType":…,"sequenceNumber":
  std::string behind = {};       ///< ,"commitTimestamp":…,"commitNumber":…
};

Head head_of(const ChangeSet& transaction, const Told& told) {
  constexpr uint64_t kFirstCommitNumber = 11'000'000'000'000ULL;
  const std::string entity(told.table->type().name());
  Head head{told.table, told.type};
  head.to_ids = "{\"schema\":" +
                json_quote(change_event_name(entity) + "-" + std::to_string(told.table->type().columns())) +
                ",\"payload\":{\"ChangeEventHeader\":{\"entityName\":" + json_quote(entity) +
                ",\"recordIds\":[";
  head.to_sequence =
      "],\"changeType\":" + json_quote(told.type) + ",\"changeOrigin\":" + json_quote(transaction.origin) +
      ",\"transactionKey\":" + json_quote(transaction_key(transaction.number)) + ",\"sequenceNumber\":";
  head.behind = ",\"commitTimestamp\":" + std::to_string(transaction.committed.time_since_epoch().count()) +
                ",\"commitUser\":" + json_quote(transaction.user) +
                ",\"commitNumber\":" + std::to_string(kFirstCommitNumber + transaction.number);
  return head;
}

// {"schema":…,"payload":{"ChangeEventHeader":{…},…}} without its closing brace.
std::string data_of(const Head& head, const Told& told, size_t sequence) {
  std::string out = head.to_ids;
  for (const std::string_view id : told.ids) {
    if (out.back() != '[') out += ',';
    append_quoted(out, id);
  }
  out += head.to_sequence;
  append_number(out, static_cast<int64_t>(sequence));
  out += head.behind;
  if (!told.changed.empty()) out += ",\"changedFields\":" + told.changed;
  out += '}';
  if (told.body.size() > 2) {
    out += ',';
    out.append(told.body, 1, told.body.size() - 2);
  }
  out += '}';
  return out;
}

Told told_of(const ChangedRecord& record, const Knobs& knobs) {
  Told told{record.table, std::string(name_of(record.kind))};
  const EventBody body(record, knobs);
  told.body = body.text();
  if (record.kind == ChangeKind::kUpdate) told.changed = body.changed_fields();
  if (told.body.size() > kEventBytesMax) told = Told{record.table, std::string(kGap) + told.type};
  told.ids.push_back(record.table->id(record.row));
  return told;
}

}  // namespace

bool has_change_events(const Table& table) {
  return table.type().name() != "Group";
}

std::string change_event_name(std::string_view entity) {
  constexpr std::string_view kCustomEnd = "__c";
  if (!entity.ends_with(kCustomEnd)) return std::string(entity) + "ChangeEvent";
  return std::string(entity.substr(0, entity.size() - 1)) + "ChangeEvent";
}

void ChangeLog::add(const ChangeSet& transaction, const Knobs& knobs) {
  std::vector<Told> all;
  for (const ChangedRecord& record : transaction.records) {
    if (!has_change_events(*record.table)) continue;
    Told told = told_of(record, knobs);
    if (!all.empty() && all.back().same_as(told)) {
      all.back().ids.push_back(told.ids.front());
    } else {
      all.push_back(std::move(told));
    }
  }
  for (const Table* table : transaction.overflowed) {
    if (!has_change_events(*table)) continue;
    Told told{table, std::string(kGap) + "OVERFLOW"};
    told.ids.push_back(kNoRecord);
    all.push_back(std::move(told));
  }
  Head head;
  for (size_t i = 0; i < all.size(); ++i) {
    const Told& told = all[i];
    if (head.table != told.table || head.type != told.type) head = head_of(transaction, told);
    push(transaction, told.table->type().name(), data_of(head, told, i + 1));
  }
}

void ChangeLog::push(const ChangeSet& transaction, std::string_view entity, std::string data) {
  const int64_t id = ++last_id_;
  data += ",\"event\":{\"replayId\":" + std::to_string(id) + "}}";
  bytes_ += data.size();
  events_.push_back({id, transaction.committed, std::string(entity), std::move(data)});
  while (events_.size() > kEventsMax || bytes_ > kEventLogBytesMax) {
    bytes_ -= events_.front().data.size();
    events_.pop_front();
  }
}

void ChangeLog::expire(Timestamp now) {
  while (!events_.empty() && now - events_.front().at > kEventsKept) {
    bytes_ -= events_.front().data.size();
    events_.pop_front();
  }
}

std::vector<const ChangeEvent*> ChangeLog::after(int64_t after, std::string_view entity, size_t max) const {
  std::vector<const ChangeEvent*> found;
  auto at = std::upper_bound(events_.begin(), events_.end(), after,
                             [](int64_t id, const ChangeEvent& event) { return id < event.replay_id; });
  for (; at != events_.end() && found.size() < max; ++at) {
    if (entity.empty() || at->entity == entity) found.push_back(&*at);
  }
  return found;
}

}  // namespace prospectd::sandbox
