#include "daemon/engine/sums.h"

#include <algorithm>

namespace prospectd::engine {

CycleSummary& operator+=(CycleSummary& sum, const CycleSummary& one) {
  for (const auto& [object, counts] : one.objects)
    sum.objects[object] += counts;
  sum.people += one.people;
  sum.calls += one.calls;
  sum.took += one.took;
  sum.window_upper = std::max(sum.window_upper, one.window_upper);
  sum.alerts.insert(sum.alerts.end(), one.alerts.begin(), one.alerts.end());
  sum.complete = sum.complete && one.complete;
  if (!sum.first_error) sum.first_error = one.first_error;
  sum.pushes += one.pushes;
  return sum;
}

DryRunReport& operator+=(DryRunReport& sum, DryRunReport one) {
  sum.summary += one.summary;
  for (const auto& [field, count] : one.fields)
    sum.fields[field] += count;
  for (DryRunRow& row : one.rows) {
    if (sum.rows.size() < kDryRunRowsMax) sum.rows.push_back(std::move(row));
  }
  sum.truncated = sum.truncated || one.truncated;
  sum.pushes += one.pushes;
  if (!sum.brake) sum.brake = std::move(one.brake);
  return sum;
}

}  // namespace prospectd::engine
