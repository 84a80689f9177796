#include "reconcile/brake.h"

#include <algorithm>

#include "base/text.h"

namespace prospectd::reconcile {
namespace {

struct MassWords {
  MassChange kind;
  std::string_view name;
  std::string_view done_to;  ///< "… records by one poll"
};

constexpr MassWords kMassWords[] = {
    {MassChange::kDeletion, "deletion", "marked as deleted in the CRM"},
    {MassChange::kBlanking, "blanking", "to lose a value"},
    {MassChange::kReowning, "reowning", "to change their owner"},
};
static_assert(std::size(kMassWords) == kMassChanges);

}  // namespace

std::string_view name_of(MassChange kind) {
  return kMassWords[static_cast<size_t>(kind)].name;
}

std::optional<MassChange> mass_change_named(std::string_view name) {
  for (const MassWords& row : kMassWords)
    if (row.name == name) return row.kind;
  return std::nullopt;
}

std::string words_of(const BrakeHold& hold) {
  const std::string done = group_digits(hold.done);
  return "the mass-change brake: more than " + done + " of " + group_digits(hold.records) +
         " linked records were " + std::string(kMassWords[static_cast<size_t>(hold.kind)].done_to) +
         " by one poll, which takes a person's word; that was done with " + done +
         ", and it stopped before " + hold.object + " " + hold.remote.str();
}

bool Brake::covers(int64_t coming) const {
  return *std::ranges::max_element(done_) + coming <= rule_.at_least;
}

int64_t Brake::limit() const {
  const int64_t records = records_.value_or(0);
  return std::max(rule_.at_least, records / 100 * rule_.percent + records % 100 * rule_.percent / 100);
}

bool Brake::admits(const MassKinds& kinds, ConnectionId connection, const std::string& object,
                   const RemoteId& remote, Timestamp now) {
  if (hold_) return false;
  for (size_t i = 0; i < kMassChanges; ++i) {
    if (!kinds[i] || rule_.percent >= 100 || done_[i] < limit()) continue;
    hold_ = BrakeHold{connection, static_cast<MassChange>(i), object, remote,
                      done_[i],   records_.value_or(0),       now};
    return false;
  }
  for (size_t i = 0; i < kMassChanges; ++i)
    done_[i] += kinds[i] ? 1 : 0;
  return true;
}

}  // namespace prospectd::reconcile
