// The OpenAPI document against what is there: the routes in both directions, the shapes of resources, and
// each documented example asked of the real server, over a real socket and a real database.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "base/text.h"
#include "connectors/http/server.h"
#include "connectors/http/transport.h"
#include "daemon/api/openapi.h"
#include "daemon/api/resources.h"
#include "daemon/api/routes.h"
#include "daemon/api/shapes.h"
#include "reconcile/store/sqlite_db.h"
#include "tests/support/scratch.h"
#include "tests/unit/api/json_schema.h"
#include "tests/unit/api/told_configuration.h"
#include "tests/unit/service/fake_store.h"

namespace prospectd::api {
namespace {

using testing::IsEmpty;
using Json = nlohmann::ordered_json;

constexpr const char* kMedia = "application/vnd.api+json";

const Json& document() {
  static const Json parsed = Json::parse(openapi_document());
  return parsed;
}

std::string method_of(const std::string& method) {
  return to_lower_ascii(method);
}

std::string path_of(const Route& route) {
  std::string path;
  for (const std::string& segment : route.path)
    path += "/" + segment;
  return path;
}

/// What stands in the document for a route; null for nothing.
Json described(const Route& route) {
  const Json& paths = document()["paths"];
  return paths.value(path_of(route), Json::object()).value(method_of(route.method), Json());
}

TEST(OpenApi, EveryRouteIsDescribedWithItsRoleAndParameters) {
  const SchemaCheck check(document());
  for (const Route& route : routes()) {
    const Json operation = described(route);
    const std::string name = route.method + " " + path_of(route);
    ASSERT_TRUE(operation.is_object()) << name;
    EXPECT_EQ(operation.value("x-role", ""), route.role ? name_of(*route.role) : "") << name;
    EXPECT_EQ(operation.contains("security"), !route.role) << name;
    std::set<std::string> query;
    bool has_id = false;
    for (const Json& given : operation.value("parameters", Json::array())) {
      const Json& parameter = check.resolved(given);
      if (parameter["in"] == "path") has_id = parameter["name"] == "id";
      if (parameter["in"] != "query") continue;
      EXPECT_TRUE(query.insert(parameter["name"]).second) << name;
    }
    EXPECT_EQ(query, std::set<std::string>(route.parameters.begin(), route.parameters.end())) << name;
    EXPECT_EQ(has_id, path_of(route).find("{id}") != std::string::npos) << name;
  }
}

TEST(OpenApi, EveryDescribedOperationIsARoute) {
  std::set<std::string> there;
  for (const Route& route : routes())
    there.insert(method_of(route.method) + " " + path_of(route));
  std::set<std::string> operations;
  for (const auto& [path, methods] : document()["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      EXPECT_TRUE(there.contains(method + " " + path)) << method << " " << path;
      EXPECT_TRUE(operations.insert(operation["operationId"]).second) << operation["operationId"];
    }
  }
}

TEST(OpenApi, ResourcesOfTheDatabaseAreDescribedAsTheyAre) {
  const Json& schemas = document()["components"]["schemas"];
  for (const Route& route : routes()) {
    if (route.operation != Operation::kList) continue;
    const auto shape = shape_of(route.type, mapping::LocalSchema());
    ASSERT_TRUE(shape);
    const Json& properties = schemas.at(route.type)["properties"];
    std::set<std::string> attributes;
    for (const auto& [name, ignored] : properties["attributes"]["properties"].items())
      attributes.insert(name);
    EXPECT_EQ(attributes, std::set<std::string>(shape->attributes.begin(), shape->attributes.end()))
        << route.type;
    std::set<std::string> relationships;
    for (const Relationship& relationship : shape->relationships)
      relationships.insert(relationship.name);
    const Json described =
        properties.value("relationships", Json::object()).value("properties", Json::object());
    EXPECT_EQ(described.size(), relationships.size()) << route.type;
    for (const auto& [name, ignored] : described.items())
      EXPECT_TRUE(relationships.contains(name)) << route.type << " " << name;
  }
}

constexpr const char* kListedRows =
    "INSERT INTO connections (id, name) VALUES (1, 'salesforce');"
    "INSERT INTO causes (id, kind, detail, actor, at) VALUES (1, 'edit', 'prospect 7', 'ana@acme.test', "
    "1800000000000), (2, 'poll', 'salesforce/Lead', 'prospectd', 1800000000000);"
    "INSERT INTO journal (cause, reason, prospect, count, field, before, after) VALUES (1, 'LOCAL_EDIT', 7, "
    "1, 'company', '\"Acme\"', 'null'), (2, 'UPDATED_FROM_CRM', 7, 1, 'stage', 'null', '\"new\"');"
    "UPDATE tally SET prospects = 1, links = 1, users = 2, accounts = 1, open_duplicates = 1, dead_letters = "
    "1, next_outbox = 2, outbox_dead = 1, open_conflicts = 1;"
    "INSERT INTO conflicts (id, prospect, connection, field, remote, local, opened_at) VALUES (1, 7, 1, "
    "'title', "
    "'\"CEO\"', '\"CTO\"', 1800000000000);"
    "INSERT INTO outbox (id, idempotency_key, connection, prospect, object, remote, operation, lane, state, "
    "attempts, lease, due_at, cause, created_at, error_code, error) VALUES (1, 'k', 1, 7, 'Lead', "
    "'00Q000000000001EAA', 'update', 'ordinary', 'dead', 5, 5, 1800000000000, 1, 1800000000000, "
    "'REQUIRED_FIELD_MISSING', 'Required fields are missing: [Company]');"
    "INSERT INTO users (id, name, email_key, kind, active, connection, remote, remote_version, remote_hash) "
    "VALUES (1, 'Ana Roy', 'ana@acme.test', 0, 1, 1, '005000000000001AAA', 0, 0), (2, 'Inbound', '', 1, 1, "
    "1, "
    "'00G000000000001EAA', 0, 0);"
    "INSERT INTO prospects (id, version, created_at, updated_at, address_count, email, first_name, "
    "last_name, "
    "stage, owner) VALUES (7, 1, 1800000000000, 1800000000000, 1, 'ana@x.test', 'Ana', 'Diaz', 'new', 1);"
    "INSERT INTO addresses (id, key_hash, key) VALUES (448, 0, 'ana@x.test');"
    "INSERT INTO links (id, remote_hash, remote, object, version, hash) VALUES (1793, 0, "
    "'00Q000000000001EAA', "
    "'Lead', 1800000000000, 0);"
    "INSERT INTO duplicates (id, connection, kind, object, remote, prospect, linked_remote, linked_object, "
    "email_key, policy, first_seen) VALUES (1, 1, 'duplicate_email', 'Contact', '003000000000001AAA', 7, "
    "'00Q000000000001EAA', 'Lead', 'ana@x.test', 'prevent', 1800000000000);"
    "INSERT INTO dead_letters (id, connection, object, remote, reason, payload, first_seen, last_seen) "
    "VALUES "
    "(1, 1, 'Lead', '00Q000000000002EAA', 'the record is not an object', '7', 1800000000000, 1800000000000);"
    "INSERT INTO tasks (id, version, owner, state, kind, source, due_at, subject, prospect, created_at, "
    "changed_at) VALUES (1, 1, 1, 'incomplete', 'call', 'manual', 1800000000000, 'Call back', 7, "
    "1800000000000, "
    "1800000000000);";

/// The server that the examples speak of.
class Documented : public ApiTest {
 protected:
  using Json = nlohmann::ordered_json;  // not the fixture's: one is copied where the other is asked for
  Documented() {
    store::SqliteOptions options;
    options.path = scratch_.file("prospectd.db");
    database = *store::open_sqlite(options);
    fill();
    auto saved = service::make_saved_filters(scheduler, *database, schema_);
    filters = *std::move(saved);
    tokens = *service::make_tokens(scheduler, *database);
    engine::ConnectionStatus connection;
    connection.name = "salesforce";
    connection.state = engine::ConnectionState::kIdle;
    supervisor_.connections.push_back(connection);
    supervisor_.flow_list.push_back({"salesforce", {{"Lead", false, true, {}, {}}}});
    real_ = service::make_service(scheduler, supervisor_, *database, schema_, service::canonical,
                                  {"0.1.0", "/var/lib/prospectd/prospectd.db"}, {}, filters.get());
    tell_configuration();
    ApiOptions api;
    api.token = Secret(kToken);
    api.configuration = &configuration_;
    api.filters = filters.get();
    api.tokens = tokens.get();
    edits = service::make_edits(scheduler, supervisor_, *database, schema_);
    api.edits = edits.get();
    rows_ = service::make_row_edits(scheduler, supervisor_, *database, schema_);
    api.rows = rows_.get();
    dlq_ = service::make_dlq(scheduler, supervisor_, *database, schema_);
    api.dlq = dlq_.get();
    reviews_ = service::make_reviews(scheduler, supervisor_, *database, schema_);
    api.reviews = reviews_.get();
    jobs = *service::make_jobs(scheduler, supervisor_, *database, *real_);
    api.jobs = jobs.get();
    undos_ = service::make_undos(scheduler, supervisor_, *database, schema_);
    api.undos = undos_.get();
    plans_ = service::make_plans(scheduler, supervisor_, *database);
    api.plans = plans_.get();
    server_ = *http::make_server(io, http::ServerOptions{}, *make_api(scheduler, *real_, std::move(api)));
  }

