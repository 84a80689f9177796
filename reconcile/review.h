// Reviews: a person decides a conflict under the rule `review` (SEMANTICS §11): the CRM's value goes into the
// prospect, or the prospect's stays and goes out. Decided on what both sides are now. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "reconcile/plan.h"

namespace prospectd::reconcile {

enum class ReviewTake { kCrm, kProspect };
std::string_view name_of(ReviewTake take);  // "crm", "prospect"
std::optional<ReviewTake> review_take_named(std::string_view name);

/// A conflict with what both sides are now; all outlive it.
struct ReviewScene {
  const Conflict& conflict;
  const Prospect* prospect = nullptr;  ///< null: it is not there any more
  const Link* link = nullptr;          ///< of the conflict's connection; null: it follows no record of it now
  const OutwardType* type = nullptr;   ///< null: nothing of the link's object goes out
};

/// Changes with either side: what a person saw is what is there as long as it is the same.
std::string version_of(const ReviewScene& scene);
/// What both sides held when they last agreed; none where that is not known, or they never did.
std::optional<Value> agreed_value(const ReviewScene& scene);

/// `crm`: the prospect gets the CRM's value, and both agree. `prospect`: it keeps its own, which counts as
/// changed here and is enqueued where the mapping gives it out; elsewhere it is a standing difference. The
/// conflict is closed in any case. The caller sees to it that an address is free.
Plan plan_review(const mapping::LocalSchema& schema, const ReviewScene& scene, ReviewTake take,
                 std::string actor);

}  // namespace prospectd::reconcile
