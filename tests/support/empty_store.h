// A store that has nothing and takes nothing: what a test's own store begins with. For tests.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/store/store.h"

namespace prospectd::test {

class EmptyStore : public store::Store {
 public:
  Result<std::unique_ptr<store::Transaction>> begin(store::Durability) override { return not_here(); }
  Result<std::unique_ptr<store::Reader>> reader() override { return not_here(); }
  Result<store::ConnectionId> connection(const std::string&) override { return not_here(); }
  Result<reconcile::Cursor> cursor(store::ConnectionId, const std::string&) override { return not_here(); }
  Result<std::optional<reconcile::BrakeHold>> hold(store::ConnectionId) override { return not_here(); }
  Result<std::vector<reconcile::MappingEdition>> editions(store::ConnectionId, const std::string&) override {
    return not_here();
  }
  Result<reconcile::EditionId> edition(store::ConnectionId, const std::string&,
                                       const std::vector<uint64_t>&) override {
    return not_here();
  }
  Result<std::optional<UserId>> user_by_email(const std::string&) override { return not_here(); }
  int64_t rows_written() const override { return 0; }
  Result<void> checkpoint() override { return {}; }
  void release_memory() override {}

 private:
  static Error not_here() { return make_error(ErrorCode::kInternal, "this store has nothing of the kind"); }
};

}  // namespace prospectd::test
