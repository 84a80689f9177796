// plan_person_page: records in feed order against the snapshot and against what earlier records of the page
// have become.
#include <algorithm>
#include <unordered_map>

#include "reconcile/mass_kinds.h"
#include "reconcile/match.h"
#include "reconcile/merge_record.h"
#include "reconcile/push.h"
#include "reconcile/quarantine.h"
#include "reconcile/references.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;
using mapping::MapEntry;
using mapping::MappedRecord;

class PersonPage {
 public:
  PersonPage(const PersonType& type, const Policy& policy, MappedPage& page, PageSnapshot& snapshot,
             Timestamp now, const Forcing& forcing, Brake* brake)
      : type_(type),
        policy_(policy),
        page_(page),
        snapshot_(snapshot),
        now_(now),
        forcing_(forcing),
        brake_(brake) {
    plan_.steps.reserve(page.records.size());
    created_.reserve(page.records.size());
    snapshot.addresses.reserve(snapshot.addresses.size() + page.records.size());
    snapshot.link_of.reserve(snapshot.link_of.size() + page.records.size());
  }

  Plan run() {
    for (MappedRecord& record : page_.records) {
      before_ = {plan_.steps.size(), plan_.journal.size(), plan_.counts};
      take(record);
      if (stopped_) return cut_off();
      ++plan_.counts.read;
    }
    for (const BadInput& bad : page_.bad)
      set_apart(plan_, snapshot_, page_.object, bad, now_);
    add_creation_row();
    plan_.counts.read += static_cast<int64_t>(page_.bad.size());
    return std::move(plan_);
  }

 private:
  void take(MappedRecord& record) {
    const Decision decision = decide(type_, record, known(record));
    take_back(plan_, snapshot_, record.id);
    switch (decision.verdict) {
      case Verdict::kUnchanged:
        ++plan_.counts.unchanged;
        return;
      case Verdict::kSkip:
        skip(record);
        if (decision.reason == Reason::kInboundUpdateOff && type_.outbound_update)
          update(record, decision, snapshot_.links.at(record.id), false);
        return;
      case Verdict::kCreate:
        create(record, decision.reason);
        return;
      case Verdict::kLink:
        update(record, decision, new_link(record, decision.prospect), true);
        return;
      case Verdict::kUpdate:
        update(record, decision, snapshot_.links.at(record.id), false);
        return;
      case Verdict::kHold:
        hold(record, decision.prospect);
        return;
      case Verdict::kMarkDeleted:
        mark_deleted(record);
        return;
      case Verdict::kFollowMerge:
        follow(record, page_.object, record.lineage.merged_into, "merged", decision.reason);
        return;
      case Verdict::kFollowConversion:
        follow(record, type_.conversion_object, record.lineage.converted_contact, "converted",
               decision.reason);
        return;
    }
  }

  // The brake holds: what came before stays, and nothing is done about this record or those after it.
  Plan cut_off() {
    plan_.steps.erase(plan_.steps.begin() + static_cast<ptrdiff_t>(before_.steps), plan_.steps.end());
    plan_.journal.erase(plan_.journal.begin() + static_cast<ptrdiff_t>(before_.notes), plan_.journal.end());
    plan_.counts = before_.counts;
    add_creation_row();
    return std::move(plan_);
  }

  // To be asked before the page's later records could see anything of the change.
  bool stops_before(const RemoteId& record, const MassKinds& kinds) {
    stopped_ = brake_ != nullptr && !brake_->admits(kinds, snapshot_.connection, page_.object, record, now_);
    return stopped_;
  }

  // ---- what is known of a record, this page's own creations included ----

  Known known(const MappedRecord& record) {
    if (const auto made = created_.find(record.id.str()); made != created_.end()) {
      materialise(made->second);
      created_.erase(made);  // from here on the snapshot says what has become of it
    }
    Known known = known_of(record, snapshot_);
    known.anew = forcing_.side != ForceSide::kNone;
    return known;
  }

