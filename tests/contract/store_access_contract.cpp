// What every store does with tokens and saved filters.
#include "tests/contract/store_contract.h"

namespace prospectd::store {
namespace {

using reconcile::AddToken;
using reconcile::NoteTokenUse;
using reconcile::PutSavedFilter;
using reconcile::RevokeToken;
using reconcile::Role;
using reconcile::SavedFilter;
using reconcile::Token;
using reconcile::TokenId;

Token token(int64_t id, Role role = Role::kUser) {
  Token made;
  made.id = TokenId{id};
  made.name = "name " + std::to_string(id);
  made.user = "ana@x.test";
  made.role = role;
  made.fingerprint = "f" + std::to_string(id);
  made.created_by = "bo";
  made.created_at = at(10);
  return made;
}

/// Commits a step as `actor` at a second.
Result<void> commit_as(Store& store, const std::string& actor, int64_t second, reconcile::Step step) {
  reconcile::Plan change;
  change.cause = {"test", "", actor};
  change.steps.push_back(std::move(step));
  PD_ASSIGN(transaction, store.begin());
  PD_TRY(transaction->apply(change, at(second)));
  return transaction->commit();
}

TEST_P(StoreContract, ATokenIsKeptWholeUsedAndRevoked) {
  Token made = token(7, Role::kAdmin);
  made.expires_at = at(99);
  ASSERT_TRUE(commit_as(*store_, "bo", 10, AddToken{made}));
  EXPECT_EQ(*reader()->tokens(), std::vector{made});
  ASSERT_TRUE(commit_as(*store_, "", 20, NoteTokenUse{made.id}));
  made.last_used_at = at(20);
  EXPECT_EQ(*reader()->tokens(), std::vector{made});
  ASSERT_TRUE(commit_as(*store_, "bo", 30, RevokeToken{made.id}));
  made.revoked_at = at(30);
  EXPECT_EQ(*reader()->tokens(), std::vector{made});
}

TEST_P(StoreContract, AUseThatIsNotedLateBringsNoRevokedTokenBack) {
  ASSERT_TRUE(commit_as(*store_, "bo", 10, AddToken{token(1)}));
  ASSERT_TRUE(commit_as(*store_, "bo", 20, RevokeToken{TokenId{1}}));
  ASSERT_TRUE(commit_as(*store_, "", 30, NoteTokenUse{TokenId{1}}));
  EXPECT_EQ(reader()->tokens()->front().revoked_at, at(20));
}

TEST_P(StoreContract, ATokenIsRevokedOnceAndItsNumberAndFingerprintAreItsOwn) {
  ASSERT_TRUE(commit_as(*store_, "bo", 10, AddToken{token(1)}));
  const auto unknown = commit_as(*store_, "bo", 20, RevokeToken{TokenId{2}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kConflict);
  ASSERT_TRUE(commit_as(*store_, "bo", 20, RevokeToken{TokenId{1}}));
  EXPECT_FALSE(commit_as(*store_, "bo", 30, RevokeToken{TokenId{1}}));
  EXPECT_FALSE(commit_as(*store_, "bo", 30, AddToken{token(1)}));
  Token twin = token(2);
  twin.fingerprint = "f1";
  EXPECT_FALSE(commit_as(*store_, "bo", 30, AddToken{twin}));
  EXPECT_EQ(reader()->tokens()->size(), 1U);
}

TEST_P(StoreContract, OfTokensThatEndedOnlySoManyAreKept) {
  const auto most = static_cast<int64_t>(reconcile::kEndedTokensMax);
  ASSERT_TRUE(commit_as(*store_, "bo", 1, AddToken{token(1)}));
  for (int64_t id = 2; id <= most + 3; ++id) {
    Token made = token(id);
    made.created_at = at(1);
    made.expires_at = at(id);
    ASSERT_TRUE(commit_as(*store_, "bo", 1, AddToken{made}));
  }
  ASSERT_TRUE(commit_as(*store_, "bo", most + 10, AddToken{token(most + 4)}));
  const auto kept = reader()->tokens();
  ASSERT_EQ(kept->size(), reconcile::kEndedTokensMax + 2);
  EXPECT_EQ(kept->front().id, TokenId{1}) << "one in force stays";
  EXPECT_EQ((*kept)[1].id, TokenId{4}) << "those that ended first went";
}

TEST_P(StoreContract, AFilterIsSavedChangedAndDroppedAndKeepsItsOwner) {
  ASSERT_TRUE(commit_as(*store_, "ana", 10, PutSavedFilter{"hot", "tag:hot"}));
  ASSERT_TRUE(commit_as(*store_, "ana", 11, PutSavedFilter{"cold", "-@hot"}));
  ASSERT_TRUE(commit_as(*store_, "bo", 12, PutSavedFilter{"hot", "tag:very_hot"}));
  const std::vector<SavedFilter> both = {{"cold", "-@hot", "ana", at(11)},
                                         {"hot", "tag:very_hot", "ana", at(12)}};
  EXPECT_EQ(*reader()->saved_filters(), both);
  const int64_t written = store_->rows_written();
  ASSERT_TRUE(commit_as(*store_, "bo", 13, PutSavedFilter{"hot", std::nullopt}));
  EXPECT_EQ(store_->rows_written(), written + 1);
  ASSERT_TRUE(commit_as(*store_, "bo", 14, PutSavedFilter{"hot", std::nullopt}));
  EXPECT_EQ(store_->rows_written(), written + 1) << "there was nothing to drop";
  EXPECT_EQ(reader()->saved_filters()->size(), 1U);
}

TEST_P(DurableStoreContract, TokensAndFiltersAreThereAgain) {
  ASSERT_TRUE(commit_as(*store_, "ana", 10, AddToken{token(1)}));
  ASSERT_TRUE(commit_as(*store_, "ana", 10, PutSavedFilter{"hot", "tag:hot"}));
  reopen();
  EXPECT_EQ(reader()->tokens()->size(), 1U);
  EXPECT_EQ(reader()->saved_filters()->size(), 1U);
}

}  // namespace
}  // namespace prospectd::store
