// SOQL across records as a client sees it: parents, children, queries inside IN, TYPEOF (SALESFORCE_API §5,
// §5.1).
#include <algorithm>

#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using Value = mapping::Value;

class Relationships : public SandboxTest {
 protected:
  Relationships() {
    boss_ = made(org_->create(
        "User",
        {{"Username", "boss@x.test"}, {"Email", "boss@x.test"}, {"FirstName", "Bea"}, {"LastName", "Boss"}}));
    seller_ = made(org_->create(
        "User",
        {{"Username", "sel@x.test"}, {"Email", "sel@x.test"}, {"LastName", "Seller"}, {"ManagerId", boss_}}));
    queue_ = queue("Inbound");
    globex_ =
        made(org_->create("Account", {{"Name", "Globex"}, {"OwnerId", seller_}, {"Industry", "Energy"}}));
    hooli_ = made(org_->create("Account", {{"Name", "Hooli"}, {"OwnerId", boss_}, {"ParentId", globex_}}));
    contact({{"LastName", "Ames"}, {"AccountId", globex_}, {"Email", "a@x.test"}});
    contact({{"LastName", "Birch"}, {"AccountId", globex_}});
    contact({{"LastName", "Cole"}, {"AccountId", hooli_}, {"Email", "c@x.test"}});
    contact({{"LastName", "Dune"}});
    lead({{"LastName", "One"}, {"OwnerId", seller_}});
    lead({{"LastName", "Two"}, {"OwnerId", queue_}});
  }

  std::vector<std::string> contacts(const std::string& rest) {
    return column("SELECT LastName FROM Contact WHERE " + rest, "LastName");
  }
  Json first(const std::string& soql) {
    const Answer answer = query(soql);
    EXPECT_EQ(answer.status, 200) << answer.message();
    return answer.status == 200 ? answer.body["records"].at(0) : Json();
  }
  static std::string url_of(const char* type, const std::string& id) {
    return "/services/data/v60.0/sobjects/" + std::string(type) + "/" + id;
  }

  std::string boss_, seller_, queue_, globex_, hooli_;
};

TEST_F(Relationships, ParentsAreNestedObjectsOrNull) {
  const Json record = first(
      "select account.owner.MANAGER.name, LastName, Account.Name, Account.Owner.Name from Contact where "
      "LastName = 'Ames'");
  EXPECT_EQ(record["Account"]["attributes"],
            (Json{{"type", "Account"}, {"url", url_of("Account", globex_)}}));
  EXPECT_EQ(record["Account"]["Name"], "Globex");
  EXPECT_EQ(record["Account"]["Owner"]["attributes"]["type"], "User");
  EXPECT_EQ(record["Account"]["Owner"]["Name"], "Seller");
  EXPECT_EQ(record["Account"]["Owner"]["Manager"]["Name"], "Bea Boss");
  EXPECT_TRUE(first("SELECT Account.Name FROM Contact WHERE LastName = 'Dune'")["Account"].is_null());
  EXPECT_TRUE(
      first("SELECT Account.Owner.Manager.Name FROM Contact WHERE LastName = 'Cole'")["Account"]["Owner"]
                                                                                     ["Manager"]
                                                                                         .is_null());
}

TEST_F(Relationships, WhatIsSelectedKeepsItsOrder) {
  http::ServerRequest request;
  request.method = "GET";
  query("SELECT Id FROM Lead LIMIT 1");
  request.target = "/services/data/v60.0/query?q=" +
                   http::percent_encode(
                       "SELECT Account.Industry, LastName, Account.Name FROM Contact WHERE "
                       "LastName = 'Ames'");
  request.headers.set("Authorization", "Bearer " + token_);
  EXPECT_THAT(front_->handle(request).body,
              HasSubstr("\"},\"Industry\":\"Energy\",\"Name\":\"Globex\"},\"LastName\":\"Ames\"}"));
}

