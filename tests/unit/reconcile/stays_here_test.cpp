// What of a change goes to no CRM, and the reason that a person is told.
#include "reconcile/stays_here.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mapping/prospect_condition.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr ConnectionId kOrg{1};
constexpr ConnectionId kOther{2};

class StaysHereTest : public testing::Test {
 protected:
  StaysHereTest() {
    after_.id = {1};
    after_.fields.assign(mapping::LocalSchema().size(), Value::null());
    after_.addresses.push_back({"ada@x.test", "ada@x.test"});
    lead_.prospect = {1};
    lead_.connection = kOrg;
    lead_.object = "Lead";
  }

  std::vector<StaysHere> told(const std::vector<Link>& links) const {
    return stays_here(outward_, after_, links, changes_);
  }
  StaysHere here(std::vector<size_t> fields, Reason why, std::string object = "Lead") const {
    return {kOrg, std::move(object), std::move(fields), why};
  }

  const size_t title_ = field::kTitle;
  const size_t phone_ = field::kPhone;
  const size_t city_ = field::kCity;
  // Leads take title and phone, of which blanks of phone stay; Contacts are only read.
  std::vector<OutwardFlow> outward_{
      {kOrg,
       {{"Contact", false, false, {field::kTitle}, {}},
        {"Lead", true, true, {field::kTitle, field::kPhone}, {field::kPhone}}}}};
  Prospect after_;
  Link lead_;
  std::vector<FieldChange> changes_{{field::kTitle, Value::null(), Value("CTO"), Reason::kLocalEdit},
                                    {field::kCity, Value::null(), Value("Bern"), Reason::kLocalEdit},
                                    {field::kPhone, Value("1"), Value::null(), Reason::kLocalEdit}};
};

TEST_F(StaysHereTest, FieldsWithoutALineAndBlanksThatAreKept) {
  EXPECT_THAT(told({lead_}),
              ElementsAre(here({city_}, Reason::kNotGivenOut), here({phone_}, Reason::kBlankKept)));
}

TEST_F(StaysHereTest, NothingWhereAllGoesOut) {
  changes_.resize(1);
  EXPECT_THAT(told({lead_}), IsEmpty());
  EXPECT_THAT(told({}), IsEmpty()) << "it goes into the new record";
}

TEST_F(StaysHereTest, AllOfItWhereRecordsAreOnlyReadOrNotOfTheConfiguration) {
  lead_.object = "Contact";
  EXPECT_THAT(told({lead_}),
              ElementsAre(here({title_, city_, phone_}, Reason::kOutboundUpdateOff, "Contact")));
  lead_.object = "Partner__c";
  EXPECT_THAT(told({lead_}),
              ElementsAre(here({title_, city_, phone_}, Reason::kOutboundUpdateOff, "Partner__c")));
}

TEST_F(StaysHereTest, AllOfItWhereTheRecordIsDeleted) {
  lead_.deleted = true;
  EXPECT_THAT(told({lead_}), ElementsAre(here({title_, city_, phone_}, Reason::kRecordGone)));
}

TEST_F(StaysHereTest, S3_AllOfItWhereNoRecordIsMade) {
  after_.addresses.clear();
  EXPECT_THAT(told({}), ElementsAre(here({title_, city_, phone_}, Reason::kNoKey)));
  outward_[0].types[1].creates = false;
  EXPECT_THAT(told({}), ElementsAre(here({title_, city_, phone_}, Reason::kOutboundCreateOff, "")));
  const auto condition =
      mapping::expression::parse("title:CEO", mapping::creation_catalogue(mapping::LocalSchema()), {});
  outward_[0].types[1].creates = true;
  outward_[0].types[1].create_condition = std::make_shared<const mapping::expression::Expression>(*condition);
  EXPECT_THAT(told({}), ElementsAre(here({title_, city_, phone_}, Reason::kCreateConditionNotMet, "")));
}

TEST_F(StaysHereTest, AConnectionWithoutARecordIsPassedOverWhereAnotherHasOne) {
  outward_.push_back({kOther, {{"Lead", false, true, {field::kTitle}, {}}}});
  changes_.resize(1);
  EXPECT_THAT(told({lead_}), IsEmpty());
}

TEST_F(StaysHereTest, NothingIsSaidWithoutAConnection) {
  outward_.clear();
  EXPECT_THAT(told({lead_}), IsEmpty());
}

}  // namespace
}  // namespace prospectd::reconcile
