#include "reconcile/push.h"

#include <algorithm>

#include "base/text.h"
#include "reconcile/merge.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;
using mapping::LocalType;
using mapping::MapEntry;

/// The value of one field as the CRM is to hold it, or why it can't.
class Outgoing {
 public:
  Outgoing(const PersonType& type, const PushScene& scene, PushPayload& payload)
      : type_(type), scene_(scene), payload_(payload) {}

  /// `local`: the value in the prospect's terms; with `blanks` a blank goes out whatever the mapping says.
  /// Answers false when the mapping keeps the value back.
  bool add(const MapEntry& entry, const Value& local, bool blanks = false) {
    std::optional<Value> own = local;
    if (!local.is_blank() && entry.type == LocalType::kUser) own = owner(entry, local);
    if (!local.is_blank() && entry.type == LocalType::kAccount) own = account(entry, local);
    if (!own) return true;  // the fault is noted
    Value value = type_.map->to_remote(entry, *own);
    if (value.is_absent() && blanks && local.is_blank()) value = Value::null();
    if (value.is_absent()) return false;
    payload_.fields.emplace_back(entry.spec.remote, std::move(value));
    payload_.sent[entry.local] = local;
    return true;
  }

 private:
  std::optional<Value> owner(const MapEntry& entry, const Value& local) {
    const auto* number = local.get<int64_t>();
    const auto user = number == nullptr ? scene_.users.end() : scene_.users.find(UserId{*number});
    if (user == scene_.users.end() || user->second.remote.empty())
      return fault(entry, Reason::kOwnerUnknown, "is no user of the CRM");
    if (!user->second.active) return fault(entry, Reason::kOwnerInactive, "is not active in the CRM");
    return Value(user->second.remote.str());
  }

  std::optional<Value> account(const MapEntry& entry, const Value& local) {
    const auto* number = local.get<int64_t>();
    const auto found = number == nullptr ? scene_.accounts.end() : scene_.accounts.find(AccountId{*number});
    if (found == scene_.accounts.end() || found->second.empty())
      return fault(entry, Reason::kAccountUnknown, "is no account of the CRM");
    return Value(found->second.str());
  }

  std::nullopt_t fault(const MapEntry& entry, Reason reason, const char* wrong) {
    payload_.faults.push_back({entry.local, reason, "the " + entry.spec.local + " of the prospect " + wrong});
    return std::nullopt;
  }

  const PersonType& type_;
  const PushScene& scene_;
  PushPayload& payload_;
};

const Agreement* agreement_at(const Link& link, size_t at) {
  const auto found = link.shadow.find(at);
  return found == link.shadow.end() ? nullptr : &found->second;
}

/// Was it changed here, since the two sides agreed on it or are to again?
bool is_changed(size_t at, const Prospect& prospect, const Link& link) {
  const Agreement* agreed = agreement_at(link, at);
  if (agreed == nullptr) return false;
  const Value& local = prospect.fields[at];
  return is_restoring(*agreed, local) || !same_value(local, agreed->local);
}

bool goes_out(const MapEntry& entry, const Prospect& prospect, const Link& link) {
  return entry.gives_out() && is_changed(entry.local, prospect, link);
}

// Nothing is lost silently: a person sees the write given up, and tries it again once the field is back.
void add_missing(const PersonType& type, const Prospect& prospect, const Link& link, PushPayload& payload) {
  for (const MissingOutlet& missing : type.missing) {
    if (!is_changed(missing.local, prospect, link)) continue;
    payload.faults.push_back({missing.local, Reason::kFieldMissing,
                              type.map->object() + " has no field " + missing.remote +
                                  " in the CRM now, or does not show it: " +
                                  type.schema->fields()[missing.local].name + " can't be written"});
  }
}

/// Two sides that are at rest with each other; none where they hold the same.
std::optional<Agreement> standing(const Value& remote, const Value& local) {
  return same_value(remote, local) ? std::nullopt : std::optional(Agreement{remote, local});
}

void set_agreement(Link& link, size_t at, const std::optional<Agreement>& agreed) {
  if (agreed) {
    link.shadow[at] = *agreed;
  } else {
    link.shadow.erase(at);
  }
}

