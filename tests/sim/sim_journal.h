// What the journal of a simulated run must tell: every value that a prospect has had, in an unbroken chain up
// to the one that it has, and of each undo that it took back what its cause had left, and nothing newer. One
// thread.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/world.h"

namespace prospectd::test {

/// The first breaks (I7, §12), each in words; empty when all holds.
std::vector<std::string> judge_journals(World& world, size_t failures_max);

/// Prospect and field: both sides differ because an undo has given one of them back what it had (§12), or
/// because the CRM has refused a blank.
std::set<std::pair<int64_t, size_t>> set_apart_on_purpose(World& world);

/// Records of the CRM that have their last name from a prospect, and had another one before.
std::set<std::string> renamed_from_here(World& world);

}  // namespace prospectd::test
