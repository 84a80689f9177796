// Evaluating the tests of a bound query on values. Internal to the sandbox's SOQL; pure.
#pragma once

#include <algorithm>

#include "connectors/sandbox/soql_bind.h"

namespace prospectd::sandbox {

/// Whether a value passes a leaf. (soql_run.cpp)
bool datum_passes(const Test& test, const Datum& value);

/// Whether `test`, one of `tests`, passes, where leaf(test) tells it of the leaves.
template <class Leaf>
bool tree_passes(const std::vector<Test>& tests, const Test& test, const Leaf& leaf) {
  const auto term = [&](int i) { return tree_passes(tests, tests[static_cast<size_t>(i)], leaf); };
  switch (test.kind) {
    case Test::Kind::kAnd:
      return std::all_of(test.terms.begin(), test.terms.end(), term);
    case Test::Kind::kOr:
      return std::any_of(test.terms.begin(), test.terms.end(), term);
    case Test::Kind::kNot:
      return !term(test.terms.front());
    default:
      return leaf(test);
  }
}

/// −1, 0, 1: where one value stands to another in ORDER BY; both folded.
inline int compare_in_order(const Datum& a, const Datum& b, bool descending, bool nulls_last) {
  if (a.null != b.null) return a.null == nulls_last ? 1 : -1;
  if (a.null) return 0;
  const int c = compare_data(a, b);
  return descending ? -c : c;
}

}  // namespace prospectd::sandbox
