// What the config decides: whose a prospect is when its owner is nobody here, whether users are made, what
// becomes of records with one address, and which types let records in (SEMANTICS §2, §11, §13).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/local_people.h"
#include "tests/support/conditions.h"
#include "tests/support/scratch.h"
#include "tests/support/world.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using reconcile::OwnerPolicy;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
namespace field = mapping::field;

constexpr const char* kAna = "ana@acme.test";
constexpr const char* kDesk = "desk@acme.test";
constexpr const char* kBo = "bo@acme.test";

WorldOptions with_owners(OwnerPolicy policy) {
  WorldOptions options;
  options.policy.owner_fallback = policy;
  if (policy == OwnerPolicy::kDefaultUser)
    options.on_connection = [](engine::ConnectionOptions& c) { c.default_user_email = kDesk; };
  return options;
}

// ---- owners who are nobody here ----

/// An owner whom the policy stands in for.
enum class Stranger { kQueue, kInactive, kUnknown };

std::string_view name_of(Stranger stranger) {
  constexpr std::string_view kNames[] = {"queue", "inactive", "unknown"};
  return kNames[static_cast<size_t>(stranger)];
}

/// Active as long as records are given to them: the CRM wants it so.
std::string new_owner(World& world, Stranger stranger) {
  return stranger == Stranger::kQueue ? world.queue("Inbound") : world.user(kBo);
}

void become_strange(World& world, Stranger stranger, const std::string& id) {
  if (stranger == Stranger::kInactive) world.edit("User", id, {{"IsActive", Value(false)}});
  if (stranger != Stranger::kUnknown) return;
  sandbox::Knobs knobs = world.front().knobs();
  knobs.disabled_objects = {"user"};
  world.front().set_knobs(knobs);
}

struct OwnerCase {
  OwnerPolicy policy;
  Stranger stranger;
  std::string of_a_new_one;  ///< the owner of a prospect that comes with the stranger
  std::string of_anas;       ///< of one that was Ana's
};

void PrintTo(const OwnerCase& owner, std::ostream* out) {
  *out << reconcile::name_of(owner.policy) << "_" << name_of(owner.stranger);
}

class OwnerFallback : public testing::TestWithParam<OwnerCase> {};

TEST_P(OwnerFallback, S11_DecidesWhoseAProspectIs_AndTheRecordIsImportedAllTheSame) {
  const OwnerCase& owner = GetParam();
  World world(with_owners(owner.policy));
  const std::string ana = world.user(kAna);
  world.user(kDesk);
  const std::string anas = world.lead("anas@x.test", {{"OwnerId", Value(ana)}});
  world.sync();
  EXPECT_EQ(world.prospect_of(anas).owner_name, kAna);
  const std::string stranger = new_owner(world, owner.stranger);
  const std::string fresh = world.lead("new@x.test", {{"OwnerId", Value(stranger)}, {"Title", Value("CTO")}});
  world.edit("Lead", anas, {{"OwnerId", Value(stranger)}, {"Title", Value("CEO")}});
  become_strange(world, owner.stranger, stranger);
  EXPECT_TRUE(world.try_sync());
  EXPECT_EQ(world.prospect_of(fresh).owner_name, owner.of_a_new_one);
  EXPECT_EQ(world.prospect_of(fresh).prospect.fields[field::kTitle], Value("CTO"));
  EXPECT_EQ(world.prospect_of(anas).owner_name, owner.of_anas);
  EXPECT_EQ(world.prospect_of(anas).prospect.fields[field::kTitle], Value("CEO"));
  for (const std::string& lead : {fresh, anas}) {
    const auto row = world.prospect_of(lead);
    EXPECT_THAT(row.links.at(0).pending, Contains(reconcile::PendingRef{field::kOwner, RemoteId(stranger)}));
  }
  const int64_t rows = world.store().rows_written();
  EXPECT_TRUE(world.try_sync());
  EXPECT_EQ(world.store().rows_written(), rows);
}

