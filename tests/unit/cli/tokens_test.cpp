// `prospectd tokens …` against something that answers like a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kActive =
    R"({"name":"report","user":"ana@acme.test","role":"read","state":"active","createdBy":"admin",)"
    R"("expiresAt":"2027-02-20T08:15:30.000Z","lastUsedAt":null,"revokedAt":null})";
constexpr const char* kRevoked =
    R"({"name":"old","user":"bo","role":"user","state":"revoked","createdBy":"admin","expiresAt":null,)"
    R"("lastUsedAt":"2026-11-19T08:00:00.000Z","revokedAt":"2026-11-20T08:15:30.000Z"})";

TEST(Tokens, AreMadeAndTheTokenAloneIsTheAnswer) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/tokens", 201,
                      resource("3", R"({"token":"pdt_abc","user":"ana","role":"user","expiresAt":null})"));
  const Ran ran = setup.ask({"tokens", "create", "daily", "--user", "ana"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(ran.out, "pdt_abc\n");
  EXPECT_THAT(ran.err, HasSubstr("Token 3 for ana, role user, expires never. It is shown this once"));
  const Ran quiet = setup.ask(
      {"tokens", "create", "report", "--user", "ana", "--role", "read", "--expires", "90d", "--quiet"});
  EXPECT_EQ(quiet.err, "");
  EXPECT_THAT(
      setup.daemon.asked(),
      ElementsAre(
          R"(POST /v1/tokens {"name":"daily","role":"user","user":"ana"})",
          R"(POST /v1/tokens {"expiresInMs":7776000000,"name":"report","role":"read","user":"ana"})"));
}

TEST(Tokens, ThoseInForceAreListed) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/tokens", 200, list({item("1", kRevoked), item("2", kActive)}));
  const Ran ran = setup.ask({"tokens", "list"});
  EXPECT_THAT(ran.out, HasSubstr("ana@acme.test"));
  EXPECT_THAT(ran.out, HasSubstr("2027-02-20 08:15:30"));
  EXPECT_THAT(ran.out, Not(HasSubstr("old")));
  const Ran all = setup.ask({"tokens", "list", "--all"});
  EXPECT_THAT(all.out, HasSubstr("revoked 2026-11-20 08:15:30"));
  const auto shown = parse_json(setup.ask({"tokens", "list", "--json"}).out);
  ASSERT_EQ(shown->at("data").size(), 1U);
  EXPECT_EQ(shown->at("data")[0]["id"], "2");
}

TEST(Tokens, WithoutOneTheDaemonsOwnIsAllThereIs) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/tokens", 200, list({}));
  EXPECT_EQ(setup.ask({"tokens", "list"}).out, "No token is in force but the daemon's own.\n");
}

TEST(Tokens, AreRevokedByTheirNumber) {
  WithDaemon setup;
  setup.daemon.answer("DELETE /v1/tokens/1", 200, resource("1", kRevoked));
  const Ran ran = setup.ask({"tokens", "revoke", "1"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Token 1 (old, of bo) is revoked"));
  EXPECT_NE(setup.ask({"tokens", "revoke", "7"}).code, ExitCode::kOk);
}

TEST(Tokens, ARoleThatIsTooSmallIsAMatterOfPermission) {
  WithDaemon setup;
  setup.daemon.answer(
      "GET /v1/tokens", 403,
      R"({"errors":[{"status":"403","code":"forbidden","detail":"this takes a token of …"}]})");
  const Ran ran = setup.ask({"tokens", "list"});
  EXPECT_EQ(static_cast<int>(ran.code), 4);
  EXPECT_THAT(ran.err, HasSubstr("this takes a token of"));
}

TEST(Tokens, WrongWordsAreAMatterOfUsage) {
  WithDaemon setup;
  for (const std::vector<std::string>& words : {std::vector<std::string>{"tokens", "create"},
                                                {"tokens", "create", "a", "--user", "b", "--role", "boss"},
                                                {"tokens", "create", "a"},
                                                {"tokens", "create", "a", "--user", "b", "--expires", "soon"},
                                                {"tokens", "revoke"},
                                                {"tokens", "take"}})
    EXPECT_EQ(setup.ask(words).code, ExitCode::kUsage) << testing::PrintToString(words);
  EXPECT_TRUE(setup.daemon.asked().empty());
}

}  // namespace
}  // namespace prospectd::cli
