// Lists and single resources of every collection, over a real database: filters, order, pages, what is
// included, which fields; and what is wrong, with its parameter.
#include <gmock/gmock.h>

#include <set>

#include "daemon/api/resources.h"
#include "daemon/api/shapes.h"
#include "reconcile/store/sqlite_db.h"
#include "tests/support/scratch.h"
#include "tests/unit/api/api_fixture.h"

namespace prospectd::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kRows =
    "INSERT INTO connections (id, name) VALUES (1, 'salesforce');"
    "INSERT INTO users (id, name, email_key, kind, active, connection, remote, remote_version, remote_hash) "
    "VALUES (1, 'Ana Diaz', 'ana@acme.test', 0, 1, 1, '005A', 0, 0), (2, 'Bo Roy', 'bo@acme.test', 0, 0, 1, "
    "'005B', 0, 0), (3, 'Inbound', '', 1, 1, 1, '00GC', 0, 0);"
    "INSERT INTO accounts (id, version, name, owner, connection, remote, remote_version, remote_hash) VALUES "
    "(1, 1, 'Acme', 1, 1, '001A', 0, 0), (2, 1, 'beta', NULL, 1, '001B', 0, 0);"
    "INSERT INTO mailboxes (id, user, address, is_default) VALUES (1, 1, 'ana@mail.test', 1);"
    "INSERT INTO stages (id, name, position) VALUES (1, 'new', 1), (2, 'working', 2);"
    "INSERT INTO sequences (id, version, name, owner, definition) VALUES (1, 1, 'Spring', 1, "
    "'{\"steps\":[{\"kind\":\"call\"}]}');"
    "INSERT INTO sequence_states (id, version, sequence, prospect, sequencer, mailbox, state, changed_at) "
    "VALUES (1, 1, 1, 7, 1, 1, 'paused', 1800000000000);"
    "INSERT INTO tasks (id, version, owner, state, kind, source, due_at, subject, prospect, account, "
    "sequence_state, created_at, changed_at) VALUES "
    "(1, 1, 1, 'incomplete', 'call', 'sequence', 1800000000000, 'Call back', 7, NULL, 1, 1, 1),"
    "(2, 1, 2, 'complete', 'email', 'manual', 1700000000000, 'say \"hi\"', 7, 1, NULL, 1, 1),"
    "(3, 1, 1, 'incomplete', 'email', 'manual', NULL, 'ask, then wait', NULL, 1, NULL, 1, 1),"
    "(4, 1, NULL, 'incomplete', 'call', 'manual', 1750000000000, NULL, NULL, NULL, NULL, 1, 1);";

class ListsTest : public ApiTest {
 protected:
  ListsTest() {
    store::SqliteOptions options;
    options.path = scratch_.file("prospectd.db");
    auto opened = store::open_sqlite(std::move(options));
    EXPECT_TRUE(opened);
    database = *std::move(opened);
    auto beside =
        store::Database::open(scratch_.file("prospectd.db"), store::Database::Mode::kWrite, 1024 * 1024);
    EXPECT_TRUE(beside);
    const auto filled = (*beside)->exec(kRows);
    EXPECT_TRUE(filled) << filled.error().text();
    store::ProspectRow row;
    row.prospect.id = ProspectId{7};
    row.prospect.fields.resize(service.local_schema.size());
    row.prospect.fields[mapping::field::kLastName] = "Diaz";
    row.prospect.fields[mapping::field::kOwner] = int64_t{1};
    service.rows.push_back(row);
    serve();
  }

  std::vector<std::string> ids(const std::string& target) {
    std::vector<std::string> found;
    for (const Json& row : data_of(get(target)))
      found.push_back(row["id"]);
    return found;
  }
  /// Every page of a list, by its links.
  std::vector<std::string> all_pages(std::string target) {
    std::vector<std::string> found;
    for (int page = 0; page < 20 && !target.empty(); ++page) {
      const Json body = body_of(get(target));
      for (const Json& row : body["data"])
        found.push_back(row["id"]);
      target = body["links"].value("next", "");
    }
    return found;
  }
  /// The parameter that a refused request is told about.
  std::string fault_of(const std::string& target) {
    const auto answer = get(target);
    EXPECT_EQ(answer.status, 400) << target << "\n" << answer.body;
    return body_of(answer)["errors"][0]["source"].value("parameter", "");
  }

