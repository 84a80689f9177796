// A large window over a slow network is read in slices, several at a time; both sides end as if it had been
// read page after page.
#include <gtest/gtest.h>

#include "tests/scenarios/spoiler.h"
#include "tests/support/world.h"

namespace prospectd::test {
namespace {

using mapping::Value;

constexpr int kSlowLeads = 120;

struct End {
  Picture picture;
  std::vector<Timestamp> cursors;
  int64_t queries = 0;  ///< for leads
  int64_t foretold = 0;
  int64_t prospects = 0;
};

// An organisation that grew for some weeks, with a job that touched many together and with addresses that
// several have: the first in the order of stamps keeps them.
void grow(World& w) {
  for (int i = 0; i < kSlowLeads; ++i) {
    const int who = i % 7 == 6 ? i - 5 : i;
    w.lead("lead" + std::to_string(who) + "@x.test", {{"Title", Value("No. " + std::to_string(i))}});
    if (i < 40 || i > 70) w.scheduler().run_for(std::chrono::hours{i % 5 + 1});
  }
  w.scheduler().run_for(std::chrono::hours{1});
}

End import_at(milliseconds latency, bool dry_run_first) {
  End end;
  WorldOptions options;
  options.page_size = 3;
  options.pages_per_commit = 4;
  options.overlap = seconds{60};
  options.on_open = [&](SimTransport& transport) {
    FaultRates rates;
    rates.latency_max = latency;
    transport.set_rates(rates);
    transport.set_observer([&](const http::Request& request, const Result<http::Response>&) {
      if (asks_for(request, "Lead")) ++end.queries;
    });
  };
  World w(std::move(options));
  grow(w);
  if (dry_run_first) end.foretold = w.dry_run()->summary.people.created;
  w.sync();
  end.picture = w.picture();
  end.prospects = static_cast<int64_t>(w.prospects().size());
  const auto cursors = w.reader()->cursors();
  for (const auto& cursor : *cursors)
    end.cursors.push_back(cursor.cursor.stamp.value_or(Timestamp{}));
  const int64_t written = w.store().rows_written();
  w.sync();
  EXPECT_EQ(w.store().rows_written(), written) << "the second cycle is quiet";
  return end;
}

TEST(SlowNetwork, ALargeWindowEndsAsOverAFastOne) {
  const End fast = import_at(milliseconds{0}, false);
  const End slow = import_at(milliseconds{2'000}, false);
  EXPECT_LE(fast.queries, 3);
  EXPECT_GT(slow.queries, 10) << "it was read in slices";
  EXPECT_EQ(slow.picture, fast.picture);
  EXPECT_EQ(slow.cursors, fast.cursors);
}

TEST(SlowNetwork, S12_ADryRunForetellsTheSame) {
  const End end = import_at(milliseconds{2'000}, true);
  EXPECT_GT(end.queries, 20);
  EXPECT_EQ(end.foretold, end.prospects);
}

}  // namespace
}  // namespace prospectd::test
