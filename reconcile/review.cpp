#include "reconcile/review.h"

#include <cstdio>

#include "reconcile/addresses.h"
#include "reconcile/merge.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;

const Value& local_value(const ReviewScene& scene) {
  const size_t at = scene.conflict.field;
  const bool there = scene.prospect != nullptr && at < scene.prospect->fields.size();
  return there ? scene.prospect->fields[at] : scene.conflict.local;
}

JournalEntry review_row(const mapping::LocalSchema& schema, const ReviewScene& scene, ReviewTake take) {
  JournalEntry row;
  row.reason = take == ReviewTake::kCrm ? Reason::kReviewTookCrm : Reason::kReviewKeptProspect;
  row.prospect = scene.conflict.prospect;
  if (scene.link != nullptr) {
    row.object = scene.link->object;
    row.remote = scene.link->remote;
  }
  row.field = schema.fields()[scene.conflict.field].name;
  row.detail =
      "{\"crm\":" + scene.conflict.remote.to_json() + ",\"prospect\":" + local_value(scene).to_json();
  if (const auto agreed = agreed_value(scene)) row.detail += ",\"agreed\":" + agreed->to_json();
  row.detail += "}";
  return row;
}

void take_crm(const ReviewScene& scene, Plan& plan, Link& link) {
  const size_t at = scene.conflict.field;
  const Value& before = local_value(scene);
  const Value& after = scene.conflict.remote;
  link.shadow.erase(at);
  if (same_value(before, after)) return;
  UpdateProspect update{scene.conflict.prospect, scene.prospect->version, {}, std::nullopt, false};
  update.changes.push_back({at, before, after, Reason::kReviewTookCrm});
  if (at == field::kEmail) update.addresses = with_primary(*scene.prospect, after);
  plan.journal.back().before = before.to_json();
  plan.journal.back().after = after.to_json();
  plan.counts.updated = 1;
  plan.steps.emplace_back(std::move(update));
}

void keep_prospect(const ReviewScene& scene, Plan& plan, Link& link) {
  const size_t at = scene.conflict.field;
  const Value& own = local_value(scene);
  const Value& remote = scene.conflict.remote;
  if (same_value(own, remote)) {
    link.shadow.erase(at);
    return;
  }
  const bool goes_out =
      scene.type != nullptr && scene.type->updates && !link.deleted && scene.type->gives_out(at);
  link.shadow[at] = Agreement{remote, goes_out ? remote : own};
  if (!goes_out) return;
  const PushLane lane = at == field::kOwner ? PushLane::kOwner : PushLane::kOrdinary;
  plan.steps.emplace_back(
      EnqueuePush{link.connection, link.prospect, link.object, link.remote, PushOperation::kUpdate, lane});
}

}  // namespace

std::string_view name_of(ReviewTake take) {
  return take == ReviewTake::kCrm ? "crm" : "prospect";
}

std::optional<ReviewTake> review_take_named(std::string_view name) {
  for (const ReviewTake take : {ReviewTake::kCrm, ReviewTake::kProspect}) {
    if (name_of(take) == name) return take;
  }
  return std::nullopt;
}

std::string version_of(const ReviewScene& scene) {
  const std::string seen = std::to_string(scene.conflict.id.value) + scene.conflict.remote.to_json() + "|" +
                           local_value(scene).to_json() + "|" +
                           (scene.link == nullptr ? "" : scene.link->remote.str());
  char hex[32];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(Value(seen).hash(0)));
  return hex;
}

std::optional<Value> agreed_value(const ReviewScene& scene) {
  if (scene.link == nullptr) return std::nullopt;
  const auto agreed = scene.link->shadow.find(scene.conflict.field);
  if (agreed == scene.link->shadow.end()) return local_value(scene);  // so the agreement is kept
  const bool known = same_value(agreed->second.remote, agreed->second.local);
  return known ? std::optional(agreed->second.remote) : std::nullopt;
}

Plan plan_review(const mapping::LocalSchema& schema, const ReviewScene& scene, ReviewTake take,
                 std::string actor) {
  Plan plan;
  plan.cause = {"review", "conflict " + std::to_string(scene.conflict.id.value), std::move(actor)};
  plan.journal.push_back(review_row(schema, scene, take));
  if (scene.prospect != nullptr && scene.link != nullptr) {
    Link after = *scene.link;
    if (take == ReviewTake::kCrm) {
      take_crm(scene, plan, after);
    } else {
      keep_prospect(scene, plan, after);
    }
    if (after != *scene.link) plan.steps.emplace_back(PutLink{std::move(after), RemoteId{}});
  }
  plan.steps.emplace_back(
      CloseConflict{scene.conflict.prospect, scene.conflict.connection, scene.conflict.field});
  return plan;
}

}  // namespace prospectd::reconcile
