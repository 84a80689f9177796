// Saved filters over a real database: saved, named in filters and in one another, changed, dropped; rings and
// what would spoil others are refused.
#include <gmock/gmock.h>

#include "tests/unit/api/api_fixture.h"

namespace prospectd::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump();
}

class FiltersTest : public ApiTest {
 protected:
  http::Response save(const std::string& name, const std::string& expression) {
    return send(
        post("/v1/filters", R"({"name":)" + quoted(name) + R"(,"expression":)" + quoted(expression) + "}"));
  }
  http::Response change(const std::string& name, const std::string& expression) {
    auto asked = post("/v1/filters/" + name, R"({"expression":)" + quoted(expression) + "}");
    asked.method = "PATCH";
    return send(asked);
  }
  http::Response drop(const std::string& name) { return send(request("DELETE", "/v1/filters/" + name)); }

  std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const Json& row : data_of(get("/v1/filters")))
      found.push_back(row["id"]);
    return found;
  }
  /// A token of this user with the role user.
  std::string token_of(const std::string& user) {
    const auto made =
        send(post("/v1/tokens", R"({"name":")" + user + R"(","user":")" + user + R"(","role":"user"})"));
    return body_of(made)["data"]["attributes"]["token"];
  }
  http::Response as(const std::string& token, http::ServerRequest asked) {
    asked.headers.set("Authorization", "Bearer " + token);
    return send(std::move(asked));
  }
};

TEST_F(FiltersTest, OneIsSavedShownAndListed) {
  const auto made = save("hot", "tag:hot  stage:new");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.headers.get("location"), "/v1/filters/hot");
  const Json data = data_of(get("/v1/filters/hot"));
  EXPECT_EQ(data["type"], "filters");
  EXPECT_EQ(data["id"], "hot");
  EXPECT_EQ(data["attributes"], Json::parse(R"({"expression":"tag:hot  stage:new","owner":"admin",
      "changedAt":"2027-01-15T08:00:00.000Z"})"));
  save("cold", "-tag:hot");
  EXPECT_THAT(names(), ElementsAre("cold", "hot"));
}

TEST_F(FiltersTest, IsUsedByItsNameInAFilterOfProspects) {
  save("hot", "tag:hot");
  ASSERT_EQ(get("/v1/prospects?filter[q]=%40hot%20company:acme").status, 200);
  ASSERT_TRUE(service.last_query.filter);
  const auto spelt_out = filters->parse("(tag:hot) company:acme");
  EXPECT_EQ(service.last_query.filter->root, spelt_out->root);
}

TEST_F(FiltersTest, OutlivesTheDaemon) {
  save("hot", "tag:hot");
  serve();
  EXPECT_THAT(names(), ElementsAre("hot"));
  EXPECT_EQ(get("/v1/prospects?filter[q]=%40hot").status, 200);
}

TEST_F(FiltersTest, AnUnknownNameIsToldWithWhatWasMeant) {
  save("hot-leads", "tag:hot");
  const auto answer = get("/v1/prospects?filter[q]=%40hot-laeds");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(detail_of(answer),
              HasSubstr("column 1: there is no saved filter of this name (did you mean @hot-leads?)"));
}

