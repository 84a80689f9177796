// A database file of its own for each test of the SQLite store, and plain reads and writes of its bytes.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <string>

#include "reconcile/store/store.h"
#include "tests/support/scratch.h"

namespace prospectd::store {

inline Timestamp at(int64_t second) {
  return Timestamp{seconds{second}};
}

inline std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

class StoreFile : public testing::Test {
 protected:
  std::string path() const { return scratch_.file("prospects.db"); }

  Result<std::unique_ptr<Store>> open(CommitHook on_commit = {}) const {
    SqliteOptions options;
    options.path = path();
    options.schema = schema_;
    options.on_commit = std::move(on_commit);
    return open_sqlite(std::move(options));
  }

  /// Opens where nothing is in the way.
  std::unique_ptr<Store> must_open(CommitHook on_commit = {}) const {
    auto opened = open(std::move(on_commit));
    EXPECT_TRUE(opened) << opened.error().text();
    return *std::move(opened);
  }

  static reconcile::Plan creations(ConnectionId connection, int64_t first, int64_t n) {
    reconcile::Plan plan;
    plan.cause = {"poll", "salesforce/Lead", "prospectd"};
    for (int64_t id = first; id < first + n; ++id) {
      reconcile::CreateProspect made;
      const std::string email = "p" + std::to_string(id) + "@x.test";
      made.prospect.id = {id};
      made.prospect.version = 1;
      made.prospect.fields.assign(mapping::field::kStandardCount, mapping::Value::null());
      made.prospect.fields[mapping::field::kEmail] = mapping::Value(email);
      made.prospect.fields[mapping::field::kTitle] = mapping::Value(std::string(100, 't'));
      made.prospect.addresses = {{email, email}};
      reconcile::Link link;
      link.prospect = {id};
      link.connection = connection;
      link.object = "Lead";
      link.remote = RemoteId("L" + std::to_string(id));
      made.link = link;
      plan.steps.emplace_back(std::move(made));
    }
    return plan;
  }

  static Result<void> commit(Store& store, const reconcile::Plan& plan) {
    PD_ASSIGN(transaction, store.begin());
    PD_TRY(transaction->apply(plan, at(1)));
    return transaction->commit();
  }

  /// A database of `n` prospects, closed.
  void make(int64_t n) const {
    const auto store = must_open();
    ASSERT_TRUE(commit(*store, creations(*store->connection("salesforce"), 1, n)));
  }

  using Rows = std::map<int64_t, ProspectRow>;
  /// **Errors:** whatever reading everything meets.
  static Result<Rows> read_all(Store& store) {
    Rows rows;
    PD_ASSIGN(reader, store.reader());
    PD_TRY(reader->totals());
    PD_TRY(reader->each_prospect([&](const ProspectRow& row) { rows[row.prospect.id.value] = row; }));
    return rows;
  }

  test::Scratch scratch_;
  mapping::LocalSchema schema_;
};

inline bool same(const std::map<int64_t, ProspectRow>& a, const std::map<int64_t, ProspectRow>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.second.prospect == y.second.prospect && x.second.links == y.second.links;
  });
}

}  // namespace prospectd::store
