// The contract of kept answers: each is the last that was kept under its key, and those of yesterday go.
#include "tests/contract/store_contract.h"

namespace prospectd::store {

using reconcile::AnswerState;
using reconcile::DropAnswer;
using reconcile::KeepAnswer;
using reconcile::KeptAnswer;

namespace {

KeptAnswer kept(const char* actor, const char* key, int64_t begun_at) {
  KeptAnswer answer;
  answer.key = {actor, key, "fingerprint"};
  answer.begun_at = at(begun_at);
  return answer;
}

}  // namespace

TEST_P(StoreContract, AnAnswerIsReadAsItWasKeptLast) {
  KeptAnswer answer = kept("ana", "k", 1);
  must_commit({KeepAnswer{answer}, KeepAnswer{kept("bo", "k", 1)}});
  answer.state = AnswerState::kTold;
  answer.status = 201;
  answer.location = "/v1/tasks/7";
  answer.headers = R"({"ETag": "\"1\""})";
  answer.body = std::string("{\"data\": \"\0\"}", 13);
  must_commit({KeepAnswer{answer}});
  EXPECT_EQ(*reader()->kept_answer("ana", "k"), answer);
  EXPECT_EQ(*reader()->kept_answer("bo", "k"), kept("bo", "k", 1));
  EXPECT_EQ(*reader()->kept_answer("ana", "other"), std::nullopt);
  const auto all = *reader()->kept_answers();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].body_bytes, 13U);
  EXPECT_TRUE(all[0].answer.body.empty());
}

TEST_P(StoreContract, AnAnswerThatIsLetGoIsNotThere) {
  must_commit({KeepAnswer{kept("ana", "k", 1)}, KeepAnswer{kept("ana", "l", 1)}});
  must_commit({DropAnswer{"ana", "k"}});
  EXPECT_EQ(*reader()->kept_answer("ana", "k"), std::nullopt);
  EXPECT_TRUE(*reader()->kept_answer("ana", "l"));
}

TEST_P(StoreContract, AnswersOfADayAgoGoWithTheNextThatIsKept) {
  const auto keep = [&](const char* key, int64_t now) {
    auto transaction = *store_->begin();
    ASSERT_TRUE(transaction->apply(plan({KeepAnswer{kept("ana", key, now)}}), at(now)));
    ASSERT_TRUE(transaction->commit());
  };
  constexpr int64_t kDay = 24 * 60 * 60;
  keep("first", 100);
  keep("second", 200);
  keep("third", 100 + kDay);
  EXPECT_EQ(*reader()->kept_answer("ana", "first"), std::nullopt);
  EXPECT_EQ(reader()->kept_answers()->size(), 2U);
}

}  // namespace prospectd::store
