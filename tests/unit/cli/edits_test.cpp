// `prospectd set …` and `prospectd add …` against something that answers like a daemon.
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

constexpr const char* kChanged =
    R"({"data":{"type":"prospects","id":"42","attributes":{}},"meta":{"dryRun":false,)"
    R"("changes":[{"field":"title","before":null,"after":"VP Sales"}],)"
    R"("pushes":[{"connection":"salesforce","object":"Lead","operation":"update","lane":"owner"}]}})";
constexpr const char* kNothingMissing = R"({"meta":{"dryRun":true,"created":0,"refused":1,"rows":[]}})";

std::string import_answer(const std::string& rows) {
  return R"({"meta":{"dryRun":false,"created":1,"refused":1,"rows":[)" + rows + "]}}";
}

TEST(Set, ChangesFieldsAndSaysWhatChangedAndWhatFollows) {
  WithDaemon setup;
  setup.daemon.answer("PATCH /v1/prospects/42", 200, kChanged);
  const Ran ran = setup.ask({"set", "prospect", "42", "title=VP Sales", "phone="});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(ran.out,
            "Prospect 42 was changed:\n"
            "  title  nothing → \"VP Sales\"\n"
            "  to be written to salesforce: update of a Lead, in the lane owner\n");
  EXPECT_THAT(setup.daemon.asked(),
              ElementsAre(R"(PATCH /v1/prospects/42 {"phone":null,"title":"VP Sales"})"));
}

TEST(Set, S12_NamesTheWayBackWhereUndoTakesIt) {
  WithDaemon setup;
  const auto answer = [](const char* undoable) {
    return R"({"meta":{"dryRun":false,"changes":[{"field":"title","before":null,"after":"CEO"}],"pushes":[],)"
           R"("cause":"c-12","undoable":)" +
           std::string(undoable) + "}}";
  };
  setup.daemon.answer("PATCH /v1/prospects/42", 200, answer("true"));
  EXPECT_THAT(setup.ask({"set", "prospect", "42", "title=CEO"}).out,
              HasSubstr("Undo with: prospectd undo c-12 -c "));
  setup.daemon.answer("PATCH /v1/tasks/7", 200, answer("false"));
  EXPECT_THAT(setup.ask({"set", "task", "7", "subject=CEO"}).out, Not(HasSubstr("undo")));
}

TEST(Set, SaysWhatStaysHereAndWhy) {
  WithDaemon setup;
  setup.daemon.answer(
      "PATCH /v1/prospects/42", 200,
      R"({"meta":{"dryRun":false,"changes":[{"field":"source","before":null,"after":"Web"}],"pushes":[],)"
      R"("stays":[{"connection":"salesforce","object":"Lead","fields":["source"],"message":"It may not go out"},)"
      R"({"connection":"salesforce","object":"","fields":["phone","city"],"message":"No record is made"}]}})");
  EXPECT_EQ(setup.ask({"set", "prospect", "42", "source=Web"}).out,
            "Prospect 42 was changed:\n"
            "  source  nothing → \"Web\"\n"
            "  source stays here (Lead of salesforce): It may not go out\n"
            "  phone, city stay here (salesforce): No record is made\n");
}

TEST(Set, SaysWhoAnOwnerIs) {
  WithDaemon setup;
  setup.daemon.answer("PATCH /v1/prospects/42", 200,
                      R"({"meta":{"dryRun":false,"changes":[{"field":"owner","before":null,"after":3},)"
                      R"({"field":"account","before":9,"after":1}],"pushes":[],)"
                      R"("names":{"owner":{"3":"Ana\nDiaz"},"account":{"1":"Acme"}}}})");
  EXPECT_EQ(setup.ask({"set", "prospect", "42", "owner=3", "account=1"}).out,
            "Prospect 42 was changed:\n"
            "  owner  nothing → Ana Diaz (3)\n"
            "  account  9 → Acme (1)\n");
}

TEST(Set, SaysItsChangesToAProgram) {
  WithDaemon setup;
  setup.daemon.answer("PATCH /v1/prospects/42?dryRun=true&optIn=true", 200, kChanged);
  const Ran ran = setup.ask({"set", "prospect", "42", "opted_out=false", "--opt-in", "--dry-run", "--json"});
  const auto data = member(*parse_json(ran.out), "data");
  EXPECT_EQ(data["id"], "42");
  EXPECT_EQ(data["changes"][0]["after"], "VP Sales");
  EXPECT_EQ(data["pushes"].size(), 1U);
}

