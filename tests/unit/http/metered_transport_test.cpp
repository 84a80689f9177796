// What became of requests, counted under names of our own.
#include "connectors/http/metered_transport.h"

#include <gmock/gmock.h>

#include <deque>

#include "tests/unit/http/harness.h"

namespace prospectd::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// Answers from a list.
class ListedTransport final : public Transport {
 public:
  std::deque<Result<Response>> answers;
  int cancelled = 0;

  boost::asio::awaitable<Result<Response>> send(Request) override {
    Result<Response> answer = answers.front();
    answers.pop_front();
    co_return answer;
  }
  void cancel_all() override { ++cancelled; }
};

class MeteredTransportTest : public testing::Test {
 protected:
  void answer(int status) {
    Response response;
    response.status = status;
    response.body = "the body";
    behind_.answers.push_back(std::move(response));
  }
  Result<Response> send() { return wait_for(io_, metered_->send(Request{})); }
  void send_all() {
    while (!behind_.answers.empty())
      (void)send();
  }

  boost::asio::io_context io_{1};
  ListedTransport behind_;
  std::unique_ptr<MeteredTransport> metered_ = make_metered_transport(behind_);
};

TEST_F(MeteredTransportTest, PassesEverythingOnAndCountsIt) {
  answer(200);
  const auto first = send();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->body, "the body");
  behind_.answers.push_back(make_error(ErrorCode::kTimeout, "no answer"));
  EXPECT_EQ(send().error().code, ErrorCode::kTimeout);
  answer(200);
  send_all();
  EXPECT_THAT(metered_->requests(), ElementsAre(Pair("200", 2), Pair("timeout", 1)));
  metered_->cancel_all();
  EXPECT_EQ(behind_.cancelled, 1);
}

TEST_F(MeteredTransportTest, AServerThatAnswersEveryNumberMakesFewNames) {
  for (int status = -1; status < 1'000; ++status)
    answer(status);
  send_all();
  EXPECT_LE(metered_->requests().size(), 30U);
  EXPECT_EQ(metered_->requests().at("429"), 1);
  EXPECT_GT(metered_->requests().at("4xx"), 1);
  EXPECT_EQ(metered_->requests().at("other"), 501) << "-1 to 99, and 600 to 999";
}

}  // namespace
}  // namespace prospectd::http
