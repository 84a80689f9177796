// The contract of writes: what becomes of rows of each kind, of those that the CRM refuses, and of calls
// whose answer doesn't come.
#include <gmock/gmock.h>

#include <set>

#include "tests/contract/writer_contract.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

}  // namespace

// ---- the four kinds ----

TEST_P(WriterContract, WhatIsCreatedIsThereUnderTheIdThatIsTold) {
  for (const size_t rows : {1U, 2U, 7U}) {
    WriteBatch wanted = batch(WriteKind::kCreate);
    for (size_t i = 0; i < rows; ++i)
      add(wanted, "", person("Person " + std::to_string(i)));
    const size_t before = org_->count(names_.object);
    const auto outcomes = must_write(std::move(wanted));
    for (size_t i = 0; i < rows; ++i) {
      ASSERT_EQ(outcomes[i].state, RowState::kWritten);
      EXPECT_TRUE(outcomes[i].created);
      EXPECT_EQ(org_->value(outcomes[i].id.str(), names_.name), "Person " + std::to_string(i));
    }
    EXPECT_EQ(org_->count(names_.object), before + rows);
  }
}

TEST_P(WriterContract, AnUpdateChangesWhatItNamesAndNothingElse) {
  const std::string ada = org_->create(names_.object, "Ada", "ada@x.test");
  const std::string bob = org_->create(names_.object, "Bob");
  for (const bool alone : {true, false}) {
    WriteBatch wanted = batch(WriteKind::kUpdate);
    add(wanted, ada, {{names_.text, Value("Countess")}, {names_.choice, Value()}});
    if (!alone) add(wanted, bob, {{names_.text, Value("Zo\u00eb \"\\/\u00df \U0001F600")}});
    const auto rows = must_write(std::move(wanted));
    EXPECT_EQ(rows.at(0).state, RowState::kWritten);
    EXPECT_EQ(rows.at(0).id, RemoteId(ada));
    EXPECT_FALSE(rows.at(0).created);
    EXPECT_EQ(org_->value(ada, names_.text), "Countess");
    EXPECT_EQ(org_->value(ada, names_.name), "Ada");
    EXPECT_EQ(org_->value(ada, names_.address), "ada@x.test");
    WriteBatch emptied = batch(WriteKind::kUpdate);
    add(emptied, ada, {{names_.text, Value::null()}});
    must_write(std::move(emptied));
    EXPECT_EQ(org_->value(ada, names_.text), "");
  }
  EXPECT_EQ(org_->value(bob, names_.text), "Zo\u00eb \"\\/\u00df \U0001F600");
}

TEST_P(WriterContract, AnUpsertCreatesOnceAndThenUpdates) {
  const auto keyed = [&](const std::string& text) {
    WriteBatch wanted = batch(WriteKind::kUpsert);
    for (const char* key : {"A-1", "b/2 ?&'\\"}) {
      std::vector<FieldValue> fields = person("Keyed");
      fields.emplace_back(names_.text, Value(text));
      add(wanted, "", std::move(fields)).key = key;
    }
    return wanted;
  };
  const auto first = must_write(keyed("once"));
  const auto second = must_write(keyed("twice"));
  for (size_t i = 0; i < 2; ++i) {
    ASSERT_EQ(first[i].state, RowState::kWritten);
    EXPECT_TRUE(first[i].created);
    ASSERT_EQ(second[i].state, RowState::kWritten);
    EXPECT_FALSE(second[i].created);
    EXPECT_EQ(second[i].id, first[i].id);
    EXPECT_EQ(org_->value(first[i].id.str(), names_.text), "twice");
  }
  EXPECT_EQ(org_->value(first[1].id.str(), names_.key), "b/2 ?&'\\");
  EXPECT_EQ(org_->count(names_.object), 2U);
}

TEST_P(WriterContract, ADeleteRemovesAndSaysOfEachRecordWhetherItWasThere) {
  const std::string ada = org_->create(names_.object, "Ada");
  const std::string bob = org_->create(names_.object, "Bob");
  const std::string gone = org_->create(names_.object, "Gone");
  org_->remove(gone);
  WriteBatch wanted = batch(WriteKind::kDelete);
  for (const std::string& id : {ada, gone, names_.no_such_id})
    add(wanted, id, {});
  const auto rows = must_write(std::move(wanted));
  EXPECT_EQ(rows[0].state, RowState::kWritten);
  EXPECT_FALSE(org_->live(ada));
  EXPECT_EQ(rows[1].what(), RefusalClass::kGone);
  EXPECT_EQ(rows[2].what(), RefusalClass::kGone);
  EXPECT_TRUE(org_->live(bob));
}

