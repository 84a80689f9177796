// Whole answers that are none, refusals, and a login that fails: a clear error each, nothing half-written,
// the rest goes on, and everything arrives once the trouble is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/scenarios/spoiler.h"
#include "tests/support/world.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using testing::HasSubstr;
using testing::Not;
namespace field = mapping::field;

constexpr size_t kLeads = 12;
constexpr size_t kContacts = 3;
constexpr const char* kSecretText = "the-sandbox-secret";

void answer_with(http::Response& answer, int status, const char* type, std::string body) {
  answer.status = status;
  answer.headers.set("Content-Type", type);
  answer.body = std::move(body);
}

void refuse(http::Response& answer, int status, const std::string& code, const std::string& message) {
  answer_with(answer, status, "application/json;charset=UTF-8",
              R"([{"message":")" + message + R"(","errorCode":")" + code + R"("}])");
}

class BadAnswers : public testing::Test {
 protected:
  BadAnswers() {
    const std::string ana = world_.user("ana@acme.test");
    const std::string globex = world_.account("Globex");
    for (size_t i = 0; i < kLeads; ++i)
      leads_.push_back(world_.lead("l" + std::to_string(i) + "@x.test", {{"OwnerId", Value(ana)}}));
    for (size_t i = 0; i < kContacts; ++i)
      contacts_.push_back(
          world_.contact("c" + std::to_string(i) + "@x.test", {{"AccountId", Value(globex)}}));
  }
  WorldOptions options() {
    WorldOptions options;
    options.page_size = 5;
    options.on_open = [this](SimTransport& transport) { spoiler_.attach(transport); };
    return options;
  }
  /// Whatever came before: everybody is here now, whole and once.
  void expect_everybody() {
    const auto summary = world_.sync();
    EXPECT_TRUE(summary.complete);
    EXPECT_TRUE(summary.alerts.empty()) << testing::PrintToString(summary.alerts);
    EXPECT_EQ(world_.prospects().size(), kLeads + kContacts);
    for (const std::string& lead : leads_)
      EXPECT_EQ(world_.prospect_of(lead).owner_name, "ana@acme.test");
    for (const std::string& contact : contacts_)
      EXPECT_EQ(world_.prospect_of(contact).account_name, "Globex");
    EXPECT_TRUE(world_.duplicates().empty());
    EXPECT_EQ(world_.reader()->totals()->dead_letters, 0);
    EXPECT_EQ(world_.supervisor().status().at(0).state, engine::ConnectionState::kIdle);
  }
  /// Nobody is here in part.
  void expect_nobody_half_written() {
    for (const store::ProspectRow& row : world_.prospects()) {
      ASSERT_EQ(row.links.size(), 1U);
      EXPECT_FALSE(row.prospect.fields[field::kLastName].is_blank());
      EXPECT_EQ(row.prospect.addresses.size(), 1U);
    }
  }
  size_t count_of(const std::string& object) {
    const auto rows = world_.prospects();
    return static_cast<size_t>(std::ranges::count_if(
        rows, [&](const store::ProspectRow& row) { return row.links.at(0).object == object; }));
  }
  /// What a person is told of the cycle that just failed, or was not whole.
  static std::string told(const Result<engine::CycleSummary>& outcome) {
    if (!outcome) return outcome.error().text();
    std::string all;
    for (const std::string& alert : outcome->alerts)
      all += alert + "\n";
    return all;
  }

  Spoiler spoiler_;
  World world_{options()};
  std::vector<std::string> leads_;
  std::vector<std::string> contacts_;
};

// ---- answers that are none, of every kind of request ----

struct Asked {
  const char* name;
  bool (*fits)(const http::Request&);
};
bool is_login(const http::Request& r) {
  return r.url.find("/oauth2/token") != std::string::npos;
}
bool is_version_list(const http::Request& r) {
  return r.url.ends_with("/services/data");
}
bool is_describe(const http::Request& r) {
  return r.url.find("/describe") != std::string::npos;
}
bool is_first_page(const http::Request& r) {
  return r.url.find("/queryAll?q=") != std::string::npos;
}
bool is_later_page(const http::Request& r) {
  return r.url.find("/query/") != std::string::npos;
}

struct NoAnswer {
  const char* name;
  void (*make)(http::Response&);
};

