#include "reconcile/merge_record.h"

#include <algorithm>

#include "mapping/email_key.h"
#include "reconcile/addresses.h"

namespace prospectd::reconcile {
namespace {

using mapping::LocalSchema;
namespace field = mapping::field;

// Both sides of a conflict, for the journal (I7).
std::string both_sides(const FieldInput& in) {
  const Agreement agreed = in.agreed.value_or(Agreement{in.local, in.local});
  return "{\"crm\":" + in.remote.to_json() + ",\"prospect\":" + in.local.to_json() +
         ",\"agreed\":" + agreed.remote.to_json() + "}";
}

bool is_conflict(const FieldOutcome& outcome) {
  return outcome.field_case == FieldCase::kBoth;
}

class Merger {
 public:
  Merger(const MergeContext& context, const Prospect& prospect, const Link& link)
      : context_(context), prospect_(prospect), link_(link) {
    result_.shadow = link.shadow;
  }

  void merge(const Incoming& incoming) {
    const size_t at = incoming.entry->local;
    const bool was_frozen = is_frozen(at);
    const FieldInput in = input_of(incoming, was_frozen);
    FieldOutcome outcome = decide_field(in);
    if (context_.takes_nothing && outcome.reason == Reason::kDirectionOut)
      outcome.reason = Reason::kInboundUpdateOff;
    if (outcome.action == FieldAction::kNothing) {
      if (at == field::kEmail && outcome.field_case != FieldCase::kEqual) keep_waiting_for_address();
      if (was_frozen && outcome.field_case == FieldCase::kEqual) result_.decided.push_back(at);
      return;
    }
    if (outcome.action == FieldAction::kTakeRemote && at == field::kEmail && !take_email(in)) return;
    if (outcome.action == FieldAction::kTakeRemote) {
      const bool in_review = was_frozen || is_listed(context_.snapshot.in_review, at);
      const bool was_going_out =
          !in_review && in.gives_out && in.agreed && !same_value(in.local, in.agreed->local);
      result_.changes.push_back({at, in.local, in.remote, outcome.reason, was_going_out, in_review});
    }
    const bool under_review = was_frozen || in.rule == mapping::ConflictRule::kReview;
    if (outcome.action != FieldAction::kReview && under_review) result_.decided.push_back(at);
    if (outcome.action == FieldAction::kReview) {
      const bool frozen = outcome.reason == Reason::kPingPong;
      result_.conflicts.push_back({prospect_.id, link_.connection, at, in.remote, in.local, frozen});
      if (frozen && !was_frozen) {
        ++result_.frozen;
        note(at, outcome.reason, in);
      }
      if (frozen) return;
    }
    set_agreement(at, outcome.agreed);
    if (is_conflict(outcome)) note(at, outcome.reason, in);
    if (outcome.reason == Reason::kForcedToCrm) note_forced(at, in);
  }

  MergeResult take_result() { return std::move(result_); }

 private:
  using Fields = std::unordered_map<ProspectId, std::vector<size_t>>;

  bool is_listed(const Fields& fields, size_t at) const {
    const auto found = fields.find(prospect_.id);
    return found != fields.end() && std::ranges::count(found->second, at) > 0;
  }
  bool is_frozen(size_t at) const { return is_listed(context_.snapshot.frozen, at); }

  // Asked last: the values as text are only made for prospects that change often.
  bool alternates(size_t at, const FieldInput& in) const {
    const auto lately = context_.snapshot.lately.find(prospect_.id);
    return lately != context_.snapshot.lately.end() &&
           is_ping_pong(lately->second, context_.schema.fields()[at].name, in.local.to_json(),
                        in.remote.to_json());
  }

  FieldInput input_of(const Incoming& incoming, bool was_frozen) const {
    const mapping::MapEntry& entry = *incoming.entry;
    FieldInput in;
    in.remote = incoming.value;
    in.local = prospect_.fields[entry.local];
    const auto agreed = link_.shadow.find(entry.local);
    if (agreed != link_.shadow.end()) in.agreed = agreed->second;
    in.takes_in = entry.takes_in() && !context_.takes_nothing;
    in.gives_out = entry.gives_out();
    in.goes_elsewhere = entry.goes_elsewhere && context_.writes;
    in.rule = entry.spec.conflict;
    in.blanks_in = incoming.keeps_blanks ? mapping::Blanks::kMirror : entry.spec.blanks_in;
    in.opt_out = entry.local == field::kOptedOut;
    if (incoming.forced != ForceSide::kCrm || in.takes_in) in.forced = incoming.forced;
    in.first_link = context_.first_link;
    in.new_line = incoming.new_line;
    in.remote_version = context_.remote_version;
    in.local_changed_at = prospect_.local_changed_at;
    in.frozen = was_frozen || alternates(entry.local, in);
    return in;
  }

