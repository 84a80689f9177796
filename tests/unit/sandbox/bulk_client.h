// What the tests of bulk jobs share: requests under jobs/, and jobs from their creation to their end.
#pragma once

#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {

class BulkTest : public SandboxTest {
 protected:
  Answer call(std::string method, const std::string& resource, std::string body = {},
              const std::string& type = "application/json") {
    if (token_.empty()) token_ = login().body["access_token"];
    http::Headers headers{{"Authorization", "Bearer " + token_}};
    if (method != "GET") headers.set("Content-Type", type);
    return send(std::move(method), "/services/data/v60.0/jobs/" + resource, std::move(headers),
                std::move(body));
  }
  Answer create(const std::string& kind, const Json& job) { return call("POST", kind, job.dump()); }
  /// Creates a query job and gives its path, "query/750…".
  std::string query_job(const std::string& soql, Json job = Json::object()) {
    if (!job.contains("operation")) job["operation"] = "query";
    job["query"] = soql;
    return made_job("query", job);
  }
  /// Creates an ingest job and gives its path, "ingest/750…".
  std::string ingest_job(const std::string& object, const std::string& operation, Json job = Json::object()) {
    job["object"] = object;
    job["operation"] = operation;
    return made_job("ingest", job);
  }
  Answer upload(const std::string& path, std::string csv) {
    return call("PUT", path + "/batches", std::move(csv), "text/csv");
  }
  Answer set_state(const std::string& path, const std::string& state) {
    return call("PATCH", path, Json{{"state", state}}.dump());
  }
  /// Uploads the data, closes the job and lets it run; the job's info.
  Json run(const std::string& path, std::string csv) {
    EXPECT_EQ(upload(path, std::move(csv)).status, 201);
    EXPECT_EQ(set_state(path, "UploadComplete").body["state"], "UploadComplete");
    return call("GET", path).body;
  }
  std::string state_of(const std::string& path) { return call("GET", path).body.value("state", ""); }
  std::string succeeded(const std::string& path) { return call("GET", path + "/successfulResults").text; }
  std::string refused(const std::string& path) { return call("GET", path + "/failedResults").text; }
  std::string unprocessed(const std::string& path) { return call("GET", path + "/unprocessedrecords").text; }

 private:
  std::string made_job(const std::string& kind, const Json& job) {
    const Answer answer = create(kind, job);
    EXPECT_EQ(answer.status, 200) << answer.text;
    return kind + "/" + answer.body.value("id", "");
  }
};

}  // namespace prospectd::sandbox::testing