// ---- batches ----

TEST_P(WriterContract, AsManyRowsAsAllowedAndNoMore) {
  WriteBatch wanted = batch(WriteKind::kCreate);
  for (size_t i = 0; i < kWriteRowsMax; ++i)
    add(wanted, "", person("Person " + std::to_string(i)));
  WriteBatch more = wanted;
  const auto rows = must_write(std::move(wanted));
  std::set<std::string> ids;
  for (const RowOutcome& row : rows)
    ids.insert(row.id.str());
  EXPECT_EQ(ids.size(), kWriteRowsMax);
  add(more, "", person("One too many"));
  const int64_t before = org_->requests();
  for (const WriteBatch& wrong : {more, batch(WriteKind::kCreate)}) {
    const WriteReply reply = write(wrong);
    ASSERT_TRUE(reply.failure);
    EXPECT_EQ(reply.failure->code, ErrorCode::kInvalidInput);
    EXPECT_FALSE(reply.in_doubt);
  }
  EXPECT_EQ(org_->requests(), before) << "what can't be a call is not sent";
  EXPECT_EQ(org_->count(names_.object), kWriteRowsMax);
}

TEST_P(WriterContract, F26_EachRowOfABatchIsJudgedByItself) {
  WriteBatch wanted = batch(WriteKind::kUpdate);
  std::vector<std::string> ids;
  for (int i = 0; i < 60; ++i) {
    ids.push_back(org_->create(names_.object, "Person " + std::to_string(i)));
    const std::string text(i % 3 == 1 ? names_.text_max + 1 : 5, 'x');
    add(wanted, ids.back(), {{names_.text, Value(text)}});
  }
  wanted.rows[20].fields = {{names_.unknown_field, Value("x")}};
  wanted.rows[21].id = RemoteId("no id");
  wanted.rows[22].id = RemoteId();
  const auto rows = must_write(std::move(wanted));
  for (size_t i = 0; i < 60; ++i) {
    const bool bad = i % 3 == 1 || (i >= 20 && i <= 22);
    EXPECT_EQ(rows[i].state, bad ? RowState::kRefused : RowState::kWritten) << i;
    EXPECT_EQ(org_->value(ids[i], names_.text), bad ? "" : "xxxxx") << i;
  }
  EXPECT_EQ(rows[1].what(), RefusalClass::kRecord);
  EXPECT_EQ(rows[20].what(), RefusalClass::kMapping);
}

TEST_P(WriterContract, OneRecordTwiceInABatchIsRefusedBeforeItIsSent) {
  const std::string ada = org_->create(names_.object, "Ada");
  WriteBatch twice = batch(WriteKind::kUpdate);
  add(twice, ada, {{names_.text, Value("one")}});
  add(twice, ada, {{names_.text, Value("two")}});
  const WriteReply reply = write(std::move(twice));
  ASSERT_TRUE(reply.failure);
  EXPECT_EQ(reply.failure->code, ErrorCode::kInvalidInput);
  EXPECT_EQ(org_->value(ada, names_.text), "");
}

TEST_P(WriterContract, AnUnknownObjectIsNamed) {
  WriteBatch wanted = batch(WriteKind::kCreate);
  wanted.object = names_.unknown_object;
  add(wanted, "", person("Nobody"));
  const WriteReply reply = write(std::move(wanted));
  ASSERT_TRUE(reply.failure);
  EXPECT_EQ(reply.failure->code, ErrorCode::kUnknownObject);
  EXPECT_THAT(reply.failure->text(), HasSubstr(names_.unknown_object));
  EXPECT_FALSE(reply.in_doubt);
}

// ---- refusals ----

TEST_P(WriterContract, WhatARecordSaysWrongIsItsOwnFaultAndNamesTheField) {
  const std::string ada = org_->create(names_.object, "Ada");
  expect_refused(WriteKind::kUpdate, ada, {{names_.text, Value(std::string(names_.text_max + 1, 'x'))}},
                 RefusalClass::kRecord, names_.text);
  expect_refused(WriteKind::kUpdate, ada, {{names_.choice, Value(names_.bad_word)}}, RefusalClass::kRecord,
                 names_.choice);
  expect_refused(WriteKind::kUpdate, ada, {{names_.address, Value("no address")}}, RefusalClass::kRecord,
                 names_.address);
  expect_refused(WriteKind::kCreate, "", {{names_.name, Value("No company")}}, RefusalClass::kRecord,
                 names_.required);
  expect_refused(WriteKind::kUpdate, ada, {{names_.owner, Value(org_->inactive_user())}},
                 RefusalClass::kRecord);
}