  test::Scratch scratch_;
};

TEST_F(ListsTest, EveryCollectionIsListedAndEachRowShown) {
  for (const store::Collection& collection : store::collections()) {
    const std::string path = "/v1/" + collection.type;
    const Json rows = data_of(get(path));
    for (const Json& row : rows) {
      EXPECT_EQ(row["type"], collection.type);
      const std::string self = row["links"]["self"];
      EXPECT_EQ(self, path + "/" + row["id"].get<std::string>());
      EXPECT_EQ(data_of(get(self)), row);
    }
    EXPECT_EQ(get(path + "/999").status, 404);
    EXPECT_EQ(get(path + "/x").status, 404);
  }
}

TEST_F(ListsTest, ARowSaysItsColumnsAndWhatItRefersTo) {
  const Json task = data_of(get("/v1/tasks/1"));
  EXPECT_EQ(task["attributes"], Json::parse(R"({"subject":"Call back","state":"incomplete","kind":"call",
      "source":"sequence","role":null,"dueAt":"2027-01-15T08:00:00.000Z","createdAt":"1970-01-01T00:00:00.001Z",
      "changedAt":"1970-01-01T00:00:00.001Z"})"));
  EXPECT_EQ(task["relationships"]["owner"],
            Json::parse(R"({"data":{"type":"users","id":"1"},"links":{"related":"/v1/users/1"}})"));
  EXPECT_EQ(task["relationships"]["sequenceState"]["data"]["type"], "sequenceStates");
  EXPECT_EQ(task["relationships"]["account"], Json::parse(R"({"data":null})"));
  const Json user = data_of(get("/v1/users/3"))["attributes"];
  EXPECT_EQ(user["kind"], "queue");
  EXPECT_EQ(user["active"], true);
  EXPECT_EQ(user["connection"], "salesforce");
  EXPECT_EQ(data_of(get("/v1/sequences/1"))["attributes"]["definition"]["steps"][0]["kind"], "call");
}

TEST_F(ListsTest, AreFilteredByColumnsAndReferences) {
  EXPECT_THAT(ids("/v1/tasks?filter[state]=incomplete"), ElementsAre("1", "3", "4"));
  EXPECT_THAT(ids("/v1/tasks?filter[kind]=email,call&filter[owner]=1"), ElementsAre("1", "3"));
  EXPECT_THAT(ids("/v1/tasks?filter[subject]=say%20%22hi%22"), ElementsAre("2"));
  EXPECT_THAT(ids("/v1/tasks?filter[dueAt]=2027-01-15"), ElementsAre("1"));
  EXPECT_THAT(ids("/v1/tasks?filter[prospect]=7&filter[account]=1"), ElementsAre("2"));
  EXPECT_THAT(ids("/v1/users?filter[active]=true&filter[kind]=person"), ElementsAre("1"));
  EXPECT_THAT(ids("/v1/accounts?filter[name]=ACME"), ElementsAre("1")) << "letter case doesn't count";
}

TEST_F(ListsTest, AValueIsAValueAndNeverAPartOfAnExpression) {
  for (const char* value :
       {"false)%20OR%20id:>0%20OR%20active:(false", "true%20OR%20false", "-true", "(true"}) {
    EXPECT_EQ(fault_of("/v1/users?filter[active]=" + std::string(value) + "&filter[kind]=queue"),
              "filter[active]");
  }
}