INSTANTIATE_TEST_SUITE_P(
    Owners, OwnerFallback,
    testing::Values(OwnerCase{OwnerPolicy::kUnassigned, Stranger::kQueue, "", ""},
                    OwnerCase{OwnerPolicy::kUnassigned, Stranger::kInactive, "", ""},
                    OwnerCase{OwnerPolicy::kUnassigned, Stranger::kUnknown, "", ""},
                    OwnerCase{OwnerPolicy::kKeep, Stranger::kQueue, "", kAna},
                    OwnerCase{OwnerPolicy::kKeep, Stranger::kInactive, "", kAna},
                    OwnerCase{OwnerPolicy::kKeep, Stranger::kUnknown, "", kAna},
                    OwnerCase{OwnerPolicy::kDefaultUser, Stranger::kQueue, kDesk, kDesk},
                    OwnerCase{OwnerPolicy::kDefaultUser, Stranger::kInactive, kDesk, kDesk},
                    OwnerCase{OwnerPolicy::kDefaultUser, Stranger::kUnknown, kDesk, kDesk}),
    testing::PrintToStringParamName());

class OwnerWhoReturns : public testing::TestWithParam<OwnerPolicy> {};

TEST_P(OwnerWhoReturns, F23_TakesWhatWaitedWhateverThePolicy) {
  World world(with_owners(GetParam()));
  world.user(kDesk);
  const std::string bo = world.user(kBo);
  const std::string lead = world.lead("l@x.test", {{"OwnerId", Value(bo)}});
  world.edit("User", bo, {{"IsActive", Value(false)}});
  world.sync();
  EXPECT_NE(world.prospect_of(lead).owner_name, kBo);
  world.scheduler().run_for(std::chrono::hours{2});
  world.edit("User", bo, {{"IsActive", Value(true)}});
  world.sync();
  EXPECT_EQ(world.prospect_of(lead).owner_name, kBo);
  EXPECT_THAT(world.prospect_of(lead).links.at(0).pending, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Owners, OwnerWhoReturns,
                         testing::Values(OwnerPolicy::kUnassigned, OwnerPolicy::kKeep,
                                         OwnerPolicy::kDefaultUser),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST(DefaultUser, WhoIsNewInTheCrmIsFoundInTheSameCycle) {
  World world(with_owners(OwnerPolicy::kDefaultUser));
  const std::string queue = world.queue("Inbound");
  const std::string desk = world.user(kDesk);
  const std::string lead = world.lead("l@x.test", {{"OwnerId", Value(queue)}});
  const auto summary = world.sync();
  EXPECT_THAT(summary.alerts, IsEmpty());
  EXPECT_EQ(world.prospect_of(lead).owner_name, kDesk);
}

TEST(DefaultUser, WhoIsNobodyIsTold_AndTheRecordsAreImportedUnassigned) {
  World world(with_owners(OwnerPolicy::kDefaultUser));
  const std::string lead = world.lead("l@x.test", {{"OwnerId", Value(world.queue("Inbound"))}});
  const auto summary = world.sync();
  EXPECT_TRUE(summary.complete);
  EXPECT_THAT(summary.alerts, Contains(HasSubstr("owners.default_user")));
  EXPECT_TRUE(world.prospect_of(lead).prospect.fields[field::kOwner].is_blank());
}

TEST(DefaultUser, IsOnlyForOwnersWhoAreNobodyHere) {
  World world(with_owners(OwnerPolicy::kDefaultUser));
  world.user(kDesk);
  const std::string lead = world.lead("l@x.test", {{"OwnerId", Value(world.user(kAna))}});
  world.sync();
  EXPECT_EQ(world.prospect_of(lead).owner_name, kAna);
}

// ---- users ----

WorldOptions without_new_users() {
  WorldOptions options;
  options.policy.users_create = false;
  return options;
}

TEST(UsersCreateOff, S13_MakesNoUsers_AndTheirRecordsAreImportedUnassigned) {
  World world(without_new_users());
  const std::string lead = world.lead("l@x.test", {{"OwnerId", Value(world.user(kAna))}});
  const auto summary = world.sync();
  EXPECT_EQ(world.reader()->totals()->users, 0);
  EXPECT_EQ(summary.people.created, 1);
  EXPECT_EQ(summary.objects.at("User").created, 0);
  EXPECT_TRUE(world.prospect_of(lead).prospect.fields[field::kOwner].is_blank());
}

TEST(UsersCreateOff, S13_AUserWhoIsHereIsMatchedByAddressAndOwns) {
  World world(without_new_users());
  const UserId here = user_made_here(world, kAna);
  const std::string lead = world.lead("l@x.test", {{"OwnerId", Value(world.user(kAna))}});
  const auto summary = world.sync();
  EXPECT_EQ(world.reader()->totals()->users, 1);
  EXPECT_EQ(summary.objects.at("User").linked, 1);
  EXPECT_EQ(world.prospect_of(lead).prospect.fields[field::kOwner], Value(here.value));
}

TEST(UsersCreateOff, S13_AUserWhoIsMadeHereLaterGetsWhatWaited) {
  World world(without_new_users());
  const std::string ana = world.user(kAna);
  const std::string lead = world.lead("l@x.test", {{"OwnerId", Value(ana)}});
  world.sync();
  const UserId here = user_made_here(world, kAna);
  world.sync();
  EXPECT_EQ(world.prospect_of(lead).prospect.fields[field::kOwner], Value(here.value));
}

// ---- one address ----

class SameEmail : public testing::TestWithParam<reconcile::SameEmail> {};

TEST_P(SameEmail, S2_4_LeavesOneRowAndNoSecondProspect) {
  WorldOptions options;
  options.policy.same_email = GetParam();
  World world(options);
  const std::string first = world.contact("s@x.test");
  const std::string second = world.lead("S@x.test ");
  const auto summary = world.sync();
  EXPECT_EQ(summary.people.created, 1);
  EXPECT_EQ(summary.people.held, 1);
  EXPECT_EQ(world.prospects().size(), 1U);
  ASSERT_EQ(world.duplicates().size(), 1U);
  const reconcile::Duplicate row = world.duplicates()[0];
  EXPECT_EQ(row.remote.str(), second);
  EXPECT_EQ(row.linked_remote.str(), first);
  EXPECT_EQ(row.prospect, world.prospect_of(first).prospect.id);
  EXPECT_EQ(row.policy, name_of(GetParam()));
  world.edit("Lead", second, {{"Title", Value("CTO")}});
  world.sync();
  EXPECT_EQ(world.duplicates().size(), 1U) << "not one a poll";
}

TEST_P(SameEmail, S2_3_AProspectThatIsLinkedToNothingIsLinked) {
  WorldOptions options;
  options.policy.same_email = GetParam();
  World world(options);
  const ProspectId here = prospect_made_here(world, "here@x.test", "Chief");
  const std::string lead = world.lead("here@x.test", {{"Title", Value("CTO")}});
  EXPECT_EQ(world.sync().people.linked, 1);
  EXPECT_EQ(world.prospect_of(lead).prospect.id, here);
  EXPECT_EQ(world.prospect_of(lead).prospect.fields[field::kTitle], Value("CTO"));
  EXPECT_THAT(world.duplicates(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Policies, SameEmail,
                         testing::Values(reconcile::SameEmail::kPrevent, reconcile::SameEmail::kSelectCrmId),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST(SameEmailChanged, S2_6_NeverUndoesAnEarlierOutcome) {
  const Scratch scratch;
  WorldOptions options;
  options.database = scratch.file("prospectd.db");
  World world(options);
  world.contact("s@x.test");
  world.lead("s@x.test");
  world.sync();
  const Picture before = world.picture();
  for (const auto policy : {reconcile::SameEmail::kSelectCrmId, reconcile::SameEmail::kPrevent}) {
    world.restart([&](WorldOptions& o) { o.policy.same_email = policy; });
    world.sync();
    EXPECT_EQ(world.picture(), before);
  }
}

// ---- types that let nothing in ----

/// Sets the switches of one type.
std::function<void(engine::ConnectionOptions&)> switches(const std::string& object, bool create,
                                                         bool update) {
  return [=](engine::ConnectionOptions& connection) {
    for (mapping::TypeSpec& type : connection.types) {
      if (type.mapping.object != object) continue;
      type.inbound_create = create;
      type.inbound_update = update;
    }
  };
}

TEST(InboundCreateOff, S2_2_CreatesNothingOfThatType_AndTheOtherTypeGoesOn) {
  WorldOptions options;
  options.on_connection = switches("Lead", false, true);
  World world(options);
  world.lead("l@x.test");
  const std::string contact = world.contact("c@x.test");
  const auto summary = world.sync();
  EXPECT_EQ(summary.objects.at("Lead").created, 0);
  EXPECT_EQ(summary.objects.at("Lead").skipped, 1);
  ASSERT_EQ(world.prospects().size(), 1U);
  EXPECT_EQ(world.prospects()[0].links.at(0).remote.str(), contact);
}

TEST(InboundCreateOff, S2_3_StillLinksAProspectThatIsHere_AndUpdatesIt) {
  WorldOptions options;
  options.on_connection = switches("Lead", false, true);
  World world(options);
  const ProspectId here = prospect_made_here(world, "here@x.test", "Chief");
  const std::string lead = world.lead("here@x.test", {{"Title", Value("CTO")}});
  EXPECT_EQ(world.sync().people.linked, 1);
  EXPECT_EQ(world.prospect_of(lead).prospect.id, here);
  world.edit("Lead", lead, {{"Title", Value("CEO")}});
  world.sync();
  EXPECT_EQ(world.prospect_of(lead).prospect.fields[field::kTitle], Value("CEO"));
}

TEST(InboundCreateOff, ARecordThatIsEditedAfterItWasTurnedOnComesIn) {
  const Scratch scratch;
  WorldOptions options;
  options.database = scratch.file("prospectd.db");
  options.on_connection = switches("Lead", false, true);
  World world(options);
  const std::string lead = world.lead("l@x.test");
  world.sync();
  world.scheduler().run_for(std::chrono::hours{24});
  world.restart([](WorldOptions& o) { o.on_connection = switches("Lead", true, true); });
  world.edit("Lead", lead, {{"Title", Value("CEO")}});
  EXPECT_EQ(world.sync().people.created, 1);
  EXPECT_EQ(world.prospect_of(lead).prospect.fields[field::kTitle], Value("CEO"));
}

TEST(InboundCondition, S2_2_KeepsOutWhatDoesNotMeetIt_UntilItDoes) {
  WorldOptions options;
  options.on_connection = leads_where("title:c* OR email:*@vip.test*");
  World world(options);
  const std::string chief = world.lead("chief@x.test", {{"Title", Value("CTO")}});
  const std::string intern = world.lead("intern@x.test", {{"Title", Value("Intern")}});
  world.lead("untitled@vip.test");
  world.contact("contact@x.test", {{"Title", Value("Intern")}});
  const auto first = world.sync();
  EXPECT_EQ(first.objects.at("Lead").created, 2);
  EXPECT_EQ(first.objects.at("Lead").skipped, 1);
  EXPECT_EQ(first.objects.at("Contact").created, 1);
  // Once here it stays and is followed; once it meets the condition the other one comes too.
  world.edit("Lead", chief, {{"Title", Value("Advisor")}});
  world.edit("Lead", intern, {{"Title", Value("CFO")}});
  const auto second = world.sync();
  EXPECT_EQ(second.people.updated, 1);
  EXPECT_EQ(second.people.created, 1);
  EXPECT_EQ(world.prospect_of(chief).prospect.fields[field::kTitle], Value("Advisor"));
  EXPECT_EQ(world.prospect_of(intern).prospect.fields[field::kTitle], Value("CFO"));
}

TEST(InboundCondition, S2_2_ALooserOneLetsInWhatTheOneBeforeKeptOut) {
  const Scratch scratch;
  WorldOptions options;
  options.database = scratch.file("prospectd.db");
  options.on_connection = leads_where("title:cto");
  World world(options);
  world.lead("chief@x.test", {{"Title", Value("CTO")}});
  const std::string intern = world.lead("intern@x.test", {{"Title", Value("Intern")}});
  const std::string clerk = world.lead("clerk@x.test", {{"Title", Value("Clerk")}});
  EXPECT_EQ(world.sync().people.created, 1);
  world.scheduler().run_for(std::chrono::hours{24});  // the overlap does not reach back to them
  world.restart([](WorldOptions& o) { o.on_connection = leads_where("title:cto OR title:intern"); });
  const auto looser = world.sync();
  EXPECT_EQ(looser.people.created, 1);
  EXPECT_THAT(looser.alerts, testing::Contains(testing::HasSubstr("what makes a record a prospect")));
  EXPECT_EQ(world.prospect_of(intern).prospect.fields[field::kTitle], Value("Intern"));
  const int64_t written = world.store().rows_written();
  EXPECT_TRUE(world.sync().alerts.empty());
  EXPECT_EQ(world.store().rows_written(), written) << "read once more, not each time";
  world.scheduler().run_for(std::chrono::hours{24});
  world.restart([](WorldOptions& o) { o.on_connection = {}; });
  EXPECT_EQ(world.sync().people.created, 1);
  EXPECT_EQ(world.prospect_of(clerk).prospect.fields[field::kTitle], Value("Clerk"));
}

TEST(InboundUpdateOff, LeavesALinkedProspectAlone_AndLetsNewOnesIn) {
  WorldOptions options;
  options.on_connection = switches("Lead", true, false);
  World world(options);
  const std::string lead = world.lead("l@x.test", {{"Title", Value("CTO")}});
  EXPECT_EQ(world.sync().people.created, 1);
  world.edit("Lead", lead, {{"Title", Value("CEO")}, {"Email", Value("other@x.test")}});
  const std::string fresh = world.lead("new@x.test");
  const auto summary = world.sync();
  EXPECT_EQ(summary.people.created, 1);
  EXPECT_EQ(summary.people.updated, 0);
  EXPECT_EQ(world.prospect_of(lead).prospect.fields[field::kTitle], Value("CTO"));
  EXPECT_EQ(world.prospect_of(lead).prospect.addresses.at(0).key, "l@x.test");
  const int64_t rows = world.store().rows_written();
  world.sync();
  EXPECT_EQ(world.store().rows_written(), rows);
}

TEST(InboundUpdateOff, S4_ADeletionIsStillMarked) {
  WorldOptions options;
  options.on_connection = switches("Lead", true, false);
  World world(options);
  const std::string lead = world.lead("l@x.test");
  world.sync();
  world.scheduler().run_for(seconds{5});
  world.remove(lead);
  EXPECT_EQ(world.sync().people.deleted, 1);
  EXPECT_TRUE(world.prospect_of(lead).links.at(0).deleted);
}

TEST(InboundUpdateOff, AnOwnerWhoArrivesLaterChangesNothingEither) {
  WorldOptions options;
  options.on_connection = switches("Lead", true, false);
  World world(options);
  const std::string bo = world.user(kBo);
  const std::string lead = world.lead("l@x.test", {{"OwnerId", Value(bo)}});
  world.edit("User", bo, {{"IsActive", Value(false)}});
  world.sync();
  world.edit("User", bo, {{"IsActive", Value(true)}});
  world.sync();
  EXPECT_TRUE(world.prospect_of(lead).prospect.fields[field::kOwner].is_blank());
}

// ---- users by another address ----

/// A user of prospectd alone; their number.
int64_t user_here(World& world, const std::string& email) {
  reconcile::User user;
  user.id = {900};
  user.name = "Ana here";
  user.email_key = email;
  user.active = true;
  reconcile::Plan plan;
  plan.steps.emplace_back(reconcile::PutUser{user, true});
  auto transaction = world.store().begin();
  EXPECT_TRUE(transaction);
  EXPECT_TRUE((*transaction)->apply(plan, world.scheduler().now()));
  EXPECT_TRUE((*transaction)->commit());
  return user.id.value;
}

void name_ana(WorldOptions& options) {
  options.on_connection = [](engine::ConnectionOptions& c) { c.user_map["ana.old@acme.test"] = kAna; };
}

Value owner_of(World& world, const std::string& lead) {
  return world.prospect_of(lead).prospect.fields[field::kOwner];
}

TEST(UserMap, S11_AUserOfTheCrmWithAnotherAddressIsWhomTheConfigurationNames) {
  WorldOptions options;
  name_ana(options);
  World world(std::move(options));
  const int64_t ana = user_here(world, kAna);
  const std::string lead = world.lead("x@x.test", {{"OwnerId", Value(world.user("ana.old@acme.test"))}});
  world.sync();
  EXPECT_EQ(owner_of(world, lead), Value(ana));
}

TEST(UserMap, S11_NamedLater_TheUserHereTakesTheirPlaceWithTheNextReading) {
  const Scratch scratch;
  WorldOptions options;
  options.database = scratch.file("state.db");
  World world(std::move(options));
  const int64_t ana = user_here(world, kAna);
  const std::string crm_user = world.user("ana.old@acme.test");
  const std::string before = world.lead("x@x.test", {{"OwnerId", Value(crm_user)}});
  world.sync();
  EXPECT_NE(owner_of(world, before), Value(ana)) << "a user of their own, as long as nobody says otherwise";
  world.restart(name_ana);
  world.edit("User", crm_user, {{"Title", Value("AE")}});
  world.edit("Lead", before, {{"Title", Value("CTO")}});
  const std::string after = world.lead("y@x.test", {{"OwnerId", Value(crm_user)}});
  world.sync();
  EXPECT_EQ(owner_of(world, after), Value(ana));
  EXPECT_EQ(owner_of(world, before), Value(ana));
}

}  // namespace
}  // namespace prospectd::test