TEST_F(FiltersTest, OneThatIsNotValidIsNotSaved) {
  const auto answer = save("hot", "tag:vip compny:acme*");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(detail_of(answer),
            "column 9: there is no field \"compny\" of a prospect (did you mean \"company\"?)\n"
            "tag:vip compny:acme*\n        ^^^^^^");
  EXPECT_EQ(body_of(answer)["errors"][0]["source"]["pointer"], "/expression");
  for (const std::string name : {"", "two words", "a/b", "ümlaut", ".", ".."})
    EXPECT_EQ(code_of(save(name, "tag:hot")), "invalid_input") << name;
  EXPECT_EQ(save(std::string(65, 'a'), "tag:hot").status, 400);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(FiltersTest, OneThatNamesItselfIsRefused) {
  const auto direct = save("a", "tag:x OR @a");
  EXPECT_EQ(direct.status, 400);
  EXPECT_THAT(detail_of(direct), HasSubstr("column 10: through this the filter would name itself"));
  ASSERT_EQ(save("a", "tag:x").status, 201);
  ASSERT_EQ(save("b", "@a tag:y").status, 201);
  ASSERT_EQ(save("c", "@b").status, 201);
  const auto ring = change("a", "tag:x -@c");
  EXPECT_EQ(ring.status, 400);
  EXPECT_EQ(detail_of(ring), "column 8: through this the filter would name itself\ntag:x -@c\n       ^^");
  EXPECT_EQ(data_of(get("/v1/filters/a"))["attributes"]["expression"], "tag:x");
}

TEST_F(FiltersTest, TheyNameEachOtherEightDeepAndNoDeeper) {
  ASSERT_EQ(save("f0", "tag:x").status, 201);
  for (int i = 1; i <= 7; ++i)
    ASSERT_EQ(save("f" + std::to_string(i), "@f" + std::to_string(i - 1)).status, 201) << i;
  EXPECT_EQ(get("/v1/prospects?filter[q]=%40f7").status, 200);
  const auto deeper = save("f8", "@f7");
  EXPECT_EQ(deeper.status, 400);
  EXPECT_THAT(detail_of(deeper), HasSubstr("more than 8 deep"));
  ASSERT_EQ(save("below", "tag:y").status, 201);
  const auto spoils = change("f0", "@below");
  EXPECT_EQ(spoils.status, 400) << "what names it at the top would be too deep";
  EXPECT_THAT(detail_of(spoils), HasSubstr("which names it, would not be valid any more"));
  EXPECT_EQ(get("/v1/prospects?filter[q]=%40f7").status, 200);
}

TEST_F(FiltersTest, OneThatOthersNameStaysUntilTheyAreGone) {
  save("a", "tag:x");
  save("b", "@a");
  save("c", "tag:z OR @b");
  const auto kept = drop("a");
  EXPECT_EQ(kept.status, 409);
  EXPECT_THAT(detail_of(kept), HasSubstr("@a is named by @b, @c"));
  for (const std::string name : {"c", "b", "a"})
    EXPECT_EQ(drop(name).status, 200) << name;
  EXPECT_THAT(names(), IsEmpty());
  EXPECT_EQ(drop("a").status, 404);
}

TEST_F(FiltersTest, ANameIsTakenOnceAndChangedWhereItIs) {
  save("a", "tag:x");
  EXPECT_EQ(code_of(save("a", "tag:y")), "conflict");
  EXPECT_EQ(change("a", "tag:y").status, 200);
  EXPECT_EQ(data_of(get("/v1/filters/a"))["attributes"]["expression"], "tag:y");
  const auto unknown = change("b", "tag:y");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(get("/v1/filters/b").status, 404);
}

TEST_F(FiltersTest, ANewOneThatIsTheSameWritesNothing) {
  save("a", "tag:x");
  const int64_t written = database->rows_written();
  EXPECT_EQ(change("a", "tag:x").status, 200);
  EXPECT_EQ(database->rows_written(), written);
}

TEST_F(FiltersTest, PeopleChangeTheirOwnAndAnAdminEverybodys) {
  const std::string ana = token_of("ana@acme.test");
  const std::string bo = token_of("bo@acme.test");
  ASSERT_EQ(as(ana, post("/v1/filters", R"({"name":"hers","expression":"tag:x"})")).status, 201);
  EXPECT_EQ(data_of(get("/v1/filters/hers"))["attributes"]["owner"], "ana@acme.test");
  auto edit = post("/v1/filters/hers", R"({"expression":"tag:y"})");
  edit.method = "PATCH";
  const auto refused = as(bo, edit);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(code_of(refused), "forbidden");
  EXPECT_EQ(as(bo, request("DELETE", "/v1/filters/hers")).status, 403);
  EXPECT_EQ(data_of(get("/v1/filters/hers"))["attributes"]["expression"], "tag:x");
  EXPECT_EQ(as(ana, edit).status, 200);
  EXPECT_EQ(change("hers", "tag:z").status, 200) << "an admin may";
  EXPECT_EQ(data_of(get("/v1/filters/hers"))["attributes"]["owner"], "ana@acme.test");
}

}  // namespace
}  // namespace prospectd::api
