// A prospect that was made here gets its record in the CRM, or the one that stands for it already (SEMANTICS
// §3).
#include "mapping/prospect_condition.h"
#include "tests/scenarios/both_ways.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using reconcile::PushState;
using testing::Contains;
using testing::IsEmpty;

using Creating = BothWays;

constexpr const char* kAddress = "new@x.test";

// In the world's order the contact comes first; it needs no company, which leads do.
ProspectId made(World& world, const std::string& email = kAddress) {
  return world.make_here({{"email", Value(email)}, {"last_name", Value("New")}, {"company", Value("Acme")}});
}

TEST_F(Creating, S3_NobodyThereMakesARecordOfTheFirstTypeThatCreates) {
  World& world = begin();
  world.sync();
  const ProspectId prospect = made(world);
  EXPECT_EQ(world.push().created, 1);
  EXPECT_EQ(count("Contact", "Email = 'new@x.test'"), 1U);
  EXPECT_EQ(count("Lead", "Email = 'new@x.test'"), 0U);
  ASSERT_EQ(links_of(prospect).size(), 1U);
  EXPECT_EQ(links_of(prospect)[0].object, "Contact");
  EXPECT_THAT(reasons_of(prospect), Contains("CREATED_IN_CRM"));
  expect_quiet();
  EXPECT_EQ(world.prospects().size(), 1U);
}

TEST_F(Creating, S3_TheFirstTypeWhoseConditionTheProspectMeetsMakesTheRecord) {
  World& world = begin([](WorldOptions& o) {
    o.on_connection = [](engine::ConnectionOptions& c) {
      mapping::expression::Fault fault;
      auto parsed =
          mapping::expression::parse("title:chief*", mapping::creation_catalogue(c.schema), {}, &fault);
      ASSERT_TRUE(parsed) << fault.message;
      c.types[0].outbound_condition =
          std::make_shared<const mapping::expression::Expression>(*std::move(parsed));
      c.types[1].outbound_condition = c.types[0].outbound_condition;
    };
  });
  world.sync();
  const ProspectId intern = world.make_here(
      {{"email", Value("in@x.test")}, {"last_name", Value("In")}, {"title", Value("Intern")}});
  const ProspectId chief = world.make_here(
      {{"email", Value("ch@x.test")}, {"last_name", Value("Ch")}, {"title", Value("Chief of staff")}});
  world.push();
  EXPECT_TRUE(links_of(intern).empty());
  EXPECT_EQ(links_of(chief).size(), 1U);
  expect_quiet();
  world.edit_here(intern, "title", Value("Chief intern"));
  world.push();
  EXPECT_EQ(links_of(intern).size(), 1U) << "once it meets the condition, its record is made";
  expect_quiet();
}

// Somebody edits the prospect while its create is on its way to the CRM.
TEST_F(Creating, S3_AnEditWhileTheCreateIsUnderWayGoesOutAfterIt_AlsoWhenTheAnswerIsLost) {
  for (const bool lost : {false, true}) {
    World& world = begin();
    world.sync();
    const ProspectId prospect = made(world);
    bool edited = false;
    world.transport().set_observer([&](const http::Request& request, const Result<http::Response>&) {
      if (edited || request.method != "POST" || request.url.find("/sobjects") == std::string::npos) return;
      edited = true;
      world.edit_here(prospect, "title", Value("VP"));
      world.edit_here(prospect, "last_name", Value("Newer"));
    });
    if (lost) {
      ASSERT_TRUE(world.front().play_faults(
          R"({"seed":1,"rules":[{"fault":"drop","on":{"operation":"create"},"when":{"times":1}}]})"));
    }
    world.push();
    ASSERT_TRUE(edited);
    for (int i = 0; i < 3; ++i) {
      world.scheduler().run_for(std::chrono::minutes(15));
      world.sync();
    }
    EXPECT_EQ(count("Contact", "Email = 'new@x.test'"), 1U) << lost;
    EXPECT_EQ(count("Contact", "Email = 'new@x.test' AND Title = 'VP' AND LastName = 'Newer'"), 1U) << lost;
    EXPECT_EQ(value_here(prospect, "title"), Value("VP")) << lost;
    expect_quiet();
  }
}