/// What is left of an undo's write once the CRM holds `value`: nothing, when that is what it was to hold.
std::optional<Agreement> after_arrival(const Agreement& agreed, const Value& value) {
  if (same_value(value, *agreed.restore)) return standing(value, agreed.local);
  return Agreement{value, agreed.local, agreed.restore};
}

/// The entry that the agreement about a local field is with.
const MapEntry* agreed_entry(const PersonType& type, size_t at) {
  const auto& entries = type.map->entries();
  const auto found =
      std::ranges::find_if(entries, [at](const MapEntry& one) { return one.local == at && one.speaks; });
  return found == entries.end() ? nullptr : &*found;
}

// Does the mapping keep a blank here?
bool keeps_back(const PersonType& type, const MapEntry* entry, const Value& local) {
  return entry != nullptr && local.is_blank() && type.map->to_remote(*entry, Value::null()).is_absent();
}

// The CRM holds `value` now.
void agree(const PersonType& type, const Prospect& prospect, size_t at, const Value& value, Link& link) {
  const MapEntry* entry = agreed_entry(type, at);
  const Agreement* agreed = agreement_at(link, at);
  if (entry != nullptr && !entry->gives_out()) {
    // It went to another field than the one that it comes from.
    if (agreed == nullptr) return;
    const bool differs = !same_value(agreed->remote, value) || !same_value(prospect.fields[at], value);
    set_agreement(link, at, differs ? std::optional(Agreement{agreed->remote, value}) : std::nullopt);
  } else if (agreed != nullptr && is_restoring(*agreed, prospect.fields[at])) {
    set_agreement(link, at, after_arrival(*agreed, value));
  } else if (keeps_back(type, entry, prospect.fields[at])) {
    set_agreement(link, at, standing(value, prospect.fields[at]));
  } else if (same_value(prospect.fields[at], value)) {
    link.shadow.erase(at);
  } else {
    link.shadow[at] = {value, value};
  }
}

/// What the record held of it before, as far as is known here: where the agreement is with another of its
/// fields, what this side had given out last.
const Value& held_before(const MapEntry* entry, const Agreement& agreed) {
  return entry != nullptr && (!entry->speaks || !entry->gives_out()) ? agreed.local : agreed.remote;
}

JournalEntry row_of(const OutboxEntry& entry, Reason reason) {
  JournalEntry row;
  row.reason = reason;
  row.prospect = entry.prospect;
  row.object = entry.object;
  row.remote = entry.remote;
  return row;
}

std::string caused_by(const OutboxEntry& entry) {
  return "of c-" + std::to_string(entry.cause.value);
}

SettlePush settle_step(const PushEnd& end, std::optional<PushState> state) {
  SettlePush step;
  step.id = end.entry.id;
  step.lease = end.entry.lease;
  step.state = state;
  step.due_at = end.settlement.at;
  step.code = end.code;
  step.error = end.message;
  step.counts = end.settlement.counts;
  return step;
}

// Where the mapping has something for a blank: what the CRM holds instead.
std::string instead_of_blank(const PersonType& type, size_t at, const Value& value) {
  if (!value.is_blank()) return {};
  const auto& entries = type.map->entries();
  const auto entry =
      std::ranges::find_if(entries, [at](const MapEntry& one) { return one.local == at && one.gives_out(); });
  const Value written = entry == entries.end() ? Value() : type.map->to_remote(*entry, Value::null());
  return written.is_blank() ? std::string() : ", written as " + json_quote(written.to_text());
}

void add_written_rows(Plan& plan, const PersonType& type, const mapping::LocalSchema& schema,
                      const PushEnd& end, const Link& link) {
  for (const auto& [at, value] : end.sent) {
    if (at >= schema.size()) continue;
    JournalEntry row = row_of(end.entry, Reason::kPushed);
    row.field = schema.fields()[at].name;
    if (const Agreement* agreed = agreement_at(link, at))
      row.before = held_before(agreed_entry(type, at), *agreed).to_json();
    row.after = value.to_json();
    row.detail = caused_by(end.entry) + instead_of_blank(type, at, value);
    plan.journal.push_back(std::move(row));
  }
}