TEST_F(Relationships, AnOwnerIsAPersonOrAQueue) {
  const Json two = first("SELECT Owner.Name, Owner.Type, Owner.Username FROM Lead WHERE LastName = 'Two'");
  EXPECT_EQ(two["Owner"]["attributes"], (Json{{"type", "Name"}, {"url", url_of("Group", queue_)}}));
  EXPECT_EQ(two["Owner"]["Name"], "Inbound");
  EXPECT_EQ(two["Owner"]["Type"], "Queue");
  EXPECT_TRUE(two["Owner"]["Username"].is_null());
  const Json one = first("SELECT Owner.Name, Owner.Type, Owner.Username FROM Lead WHERE LastName = 'One'");
  EXPECT_EQ(one["Owner"]["attributes"], (Json{{"type", "Name"}, {"url", url_of("User", seller_)}}));
  EXPECT_EQ(one["Owner"]["Type"], "User");
  EXPECT_EQ(one["Owner"]["Username"], "sel@x.test");
  EXPECT_THAT(column("SELECT LastName FROM Lead WHERE Owner.Type = 'queue'", "LastName"), ElementsAre("Two"));
  EXPECT_THAT(column("SELECT LastName FROM Lead WHERE Owner.Type != 'Queue'", "LastName"),
              ElementsAre("One"));
  EXPECT_THAT(column("SELECT LastName FROM Lead ORDER BY Owner.Name", "LastName"), ElementsAre("Two", "One"));
}

TEST_F(Relationships, TypeofShowsWhatItSaysOfEachType) {
  const std::string soql =
      "SELECT TYPEOF Owner WHEN User THEN Username, Email WHEN Group THEN DeveloperName, Name END FROM Lead "
      "ORDER BY LastName";
  const Answer answer = query(soql);
  const Json& one = answer.body["records"][0]["Owner"];
  const Json& two = answer.body["records"][1]["Owner"];
  EXPECT_EQ(one["attributes"]["type"], "User");
  EXPECT_EQ(one["Username"], "sel@x.test");
  EXPECT_FALSE(one.contains("Name"));
  EXPECT_EQ(two["attributes"]["type"], "Group");
  EXPECT_EQ(two["Name"], "Inbound");
  const Answer other =
      query("SELECT TYPEOF Owner WHEN User THEN Id ELSE Name END FROM Lead ORDER BY LastName");
  EXPECT_EQ(other.body["records"][1]["Owner"]["Name"], "Inbound");
  const Answer none = query("SELECT TYPEOF Owner WHEN User THEN Id END FROM Lead ORDER BY LastName");
  EXPECT_TRUE(none.body["records"][1]["Owner"].is_null());
}

TEST_F(Relationships, ConditionsAndOrderReachTheParents) {
  EXPECT_THAT(contacts("Account.Name = 'GLOBEX'"), UnorderedElementsAre("Ames", "Birch"));
  EXPECT_THAT(contacts("Account.Name LIKE 'h%'"), ElementsAre("Cole"));
  EXPECT_THAT(contacts("Account.Name = null"), ElementsAre("Dune"));
  EXPECT_THAT(contacts("Account.Name != 'Globex'"), UnorderedElementsAre("Cole", "Dune"));
  EXPECT_THAT(contacts("Account.Owner.Manager.Name = 'Bea Boss'"), UnorderedElementsAre("Ames", "Birch"));
  EXPECT_THAT(contacts("Account.Parent.Name = 'Globex' OR Account.Id = null"),
              UnorderedElementsAre("Cole", "Dune"));
  EXPECT_THAT(contacts("Account.Id = '" + hooli_.substr(0, 15) + "'"), ElementsAre("Cole"));
  EXPECT_THAT(contacts("Account.Owner.IsActive = true AND Account.Industry IN ('energy', 'Retail')"),
              UnorderedElementsAre("Ames", "Birch"));
  EXPECT_THAT(contacts("Account.CreatedDate > 2026-11-21T09:00:00Z"),
              UnorderedElementsAre("Ames", "Birch", "Cole"));
  EXPECT_THAT(contacts("LastName != null ORDER BY Account.Name DESC NULLS LAST, LastName"),
              ElementsAre("Cole", "Ames", "Birch", "Dune"));
}

TEST_F(Relationships, ChildrenAreListsOfTheirOwn) {
  const Answer answer = query(
      "SELECT Name, (SELECT LastName, Account.Name FROM Contacts WHERE Email != null OR LastName = 'Birch' "
      "ORDER "
      "BY LastName DESC LIMIT 1) FROM Account ORDER BY Name");
  ASSERT_EQ(answer.status, 200) << answer.message();
  const Json& globex = answer.body["records"][0]["Contacts"];
  EXPECT_EQ(globex["totalSize"], 1);
  EXPECT_EQ(globex["done"], true);
  EXPECT_EQ(globex["records"][0]["LastName"], "Birch");
  EXPECT_EQ(globex["records"][0]["attributes"]["type"], "Contact");
  EXPECT_EQ(globex["records"][0]["Account"]["Name"], "Globex");
  EXPECT_EQ(answer.body["records"][1]["Contacts"]["records"][0]["LastName"], "Cole");
  EXPECT_EQ(answer.body["totalSize"], 2);
}