TEST_P(WriterContract, F28_AnOrganisationsOwnRuleRefusesInItsOwnWords) {
  const std::string ada = org_->create(names_.object, "Ada");
  org_->forbid("Poison", "We don't take these");
  WriteBatch wanted = batch(WriteKind::kUpdate);
  add(wanted, ada, {{names_.name, Value("Poison")}});
  const auto rows = must_write(std::move(wanted));
  EXPECT_EQ(rows.at(0).what(), RefusalClass::kRecord);
  EXPECT_EQ(rows.at(0).refusals.at(0).message, "We don't take these");
  expect_refused(WriteKind::kUpdate, ada, {{names_.name, Value("Poison")}}, RefusalClass::kRecord);
}

TEST_P(WriterContract, AFieldThatCannotBeWrittenIsAFaultOfTheMapping) {
  const std::string ada = org_->create(names_.object, "Ada");
  expect_refused(WriteKind::kUpdate, ada, {{names_.unknown_field, Value("x")}}, RefusalClass::kMapping,
                 names_.unknown_field);
  expect_refused(WriteKind::kUpdate, ada, {{names_.moment, Value("2026-11-20T08:15:30Z")}},
                 RefusalClass::kMapping, names_.moment);
  expect_refused(WriteKind::kUpdate, ada, {{names_.moment, Value("yesterday")}}, RefusalClass::kMapping,
                 names_.moment);
}

TEST_P(WriterContract, ARecordThatIsGoneOrConvertedSaysSo) {
  const std::string removed = org_->create(names_.object, "Removed");
  const std::string purged = org_->create(names_.object, "Purged");
  const std::string converted = org_->create(names_.object, "Converted");
  org_->remove(removed);
  org_->purge(purged);
  org_->convert(converted);
  const std::vector<FieldValue> change = {{names_.text, Value("x")}};
  expect_refused(WriteKind::kUpdate, removed, change, RefusalClass::kGone);
  expect_refused(WriteKind::kUpdate, purged, change, RefusalClass::kGone);
  expect_refused(WriteKind::kUpdate, names_.no_such_id, change, RefusalClass::kGone);
  expect_refused(WriteKind::kUpdate, converted, change, RefusalClass::kConverted);
}

TEST_P(WriterContract, AUniqueValueThatAnotherRecordHasNamesIt) {
  WriteBatch wanted = batch(WriteKind::kUpsert);
  add(wanted, "", person("Keyed")).key = "A-1";
  const std::string holder = must_write(std::move(wanted)).at(0).id.str();
  const std::string ada = org_->create(names_.object, "Ada");
  for (const bool alone : {true, false}) {
    WriteBatch clash = batch(WriteKind::kUpdate);
    add(clash, ada, {{names_.key, Value("a-1")}});
    if (!alone) add(clash, org_->create(names_.object, "Bob"), {{names_.text, Value("fine")}});
    const auto rows = must_write(std::move(clash));
    EXPECT_EQ(rows.at(0).what(), RefusalClass::kDuplicate);
    EXPECT_THAT(rows.at(0).refusals.at(0).others, ElementsAre(RemoteId(holder)));
  }
}

TEST_P(WriterContract, ADuplicateRuleNamesItsMatchesToARecordAlone) {
  const std::string first = org_->create(names_.object, "Ada", "ada@x.test");
  const std::string second = org_->create(names_.object, "Ada too", "ADA@x.test");
  org_->refuse_same_address(false);
  std::vector<FieldValue> fields = person("Ada again");
  fields.emplace_back(names_.address, Value("ada@x.test"));
  expect_refused(WriteKind::kCreate, "", fields, RefusalClass::kDuplicate);
  WriteBatch alone = batch(WriteKind::kCreate);
  add(alone, "", fields);
  const auto rows = must_write(std::move(alone));
  EXPECT_THAT(rows.at(0).refusals.at(0).others, UnorderedElementsAre(RemoteId(first), RemoteId(second)));
}