void add_created_link(Plan& plan, const PersonType& type, const PushEnd& end, const Prospect& prospect,
                      ConnectionId connection) {
  Link link;
  link.prospect = prospect.id;
  link.connection = connection;
  link.object = type.map->object();
  link.remote = end.created;
  link.edition = type.edition;
  for (const auto& [at, value] : end.sent)
    if (at < prospect.fields.size()) agree(type, prospect, at, value, link);
  await_unsent(type, prospect, end.sent, link);
  JournalEntry row = row_of(end.entry, Reason::kCreatedInCrm);
  row.object = link.object;
  row.remote = link.remote;
  row.detail = caused_by(end.entry);
  plan.journal.push_back(std::move(row));
  plan.steps.emplace_back(PutLink{std::move(link), RemoteId{}});
  ++plan.counts.linked;
}

void add_done(Plan& plan, const PersonType& type, const mapping::LocalSchema& schema, PushEnd& end,
              const PushScene& scene) {
  const auto prospect = scene.prospects.find(end.entry.prospect);
  const auto link = scene.links.find(end.entry.prospect);
  if (prospect != scene.prospects.end() && link != scene.links.end()) {
    add_written_rows(plan, type, schema, end, link->second);
    Link after = link->second;
    for (const auto& [at, value] : end.sent)
      if (at < prospect->second.fields.size()) agree(type, prospect->second, at, value, after);
    // What was read before is not what the CRM holds now: were it put back within the same stamp, it would
    // look as if nothing had happened.
    if (!end.sent.empty()) after.hash = 0;
    if (after != link->second) plan.steps.emplace_back(PutLink{std::move(after), RemoteId{}});
    ++plan.counts.updated;
  } else if (prospect != scene.prospects.end() && !end.created.empty()) {
    add_created_link(plan, type, end, prospect->second, end.entry.connection);
  }
  if (end.faults.empty()) {
    plan.steps.emplace_back(settle_step(end, std::nullopt));
    return;
  }
  end.code = code_of(end.faults.front().reason);
  end.message.clear();
  for (const PushFault& fault : end.faults)
    end.message += (end.message.empty() ? "" : "; ") + fault.message;
  plan.steps.emplace_back(settle_step(end, PushState::kDead));
}

}  // namespace

bool is_going_out(const MapEntry& entry, const Prospect& prospect, const Link& link) {
  if (!goes_out(entry, prospect, link)) return false;
  const Agreement& agreed = link.shadow.at(entry.local);
  // What a field holds that the agreement is not about is not known: it is written.
  return !entry.speaks || !same_value(outgoing_value(agreed, prospect.fields[entry.local]), agreed.remote);
}

bool is_given_back(const Link& link) {
  return std::ranges::any_of(link.shadow, [](const auto& field) { return field.second.restore.has_value(); });
}

std::vector<FieldChange> outgoing_changes(const PersonType& type, const Prospect& prospect, const Link& link,
                                          Reason reason) {
  std::vector<FieldChange> changes;
  for (const MapEntry& entry : type.map->entries()) {
    if (!is_going_out(entry, prospect, link)) continue;
    const Agreement& agreed = link.shadow.at(entry.local);
    changes.push_back({entry.local, held_before(&entry, agreed),
                       outgoing_value(agreed, prospect.fields[entry.local]), reason});
  }
  return changes;
}

PushPayload update_payload(const PersonType& type, const Prospect& prospect, const Link& link,
                           const PushScene& scene, bool blanks) {
  PushPayload payload;
  Outgoing outgoing(type, scene, payload);
  const auto reviewed = scene.in_review.find(prospect.id);
  for (const MapEntry& entry : type.map->entries()) {
    if (!goes_out(entry, prospect, link)) continue;
    const Value& local = prospect.fields[entry.local];
    const Agreement& agreed = link.shadow.at(entry.local);
    const bool restores = is_restoring(agreed, local);
    const bool waits = reviewed != scene.in_review.end() && reviewed->second.contains(entry.local);
    if (waits && !restores) continue;
    const Value& value = outgoing_value(agreed, local);
    const bool held = entry.speaks && same_value(value, agreed.remote);
    if (held || !outgoing.add(entry, value, blanks || restores))
      payload.at_rest[entry.local] = standing(agreed.remote, local);
  }
  add_missing(type, prospect, link, payload);
  // Where one of the record's fields gets it, it is at rest once that is written.
  std::erase_if(payload.at_rest, [&](const auto& one) { return payload.sent.contains(one.first); });
  return payload;
}

