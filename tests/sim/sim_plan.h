// SimPlan: everything about one simulated run that its seed decides before it begins. The same seed gives the
// same plan on every machine. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connectors/sandbox/knobs.h"
#include "reconcile/page.h"
#include "tests/support/sim_transport.h"

namespace prospectd::test {

/// A stretch of virtual time, from the run's beginning.
struct Spell {
  milliseconds from{0};
  milliseconds length{0};
  bool covers(milliseconds at) const { return at >= from && at < from + length; }
};

/// An object that can't be read for a while, or (`for_good`) until the end.
struct ObjectOff {
  std::string object;
  Spell when;
  bool for_good = false;
};

/// A hand in the product's way that it must not survive: the oracle has to see it.
enum class Plant {
  kNone,
  kDroppedRow,      ///< one record is left out of every answer, and the count of rows agrees with it
  kForgottenWrite,  ///< the store forgets one change of a prospect, and says that it was written
};

struct SimPlan {
  uint64_t seed = 1;

  // The daemon
  std::vector<std::string> types;
  size_t pages_per_commit = 1;
  milliseconds overlap{120'000};
  milliseconds interval{30'000};
  mapping::Blanks blanks_in = mapping::Blanks::kMirror;
  mapping::Blanks blanks_out = mapping::Blanks::kSkip;
  reconcile::OwnerPolicy owner_fallback = reconcile::OwnerPolicy::kUnassigned;
  milliseconds store_delay_max{0};
  int crash_per_mille = 0;  ///< of commit points; such a run has its database in a file
  bool writes = false;      ///< what is made and changed here goes out to the CRM
  mapping::ConflictRule conflict = mapping::ConflictRule::kCrmWins;

  // The CRM and the way to it
  sandbox::Knobs knobs;
  FaultRates rates;
  std::vector<Spell> outages;  ///< nothing gets through
  std::vector<ObjectOff> off;
  int bad_per_mille = 0;        ///< of records: bad on the wire for a while
  int stuck_per_mille = 0;      ///< of records: bad on the wire until the end
  milliseconds bad_for_max{0};  ///< from the moment when the record is first asked for
  int locked_per_mille = 0;     ///< of records that are written: refused, for now

  // The organisation's life
  int people = 20;     ///< at the beginning
  int addresses = 10;  ///< that they draw from
  milliseconds life{300'000};
  milliseconds gap_max{10'000};    ///< between two things that happen
  int made_here = 0;               ///< prospects without a record
  int edits_here_per_mille = 0;    ///< of things that happen
  int edits_of_all_per_mille = 0;  ///< of edits here: everybody at once
  int orders_per_mille = 0;        ///< that people give the daemon, for each thing that happens
  int unseen_per_mille = 0;        ///< of things that happen: where no poll looks

  Plant plant = Plant::kNone;
};

SimPlan draw_plan(uint64_t seed);
/// One line for people.
std::string describe(const SimPlan& plan);

}  // namespace prospectd::test
