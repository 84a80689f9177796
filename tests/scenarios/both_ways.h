// Fixture of scenarios that go both ways: an organisation and a daemon that writes back to it. For tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>

#include "tests/support/world.h"

namespace prospectd::test {

class BothWays : public testing::Test {
 protected:
  /// A world that writes back; `more` may change what the config says.
  World& begin(const std::function<void(WorldOptions&)>& more = {}) {
    WorldOptions options;
    options.writes = true;
    if (more) more(options);
    world_ = std::make_unique<World>(std::move(options));
    watch();
    return *world_;
  }
  /// Changes the mapping of a field in every type.
  static std::function<void(WorldOptions&)> with_field(std::string remote,
                                                       std::function<void(mapping::FieldSpec&)> change) {
    return [=](WorldOptions& o) {
      o.on_connection = [=](engine::ConnectionOptions& connection) {
        for (mapping::TypeSpec& type : connection.types)
          for (mapping::FieldSpec& field : type.mapping.fields)
            if (field.remote == remote) change(field);
      };
    };
  }
  /// Leads' titles are written to Website, too; `title`: the direction of the line of Title.
  static std::function<void(WorldOptions&)> written_elsewhere(mapping::Direction title) {
    return [title](WorldOptions& o) {
      o.on_connection = [title](engine::ConnectionOptions& connection) {
        for (mapping::TypeSpec& type : connection.types) {
          std::vector<mapping::FieldSpec>& fields = type.mapping.fields;
          if (type.mapping.object != "Lead") continue;
          std::erase_if(fields, [](const auto& field) { return field.remote == "Website"; });
          std::ranges::find(fields, "Title", &mapping::FieldSpec::remote)->direction = title;
          mapping::FieldSpec out;
          out.remote = "Website";
          out.local = "title";
          out.direction = mapping::Direction::kOut;
          fields.push_back(std::move(out));
        }
      };
    };
  }
  /// Counts what the daemon asks; anew after each start of it.
  void watch() {
    world_->transport().set_observer([this](const http::Request& request, const Result<http::Response>&) {
      const bool records = request.url.find("/sobjects") != std::string::npos && request.method != "GET";
      const bool read_back = request.url.find("/composite/sobjects/") != std::string::npos;
      re_reads_ += records && read_back ? 1 : 0;
      write_calls_ += records && !read_back ? 1 : 0;
    });
  }
  /// How many live records of an object meet a condition of a query.
  size_t count(const std::string& object, const std::string& when) {
    const auto rows = world_->org().rows_matching(*world_->org().table(object), when);
    EXPECT_TRUE(rows) << rows.error().message;
    return rows ? rows->size() : 0;
  }
  bool holds(const std::string& object, const std::string& id, const std::string& when) {
    return count(object, "Id = '" + id + "' AND " + when) == 1;
  }
  ProspectId prospect_of(const std::string& remote) { return world_->prospect_of(remote).prospect.id; }
  mapping::Value value_here(ProspectId id, const std::string& field) {
    for (const store::ProspectRow& row : world_->prospects())
      if (row.prospect.id == id) return row.prospect.fields[world_->schema().find(field)];
    return {};
  }
  std::vector<reconcile::Link> links_of(ProspectId id) {
    for (const store::ProspectRow& row : world_->prospects())
      if (row.prospect.id == id) return row.links;
    return {};
  }
  /// Nothing waits, and another whole cycle changes nothing on either side (I5).
  void expect_quiet() {
    const int64_t writes = world_->org().writes();
    world_->sync();
    EXPECT_EQ(world_->org().writes(), writes) << "the CRM is written to without a cause";
    const int64_t rows = world_->store().rows_written();
    world_->sync();
    EXPECT_EQ(world_->org().writes(), writes);
    EXPECT_EQ(world_->store().rows_written(), rows) << "the database is written to without a cause";
    const auto totals = world_->reader()->totals();
    ASSERT_TRUE(totals);
    EXPECT_EQ(totals->outbox, 0);
  }
  std::vector<std::string> reasons_of(ProspectId id) {
    std::vector<std::string> codes;
    const auto rows = world_->reader()->journal_of(id, 1'000);
    EXPECT_TRUE(rows);
    for (const store::JournalRow& row : *rows)
      codes.emplace_back(code_of(row.entry.reason));
    return codes;
  }

  std::unique_ptr<World> world_;
  int write_calls_ = 0;
  int re_reads_ = 0;
};

}  // namespace prospectd::test
