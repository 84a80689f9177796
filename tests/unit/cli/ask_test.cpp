// The verbs that ask the daemon: what they show, what they give to programs, and how they fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kOpen = "GET /v1/duplicates?filter%5Bopen%5D=true&page%5Bsize%5D=50";
const std::string kDuplicate =
    R"({"kind":"duplicate_email","reason":"DUPLICATE_EMAIL","sentence":"A prospect with this email address already exists",)"
    R"("connection":"crm","object":"Contact","remoteId":"003A","prospectId":"42","linkedObject":"Lead",)"
    R"("linkedRemoteId":"00QB","emailKey":"ana@x.test","policy":"prevent","firstSeen":"2026-11-20T08:15:30.000Z","open":true})";
const std::string kAna =
    R"({"email":"ana@x.test","firstName":"Ana","lastName":"Diaz","title":null,"company":"Acme","optedOut":false,)"
    R"("custom":{"birthday":"1980-02-29"},"owner":{"id":"3","name":"X. Roy"},"account":null,)"
    R"("addresses":[{"address":"Ana@x.test","key":"ana@x.test","primary":true}],)"
    R"("links":[{"connection":"crm","object":"Lead","remoteId":"00QB","deleted":false,"version":null}],"tags":[]})";

TEST(Ask, TheTokenGoesIntoTheHeader) {
  WithDaemon t;
  t.daemon.answer(kOpen, 200, list({}));
  EXPECT_EQ(t.ask({"duplicates"}).code, ExitCode::kOk);
  EXPECT_EQ(t.daemon.last_header("Authorization"), "Bearer a-token");
}