PushPayload create_payload(const PersonType& type, const Prospect& prospect, const PushScene& scene) {
  PushPayload payload;
  Outgoing outgoing(type, scene, payload);
  for (const MapEntry& entry : type.map->entries())
    if (entry.gives_out()) outgoing.add(entry, prospect.fields[entry.local]);
  std::erase_if(payload.fields, [](const auto& field) { return field.second.is_null(); });
  return payload;
}

std::optional<EnqueuePush> outgoing_push(const PersonType& type, const Prospect& prospect, const Link& link) {
  if (!type.outbound_update || link.deleted) return std::nullopt;
  EnqueuePush push{link.connection, link.prospect,          link.object,
                   link.remote,     PushOperation::kUpdate, PushLane::kOrdinary};
  bool any = false;
  for (const MapEntry& entry : type.map->entries()) {
    if (!is_going_out(entry, prospect, link)) continue;
    any = true;
    push.lane = std::min(push.lane, lane_of(entry.local));
  }
  return any ? std::optional(push) : std::nullopt;
}

void await_unsent(const PersonType& type, const Prospect& prospect, const SentValues& sent, Link& link) {
  for (const MapEntry& entry : type.map->entries()) {
    const size_t at = entry.local;
    const Value& local = prospect.fields[at];
    const bool goes =
        entry.gives_out() && agreed_entry(type, at) == &entry && at != mapping::field::kOptedOut;
    if (goes && !sent.contains(at) && !local.is_blank()) link.shadow[at] = {Value::null(), Value::null()};
  }
}

bool acknowledge(const PersonType& type, const mapping::MappedRecord& record, const PageSnapshot& snapshot,
                 const SentValues& sent, Link& link) {
  bool whole = !sent.empty();
  for (const auto& [at, value] : sent) {
    const MapEntry* entry = agreed_entry(type, at);
    if (entry == nullptr || !entry->gives_out()) continue;
    Value held = record.values[static_cast<size_t>(entry - type.map->entries().data())];
    if (entry->type == LocalType::kUser && held.is_string()) {
      const auto user = snapshot.users.find(RemoteId(std::string(held.str())));
      held = user == snapshot.users.end() ? Value() : Value(user->second.id.value);
    } else if (entry->type == LocalType::kAccount && held.is_string()) {
      const auto account = snapshot.accounts.find(RemoteId(std::string(held.str())));
      held = account == snapshot.accounts.end() ? Value() : Value(account->second.id.value);
    }
    const bool arrived = !held.is_absent() && same_value(held, value);
    whole = whole && arrived;
    if (!arrived) continue;
    const Agreement* agreed = agreement_at(link, at);
    // Seen before: what the prospect's side is agreed on stays.
    if (agreed != nullptr && !agreed->restore && same_value(agreed->remote, value)) continue;
    const bool restores = agreed != nullptr && agreed->restore;
    set_agreement(link, at, restores ? after_arrival(*agreed, value) : Agreement{value, value});
  }
  return whole;
}

void add_end(Plan& plan, const PersonType& type, const mapping::LocalSchema& schema, PushEnd end,
             const PushScene& scene) {
  switch (end.settlement.verdict) {
    case PushVerdict::kDone:
      add_done(plan, type, schema, end, scene);
      return;
    case PushVerdict::kVerify:
      plan.steps.emplace_back(settle_step(end, PushState::kInDoubt));
      return;
    case PushVerdict::kRetryAt:
    case PushVerdict::kRetryAlone:
    case PushVerdict::kFollow:
    case PushVerdict::kLink:
      plan.steps.emplace_back(settle_step(end, PushState::kReady));
      return;
    case PushVerdict::kConflict:
    case PushVerdict::kDeadLetter:
      break;
  }
  JournalEntry row = row_of(end.entry, Reason::kPushRefused);
  row.detail = end.code + ", " + caused_by(end.entry);
  plan.journal.push_back(std::move(row));
  plan.steps.emplace_back(settle_step(end, PushState::kDead));
}

void rest(const PushPayload& payload, Link& link) {
  for (const auto& [at, agreed] : payload.at_rest)
    set_agreement(link, at, agreed);
}

}  // namespace prospectd::reconcile
