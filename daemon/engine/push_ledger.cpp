#include "daemon/engine/push_ledger.h"

#include <algorithm>
#include <set>

#include "reconcile/lease.h"

namespace prospectd::engine {
namespace {

namespace field = mapping::field;
using reconcile::CreateVerdict;
using reconcile::OutboxEntry;
using reconcile::Plan;
using reconcile::PushEnd;
using reconcile::PushPayload;
using reconcile::PushScene;
using reconcile::PushState;
using reconcile::PushVerdict;
using reconcile::Reason;

constexpr const char* kPushActor = "prospectd";
constexpr milliseconds kUnreadablePause{900'000};

std::vector<ProspectId> prospects_of(const std::vector<OutboxEntry>& entries) {
  std::vector<ProspectId> ids;
  ids.reserve(entries.size());
  for (const OutboxEntry& entry : entries)
    ids.push_back(entry.prospect);
  return ids;
}

reconcile::SettlePush settlement_of(const OutboxEntry& entry, std::optional<PushState> state, Timestamp at) {
  reconcile::SettlePush step;
  step.id = entry.id;
  step.lease = entry.lease;
  step.state = state;
  step.due_at = at;
  step.counts = false;
  return step;
}

reconcile::JournalEntry row_of(const OutboxEntry& entry, Reason reason) {
  reconcile::JournalEntry row;
  row.reason = reason;
  row.prospect = entry.prospect;
  row.object = entry.object;
  row.remote = entry.remote;
  return row;
}

AccountId account_of(const reconcile::Prospect& prospect) {
  const auto* account = prospect.fields[field::kAccount].get<int64_t>();
  return account == nullptr ? AccountId{} : AccountId{*account};
}

/// Entries whose link, as it stands now, is what they are written to.
class Preparing {
 public:
  Preparing(const reconcile::PersonType& type, const PushScene& scene, Timestamp now, Plan& plan,
            PushSummary& summary)
      : type_(type), scene_(scene), now_(now), plan_(plan), summary_(summary) {}

  void take(OutboxEntry entry) {
    const auto prospect = scene_.prospects.find(entry.prospect);
    const auto link = scene_.links.find(entry.prospect);
    if (prospect == scene_.prospects.end() || link == scene_.links.end() || link->second.deleted)
      return drop(entry);
    if (link->second.remote != entry.remote) {
      plan_.steps.emplace_back(settlement_of(entry, PushState::kReady, now_));  // it follows its link
      return;
    }
    PushPayload payload = update_payload(type_, prospect->second, link->second, scene_, entry.blanks);
    if (!type_.outbound_update) payload = {};
    if (!payload.at_rest.empty()) {
      reconcile::Link after = link->second;
      rest(payload, after);
      plan_.steps.emplace_back(reconcile::PutLink{std::move(after), RemoteId{}});
    }
    if (payload.fields.empty()) return settle_unsent(std::move(entry), std::move(payload));
    plan_.steps.emplace_back(reconcile::NotePushSent{entry.id, entry.lease, payload.sent});
    entry.sent = payload.sent;
    rows.push_back({std::move(entry), std::move(payload), account_of(prospect->second)});
  }

  std::vector<PushRow> rows;

 private:
  void drop(const OutboxEntry& entry) {
    plan_.journal.push_back(row_of(entry, Reason::kRecordGone));
    plan_.steps.emplace_back(settlement_of(entry, std::nullopt, now_));
    ++summary_.at_rest;
  }

  void settle_unsent(OutboxEntry entry, PushPayload payload) {
    ++(payload.faults.empty() ? summary_.at_rest : summary_.refused);
    PushEnd end;
    end.entry = std::move(entry);
    end.faults = std::move(payload.faults);
    end.settlement.verdict = PushVerdict::kDone;
    add_end(plan_, type_, *type_.schema, std::move(end), PushScene{});
  }

  const reconcile::PersonType& type_;
  const PushScene& scene_;
  const Timestamp now_;
  Plan& plan_;
  PushSummary& summary_;
};

/// Prospects that have no record: each is linked, given one of its own, or left to a person (§3).
class Choosing {
 public:
  Choosing(const Terms& terms, const PushScene& scene, reconcile::PageSnapshot& snapshot,
           milliseconds settles_after, Plan& plan, PushSummary& summary)
      : terms_(terms),
        scene_(scene),
        snapshot_(snapshot),
        settles_after_(settles_after),
        plan_(plan),
        summary_(summary) {}

  void take(FoundFor wanted) {
    OutboxEntry& entry = wanted.entry;
    const auto prospect = scene_.prospects.find(entry.prospect);
    const bool is_nobody = prospect == scene_.prospects.end();
    if (is_nobody || (prospect->second.addresses.empty() && !entry.is_in_doubt())) return without_key(entry);
    if (scene_.links.contains(entry.prospect)) {
      plan_.steps.emplace_back(settlement_of(entry, PushState::kReady, terms_.now));  // it follows its link
      return;
    }
    if (wanted.unreadable) return wait(entry);
    for (reconcile::FoundRecord& one : wanted.found)
      one.holder = holder_of(one.record.id);
    const auto choice = choose_record(terms_.types, prospect->second.fields, wanted.found,
                                      terms_.policy.same_email, owner_of(prospect->second));
    switch (choice.verdict) {
      case CreateVerdict::kCreate:
        return create(std::move(entry), choice.type, prospect->second);
      case CreateVerdict::kLink:
        return link(entry, prospect->second, wanted.found[choice.found]);
      case CreateVerdict::kTaken:
        return give_up(entry, Reason::kLinkTaken);
      case CreateVerdict::kAmbiguous:
        return give_up(entry, Reason::kAmbiguousRecord);
      case CreateVerdict::kNoType:
        if (may_show_yet(entry)) return look_again(entry);
        plan_.steps.emplace_back(settlement_of(entry, std::nullopt, terms_.now));
        ++summary_.at_rest;
        return;
    }
  }

  std::vector<std::pair<size_t, PushRow>> rows;

 private:
  // Without a key nothing is created (§3); an address that comes later makes a new entry.
  void without_key(const OutboxEntry& entry) {
    plan_.journal.push_back(row_of(entry, Reason::kNoKey));
    plan_.steps.emplace_back(settlement_of(entry, std::nullopt, terms_.now));
    ++summary_.at_rest;
  }

  void wait(const OutboxEntry& entry) {
    reconcile::SettlePush step = settlement_of(
        entry, entry.is_in_doubt() ? PushState::kInDoubt : PushState::kReady, terms_.now + kUnreadablePause);
    step.code = name_of(ErrorCode::kBadRecord);
    step.error = "a record that may stand for it already can't be read";
    plan_.steps.emplace_back(std::move(step));
    ++summary_.again;
  }

  ProspectId holder_of(const RemoteId& record) const {
    const auto held = snapshot_.links.find(record);
    if (held != snapshot_.links.end()) return held->second.prospect;
    return claimed_.contains(record) ? ProspectId{-1} : ProspectId{};
  }

  std::string owner_of(const reconcile::Prospect& prospect) const {
    const auto* owner = prospect.fields[field::kOwner].get<int64_t>();
    const auto user = owner == nullptr ? scene_.users.end() : scene_.users.find(UserId{*owner});
    return user == scene_.users.end() ? std::string() : std::string(user->second.remote.str());
  }

  // What may have been made is looked for until it must show, and only then made anew.
  bool may_show_yet(const OutboxEntry& entry) const {
    return entry.is_in_doubt() && entry.sent_at && terms_.now < *entry.sent_at + settles_after_;
  }

  void look_again(const OutboxEntry& entry) {
    const Timestamp again = std::min(terms_.now + settles_after_ / 8, *entry.sent_at + settles_after_);
    plan_.steps.emplace_back(settlement_of(entry, PushState::kInDoubt, again));
    ++summary_.doubtful;
  }

  void create(OutboxEntry entry, size_t type, const reconcile::Prospect& prospect) {
    if (may_show_yet(entry)) return look_again(entry);
    if (prospect.addresses.empty()) return without_key(entry);
    PushPayload payload = create_payload(terms_.types[type], prospect, scene_);
    plan_.steps.emplace_back(reconcile::NotePushSent{entry.id, entry.lease, payload.sent});
    entry.sent = payload.sent;
    entry.object = terms_.types[type].map->object();
    rows.emplace_back(type, PushRow{std::move(entry), std::move(payload), account_of(prospect)});
  }

  void link(const OutboxEntry& entry, const reconcile::Prospect& prospect,
            const reconcile::FoundRecord& found) {
    const reconcile::PersonType& type = terms_.types[found.type];
    auto [made, opts_out] = baseline_link(type, prospect, found.record, terms_.policy, snapshot_, entry.sent);
    claimed_.insert(found.record.id);
    reconcile::JournalEntry row = row_of(entry, Reason::kLinkedInCrm);
    row.object = made.object;
    row.remote = made.remote;
    plan_.journal.push_back(std::move(row));
    plan_.steps.emplace_back(reconcile::CloseDuplicates{made.connection, made.remote});
    const auto push = outgoing_push(type, prospect, made);
    if (opts_out) opt_out(prospect, made);
    plan_.steps.emplace_back(reconcile::PutLink{std::move(made), RemoteId{}});
    plan_.steps.emplace_back(settlement_of(entry, std::nullopt, terms_.now));
    if (push) plan_.steps.emplace_back(*push);
    ++summary_.linked;
  }

  void opt_out(const reconcile::Prospect& prospect, const reconcile::Link& link) {
    const reconcile::FieldChange change{field::kOptedOut, prospect.fields[field::kOptedOut],
                                        mapping::Value(true), Reason::kUpdatedFromCrm};
    reconcile::JournalEntry row;
    row.reason = change.reason;
    row.prospect = prospect.id;
    row.object = link.object;
    row.remote = link.remote;
    row.field = terms_.types.front().schema->fields()[change.field].name;
    row.before = change.before.to_json();
    row.after = change.after.to_json();
    plan_.journal.push_back(std::move(row));
    plan_.steps.emplace_back(
        reconcile::UpdateProspect{prospect.id, prospect.version, {change}, std::nullopt, false});
  }

  void give_up(const OutboxEntry& entry, Reason reason) {
    plan_.journal.push_back(row_of(entry, reason));
    reconcile::SettlePush step = settlement_of(entry, PushState::kDead, terms_.now);
    step.code = code_of(reason);
    step.error = sentence_of(reason);
    plan_.steps.emplace_back(std::move(step));
    ++summary_.refused;
  }

  const Terms& terms_;
  const PushScene& scene_;
  reconcile::PageSnapshot& snapshot_;
  const milliseconds settles_after_;
  Plan& plan_;
  PushSummary& summary_;
  std::set<RemoteId> claimed_;  ///< linked by this very plan
};

void count(const PushEnd& end, PushSummary& summary) {
  switch (end.settlement.verdict) {
    case PushVerdict::kDone:
      if (!end.faults.empty()) ++summary.refused;
      ++(end.created.empty() ? summary.written : summary.created);
      return;
    case PushVerdict::kVerify:
      ++summary.doubtful;
      return;
    case PushVerdict::kConflict:
    case PushVerdict::kDeadLetter:
      ++summary.refused;
      return;
    default:
      ++summary.again;
  }
}

}  // namespace

PushSummary& PushSummary::operator+=(const PushSummary& o) {
  for (const PushCount& row : kPushCounts)
    this->*row.count += o.*row.count;
  calls += o.calls;
  if (!first_error) first_error = o.first_error;
  if (held_back.empty()) held_back = o.held_back;
  return *this;
}

bool PushSummary::any() const {
  return std::ranges::any_of(kPushCounts, [this](const PushCount& row) { return this->*row.count > 0; });
}

Plan PushLedger::new_plan(const std::string& object) const {
  Plan plan;
  plan.cause = {"push", options_.name + "/" + object, kPushActor};
  return plan;
}

Result<void> PushLedger::write(store::Transaction& transaction, const Plan& plan, Timestamp now) {
  PD_TRY(transaction.apply(plan, now));
  PD_TRY(transaction.commit());
  if (on_plan_) on_plan_(plan);
  return {};
}

Result<void> PushLedger::abandon(Timestamp now) {
  PD_ASSIGN(transaction, store_.begin());
  PD_ASSIGN(waits, transaction->next_push(connection_));
  if (!waits) return {};
  Plan plan;
  plan.steps.emplace_back(reconcile::AbandonLeases{connection_});
  PD_TRY(transaction->apply(plan, now));
  return transaction->commit();
}

Result<std::vector<OutboxEntry>> PushLedger::take(Timestamp now) {
  PD_ASSIGN(transaction, store_.begin(store::Durability::kInOrder));
  PD_ASSIGN(entries, transaction->due_pushes(connection_, now, reconcile::kPushLeaseMax));
  if (entries.empty()) return entries;
  PD_TRY(transaction->apply(plan_lease(entries, now + options_.push.lease), now));
  PD_TRY(transaction->commit());
  return entries;
}

Result<std::optional<Timestamp>> PushLedger::next() {
  PD_ASSIGN(transaction, store_.begin());
  return transaction->next_push(connection_);
}

Result<PushScene> PushLedger::scene(const std::vector<OutboxEntry>& entries) {
  PD_ASSIGN(transaction, store_.begin());
  return transaction->push_scene(connection_, prospects_of(entries));
}

Result<std::vector<PushRow>> PushLedger::prepare(const reconcile::PersonType& type,
                                                 std::vector<OutboxEntry> entries, Timestamp now,
                                                 PushSummary& summary) {
  PD_ASSIGN(transaction, store_.begin());
  PD_ASSIGN(scene, transaction->push_scene(connection_, prospects_of(entries)));
  Plan plan = new_plan(type.map->object());
  Preparing preparing(type, scene, now, plan, summary);
  for (OutboxEntry& entry : entries)
    preparing.take(std::move(entry));
  PD_TRY(write(*transaction, plan, now));
  return std::move(preparing.rows);
}

Result<std::vector<std::pair<size_t, PushRow>>> PushLedger::choose(const Terms& terms,
                                                                   const reconcile::PageKeys& keys,
                                                                   std::vector<FoundFor> wanted,
                                                                   PushSummary& summary) {
  PD_ASSIGN(transaction, store_.begin());
  std::vector<ProspectId> ids;
  for (const FoundFor& one : wanted)
    ids.push_back(one.entry.prospect);
  PD_ASSIGN(scene, transaction->push_scene(connection_, ids));
  PD_ASSIGN(snapshot, transaction->snapshot(keys));
  Plan plan = new_plan(wanted.empty() ? std::string() : wanted.front().entry.object);
  Choosing choosing(terms, scene, snapshot, options_.poll.overlap, plan, summary);
  for (FoundFor& one : wanted)
    choosing.take(std::move(one));
  PD_TRY(write(*transaction, plan, terms.now));
  return std::move(choosing.rows);
}

Result<void> PushLedger::finish(const reconcile::PersonType& type, std::vector<PushEnd> ends, Timestamp now,
                                PushSummary& summary) {
  PD_ASSIGN(transaction, store_.begin(store::Durability::kInOrder));
  std::vector<ProspectId> ids;
  for (const PushEnd& end : ends)
    ids.push_back(end.entry.prospect);
  PD_ASSIGN(scene, transaction->push_scene(connection_, ids));
  Plan plan = new_plan(type.map->object());
  for (PushEnd& end : ends) {
    count(end, summary);
    add_end(plan, type, *type.schema, std::move(end), scene);
  }
  return write(*transaction, plan, now);
}

Result<void> PushLedger::put_back(const std::vector<OutboxEntry>& entries, Timestamp at, const Error& why,
                                  Timestamp now, PushSummary& summary) {
  PD_ASSIGN(transaction, store_.begin(store::Durability::kInOrder));
  Plan plan;
  for (const OutboxEntry& entry : entries) {
    reconcile::SettlePush step =
        settlement_of(entry, entry.is_in_doubt() ? PushState::kInDoubt : PushState::kReady, at);
    step.code = name_of(why.code);
    step.error = why.text();
    plan.steps.emplace_back(std::move(step));
    ++summary.again;
  }
  return write(*transaction, plan, now);
}

}  // namespace prospectd::engine