// The answer to a create is lost, and somebody changes the address before anybody knows what became of it:
// whether a poll or the look-up meets the record first, it is the prospect's.
TEST_F(Creating, S3_ARecordWhoseAnswerIsLostIsFoundByTheAddressThatWasSent) {
  for (const bool poll_first : {false, true}) {
    for (const char* address : {"newer@x.test", ""}) {
      SCOPED_TRACE(std::string(address) + (poll_first ? " poll first" : " look-up first"));
      World& world = begin();
      world.sync();
      const ProspectId prospect = made(world);
      // Where a poll comes first, that is because the look-up could not be made.
      const std::string and_then =
          poll_first ? R"(,{"fault":"unavailable","on":{"operation":"query"},"when":{"after":2}})" : "";
      ASSERT_TRUE(world.front().play_faults(
          R"({"seed":1,"rules":[{"fault":"drop","on":{"operation":"create"},"when":{"times":1}})" + and_then +
          "]}"));
      world.push();
      ASSERT_EQ(count("Contact", "Email = 'new@x.test'"), 1U);
      world.edit_here(prospect, "email", *address == '\0' ? Value::null() : Value(address));
      world.edit_here(prospect, "title", Value("VP"));
      world.scheduler().run_for(seconds{5});
      ASSERT_TRUE(world.front().play_faults(R"({"seed":1,"rules":[]})"));
      ASSERT_EQ(links_of(prospect).empty(), poll_first);
      if (poll_first) world.sync();
      for (int i = 0; i < 3; ++i) {
        world.scheduler().run_for(std::chrono::minutes(15));
        world.push();
        world.sync();
      }
      EXPECT_EQ(world.prospects().size(), 1U);
      EXPECT_EQ(count("Contact", "LastName = 'New'") + count("Lead", "LastName = 'New'"), 1U);
      EXPECT_EQ(count("Contact", "Title = 'VP'"), 1U);
      ASSERT_EQ(links_of(prospect).size(), 1U);
      if (*address != '\0') {
        EXPECT_EQ(count("Contact", std::string("Email = '") + address + "'"), 1U);
      }
      expect_quiet();
    }
  }
}

TEST_F(Creating, S3_ATypeThatDoesNotCreateIsPassedOver) {
  World& world = begin([](WorldOptions& o) {
    o.on_connection = [](engine::ConnectionOptions& c) { c.types[0].outbound_create = false; };
  });
  world.sync();
  made(world);
  world.push();
  EXPECT_EQ(count("Contact", ""), 0U);
  EXPECT_EQ(count("Lead", "Email = 'new@x.test'"), 1U);
}

class BothThere : public BothWays, public testing::WithParamInterface<const char*> {};

// Records that inbound.create keeps out, so that nobody here stands for them yet.
TEST_P(BothThere, S3_ALeadAndAContactLinkTheTypeListedFirst) {
  const std::string first = GetParam();
  World& world = begin([&](WorldOptions& o) {
    o.types = first == "Lead" ? std::vector<std::string>{"Lead", "Contact"} : o.types;
    o.on_connection = [](engine::ConnectionOptions& c) {
      for (mapping::TypeSpec& type : c.types)
        type.inbound_create = false;
    };
  });
  std::map<std::string, std::string> ids;
  ids["Lead"] = world.lead(kAddress, {{"Title", Value("theirs")}});
  ids["Contact"] = world.contact(kAddress, {{"Title", Value("theirs")}});
  world.sync();
  const ProspectId prospect = made(world);
  const int64_t writes = world.org().writes();
  EXPECT_EQ(world.push().linked, 1);
  EXPECT_EQ(world.org().writes(), writes) << "linking writes nothing";
  ASSERT_EQ(links_of(prospect).size(), 1U);
  EXPECT_EQ(links_of(prospect)[0].remote.str(), ids[first]);
  EXPECT_TRUE(value_here(prospect, "title").is_blank()) << "the standing difference stays";
  expect_quiet();
  EXPECT_TRUE(value_here(prospect, "title").is_blank());
}
INSTANTIATE_TEST_SUITE_P(Types, BothThere, testing::Values("Lead", "Contact"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST_F(Creating, S3_AfterTheLinkOnlyWhatIsChangedFlows) {
  World& world = begin([](WorldOptions& o) {
    o.on_connection = [](engine::ConnectionOptions& c) {
      for (mapping::TypeSpec& type : c.types)
        type.inbound_create = false;
    };
  });
  const std::string contact = world.contact(kAddress, {{"Title", Value("theirs")}});
  world.sync();
  const ProspectId prospect = made(world);
  world.push();
  world.edit_here(prospect, "title", Value("ours"));
  world.push();
  EXPECT_TRUE(holds("Contact", contact, "Title = 'ours'"));
  EXPECT_TRUE(holds("Contact", contact, "LastName = 'Contact of new@x.test'")) << "standing";
  expect_quiet();
}

TEST_F(Creating, S3_AConvertedLeadStandsForItsContact) {
  World& world = begin([](WorldOptions& o) {
    o.on_connection = [](engine::ConnectionOptions& c) {
      for (mapping::TypeSpec& type : c.types)
        type.inbound_create = false;
    };
  });
  sandbox::Conversion conversion;
  conversion.lead = world.lead(kAddress);
  conversion.account = world.account("Acme");
  const auto converted = world.org().convert(conversion);
  ASSERT_TRUE(converted) << converted.error().message;
  world.edit("Contact", converted->contact, {{"Email", Value("another@x.test")}});
  world.sync();
  const ProspectId prospect = made(world);
  world.push();
  ASSERT_EQ(links_of(prospect).size(), 1U);
  EXPECT_EQ(links_of(prospect)[0].remote.str(), converted->contact);
}

TEST_F(Creating, S3_ALeadWhoseContactIsDeletedStandsForNobody) {
  World& world = begin();
  world.sync();
  sandbox::Conversion conversion;
  conversion.lead = world.lead(kAddress);
  const auto converted = world.org().convert(conversion);
  ASSERT_TRUE(converted) << converted.error().message;
  world.remove(converted->contact);
  const ProspectId prospect = made(world);
  world.push();
  world.sync();
  ASSERT_EQ(links_of(prospect).size(), 1U);
  EXPECT_NE(links_of(prospect)[0].remote.str(), converted->contact) << "it is in the recycle bin";
  EXPECT_FALSE(links_of(prospect)[0].deleted);
  expect_quiet();
}

TEST_F(Creating, S3_ARecordThatIsLinkedElsewhereIsTaken) {
  World& world = begin();
  const std::string contact = world.contact("old@x.test");
  world.sync();
  const ProspectId holder = prospect_of(contact);
  // The record gets the address behind the daemon's back, as its own prospect keeps the old one.
  world.edit_here(holder, "email", Value("mine@x.test"));
  world.push();
  world.edit("Contact", contact, {{"Email", Value(kAddress)}});
  const ProspectId prospect = made(world);
  world.push();
  const auto entries = world.outbox_of(prospect);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].state, PushState::kDead);
  EXPECT_EQ(entries[0].code, "LINK_TAKEN");
  EXPECT_EQ(count("Contact", ""), 1U) << "nothing is created";
}