TEST_F(ListsTest, TheLanguageOfFiltersServesEveryCollection) {
  EXPECT_THAT(ids("/v1/tasks?filter[q]=state:incomplete%20-owner:*"), ElementsAre("4"));
  EXPECT_THAT(ids("/v1/tasks?filter[q]=owner:%22ana@acme.test%22"), ElementsAre("1", "3"));
  EXPECT_THAT(ids("/v1/tasks?filter[q]=due_at:[*%20TO%202026]%20OR%20account:acme"),
              ElementsAre("2", "3", "4"));
  EXPECT_THAT(ids("/v1/tasks?filter[q]=call"), ElementsAre("1")) << "words are looked for in the subject";
  EXPECT_THAT(ids("/v1/tasks?filter[q]=state:complete%20OR%20id:4&filter[kind]=call"), ElementsAre("4"));
  EXPECT_THAT(ids("/v1/users?filter[q]=acme.test"), ElementsAre("1", "2"));
  EXPECT_THAT(ids("/v1/sequenceStates?filter[q]=sequence:spring%20state:paused"), ElementsAre("1"));
}

TEST_F(ListsTest, AreSortedWithWhatHasNoValueFirst) {
  EXPECT_THAT(ids("/v1/tasks?sort=dueAt"), ElementsAre("3", "2", "4", "1"));
  EXPECT_THAT(ids("/v1/tasks?sort=-dueAt"), ElementsAre("1", "4", "2", "3"));
  EXPECT_THAT(ids("/v1/tasks?sort=kind,-dueAt"), ElementsAre("1", "4", "2", "3"));
  EXPECT_THAT(ids("/v1/accounts?sort=name"), ElementsAre("1", "2")) << "a before B in any letter case";
  EXPECT_THAT(ids("/v1/tasks?sort=id"), ElementsAre("1", "2", "3", "4"));
}

TEST_F(ListsTest, PagesInAnyOrderHaveEveryRowOnce) {
  for (const std::string order : {"id", "dueAt", "-dueAt", "kind,-dueAt", "state", "-kind,state,subject"}) {
    const auto whole = ids("/v1/tasks?sort=" + order);
    EXPECT_EQ(whole.size(), 4U);
    EXPECT_EQ(all_pages("/v1/tasks?page[size]=1&sort=" + order), whole) << order;
    EXPECT_EQ(all_pages("/v1/tasks?page[size]=3&sort=" + order), whole) << order;
  }
  const auto filtered =
      all_pages("/v1/tasks?page[size]=1&sort=-dueAt&filter[q]=state:incomplete&filter[kind]=call");
  EXPECT_THAT(filtered, ElementsAre("1", "4"));
}

TEST_F(ListsTest, WhatIsReferredToIsIncludedOnce) {
  const Json body = body_of(get("/v1/tasks?include=owner,account,prospect"));
  std::set<std::string> included;
  for (const Json& row : body["included"])
    EXPECT_TRUE(included.insert(row["type"].get<std::string>() + " " + row["id"].get<std::string>()).second);
  EXPECT_THAT(included, ElementsAre("accounts 1", "prospects 7", "users 1", "users 2"));
  const Json one = body_of(get("/v1/prospects/7?include=owner"));
  ASSERT_EQ(one["included"].size(), 1U);
  EXPECT_EQ(one["included"][0]["attributes"]["name"], "Ana Diaz");
  EXPECT_THAT(body_of(get("/v1/tasks/4?include=owner"))["included"], IsEmpty());
  EXPECT_FALSE(body_of(get("/v1/tasks/4")).contains("included"));
}

TEST_F(ListsTest, OnlyTheFieldsThatAreWantedAreShown) {
  const Json body = body_of(get("/v1/tasks?fields[tasks]=subject,owner&include=owner&fields[users]=name"));
  EXPECT_EQ(body["data"][0]["attributes"], Json::parse(R"({"subject":"Call back"})"));
  EXPECT_EQ(body["data"][0]["relationships"].size(), 1U);
  EXPECT_EQ(body["included"][0]["attributes"], Json::parse(R"({"name":"Ana Diaz"})"));
  EXPECT_THAT(data_of(get("/v1/tasks/1?fields[tasks]="))["attributes"], IsEmpty());
  EXPECT_EQ(data_of(get("/v1/prospects/7?fields[prospects]=lastName"))["attributes"],
            Json::parse(R"({"lastName":"Diaz"})"));
}

TEST_F(ListsTest, TheListSaysWhereItIs) {
  const Json links = body_of(get("/v1/tasks?page[size]=1&sort=dueAt"))["links"];
  EXPECT_EQ(links["self"], "/v1/tasks?page%5Bsize%5D=1&sort=dueAt");
  EXPECT_THAT(links["next"].get<std::string>(), HasSubstr("page%5Bafter%5D="));
}

