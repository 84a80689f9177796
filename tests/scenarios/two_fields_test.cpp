// A prospect's field that comes from one of the record's fields and goes to another (SEMANTICS §11): the
// title is read of Title, and written to Website.
#include "tests/scenarios/both_ways.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using testing::IsEmpty;

class TwoFields : public BothWays {
 protected:
  std::string make_lead() {
    lead_ = world_->lead("ana@x.test", {{"Title", Value("old")}, {"Website", Value("w")}});
    world_->sync();
    prospect_ = prospect_of(lead_);
    return lead_;
  }
  void set(const char* title) { world_->edit_here(prospect_, "title", Value(title)); }
  bool record_has(const std::string& title, const std::string& website) {
    return holds("Lead", lead_, "Title = '" + title + "' AND Website = '" + website + "'");
  }

  std::string lead_;
  ProspectId prospect_;
};

TEST_F(TwoFields, AChangeGoesToTheOtherField) {
  begin(written_elsewhere(mapping::Direction::kIn));
  make_lead();
  set("VP");
  EXPECT_EQ(world_->push().written, 1);
  EXPECT_TRUE(record_has("old", "VP"));
  expect_quiet();
  EXPECT_EQ(value_here(prospect_, "title"), Value("VP"));
}

TEST_F(TwoFields, S11_AChangeBackToWhatComesInGoesOutToo) {
  begin(written_elsewhere(mapping::Direction::kIn));
  make_lead();
  set("VP");
  world_->push();
  set("old");
  world_->sync();  // its poll meets equal values, and its push follows
  EXPECT_TRUE(record_has("old", "old"));
  EXPECT_EQ(value_here(prospect_, "title"), Value("old"));
  EXPECT_THAT(links_of(prospect_).front().shadow, IsEmpty()) << "the two sides are at rest";
  expect_quiet();
}

TEST_F(TwoFields, WhatWasTakenBackBeforeItWasWrittenIsNotWritten) {
  begin(written_elsewhere(mapping::Direction::kIn));
  make_lead();
  set("VP");
  set("old");
  world_->sync();
  EXPECT_TRUE(record_has("old", "w"));
}

TEST_F(TwoFields, WhereNothingIsWrittenEqualValuesAreAtRest) {
  begin([](WorldOptions& o) {
    written_elsewhere(mapping::Direction::kBoth)(o);
    o.writes = false;
  });
  make_lead();
  set("VP");
  world_->edit("Lead", lead_, {{"Title", Value("VP")}});
  world_->sync();
  EXPECT_THAT(links_of(prospect_).front().shadow, IsEmpty());
}

TEST_F(TwoFields, AValueThatTheFirstFieldHasByThenReachesTheSecond) {
  begin(written_elsewhere(mapping::Direction::kBoth));
  make_lead();
  set("VP");
  world_->edit("Lead", lead_, {{"Title", Value("VP")}});
  world_->sync();
  EXPECT_TRUE(record_has("VP", "VP"));
  expect_quiet();
}

}  // namespace
}  // namespace prospectd::test
