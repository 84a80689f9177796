// Where rules of a page of people meet: owners who leave, several addresses, switches, two lines for one
// field.
#include "tests/unit/reconcile/page_fixture.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;

class PersonPageEdges : public PageTest {
 protected:
  void add_user(int64_t id, const char* remote, bool active) {
    User user;
    user.id = UserId{id};
    user.remote = RemoteId(remote);
    user.connection = ConnectionId{1};
    user.active = active;
    world_.users[user.remote] = user;
  }
  // The lead's mapping with other lines; kept for the test's life.
  const PersonType& lead_with(std::vector<mapping::FieldSpec> fields) {
    own_map_ =
        *mapping::FieldMap::compile(mapping::MappingSpec{"Lead", std::move(fields), "test.yaml"}, schema_);
    own_ = lead_;
    own_.map = &*own_map_;
    return own_;
  }

  std::optional<mapping::FieldMap> own_map_;
  PersonType own_;
};

// The CRM's owner did not change; that the user was deactivated is no change of the record's owner.
TEST_F(PersonPageEdges, ALocalOwnerEditSurvivesADeactivatedCrmOwnerAndAnEditOfAnotherField) {
  add_user(8, "005B", true);
  poll(lead_, {record("00Q1", 10, "ada@x.test", "CTO", "005B")});
  edit_here("00Q1", field::kOwner, Value(int64_t{7}));
  add_user(8, "005B", false);
  const Plan plan = poll(lead_, {record("00Q1", 11, "ada@x.test", "CEO", "005B")});
  EXPECT_EQ(prospect_of("00Q1").fields[field::kOwner], Value(int64_t{7}));
  EXPECT_EQ(plan.counts.owners, 0);
}

TEST_F(PersonPageEdges, S11_AConflictUnderReviewClosesByItselfOnceBothSidesAgree) {
  mapping::FieldSpec title = spec("Title", "title");
  title.conflict = mapping::ConflictRule::kReview;
  const PersonType& lead = lead_with({spec("Email", "email"), spec("FirstName", "first_name"), title,
                                      spec("OwnerId", "owner"), spec("HasOptedOutOfEmail", "opted_out")});
  poll(lead, {record("00Q1", 10, "ada@x.test", "CTO")});
  edit_here("00Q1", field::kTitle, Value("VP"));
  const Plan both = poll(lead, {record("00Q1", 11, "ada@x.test", "CEO")});
  EXPECT_EQ(count<OpenConflict>(both), 1);
  EXPECT_EQ(count<CloseConflict>(both), 0);
  const Plan agreed = poll(lead, {record("00Q1", 12, "ada@x.test", "VP")});
  EXPECT_EQ(count<CloseConflict>(agreed), 1);
  EXPECT_EQ(count<UpdateProspect>(agreed), 0);
  EXPECT_TRUE(link_of("00Q1").shadow.empty());
}

TEST_F(PersonPageEdges, InboundUpdateOff_ARestoredRecordCarriesNoValues) {
  poll(lead_, {record("00Q1", 10, "ada@x.test", "CTO")});
  auto gone = record("00Q1", 11, "ada@x.test", "CTO");
  gone.deleted = true;
  gone.hash = 1;
  poll(lead_, {gone});
  lead_.inbound_update = false;
  poll(lead_, {record("00Q1", 12, "ada@x.test", "CEO")});
  EXPECT_FALSE(link_of("00Q1").deleted);
  EXPECT_EQ(prospect_of("00Q1").fields[field::kTitle], Value("CTO"));
}

TEST_F(PersonPageEdges, InboundUpdateOff_ADedupeLinkCarriesNoValues) {
  const ProspectId id = local_prospect("ada@x.test", "Ours");
  lead_.inbound_update = false;
  poll(lead_, {record("00Q1", 10, "ada@x.test", "Theirs")});
  EXPECT_EQ(link_of("00Q1").prospect, id);
  EXPECT_EQ(world_.prospects.at(id).fields[field::kTitle], Value("Ours"));
}

// One local field filled from one CRM field and given out to another: the agreement is kept by local field.
TEST_F(PersonPageEdges, AFieldThatComesInFromOneAndGoesOutToAnother_AnEditHereSurvives) {
  mapping::FieldSpec in = spec("Title", "title");
  in.direction = mapping::Direction::kIn;
  mapping::FieldSpec out = spec("Nick__c", "title");
  out.direction = mapping::Direction::kOut;
  const PersonType& type = lead_with({spec("Email", "email"), in, out, spec("FirstName", "first_name")});
  const auto lead = [&](int64_t version, const char* title, const char* first) {
    mapping::MappedRecord r;
    r.id = RemoteId("00Q1");
    r.version = at(version);
    r.values = {Value("ada@x.test"), Value(title), Value("nick"), Value(first)};
    r.email_key = "ada@x.test";
    r.hash = static_cast<uint64_t>(version);
    return r;
  };
  poll(type, {lead(10, "CTO", "Ada")});
  edit_here("00Q1", field::kTitle, Value("Chief"));
  poll(type, {lead(11, "CTO", "Adele")});  // the CRM's title did not change
  EXPECT_EQ(prospect_of("00Q1").fields[field::kTitle], Value("Chief"));
}

