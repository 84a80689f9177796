#include "reconcile/undo.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "reconcile/given_up.h"
#include "reconcile/merge.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;

constexpr const char* kFromCrm =
    "what came from the CRM is not undone: change it there, or set the prospect's field here";
constexpr const char* kIntoCrm = "what was written to the CRM is undone with the cause that changed it here";
constexpr const char* kMadeInCrm = "a record that was made or linked in the CRM stays";
constexpr const char* kMadeHere = "a prospect that was made here stays";
constexpr const char* kFollowed = "a link follows its record, and is not undone";
constexpr const char* kSetting = "a setting is set back with prospectd settings set, or settings reset";
constexpr const char* kToken = "tokens are made with prospectd tokens create, and ended with tokens revoke";
constexpr const char* kFilter = "a saved filter is set back with prospectd filters save, or filters drop";
constexpr const char* kTag =
    "a tag is put on again with prospectd set prospect ID tags+=NAME, or taken off with tags-=NAME";
constexpr const char* kGivenUp = "what was retried or dropped from dlq is not undone";

// Reasons that are not here tell of no change.
constexpr UndoRule kRules[] = {
    {Reason::kLocalEdit, UndoWay::kProspect, {}},
    {Reason::kUndone, UndoWay::kProspect, {}},
    {Reason::kForcedFromCrm, UndoWay::kPulled, {}},
    {Reason::kForcedToCrm, UndoWay::kCrm, {}},
    {Reason::kGivenBack, UndoWay::kCrm, {}},
    {Reason::kReviewTookCrm, UndoWay::kReviewTaken, {}},
    {Reason::kReviewKeptProspect, UndoWay::kReviewKept, {}},
    {Reason::kReviewReopened, UndoWay::kReviewReopened, {}},
    {Reason::kCreatedFromCrm, UndoWay::kRefused, kFromCrm},
    {Reason::kLinkedByEmail, UndoWay::kRefused, kFromCrm},
    {Reason::kUpdatedFromCrm, UndoWay::kRefused, kFromCrm},
    {Reason::kConflictCrmWins, UndoWay::kRefused, kFromCrm},
    {Reason::kConflictNewest, UndoWay::kRefused, kFromCrm},
    {Reason::kConflictFillBlank, UndoWay::kRefused, kFromCrm},
    {Reason::kDeletedInCrm, UndoWay::kRefused, kFromCrm},
    {Reason::kRestoredInCrm, UndoWay::kRefused, kFromCrm},
    {Reason::kReferenceResolved, UndoWay::kRefused, kFromCrm},
    {Reason::kConverted, UndoWay::kRefused, kFollowed},
    {Reason::kMerged, UndoWay::kRefused, kFollowed},
    {Reason::kCreatedHere, UndoWay::kRefused, kMadeHere},
    {Reason::kPushed, UndoWay::kRefused, kIntoCrm},
    {Reason::kCreatedInCrm, UndoWay::kRefused, kMadeInCrm},
    {Reason::kLinkedInCrm, UndoWay::kRefused, kMadeInCrm},
    {Reason::kSettingChanged, UndoWay::kRefused, kSetting},
    {Reason::kTokenCreated, UndoWay::kRefused, kToken},
    {Reason::kTokenRevoked, UndoWay::kRefused, kToken},
    {Reason::kFilterSaved, UndoWay::kRefused, kFilter},
    {Reason::kFilterDropped, UndoWay::kRefused, kFilter},
    {Reason::kPushRetried, UndoWay::kRefused, kGivenUp},
    {Reason::kPushDropped, UndoWay::kRefused, kGivenUp},
    {Reason::kLetterDropped, UndoWay::kRefused, kGivenUp},
    {Reason::kTagged, UndoWay::kRefused, kTag},
    {Reason::kUntagged, UndoWay::kRefused, kTag},
};

constexpr std::string_view kOutcomeNames[] = {"restored", "already", "changed_since", "refused"};

bool is_set(const Value& value) {
  const bool* yes = value.get<bool>();
  return yes != nullptr && *yes;
}