  // A record that this page created comes a second time (F: a page may repeat rows): its prospect is needed
  // whole after all.
  void materialise(size_t step) {
    const auto& made = std::get<CreateProspect>(plan_.steps[step]);
    snapshot_.prospects.emplace(made.prospect.id, made.prospect);
    snapshot_.links.emplace(made.link->remote, *made.link);
  }

  Link new_link(const MappedRecord& record, ProspectId prospect) const {
    Link link;
    link.prospect = prospect;
    link.connection = snapshot_.connection;
    link.object = page_.object;
    link.remote = record.id;
    return link;
  }

  // ---- values in the prospect's terms ----

  std::vector<Incoming> incoming_of(const MappedRecord& record, const Prospect& prospect, const Link& link,
                                    std::vector<PendingRef>& pending) {
    std::vector<Incoming> out;
    const auto& entries = type_.map->entries();
    out.reserve(entries.size());
    for (size_t i = 0; i < entries.size(); ++i) {
      if (!speaks_for(entries[i]) || is_at_rest(entries[i], record.values[i], prospect, link)) continue;
      Incoming incoming;
      incoming.entry = &entries[i];
      // Whom the CRM named before: a user who was deactivated since is no change of its side.
      const auto agreed = link.shadow.find(entries[i].local);
      const Value& before =
          agreed == link.shadow.end() ? prospect.fields[entries[i].local] : agreed->second.remote;
      incoming.new_line = !type_.has_compared(link, entries[i]);
      incoming.value = resolve(entries[i], record.values[i], before, pending, incoming.keeps_blanks);
      incoming.forced =
          forced_side(forcing_, *type_.map, entries[i], incoming.value, prospect.fields[entries[i].local]);
      if (incoming.forced == ForceSide::kCrm && forcing_.blanks) incoming.keeps_blanks = true;
      out.push_back(std::move(incoming));
    }
    return out;
  }

  // Both sides hold the same, and nothing else was ever agreed on: so it is with most fields of most records,
  // and there is nothing to decide. A reference has to be resolved first, and a frozen field to be let go.
  bool is_at_rest(const MapEntry& entry, const Value& value, const Prospect& prospect,
                  const Link& link) const {
    const bool refers = entry.type == mapping::LocalType::kUser || entry.type == mapping::LocalType::kAccount;
    return !refers && !value.is_absent() && same_value(value, prospect.fields[entry.local]) &&
           !link.shadow.contains(entry.local) && !snapshot_.frozen.contains(prospect.id);
  }

  // A local field may come in from one CRM field and go out to another: the agreement is with the one that
  // comes in.
  bool speaks_for(const MapEntry& entry) const {
    return entry.takes_in() || type_.map->inward(entry.local) == nullptr;
  }

  Value resolve(const MapEntry& entry, Value value, const Value& current, std::vector<PendingRef>& pending,
                bool& keeps_blanks) {
    if (entry.type != mapping::LocalType::kUser && entry.type != mapping::LocalType::kAccount) return value;
    const bool owner = entry.type == mapping::LocalType::kUser;
    Resolved resolved = owner ? resolve_owner(value, current, entry.local, policy_, snapshot_)
                              : resolve_account(value, snapshot_);
    if (resolved.pending) pending.push_back(*resolved.pending);
    keeps_blanks = owner;
    return std::move(resolved.value);
  }

  // ---- the verdicts ----

  // Whatever the reason, nobody stands in this record's way: what was held of it has nothing left to resolve.
  // Where changes go out, what a linked one holds is agreed on all the same (§11): it is never overwritten
  // unseen.
  void skip(const MappedRecord& record) {
    ++plan_.counts.skipped;
    close_duplicates(record.id);
  }

