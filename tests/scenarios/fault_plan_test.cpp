// Bad days that the sandbox itself plays: whatever a fault plan does to the answers, nothing is lost, nothing
// is half-written, and once it is over both sides agree.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace prospectd::test {
namespace {

using mapping::Value;

constexpr int kManyLeads = 20;

struct BadDay {
  const char* name;
  const char* rules;
};

void PrintTo(const BadDay& day, std::ostream* out) {
  *out << day.name;
}

constexpr BadDay kBadDays[] = {
    {"unavailable", R"({"fault":"unavailable","when":{"probability":0.4},"with":{"retry_after":"7"}})"},
    {"absurd_patience",
     R"({"fault":"too_many_requests","when":{"every":3},"with":{"retry_after":"999999999"}})"},
    {"no_answers", R"({"fault":"drop","when":{"probability":0.3}})"},
    {"half_bodies", R"({"fault":"truncate","when":{"probability":0.3}})"},
    {"errors_that_look_fine",
     R"({"fault":"errors_with_200","on":{"operation":["query","query_page"]},"when":{"every":2}})"},
    {"login_pages",
     R"({"fault":"login_page","on":{"operation":["query","query_page","describe"]},"when":{"every":2}})"},
    {"redirects", R"({"fault":"login_redirect","when":{"every":4}})"},
    {"sessions_end",
     R"({"fault":"expire_session","on":{"operation":"query_page"},"when":{"every":2,"times":1000}})"},
    {"cursors_end", R"({"fault":"drop_cursors","on":{"operation":"query_page"},"when":{"every":2}})"},
    {"circles", R"({"fault":"page_loop","on":{"operation":"query_page","object":"Lead"}})"},
    {"empty_pages",
     R"({"fault":"empty_page","on":{"operation":["query","query_page"],"object":"Lead"},"when":{"every":2}})"},
    {"pages_that_lead_elsewhere",
     R"({"fault":"next_url","on":{"object":"Lead"},"with":{"url":"https://elsewhere.test/services/data/v60.0/query/0r8000000000001AAA-3"}})"},
    {"line_breaks_in_a_locator",
     R"({"fault":"next_url","on":{"object":"Lead"},"with":{"url":"/services/data/v60.0/query/a\r\nX-Evil: 1"}})"},
    {"daily_limit", R"({"fault":"daily_limit","when":{"every":5}})"},
    {"hostile_names",
     R"({"fault":"bad_value","on":{"operation":["query","query_page"],"object":"Lead"},"with":{"field":"LastName","how":"deep"}})"},
    {"wrong_ids",
     R"({"fault":"bad_value","on":{"operation":["query","query_page"],"object":"Lead"},"with":{"field":"Id","how":"wrong_checksum"}})"},
};

std::unique_ptr<World> organisation() {
  WorldOptions options;
  options.page_size = 3;
  auto world = std::make_unique<World>(std::move(options));
  for (int i = 0; i < kManyLeads; ++i)
    world->lead("lead" + std::to_string(i) + "@x.test", {{"Title", Value("No. " + std::to_string(i))}});
  return world;
}

class FaultPlan : public testing::TestWithParam<BadDay> {};

TEST_P(FaultPlan, LosesNothing_AndOnceItIsOverBothSidesAgree) {
  const auto fine = organisation();
  fine->sync();
  const auto world = organisation();
  const std::string rules = GetParam().rules;
  ASSERT_TRUE(world->front().play_faults(R"({"seed":3,"rules":[)" + rules + "]}"));
  bool elsewhere = false;
  world->transport().set_observer([&](const http::Request& request, const Result<http::Response>&) {
    elsewhere = elsewhere || request.url.find("elsewhere.test") != std::string::npos;
  });
  constexpr int kCycles = 4;
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    (void)world->try_sync();
    EXPECT_FALSE(world->supervisor().fatal().has_value());
    world->scheduler().run_for(std::chrono::minutes{10});
  }
  EXPECT_FALSE(elsewhere);
  EXPECT_LT(world->transport().requests(), 1'000) << "no endless loop of requests";
  ASSERT_TRUE(world->front().play_faults(R"({"rules":[]})"));
  world->scheduler().run_for(std::chrono::hours{25});
  world->sync();
  EXPECT_EQ(world->picture(), fine->picture());
  const int64_t written = world->store().rows_written();
  world->sync();
  EXPECT_EQ(world->store().rows_written(), written) << "the second cycle is quiet";
}

INSTANTIATE_TEST_SUITE_P(Days, FaultPlan, testing::ValuesIn(kBadDays),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace prospectd::test