TEST(Set, SaysEveryFaultOfARefusedChange) {
  WithDaemon setup;
  setup.daemon.answer(
      "PATCH /v1/prospects/42", 422,
      R"({"errors":[{"status":"422","code":"email_taken","detail":"email is an address of prospect 1"},)"
      R"({"status":"422","code":"field_unknown","detail":"a prospect has no field \"x\""}]})");
  const Ran ran = setup.ask({"set", "prospect", "42", "email=a@x.test", "x=1"});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("email is an address of prospect 1"));
  EXPECT_THAT(ran.err, HasSubstr("no field \"x\""));
}

TEST(Set, ChangesOtherRowsAndSaysWhatGoesAlong) {
  WithDaemon setup;
  setup.daemon.answer(
      "PATCH /v1/sequenceStates/3", 200,
      R"({"data":{"type":"sequenceStates","id":"3","attributes":{}},"meta":{"dryRun":false,"changes":[)"
      R"({"type":"sequenceStates","id":"3","field":"state","before":"active","after":"finished"},)"
      R"({"type":"mailboxes","id":"2","field":"is_default","before":true,"after":false}],)"
      R"("prospectChanges":[{"field":"stage","before":"new","after":"done"}],"pushes":[]}})");
  const Ran ran = setup.ask({"set", "sequence-state", "3", "state=finished"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(ran.out,
            "Sequence-state 3 was changed:\n"
            "  state  \"active\" → \"finished\"\n"
            "  mailboxes 2, is_default  true → false\n"
            "  the prospect's stage  \"new\" → \"done\"\n");
  EXPECT_EQ(setup.ask({"set", "task", "7", "state=complete", "--opt-in"}).code, ExitCode::kUsage);
}

TEST(Set, PutsTagsOnAndTakesThemOff) {
  WithDaemon setup;
  for (const auto& [name, id] : {std::pair("hot", "1"), {"vip", "2"}}) {
    setup.daemon.answer("GET /v1/tags?filter%5Bname%5D=" + std::string(name), 200,
                        R"({"data":[{"type":"tags","id":")" + std::string(id) +
                            R"(","attributes":{"name":")" + name + R"("}}]})");
  }
  const std::string path = "/v1/prospects/42/relationships/tags";
  const std::string told = R"({"data":[],"meta":{"dryRun":false,"added":["hot","vip"],"removed":["old"],)"
                           R"("cause":"c-3","undoable":false}})";
  for (const char* method : {"PATCH ", "POST ", "DELETE "})
    setup.daemon.answer(method + path, 200, told);
  EXPECT_EQ(setup.ask({"set", "prospect", "42", "tags=hot, vip"}).out,
            "Prospect 42 was changed:\n  tags put on     hot, vip\n  tags taken off  old\n");
  EXPECT_EQ(setup.daemon.asked().back(),
            "PATCH " + path + R"( {"data":[{"id":"1","type":"tags"},{"id":"2","type":"tags"}]})");
  setup.ask({"set", "prospect", "42", "tags="});
  EXPECT_EQ(setup.daemon.asked().back(), "PATCH " + path + R"( {"data":[]})");
  setup.ask({"set", "prospect", "42", "tags+=hot"});
  EXPECT_EQ(setup.daemon.asked().back(), "POST " + path + R"( {"data":[{"id":"1","type":"tags"}]})");
  setup.ask({"set", "prospect", "42", "tags-=vip"});
  EXPECT_EQ(setup.daemon.asked().back(), "DELETE " + path + R"( {"data":[{"id":"2","type":"tags"}]})");
}

TEST(Set, ATagThatIsNotThereIsSaidSoAndTagsAreChangedAlone) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/tags?filter%5Bname%5D=hott", 200, R"({"data":[]})");
  const Ran unknown = setup.ask({"set", "prospect", "42", "tags+=hott"});
  EXPECT_EQ(unknown.code, ExitCode::kOther);
  EXPECT_THAT(unknown.err, HasSubstr("there is no tag \"hott\": make it with prospectd add tag name=hott"));
  for (const char* words : {"title=CEO", "tags-=vip"})
    EXPECT_EQ(setup.ask({"set", "prospect", "42", "tags+=hot", words}).code, ExitCode::kUsage) << words;
  EXPECT_EQ(setup.ask({"set", "prospect", "42", "tags+="}).code, ExitCode::kUsage);
}