  // Takes the record's values, but not its id, which `created_` refers to.
  void create(MappedRecord& record, Reason reason) {
    CreateProspect made;
    made.prospect.id = snapshot_.next_prospect;
    ++snapshot_.next_prospect.value;
    made.prospect.version = 1;
    made.prospect.created_at = made.prospect.updated_at = now_;
    made.prospect.fields.assign(type_.schema->size(), Value::null());
    made.link = new_link(record, made.prospect.id);
    made.link->version = record.version;
    made.link->hash = record.hash;
    made.link->edition = type_.edition;
    fill(record, made.prospect, *made.link);
    if (record.email_key) {
      snapshot_.addresses[*record.email_key] = made.prospect.id;
      made.prospect.addresses.push_back(
          {*std::move(record.email_key), std::string(made.prospect.fields[field::kEmail].str())});
    }
    snapshot_.link_of[made.prospect.id] = record.id;
    count_creation(made.prospect.id, reason);
    note_field_errors(record, made.prospect.id);
    close_duplicates(record.id);
    created_.emplace(record.id.str(), plan_.steps.size());  // where the next step will stand
    plan_.steps.emplace_back(std::move(made));
  }

  // A new prospect takes every value that the direction lets in; one it may not take is a standing difference
  // (§11 baseline).
  void fill(MappedRecord& record, Prospect& prospect, Link& link) {
    const auto& entries = type_.map->entries();
    for (size_t i = 0; i < entries.size(); ++i) {
      const MapEntry& entry = entries[i];
      if (!speaks_for(entry)) continue;
      bool keeps_blanks = false;
      Value value = resolve(entry, std::move(record.values[i]), Value::null(), link.pending, keeps_blanks);
      if (value.is_blank()) continue;
      if (entry.takes_in()) {
        prospect.fields[entry.local] = std::move(value);
      } else {
        link.shadow[entry.local] = Agreement{std::move(value), Value::null()};
      }
    }
  }

  void update(const MappedRecord& record, const Decision& decision, Link link, bool first_link) {
    const Prospect& prospect = snapshot_.prospects.at(decision.prospect);
    const bool restored = link.deleted;
    const bool is_known_again = !first_link && link.version == record.version && link.hash == record.hash;
    const Link before = link;
    const bool is_ours = has_arrived(record, prospect, first_link, link);
    std::vector<PendingRef> pending;
    const std::vector<Incoming> incoming = incoming_of(record, prospect, link, pending);
    const MergeContext context{*type_.schema,         snapshot_,      first_link && !is_ours,
                               !type_.inbound_update, record.version, type_.outbound_update};
    MergeResult merge = merge_record(context, prospect, link, incoming);
    if (stops_before(record.id, mass_kinds_of(merge.changes))) return;
    link.pending = std::move(pending);
    link.pending.insert(link.pending.end(), merge.pending.begin(), merge.pending.end());
    link.version = record.version;
    link.hash = record.hash;
    link.edition = type_.edition;
    link.deleted = false;
    plan_.counts.field_errors += merge.email_taken ? 1 : 0;
    const size_t first_step = plan_.steps.size();
    const bool changed = add_merge_steps(plan_, *type_.schema, prospect, link, std::move(merge));
    note_field_errors(record, prospect.id, is_known_again);
    if (first_link) close_duplicates(record.id);
    if (restored) tag(prospect.id, true);
    if (first_link || restored) note_link(link, decision.reason);
    if (first_link || link != before) plan_.steps.emplace_back(PutLink{std::move(link), RemoteId{}});
    if (decision.verdict != Verdict::kSkip) count_update(changed, first_link, restored);
    absorb(first_step);
    if (const auto after = snapshot_.links.find(record.id);
        after != snapshot_.links.end() && (first_link || restored || forcing_.side == ForceSide::kProspect ||
                                           after->second.shadow != before.shadow))
      push_back(prospect.id, after->second);
  }

  // What has arrived though its answer was lost, or told of a failure, is an echo (§11). Answers whether that
  // is the record itself, made by a create whose end is not known: then what was changed here since goes out.
  bool has_arrived(const MappedRecord& record, const Prospect& prospect, bool first_link, Link& link) {
    const auto sent = snapshot_.sent.find(prospect.id);
    if (sent == snapshot_.sent.end()) return false;
    Link known = link;
    const bool whole = acknowledge(type_, record, snapshot_, sent->second, known);
    if (first_link && !whole) return false;
    link = std::move(known);
    if (!first_link) return false;
    await_unsent(type_, prospect, sent->second, link);
    link.edition = type_.edition;
    return true;
  }

