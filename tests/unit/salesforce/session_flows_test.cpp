// Sessions by JWT and by refresh token: the clock that is put right, the token that is kept before another is
// used, and one login for however many want it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/salesforce/salesforce_connector.h"
#include "connectors/salesforce/session.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/front.h"
#include "tests/support/front_transport.h"
#include "tests/support/rsa_key.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/sandbox_options.h"

namespace prospectd::salesforce::test {
namespace {

namespace asio = boost::asio;
using prospectd::test::FrontTransport;
using prospectd::test::run;
using prospectd::test::TestKey;
using ::testing::HasSubstr;
using ::testing::Not;

const TestKey& key() {
  static const TestKey made = TestKey::rsa();
  return made;
}

/// Tokens in memory, and everything that was done with them, in order.
class MemoryTokens final : public RefreshTokens {
 public:
  explicit MemoryTokens(std::string token) : token_(std::move(token)) {}

  Result<std::unique_ptr<Turn>> take() override {
    if (taken) return make_error(ErrorCode::kLocked, "somebody has it");
    return std::unique_ptr<Turn>(std::make_unique<OneTurn>(*this));
  }

  bool taken = false;
  std::optional<Error> failure;  ///< of every replacement
  std::function<void()> on_replace;
  int replaced = 0;

 private:
  class OneTurn final : public Turn {
   public:
    explicit OneTurn(MemoryTokens& all) : all_(all), secret_(all.token_) { all_.taken = true; }
    ~OneTurn() override { all_.taken = false; }
    const Secret& token() const override { return secret_; }
    Result<void> replace(const Secret& fresh) override {
      if (all_.on_replace) all_.on_replace();
      if (all_.failure) return *all_.failure;
      ++all_.replaced;
      all_.token_ = std::string(fresh.reveal());
      return {};
    }

   private:
    MemoryTokens& all_;
    Secret secret_;
  };
  std::string token_;
};

class SessionFlows : public ::testing::Test {
 protected:
  SessionFlows() {
    EXPECT_TRUE(org_.create("User", {{"Username", mapping::Value("sync@acme.test")},
                                     {"Email", mapping::Value("sync@acme.test")},
                                     {"LastName", mapping::Value("Sync")}}));
    EXPECT_TRUE(front_.register_key(key().public_pem()));
  }

  SessionOptions options() {
    SessionOptions out;
    out.login_url = "http://127.0.0.1:9443";
    out.client_id = "sandbox";
    out.test_endpoint = true;
    out.now = [this] { return ours_; };
    return out;
  }
  SessionOptions signed_options() {
    SessionOptions out = options();
    out.login.flow = LoginFlow::kJwtBearer;
    out.login.username = "sync@acme.test";
    out.login.private_key = Secret(key().private_pem());
    return out;
  }
  SessionOptions refreshing_options() {
    SessionOptions out = options();
    out.client_secret = Secret("s3cret");
    out.login.flow = LoginFlow::kRefreshToken;
    out.login.refresh_tokens = tokens_;
    return out;
  }
  void knobs(const std::function<void(sandbox::Knobs&)>& change) {
    sandbox::Knobs changed = front_.knobs();
    change(changed);
    front_.set_knobs(std::move(changed));
  }
  int64_t logins() const { return front_.stats().logins; }
  int64_t refused() const { return front_.stats().logins_refused; }