TEST_F(ListsTest, WhatIsWrongIsToldWithItsParameter) {
  EXPECT_EQ(fault_of("/v1/tasks?include=boss"), "include");
  EXPECT_EQ(fault_of("/v1/tasks?include=owner.tasks"), "include");
  EXPECT_EQ(fault_of("/v1/tasks?sort=dueat"), "sort");
  EXPECT_EQ(fault_of("/v1/tasks?sort="), "sort");
  EXPECT_EQ(fault_of("/v1/tasks?sort=kind,state,source,role"), "sort");
  EXPECT_EQ(fault_of("/v1/sequences?sort=definition"), "sort");
  EXPECT_EQ(fault_of("/v1/duplicates?sort=object"), "sort");
  EXPECT_EQ(fault_of("/v1/tasks?fields[tasks]=subjekt"), "fields[tasks]");
  EXPECT_EQ(fault_of("/v1/tasks?fields[stages]=name"), "fields[stages]");
  EXPECT_EQ(fault_of("/v1/tasks?filter[owner]=ana"), "filter[owner]");
  EXPECT_EQ(fault_of("/v1/tasks?filter[boss]=1"), "filter[boss]");
  EXPECT_EQ(fault_of("/v1/tasks?filter[q]=sujbect:x"), "filter[q]");
  EXPECT_EQ(fault_of("/v1/tasks?page[size]=0"), "page[size]");
  EXPECT_THAT(detail_of(get("/v1/tasks?sort=dueat")), HasSubstr("did you mean dueAt?"));
  EXPECT_THAT(detail_of(get("/v1/tasks?filter[q]=sujbect:x")),
              HasSubstr("there is no field \"sujbect\" of a task"));
  EXPECT_EQ(fault_of("/v1/users?filter[active]=maybe"), "filter[active]");
  EXPECT_EQ(fault_of("/v1/tasks?filter[state]="), "filter[state]");
  EXPECT_EQ(fault_of("/v1/tasks?filter[dueAt]=soon"), "filter[dueAt]");
}

TEST_F(ListsTest, AForgedCursorIsRefused) {
  for (const std::string after :
       {"x", "-1", "[]", "[\"a\",1]", "[1,\"2\"]", "[1,2,3]", "{\"a\":1}", "[null,1]", "[1.5,1]"}) {
    EXPECT_EQ(fault_of("/v1/tasks?sort=dueAt&page[after]=" + http::percent_encode(after)), "page[after]")
        << after;
  }
  EXPECT_EQ(fault_of("/v1/tasks?page[after]=%5B1,2%5D"), "page[after]") << "there is no order to it";
}

TEST_F(ListsTest, EverySortAndFilterThatIsOfferedWorks) {
  for (const store::Collection& collection : store::collections()) {
    for (const std::string& parameter : list_parameters(collection.type)) {
      if (!parameter.starts_with("filter[") || parameter == "filter[q]") continue;
      std::string value = "x";
      const std::string name = parameter.substr(7, parameter.size() - 8);
      for (const store::Column& column : collection.columns) {
        if (camel_case(column.name) != name) continue;
        if (column.type == store::ColumnType::kFlag) value = "true";
        if (column.type == store::ColumnType::kInteger) value = "1";
        if (column.type == store::ColumnType::kTime) value = "2026";
      }
      for (const store::Reference& reference : collection.references) {
        if (camel_case(reference.name) == name) value = "1";
      }
      const auto answer = get("/v1/" + collection.type + "?" + parameter + "=" + value);
      EXPECT_EQ(answer.status, 200) << collection.type << " " << parameter << "\n" << answer.body;
    }
    for (const store::Column& column : collection.columns) {
      if (column.type == store::ColumnType::kJson) continue;
      EXPECT_EQ(get("/v1/" + collection.type + "?sort=-" + camel_case(column.name)).status, 200)
          << collection.type << " " << column.name;
    }
  }
}

}  // namespace
}  // namespace prospectd::api
