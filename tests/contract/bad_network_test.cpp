// The daemon's HTTP transport and its connector through a network that goes wrong: every fault ends in the
// error that is documented for it, nothing hangs, and what is read in the end is whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "connectors/http/transport.h"
#include "connectors/salesforce/salesforce_connector.h"
#include "connectors/sandbox/serve.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/tcp_fault_proxy.h"

namespace prospectd::test {
namespace {

constexpr std::chrono::seconds kOnlyWhatHangs{30};

class BadNetwork : public testing::Test {
 protected:
  BadNetwork() {
    sandbox::SandboxOptions options;
    options.client_secret = Secret("s3cret");
    options.generator.people = 300;
    options.knobs.page_size_max = 25;
    auto made = sandbox::make_sandbox(io_, std::move(options));
    if (!made) throw std::runtime_error(made.error().text());
    sandbox_ = std::move(*made);
    proxy_ = std::make_unique<TcpFaultProxy>(io_, sandbox_->port(), 11);
  }

  template <class T>
  T wait_for(boost::asio::awaitable<T> work) {
    std::optional<T> out;
    start(io_, std::move(work), out);
    const auto deadline = std::chrono::steady_clock::now() + kOnlyWhatHangs;
    io_.restart();
    while (!out && io_.run_one_until(deadline) > 0) {
    }
    if (!out) throw std::runtime_error("it hangs");
    return *std::move(out);
  }
  http::Request versions(milliseconds timeout = kOnlyWhatHangs) const {
    http::Request request;
    request.url = "http://127.0.0.1:" + std::to_string(proxy_->port()) + "/services/data";
    request.allow_loopback = true;
    request.timeout = timeout;
    return request;
  }
  Result<http::Response> send(http::Request request) {
    return wait_for(transport_->send(std::move(request)));
  }
  /// A transport without connections from before.
  void renew_transport() { transport_ = http::make_curl_transport(io_, http::CurlOptions{}); }

  boost::asio::io_context io_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<TcpFaultProxy> proxy_;
  std::unique_ptr<http::Transport> transport_ = http::make_curl_transport(io_, http::CurlOptions{});
};

struct NetworkFault {
  const char* name;
  ConnectionFault fault;
  std::optional<ErrorCode> code;  ///< none: the answer comes
};

void PrintTo(const NetworkFault& fault, std::ostream* out) {
  *out << fault.name;
}

constexpr std::chrono::milliseconds kShortTimeout{400};

const NetworkFault kNetworkFaults[] = {
    {"nothing", {}, std::nullopt},
    {"refused", {.refused = true}, ErrorCode::kNetwork},
    {"closed_before_the_answer", {.to_client = {.cut_after = 0}}, ErrorCode::kNetwork},
    {"closed_in_the_head", {.to_client = {.cut_after = 20}}, ErrorCode::kNetwork},
    {"closed_in_the_body", {.to_client = {.cut_after = 700}}, ErrorCode::kNetwork},
    {"reset_before_the_answer", {.to_client = {.cut_after = 0, .end = WireEnd::kReset}}, ErrorCode::kNetwork},
    {"reset_in_the_body", {.to_client = {.cut_after = 700, .end = WireEnd::kReset}}, ErrorCode::kNetwork},
    {"half_closed", {.to_client = {.cut_after = 700, .end = WireEnd::kHalfClose}}, ErrorCode::kNetwork},
    {"stuck", {.to_client = {.cut_after = 700, .end = WireEnd::kStall}}, ErrorCode::kTimeout},
    {"request_cut", {.to_server = {.cut_after = 10}}, ErrorCode::kNetwork},
    {"request_stuck", {.to_server = {.cut_after = 10, .end = WireEnd::kStall}}, ErrorCode::kTimeout},
    {"request_half_closed",
     {.to_server = {.cut_after = 10, .end = WireEnd::kHalfClose}},
     ErrorCode::kNetwork},
    {"late", {.to_client = {.delay = std::chrono::minutes(5)}}, ErrorCode::kTimeout},
    {"slower_than_the_timeout",
     {.to_client = {.delay = std::chrono::milliseconds(100), .drip_bytes = 1}},
     ErrorCode::kTimeout},
    {"dripping", {.to_server = {.drip_bytes = 7}, .to_client = {.drip_bytes = 100}}, std::nullopt},
};

class EveryNetworkFault : public BadNetwork, public testing::WithParamInterface<NetworkFault> {};

TEST_P(EveryNetworkFault, EndsAsDocumentedAndTheNextRequestIsFine) {
  proxy_->set_plan([](uint64_t, sandbox::Random&) { return GetParam().fault; });
  const bool times_out = GetParam().code == ErrorCode::kTimeout;
  const auto answer = send(versions(times_out ? kShortTimeout : std::chrono::milliseconds(kOnlyWhatHangs)));
  if (GetParam().code) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, *GetParam().code) << answer.error().text();
  } else {
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_THAT(answer->body, testing::EndsWith("}]"));
  }
  proxy_->set_plan({});
  const auto next = send(versions());
  ASSERT_TRUE(next) << next.error().text();
  EXPECT_EQ(next->status, 200);
}

