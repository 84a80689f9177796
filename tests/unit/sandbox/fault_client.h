// What the tests of fault plans share: one lead, a session, plans, and calls whose fate is looked at.
#pragma once

#include <algorithm>

#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {

class FaultTest : public SandboxTest {
 protected:
  void SetUp() override {
    lead({{"LastName", "Roy"}, {"Email", "roy@x.test"}});
    ask();  // logs in, which a plan would count
  }

  Answer plan(const Json& rules, uint64_t seed = 7) {
    return admin("faults", {{"seed", seed}, {"rules", rules}});
  }
  void play(const Json& rules, uint64_t seed = 7) {
    const Answer answer = plan(rules, seed);
    ASSERT_EQ(answer.status, 200) << answer.message();
  }
  Answer ask() { return query("SELECT Id FROM Lead"); }
  /// The same as it is, which may be no JSON.
  http::Response raw() {
    http::ServerRequest request;
    request.method = "GET";
    request.target = "/services/data/v60.0/query?q=SELECT%20Id%20FROM%20Lead";
    request.headers = {{"Authorization", "Bearer " + token_}, {"Host", "crm.test"}};
    return front_->handle(request);
  }
  /// The statuses of so many queries.
  std::vector<int> statuses(int queries) {
    std::vector<int> out;
    for (int i = 0; i < queries; ++i)
      out.push_back(ask().status);
    return out;
  }
  /// The codes of the items of a collections call that creates so many leads; "" where it went well.
  std::vector<std::string> create_many(int count, const std::string& name = "L") {
    Json records = Json::array();
    for (int i = 0; i < count; ++i) {
      records.push_back(
          {{"attributes", {{"type", "Lead"}}}, {"LastName", name + std::to_string(i)}, {"Company", "Acme"}});
    }
    const Answer answer = call("POST", "composite/sobjects", {{"allOrNone", false}, {"records", records}});
    EXPECT_EQ(answer.status, 200) << answer.message();
    std::vector<std::string> codes;
    for (const Json& item : answer.body)
      codes.push_back(item["success"] == true ? "" : item["errors"][0].value("statusCode", "?"));
    return codes;
  }
  int64_t leads() { return query("SELECT COUNT() FROM Lead").body["totalSize"]; }
  static std::ptrdiff_t failed(const std::vector<std::string>& codes) {
    return std::count_if(codes.begin(), codes.end(), [](const std::string& code) { return !code.empty(); });
  }
};

}  // namespace prospectd::sandbox::testing
