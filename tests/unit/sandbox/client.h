// A small client for the tests: an org with a clock that is set by hand, its front, and requests with their
// answers as JSON.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/front.h"

namespace prospectd::sandbox::testing {

using Json = nlohmann::json;

inline Timestamp at(const char* text) {
  return *parse_timestamp(text);
}

struct Answer {
  int status = 0;
  Json body;         ///< of an answer in JSON
  std::string text;  ///< the body as it came
  http::Headers headers;

  std::string code() const { return body.is_array() && !body.empty() ? body[0].value("errorCode", "") : ""; }
  std::string message() const { return body.is_array() && !body.empty() ? body[0].value("message", "") : ""; }
  std::string header(std::string_view name) const { return std::string(headers.get(name).value_or("")); }
};

class SandboxTest : public ::testing::Test {
 protected:
  static constexpr const char* kSecret = "not-a-real-secret";
  static constexpr const char* kAdmin = "let-me-in";
  static constexpr const char* kPassword = "open sesame & <more>";

  SandboxTest() { begin_org(); }

  /// An org without records, and its front, in place of those before.
  void begin_org() {
    front_.reset();
    OrgOptions options;
    options.now = [this] { return now_; };
    org_ = std::make_unique<Org>(std::move(options));
    FrontOptions front;
    front.client_id = "app";
    front.client_secret = Secret(kSecret);
    front.admin_token = Secret(kAdmin);
    front.user_password = Secret(kPassword);
    front.random_token = [this] { return "token" + std::to_string(++tokens_); };
    front_ = std::make_unique<Front>(*org_, std::move(front));
  }

  Answer send(std::string method, std::string target, http::Headers headers = {}, std::string body = {}) {
    http::ServerRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = std::move(headers);
    request.headers.set("Host", "crm.test:8443");
    request.body = std::move(body);
    http::Response response = front_->handle(request);
    Answer answer;
    answer.status = response.status;
    answer.headers = response.headers;
    answer.text = response.body;
    if (!answer.text.empty() && response.content_type() == "application/json")
      answer.body = Json::parse(answer.text);
    return answer;
  }
  Answer login(std::string form = std::string("grant_type=client_credentials&client_id=app&client_secret=") +
                                  kSecret) {
    return send("POST", "/services/oauth2/token", {{"Content-Type", "application/x-www-form-urlencoded"}},
                std::move(form));
  }
  /// GET under /services/data/v60.0/ with the test's session, opened at the first call.
  Answer get(const std::string& resource, http::Headers headers = {}) {
    return call("GET", resource, Json(), std::move(headers));
  }
  /// Any method under /services/data/v60.0/, or another version, with a JSON body unless it is null.
  Answer call(std::string method, const std::string& resource, const Json& body = Json(),
              http::Headers headers = {}, const std::string& version = "v60.0") {
    if (token_.empty()) token_ = login().body["access_token"];
    headers.set("Authorization", "Bearer " + token_);
    if (!body.is_null()) headers.set("Content-Type", "application/json");
    return send(std::move(method), "/services/data/" + version + "/" + resource, std::move(headers),
                body.is_null() ? "" : body.dump());
  }
  Answer query(const std::string& soql, http::Headers headers = {}) {
    return get("query?q=" + http::percent_encode(soql), std::move(headers));
  }
  Answer query_all(const std::string& soql) { return get("queryAll?q=" + http::percent_encode(soql)); }
  Answer admin(const std::string& path, const Json& body) {
    return send("POST", "/sandbox/admin/" + path, {{"X-Sandbox-Admin", kAdmin}}, body.dump());
  }
  Answer admin_get(const std::string& path) {
    return send("GET", "/sandbox/admin/" + path, {{"X-Sandbox-Admin", kAdmin}});
  }

  /// The values of one field of all records of a query.
  std::vector<std::string> column(const std::string& soql, const std::string& field) {
    const Answer answer = query(soql);
    EXPECT_EQ(answer.status, 200) << answer.message();
    std::vector<std::string> values;
    if (answer.status != 200) return values;
    for (const Json& record : answer.body["records"]) {
      values.push_back(record[field].is_string() ? record[field].get<std::string>() : record[field].dump());
    }
    return values;
  }
  std::string lead(FieldValues fields) {
    bool company = false;
    for (const auto& [name, value] : fields)
      company = company || name == "Company";
    if (!company) fields.emplace_back("Company", "Acme");
    return made(org_->create("Lead", fields));
  }
  std::string contact(FieldValues fields) { return made(org_->create("Contact", fields)); }
  std::string account(const char* name) { return made(org_->create("Account", {{"Name", name}})); }
  std::string user(const char* username, bool active = true) {
    return made(org_->create(
        "User",
        {{"Username", username}, {"Email", username}, {"LastName", "Someone"}, {"IsActive", active}}));
  }
  std::string queue(const char* name) {
    return made(org_->create("Group", {{"Name", name}, {"Type", "Queue"}}));
  }
  std::string made(Outcome<Change> change) {
    EXPECT_TRUE(change) << (change ? "" : change.error().code + " " + change.error().message);
    return change ? change->id : "";
  }
  void set_knobs(const std::function<void(Knobs&)>& change) {
    Knobs knobs = front_->knobs();
    change(knobs);
    front_->set_knobs(std::move(knobs));
  }
  /// A custom field that tells leads apart, as somebody else's system numbers them.
  void add_key(const char* object, const char* name, uint32_t flags = kExternalId) {
    Field field;
    field.name = name;
    field.label = name;
    field.flags = kOptional | flags;
    ASSERT_NE(org_->add_custom(*org_->table(object), std::move(field)), nullptr);
  }
  Json lead_row(const std::string& id, const std::string& fields) {
    const Answer answer = query_all("SELECT " + fields + " FROM Lead WHERE Id = '" + id + "'");
    EXPECT_EQ(answer.body["totalSize"], 1);
    return answer.body["records"][0];
  }

  Timestamp now_ = at("2026-11-21T10:00:00.500Z");
  int tokens_ = 0;
  std::string token_;
  std::unique_ptr<Org> org_;
  std::unique_ptr<Front> front_;
};

}  // namespace prospectd::sandbox::testing