  void fill() {
    auto beside =
        store::Database::open(scratch_.file("prospectd.db"), store::Database::Mode::kWrite, 1024 * 1024);
    const auto filled = (*beside)->exec(kListedRows);
    EXPECT_TRUE(filled) << filled.error().text();
  }

  void tell_configuration() {
    SettingInForce setting;
    setting.about = {"prospects.same_email", "what becomes of a record whose address is taken",
                     "one of prevent, select_crm_id"};
    setting.value = "prevent";
    setting.origin = config::Layer::kFile;
    setting.place = {"prospectd.yaml", 3, 5};
    configuration_.list = {setting};
    setting.origin = config::Layer::kSetting;
    setting.place = {};
    setting.stored = store::StoredSetting{"prospects.same_email", "prevent", "admin", scheduler.now()};
    configuration_.outcome = setting;
    configuration_.report.changes = {{"log.level", "info", "debug", {"prospectd.yaml", 12, 3}, false}};
  }

  http::Response ask(http::Request asked) {
    std::optional<Result<http::Response>> answer;
    boost::asio::co_spawn(io, keep(*client_, std::move(asked), answer),
                          [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
    while (!answer && (io.restart(), io.run_one() > 0)) {
    }
    EXPECT_TRUE(*answer) << answer->error().text();
    return answer->value_or(http::Response{});
  }

  /// The request of an example, put together from the operation's parts that have one of this name.
  http::Request request_of(const std::string& path, const std::string& method, const Json& operation,
                           const std::string& name) const {
    const SchemaCheck check(document());
    std::string target = path;
    std::string query;
    for (const Json& given : operation.value("parameters", Json::array())) {
      const Json& parameter = check.resolved(given);
      const Json example = parameter.value("examples", Json::object()).value(name, Json());
      if (!example.is_object()) continue;
      const std::string value = http::percent_encode(example["value"].get<std::string>());
      if (parameter["in"] == "path") {
        target.replace(target.find("{id}"), 4, value);
      } else {
        query += (query.empty() ? "?" : "&") + http::percent_encode(parameter["name"].get<std::string>()) +
                 "=" + value;
      }
    }
    http::Request asked;
    asked.method = method;
    std::ranges::transform(asked.method, asked.method.begin(), [](char c) { return c - 'a' + 'A'; });
    asked.url = "http://127.0.0.1:" + std::to_string(server_->port()) + target + query;
    asked.allow_loopback = true;
    if (!operation.contains("security")) asked.headers.add("Authorization", std::string("Bearer ") + kToken);
    if (operation.contains("requestBody")) {
      asked.headers.add("Content-Type", kMedia);
      asked.body = operation["requestBody"]["content"][kMedia]["examples"].at(name)["value"].dump();
    }
    return asked;
  }

  test::Scratch scratch_;

 private:
  static boost::asio::awaitable<void> keep(http::Transport& client, http::Request asked,
                                           std::optional<Result<http::Response>>& answer) {
    answer.emplace(co_await client.send(std::move(asked)));
  }

  mapping::LocalSchema schema_;
  service::ToldSupervisor supervisor_;
  ToldConfiguration configuration_;
  std::unique_ptr<service::Service> real_;
  std::unique_ptr<service::RowEdits> rows_;
  std::unique_ptr<service::Dlq> dlq_;
  std::unique_ptr<service::Reviews> reviews_;
  std::unique_ptr<service::Undos> undos_;
  std::unique_ptr<service::Plans> plans_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Transport> client_ = http::make_curl_transport(io, http::CurlOptions{});
};

/// The first place where an answer is not as the example has it; "…" stands for anything, at a text's end
/// too.
std::string difference(const Json& example, const Json& answer, const std::string& place = "") {
  constexpr std::string_view kAnything = "…";
  if (example.is_string() && example.get<std::string>().ends_with(kAnything)) {
    const std::string start = example.get<std::string>();
    if (start == kAnything) return "";
    const bool same = answer.is_string() &&
                      answer.get<std::string>().starts_with(start.substr(0, start.size() - kAnything.size()));
    return same ? "" : place + ": " + answer.dump();
  }
  if (example.is_structured() && example.type() == answer.type() && example.size() == answer.size()) {
    for (const auto& [name, value] : example.items()) {
      const Json::json_pointer at("/" + name);
      if (!answer.contains(at)) return place + "/" + name + " is not there";
      const std::string found = difference(value, answer.at(at), place + "/" + name);
      if (!found.empty()) return found;
    }
    return "";
  }
  return example == answer ? "" : place + ": " + answer.dump();
}

TEST_F(Documented, EachExampleIsWhatTheServerAnswers) {
  SchemaCheck check(document());
  int replayed = 0;
  const Json none = Json::object();
  const auto member = [&none](const Json& of, const char* name) -> const Json& {
    return of.contains(name) ? of[name] : none;
  };
  const auto replay = [&](const std::string& what, http::Request request, const std::string& status,
                          const std::string& media, const Json& schema, const Json& example) {
    const http::Response answer = ask(std::move(request));
    settle();
    ++replayed;
    EXPECT_EQ(std::to_string(answer.status), status) << what << "\n" << answer.body;
    EXPECT_EQ(answer.content_type(), media) << what;
    const Json body = media == kMedia ? Json::parse(answer.body, nullptr, false) : Json(answer.body);
    EXPECT_EQ(difference(example["value"], body), "") << what << "\n" << answer.body;
    EXPECT_THAT(check.complaints(schema, body), IsEmpty()) << what << "\n" << answer.body;
  };
  for (const auto& [path, methods] : document()["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      for (const auto& [status, response] : operation["responses"].items()) {
        for (const auto& [media, content] : member(check.resolved(response), "content").items()) {
          for (const auto& [name, example] : member(content, "examples").items()) {
            replay(method + " " + path + " " + status + " " + name, request_of(path, method, operation, name),
                   status, media, content["schema"], example);
          }
        }
      }
    }
  }
  EXPECT_GE(replayed, 40);
}

TEST_F(Documented, TheDocumentIsServedAsItIs) {
  const Json operation = document()["paths"]["/v1/openapi.json"]["get"];
  const http::Response answer = ask(request_of("/v1/openapi.json", "get", operation, "ok"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type(), "application/json");
  EXPECT_EQ(answer.body, openapi_document());
}

}  // namespace
}  // namespace prospectd::api