std::string deep(size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

constexpr const char* kJson = "application/json;charset=UTF-8";
constexpr Asked kAsked[] = {{"login", is_login},
                            {"version_list", is_version_list},
                            {"describe", is_describe},
                            {"first_page", is_first_page},
                            {"later_page", is_later_page}};
constexpr NoAnswer kNoAnswers[] = {
    {"html_with_200", [](http::Response& a) { answer_with(a, 200, "text/html", "<html>zebra</html>"); }},
    {"html_called_json", [](http::Response& a) { answer_with(a, 200, kJson, "<html>zebra</html>"); }},
    {"nested_200000_deep", [](http::Response& a) { answer_with(a, 200, kJson, deep(200'000)); }},
    {"deep_in_an_object",
     [](http::Response& a) { answer_with(a, 200, kJson, "{\"zebra\":" + deep(200'000) + "}"); }},
    {"cut_in_half", [](http::Response& a) { a.body.resize(a.body.size() / 2); }},
    {"empty", [](http::Response& a) { a.body.clear(); }},
    {"errors_with_200", [](http::Response& a) { refuse(a, 200, "UNKNOWN_EXCEPTION", "zebra"); }},
    {"unavailable", [](http::Response& a) { answer_with(a, 503, "text/html", "<html>zebra</html>"); }},
    {"redirect",
     [](http::Response& a) {
       answer_with(a, 302, "text/html", "");
       a.headers.set("Location", "https://elsewhere.test/zebra");
     }},
};

class EveryAnswerThatIsNone : public BadAnswers,
                              public testing::WithParamInterface<std::tuple<Asked, NoAnswer>> {};

TEST_P(EveryAnswerThatIsNone, IsAClearError_NothingIsHalfWritten_AndEverybodyArrivesLater) {
  const auto& [asked, bad] = GetParam();
  bool met = false;
  spoiler_.spoil_answers([&](const http::Request& request, http::Response& answer) {
    if (!asked.fits(request)) return;
    met = true;
    bad.make(answer);
  });
  const auto outcome = world_.try_sync();
  ASSERT_TRUE(met);
  // The list of versions is asked for its Date alone, which these still carry.
  const bool harmless = asked.fits == is_version_list && outcome && outcome->complete;
  if (!harmless) {
    EXPECT_TRUE(!outcome || !outcome->complete);
    EXPECT_THAT(told(outcome), Not(testing::IsEmpty()));
    EXPECT_TRUE(world_.supervisor().status().at(0).last_error.has_value());
  }
  EXPECT_THAT(told(outcome), Not(HasSubstr("zebra")));
  EXPECT_THAT(told(outcome), Not(HasSubstr(kSecretText)));
  EXPECT_FALSE(world_.supervisor().fatal().has_value());
  expect_nobody_half_written();
  spoiler_.heal();
  expect_everybody();
}

INSTANTIATE_TEST_SUITE_P(Answers, EveryAnswerThatIsNone,
                         testing::Combine(testing::ValuesIn(kAsked), testing::ValuesIn(kNoAnswers)),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param).name) + "_" +
                                  std::get<1>(info.param).name;
                         });

// ---- a page cut at any byte ----

class PageCut : public BadAnswers {
 protected:
  /// Cuts the answers that `fits` picks behind every byte in turn; the people of `object` must stay as many.
  void cut_everywhere(bool (*fits)(const http::Request&), const std::string& object) {
    size_t cut = 0;
    size_t whole = 1;
    spoiler_.spoil_answers([&](const http::Request& request, http::Response& answer) {
      if (!fits(request)) return;
      whole = answer.body.size();
      answer.body.resize(std::min(cut, whole));
    });
    (void)world_.try_sync();
    const size_t before = count_of(object);
    for (; cut < whole; ++cut) {
      const auto outcome = world_.try_sync();
      ASSERT_TRUE(!outcome || !outcome->complete) << "cut behind byte " << cut << " of " << whole;
      ASSERT_EQ(count_of(object), before) << "cut behind byte " << cut << " of " << whole;
    }
    spoiler_.heal();
    expect_everybody();
  }
};

TEST_F(PageCut, F08_AFirstPageCutAtAnyByteIsReadAgainAndTheOtherTypeGoesOn) {
  cut_everywhere([](const http::Request& r) { return asks_for(r, "Lead"); }, "Lead");
}

TEST_F(PageCut, F08_ALaterPageCutAtAnyByteIsReadAgainAndThePagesBeforeItStay) {
  cut_everywhere(is_later_page, "Lead");
}

// ---- locators that lead in circles ----

class LocatorLoop : public BadAnswers, public testing::WithParamInterface<size_t> {};

TEST_P(LocatorLoop, F06_IsLeftAfterFewRequests_AndEverybodyArrivesLater) {
  sandbox::Knobs knobs = world_.front().knobs();
  knobs.page_size_max = 2;
  world_.front().set_knobs(knobs);
  std::vector<std::string> pages;  // later pages of the circle, in their order
  spoiler_.spoil_answers([&](const http::Request& request, http::Response& answer) {
    if (!is_later_page(request) || answer.body.find("\"type\":\"Lead\"") == std::string::npos) return;
    const std::string path = request.url.substr(request.url.find("/services/"));
    if (pages.size() < GetParam() && std::ranges::find(pages, path) == pages.end()) pages.push_back(path);
    if (pages.size() < GetParam() || path != pages.back()) return;
    std::string body = with_value(answer.body, "nextRecordsUrl", "\"" + pages.front() + "\"");
    answer.body = std::move(body);
  });
  const int64_t before = world_.transport().requests();
  const auto outcome = world_.try_sync();
  EXPECT_TRUE(!outcome || !outcome->complete);
  EXPECT_THAT(told(outcome), HasSubstr("Lead"));
  EXPECT_LT(world_.transport().requests() - before, 100);
  expect_nobody_half_written();
  spoiler_.heal();
  expect_everybody();
}

INSTANTIATE_TEST_SUITE_P(Circles, LocatorLoop, testing::Values(1U, 2U, 3U));

// ---- objects that can't be read ----

struct Hidden {
  const char* name;
  const char* object;
  bool describe;  ///< the describe is refused too, not the query alone
  int status;
  const char* code;
};

void PrintTo(const Hidden& hidden, std::ostream* out) {
  *out << hidden.name;
}

class MissingPermission : public BadAnswers, public testing::WithParamInterface<Hidden> {};

TEST_P(MissingPermission, I12_IsTold_TheOtherObjectsGoOn_AndItArrivesOnceItIsGranted) {
  const Hidden& hidden = GetParam();
  const std::string object = hidden.object;
  spoiler_.spoil_answers([&](const http::Request& request, http::Response& answer) {
    const bool described = request.url.find("/" + object + "/describe") != std::string::npos;
    if (!asks_for(request, object) && !(hidden.describe && described)) return;
    refuse(answer, hidden.status, hidden.code, "zebra has no right to " + object);
  });
  const auto outcome = world_.try_sync();
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_THAT(told(outcome), HasSubstr(object));
  EXPECT_THAT(told(outcome), Not(HasSubstr("zebra")));
  EXPECT_EQ(count_of("Lead"), object == "Lead" ? 0 : kLeads);
  EXPECT_EQ(count_of("Contact"), object == "Contact" ? 0 : kContacts);
  EXPECT_THAT(world_.supervisor().status().at(0).alerts, testing::Contains(HasSubstr(object)));
  spoiler_.heal();
  world_.scheduler().run_for(std::chrono::hours{2});
  world_.sync();
  expect_everybody();
}

INSTANTIATE_TEST_SUITE_P(
    Objects, MissingPermission,
    testing::Values(Hidden{"lead_query", "Lead", false, 403, "INSUFFICIENT_ACCESS"},
                    Hidden{"lead", "Lead", true, 403, "INSUFFICIENT_ACCESS"},
                    Hidden{"lead_not_enabled", "Lead", true, 404, "NOT_FOUND"},
                    Hidden{"contact_query", "Contact", false, 403, "INSUFFICIENT_ACCESS"},
                    Hidden{"contact_query_type", "Contact", false, 400, "INVALID_TYPE"},
                    Hidden{"contact", "Contact", true, 403, "INSUFFICIENT_ACCESS"},
                    Hidden{"user", "User", true, 403, "INSUFFICIENT_ACCESS"},
                    Hidden{"user_query", "User", false, 403, "INSUFFICIENT_ACCESS"},
                    Hidden{"queues", "Group", true, 404, "NOT_FOUND"},
                    Hidden{"account", "Account", true, 403, "INSUFFICIENT_ACCESS"},
                    Hidden{"account_query", "Account", false, 403, "INSUFFICIENT_ACCESS"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(BadAnswers, AFieldThatIsHiddenFromTheStartIsToldWithItsPlaceInTheMapping) {
  sandbox::Knobs knobs = world_.front().knobs();
  knobs.hidden_fields["lead"] = {"title"};
  world_.front().set_knobs(knobs);
  const auto summary = world_.sync();
  EXPECT_THAT(summary.alerts, testing::Contains(HasSubstr("world.yaml:Title")));
  EXPECT_EQ(count_of("Lead"), kLeads);
}

TEST_F(BadAnswers, AnApiThatIsSwitchedOffForTheOrgIsTold) {
  sandbox::Knobs knobs = world_.front().knobs();
  knobs.api_enabled = false;
  world_.front().set_knobs(knobs);
  const auto outcome = world_.try_sync();
  EXPECT_THAT(told(outcome), HasSubstr("API_DISABLED_FOR_ORG"));
  EXPECT_EQ(world_.supervisor().status().at(0).state, engine::ConnectionState::kNeedsAttention);
  EXPECT_TRUE(world_.prospects().empty());
  knobs.api_enabled = true;
  world_.front().set_knobs(knobs);
  expect_everybody();
}

// ---- logins ----

struct Refusal {
  const char* name;
  const char* body;
  const char* advice;
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.name;
}

class WrongCredentials : public BadAnswers, public testing::WithParamInterface<Refusal> {};

TEST_P(WrongCredentials, AreToldWithAdviceAndNoSecret_AndOnceMendedEverybodyArrives) {
  spoiler_.spoil_answers([](const http::Request& request, http::Response& answer) {
    if (is_login(request)) answer_with(answer, 400, kJson, GetParam().body);
  });
  const auto outcome = world_.try_sync();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kLoginRefused);
  EXPECT_THAT(outcome.error().text(), HasSubstr(GetParam().advice));
  EXPECT_THAT(outcome.error().text(), Not(HasSubstr(kSecretText)));
  EXPECT_EQ(world_.supervisor().status().at(0).state, engine::ConnectionState::kNeedsAttention);
  EXPECT_TRUE(world_.prospects().empty());
  spoiler_.heal();
  expect_everybody();
}

INSTANTIATE_TEST_SUITE_P(
    Logins, WrongCredentials,
    testing::Values(
        Refusal{"client_id",
                R"({"error":"invalid_client_id","error_description":"client identifier invalid"})",
                "client_id"},
        Refusal{"client_secret",
                R"({"error":"invalid_client","error_description":"invalid client credentials"})",
                "client_secret"},
        Refusal{"user", R"({"error":"inactive_user","error_description":"user is inactive"})", "activate"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(BadAnswers, F30_AnExpiredTokenThatCannotBeRenewedIsTold_WhatIsHereStays_AndItGoesOnOnceMended) {
  expect_everybody();
  const Picture before = world_.picture();
  world_.edit("Lead", leads_[0], {{"Title", Value("CEO")}});
  world_.front().expire_tokens();
  spoiler_.spoil_answers([](const http::Request& request, http::Response& answer) {
    if (is_login(request)) answer_with(answer, 400, kJson, R"({"error":"invalid_client"})");
  });
  const auto outcome = world_.try_sync();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kLoginRefused);
  EXPECT_EQ(world_.picture(), before);
  spoiler_.heal();
  expect_everybody();
  EXPECT_EQ(world_.prospect_of(leads_[0]).prospect.fields[field::kTitle], Value("CEO"));
}

TEST_F(BadAnswers, F30_ATokenThatIsRefusedHoweverNewEndsTheCycleAfterFewLogins) {
  spoiler_.spoil_answers([](const http::Request& request, http::Response& answer) {
    if (is_describe(request)) refuse(answer, 401, "INVALID_SESSION_ID", "Session expired or invalid");
  });
  ASSERT_FALSE(world_.try_sync());
  EXPECT_LE(world_.front().stats().logins, 3);
  spoiler_.heal();
  expect_everybody();
}

TEST_F(BadAnswers, ALoginThatSendsElsewhereGetsNoToken) {
  spoiler_.spoil_answers([](const http::Request& request, http::Response& answer) {
    if (!is_login(request)) return;
    answer.body = with_value(answer.body, "instance_url", "\"https://elsewhere.test\"");
  });
  bool sent = false;
  world_.transport().set_observer([&](const http::Request& request, const Result<http::Response>&) {
    sent = sent || request.url.find("elsewhere.test") != std::string::npos;
  });
  const auto outcome = world_.try_sync();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kRefusedTarget);
  EXPECT_FALSE(sent);
  spoiler_.heal();
  expect_everybody();
}

}  // namespace
}  // namespace prospectd::test
