// Groundwork: what the pages of a connection are decided by, laid once a cycle: its compiled maps, the
// editions of its mappings, and how each object is read. Polls and pushes stand on the same. On the loop's
// thread; read on the worker.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/cycle.h"
#include "daemon/engine/reading.h"

namespace prospectd::engine {

class Groundwork {
 public:
  /// Both outlive it.
  Groundwork(CycleContext& context, Applier& applier) : c_(context), applier_(applier) {}
  Groundwork(const Groundwork&) = delete;  // the readings refer to the terms
  Groundwork& operator=(const Groundwork&) = delete;

  /// **Errors:** as compile_maps; the store's.
  boost::asio::awaitable<Result<void>> prepare();
  /// Fills Policy::default_user; tells in `alerts` of one who is no user.
  boost::asio::awaitable<Result<void>> resolve_default_user(std::vector<std::string>& alerts);

  const Maps& maps() const { return *maps_; }
  Terms& terms() { return terms_; }
  const Terms& terms() const { return terms_; }
  const std::vector<Reading>& readings() const { return readings_; }
  /// How a person type's object is read; nullptr for one that is not read.
  const Reading* people(const std::string& object) const;

 private:
  boost::asio::awaitable<Result<void>> load_editions();
  Result<void> load_editions_of(reconcile::PersonType& type, const std::vector<uint64_t>& lines);

  CycleContext& c_;
  Applier& applier_;
  std::shared_ptr<const Maps> maps_;
  Terms terms_;
  std::vector<Reading> readings_;
};

}  // namespace prospectd::engine