  // The new address must be free, or this prospect's own (§1 EMAIL_TAKEN). Answers false when it can't be
  // taken.
  bool take_email(const FieldInput& in) {
    const auto key = mapping::email_key(in.remote.str());
    const auto& holders = context_.snapshot.addresses;
    const auto holder = key ? holders.find(*key) : holders.end();
    if (holder != holders.end() && holder->second != prospect_.id) {
      result_.email_taken = true;
      const PendingRef waits{field::kEmail, RemoteId(*key)};
      result_.pending.push_back(waits);
      const Agreement before = in.agreed.value_or(Agreement{in.local, in.local});
      set_agreement(field::kEmail, Agreement{in.remote, before.local});
      // A force update may find it waiting already: that was told.
      if (std::ranges::count(link_.pending, waits) == 0) note(field::kEmail, Reason::kEmailTaken, in);
      return false;
    }
    result_.addresses = with_primary(prospect_, in.remote);
    return true;
  }

  // Nothing new about the address: what waited for it before, waits on.
  void keep_waiting_for_address() {
    for (const PendingRef& pending : link_.pending) {
      if (pending.field == field::kEmail) result_.pending.push_back(pending);
    }
  }

  void set_agreement(size_t at, const std::optional<Agreement>& agreed) {
    if (agreed) {
      result_.shadow[at] = *agreed;
    } else {
      result_.shadow.erase(at);
    }
  }

  // The value that the CRM is to lose, and the one that it is to have.
  void note_forced(size_t at, const FieldInput& in) {
    JournalEntry entry = row_of(at, Reason::kForcedToCrm);
    entry.before = in.remote.to_json();
    entry.after = in.local.to_json();
    if (is_frozen(at) || is_listed(context_.snapshot.in_review, at)) entry.detail = kWasInReview;
    result_.notes.push_back(std::move(entry));
  }

  void note(size_t at, Reason why, const FieldInput& in) {
    JournalEntry entry = row_of(at, why);
    entry.detail = both_sides(in);
    result_.notes.push_back(std::move(entry));
  }

  JournalEntry row_of(size_t at, Reason why) const {
    JournalEntry entry;
    entry.reason = why;
    entry.prospect = prospect_.id;
    entry.object = link_.object;
    entry.remote = link_.remote;
    entry.field = context_.schema.fields()[at].name;
    return entry;
  }

  const MergeContext& context_;
  const Prospect& prospect_;
  const Link& link_;
  MergeResult result_;
};

}  // namespace

MergeResult merge_record(const MergeContext& context, const Prospect& prospect, const Link& link,
                         const std::vector<Incoming>& incoming) {
  Merger merger(context, prospect, link);
  for (const Incoming& one : incoming)
    merger.merge(one);
  return merger.take_result();
}

bool add_merge_steps(Plan& plan, const LocalSchema& schema, const Prospect& prospect, Link& link,
                     MergeResult merge) {
  link.shadow = std::move(merge.shadow);
  plan.counts.frozen += merge.frozen;
  for (JournalEntry& note : merge.notes)
    plan.journal.push_back(std::move(note));
  for (OpenConflict& conflict : merge.conflicts)
    plan.steps.emplace_back(std::move(conflict));
  for (const size_t at : merge.decided)
    plan.steps.emplace_back(CloseConflict{prospect.id, link.connection, at});
  if (merge.changes.empty()) return false;
  for (const FieldChange& change : merge.changes) {
    JournalEntry entry;
    entry.reason = change.reason;
    entry.prospect = prospect.id;
    entry.object = link.object;
    entry.remote = link.remote;
    entry.field = schema.fields()[change.field].name;
    entry.before = change.before.to_json();
    entry.after = change.after.to_json();
    if (change.reason == Reason::kForcedFromCrm && change.was_going_out) entry.detail = kWasGoingOut;
    if (change.reason == Reason::kForcedFromCrm && change.was_in_review) entry.detail = kWasInReview;
    plan.journal.push_back(std::move(entry));
    if (change.field == field::kOwner) ++plan.counts.owners;
  }
  plan.steps.emplace_back(UpdateProspect{prospect.id, prospect.version, std::move(merge.changes),
                                         std::move(merge.addresses), false});
  return true;
}

}  // namespace prospectd::reconcile
