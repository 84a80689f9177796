// The SQLite store joins the contract: as a file, and in memory, where nothing outlives the store and the
// reader shares the one connection.
#include "tests/contract/store_filter_contract.h"
#include "tests/contract/store_outbox_contract.h"

namespace prospectd::store {
namespace {

Result<std::unique_ptr<Store>> open_at(std::string path, StoreSetup setup) {
  SqliteOptions options;
  options.path = std::move(path);
  options.schema = std::move(setup.schema);
  options.on_commit = std::move(setup.on_commit);
  return open_sqlite(std::move(options));
}

Result<std::unique_ptr<Store>> open_file(StoreSetup setup) {
  std::string path = setup.place + ".db";
  return open_at(std::move(path), std::move(setup));
}

Result<std::unique_ptr<Store>> open_memory(StoreSetup setup) {
  return open_at(":memory:", std::move(setup));
}

std::string name_of_kind(const testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}

const StoreKind kFile{"File", open_file};
const StoreKind kMemory{"Memory", open_memory};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, testing::Values(kFile, kMemory), name_of_kind);
INSTANTIATE_TEST_SUITE_P(Sqlite, FilterContract, testing::Values(kFile, kMemory), name_of_kind);
INSTANTIATE_TEST_SUITE_P(Sqlite, OutboxContract, testing::Values(kFile, kMemory), name_of_kind);
INSTANTIATE_TEST_SUITE_P(Sqlite, DurableOutboxContract, testing::Values(kFile), name_of_kind);
INSTANTIATE_TEST_SUITE_P(Sqlite, DurableStoreContract, testing::Values(kFile), name_of_kind);
INSTANTIATE_TEST_SUITE_P(Sqlite, IsolatedStoreContract, testing::Values(kFile), name_of_kind);

}  // namespace
}  // namespace prospectd::store
