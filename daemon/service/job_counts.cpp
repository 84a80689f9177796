#include "daemon/service/job_counts.h"

#include <algorithm>
#include <map>

namespace prospectd::service {
namespace {

using engine::OnDemandOutcome;
using engine::OnDemandRow;

bool is_unlinked(const OnDemandRow& row) {
  return row.code == code_of(reconcile::Reason::kNotLinked);
}

// Of one prospect over several connections. That it has no record in one of them tells least.
int weight_of(const OnDemandRow& row) {
  switch (row.outcome) {
    case OnDemandOutcome::kRefused:
      return is_unlinked(row) ? 0 : 4;
    case OnDemandOutcome::kWaiting:
      return 3;
    case OnDemandOutcome::kChanged:
      return 2;
    case OnDemandOutcome::kUnchanged:
      return 1;
  }
  return 1;
}

void count_row(reconcile::JobCounts& counts, const OnDemandRow& row) {
  ++counts.done;
  switch (row.outcome) {
    case OnDemandOutcome::kChanged:
      ++counts.changed;
      return;
    case OnDemandOutcome::kUnchanged:
      ++counts.unchanged;
      return;
    case OnDemandOutcome::kWaiting:
      ++counts.waiting;
      return;
    case OnDemandOutcome::kRefused:
      break;
  }
  ++counts.refused;
  if (counts.refused_by.contains(row.code) || counts.refused_by.size() < reconcile::kJobReasonsMax)
    ++counts.refused_by[row.code];
}

}  // namespace

engine::OnDemandOrder part_order(const JobView& view, std::vector<ProspectId> ids, bool dry_run) {
  using engine::Direction;
  engine::OnDemandOrder order;
  order.direction = view.job.kind == name_of(Direction::kPush) ? Direction::kPush : Direction::kPull;
  order.force = view.job.force;
  order.blanks = view.job.blanks;
  order.dry_run = dry_run;
  order.prospects = std::move(ids);
  order.actor = view.job.actor;
  order.detail = "job " + view.id;
  return order;
}

void add_rows(reconcile::JobCounts& counts, const std::vector<JobRow>& rows) {
  std::map<ProspectId, const OnDemandRow*> of;
  for (const JobRow& one : rows) {
    const OnDemandRow*& kept = of[one.row.prospect];
    if (kept == nullptr || weight_of(one.row) > weight_of(*kept)) kept = &one.row;
  }
  for (const auto& [id, row] : of)
    count_row(counts, *row);
}

void keep_rows(JobView& view, std::vector<JobRow> rows, bool whole) {
  for (JobRow& one : rows) {
    const bool says_little = one.row.outcome == OnDemandOutcome::kUnchanged && one.row.troubles.empty();
    if (says_little && !whole) continue;
    if (view.rows.size() >= kJobRowsMax) {
      view.rows_cut = true;
      return;
    }
    view.rows.push_back(std::move(one));
  }
}

}  // namespace prospectd::service