TEST(Set, WantsFieldsAndAKnownKind) {
  WithDaemon setup;
  EXPECT_EQ(setup.ask({"set", "prospect", "42"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"set", "prospect", "42", "title"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"set", "propsect", "42", "title=x"}).code, ExitCode::kUsage);
  EXPECT_TRUE(setup.daemon.asked().empty());
}

TEST(Add, MakesAProspectAndSaysItsNumber) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/prospects", 201, kChanged);
  const Ran ran = setup.ask({"add", "prospect", "title=VP Sales"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Prospect 42 was made:"));
}

TEST(Add, MakesOtherRowsToo) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/tags?dryRun=true", 200,
                      R"({"meta":{"dryRun":true,"changes":[{"type":"tags","id":"3","field":"name",)"
                      R"("before":null,"after":"hot"}],"prospectChanges":[],"pushes":[]}})");
  EXPECT_EQ(setup.ask({"add", "tag", "name=hot", "--dry-run"}).out,
            "Tag would be made:\n  name  nothing → \"hot\"\n");
}

TEST(Add, WantsAFileForManyAndFieldsForOne) {
  WithDaemon setup;
  EXPECT_EQ(setup.ask({"add", "prospects"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"add", "prospect"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"add", "prospect", "title=x", "--file", "f.csv"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"add", "prospects", "--file", "nowhere.csv"}).code, ExitCode::kUsage);
  EXPECT_TRUE(setup.daemon.asked().empty());
}

TEST(AddFile, GoodRowsGoInAndTheOthersAreToldWithTheirLine) {
  WithDaemon setup;
  setup.write("people.csv",
              "E-mail,First Name,Note\n"
              "a@x.test,Ana,n\n"
              "\n"
              ",,\n"
              "\"b@x.test\",\"B\nB\",n\n"
              "c@x.test,C,n,extra\n"
              "d@x.test,D\n");
  setup.daemon.answer("POST /v1/imports?dryRun=true", 200, kNothingMissing);
  setup.daemon.answer(
      "POST /v1/imports", 200,
      import_answer(
          R"({"line":2,"outcome":"created","prospectId":"7","pushes":[{}],"errors":[]},)"
          R"({"line":5,"outcome":"refused","prospectId":null,"pushes":[],)"
          R"("errors":[{"code":"duplicate_email","detail":"email is an address of prospect 3"}]})"));
  const Ran ran = setup.ask({"add", "prospects", "--file", setup.folder.file("people.csv"), "--map",
                             "E-mail=email", "--map", "Note="});
  EXPECT_EQ(ran.code, ExitCode::kPartial) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("line 4: no value in it\n"));
  EXPECT_THAT(ran.out, HasSubstr("line 5: email is an address of prospect 3\n"));
  EXPECT_THAT(ran.out, HasSubstr("line 7: more fields than the first line has names\n"));
  EXPECT_THAT(ran.out, HasSubstr("line 8: only 2 fields, where the first line has 3 names\n"));
  EXPECT_THAT(ran.out, HasSubstr("1 prospect made, 4 rows refused; 1 to be written to the CRM.\n"
                                 "It has the number 7: prospectd prospects 7\n"));
  EXPECT_THAT(ran.out, Not(HasSubstr("without an address")));
  ASSERT_EQ(setup.daemon.asked().size(), 2U);
  EXPECT_EQ(setup.daemon.asked()[1],
            R"(POST /v1/imports {"rows":[{"fields":{"email":"a@x.test","first_name":"Ana"},"line":2},)"
            R"({"fields":{"email":"b@x.test","first_name":"B\nB"},"line":5}]})");
}

TEST(AddFile, RowsThatASecondRunWouldMakeAgainAreCounted) {
  WithDaemon setup;
  setup.write("people.csv", "email,last_name\na@x.test,A\n,B\n");
  setup.daemon.answer("POST /v1/imports?dryRun=true", 200, kNothingMissing);
  setup.daemon.answer("POST /v1/imports", 200,
                      import_answer(R"({"line":2,"outcome":"created","prospectId":"7","errors":[]},)"
                                    R"({"line":3,"outcome":"created","prospectId":"8","errors":[]})"));
  const Ran ran = setup.ask({"add", "prospects", "--file", setup.folder.file("people.csv")});
  EXPECT_EQ(
      ran.out,
      "2 prospects made, 0 rows refused.\n"
      "Their numbers lie from 7 to 8: prospectd prospects --filter 'id:[7 TO 8]'\n"
      "1 of them without an address, by which a row is known again: the same file once more makes them once "
      "more.\n");
}