TEST_F(Creating, S3_SeveralOfOneTypeTakeTheOwnersThenTheNewest) {
  World& world = begin([](WorldOptions& o) {
    o.on_connection = [](engine::ConnectionOptions& c) {
      for (mapping::TypeSpec& type : c.types)
        type.inbound_create = false;
    };
  });
  world.user("api@acme.test");  // whose name new records are in
  const std::string ana = world.user("ana@acme.test");
  world.contact(kAddress);
  world.scheduler().run_for(std::chrono::minutes{1});
  const std::string newest = world.contact(kAddress);
  world.sync();
  const ProspectId prospect = made(world);
  world.push();
  ASSERT_EQ(links_of(prospect).size(), 1U);
  EXPECT_EQ(links_of(prospect)[0].remote.str(), newest);
  const std::string owned = world.contact("two@x.test", {{"OwnerId", Value(ana)}});
  world.scheduler().run_for(std::chrono::minutes{1});
  world.contact("two@x.test");
  const ProspectId second = world.make_here(
      {{"email", Value("two@x.test")}, {"last_name", Value("Two")}, {"owner", Value("ana@acme.test")}});
  world.push();
  ASSERT_EQ(links_of(second).size(), 1U);
  EXPECT_EQ(links_of(second)[0].remote.str(), owned);
}

TEST_F(Creating, S3_SeveralOfOneTypeAreAPersonsChoiceUnderSelectCrmId) {
  World& world = begin([](WorldOptions& o) {
    o.policy.same_email = reconcile::SameEmail::kSelectCrmId;
    o.on_connection = [](engine::ConnectionOptions& c) {
      for (mapping::TypeSpec& type : c.types)
        type.inbound_create = false;
    };
  });
  world.contact(kAddress);
  world.contact(kAddress);
  world.sync();
  const ProspectId prospect = made(world);
  world.push();
  ASSERT_EQ(world.outbox_of(prospect).size(), 1U);
  EXPECT_EQ(world.outbox_of(prospect)[0].code, "AMBIGUOUS_RECORD");
  EXPECT_THAT(links_of(prospect), IsEmpty());
}

TEST_F(Creating, S3_ATypeThatCanNotBeLookedInIsNotOneWithoutARecord) {
  World& world = begin();
  world.sync();
  sandbox::Knobs knobs = world.front().knobs();
  knobs.disabled_objects = {"lead"};
  world.front().set_knobs(knobs);
  const ProspectId prospect = made(world);
  (void)world.try_sync();
  EXPECT_EQ(count("Contact", ""), 0U) << "the create waits";
  ASSERT_EQ(world.outbox_of(prospect).size(), 1U);
  knobs.disabled_objects.clear();
  world.front().set_knobs(knobs);
  world.scheduler().run_for(std::chrono::hours{1});
  world.sync();
  EXPECT_EQ(count("Contact", "Email = 'new@x.test'"), 1U);
}