  // Where this side's value stays and the CRM's has to follow it.
  void push_back(ProspectId prospect, const Link& link) {
    auto push = outgoing_push(type_, snapshot_.prospects.at(prospect), link);
    if (!push) return;
    push->blanks = forcing_.side == ForceSide::kProspect && forcing_.blanks;
    plan_.steps.emplace_back(*std::move(push));
  }

  void hold(const MappedRecord& record, ProspectId holder) {
    const auto open = snapshot_.open_duplicates.find(record.id);
    if (open != snapshot_.open_duplicates.end() && std::ranges::count(open->second, holder) > 0) {
      ++plan_.counts.held_again;
      return;
    }
    close_duplicates(record.id);  // of an address that it had before
    const RemoteId linked = snapshot_.link_of.at(holder);
    open_duplicate(DuplicateKind::kDuplicateEmail, record.id, holder, linked, object_of(linked),
                   *record.email_key, Reason::kDuplicateEmail);
    ++plan_.counts.held;
  }

  void mark_deleted(const MappedRecord& record) {
    Link link = snapshot_.links.at(record.id);
    if (!link.deleted && stops_before(record.id, kOneDeletion)) return;
    link.version = record.version;
    link.hash = record.hash;
    const size_t first_step = plan_.steps.size();
    if (!link.deleted) {
      link.deleted = true;
      tag(link.prospect, false);
      note_link(link, Reason::kDeletedInCrm);
      ++plan_.counts.deleted;
    }
    plan_.steps.emplace_back(PutLink{std::move(link), RemoteId{}});
    absorb(first_step);
  }

  // The link goes on to the record that this one became (§4). Where that one is linked elsewhere, or unknown,
  // it stays.
  void follow(const MappedRecord& record, const std::string& object, const RemoteId& to, const char* kind,
              Reason reason) {
    Link link = snapshot_.links.at(record.id);
    const size_t first_step = plan_.steps.size();
    if (to.empty() || to == record.id) return stay(record, std::move(link));
    if (const ProspectId other = linked_prospect(to); other) {
      if (other != link.prospect) {
        open_duplicate(DuplicateKind::kMergeConflict, record.id, other, to, object, "",
                       Reason::kMergeConflict);
        ++plan_.counts.held;
      }
      return stay(record, std::move(link));
    }
    if (link.deleted) tag(link.prospect, true);
    link.object = object;
    link.remote = to;
    link.version =
        Timestamp{};  // nothing of the new record has been applied yet: its next reading is a change
    link.hash = 0;
    link.edition = {};  // what the two records have in common goes on; the rest is the new one's to fill in
    link.deleted = false;
    note_link(link, reason);
    close_duplicates(to);
    plan_.steps.emplace_back(AddLineage{{snapshot_.connection, record.id, to, object, kind, now_}});
    plan_.steps.emplace_back(PutLink{std::move(link), record.id});
    ++plan_.counts.moved;
    absorb(first_step);
  }

  void stay(const MappedRecord& record, Link link) {
    if (record.deleted && !link.deleted && stops_before(record.id, kOneDeletion)) return;
    link.version = record.version;
    link.hash = record.hash;
    if (link.deleted != record.deleted) tag(link.prospect, link.deleted);
    link.deleted = record.deleted;
    plan_.steps.emplace_back(PutLink{link, RemoteId{}});
    snapshot_.links[record.id] = std::move(link);
  }

  // ---- small parts of steps ----

  void open_duplicate(DuplicateKind kind, const RemoteId& held, ProspectId prospect, const RemoteId& linked,
                      const std::string& linked_object, const std::string& key, Reason reason) {
    snapshot_.open_duplicates[held].push_back(prospect);
    Duplicate row;
    row.connection = snapshot_.connection;
    row.kind = kind;
    row.object = page_.object;
    row.remote = held;
    row.prospect = prospect;
    row.linked_remote = linked;
    row.linked_object = linked_object;
    row.email_key = key;
    row.policy = name_of(policy_.same_email);
    row.first_seen = now_;
    plan_.steps.emplace_back(HoldDuplicate{std::move(row)});
    JournalEntry entry;
    entry.reason = reason;
    entry.prospect = prospect;
    entry.object = page_.object;
    entry.remote = held;
    plan_.journal.push_back(std::move(entry));
  }

