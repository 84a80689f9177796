// The sandbox over a real socket.
#include "connectors/sandbox/serve.h"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <thread>

#include "tests/support/scratch.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::HasSubstr;

std::string exchange(uint16_t port, const std::string& request) {
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::make_address("127.0.0.1"), port});
  asio::write(socket, asio::buffer(request));
  std::string answer;
  boost::system::error_code end;
  asio::read(socket, asio::dynamic_buffer(answer), end);
  return answer;
}

TEST(Serve, AnswersOverHttpWithChunkedBodiesToo) {
  boost::asio::io_context io;
  SandboxOptions options;
  options.client_secret = Secret("s3cret");
  options.generator.people = 50;
  auto sandbox = make_sandbox(io, std::move(options));
  ASSERT_TRUE(sandbox);
  EXPECT_EQ((*sandbox)->url(), "http://127.0.0.1:" + std::to_string((*sandbox)->port()));
  EXPECT_FALSE((*sandbox)->admin_token().empty());

  std::string versions, token;
  std::thread client([&] {
    const uint16_t port = (*sandbox)->port();
    versions = exchange(port, "GET /services/data HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    token = exchange(port,
                     "POST /services/oauth2/token HTTP/1.1\r\nHost: org.test:1\r\nConnection: close\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "1d\r\ngrant_type=client_credentials\r\n"
                     "28\r\n&client_id=sandbox&client_secret=s3cret&\r\n0\r\n\r\n");
    boost::asio::post(io, [&] { (*sandbox)->stop(milliseconds(0)); });
  });
  io.run();
  client.join();
  EXPECT_THAT(versions, HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(versions, HasSubstr("\"version\":\"67.0\""));
  EXPECT_THAT(token, HasSubstr("\"instance_url\":\"http://org.test:1\""));
}

TEST(Serve, ASchemaIsThereBeforeTheRecords) {
  boost::asio::io_context io;
  SandboxOptions options;
  options.generator.people = 50;
  options.schema =
      R"({"name": "Lead", "fields": [{"name": "Ext__c"}, {"name": "At__c", "type": "location"}]})";
  auto sandbox = make_sandbox(io, std::move(options));
  ASSERT_TRUE(sandbox);
  EXPECT_NE((*sandbox)->org().table("Lead")->type().find("Ext__c"), nullptr);
  EXPECT_THAT((*sandbox)->schema_report().notes, ::testing::ElementsAre("Lead.At__c: location, as text"));
  SandboxOptions broken;
  broken.schema = "{";
  const auto refused = make_sandbox(io, std::move(broken));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConfigInvalid);
}

