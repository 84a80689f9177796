// The mass-change brake (SEMANTICS §11): a cycle stops before the change that would take its deletions,
// blankings or re-ownings past a share of the records, and asks: what a mistake in the CRM does to thousands
// of records at once is not carried over by itself. Pure, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"
#include "reconcile/model.h"

namespace prospectd::reconcile {

enum class MassChange : uint8_t { kDeletion, kBlanking, kReowning };
constexpr size_t kMassChanges = 3;
std::string_view name_of(MassChange kind);  // "deletion", "blanking", "reowning"
std::optional<MassChange> mass_change_named(std::string_view name);

struct BrakeRule {
  int percent = 20;       ///< of the linked records; 100: never stops
  int64_t at_least = 50;  ///< records that a cycle may change in any case
};

/// What a cycle stopped before; it is kept until a person lets the connection go on.
struct BrakeHold {
  ConnectionId connection;
  MassChange kind = MassChange::kDeletion;
  std::string object;
  RemoteId remote;      ///< of the record that was not changed any more
  int64_t done = 0;     ///< changes of the kind that the cycle had made by then: the most it may
  int64_t records = 0;  ///< linked ones, of which the share is taken
  Timestamp at{};
  bool operator==(const BrakeHold&) const = default;
};
/// What was stopped and where, for people; what to do about it is the caller's to say.
std::string words_of(const BrakeHold& hold);

/// What the change of one record counts as.
using MassKinds = std::array<bool, kMassChanges>;

/// Counts over one cycle. Once it holds, it admits nothing more.
class Brake {
 public:
  explicit Brake(BrakeRule rule) : rule_(rule) {}

  /// May `coming` more changes of any kind be made whatever the share is?
  bool covers(int64_t coming) const;
  bool knows_records() const { return records_.has_value(); }
  void set_records(int64_t records) { records_ = records; }
  /// May this record be changed so? Counts it, or holds. Until the records are known there is no
  /// share of them.
  bool admits(const MassKinds& kinds, ConnectionId connection, const std::string& object,
              const RemoteId& remote, Timestamp now);
  const std::optional<BrakeHold>& hold() const { return hold_; }

 private:
  int64_t limit() const;

  BrakeRule rule_;
  std::array<int64_t, kMassChanges> done_{};
  std::optional<int64_t> records_;
  std::optional<BrakeHold> hold_;
};

}  // namespace prospectd::reconcile