TEST_F(Relationships, WhoHasNoChildrenHasNull) {
  const Json record =
      first("SELECT Id, (SELECT Id FROM Contacts WHERE Email = null) FROM Account WHERE Name = 'Hooli'");
  EXPECT_TRUE(record["Contacts"].is_null());
  const Json beyond = first("SELECT (SELECT Id FROM Contacts OFFSET 2) FROM Account WHERE Name = 'Globex'");
  EXPECT_TRUE(beyond["Contacts"].is_null());
}

TEST_F(Relationships, DeletedChildrenAreSeenByQueryAllAlone) {
  const std::string id = column("SELECT Id FROM Contact WHERE LastName = 'Ames'", "Id").front();
  ASSERT_TRUE(org_->remove(id));
  const std::string soql = "SELECT (SELECT LastName FROM Contacts) FROM Account WHERE Name = 'Globex'";
  EXPECT_EQ(query(soql).body["records"][0]["Contacts"]["totalSize"], 1);
  EXPECT_EQ(query_all(soql).body["records"][0]["Contacts"]["totalSize"], 2);
}

TEST_F(Relationships, SubqueriesNestFromTheVersionThatLetsThem) {
  const std::string soql =
      "SELECT Name, (SELECT Name, (SELECT LastName FROM Contacts) FROM ChildAccounts) FROM Account WHERE "
      "Name = "
      "'Globex'";
  const auto asked = [&](const std::string& version) {
    return send("GET", "/services/data/" + version + "/query?q=" + http::percent_encode(soql),
                {{"Authorization", "Bearer " + token_}});
  };
  query("SELECT Id FROM Lead LIMIT 1");
  const Answer deep = asked("v58.0");
  EXPECT_EQ(deep.body["records"][0]["ChildAccounts"]["records"][0]["Contacts"]["records"][0]["LastName"],
            "Cole");
  EXPECT_EQ(asked("v57.0").code(), "MALFORMED_QUERY");
}

TEST_F(Relationships, LongListsOfChildrenArePagedByThemselves) {
  for (int i = 0; i < 5; ++i)
    contact({{"LastName", "More " + std::to_string(i)}, {"AccountId", globex_}});
  set_knobs([](Knobs& k) { k.page_size_max = 3; });
  const auto page = [&](const Json& of) {
    return get("query/" + of["nextRecordsUrl"].get<std::string>().substr(
                              std::string("/services/data/v60.0/query/").size()));
  };
  const Answer answer =
      query("SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account ORDER BY Name");
  ASSERT_EQ(answer.status, 200) << answer.message();
  // Children count as rows of a page: Hooli has to wait.
  ASSERT_EQ(answer.body["records"].size(), 1U);
  EXPECT_EQ(answer.body["totalSize"], 2);
  const Json& list = answer.body["records"][0]["Contacts"];
  EXPECT_EQ(list["totalSize"], 7);
  EXPECT_EQ(list["done"], false);
  std::vector<std::string> names;
  for (const Json& record : list["records"])
    names.push_back(record["LastName"]);
  Answer next = page(list);
  while (true) {
    ASSERT_EQ(next.status, 200) << next.message();
    EXPECT_EQ(next.body["totalSize"], 7);
    for (const Json& record : next.body["records"])
      names.push_back(record["LastName"]);
    if (next.body["done"]) break;
    next = page(next.body);
  }
  EXPECT_THAT(names, ElementsAre("Ames", "Birch", "More 0", "More 1", "More 2", "More 3", "More 4"));
  const Answer rest = page(answer.body);
  EXPECT_EQ(rest.body["records"][0]["Name"], "Hooli");
  EXPECT_EQ(rest.body["records"][0]["Contacts"]["records"][0]["LastName"], "Cole");
  EXPECT_EQ(rest.body["done"], true);
}

