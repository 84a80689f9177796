// What the tests of the Bulk API 1.0 share: requests under /services/async/ with the headers of its two known
// clients, one of which speaks XML with batches in CSV, the other JSON.
#pragma once

#include "connectors/sandbox/xml_text.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {

class AsyncTest : public SandboxTest {
 protected:
  Answer async(std::string method, const std::string& path, std::string body = {},
               const std::string& type = {}) {
    if (token_.empty()) token_ = login().body["access_token"];
    http::Headers headers{{"X-SFDC-Session", token_}};
    if (!type.empty()) headers.set("Content-Type", type);
    return send(std::move(method), "/services/async/60.0/" + path, std::move(headers), std::move(body));
  }
  /// The client that sends JSON says so in every request, whatever is in it.
  Answer json(std::string method, const std::string& path, const std::string& body = {}) {
    return async(std::move(method), path, body, "application/json");
  }
  /// Opens a job for JSON and gives its path, "job/750…".
  std::string json_job(const std::string& operation, const Json& more = Json::object()) {
    Json job = {
        {"operation", operation}, {"object", "Lead"}, {"concurrencyMode", 0}, {"contentType", "JSON"}};
    job.update(more);
    const Answer answer = json("POST", "job", job.dump());
    EXPECT_EQ(answer.status, 201) << answer.text;
    return "job/" + answer.body.value("id", "");
  }
  /// Adds a batch and gives its path, "job/750…/batch/751…".
  std::string json_batch(const std::string& job, const std::string& data) {
    const Answer answer = json("POST", job + "/batch", data);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return job + "/batch/" + answer.body.value("id", "");
  }
  Json state_of(const std::string& path) { return json("GET", path).body["state"]; }

  static std::string job_xml(const std::string& members) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<jobInfo  "
           "xmlns=\"http://www.force.com/2009/06/asyncapi/dataload\">\n  " +
           members + "\n</jobInfo>";
  }
  Answer xml(const std::string& path, const std::string& members) {
    return async("POST", path, job_xml(members), "application/xml; charset=utf-8");
  }
  /// The text of an element of an answer in XML.
  static std::string of_xml(const Answer& answer, const char* element) {
    return element_text(answer.text, element).value_or("");
  }
  /// Opens a job for CSV and gives its path.
  std::string csv_job(const std::string& operation, const std::string& more = {}) {
    const Answer answer = xml("job", "<operation>" + operation + "</operation><object>Lead</object>" + more +
                                         "<contentType>CSV</contentType>");
    EXPECT_EQ(answer.status, 201) << answer.text;
    return "job/" + of_xml(answer, "id");
  }
  std::string csv_batch(const std::string& job, const std::string& data) {
    const Answer answer = async("POST", job + "/batch", data, "text/csv");
    EXPECT_EQ(answer.status, 201) << answer.text;
    return job + "/batch/" + of_xml(answer, "id");
  }
};

}  // namespace prospectd::sandbox::testing
