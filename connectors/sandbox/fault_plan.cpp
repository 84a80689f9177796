#include "connectors/sandbox/fault_plan.h"

#include <algorithm>

#include "base/text.h"
#include "connectors/sandbox/fault_kinds.h"
#include "connectors/sandbox/path_pattern.h"
#include "connectors/sandbox/random.h"
#include "mapping/hash.h"

namespace prospectd::sandbox {
namespace {

constexpr size_t kLoggedPathMax = 200;
// What chance decides in a fault is not what decided that it strikes.
constexpr uint64_t kWhetherSalt = 1;
constexpr uint64_t kWhichRowsSalt = 2;
constexpr uint64_t kEffectSalt = 3;

bool contains_sorted(const std::vector<int64_t>& numbers, int64_t number) {
  return std::binary_search(numbers.begin(), numbers.end(), number);
}

bool names_operation(const FaultScope& on, std::string_view operation) {
  return std::find(on.operations.begin(), on.operations.end(), operation) != on.operations.end();
}

// `count` different numbers below `from`, sorted.
std::vector<int64_t> draw_some(Random& random, int64_t count, int64_t from) {
  std::vector<int64_t> all(static_cast<size_t>(from));
  for (int64_t i = 0; i < from; ++i)
    all[static_cast<size_t>(i)] = i;
  const auto some = static_cast<size_t>(std::min(count, from));
  for (size_t i = 0; i < some; ++i)
    std::swap(all[i], all[i + static_cast<size_t>(random.below(from - static_cast<int64_t>(i)))]);
  all.resize(some);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

void FaultPlan::begin(uint64_t seed, std::vector<FaultRule> rules) {
  *this = FaultPlan();
  seed_ = seed;
  rules_ = std::move(rules);
  watches_rows_ = std::any_of(rules_.begin(), rules_.end(), [](const FaultRule& rule) {
    return rule.kind->phase == FaultPhase::kRow || rule.kind->play == play_counter_edit;
  });
}

void FaultPlan::begin_call(std::string_view method, std::string_view path) {
  if (rules_.empty()) return;
  ++calls_;
  rows_of_call_ = 0;
  method_ = repair_utf8(method.substr(0, kLoggedPathMax));
  path_ = repair_utf8(path.substr(0, kLoggedPathMax));
}

std::vector<FiredFault> FaultPlan::strike(const FaultRequest& request) {
  std::vector<FiredFault> fired;
  bool answered = false;
  for (size_t i = 0; i < rules_.size(); ++i) {
    FaultRule& rule = rules_[i];
    if (rule.kind->phase == FaultPhase::kRow || !concerns(rule, request)) continue;
    ++rule.seen;
    const bool answers = rule.kind->phase == FaultPhase::kInstead;
    if ((answers && answered) || !comes_up(rule, i, 0)) continue;
    answered = answered || answers;
    fired.push_back(fire(i, 0));
  }
  return fired;
}

std::optional<FiredFault> FaultPlan::strike_row(const FaultRow& row, const FaultRequest& request) {
  ++written_rows_;
  std::optional<FiredFault> fired;
  for (size_t i = 0; i < rules_.size() && !fired; ++i) {
    FaultRule& rule = rules_[i];
    const FaultScope& on = rule.on;
    if (rule.kind->phase != FaultPhase::kRow) continue;
    const bool operation =
        on.operations.empty() || names_operation(on, row.operation) || names_operation(on, request.operation);
    if (!operation || (!on.object.empty() && !equals_ignore_case_ascii(on.object, row.object)) ||
        (!on.method.empty() && on.method != request.method) ||
        (!on.path.empty() && !fits_pattern(on.path, request.segments))) {
      continue;
    }
    if (!on.where.empty() && !row.matches(on.where)) continue;
    ++rule.seen;
    if (rule.when.rows > 0 && !is_drawn(rule, i, request)) continue;
    if (comes_up(rule, i, written_rows_)) fired = fire(i, written_rows_);
  }
  ++rows_of_call_;
  return fired;
}

void FaultPlan::note_failure(const FiredFault& fired, std::string why) {
  if (fired.entry < log_.size()) log_[fired.entry].failure = std::move(why);
}

bool FaultPlan::concerns(const FaultRule& rule, const FaultRequest& request) const {
  const FaultScope& on = rule.on;
  if (!on.operations.empty() && !names_operation(on, request.operation)) return false;
  if (!on.method.empty() && on.method != request.method) return false;
  if (!on.path.empty() && !fits_pattern(on.path, request.segments)) return false;
  return on.object.empty() || request.about(on.object);
}

// Judged in this order, so that `times` counts what was struck and nothing else.
bool FaultPlan::comes_up(const FaultRule& rule, size_t index, int64_t row) const {
  const FaultTiming& when = rule.when;
  if (when.times > 0 && rule.fired >= when.times) return false;
  if (when.calls && !contains_sorted(*when.calls, calls_)) return false;
  if (when.written_rows && !contains_sorted(*when.written_rows, written_rows_)) return false;
  if (rule.seen <= when.after || (when.until > 0 && rule.seen > when.until)) return false;
  const int64_t number = rule.seen - when.after;
  if (!when.nth.empty() && !contains_sorted(when.nth, number)) return false;
  if (when.every > 0 && number % when.every != 0) return false;
  if (when.probability >= 1) return true;
  constexpr int64_t kMillion = 1'000'000;
  Random random(draw_of(index, kWhetherSalt, row));
  return static_cast<double>(random.below(kMillion)) < when.probability * kMillion;
}

// A request of n records is one draw; what writes more than it said (a bulk job) draws anew every n.
bool FaultPlan::is_drawn(FaultRule& rule, size_t index, const FaultRequest& request) const {
  constexpr int64_t kRowsMax = 100'000;
  const int64_t rows = std::clamp<int64_t>(request.rows(), 1, kRowsMax);
  const int64_t block = rows_of_call_ / rows;
  const int64_t drawn_for = calls_ * kRowsMax + block;
  if (rule.drawn_for != drawn_for) {
    rule.drawn_for = drawn_for;
    const uint64_t salt = mapping::hash_mix(kWhichRowsSalt, static_cast<uint64_t>(block));
    Random random(draw_of(index, salt, 0));
    rule.drawn = draw_some(random, rule.when.rows, rows);
  }
  return contains_sorted(rule.drawn, rows_of_call_ % rows);
}

uint64_t FaultPlan::draw_of(size_t index, uint64_t salt, int64_t row) const {
  const auto number = static_cast<uint64_t>(row > 0 ? row : calls_);
  return mapping::hash_mix(mapping::hash_mix(seed_, salt), mapping::hash_mix(index, number));
}

FiredFault FaultPlan::fire(size_t index, int64_t row) {
  FaultRule& rule = rules_[index];
  ++rule.fired;
  const FiredFault fired{index, log_.size(), draw_of(index, kEffectSalt, row), rule.fired};
  if (log_.size() >= kFaultLogMax) {
    ++log_left_out_;
    return FiredFault{index, kFaultLogMax, fired.draw, fired.time};
  }
  log_.push_back({calls_, row, index, method_, path_});
  return fired;
}

}  // namespace prospectd::sandbox