TEST_F(Relationships, QueriesInsideInAreSemiAndAntiJoins) {
  const auto accounts = [&](const std::string& where) {
    return column("SELECT Name FROM Account WHERE " + where, "Name");
  };
  EXPECT_THAT(accounts("Id IN (SELECT AccountId FROM Contact WHERE Email LIKE 'c@%')"), ElementsAre("Hooli"));
  EXPECT_THAT(accounts("Id NOT IN (SELECT AccountId FROM Contact WHERE Email LIKE 'c@%')"),
              ElementsAre("Globex"));
  EXPECT_THAT(accounts("Id IN (SELECT AccountId FROM Contact WHERE LastName = 'nobody')"), ElementsAre());
  EXPECT_THAT(accounts("Name != null AND OwnerId IN (SELECT ManagerId FROM User)"), ElementsAre("Hooli"));
  EXPECT_THAT(contacts("AccountId IN (SELECT Id FROM Account WHERE Owner.Name = 'Seller')"),
              UnorderedElementsAre("Ames", "Birch"));
  EXPECT_THAT(contacts("AccountId NOT IN (SELECT Id FROM Account)"), ElementsAre("Dune"));
  EXPECT_THAT(contacts("Account.OwnerId IN (SELECT Id FROM User WHERE LastName = 'boss')"),
              ElementsAre("Cole"));
}

TEST_F(Relationships, WhatAQueryMayAskForIsBounded) {
  const std::string join = "Id IN (SELECT AccountId FROM Contact)";
  EXPECT_EQ(query("SELECT Id FROM Account WHERE " + join + " AND " + join).status, 200);
  EXPECT_EQ(query("SELECT Id FROM Account WHERE " + join + " AND " + join + " AND " + join).code(),
            "MALFORMED_QUERY");
  const auto repeated = [](const std::string& item, int times) {
    std::string list = item;
    for (int i = 1; i < times; ++i)
      list += ", " + item;
    return list;
  };
  EXPECT_EQ(query("SELECT Id FROM Lead ORDER BY " + repeated("Id", 32)).status, 200);
  EXPECT_EQ(query("SELECT Id FROM Lead ORDER BY " + repeated("Id", 33)).code(), "MALFORMED_QUERY");
  EXPECT_EQ(query("SELECT Status FROM Lead GROUP BY " + repeated("Status", 33)).code(),
            "QUERY_TOO_COMPLICATED");
  // Accounts reach fields of 56 parents only by climbing.
  std::string paths;
  std::string parent;
  for (int up = 0; up < 5; ++up) {
    for (const char* field :
         {"Name", "Owner.Name", "CreatedBy.Name", "LastModifiedBy.Name", "MasterRecord.Name",
          "Owner.Manager.Name", "CreatedBy.Manager.Name", "LastModifiedBy.Manager.Name",
          "MasterRecord.Owner.Name", "MasterRecord.CreatedBy.Name", "Owner.CreatedBy.Name",
          "CreatedBy.CreatedBy.Name", "LastModifiedBy.CreatedBy.Name", "Owner.LastModifiedBy.Name"}) {
      const std::string path = parent + field;
      if (std::count(path.begin(), path.end(), '.') <= 5) paths += (paths.empty() ? "" : ", ") + path;
    }
    parent += "Parent.";
  }
  const Answer answer = query("SELECT " + paths + " FROM Account");
  EXPECT_EQ(answer.code(), "MALFORMED_QUERY");
  EXPECT_THAT(answer.message(), HasSubstr("at most 55 child-to-parent relationships"));
}

TEST_F(Relationships, UsingScopeMineIsWhatTheUserOwns) {
  contact({{"LastName", "Mine"}, {"OwnerId", org_->run_as_user()}});
  contact({{"LastName", "Theirs"}, {"OwnerId", org_->run_as_user() == boss_ ? seller_ : boss_}});
  EXPECT_THAT(
      column("SELECT LastName FROM Contact USING SCOPE mine WHERE LastName IN ('Mine','Theirs')", "LastName"),
      ElementsAre("Mine"));
  EXPECT_THAT(
      column("SELECT LastName FROM Contact USING SCOPE Everything WHERE LastName IN ('Mine','Theirs')",
             "LastName"),
      UnorderedElementsAre("Mine", "Theirs"));
}

TEST_F(Relationships, HiddenFieldsAndObjectsAreUnknownThroughParentsToo) {
  set_knobs([](Knobs& k) { k.hidden_fields["account"] = {"industry"}; });
  EXPECT_EQ(query("SELECT Account.Industry FROM Contact").code(), "INVALID_FIELD");
  EXPECT_EQ(query("SELECT Id FROM Contact WHERE Account.Industry = 'Energy'").code(), "INVALID_FIELD");
  set_knobs([](Knobs& k) { k.disabled_objects = {"account"}; });
  EXPECT_EQ(query("SELECT Account.Name FROM Contact").code(), "INVALID_FIELD");
  EXPECT_EQ(query("SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account)").code(),
            "INVALID_TYPE");
}