  Timestamp theirs_ = *parse_timestamp("2026-11-20T09:00:00Z");
  Timestamp ours_ = theirs_;
  sandbox::Org org_{prospectd::test::org_options(theirs_)};
  sandbox::Front front_{org_, prospectd::test::front_options()};
  FrontTransport transport_{front_};
  Traffic traffic_;
  std::shared_ptr<MemoryTokens> tokens_ = std::make_shared<MemoryTokens>(front_.authorize());
};

TEST_F(SessionFlows, ASignedLoginIsOneRequestWhileTheClocksAgree) {
  ours_ += seconds(20);
  Session session(transport_, traffic_, signed_options());
  const auto generation = run(session.ensure(0));
  ASSERT_TRUE(generation) << generation.error().text();
  EXPECT_EQ(transport_.requests(), 1);
  EXPECT_EQ(session.facts().scope, "api");
  EXPECT_THAT(session.facts().identity_url, HasSubstr("/id/00D"));
  ASSERT_TRUE(session.skew());
  EXPECT_EQ(*session.skew(), -seconds(19)) << "the header has whole seconds";
}

TEST_F(SessionFlows, AClockThatIsBehindIsMeasuredAndMadeUpFor) {
  ours_ -= std::chrono::hours(3);
  Session session(transport_, traffic_, signed_options());
  ASSERT_TRUE(run(session.ensure(0)));
  EXPECT_EQ(refused(), 1);
  EXPECT_EQ(*session.skew(), std::chrono::hours(3));
  ASSERT_TRUE(run(session.ensure(1)));
  EXPECT_EQ(refused(), 1) << "once it is known, it is made up for at once";
  EXPECT_EQ(logins(), 2);
}

TEST_F(SessionFlows, ARefusalNamesAClockThatIsWrong) {
  ours_ -= std::chrono::minutes(12);
  knobs([](sandbox::Knobs& k) { k.user_approved = false; });
  Session session(transport_, traffic_, signed_options());
  const auto generation = run(session.ensure(0));
  ASSERT_FALSE(generation);
  EXPECT_EQ(generation.error().code, ErrorCode::kLoginRefused);
  EXPECT_THAT(generation.error().text(), HasSubstr("pre-authorise"));
  EXPECT_THAT(generation.error().text(), HasSubstr("this machine's clock is 12 min behind the CRM's"));
  EXPECT_EQ(refused(), 2) << "the second with the clock put right, and no third";
}

TEST_F(SessionFlows, ARefusalWithARightClockIsNotRepeatedAndNamesNone) {
  const TestKey other = TestKey::rsa();
  SessionOptions wrong = signed_options();
  wrong.login.private_key = Secret(other.private_pem());
  Session session(transport_, traffic_, std::move(wrong));
  const auto generation = run(session.ensure(0));
  ASSERT_FALSE(generation);
  EXPECT_THAT(generation.error().text(), HasSubstr("certificate"));
  EXPECT_THAT(generation.error().text(), Not(HasSubstr("clock")));
  EXPECT_EQ(refused(), 1);
}

TEST_F(SessionFlows, AKeyThatCantSignSendsNothing) {
  SessionOptions wrong = signed_options();
  wrong.login.private_key = Secret(TestKey::rsa(1024).private_pem());
  Session session(transport_, traffic_, std::move(wrong));
  EXPECT_EQ(run(session.ensure(0)).error().code, ErrorCode::kConfigInvalid);
  EXPECT_EQ(transport_.requests(), 0);
}

TEST_F(SessionFlows, ARefreshTokenThatStaysIsNotWritten) {
  Session session(transport_, traffic_, refreshing_options());
  ASSERT_TRUE(run(session.ensure(0)));
  ASSERT_TRUE(run(session.ensure(1)));
  EXPECT_EQ(tokens_->replaced, 0);
}

TEST_F(SessionFlows, ANewRefreshTokenIsKeptBeforeTheAccessTokenIsUsed) {
  knobs([](sandbox::Knobs& k) { k.rotate_refresh_tokens = true; });
  Session session(transport_, traffic_, refreshing_options());
  uint64_t generation_then = 99;
  tokens_->on_replace = [&] { generation_then = session.generation(); };
  ASSERT_TRUE(run(session.ensure(0)));
  EXPECT_EQ(generation_then, 0u);
  EXPECT_EQ(tokens_->replaced, 1);
  ASSERT_TRUE(run(session.ensure(1))) << "by the new one: the old one is dead";
  EXPECT_EQ(tokens_->replaced, 2);
  EXPECT_FALSE(tokens_->taken);
}

TEST_F(SessionFlows, ATokenThatCantBeKeptIsNotUsed) {
  knobs([](sandbox::Knobs& k) { k.rotate_refresh_tokens = true; });
  tokens_->failure = make_error(ErrorCode::kDiskFull, "no room");
  Session session(transport_, traffic_, refreshing_options());
  EXPECT_EQ(run(session.ensure(0)).error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(session.generation(), 0u);
}

TEST_F(SessionFlows, AnInstanceThatIsRefusedDoesNotLoseTheNewRefreshToken) {
  knobs([](sandbox::Knobs& k) { k.rotate_refresh_tokens = true; });
  transport_.set_mangler([](const http::Request&, http::Response& answer) {
    const size_t at = answer.body.find("http://127.0.0.1:9443");
    if (at != std::string::npos) answer.body.replace(at, 21, "http://evil.test");
  });
  Session session(transport_, traffic_, refreshing_options());
  EXPECT_EQ(run(session.ensure(0)).error().code, ErrorCode::kRefusedTarget);
  EXPECT_EQ(tokens_->replaced, 1);
}

TEST_F(SessionFlows, ATokenThatAnotherProcessHasIsWaitedForByTryingAgain) {
  tokens_->taken = true;
  Session session(transport_, traffic_, refreshing_options());
  EXPECT_EQ(run(session.ensure(0)).error().error_class(), ErrorClass::kRetry);
  EXPECT_EQ(transport_.requests(), 0);
}

asio::awaitable<void> ask_for_token(Session& session, std::vector<Result<uint64_t>>& out) {
  auto generation = co_await session.ensure(1);
  out.push_back(std::move(generation));
}

TEST_F(SessionFlows, ManyWhoLostTheirSessionSpendOneRefreshToken) {
  knobs([](sandbox::Knobs& k) { k.rotate_refresh_tokens = true; });
  Session session(transport_, traffic_, refreshing_options());
  ASSERT_TRUE(run(session.ensure(0)));
  asio::io_context io;
  std::vector<Result<uint64_t>> out;
  for (int i = 0; i < 50; ++i)
    asio::co_spawn(io, ask_for_token(session, out),
                   [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
  io.run();
  ASSERT_EQ(out.size(), 50u);
  for (const auto& generation : out)
    EXPECT_EQ(*generation, 2u);
  EXPECT_EQ(logins(), 2);
  EXPECT_EQ(tokens_->replaced, 2);
}

asio::awaitable<void> read_on(Connector& crm, FeedQuery query, std::string next,
                              std::vector<Result<Page>>& out) {
  auto page = co_await crm.fetch_next(std::move(query), std::move(next));
  out.push_back(std::move(page));
}

TEST_F(SessionFlows, ASessionThatEndsInTheMiddleOfPagesIsRenewedOnceForAll) {
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(
        org_.create("Lead", {{"LastName", mapping::Value("Roy")}, {"Company", mapping::Value("Acme")}}));
  }
  knobs([](sandbox::Knobs& k) {
    k.page_size_max = 4;
    k.rotate_refresh_tokens = true;
  });
  Options made;
  made.login_url = "http://127.0.0.1:9443";
  made.client_id = "sandbox";
  made.client_secret = Secret("s3cret");
  made.test_endpoint = true;
  made.login.flow = LoginFlow::kRefreshToken;
  made.login.refresh_tokens = tokens_;
  const auto crm = make_salesforce_connector(transport_, std::move(made));
  FeedQuery query;
  query.object = "Lead";
  query.fields = {"LastName"};
  query.upper = theirs_ + std::chrono::hours(1);
  const auto first = run(crm->fetch(query));
  ASSERT_TRUE(first) << first.error().text();
  ASSERT_FALSE(first->next.empty());
  front_.expire_tokens();
  asio::io_context io;
  std::vector<Result<Page>> out;
  for (int i = 0; i < 20; ++i) {
    asio::co_spawn(io, read_on(*crm, query, first->next, out),
                   [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
  }
  io.run();
  ASSERT_EQ(out.size(), 20u);
  for (const auto& page : out) {
    ASSERT_FALSE(page) << "the place belonged to the session that ended";
    EXPECT_EQ(page.error().code, ErrorCode::kQueryRestart) << page.error().text();
  }
  EXPECT_EQ(logins(), 2);
  EXPECT_EQ(tokens_->replaced, 2);
  EXPECT_TRUE(run(crm->fetch(query)));
}

}  // namespace
}  // namespace prospectd::salesforce::test
