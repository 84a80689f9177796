#include "reconcile/edit.h"

#include <algorithm>
#include <iterator>

#include "mapping/coerce.h"
#include "mapping/email_key.h"
#include "reconcile/addresses.h"
#include "reconcile/given_up.h"
#include "reconcile/merge.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;
using mapping::LocalType;

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
}

/// Checks what one edit asks for, and brings it into the fields' kinds.
class EditReading {
 public:
  EditReading(const EditContext& context, const ProspectEdit& edit, const EditScene& scene,
              const Prospect* before)
      : context_(context), edit_(edit), scene_(scene), before_(before) {}

  void read() {
    for (const auto& [at, given] : edit_.values) {
      Value value = given;
      const std::string wrong = at < context_.schema.size() ? read_field(at, value) : "is not there";
      if (!wrong.empty()) add_fault(Reason::kFieldError, at, wrong);
      if (faults_.empty()) values_.emplace_back(at, std::move(value));
    }
  }

  std::vector<std::pair<size_t, Value>>& values() { return values_; }
  std::vector<EditFault>& faults() { return faults_; }

 private:
  std::string name_at(size_t at) const {
    return at < context_.schema.size() ? context_.schema.fields()[at].name : "the field";
  }

  void add_fault(Reason reason, size_t at, const std::string& wrong, ProspectId holder = {}) {
    faults_.push_back({reason, at, name_at(at) + " " + wrong, holder});
  }

  // What is wrong with the value, after the field's name; empty when nothing is, or the fault is noted
  // already.
  std::string read_field(size_t at, Value& value) {
    if (value.is_blank()) {
      value = Value::null();
      return at == field::kOptedOut ? read_opt_out(value) : std::string();
    }
    if (value.str().size() > kEditTextBytesMax)
      return "is too long: at most " + std::to_string(kEditTextBytesMax) + " bytes";
    if (has_control_character(value.str())) return "has a control character in it";
    switch (context_.schema.fields()[at].type) {
      case LocalType::kUser:
        return read_owner(value);
      case LocalType::kAccount:
        return read_account(value);
      default:
        break;
    }
    if (const std::string_view wrong = mapping::coerce(value, context_.schema.fields()[at].type);
        !wrong.empty())
      return std::string(wrong);
    if (at == field::kEmail) return read_email(value);
    if (at == field::kStage) return read_stage(value);
    if (at == field::kOptedOut) return read_opt_out(value);
    return {};
  }

  std::string read_email(const Value& value) {
    const auto key = mapping::email_key(value.str());
    if (!key) return "is no e-mail address";
    const auto held = scene_.addresses.find(*key);
    if (held == scene_.addresses.end() || (before_ != nullptr && held->second == before_->id)) return {};
    const std::string holder = std::to_string(held->second.value);
    add_fault(before_ == nullptr ? Reason::kDuplicateEmail : Reason::kEmailTaken, field::kEmail,
              "is an address of prospect " + holder, held->second);
    return {};
  }

  std::string read_stage(const Value& value) {
    if (scene_.names_stages && !scene_.stages.contains(std::string(value.str())))
      add_fault(Reason::kUnknownStage, field::kStage, "is none of the stages (prospectd list stage)");
    return {};
  }

  // Blank or false takes an opt-out back, which takes more than an edit.
  std::string read_opt_out(const Value& value) {
    const bool* after = value.get<bool>();
    const bool* now = before_ == nullptr ? nullptr : before_->fields[field::kOptedOut].get<bool>();
    if (now == nullptr || !*now || (after != nullptr && *after) || edit_.opt_in) return {};
    add_fault(Reason::kOptOutIsMonotone, field::kOptedOut,
              "is taken back only where the person has opted in again, and it is said so (--opt-in)");
    return {};
  }

