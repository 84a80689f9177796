// Many requests at once, cancelling them, and every order in which transport, requests and loop may end.
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include "tests/unit/http/harness.h"

namespace prospectd::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

/// Starts `count` requests at once and collects how they end.
std::vector<Result<Response>> send_many(World& world, const Request& request, int count,
                                        const std::function<void()>& meanwhile) {
  std::vector<Result<Response>> answers;
  const auto one = [](Transport* transport, Request what,
                      std::vector<Result<Response>>* into) -> asio::awaitable<void> {
    auto answer = co_await transport->send(std::move(what));
    into->push_back(std::move(answer));
  };
  for (int i = 0; i < count; ++i) {
    asio::co_spawn(world.io, one(world.transport.get(), request, &answers), [](const std::exception_ptr&) {});
  }
  world.io.restart();
  while (world.io.poll_one() > 0) {
  }
  meanwhile();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (answers.size() < static_cast<size_t>(count) && world.io.run_one_until(deadline) > 0) {
  }
  return answers;
}

TEST(CurlTransport, SendsManyAtOnceOverABoundedNumberOfConnections) {
  World world;
  ServerOptions options;
  options.connections_max = 8;  // one more would be refused with 503
  world.serve(options, echo);
  const auto answers = send_many(world, World::local_get(world.port(), "/many"), 200, [] {});
  ASSERT_EQ(answers.size(), 200U);
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(answer->body, "GET /many\n");
  }
}

TEST(CurlTransport, WaitingForAConnectionCountsAgainstTheTimeout) {
  Scripted scripted({stalled()});
  Request request = World::local_get(scripted.server.port());
  request.timeout = milliseconds(60);
  const auto answers = send_many(scripted.world, request, 20, [] {});
  ASSERT_EQ(answers.size(), 20U);
  int64_t never_sent = 0;
  for (const auto& answer : answers) {
    EXPECT_EQ(code_of(answer), ErrorCode::kTimeout);
    if (!answer && answer.error().never_sent) ++never_sent;
  }
  // One that waited may yet have had the connection of one that timed out before it.
  EXPECT_GT(never_sent, 0);
  EXPECT_LE(never_sent, 20 - CurlOptions{}.connections_per_host_max);
}

TEST(CurlTransport, CancelAllEndsRequestsUnderWayAndLaterOnes) {
  Scripted scripted({stalled()});
  const auto answers = send_many(scripted.world, World::local_get(scripted.server.port()), 12,
                                 [&scripted] { scripted.world.transport->cancel_all(); });
  ASSERT_EQ(answers.size(), 12U);
  for (const auto& answer : answers)
    EXPECT_EQ(code_of(answer), ErrorCode::kCancelled);
  const auto later = scripted.get();
  EXPECT_EQ(code_of(later), ErrorCode::kCancelled);
  EXPECT_TRUE(later.error().never_sent);
}

TEST(CurlTransport, MayBeDestroyedWithRequestsUnderWay) {
  Scripted scripted({stalled()});
  const auto answers = send_many(scripted.world, World::local_get(scripted.server.port()), 12,
                                 [&scripted] { scripted.world.transport.reset(); });
  ASSERT_EQ(answers.size(), 12U);
  for (const auto& answer : answers)
    EXPECT_EQ(code_of(answer), ErrorCode::kCancelled);
}

TEST(CurlTransport, MayBeDestroyedBeforeASendStarts) {
  World world;
  auto pending = world.transport->send(World::local_get(9));
  world.transport.reset();
  EXPECT_EQ(code_of(wait_for(world.io, std::move(pending))), ErrorCode::kCancelled);
}

TEST(CurlTransport, TheLoopMayGoWithRequestsUnderWay) {
  size_t started = 0;
  {
    Scripted scripted({stalled()});
    const auto hold = [](Transport* transport, Request request) -> asio::awaitable<void> {
      const auto answer = co_await transport->send(std::move(request));
      (void)answer;
    };
    asio::co_spawn(scripted.world.io,
                   hold(scripted.world.transport.get(), World::local_get(scripted.server.port())),
                   [](const std::exception_ptr&) {});
    while (scripted.server.requests().empty())
      scripted.world.io.run_one();
    started = scripted.server.requests().size();
  }
  EXPECT_EQ(started, 1U);
}

TEST(CurlTransport, LeavesTheLoopNothingToDoAfterItsRequests) {
  Scripted scripted({{ok_reply("1"), ok_reply("2")}});
  ASSERT_TRUE(scripted.get());
  const auto before = scripted.server.connections();
  scripted.world.io.restart();
  const size_t steps = scripted.world.io.run_for(milliseconds(100));
  EXPECT_LT(steps, 20U) << "a kept connection must not keep the loop busy";
  EXPECT_EQ(scripted.server.connections(), before);
}

}  // namespace
}  // namespace prospectd::http