TEST(Serve, AnUploadOfABulkJobMayBeLargerThanAnyOtherBody) {
  boost::asio::io_context io;
  SandboxOptions options;
  options.client_secret = Secret("s3cret");
  options.generator.people = 50;
  options.server.body_bytes_max = 8'192;
  auto sandbox = make_sandbox(io, std::move(options));
  ASSERT_TRUE(sandbox);

  std::string headers, uploaded, elsewhere, again, without_job, nameless;
  std::thread client([&] {
    const uint16_t port = (*sandbox)->port();
    const auto after = [](const std::string& text, const std::string& mark) {
      const size_t begin = text.find(mark) + mark.size();
      return text.substr(begin, text.find('"', begin) - begin);
    };
    const auto request = [&](const std::string& head, const std::string& body) {
      const std::string text = head + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                               std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
      return exchange(port, text);
    };
    headers = "Content-Type: application/x-www-form-urlencoded\r\n";
    const std::string token = request("POST /services/oauth2/token",
                                      "grant_type=client_credentials&client_id=sandbox&client_secret=s3cret");
    const std::string session = "Authorization: Bearer " + after(token, "\"access_token\":\"") + "\r\n";
    headers = session + "Content-Type: application/json\r\n";
    const std::string job =
        request("POST /services/data/v60.0/jobs/ingest", R"({"object":"Lead","operation":"insert"})");
    headers = session + "Content-Type: text/csv\r\n";
    const std::string path = "PUT /services/data/v60.0/jobs/ingest/" + after(job, "\"id\":\"") + "/batches";
    const std::string csv = "LastName,Company\n" + std::string(100'000, 'x') + ",Acme\n";
    elsewhere = request("PUT /services/data/v60.0/jobs/ingest", csv);
    without_job = request("PUT /services/data/v60.0/jobs/ingest/750000000000999AAA/batches", csv);
    nameless = request("PUT /services/data/v60.0/jobs/ingest/batches", csv);
    uploaded = request(path, csv);
    again = request(path, csv);
    boost::asio::post(io, [&] { (*sandbox)->stop(milliseconds(0)); });
  });
  io.run();
  client.join();
  EXPECT_THAT(elsewhere, HasSubstr("HTTP/1.1 413"));
  EXPECT_THAT(without_job, HasSubstr("HTTP/1.1 413"));
  EXPECT_THAT(nameless, HasSubstr("HTTP/1.1 413"));
  EXPECT_THAT(uploaded, HasSubstr("HTTP/1.1 201"));
  EXPECT_THAT(again, HasSubstr("HTTP/1.1 413")) << "a job takes one upload";
}

TEST(Serve, WhatNeverReachesTheOrgIsRefusedInItsWords) {
  boost::asio::io_context io;
  SandboxOptions options;
  options.generator.people = 50;
  options.server.body_bytes_max = 8'192;
  auto sandbox = make_sandbox(io, std::move(options));
  ASSERT_TRUE(sandbox);

  const std::string get = "GET /services/data HTTP/1.1\r\nHost: x\r\n";
  const std::string post = "POST /services/data HTTP/1.1\r\nHost: x\r\nContent-Encoding: ";
  const struct {
    std::string request;
    std::string status;
    std::string code;
  } rows[] = {
      {"nonsense\r\n\r\n", "400", "BAD_REQUEST"},
      {get + "Content-Length: 8193\r\n\r\n", "413", "REQUEST_TOO_LARGE"},
      {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", "414", "URI_TOO_LONG"},
      {post + "br\r\nContent-Length: 1\r\n\r\na", "415", "UNSUPPORTED_MEDIA_TYPE"},
      {get + "Expect: miracles\r\n\r\n", "417", "EXPECTATION_FAILED"},
      {get + "A: " + std::string(20'000, 'a') + "\r\n\r\n", "431", "REQUEST_HEADER_FIELDS_TOO_LARGE"},
  };
  std::vector<std::string> answers;
  std::thread client([&] {
    for (const auto& row : rows)
      answers.push_back(exchange((*sandbox)->port(), row.request));
    boost::asio::post(io, [&] { (*sandbox)->stop(milliseconds(0)); });
  });
  io.run();
  client.join();
  for (size_t i = 0; i < std::size(rows); ++i) {
    EXPECT_THAT(answers[i], ::testing::StartsWith("HTTP/1.1 " + rows[i].status)) << rows[i].code;
    EXPECT_THAT(answers[i], HasSubstr("Content-Type: application/json;charset=UTF-8\r\n"));
    const Json body = Json::parse(answers[i].substr(answers[i].find("\r\n\r\n") + 4), nullptr, false);
    ASSERT_TRUE(body.is_array() && body.size() == 1) << answers[i];
    EXPECT_EQ(body[0]["errorCode"], rows[i].code);
    EXPECT_FALSE(body[0].value("message", "").empty());
  }
}

TEST(Serve, ADelayedAnswerHoldsUpNobodyElse) {
  boost::asio::io_context io;
  SandboxOptions options;
  options.admin_token = Secret("let-me-in");
  options.generator.people = 50;
  options.knobs.answer_delay = std::chrono::minutes(1);  // longer than the test
  auto sandbox = make_sandbox(io, std::move(options));
  ASSERT_TRUE(sandbox);

  size_t early = 0;
  std::string answer;
  std::thread client([&] {
    namespace asio = boost::asio;
    const uint16_t port = (*sandbox)->port();
    asio::io_context own;
    asio::ip::tcp::socket far(own);
    far.connect({asio::ip::make_address("127.0.0.1"), port});
    asio::write(far, asio::buffer(
                         std::string("GET /services/data HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")));
    // The admin endpoint tells when the org has got it.
    const std::string stats =
        "GET /sandbox/admin/stats HTTP/1.1\r\nHost: x\r\nX-Sandbox-Admin: let-me-in\r\nConnection: "
        "close\r\n\r\n";
    while (exchange(port, stats).find("\"versions\":1") == std::string::npos) {
    }
    early = far.available();
    boost::asio::post(io, [&] { (*sandbox)->stop(std::chrono::minutes(1)); });  // sends what is on its way
    boost::system::error_code end;
    asio::read(far, asio::dynamic_buffer(answer), end);
  });
  io.run();
  client.join();
  EXPECT_EQ(early, 0u);
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 200"));
}

/// What stands between a mark and the next quote or semicolon.
std::string value_after(const std::string& text, const std::string& mark) {
  const size_t begin = text.find(mark) + mark.size();
  return text.substr(begin, text.find_first_of("\";", begin) - begin);
}

/// A subscriber of change events over real sockets.
class Subscriber {
 public:
  explicit Subscriber(uint16_t port) : port_(port) {
    const std::string login =
        post("/services/oauth2/token", "Content-Type: application/x-www-form-urlencoded\r\n",
             "grant_type=client_credentials&client_id=sandbox&client_secret=s3cret");
    headers_ = "Authorization: OAuth " + value_after(exchange(port, login), "\"access_token\":\"") + "\r\n";
    const std::string shake =
        post("/cometd/60.0", headers_,
             R"([{"channel":"/meta/handshake","supportedConnectionTypes":["long-polling"]}])");
    const std::string shaken = exchange(port, shake);
    id_ = value_after(shaken, "\"clientId\":\"");
    headers_ += "Cookie: BAYEUX_BROWSER=" + value_after(shaken, "BAYEUX_BROWSER=") + "\r\n";
    const std::string subscribe = message("subscribe", R"("subscription":"/data/LeadChangeEvent",)");
    exchange(port, subscribe);
  }

  boost::asio::ip::tcp::socket connect() {
    boost::asio::ip::tcp::socket socket(own_);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), port_});
    boost::asio::write(socket, boost::asio::buffer(message("connect", "")));
    // Whatever the loop is given after this answer, it does after it has heard the connect.
    exchange(port_, "GET /services/data HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return socket;
  }
  static std::string rest_of(boost::asio::ip::tcp::socket& socket) {
    std::string answer;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
    return answer;
  }

 private:
  static std::string post(const std::string& path, const std::string& headers, const std::string& body) {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  std::string message(const std::string& channel, const std::string& more) const {
    return post("/cometd/60.0", headers_,
                R"([{"channel":"/meta/)" + channel + "\"," + more + R"("clientId":")" + id_ + "\"}]");
  }

  uint16_t port_;
  boost::asio::io_context own_;
  std::string headers_;
  std::string id_;
};

TEST(Serve, ALongPollIsAnsweredWhenSomethingHappens) {
  boost::asio::io_context io;
  SandboxOptions options;
  options.client_secret = Secret("s3cret");
  options.generator.people = 50;
  auto sandbox = make_sandbox(io, std::move(options));
  ASSERT_TRUE(sandbox);

  std::string polled;
  std::thread client([&] {
    Subscriber subscriber((*sandbox)->port());
    auto socket = subscriber.connect();
    boost::asio::post(io, [&] {
      EXPECT_TRUE((*sandbox)->org().create("Lead", {{"LastName", "Roy"}, {"Company", "Acme"}}));
    });
    polled = Subscriber::rest_of(socket);
    boost::asio::post(io, [&] { (*sandbox)->stop(milliseconds(0)); });
  });
  io.run();
  client.join();
  EXPECT_THAT(polled, HasSubstr("\"changeType\":\"CREATE\""));
  EXPECT_THAT(polled, HasSubstr("\"LastName\":\"Roy\""));
}

TEST(Serve, SubscribersThatAreGoneHoldNoConnections) {
  boost::asio::io_context io;
  SandboxOptions options;
  options.client_secret = Secret("s3cret");
  options.generator.people = 50;
  options.server.connections_max = 10;
  options.server.half_closed_timeout = milliseconds(0);  // a reset may arrive as a mere end
  auto sandbox = make_sandbox(io, std::move(options));
  ASSERT_TRUE(sandbox);

  std::string polled;
  std::thread client([&] {
    for (int broken = 0; broken < 16; ++broken) {
      Subscriber gone((*sandbox)->port());
      gone.connect().set_option(boost::asio::socket_base::linger(true, 0));
    }
    Subscriber subscriber((*sandbox)->port());
    boost::asio::post(io, [&] {
      EXPECT_TRUE((*sandbox)->org().create("Lead", {{"LastName", "Roy"}, {"Company", "Acme"}}));
    });
    auto socket = subscriber.connect();
    polled = Subscriber::rest_of(socket);
    boost::asio::post(io, [&] { (*sandbox)->stop(milliseconds(0)); });
  });
  io.run();
  client.join();
  EXPECT_THAT(polled, HasSubstr("\"LastName\":\"Roy\""));
}

TEST(Serve, ALoadThatTakesNothingIsTheErrorOfTheStart) {
  const struct {
    const char* csv;
    const char* why;
  } rows[] = {
      {"Id,LastName\n", ": no record can be taken: its files have no rows"},
      {"Id,LastName\nx,A\ny,B\n",
       ": no record can be taken: Lead.csv:2: Id is not a record id of this object; the row was left "
       "out, and 1 more"},
  };
  for (const auto& row : rows) {
    const test::Scratch folder;
    std::ofstream(folder.file("Lead.csv")) << row.csv;
    boost::asio::io_context io;
    SandboxOptions options;
    options.load = folder.path().string();
    const auto sandbox = make_sandbox(io, std::move(options));
    ASSERT_FALSE(sandbox) << row.csv;
    EXPECT_EQ(sandbox.error().code, ErrorCode::kConfigInvalid);
    EXPECT_EQ(sandbox.error().message, folder.path().string() + row.why);
  }
}

/// A store that has nothing, and counts how often it is given something.
class CountingStore : public OrgStore {
 public:
  Result<bool> restore(OrgParts) override { return false; }
  Result<void> keep(OrgParts parts) override {
    rows_seen += parts.org.table("Lead")->rows();
    return {};
  }
  size_t rows_seen = 0;
};

TEST(Serve, ABadPlanIsToldBeforePeopleAreMade) {
  boost::asio::io_context io;
  for (const char* plan : {R"({"rules": [{"fault": "plague"}]})",
                           R"({"rules": [{"fault": "lock_row", "on": {"object": "Nope__c"}}]})"}) {
    const auto store = std::make_shared<CountingStore>();
    SandboxOptions options;
    options.generator.people = 50;
    options.store = store;
    options.faults = plan;
    options.faults_name = "plan.json";
    const auto sandbox = make_sandbox(io, std::move(options));
    ASSERT_FALSE(sandbox) << plan;
    EXPECT_THAT(sandbox.error().text(), ::testing::StartsWith("plan.json: rules[0]."));
    EXPECT_EQ(store->rows_seen, 0u);
  }
}

TEST(Serve, ABadPlanOrSchemaIsToldBeforeAnExportIsLoaded) {
  const test::Scratch folder;
  std::ofstream(folder.file("Deal__c.csv")) << "Id,Stage__c\na01Aw0000000001,new\n";
  boost::asio::io_context io;
  const auto start = [&](const std::string& schema, const std::string& faults, bool& loaded) {
    SandboxOptions options;
    options.load = folder.path().string();
    options.load_progress = [&](const LoadProgress&) { loaded = true; };
    options.schema = schema;
    options.faults = faults;
    return make_sandbox(io, std::move(options));
  };
  const auto deals = [](const char* stage) {
    return R"({"rules": [{"fault": "lock_row", "on": {"object": "Deal__c", "where": "Stage__c = )" +
           std::string(stage) + "\"}}]}";
  };
  bool loaded = false;
  EXPECT_FALSE(start(R"({"name": "Lead", "fields": [{"name": "A__c", "type": "integer"}]})", "", loaded));
  EXPECT_FALSE(start("", R"({"rules": [{"fault": "plague"}]})", loaded));
  EXPECT_FALSE(loaded);
  EXPECT_TRUE(start("", deals("'new'"), loaded)) << "what the export brings may be named";
  EXPECT_TRUE(loaded);
  EXPECT_FALSE(start("", deals("1"), loaded));
}

TEST(Serve, ALoadThatFailsIsTheErrorOfTheStart) {
  boost::asio::io_context io;
  SandboxOptions options;
  options.load = "/nowhere/at/all";
  const auto sandbox = make_sandbox(io, std::move(options));
  ASSERT_FALSE(sandbox);
  EXPECT_EQ(sandbox.error().code, ErrorCode::kConfigInvalid);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