  std::string read_owner(Value& value) {
    const User* user = find_user(value);
    if (user == nullptr) {
      add_fault(Reason::kOwnerUnknown, field::kOwner, "is no user's number or address");
    } else if (user->kind == UserKind::kQueue) {
      add_fault(Reason::kOwnerIsQueue, field::kOwner, "is a queue, and a prospect is a person's");
    } else if (!user->active && !owns_already(user->id)) {
      add_fault(Reason::kOwnerInactive, field::kOwner, "is not an active user");
    } else {
      value = Value(user->id.value);
    }
    return {};
  }

  const User* find_user(const Value& value) const {
    UserId id;
    if (const auto key = mapping::email_key(value.str())) {
      const auto by_email = scene_.users_by_email.find(*key);
      if (by_email != scene_.users_by_email.end()) id = by_email->second;
    } else if (Value number = value; mapping::coerce(number, LocalType::kInteger).empty()) {
      id = UserId{*number.get<int64_t>()};
    }
    const auto found = scene_.users.find(id);
    return found == scene_.users.end() ? nullptr : &found->second;
  }

  bool owns_already(UserId user) const {
    return before_ != nullptr && before_->fields[field::kOwner] == Value(user.value);
  }

  std::string read_account(Value& value) {
    const bool number = mapping::coerce(value, LocalType::kInteger).empty();
    if (!number || !scene_.accounts.contains(AccountId{*value.get<int64_t>()}))
      add_fault(Reason::kAccountUnknown, field::kAccount, "is no account's number");
    return {};
  }

  const EditContext& context_;
  const ProspectEdit& edit_;
  const EditScene& scene_;
  const Prospect* before_;
  std::vector<std::pair<size_t, Value>> values_;
  std::vector<EditFault> faults_;
};

PushLane lane_of(const OutwardType& type, const std::vector<FieldChange>& changes) {
  PushLane lane = PushLane::kOrdinary;
  for (const FieldChange& change : changes)
    if (type.gives_out(change.field)) lane = std::min(lane, reconcile::lane_of(change.field));
  return lane;
}

// An undo gives back blanks, too, whatever the mapping does with them.
bool gives_out_any(const OutwardType& type, const std::vector<FieldChange>& changes, bool restores) {
  return std::ranges::any_of(changes, [&](const FieldChange& c) {
    return restores ? type.gives_out(c.field) : type.gives_out(c.field, c.after);
  });
}

std::optional<EnqueuePush> update_of(const OutwardFlow& flow, const Link& link,
                                     const std::vector<FieldChange>& changes, bool restores) {
  const auto type = std::ranges::find(flow.types, link.object, &OutwardType::object);
  if (link.deleted || type == flow.types.end() || !type->updates || !gives_out_any(*type, changes, restores))
    return std::nullopt;
  return EnqueuePush{flow.connection, link.prospect,          link.object,
                     link.remote,     PushOperation::kUpdate, lane_of(*type, changes)};
}

std::optional<EnqueuePush> create_of(const OutwardFlow& flow, const Prospect& after,
                                     const std::vector<FieldChange>& changes) {
  const auto type =
      std::ranges::find_if(flow.types, [&](const OutwardType& t) { return t.may_create(after.fields); });
  if (after.addresses.empty() || type == flow.types.end() || !gives_out_any(*type, changes, false))
    return std::nullopt;
  return EnqueuePush{flow.connection,        after.id, type->object, RemoteId{}, PushOperation::kCreate,
                     lane_of(*type, changes)};
}

void add_pushes(const EditContext& context, const Prospect& after, const std::vector<Link>& links,
                const std::vector<FieldChange>& changes, Plan& plan) {
  for (const OutwardFlow& flow : context.outward) {
    const auto link = std::ranges::find(links, flow.connection, &Link::connection);
    const auto push = link != links.end() ? update_of(flow, *link, changes, context.restores)
                                          : create_of(flow, after, changes);
    if (push) plan.steps.emplace_back(*push);
  }
}

JournalEntry row_of(Reason reason, ProspectId prospect) {
  JournalEntry entry;
  entry.reason = reason;
  entry.prospect = prospect;
  return entry;
}