INSTANTIATE_TEST_SUITE_P(Proxy, EveryNetworkFault, testing::ValuesIn(kNetworkFaults),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(BadNetwork, APostWhoseAnswerIsLostGoesOutOnce) {
  proxy_->set_plan([](uint64_t, sandbox::Random&) {
    return ConnectionFault{.to_client = {.cut_after = 0, .end = WireEnd::kReset}};
  });
  http::Request request = versions();
  request.url = "http://127.0.0.1:" + std::to_string(proxy_->port()) + "/services/oauth2/token";
  request.method = "POST";
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = "grant_type=client_credentials&client_id=sandbox&client_secret=s3cret";
  const auto answer = send(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kNetwork);
  EXPECT_EQ(sandbox_->front().stats().logins, 1);
}

TEST_F(BadNetwork, AFeedIsReadWholeThroughConnectionsThatEndAnywhere) {
  salesforce::Options options;
  options.login_url = "http://127.0.0.1:" + std::to_string(proxy_->port());
  options.client_id = "sandbox";
  options.client_secret = Secret("s3cret");
  options.test_endpoint = true;
  const auto connector = salesforce::make_salesforce_connector(*transport_, std::move(options));
  constexpr int64_t kBytes = 60'000;
  proxy_->set_plan([](uint64_t, sandbox::Random& random) {
    ConnectionFault fault;
    fault.to_client.cut_after = static_cast<uint64_t>(random.below(kBytes));
    fault.to_client.end = random.below(2) == 0 ? WireEnd::kReset : WireEnd::kClose;
    return fault;
  });
  FeedQuery query;
  query.object = "Lead";
  query.fields = {"LastName", "Email"};
  query.upper = sandbox_->org().now() + seconds(60);
  std::set<std::string> ids;
  std::string next;
  int failures = 0;
  constexpr int kRequestsMax = 2'000;
  for (int request = 0; request < kRequestsMax; ++request) {
    const auto page =
        next.empty() ? wait_for(connector->fetch(query)) : wait_for(connector->fetch_next(query, next));
    if (!page) {
      ++failures;
      EXPECT_EQ(page.error().error_class(), ErrorClass::kRetry) << page.error().text();
      if (page.error().code == ErrorCode::kQueryRestart) next.clear();  // a login came in between
      continue;
    }
    for (const auto& record : page->records)
      ids.insert(record.id.str());
    EXPECT_TRUE(page->bad.empty());
    next = page->next;
    if (next.empty()) break;
  }
  const sandbox::Table& leads = *sandbox_->org().table("Lead");
  EXPECT_EQ(ids.size(), leads.count(sandbox::RowState::kLive) + leads.count(sandbox::RowState::kDeleted));
  EXPECT_GT(failures, 0) << "the network was too good to mean anything";
}

TEST_F(BadNetwork, TheSameSeedIsTheSameNetwork) {
  const auto draw = [&](uint64_t seed) {
    TcpFaultProxy proxy(io_, sandbox_->port(), seed);
    std::vector<int64_t> drawn;
    proxy.set_plan([&](uint64_t, sandbox::Random& random) {
      drawn.push_back(random.below(1'000'000));
      return ConnectionFault{.refused = true};
    });
    for (int i = 0; i < 5; ++i) {
      http::Request request = versions();
      request.method = "POST";
      request.url = "http://127.0.0.1:" + std::to_string(proxy.port()) + "/";
      EXPECT_FALSE(send(std::move(request)));
    }
    return drawn;
  };
  const auto first = draw(5);
  EXPECT_EQ(first.size(), 5u);
  EXPECT_EQ(draw(5), first);
  EXPECT_NE(draw(6), first);
}

}  // namespace
}  // namespace prospectd::test