TEST_P(WriterContract, ADuplicateRuleThatOnlyWarnsIsPassedOverWhenTheCallerSaysSo) {
  org_->create(names_.object, "Ada", "ada@x.test");
  org_->refuse_same_address(true);
  WriteBatch wanted = batch(WriteKind::kCreate);
  std::vector<FieldValue> fields = person("Ada again");
  fields.emplace_back(names_.address, Value("ada@x.test"));
  add(wanted, "", std::move(fields));
  EXPECT_EQ(must_write(wanted).at(0).what(), RefusalClass::kDuplicate);
  wanted.save_duplicates = true;
  EXPECT_EQ(must_write(wanted).at(0).state, RowState::kWritten);
}

TEST_P(WriterContract, TheCrmChoosesAnOwnerOnlyWhenItIsAskedTo) {
  const std::string user = org_->active_user();
  org_->assign_new_to(user);
  WriteBatch wanted = batch(WriteKind::kCreate);
  add(wanted, "", person("Ada"));
  EXPECT_NE(org_->value(must_write(wanted).at(0).id.str(), names_.owner), user);
  wanted.auto_assign = true;
  EXPECT_EQ(org_->value(must_write(wanted).at(0).id.str(), names_.owner), user);
}

// ---- answers that don't come ----

TEST_P(WriterContract, F24_AWriteWhoseAnswerIsLostIsInDoubtAndNotRepeated) {
  for (const AnswerFate fate :
       {AnswerFate::kLost, AnswerFate::kCut, AnswerFate::kLoginPage, AnswerFate::kGateway}) {
    for (const size_t rows : {1U, 3U}) {
      WriteBatch wanted = batch(WriteKind::kCreate);
      for (size_t i = 0; i < rows; ++i)
        add(wanted, "", person("In doubt"));
      const size_t before = org_->count(names_.object);
      org_->next_answer(fate);
      const WriteReply reply = write(std::move(wanted));
      ASSERT_TRUE(reply.failure) << static_cast<int>(fate);
      EXPECT_TRUE(reply.in_doubt) << reply.failure->text();
      EXPECT_TRUE(reply.rows.empty());
      EXPECT_EQ(org_->count(names_.object), before + rows) << "it was done, and only once";
    }
  }
}

TEST_P(WriterContract, AWriteThatNobodyReceivedIsNotInDoubt) {
  WriteBatch wanted = batch(WriteKind::kCreate);
  add(wanted, "", person("Ada"));
  must_write(wanted);
  org_->go_away();
  const WriteReply reply = write(std::move(wanted));
  ASSERT_TRUE(reply.failure);
  EXPECT_EQ(reply.failure->code, ErrorCode::kNetwork);
  EXPECT_FALSE(reply.in_doubt) << reply.failure->text();
}

TEST_P(WriterContract, F33_AnExhaustedQuotaIsNoFaultOfTheRowsAndLeavesThemUnwritten) {
  WriteBatch wanted = batch(WriteKind::kCreate);
  add(wanted, "", person("Ada"));
  must_write(wanted);
  const size_t before = org_->count(names_.object);
  org_->use_up_quota();
  const WriteReply reply = write(std::move(wanted));
  ASSERT_TRUE(reply.failure);
  EXPECT_EQ(reply.failure->code, ErrorCode::kQuotaExhausted);
  EXPECT_FALSE(reply.in_doubt);
  EXPECT_EQ(org_->count(names_.object), before);
}

// ---- sessions and counts ----

TEST_P(WriterContract, F30_AnExpiredSessionIsRenewedOnceAndTheWriteDoneOnce) {
  for (const size_t rows : {1U, 2U}) {
    WriteBatch wanted = batch(WriteKind::kCreate);
    for (size_t i = 0; i < rows; ++i)
      add(wanted, "", person("Ada"));
    must_write(wanted);
    const size_t before = org_->count(names_.object);
    const int64_t logins = org_->logins();
    org_->end_sessions();
    must_write(wanted);
    EXPECT_EQ(org_->logins(), logins + 1);
    EXPECT_EQ(org_->count(names_.object), before + rows);
  }
}

TEST_P(WriterContract, WritesCountAsCallsAndTellTheUseOfTheApi) {
  WriteBatch wanted = batch(WriteKind::kCreate);
  add(wanted, "", person("Ada"));
  must_write(wanted);
  const ApiUsage before = connector().usage();
  EXPECT_GT(before.allowed, 0);
  add(wanted, "", person("Bob"));
  must_write(wanted);
  EXPECT_EQ(connector().usage().used, before.used + 1) << "a batch is one call";
  EXPECT_EQ(connector().calls(), org_->requests());
}

}  // namespace prospectd::test