// The type by which changes of the field reach the link's record; null where they don't.
const OutwardType* outlet_of(const EditContext& context, const Link& link, size_t at) {
  const OutwardType* type = outward_type_of(context.outward, link.connection, link.object);
  const bool flows = !link.deleted && type != nullptr && type->updates && type->gives_out(at);
  return flows ? type : nullptr;
}

// What the record holds, or is to hold, where that is another value than the prospect's. Where it comes from
// another of the record's fields nothing is known of the one that is written.
std::optional<Value> held_apart(const OutwardType* outlet, const Link& link, size_t at, const Value& local) {
  const auto kept = link.shadow.find(at);
  if (outlet == nullptr || kept == link.shadow.end() || outlet->comes_from_elsewhere(at)) return std::nullopt;
  const Agreement& agreed = kept->second;
  const bool is_ours = !same_value(agreed.local, local) && outlet->gives_out(at, local);
  const Value& held = is_ours || is_restoring(agreed, local) ? outgoing_value(agreed, local) : agreed.remote;
  return same_value(held, local) ? std::nullopt : std::optional(held);
}

// The agreement keeps what both sides held; one that the new value brings back is none any more. A blank that
// the mapping keeps here is at rest at once: the sides stand apart.
void keep_agreement(const OutwardType* outlet, Link& link, size_t at, const Value& before,
                    const Value& after) {
  const auto kept = link.shadow.try_emplace(at, Agreement{before, before}).first;
  Agreement& agreed = kept->second;
  if (agreed.restore) {
    // An undo's value that waits to go out gives way to the new one.
    if (same_value(*agreed.restore, agreed.local)) agreed.local = agreed.remote;
    agreed.restore.reset();
  }
  if (outlet != nullptr && !outlet->gives_out(at, after)) agreed.local = after;
  if (agreed == Agreement{after, after}) link.shadow.erase(kept);
}

// The value goes out unless the CRM holds something else by then; where the CRM had one of its own, that
// does. One that waited to go out is taken back: the CRM keeps what it holds. Its write may be under way,
// though; so that is given back, should it arrive. Where the CRM holds something of its own already, that
// `stays`. Answers what the CRM is to hold then.
Value restore_agreement(Link& link, size_t at, const Value& before, const Value& after, const Value& held,
                        bool stays) {
  const auto kept = link.shadow.find(at);
  const bool waits =
      kept != link.shadow.end() && !kept->second.restore && same_value(kept->second.local, after);
  const Value remote = kept == link.shadow.end() ? before : kept->second.remote;
  const Value holds = waits || stays ? remote : held;
  link.shadow[at] = Agreement{remote, after, holds};
  return holds;
}

// What the CRM is to hold again once the prospect holds `after`. The record may have become another since.
const Value& held_before(const ProspectEdit& edit, const Link& link, size_t links, size_t at,
                         const Value& after) {
  const auto held = std::ranges::find_if(edit.held_apart, [&](const HeldApart& one) {
    return one.field == at && (one.remote == link.remote || links == 1);
  });
  return held == edit.held_apart.end() ? after : held->value;
}

JournalEntry row_about(Reason reason, const EditContext& context, const Link& link, size_t at,
                       const Value& before) {
  JournalEntry entry = row_of(reason, link.prospect);
  entry.object = link.object;
  entry.remote = link.remote;
  entry.field = context.schema.fields()[at].name;
  entry.before = before.to_json();
  return entry;
}

bool is_in_review(const EditScene& scene, const Link& link, size_t at) {
  const auto fields = scene.in_review.find(link.prospect);
  return fields != scene.in_review.end() &&
         std::ranges::count(fields->second, std::pair(link.connection, at)) > 0;
}