TEST(Ask, DuplicatesInWords) {
  WithDaemon t;
  t.daemon.answer(kOpen, 200, list({item("7", kDuplicate)}));
  const Ran ran = t.ask({"duplicates"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  EXPECT_EQ(ran.out,
            "duplicate  CRM record    address     prospect  which follows  why\n"
            "        7  Contact 003A  ana@x.test        42  Lead 00QB      A prospect with this email "
            "address already exists\n"
            "Why: prospectd explain duplicate 7 -c " +
                t.config() + "\n");
  EXPECT_THAT(t.ask({"duplicates", "--quiet"}).out, Not(HasSubstr("Why:")));
}

TEST(Ask, AListForProgramsIsDataWithTheApisNames) {
  WithDaemon t;
  t.daemon.answer(kOpen, 200, list({item("7", kDuplicate)}));
  auto expected = *parse_json(kDuplicate);
  expected["id"] = "7";
  EXPECT_EQ(*parse_json(t.ask({"duplicates", "--json"}).out),
            (nlohmann::json{{"data", nlohmann::json::array({expected})}}));
  t.daemon.answer("GET /v1/deadLetters?page%5Bsize%5D=50", 200, list({}));
  EXPECT_EQ(t.ask({"dead-letters", "--json"}).out, "{\n  \"data\": []\n}\n");
}

TEST(Ask, AListIsReadPageAfterPageUpToTheLimit) {
  WithDaemon t;
  std::vector<std::string> first;
  for (int i = 1; i <= 500; ++i)
    first.push_back(item(std::to_string(i), kAna));
  t.daemon.answer("GET /v1/prospects?page%5Bsize%5D=500", 200, list(first, true));
  t.daemon.answer("GET /v1/prospects?page%5Bsize%5D=2&page%5Bafter%5D=500", 200,
                  list({item("501", kAna), item("502", kAna)}, true));
  const Ran ran = t.ask({"prospects", "--limit", "502", "--json"});
  EXPECT_EQ(parse_json(ran.out)->at("data").size(), 502u);
  EXPECT_EQ(t.daemon.asked().size(), 2u);
  EXPECT_THAT(t.ask({"prospects", "--limit", "502"}).out,
              HasSubstr("502 shown, and there are more: --limit"));
}

TEST(Ask, ProspectsAreFilteredByTheDaemon) {
  WithDaemon t;
  t.daemon.answer(
      "GET /v1/prospects?filter%5Btext%5D=a%26b%20c&filter%5BwithoutKey%5D=true&page%5Bsize%5D=50", 200,
      list({item("1", kAna)}));
  const Ran ran = t.ask({"prospects", "--text", "a&b c", "--without-email"});
  EXPECT_EQ(ran.out,
            "prospect  name      email       company  owner   CRM record\n"
            "       1  Ana Diaz  ana@x.test  Acme     X. Roy  Lead 00QB\n");
}

TEST(Ask, AnExpressionIsSentAsItIs) {
  WithDaemon t;
  t.daemon.answer(
      "GET "
      "/v1/prospects?filter%5Bq%5D=owner%3A%22a%40b%22%20%2Btag%3Ax%2A&filter%5Btext%5D=a&page%5Bsize%5D=50",
      200, list({}));
  const Ran ran = t.ask({"prospects", "--filter", "owner:\"a@b\" +tag:x*", "--text", "a"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(ran.out, "No prospect is like that.\n");
}

TEST(AskFails, AFaultyExpressionIsShownWithItsCarets) {
  WithDaemon t;
  t.daemon.answer("GET /v1/prospects?filter%5Bq%5D=tag%3Ax%20titl%3Ay&page%5Bsize%5D=50", 400,
                  R"({"errors":[{"status":"400","code":"invalid_input",)"
                  R"("detail":"column 7: there is no field\ntag:x titl:y\n      ^^^^"}]})");
  const Ran ran = t.ask({"prospects", "--filter", "tag:x titl:y"});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_EQ(ran.err, "prospectd: column 7: there is no field\ntag:x titl:y\n      ^^^^\n");
  EXPECT_EQ(ran.out, "");
}

TEST(Ask, OneProspectIsShownWhole) {
  WithDaemon t;
  t.daemon.answer("GET /v1/prospects/42", 200, resource("42", kAna));
  const Ran ran = t.ask({"prospects", "42"});
  EXPECT_THAT(ran.out, HasSubstr("Prospect 42 · Ana Diaz\n"));
  EXPECT_THAT(ran.out, HasSubstr("  owner           X. Roy\n"));
  EXPECT_THAT(ran.out, HasSubstr("  custom.birthday  1980-02-29\n"));
  EXPECT_THAT(ran.out, HasSubstr("  follows         Lead 00QB\n"));
  auto expected = *parse_json(kAna);
  expected["id"] = "42";
  EXPECT_EQ(*parse_json(t.ask({"prospects", "42", "--json"}).out), (nlohmann::json{{"data", expected}}));
}

TEST(Ask, WhatIsNoNumberOfAProspectIsAMatterOfUsage) {
  const WithDaemon t;
  const Ran ran = t.ask({"prospects", "ana@x.test"});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("prospectd explain ana@x.test"));
  EXPECT_EQ(t.ask({"prospects", "42", "--filter", "title:CEO"}).code, ExitCode::kUsage)
      << "one of the two would be passed over";
  EXPECT_THAT(t.daemon.asked(), IsEmpty());
}

TEST(Ask, AnExplanationSaysWhatAndWhyAndWhereToLook) {
  WithDaemon t;
  t.daemon.answer(
      "GET /v1/explain?subject=prospect%2042", 200,
      resource(
          "prospect 42",
          R"({"subject":"Prospect 42 · Ana","facts":[{"name":"owner","value":"X. Roy"}],"because":[)"
          R"({"at":"2026-11-20T08:15:30.000Z","what":"title changed","reason":"UPDATED_FROM_CRM","cause":"c-12",)"
          R"("field":"title","before":"CTO","after":"CEO"},{"at":null,"what":"nothing else","reason":"","cause":"",)"
          R"("field":"","before":"","after":""}],"next":["prospectd explain duplicate 7"]})"));
  EXPECT_EQ(t.ask({"explain", "prospect", "42"}).out,
            "Prospect 42 · Ana\n"
            "  owner  X. Roy\n"
            "  2026-11-20 08:15:30  title changed  [UPDATED_FROM_CRM, c-12]\n"
            "                         title: CTO → CEO\n"
            "                       nothing else\n"
            "Look further: prospectd explain duplicate 7 -c " +
                t.config() + "\n");
}

TEST(Ask, AnExplanationIsAskedForOfOneField) {
  WithDaemon t;
  t.daemon.answer("GET /v1/explain?subject=42&field=custom.a%26b", 200,
                  resource("42", R"({"subject":"Prospect 42","facts":[],"because":[],"next":[]})"));
  EXPECT_EQ(t.ask({"explain", "42", "--field", "custom.a&b"}).code, ExitCode::kOk);
}

TEST(Ask, DeadLettersSayWhyAndHowOften) {
  WithDaemon t;
  t.daemon.answer(
      "GET /v1/deadLetters?page%5Bsize%5D=50", 200,
      list({item("3", R"({"connection":"crm","object":"Lead","remoteId":"00QX","version":null,)"
                      R"("reason":"not UTF-8","payload":"x","firstSeen":"2026-11-20T08:00:00.000Z",)"
                      R"("lastSeen":"2026-11-20T08:15:30.000Z","seen":4})")}));
  EXPECT_EQ(t.ask({"dead-letters"}).out,
            "letter  CRM record  why        seen  last, UTC\n"
            "     3  Lead 00QX   not UTF-8     4  2026-11-20 08:15:30\n"
            "Each goes by itself when its record comes again whole.\n");
}

TEST(Ask, ANameWithAnEscapeSequenceReachesNoTerminal) {
  WithDaemon t;
  const std::string evil =
      R"({"firstName":"\u001b]0;owned\u0007","lastName":"\u009b31m","email":"x@y.test"})";
  t.daemon.answer("GET /v1/prospects?page%5Bsize%5D=50", 200, list({item("1", evil)}));
  t.daemon.answer("GET /v1/prospects/1", 200, resource("1", evil));
  for (const auto& words :
       {std::vector<std::string>{"prospects"}, {"prospects", "1"}, {"prospects", "--json"}}) {
    const std::string out = t.ask(words, 80).out;
    EXPECT_THAT(out, Not(HasSubstr("\x1b"))) << words.back();
    EXPECT_THAT(out, Not(HasSubstr("\x07"))) << words.back();
    EXPECT_THAT(out, Not(HasSubstr("\xC2\x9B"))) << words.back();
  }
}

TEST(AskFails, WithoutADaemonItSaysHowToStartOne) {
  const Configured never;
  const Ran ran = never.ask({"status"});
  EXPECT_EQ(ran.code, ExitCode::kTemporary);
  EXPECT_EQ(ran.err, "prospectd: no daemon is running with this configuration; start it: prospectd run -c " +
                         never.config() + "\n");
  std::string address;
  {
    const FakeServer gone;
    address = gone.address();
  }
  never.daemon_at(address);
  const Ran silent = never.ask({"status"});
  EXPECT_EQ(silent.code, ExitCode::kTemporary);
  EXPECT_EQ(silent.err, "prospectd: no daemon answers at http://" + address +
                            "; start it: prospectd run -c " + never.config() + "\n");
}

TEST(AskFails, TheApisErrorsBecomeExitCodes) {
  struct Row {
    int status;
    const char* code;
    ExitCode expected;
  };
  for (const Row& row :
       {Row{401, "unauthorized", ExitCode::kAuth}, Row{403, "host_not_allowed", ExitCode::kAuth},
        Row{404, "not_found", ExitCode::kOther}, Row{400, "invalid_input", ExitCode::kUsage},
        Row{429, "too_many_requests", ExitCode::kTemporary}, Row{503, "locked", ExitCode::kTemporary},
        Row{503, "disk_full", ExitCode::kTemporary}, Row{503, "cancelled", ExitCode::kTemporary},
        Row{500, "state_damaged", ExitCode::kStateDamaged}, Row{500, "internal", ExitCode::kOther},
        Row{429, "quota_exhausted", ExitCode::kLimit}}) {
    WithDaemon t;
    t.daemon.answer("GET /v1/status", row.status,
                    R"({"errors":[{"status":"0","code":")" + std::string(row.code) +
                        R"(","title":"T","detail":"because of it"}]})");
    const Ran ran = t.ask({"status"});
    EXPECT_EQ(ran.code, row.expected) << row.code;
    EXPECT_THAT(ran.err, HasSubstr("because of it"));
    EXPECT_EQ(ran.out, "");
  }
}