TEST_F(Creating, S3_ARequiredFieldThatIsNotMappedSwitchesTheTypesCreatesOff) {
  World& world = begin([](WorldOptions& o) {
    o.types = {"Lead"};
    o.on_connection = [](engine::ConnectionOptions& c) {
      std::erase_if(c.types[0].mapping.fields,
                    [](const mapping::FieldSpec& field) { return field.remote == "Company"; });
    };
  });
  const auto cycle = world.sync();
  EXPECT_THAT(cycle.alerts, Contains(testing::HasSubstr("Lead.Company")));
  made(world);
  world.push();
  EXPECT_EQ(count("Lead", ""), 0U);
}

TEST_F(Creating, F24_CreatesWhoseAnswersAreLostMakeNoDuplicates) {
  World& world = begin();
  world.sync();
  constexpr int kMany = 1'000;
  for (int i = 0; i < kMany; ++i)
    made(world, "new" + std::to_string(i) + "@x.test");
  ASSERT_TRUE(world.front().play_faults(
      R"({"seed":5,"rules":[{"fault":"drop","on":{"operation":"create"},"when":{"times":5}}]})"));
  world.push();
  world.scheduler().run_for(std::chrono::hours{2});
  EXPECT_EQ(count("Contact", ""), static_cast<size_t>(kMany)) << "each once";
  for (const store::ProspectRow& row : world.prospects())
    ASSERT_EQ(row.links.size(), 1U);
  EXPECT_EQ(world.prospects().size(), static_cast<size_t>(kMany));
  expect_quiet();
}

TEST_F(Creating, F24_ACreateThatNeverArrivedIsMadeOnceTheOverlapHasPassed) {
  World& world = begin();
  world.sync();
  const ProspectId prospect = made(world);
  world.transport().set_observer([&](const http::Request& request, const Result<http::Response>&) {
    // The look-ups go through; what is written does not arrive.
    if (request.url.find("/query") != std::string::npos) world.transport().plan(Fault::kTimeoutBefore);
  });
  world.push();
  world.transport().set_observer({});
  ASSERT_EQ(world.outbox_of(prospect).size(), 1U);
  EXPECT_EQ(count("Contact", ""), 0U);
  world.scheduler().run_for(std::chrono::hours{1});
  EXPECT_EQ(count("Contact", "Email = 'new@x.test'"), 1U);
  expect_quiet();
}

/// A CRM with a contact of another address whose name no second one may have.
class SameName : public Creating {
 protected:
  std::string only_contact() {
    World& world = begin([](WorldOptions& o) {
      o.on_connection = [](engine::ConnectionOptions& c) {
        for (mapping::TypeSpec& type : c.types)
          type.inbound_create = false;
      };
    });
    sandbox::ObjectRules rules;
    sandbox::DuplicateRule rule;
    rule.name = "Same name";
    rule.fields = {"LastName"};
    rule.objects = {"Contact"};
    rules.duplicates.push_back(rule);
    EXPECT_TRUE(world.org().set_rules(*world.org().table("Contact"), rules));
    const auto other =
        world.org().create("Contact", {{"LastName", Value("New")}, {"Email", Value("other@x.test")}});
    EXPECT_TRUE(other) << other.error().message;
    world.sync();
    return other ? other->id : "";
  }
  void expect_linked(ProspectId prospect, const std::string& contact) {
    EXPECT_EQ(count("Contact", ""), 1U);
    ASSERT_EQ(links_of(prospect).size(), 1U);
    EXPECT_EQ(links_of(prospect)[0].remote.str(), contact);
  }
};

TEST_F(SameName, ADuplicateRuleThatNamesTheRecordMakesALink) {
  const std::string contact = only_contact();
  const ProspectId prospect = made(*world_);
  world_->push();
  expect_linked(prospect, contact);
}

TEST_F(SameName, WhereTheRecordThatIsNamedCanNotBeReadNowTheLinkIsMadeLater) {
  const std::string contact = only_contact();
  const ProspectId prospect = made(*world_);
  ASSERT_TRUE(world_->front().play_faults(
      R"({"seed":1,"rules":[{"fault":"unavailable","on":{"operation":"read"},"when":{"times":6}}]})"));
  world_->push();
  ASSERT_EQ(world_->outbox_of(prospect).size(), 1U);
  EXPECT_NE(world_->outbox_of(prospect)[0].state, PushState::kDead) << "it was given up";
  world_->scheduler().run_for(std::chrono::hours{1});
  expect_linked(prospect, contact);
}

}  // namespace
}  // namespace prospectd::test
