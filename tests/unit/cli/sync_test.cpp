// `prospectd sync` and `prospectd status`.
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

std::string cycle(const std::string& people,
                  const std::string& more = R"("complete":true,"firstError":null)") {
  return R"({"objects":{"Contact":{"created":38},"Lead":{"created":58,"updated":3}},"people":)" + people +
         R"(,"calls":3,"tookMs":800,"windowUpper":"2026-11-20T08:15:30.000Z","alerts":[],)" + more + "}";
}

const std::string kPeople =
    R"({"read":2114,"created":96,"withoutKey":2,"updated":3,"held":4,"quarantined":1})";

std::string sync(const std::string& state, const std::string& result, const std::string& error = "null") {
  return resource(
      "s-1", R"({"state":")" + state +
                 R"(","connection":"","dryRun":false,"startedAt":null,"finishedAt":null,"progress":)"
                 R"([{"connection":"crm","object":"Lead","read":400,"total":800,"rate":100.0}],"result":)" +
                 result + R"(,"error":)" + error + "}");
}

TEST(Sync, ItIsAskedForWaitedForAndToldInCounts) {
  WithDaemon t;
  t.daemon.answer("POST /v1/syncs", 202, sync("running", "null"));
  t.daemon.answer("GET /v1/syncs/s-1", 200, sync("running", "null"));
  t.daemon.answer("GET /v1/syncs/s-1", 200, sync("done", cycle(kPeople)));
  const Ran ran = t.ask({"sync"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  EXPECT_EQ(ran.out,
            "Synced: read 2,114 records in 3 CRM calls, 0.8 s (2,643/s).\n"
            "  created          96 prospects, 2 without a usable address (38 from Contact, 58 from Lead)\n"
            "  updated           3 prospects\n"
            "  held              4 records whose address another prospect has: prospectd duplicates\n"
            "  set apart         1 record that could not be read: prospectd dead-letters\n");
  EXPECT_THAT(t.daemon.asked(), ElementsAre(R"(POST /v1/syncs {"connection":"","dryRun":false})",
                                            "GET /v1/syncs/s-1", "GET /v1/syncs/s-1"));
}

TEST(Sync, OnATerminalABarMovesAndIsTakenAway) {
  WithDaemon t;
  t.daemon.answer("POST /v1/syncs", 202, sync("running", "null"));
  t.daemon.answer("GET /v1/syncs/s-1", 200, sync("done", cycle(kPeople)));
  const Ran ran = t.ask({"sync"}, 80);
  EXPECT_THAT(ran.err, HasSubstr("  Lead  ████████████████░░░░░░░░░░░░░░░░ 400/800  100/s  4 s left"));
  EXPECT_TRUE(ran.err.ends_with("\r\x1b[K"));
  EXPECT_EQ(t.ask({"sync", "--quiet"}, 80).err, "");
}

TEST(Sync, NothingToDoIsSaid) {
  WithDaemon t;
  t.daemon.answer("POST /v1/syncs", 202, sync("done", cycle(R"({"read":0})")));
  EXPECT_THAT(t.ask({"sync"}).out, HasSubstr("Nothing to do: no newer change in the CRM."));
}

TEST(Sync, AccountsUsersAndQueuesAreToldToo) {
  WithDaemon t;
  t.daemon.answer(
      "POST /v1/syncs", 202,
      sync("done", R"({"objects":{"Account":{"updated":1},"Lead":{"updated":1},"User":{"created":2}},)"
                   R"("people":{"read":1,"updated":1},"calls":3,"tookMs":800,"alerts":[],)"
                   R"("windowUpper":"2026-11-20T08:15:30.000Z","complete":true,"firstError":null})"));
  EXPECT_EQ(t.ask({"sync"}).out,
            "Synced: read 1 record in 3 CRM calls, 0.8 s.\n"
            "  updated           1 prospect\n"
            "  updated           1 account\n"
            "  created           2 users\n");
}

TEST(Sync, OneThatCouldNotReadEverythingIsPartial) {
  WithDaemon t;
  t.daemon.answer(
      "POST /v1/syncs", 202,
      sync("done",
           cycle(kPeople,
                 R"("complete":false,"firstError":{"code":"permission","message":"Lead may not be read"})")));
  const Ran ran = t.ask({"sync"});
  EXPECT_EQ(ran.code, ExitCode::kPartial);
  EXPECT_THAT(ran.err, HasSubstr("not everything could be read: Lead may not be read"));
}

TEST(Sync, WhatCouldNotBeReadIsNotSaidToAgree) {
  for (const char* dry_run : {"", "--dry-run"}) {
    WithDaemon t;
    t.daemon.answer(
        "POST /v1/syncs", 202,
        sync("done", cycle(R"({"read":0})",
                           R"("complete":false,"firstError":{"code":"permission","message":"no"})")));
    std::vector<std::string> words{"sync"};
    if (*dry_run != '\0') words.emplace_back(dry_run);
    const Ran ran = t.ask(words);
    EXPECT_EQ(ran.code, ExitCode::kPartial);
    EXPECT_THAT(ran.out, Not(HasSubstr("othing to do"))) << ran.out;
  }
}

TEST(Sync, AFailedOneEndsWithItsError) {
  WithDaemon t;
  t.daemon.answer(
      "POST /v1/syncs", 202,
      sync(
          "failed", "null",
          R"({"code":"login_refused","class":"config","message":"the secret is wrong","retryAfterMs":null})"));
  const Ran ran = t.ask({"sync"});
  EXPECT_EQ(ran.code, ExitCode::kAuth);
  EXPECT_EQ(ran.err, "prospectd: the secret is wrong\n");
}

TEST(Sync, AConnectionIsNamedToTheDaemon) {
  WithDaemon t;
  t.daemon.answer("POST /v1/syncs", 404,
                  R"({"errors":[{"code":"not_found","detail":"there is no connection crn"}]})");
  EXPECT_EQ(t.ask({"sync", "crn"}).code, ExitCode::kOther);
  EXPECT_THAT(t.daemon.asked(), ElementsAre(R"(POST /v1/syncs {"connection":"crn","dryRun":false})"));
}

TEST(Sync, TheDocumentIsTheSyncWithItsResult) {
  WithDaemon t;
  t.daemon.answer("POST /v1/syncs", 202, sync("done", cycle(kPeople)));
  const auto document = *parse_json(t.ask({"sync", "--json"}).out);
  EXPECT_EQ(document["data"]["id"], "s-1");
  EXPECT_EQ(document["data"]["state"], "done");
  EXPECT_EQ(document["data"]["result"]["people"]["created"], 96);
}

TEST(DryRun, CountsFieldsAndFirstRows) {
  WithDaemon t;
  std::string result = cycle(kPeople);
  result.insert(
      result.size() - 1,
      R"(,"fields":{"phone":377,"title":402},"truncated":true,"rows":[)"
      R"({"action":"update","object":"Lead","remoteId":"00QB","prospectId":"42","field":"title","before":"CTO","after":"CEO","reason":"UPDATED_FROM_CRM"},)"
      R"({"action":"create","object":"Lead","remoteId":"00QC","prospectId":"","field":"","before":"","after":"","reason":"CREATED_FROM_CRM"}])");
  t.daemon.answer("POST /v1/syncs", 202, sync("done", result));
  const Ran ran = t.ask({"sync", "--dry-run", "--rows", "1"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  EXPECT_EQ(ran.out,
            "Dry run: read 2,114 records in 3 CRM calls, 0.8 s (2,643/s). Nothing was written.\n"
            "  create           96 prospects, 2 without a usable address (38 from Contact, 58 from Lead)\n"
            "  update            3 prospects\n"
            "  hold              4 records whose address another prospect has\n"
            "  set apart         1 record that could not be read\n"
            "  fields    title 402 · phone 377\n"
            "  It stopped at the bound of a dry run: the counts are of what came before.\n"
            "\n"
            "what    object  CRM record  prospect  field  from  to   why\n"
            "update  Lead    00QB        42        title  CTO   CEO  UPDATED_FROM_CRM\n"
            "The first 1 of 2; more: --rows N\n"
            "Apply: prospectd sync -c " +
                t.config() + "\n");
  EXPECT_THAT(t.daemon.asked().front(), HasSubstr(R"("dryRun":true)"));
}

TEST(DryRun, S11_SaysWhatGoesOutAndThatTheBrakeWouldStopTheSync) {
  WithDaemon t;
  std::string result = cycle(kPeople);
  result.insert(result.size() - 1,
                R"(,"fields":{},"truncated":false,"rows":[{"action":"own","object":"Lead","remoteId":"00QB",)"
                R"("prospectId":"42","field":"owner","before":"7","after":"2","reason":"UPDATED_FROM_CRM"}],)"
                R"("names":{"owner":{"2":"Ana Diaz"}},"pushes":19,"brake":{"kind":"blanking","most":60,)"
                R"("records":300,"object":"Lead","remoteId":"00QB"})");
  t.daemon.answer("POST /v1/syncs", 202, sync("done", result));
  const Ran ran = t.ask({"sync", "--dry-run"});
  EXPECT_THAT(ran.out, HasSubstr("42        owner  7     Ana Diaz (2)  UPDATED_FROM_CRM\n"));
  EXPECT_THAT(ran.out, HasSubstr("  push             19 prospects to be written to the CRM\n"));
  EXPECT_THAT(ran.out,
              HasSubstr("A sync would be stopped by the mass-change brake before Lead 00QB: more than 60 "
                        "of 300 linked records would lose a value.\n"
                        "If that is right: prospectd sync --accept-mass-change -c "));
  EXPECT_THAT(ran.out, Not(HasSubstr("Apply: prospectd sync -c")));
}

}  // namespace
}  // namespace prospectd::cli
