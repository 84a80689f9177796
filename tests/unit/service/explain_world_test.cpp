// Explanations of what really happened: an organisation, the engine and a real database.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"
#include "connectors/salesforce_wire/ids.h"
#include "daemon/service/service.h"
#include "tests/support/conditions.h"
#include "tests/support/world.h"

namespace prospectd::service {
namespace {

using mapping::Value;
using test::World;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class ExplainWorld : public testing::Test {
 protected:
  ExplainWorld() { log::disable(); }

  static test::WorldOptions options() {
    test::WorldOptions options;
    options.on_connection = test::leads_where("-title:Intern");
    return options;
  }

  Result<Explanation> explain(std::string subject) {
    std::unique_ptr<Service> service =
        make_service(world.scheduler(), world.supervisor(), world.store(), world.schema(),
                     [](const std::string& id) { return salesforce_wire::canonical_id(id); });
    std::optional<Result<Explanation>> answer;
    boost::asio::co_spawn(world.scheduler().io(), keep(service->explain(std::move(subject)), answer),
                          [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
    EXPECT_TRUE(world.scheduler().run_until([&] { return answer.has_value(); }));
    return answer ? *answer : Result<Explanation>(make_error(ErrorCode::kTimeout, "no answer"));
  }

  World world{options()};

 private:
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<Result<Explanation>> work,
                                           std::optional<Result<Explanation>>& answer) {
    answer.emplace(co_await std::move(work));
  }
};

std::vector<std::string> words_of(const Explanation& explanation) {
  std::vector<std::string> words;
  for (const Because& step : explanation.because)
    words.push_back(step.what);
  return words;
}

TEST_F(ExplainWorld, ALeadHeldBackBehindItsContact) {
  const std::string contact = world.contact("ana@x.test");
  const std::string lead = world.lead("Ana@X.test");
  world.sync();
  const auto explanation = explain(lead.substr(0, 15));
  ASSERT_TRUE(explanation) << explanation.error().message;
  EXPECT_EQ(explanation->subject, "Lead " + lead + " · held back");
  EXPECT_THAT(explanation->facts,
              AllOf(Contains(Pair("held back", "A prospect with this email address already exists")),
                    Contains(Pair("which is linked to", "Contact " + contact)),
                    Contains(Pair("policy", HasSubstr("prevent")))));
  EXPECT_THAT(words_of(*explanation),
              ElementsAre("A prospect with this email address already exists (Lead " + lead + ")"));
  const auto duplicate = explain("duplicate 1");
  ASSERT_TRUE(duplicate) << duplicate.error().message;
  EXPECT_EQ(duplicate->subject, "Duplicate 1 · Lead " + lead + " · held back");
}

TEST_F(ExplainWorld, AProspectFromItsCreationOn) {
  const std::string lead = world.lead("ana@x.test", {{"Title", Value("CTO")}});
  world.lead("bea@x.test");
  world.sync();
  world.scheduler().run_for(seconds{5});
  world.edit("Lead", lead, {{"Title", Value("CEO")}});
  world.sync();
  const auto explanation = explain("ana@x.test");
  ASSERT_TRUE(explanation) << explanation.error().message;
  ASSERT_EQ(explanation->because.size(), 2U);
  EXPECT_EQ(explanation->because[0].what,
            "created from CRM record Lead " + lead + ": no prospect had its email address");
  EXPECT_EQ(explanation->because[1].field, "title");
  EXPECT_EQ(explanation->because[1].before, "CTO");
  EXPECT_EQ(explanation->because[1].after, "CEO");
  EXPECT_THAT(explanation->because[1].cause, testing::StartsWith("c-"));
}

TEST_F(ExplainWorld, AnOwnerThatIsAQueue) {
  const std::string queue = world.queue("Web leads");
  const std::string lead = world.lead("ana@x.test", {{"OwnerId", Value(queue)}});
  world.sync();
  const auto explanation = explain(lead);
  ASSERT_TRUE(explanation) << explanation.error().message;
  EXPECT_THAT(explanation->facts,
              Contains(Pair("owner", "nobody: its owner in the CRM is the queue Web leads (" + queue +
                                         "); the policy left it unassigned")));
  EXPECT_THAT(explain(queue)->subject, HasSubstr("Queue Web leads"));
}

TEST_F(ExplainWorld, AConvertedLeadByBothOfItsIds) {
  const std::string lead = world.lead("ana@x.test");
  world.sync();
  world.scheduler().run_for(seconds{5});
  sandbox::Conversion conversion;
  conversion.lead = lead;
  const auto converted = world.org().convert(conversion);
  ASSERT_TRUE(converted) << converted.error().message;
  world.sync();
  const auto by_old_id = explain(lead);
  ASSERT_TRUE(by_old_id) << by_old_id.error().message;
  EXPECT_THAT(by_old_id->subject, HasSubstr("linked to Contact " + converted->contact));
  EXPECT_THAT(
      by_old_id->facts,
      Contains(Pair("record", HasSubstr(lead + " became Contact " + converted->contact + " (converted)"))));
  EXPECT_THAT(by_old_id->because.at(0).what, HasSubstr("created from CRM record Lead " + lead));
  const auto by_new_id = explain(converted->contact);
  ASSERT_TRUE(by_new_id) << by_new_id.error().message;
  EXPECT_THAT(words_of(*by_new_id),
              Not(Contains(HasSubstr("created from CRM record Lead " + converted->contact))));
}

TEST_F(ExplainWorld, AnAddressThatIsTakenIsWaitedFor) {
  const std::string ana = world.lead("ana@x.test");
  const std::string bea = world.lead("bea@x.test");
  world.sync();
  world.scheduler().run_for(seconds{5});
  world.edit("Lead", bea, {{"Email", Value("ana@x.test")}});
  world.sync();
  const auto explanation = explain(bea);
  ASSERT_TRUE(explanation) << explanation.error().message;
  const std::string holder = std::to_string(world.prospect_of(ana).prospect.id.value);
  EXPECT_THAT(explanation->facts, Contains(Pair("waits for", HasSubstr("belongs to prospect " + holder))));
}

TEST_F(ExplainWorld, ADeletedRecord) {
  const std::string lead = world.lead("ana@x.test");
  world.sync();
  world.scheduler().run_for(seconds{5});
  world.remove(lead);
  world.sync();
  const auto explanation = explain(lead);
  ASSERT_TRUE(explanation) << explanation.error().message;
  EXPECT_THAT(explanation->subject, HasSubstr("(deleted)"));
  EXPECT_THAT(words_of(*explanation),
              Contains(HasSubstr("The record was deleted in the CRM; the prospect stays")));
}

TEST_F(ExplainWorld, ARecordThatIsNowhere) {
  world.sync();
  const auto explanation = explain("00Q000000000099");
  ASSERT_FALSE(explanation);
  EXPECT_EQ(explanation.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(explanation.error().message, HasSubstr("the CRM has no such record"));
}

TEST_F(ExplainWorld, ARecordThatWasNotReadYetIsAskedFor) {
  world.sync();
  const std::string lead = world.lead("ana@x.test");
  const auto explanation = explain(lead);
  ASSERT_TRUE(explanation) << explanation.error().message;
  EXPECT_EQ(explanation->subject, "Lead " + lead + " · no prospect");
  EXPECT_THAT(words_of(*explanation), ElementsAre(HasSubstr("Nothing keeps it out")));
}

TEST_F(ExplainWorld, S10_ARecordThatTheConditionOfItsTypeKeepsOut) {
  const std::string lead = world.lead("ana@x.test", {{"Title", Value("Intern")}});
  world.sync();
  const auto explanation = explain(lead);
  ASSERT_TRUE(explanation) << explanation.error().message;
  EXPECT_THAT(explanation->facts, Contains(Pair("condition", "-title:Intern")));
  EXPECT_EQ(explanation->because.front().reason, "CONDITION_NOT_MET");
}

TEST_F(ExplainWorld, ARecordThatWasDeletedBeforeItWasRead) {
  world.sync();
  const std::string lead = world.lead("ana@x.test");
  world.remove(lead);
  const auto explanation = explain(lead);
  ASSERT_TRUE(explanation) << explanation.error().message;
  EXPECT_EQ(explanation->because.front().reason, "DELETED_UNSEEN");
}

TEST_F(ExplainWorld, AnAccountByItsName) {
  const std::string account = world.account("Blue Logistics BV");
  world.sync();
  const auto explanation = explain(account);
  ASSERT_TRUE(explanation) << explanation.error().message;
  EXPECT_EQ(explanation->subject, "Account Blue Logistics BV · " + account);
}

}  // namespace
}  // namespace prospectd::service