bool is_of_crm(UndoWay way) {
  return way == UndoWay::kCrm || way == UndoWay::kReviewKept;
}
bool reopens(UndoWay way) {
  return way == UndoWay::kReviewTaken || way == UndoWay::kReviewKept;
}

void refuse(UndoRow& row, Reason reason, std::string message) {
  row.outcome = UndoOutcome::kRefused;
  row.reason = reason;
  row.message = std::move(message);
}

/// The undo of one prospect's fields: `rows` are its, with their items.
class ProspectUndo {
 public:
  ProspectUndo(const EditContext& context, ProspectId id, std::vector<UndoRow*> rows, EditScene& scene,
               Plan& plan)
      : context_(context), id_(id), rows_(std::move(rows)), scene_(scene), plan_(plan) {}

  void run() {
    if (!scene_.prospects.contains(id_)) {
      for (UndoRow* row : rows_)
        refuse(*row, Reason::kUnknownProspect, std::string(sentence_of(Reason::kUnknownProspect)));
      return;
    }
    for (UndoRow* row : rows_)
      judge(*row);
    set_back();
    for (UndoRow* row : rows_)
      if (row->outcome == UndoOutcome::kRestored) follow_up(*row);
    for (const auto& [at, lane] : given_)
      plan_.steps.emplace_back(push_of(scene_.links.at(id_)[at], lane));
    std::erase_if(plan_.steps, [this](const Step& step) {
      const auto* push = std::get_if<EnqueuePush>(&step);
      return push != nullptr && push->prospect == id_ && !push->remote.empty() && is_at_rest(*push);
    });
  }

  /// Of what is put into the outbox: what is known to be written. The rest may be under way, and is looked
  /// at.
  int64_t writes() const {
    return std::ranges::count_if(plan_.steps, [this](const Step& step) {
      const auto* push = std::get_if<EnqueuePush>(&step);
      return push != nullptr && push->prospect == id_ && (push->remote.empty() || is_to_change(*push));
    });
  }

 private:
  const Value& local(size_t at) const { return scene_.prospects.at(id_).fields[at]; }

  // ---- is it still as the cause left it? ----

  void judge(UndoRow& row) const {
    if (row.item.way == UndoWay::kReviewReopened) return;
    if (is_of_crm(row.item.way)) return judge_crm(row);
    row.now = local(row.item.field);
    conclude(row, same_value(row.now, row.item.after), same_value(row.now, row.item.before));
  }

  static void conclude(UndoRow& row, bool as_left, bool as_before) {
    if (as_left) {
      row.outcome = UndoOutcome::kRestored;
    } else {
      row.outcome = as_before ? UndoOutcome::kAlready : UndoOutcome::kChanged;
    }
  }

  void judge_crm(UndoRow& row) const {
    const size_t at = row.item.field;
    const Link* link = find_link(row.item.remote);
    if (link == nullptr || link->deleted)
      return refuse(row, Reason::kNotLinked, "the prospect follows this record no more");
    const OutwardType* type = outward_type_of(context_.outward, link->connection, link->object);
    if (type == nullptr || !type->updates || !type->gives_out(at))
      return refuse(row, Reason::kOutboundUpdateOff, "the mapping does not let this field out any more");
    if (at == field::kOptedOut && !is_set(row.item.before)) {
      return refuse(row, Reason::kOptOutIsMonotone,
                    "an opt-out is not taken back by an undo: it takes the person's word");
    }
    const auto kept = link->shadow.find(at);
    const bool agreed = kept == link->shadow.end();
    row.now = agreed ? local(at) : kept->second.remote;
    if (agreed)
      return conclude(row, same_value(row.now, row.item.after), same_value(row.now, row.item.before));
    // What is on its way to the CRM counts as if it were there already.
    const Value& coming = outgoing_value(kept->second, local(at));
    const bool waits = is_restoring(kept->second, local(at)) || !same_value(kept->second.local, local(at));
    const Value& holds = waits ? coming : row.now;
    conclude(row, same_value(holds, row.item.after), same_value(holds, row.item.before));
    if (row.outcome == UndoOutcome::kChanged) row.now = holds;
  }

  // ---- the prospect's side ----

  static bool sets_back(const UndoRow& row) {
    return row.outcome == UndoOutcome::kRestored && row.item.way != UndoWay::kReviewReopened &&
           !is_of_crm(row.item.way);
  }

