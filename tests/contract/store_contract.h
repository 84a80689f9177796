// The contract of every store, as tests over the port alone. A store joins by instantiating StoreContract
// with a StoreKind of its own (sqlite_store_contract.cpp).
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reconcile/store/store.h"
#include "tests/support/scratch.h"

namespace prospectd::store {

using mapping::Value;

/// What the contract opens a store with.
struct StoreSetup {
  std::string place;  ///< one name, one database
  mapping::LocalSchema schema;
  CommitHook on_commit;
};

struct StoreKind {
  std::string name;
  std::function<Result<std::unique_ptr<Store>>(StoreSetup)> open;
  bool durable = true;          ///< what was committed is there when it is opened again
  bool isolated_reader = true;  ///< a reader sees committed states only
};

inline Timestamp at(int64_t second) {
  return Timestamp{seconds{second}};
}

/// The fields of the contract's schema beyond the standard ones.
namespace custom {
inline constexpr size_t kText = mapping::field::kStandardCount;
inline constexpr size_t kBoolean = kText + 1;
inline constexpr size_t kInteger = kText + 2;
inline constexpr size_t kNumber = kText + 3;
inline constexpr size_t kDate = kText + 4;
inline constexpr size_t kDateTime = kText + 5;
}  // namespace custom

mapping::LocalSchema contract_schema();

class StoreContract : public testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override { reopen(); }

  /// Closes what is open and opens the same place again.
  void reopen(CommitHook on_commit = {}, mapping::LocalSchema schema = contract_schema());

  // ---- building ----
  reconcile::Prospect prospect(int64_t id, const std::string& email = "") const;
  reconcile::Link link(int64_t prospect, const std::string& remote, int64_t version = 1) const;
  reconcile::User user(int64_t id, const std::string& remote, const std::string& email = "") const;
  reconcile::Account account(int64_t id, const std::string& remote) const;
  reconcile::Duplicate duplicate(const std::string& remote, int64_t prospect, const std::string& email) const;
  reconcile::DeadLetter dead_letter(const std::string& remote) const;
  static reconcile::UpdateProspect change(int64_t id, int64_t expected, size_t field, Value after);
  static reconcile::UpdateProspect new_address(int64_t id, int64_t expected, const std::string& email);
  static reconcile::Plan plan(std::vector<reconcile::Step> steps);

  // ---- doing ----
  /// Applies and commits, each in a transaction of its own.
  Result<void> commit(const reconcile::Plan& plan);
  void must_commit(std::vector<reconcile::Step> steps);
  void must_refuse(std::vector<reconcile::Step> steps);
  /// Prospects 1…n with the addresses p1@x.test …, linked to L1 ….
  void add_linked(int64_t n);

  // ---- looking ----
  std::unique_ptr<Reader> reader();
  ProspectRow row(int64_t id);
  std::map<int64_t, ProspectRow> all();
  /// What a snapshot of these keys holds.
  reconcile::PageSnapshot snapshot(const reconcile::PageKeys& keys);
  reconcile::PageKeys keys(std::vector<std::string> remotes, std::vector<std::string> emails = {}) const;
  reconcile::PageKeys reference_keys(std::vector<std::string> remotes,
                                     std::vector<std::string> emails = {}) const;
  /// Holds the totals against a count of everything there is.
  void check_totals();

  test::Scratch scratch_;
  std::unique_ptr<Store> store_;
  ConnectionId connection_;
};

/// What was committed is there when the store is opened again, crash or not.
class DurableStoreContract : public StoreContract {};
/// A reader sees committed states only, one of them at a time.
class IsolatedStoreContract : public StoreContract {};

}  // namespace prospectd::store
