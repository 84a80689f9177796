#include "tests/sim/sim_plan.h"

#include "tests/sim/dice.h"

namespace prospectd::test {
namespace {

// Half of the runs meet no fault of a kind, the others up to `most` in a thousand requests.
int rate(Dice& dice, int most) {
  return dice.of_thousand(500) ? 0 : static_cast<int>(dice.between(1, most));
}

void draw_daemon(Dice& dice, SimPlan& plan) {
  plan.types = {"Contact", "Lead"};
  if (dice.of_thousand(500)) std::swap(plan.types[0], plan.types[1]);
  plan.pages_per_commit = static_cast<size_t>(dice.between(1, 10));
  const std::vector<int64_t> overlaps = {20'000, 60'000, 120'000, 300'000};
  plan.overlap = milliseconds{dice.pick(overlaps)};
  plan.interval = milliseconds{dice.between(5'000, 40'000)};
  if (dice.of_thousand(300)) plan.blanks_in = mapping::Blanks::kSkip;
  if (dice.of_thousand(250)) plan.owner_fallback = reconcile::OwnerPolicy::kKeep;
  const std::vector<int64_t> delays = {0, 0, 5, 300, 3'000};
  plan.store_delay_max = milliseconds{dice.pick(delays)};
  if (dice.of_thousand(100)) plan.crash_per_mille = static_cast<int>(dice.between(10, 120));
}

void draw_crm(Dice& dice, SimPlan& plan) {
  plan.knobs.page_size_max =
      static_cast<int>(dice.of_thousand(250) ? dice.between(1, 4) : dice.between(5, 50));
  if (dice.of_thousand(200)) plan.knobs.token_requests_max = dice.between(4, 20);
  if (dice.of_thousand(200)) plan.knobs.cursors_per_session = static_cast<size_t>(dice.between(1, 2));
  if (dice.of_thousand(150)) plan.knobs.cursor_idle = seconds{dice.between(2, 10)};
  if (dice.of_thousand(150)) plan.knobs.date_offset = seconds{-dice.between(1, 15)};
  const std::vector<int64_t> latencies = {0, 20, 200, 1'000, 5'000};
  plan.rates.latency_max = milliseconds{dice.pick(latencies)};
}

void draw_faults(Dice& dice, SimPlan& plan) {
  if (dice.of_thousand(850)) {
    for (size_t i = 1; i < kFaultCount; ++i)
      plan.rates.per_mille[i] = rate(dice, 40);
    // These two only fit later pages, which are fewer.
    plan.rates.per_mille[static_cast<size_t>(Fault::kReplayedPage)] *= 3;
    plan.rates.per_mille[static_cast<size_t>(Fault::kLostLocator)] *= 3;
  }
  for (int64_t n = dice.of_thousand(250) ? dice.between(1, 2) : 0; n > 0; --n) {
    plan.outages.push_back({milliseconds{dice.below(plan.life.count())},
                            milliseconds{dice.between(1'000, 3 * plan.overlap.count())}});
  }
  if (dice.of_thousand(200)) {
    const std::vector<std::string> objects = {"User", "Group", "Account", "Contact", "Lead"};
    plan.off.push_back({dice.pick(objects),
                        {milliseconds{dice.below(plan.life.count())},
                         milliseconds{dice.between(10'000, 2 * plan.overlap.count())}},
                        dice.of_thousand(200)});
  }
  if (dice.of_thousand(400)) {
    plan.bad_per_mille = static_cast<int>(dice.between(10, 150));
    plan.bad_for_max = milliseconds{dice.between(1'000, plan.life.count())};
  }
  if (dice.of_thousand(150)) plan.stuck_per_mille = static_cast<int>(dice.between(10, 60));
}

void draw_life(Dice& dice, SimPlan& plan) {
  plan.people = static_cast<int>(dice.between(0, 40));
  plan.addresses = static_cast<int>(dice.between(3, 25));
  plan.life = milliseconds{dice.between(60'000, 420'000)};
  plan.gap_max = milliseconds{dice.between(2'000, 14'000)};
  if (dice.of_thousand(250)) plan.made_here = static_cast<int>(dice.between(1, 5));
  if (dice.of_thousand(250)) plan.edits_here_per_mille = static_cast<int>(dice.between(10, 120));
}

// From dice of its own: what else a seed stands for does not depend on it.
void draw_writes(uint64_t seed, SimPlan& plan) {
  Dice dice(seed * 0x94d049bb133111ebULL + 11);
  plan.writes = dice.of_thousand(500);
  if (!plan.writes) return;
  plan.made_here = static_cast<int>(dice.between(0, 8));
  plan.edits_here_per_mille = static_cast<int>(dice.between(50, 400));
  if (dice.of_thousand(400)) plan.locked_per_mille = static_cast<int>(dice.between(20, 300));
  if (dice.of_thousand(250)) plan.conflict = mapping::ConflictRule::kProspectWins;
  if (dice.of_thousand(150)) plan.conflict = mapping::ConflictRule::kNewest;
  const bool large = dice.of_thousand(30);
  if (dice.of_thousand(400)) plan.blanks_out = mapping::Blanks::kMirror;
  if (dice.of_thousand(150)) plan.conflict = mapping::ConflictRule::kReview;
  if (!large) return;
  // For whole batches of writes: half of them are of each type, and few share an address.
  plan.people = static_cast<int>(dice.between(500, 700));
  plan.addresses = 4 * plan.people;
  plan.edits_of_all_per_mille = 50;
}

// Likewise.
void draw_orders(uint64_t seed, SimPlan& plan) {
  Dice dice(seed * 0xff51afd7ed558ccdULL + 13);
  if (!dice.of_thousand(600)) return;
  plan.orders_per_mille = static_cast<int>(dice.between(50, 300));
  if (dice.of_thousand(300)) plan.unseen_per_mille = static_cast<int>(dice.between(20, 100));
  if (dice.of_thousand(150)) plan.crash_per_mille = static_cast<int>(dice.between(10, 120));
}

std::string text_of(milliseconds d) {
  return std::to_string(d.count()) + " ms";
}

}  // namespace

SimPlan draw_plan(uint64_t seed) {
  SimPlan plan;
  plan.seed = seed;
  Dice dice(seed * 0x9e3779b97f4a7c15ULL + 1);
  draw_daemon(dice, plan);
  draw_life(dice, plan);
  draw_crm(dice, plan);
  draw_faults(dice, plan);
  draw_writes(seed, plan);
  draw_orders(seed, plan);
  return plan;
}

std::string describe(const SimPlan& plan) {
  std::string text = "seed " + std::to_string(plan.seed) + ": " + plan.types.front() + " first, pages of " +
                     std::to_string(plan.knobs.page_size_max) + ", " + std::to_string(plan.pages_per_commit) +
                     " a commit, overlap " + text_of(plan.overlap) + ", interval " + text_of(plan.interval) +
                     ", latency " + text_of(plan.rates.latency_max) + ", store " +
                     text_of(plan.store_delay_max) + ", life " + text_of(plan.life) + ", " +
                     std::to_string(plan.people) + " people, " + std::to_string(plan.addresses) +
                     " addresses, blanks " + std::string(mapping::name_of(plan.blanks_in)) + ", owners " +
                     std::string(reconcile::name_of(plan.owner_fallback));
  if (plan.knobs.token_requests_max > 0)
    text += ", tokens of " + std::to_string(plan.knobs.token_requests_max);
  if (plan.crash_per_mille > 0) text += ", crashes " + std::to_string(plan.crash_per_mille);
  if (plan.writes) {
    text += ", writes back, conflicts " + std::string(mapping::name_of(plan.conflict)) + ", blanks out " +
            std::string(mapping::name_of(plan.blanks_out));
  }
  if (plan.locked_per_mille > 0) text += ", locked " + std::to_string(plan.locked_per_mille);
  if (plan.orders_per_mille > 0) text += ", orders " + std::to_string(plan.orders_per_mille);
  if (plan.unseen_per_mille > 0) text += ", unseen " + std::to_string(plan.unseen_per_mille);
  if (plan.bad_per_mille > 0) text += ", bad " + std::to_string(plan.bad_per_mille);
  if (plan.stuck_per_mille > 0) text += ", stuck " + std::to_string(plan.stuck_per_mille);
  text += ", faults";
  for (size_t i = 1; i < kFaultCount; ++i)
    text += " " + std::to_string(plan.rates.per_mille[i]);
  for (const Spell& outage : plan.outages)
    text += ", outage " + text_of(outage.from) + " + " + text_of(outage.length);
  for (const ObjectOff& off : plan.off)
    text += ", no " + off.object + " " + text_of(off.when.from) + " + " +
            (off.for_good ? "for good" : text_of(off.when.length));
  return text;
}

}  // namespace prospectd::test