  // Has the field's side in the CRM a row of its own?
  bool gives_back(size_t field) const {
    return std::ranges::any_of(rows_, [field](const UndoRow* row) {
      return row->item.field == field && is_of_crm(row->item.way) && row->outcome == UndoOutcome::kRestored;
    });
  }

  // An edit, again without the fields that it is refused for.
  void set_back() {
    for (;;) {  // ends: each time a field less
      ProspectEdit edit{id_, {}, {}, false};
      for (const UndoRow* row : rows_) {
        if (!sets_back(*row)) continue;
        edit.values.emplace_back(row->item.field, row->item.before);
        if (row->item.kept_here) edit.kept_here.push_back(row->item.field);
        if (!gives_back(row->item.field))
          std::ranges::copy(row->item.held_apart, std::back_inserter(edit.held_apart));
      }
      if (edit.values.empty()) return;
      EditOutcome done = plan_edit(context_, edit, scene_);
      if (done.verdict == EditVerdict::kPlanned) add_edit(plan_, std::move(done.plan));
      if (done.verdict != EditVerdict::kRefused || !refuse_fields(done.faults)) return;
    }
  }

  bool refuse_fields(const std::vector<EditFault>& faults) {
    bool any = false;
    for (const EditFault& fault : faults) {
      for (UndoRow* row : rows_) {
        if (!sets_back(*row) || row->item.field != fault.field) continue;
        refuse(*row, fault.reason, fault.message);
        any = true;
      }
    }
    return any;
  }

  // ---- the CRM's side, and conflicts ----

  void follow_up(UndoRow& row) {
    if (is_of_crm(row.item.way)) give_back(row);
    if (row.item.way == UndoWay::kPulled) stand_apart(row);
    if (reopens(row.item.way)) reopen(row);
    if (row.item.way == UndoWay::kReviewReopened) close_again(row);
  }

  void give_back(UndoRow& row) {
    const size_t at = row.item.field;
    Link& link = *find_link(row.item.remote);
    const auto kept = link.shadow.find(at);
    const Value holds = kept == link.shadow.end() ? local(at) : kept->second.remote;
    link.shadow[at] = Agreement{holds, local(at), row.item.before};
    put(link);
    const auto place = static_cast<size_t>(&link - scene_.links.at(id_).data());
    const auto given = given_.try_emplace(place, PushLane::kOrdinary).first;
    given->second = std::min(given->second, reconcile::lane_of(at));
    JournalEntry entry = row_about(Reason::kGivenBack, row, &link);
    entry.before = row.item.after.to_json();
    entry.after = row.item.before.to_json();
    plan_.journal.push_back(std::move(entry));
  }

  // The CRM had its value before the pull, and keeps it: a difference that stands, as it did before.
  void stand_apart(UndoRow& row) {
    Link* link = link_now(row.item.remote);
    if (link == nullptr) return;
    const size_t at = row.item.field;
    link->shadow[at] = Agreement{row.item.after, local(at)};
    put(*link);
  }

  bool flows(const Agreement& agreement, size_t at) const {
    return is_restoring(agreement, local(at)) || !same_value(agreement.local, local(at));
  }

  template <class Test>
  bool any_given_out(const EnqueuePush& push, Test test) const {
    const Link* link = find_link(push.remote);
    if (link == nullptr) return true;
    const OutwardType* type = outward_type_of(context_.outward, link->connection, link->object);
    return type == nullptr || std::ranges::any_of(link->shadow, [&](const auto& kept) {
             return type->gives_out(kept.first) && test(kept.second, kept.first);
           });
  }

  // Nothing of the record would be written, whatever becomes of what is under way.
  bool is_at_rest(const EnqueuePush& push) const {
    return !any_given_out(push, [this](const Agreement& a, size_t at) { return flows(a, at); });
  }

  bool is_to_change(const EnqueuePush& push) const {
    return any_given_out(push, [this](const Agreement& a, size_t at) {
      return flows(a, at) && !same_value(outgoing_value(a, local(at)), a.remote);
    });
  }

