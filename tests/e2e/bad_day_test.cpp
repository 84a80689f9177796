// The real daemon on a bad day: through a network that breaks connections, and beside a sandbox whose fault
// plan refuses, loses and cuts its answers. It goes on, and in the end it holds what one holds that had no
// trouble.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include <boost/asio/post.hpp>

#include "daemon/cli/json.h"
#include "tests/e2e/organisation.h"
#include "tests/support/tcp_fault_proxy.h"

namespace prospectd::e2e {
namespace {

using testing::HasSubstr;

constexpr int kSyncsMax = 60;

/// A proxy on a loop and a thread of its own.
class Network {
 public:
  Network(uint16_t target, test::TcpFaultProxy::Plan plan) : proxy_(io_, target, 5) {
    proxy_.set_plan(std::move(plan));
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Network() {
    boost::asio::post(io_, [this] { proxy_.close(); });
    thread_.join();
  }
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  uint16_t port() const { return port_; }

 private:
  boost::asio::io_context io_;
  test::TcpFaultProxy proxy_;
  uint16_t port_ = proxy_.port();
  std::thread thread_;
};

/// Syncs until one goes well; how many did not. `created`: how many prospects that one made.
int sync_through_trouble(const Follower& follower, int64_t* created = nullptr) {
  for (int failed = 0; failed < kSyncsMax; ++failed) {
    const Ended ended = follower.ask({"sync", "--json"});
    if (ended.code != 0) continue;
    const Json word = cli::parse_json(ended.out).value_or(Json());
    if (created != nullptr) *created = word.at("data").at("result").at("people").at("created");
    return failed;
  }
  ADD_FAILURE() << "it never recovered";
  return kSyncsMax;
}

TEST(BadDay, ANetworkThatBreaksConnectionsLosesNothing) {
  const SandboxCrm crm({"--people", "1500"});
  crm.change({"knobs", "page_size_max:=200"});
  constexpr uint64_t kBroken = 12;
  Network network(crm.word().at("port"), [](uint64_t connection, sandbox::Random& random) {
    test::ConnectionFault fault;
    if (connection > kBroken) return fault;
    fault.to_client.cut_after = static_cast<uint64_t>(random.below(40'000));
    fault.to_client.end = connection % 2 == 0 ? test::WireEnd::kReset : test::WireEnd::kClose;
    return fault;
  });
  Follower follower(crm);
  follower.rewrite(crm.url(), "http://127.0.0.1:" + std::to_string(network.port()));
  follower.start();
  follower.await_api();
  sync_through_trouble(follower);
  const Holding holding = holding_of(follower);
  int64_t created = -1;
  sync_through_trouble(follower, &created);  // some of the broken connections may still be to come
  EXPECT_EQ(created, 0);
  EXPECT_EQ(follower.stop(SIGTERM), 0) << follower.daemon().err();
  expect_same(holding, undisturbed(crm));
}

TEST(BadDay, AFaultPlanFromAFileIsSurvived) {
  const test::Scratch scratch;
  write_file(scratch.file("plan.json"), R"({"seed": 4, "rules": [
    {"fault": "unavailable", "when": {"every": 3, "times": 4}},
    {"fault": "drop", "on": {"operation": ["query", "query_page"]}, "when": {"every": 2, "times": 4}},
    {"fault": "gzip", "on": {"operation": "query"}, "when": {"every": 2, "times": 3}, "with": {"broken": "cut"}},
    {"fault": "expire_session", "on": {"operation": "query_page"}, "when": {"every": 2, "times": 3}},
    {"fault": "login_page", "on": {"operation": "describe"}, "when": {"nth": 2}}]})");
  const SandboxCrm crm({"--people", "1500", "--faults", scratch.file("plan.json")});
  crm.change({"knobs", "page_size_max:=200"});
  Follower follower(crm);
  follower.start();
  follower.await_api();
  EXPECT_GT(sync_through_trouble(follower), 0) << "the plan did nothing";
  const Holding holding = holding_of(follower);
  EXPECT_EQ(follower.stop(SIGTERM), 0) << follower.daemon().err();
  expect_same(holding, undisturbed(crm));
}

TEST(BadDay, APlanThatIsNoneIsToldWithItsFileAndPlace) {
  const test::Scratch scratch;
  write_file(scratch.file("plan.json"), R"({"rules": [{"fault": "drop"}, {"fault": "plague"}]})");
  const Ended ended =
      run_program(scratch.path().string(), {"sandbox", "--port", "0", "--people", "10", "--faults",
                                            scratch.file("plan.json"), "--dir", scratch.file("box")});
  EXPECT_EQ(ended.code, 7);
  EXPECT_THAT(ended.err, HasSubstr("plan.json: rules[1].fault must be among"));
}

}  // namespace
}  // namespace prospectd::e2e