TEST_F(Relationships, RefusalsAreTheApis) {
  const struct {
    const char* soql;
    const char* code;
    const char* message;
  } rows[] = {
      {"SELECT Foo.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Foo' in field path"},
      {"SELECT Account.Foo FROM Contact", "INVALID_FIELD", "No such column 'Foo' on entity 'Account'"},
      {"SELECT Owner.Foo FROM Lead", "INVALID_FIELD", "No such column 'Foo' on entity 'Name'"},
      {"SELECT Owner.Manager.Name FROM Lead", "INVALID_FIELD", "No such column 'Manager' on entity 'Name'"},
      {"SELECT Id FROM Lead WHERE Owner.Manager.Name = 'x'", "INVALID_FIELD", "entity 'Name'"},
      {"SELECT Account.Name, account.name FROM Contact", "MALFORMED_QUERY", "duplicate field selected"},
      {"SELECT Id FROM Contact WHERE Account.Description = 'x'", "INVALID_FIELD", "can not be filtered"},
      {"SELECT Id FROM Contact WHERE Account.NumberOfEmployees = 'x'", "INVALID_FIELD",
       "field 'Account.NumberOfEmployees' must be of type int"},
      {"SELECT (SELECT Id FROM Contact) FROM Account", "INVALID_TYPE",
       "Didn't understand relationship 'Contact' in FROM part of query call."},
      {"SELECT (SELECT Id FROM Contacts) FROM Lead", "INVALID_TYPE",
       "Didn't understand relationship 'Contacts'"},
      {"SELECT (SELECT Id FROM Contacts), (SELECT Name FROM Contacts) FROM Account", "MALFORMED_QUERY",
       "duplicate"},
      {"SELECT (SELECT COUNT() FROM Contacts) FROM Account", "MALFORMED_QUERY",
       "aggregates are not supported"},
      {"SELECT (SELECT Foo FROM Contacts) FROM Account", "INVALID_FIELD",
       "No such column 'Foo' on entity 'Contact'"},
      {"SELECT TYPEOF Owner WHEN User THEN Foo END FROM Lead", "INVALID_FIELD", "'Foo' on entity 'User'"},
      {"SELECT TYPEOF Owner WHEN Account THEN Id END FROM Lead", "MALFORMED_QUERY", "'Account' is no type"},
      {"SELECT TYPEOF Account WHEN Account THEN Id END FROM Contact", "MALFORMED_QUERY", "TYPEOF"},
      {"SELECT Owner.Name, TYPEOF Owner WHEN User THEN Id END FROM Lead", "MALFORMED_QUERY", "duplicate"},
      {"SELECT Id FROM Account WHERE Name IN (SELECT AccountId FROM Contact)", "MALFORMED_QUERY",
       "should be an id field, cannot use: 'Name'"},
      {"SELECT Id FROM Account WHERE Id IN (SELECT OwnerId FROM Contact)", "MALFORMED_QUERY",
       "should point to the same object type"},
      {"SELECT Id FROM Account WHERE Id IN (SELECT LastName FROM Contact)", "MALFORMED_QUERY",
       "should point to the same object type"},
      {"SELECT Id FROM Account WHERE Id IN (SELECT AccountId, Id FROM Contact)", "MALFORMED_QUERY",
       "exactly one field"},
      {"SELECT Id FROM Account WHERE Id IN (SELECT ParentId FROM Account)", "MALFORMED_QUERY",
       "The inner and outer selects should not be on the same object type"},
      {"SELECT Id FROM Account WHERE Name = 'x' OR Id IN (SELECT AccountId FROM Contact)", "MALFORMED_QUERY",
       "only allowed at the top level WHERE expressions"},
      {"SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE OwnerId IN (SELECT Id FROM "
       "User))",
       "MALFORMED_QUERY", "Nesting of semi join sub-selects is not supported"},
      {"SELECT Id FROM Lead USING SCOPE team", "MALFORMED_QUERY", "invalid scope: team"},
  };
  for (const auto& row : rows) {
    const Answer answer = query(row.soql);
    EXPECT_EQ(answer.status, 400) << row.soql;
    EXPECT_EQ(answer.code(), row.code) << row.soql;
    EXPECT_THAT(answer.message(), HasSubstr(row.message)) << row.soql;
    EXPECT_THAT(answer.message(), HasSubstr("ERROR at Row:1:Column:")) << row.soql;
  }
}

}  // namespace
}  // namespace prospectd::sandbox::testing