TEST_F(PersonPageEdges, AFieldThatComesInFromOneAndGoesOutToAnother_AChangeOfTheCrmIsNoConflict) {
  mapping::FieldSpec in = spec("Title", "title");
  in.direction = mapping::Direction::kIn;
  in.conflict = mapping::ConflictRule::kProspectWins;
  mapping::FieldSpec out = spec("Nick__c", "title");
  out.direction = mapping::Direction::kOut;
  const PersonType& type = lead_with({spec("Email", "email"), in, out});
  const auto lead = [&](int64_t version, const char* title) {
    mapping::MappedRecord r;
    r.id = RemoteId("00Q1");
    r.version = at(version);
    r.values = {Value("ada@x.test"), Value(title), Value("nick")};
    r.email_key = "ada@x.test";
    r.hash = static_cast<uint64_t>(version);
    return r;
  };
  poll(type, {lead(10, "CTO")});
  poll(type, {lead(11, "CEO")});
  EXPECT_EQ(prospect_of("00Q1").fields[field::kTitle], Value("CEO"));
}

TEST_F(PersonPageEdges, AHeldRecordWithANewAddressThatIsTakenTooHasOneOpenRow) {
  poll(lead_,
       {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "b@x.test"), record("00Q3", 10, "a@x.test")});
  poll(lead_, {record("00Q3", 11, "b@x.test")});
  EXPECT_EQ(world_.open_duplicates.at(RemoteId("00Q3")), (std::vector<ProspectId>{link_of("00Q2").prospect}));
}

// §1: a record matches any address of a prospect; linking by it must not lose the others.
TEST_F(PersonPageEdges, ARecordThatMatchesASecondAddress_TheFirstStaysAnAddressOfTheProspect) {
  const ProspectId id = local_prospect("first@x.test", "");
  world_.prospects.at(id).addresses.push_back({"second@x.test", "second@x.test"});
  world_.addresses["second@x.test"] = id;
  poll(lead_, {record("00Q1", 10, "second@x.test")});
  EXPECT_TRUE(world_.addresses.contains("first@x.test"));
}

// The primary address is none (malformed): the list begins with a second address, which is not to be dropped.
TEST_F(PersonPageEdges, AMalformedPrimaryThatIsMendedTakesNoOtherAddressAway) {
  poll(lead_, {record("00Q1", 10, "no address")});
  const ProspectId id = link_of("00Q1").prospect;
  world_.prospects.at(id).addresses.push_back({"second@x.test", "second@x.test"});
  world_.addresses["second@x.test"] = id;
  poll(lead_, {record("00Q1", 11, "mended@x.test")});
  EXPECT_TRUE(world_.addresses.contains("second@x.test"));
}

TEST_F(PersonPageEdges, RestoredAndConvertedIntoATakenContact_TheDeletedTagGoesWithTheMark) {
  poll(lead_, {record("00Q1", 10, "a@x.test")});
  poll(contact_, {record("0031", 10, "b@x.test")});
  auto gone = record("00Q1", 11, "a@x.test");
  gone.deleted = true;
  gone.hash = 1;
  poll(lead_, {gone});
  auto converted = record("00Q1", 12, "a@x.test");
  converted.lineage.converted = true;
  converted.lineage.converted_contact = RemoteId("0031");
  converted.hash = 2;
  const Plan plan = poll(lead_, {converted});
  EXPECT_FALSE(link_of("00Q1").deleted);
  EXPECT_EQ(count<TagProspect>(plan), 1);
}

TEST_F(PersonPageEdges, MergedIntoATakenRecord_TheDeletedMarkComesWithItsTag) {
  poll(lead_, {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "b@x.test")});
  auto loser = record("00Q2", 11, "b@x.test");
  loser.deleted = true;
  loser.lineage.merged_into = RemoteId("00Q1");
  loser.hash = 1;
  const Plan plan = poll(lead_, {loser});
  EXPECT_TRUE(link_of("00Q2").deleted);
  EXPECT_EQ(count<TagProspect>(plan), 1);
}

}  // namespace
}  // namespace prospectd::reconcile