TEST(AskFails, WithJsonTheFailureIsADocumentToo) {
  WithDaemon t;
  const Ran ran = t.ask({"prospects", "43", "--json"});
  EXPECT_EQ(ran.code, ExitCode::kOther);
  EXPECT_EQ(*parse_json(ran.out),
            *parse_json(R"({"errors":[{"code":"not_found","detail":"there is no such thing"}]})"));
}

TEST(AskFails, AnAnswerThatIsNoJsonIsAnErrorAndNoCrash) {
  for (const char* body : {"<html>", "", "{\"data\":", "[]", "{\"data\":7}"}) {
    WithDaemon t;
    t.daemon.answer("GET /v1/prospects?page%5Bsize%5D=50", 200, body);
    EXPECT_EQ(t.ask({"prospects"}).code, ExitCode::kTemporary) << body;
  }
}

TEST(AskFails, ARedirectIsNotFollowed) {
  WithDaemon t;
  t.daemon.answer("GET /v1/status", 302, "");
  EXPECT_NE(t.ask({"status"}).code, ExitCode::kOk);
  EXPECT_THAT(t.daemon.asked(), ElementsAre("GET /v1/status"));
}

TEST(AskFails, AnAddressElsewhereIsNeverCalledWithTheToken) {
  const Configured setup;
  setup.daemon_at("192.0.2.1:80");
  const Ran ran = setup.ask({"status"});
  EXPECT_EQ(ran.code, ExitCode::kTemporary);
  EXPECT_THAT(ran.err, HasSubstr("no daemon is running with this configuration"));
}

TEST(AskFails, ABrokenConfigurationComesFirst) {
  WithDaemon t;
  t.write("prospectd.yaml", "version: 1\nstat: {}\n");
  const Ran ran = t.ask({"status"});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.err, HasSubstr("prospectd.yaml:2:"));
  EXPECT_THAT(ran.err, HasSubstr("Nothing was changed."));
  EXPECT_TRUE(t.daemon.asked().empty());
}

}  // namespace
}  // namespace prospectd::cli