// One field's agreement with each CRM, as the prospect's value changes. Where a person was to decide, the
// record is read again, whatever is known of it: there may be nothing left to decide.
void change_agreements(const EditContext& context, const ProspectEdit& edit, size_t at, const Value& before,
                       const Value& after, EditScene& scene, Plan& plan) {
  std::vector<Link>& links = scene.links[edit.prospect];
  for (Link& link : links) {
    if (is_in_review(scene, link, at)) {
      link.version = Timestamp{};
      link.hash = 0;
    }
    const OutwardType* outlet = outlet_of(context, link, at);
    const auto apart = held_apart(outlet, link, at, before);
    if (apart) plan.journal.push_back(row_about(Reason::kStoodApart, context, link, at, *apart));
    // What an undo sets back where nothing goes out is no change that waits to: the sides stand apart.
    if (context.restores && outlet == nullptr && !link.shadow.contains(at)) {
      link.shadow[at] = Agreement{before, after};
      continue;
    }
    if (!context.restores || outlet == nullptr) {
      keep_agreement(outlet, link, at, before, after);
      continue;
    }
    const Value& held = held_before(edit, link, links.size(), at, after);
    const bool stays = apart || std::ranges::count(edit.kept_here, at) > 0;
    const Value holds = restore_agreement(link, at, before, after, held, stays);
    if (stays || same_value(holds, after) || same_value(holds, before)) continue;
    plan.journal.push_back(row_about(Reason::kGivenBack, context, link, at, before));
    plan.journal.back().after = holds.to_json();
  }
}

// Would it go out, were it no blank?
bool is_kept_here(const EditContext& context, const std::vector<Link>& links, size_t at, const Value& value) {
  if (context.restores) return false;
  bool any = false;
  for (const Link& link : links) {
    const OutwardType* outlet = outlet_of(context, link, at);
    if (outlet != nullptr && outlet->gives_out(at, value)) return false;
    any = any || outlet != nullptr;
  }
  return any;
}

void plan_change(const EditContext& context, const ProspectEdit& edit, const Prospect& before,
                 std::vector<std::pair<size_t, Value>>& values, EditScene& scene, EditOutcome& out) {
  const ProspectId id = before.id;
  UpdateProspect update{id, before.version, {}, std::nullopt, true};
  Prospect after = before;
  std::vector<Link>& links = scene.links[id];
  for (auto& [at, value] : values) {
    if (same_value(after.fields[at], value)) continue;
    if (at == field::kEmail) update.addresses = with_primary(before, value);
    change_agreements(context, edit, at, before.fields[at], value, scene, out.plan);
    JournalEntry entry = row_of(context.reason, id);
    entry.field = context.schema.fields()[at].name;
    entry.before = before.fields[at].to_json();
    entry.after = value.to_json();
    entry.detail = is_kept_here(context, links, at, value) ? kKeptHere : context.detail;
    out.plan.journal.push_back(std::move(entry));
    update.changes.push_back({at, before.fields[at], value, context.reason});
    after.fields[at] = std::move(value);
  }
  if (update.changes.empty()) return;
  if (update.addresses) after.addresses = *update.addresses;
  ++after.version;
  after.local_changed_at = context.now;
  out.verdict = EditVerdict::kPlanned;
  out.plan.counts.updated = 1;
  const std::vector<FieldChange> changes = update.changes;
  out.plan.steps.emplace_back(std::move(update));
  for (const Link& link : links)
    out.plan.steps.emplace_back(PutLink{link, RemoteId{}});
  add_pushes(context, after, links, changes, out.plan);
  out.stays = stays_here(context.outward, after, links, changes);
  scene.prospects[id] = std::move(after);
}

void plan_creation(const EditContext& context, std::vector<std::pair<size_t, Value>>& values,
                   EditScene& scene, EditOutcome& out) {
  Prospect made;
  made.id = out.prospect = scene.next_prospect;
  made.version = 1;
  made.fields.assign(context.schema.size(), Value::null());
  made.created_at = made.updated_at = context.now;
  made.local_changed_at = context.now;
  std::vector<FieldChange> changes;
  for (auto& [at, value] : values) {
    if (value.is_null()) continue;
    if (at == field::kEmail) made.addresses = with_primary(made, value);
    changes.push_back({at, Value::null(), value, Reason::kCreatedHere});
    made.fields[at] = std::move(value);
  }
  ++scene.next_prospect.value;
  out.verdict = EditVerdict::kPlanned;
  out.plan.counts.created = 1;
  out.plan.counts.without_key = made.addresses.empty() ? 1 : 0;
  out.plan.journal.push_back(row_of(Reason::kCreatedHere, made.id));
  out.plan.steps.emplace_back(CreateProspect{made, std::nullopt});
  add_pushes(context, made, {}, changes, out.plan);
  out.stays = stays_here(context.outward, made, {}, changes);
  scene.prospects[made.id] = std::move(made);
}