  // Nothing goes out by itself: both values are there, and a person chooses.
  void reopen(UndoRow& row) {
    Link* link = link_now(row.item.remote);
    if (link == nullptr) return;
    const size_t at = row.item.field;
    const bool taken = row.item.way == UndoWay::kReviewTaken;
    const Value& remote = taken ? row.item.after : row.item.before;
    if (taken) {
      link->shadow[at] = Agreement{remote, local(at)};
      put(*link);
    }
    plan_.steps.emplace_back(OpenConflict{id_, link->connection, at, remote, local(at)});
    plan_.journal.push_back(row_about(Reason::kReviewReopened, row, link));
  }

  void close_again(UndoRow& row) {
    const Link* link = find_link(row.item.remote);
    if (link == nullptr) return;
    plan_.steps.emplace_back(CloseConflict{id_, link->connection, row.item.field});
    plan_.journal.push_back(row_about(Reason::kUndone, row, link));
  }

  // ---- small parts ----

  Link* find_link(const RemoteId& remote) const {
    const auto links = scene_.links.find(id_);
    if (links == scene_.links.end()) return nullptr;
    const auto found = std::ranges::find(links->second, remote, &Link::remote);
    return found == links->second.end() ? nullptr : &*found;
  }

  // The record may have become another since, by a conversion or a merge: the link has followed it (§4).
  Link* link_now(const RemoteId& remote) const {
    if (Link* link = find_link(remote)) return link;
    const auto links = scene_.links.find(id_);
    return links == scene_.links.end() || links->second.size() != 1 ? nullptr : &links->second.front();
  }

  void put(const Link& link) { plan_.steps.emplace_back(PutLink{link, RemoteId{}}); }

  static EnqueuePush push_of(const Link& link, PushLane lane) {
    return EnqueuePush{link.connection, link.prospect,          link.object,
                       link.remote,     PushOperation::kUpdate, lane};
  }

  JournalEntry row_about(Reason reason, const UndoRow& row, const Link* link) const {
    JournalEntry entry;
    entry.reason = reason;
    entry.prospect = id_;
    entry.object = link->object;
    entry.remote = link->remote;
    entry.field = context_.schema.fields()[row.item.field].name;
    entry.detail = context_.detail;
    return entry;
  }

  const EditContext& context_;
  const ProspectId id_;
  const std::vector<UndoRow*> rows_;
  EditScene& scene_;
  Plan& plan_;
  std::map<size_t, PushLane> given_;  ///< by position among the prospect's links
};

}  // namespace

const UndoRule& undo_rule(Reason reason) {
  static constexpr UndoRule kNone{};
  const auto found = std::ranges::find(kRules, reason, &UndoRule::reason);
  return found == std::end(kRules) ? kNone : *found;
}

std::string_view name_of(UndoOutcome outcome) {
  return kOutcomeNames[static_cast<size_t>(outcome)];
}

EditKeys keys_of_undo(const std::vector<UndoItem>& items) {
  std::vector<ProspectEdit> edits;
  for (const UndoItem& item : items)
    edits.push_back({item.prospect, {}, {{item.field, item.before}}, false});
  EditKeys keys = keys_of_edits(edits);
  const auto repeated = std::ranges::unique(keys.prospects);  // items of one prospect lie together
  keys.prospects.erase(repeated.begin(), repeated.end());
  return keys;
}

UndoPlan plan_undo(const EditContext& context, const std::string& of, const std::vector<UndoItem>& items,
                   EditScene& scene) {
  EditContext undoing = context;
  undoing.reason = Reason::kUndone;
  undoing.detail = "undone: " + of;
  undoing.restores = true;
  UndoPlan out;
  std::map<ProspectId, std::vector<UndoRow*>> by_prospect;
  out.rows.resize(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    out.rows[i].item = items[i];
    by_prospect[items[i].prospect].push_back(&out.rows[i]);
  }
  for (auto& [id, rows] : by_prospect) {
    ProspectUndo undo(undoing, id, std::move(rows), scene, out.plan);
    undo.run();
    out.pushes += undo.writes();
  }
  out.plan.cause = {"undo", of, context.actor};
  return out;
}

}  // namespace prospectd::reconcile