  void close_duplicates(const RemoteId& remote) {
    if (snapshot_.open_duplicates.erase(remote) > 0) {
      plan_.steps.emplace_back(CloseDuplicates{snapshot_.connection, remote});
    }
  }

  void tag(ProspectId prospect, bool remove) {
    plan_.steps.emplace_back(TagProspect{prospect, kDeletedTag, remove});
  }

  void note_link(const Link& link, Reason reason) { plan_.journal.push_back(entry_of(link, reason)); }

  // What a record says again, in a force update, was told before.
  void note_field_errors(const MappedRecord& record, ProspectId prospect, bool is_known_again = false) {
    plan_.counts.field_errors += static_cast<int64_t>(record.errors.size());
    if (is_known_again) return;
    for (const mapping::FieldError& error : record.errors) {
      JournalEntry entry;
      entry.reason = Reason::kFieldError;
      entry.prospect = prospect;
      entry.object = page_.object;
      entry.remote = record.id;
      entry.field = type_.map->entries()[error.entry].spec.local;
      entry.detail = error.message;
      plan_.journal.push_back(std::move(entry));
    }
  }

  ProspectId linked_prospect(const RemoteId& remote) const {
    if (const auto made = created_.find(remote.str()); made != created_.end()) {
      return std::get<CreateProspect>(plan_.steps[made->second]).prospect.id;
    }
    const auto link = snapshot_.links.find(remote);
    return link == snapshot_.links.end() ? ProspectId{} : link->second.prospect;
  }

  std::string object_of(const RemoteId& linked) const {
    const auto link = snapshot_.links.find(linked);
    return link == snapshot_.links.end() ? page_.object : link->second.object;
  }

  // The page's later records see what the steps from `first` on have made of the snapshot.
  void absorb(size_t first) {
    for (size_t i = first; i < plan_.steps.size(); ++i)
      apply_to(snapshot_, plan_.steps[i]);
  }

  void count_creation(ProspectId id, Reason reason) {
    ++plan_.counts.created;
    if (reason == Reason::kNoKey) ++plan_.counts.without_key;
    if (!first_created_) first_created_ = id;
    last_created_ = id;
  }

  void count_update(bool changed, bool linked, bool restored) {
    if (linked) ++plan_.counts.linked;
    if (restored) ++plan_.counts.restored;
    if (linked || restored) return;
    ++(changed ? plan_.counts.updated : plan_.counts.unchanged);
  }

  // One journal row for all creations of the page: their ids are one range.
  void add_creation_row() {
    if (!first_created_) return;
    JournalEntry entry;
    entry.reason = Reason::kCreatedFromCrm;
    entry.prospect = first_created_;
    entry.last = last_created_;
    entry.count = plan_.counts.created;
    entry.object = page_.object;
    // First, as it came first for each of them.
    plan_.journal.insert(plan_.journal.begin(), std::move(entry));
  }

  /// How far the plan had come before the record that is being decided.
  struct Mark {
    size_t steps = 0;
    size_t notes = 0;
    PlanCounts counts = {};
  };

  const PersonType& type_;
  const Policy& policy_;
  MappedPage& page_;
  PageSnapshot& snapshot_;
  Timestamp now_;
  const Forcing forcing_;
  Brake* const brake_;
  bool stopped_ = false;  ///< by the brake
  Mark before_;
  Plan plan_;
  std::unordered_map<std::string_view, size_t>
      created_;  ///< record → its CreateProspect step, until it comes again
  ProspectId first_created_;
  ProspectId last_created_;
};

}  // namespace

Plan plan_person_page(const PersonType& type, const Policy& policy, MappedPage&& page, PageSnapshot& snapshot,
                      Timestamp now, const Forcing& forcing, Brake* brake) {
  return PersonPage(type, policy, page, snapshot, now, forcing, brake).run();
}

}  // namespace prospectd::reconcile