TEST(AddFile, AFileWithSemicolonsIsToldSo) {
  WithDaemon setup;
  setup.write("people.csv", "email;last_name\na@x.test;Ana\n");
  const Ran ran = setup.ask({"add", "prospects", "--file", setup.folder.file("people.csv")});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("save the file with commas"));
  EXPECT_TRUE(setup.daemon.asked().empty());
}

TEST(AddFile, AColumnThatIsNoFieldIsToldBeforeAnythingGoesIn) {
  WithDaemon setup;
  setup.write("people.csv", "Mail\na@x.test\n");
  setup.daemon.answer(
      "POST /v1/imports?dryRun=true", 200,
      import_answer(
          R"({"line":1,"outcome":"refused","errors":[{"code":"field_unknown","detail":"no field mail"}]})"));
  const Ran ran = setup.ask({"add", "prospects", "--file", setup.folder.file("people.csv")});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("no field mail"));
  EXPECT_THAT(ran.err, HasSubstr("--map COLUMN=FIELD"));
  EXPECT_EQ(setup.daemon.asked().size(), 1U);
}

TEST(AddFile, ManyRowsGoInPiecesThatTheDaemonTakes) {
  WithDaemon setup;
  std::string text = "last_name,city\n";
  for (int i = 0; i < 450; ++i)
    text += "Row " + std::to_string(i) + "," + std::string(500, 'c') + "\n";
  setup.write("people.csv", text);
  setup.daemon.answer("POST /v1/imports?dryRun=true", 200, kNothingMissing);
  setup.daemon.answer("POST /v1/imports", 200, import_answer(""));
  EXPECT_EQ(setup.ask({"add", "prospects", "--file", setup.folder.file("people.csv")}).code, ExitCode::kOk);
  size_t rows = 0;
  for (const std::string& asked : setup.daemon.asked()) {
    if (!asked.starts_with("POST /v1/imports {")) continue;
    EXPECT_LT(asked.size(), 64U * 1024);
    const auto body = *parse_json(asked.substr(asked.find('{')));
    rows += body["rows"].size();
  }
  EXPECT_EQ(rows, 450U);
}

TEST(AddFile, ABrokenFileIsRefusedWhole) {
  WithDaemon setup;
  const auto refused = [&](const std::string& text, std::vector<std::string> more = {}) {
    setup.write("people.csv", text);
    std::vector<std::string> words = {"add", "prospects", "--file", setup.folder.file("people.csv")};
    words.insert(words.end(), more.begin(), more.end());
    return setup.ask(words).code == ExitCode::kUsage;
  };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("email,Email\na,b\n")) << "one field twice";
  EXPECT_TRUE(refused("email\na\n", {"--map", "Nobody=city"}));
  EXPECT_TRUE(refused("email\na\n", {"--map", "email"}));
  EXPECT_TRUE(refused("email\na\n", {"--map", "email="})) << "nothing is left";
  EXPECT_TRUE(setup.daemon.asked().empty());
}

TEST(AddFile, ARowThatIsNoUtf8OrTooLargeIsToldAndTheOthersGoOn) {
  WithDaemon setup;
  setup.write("people.csv", "last_name\nA\xff\n" + std::string(41 * 1024, 'x') + "\nB\n");
  setup.daemon.answer("POST /v1/imports?dryRun=true", 200, kNothingMissing);
  setup.daemon.answer("POST /v1/imports", 200,
                      import_answer(R"({"line":4,"outcome":"created","prospectId":"9","errors":[]})"));
  const Ran ran = setup.ask({"add", "prospects", "--file", setup.folder.file("people.csv"), "--json"});
  EXPECT_EQ(ran.code, ExitCode::kPartial);
  const auto data = member(*parse_json(ran.out), "data");
  EXPECT_EQ(data["created"], 1);
  EXPECT_EQ(data["refused"], 2);
  EXPECT_EQ(data["rows"][0]["line"], 2);
  EXPECT_EQ(data["rows"][0]["errors"][0]["code"], "bad_row");
  EXPECT_EQ(data["rows"][2]["prospectId"], "9");
}

TEST(Set, WhatIsNotInUtf8IsRefusedAndNothingIsAsked) {
  WithDaemon setup;
  const Ran ran = setup.ask({"set", "prospect", "42", "title=ok\xff\xfe"});
  EXPECT_NE(ran.code, ExitCode::kOk);
  EXPECT_THAT(ran.err, testing::HasSubstr("title is set to is not in UTF-8"));
  EXPECT_TRUE(setup.daemon.asked().empty());
}

}  // namespace
}  // namespace prospectd::cli