// Addresses as the plan leaves them.
void move_addresses(EditScene& scene, ProspectId id, const std::vector<Address>& before) {
  for (const Address& address : before)
    scene.addresses.erase(address.key);
  for (const Address& address : scene.prospects.at(id).addresses)
    scene.addresses[address.key] = id;
}

void add_key(EditKeys& keys, size_t at, const Value& value) {
  Value number = value;
  const bool is_number = mapping::coerce(number, LocalType::kInteger).empty() && number.get<int64_t>();
  if (at == field::kStage && value.is_string()) keys.stages.emplace_back(value.str());
  if (at == field::kAccount && is_number) keys.accounts.push_back({*number.get<int64_t>()});
  if (at == field::kOwner && is_number) keys.users.push_back({*number.get<int64_t>()});
  if (at != field::kOwner && at != field::kEmail) return;
  if (auto key = mapping::email_key(value.str()))
    (at == field::kEmail ? keys.emails : keys.user_emails).push_back(*std::move(key));
}

}  // namespace

EditKeys keys_of_edits(const std::vector<ProspectEdit>& edits) {
  EditKeys keys;
  for (const ProspectEdit& edit : edits) {
    if (edit.prospect) keys.prospects.push_back(edit.prospect);
    for (const auto& [at, value] : edit.values)
      add_key(keys, at, value);
  }
  return keys;
}

EditOutcome plan_edit(const EditContext& context, const ProspectEdit& edit, EditScene& scene) {
  EditOutcome out;
  out.prospect = edit.prospect;
  out.plan.cause = {"edit",
                    edit.prospect ? "prospect " + std::to_string(edit.prospect.value) : "new prospect",
                    context.actor};
  const auto found = scene.prospects.find(edit.prospect);
  const Prospect* before = found == scene.prospects.end() ? nullptr : &found->second;
  if (edit.prospect && before == nullptr) {
    out.verdict = EditVerdict::kNoProspect;
    return out;
  }
  out.version = before == nullptr ? 0 : before->version;
  if (edit.expected && *edit.expected != out.version) {
    out.verdict = EditVerdict::kStale;
    return out;
  }
  EditReading reading(context, edit, scene, before);
  reading.read();
  out.faults = std::move(reading.faults());
  if (!out.faults.empty()) {
    out.verdict = EditVerdict::kRefused;
    return out;
  }
  const std::vector<Address> addresses = before == nullptr ? std::vector<Address>() : before->addresses;
  if (before == nullptr) {
    plan_creation(context, reading.values(), scene, out);
  } else {
    const Prospect was = *before;
    plan_change(context, edit, was, reading.values(), scene, out);
  }
  if (out.verdict == EditVerdict::kPlanned) move_addresses(scene, out.prospect, addresses);
  return out;
}

void add_edit(Plan& sum, Plan plan) {
  sum.cause = std::move(plan.cause);
  std::ranges::move(plan.steps, std::back_inserter(sum.steps));
  sum.counts += plan.counts;
  for (JournalEntry& entry : plan.journal) {
    JournalEntry* last = sum.journal.empty() ? nullptr : &sum.journal.back();
    const bool goes_on = last != nullptr && entry.reason == Reason::kCreatedHere &&
                         last->reason == Reason::kCreatedHere &&
                         last->prospect.value + last->count == entry.prospect.value;
    if (goes_on) {
      last->last = entry.prospect;
      ++last->count;
    } else {
      sum.journal.push_back(std::move(entry));
    }
  }
}

}  // namespace prospectd::reconcile
