// Who has no business at the control API of a running daemon: hostile and broken clients (FAULTS F60), web
// pages and rebound names, wrong tokens and roles (F61). The daemon refuses them, its engine does not notice,
// and nothing changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>

#include "daemon/cli/json.h"
#include "tests/e2e/organisation.h"
#include "tests/support/raw_connection.h"

namespace prospectd::e2e {
namespace {

using test::RawConnection;
using test::status_of_raw;
using testing::AnyOf;
using testing::Ge;
using testing::HasSubstr;
using testing::Lt;
namespace fs = std::filesystem;

constexpr int kSlowConnections = 100;
constexpr int64_t kMemoryRiseKilobytesMax = 16 * 1024;
constexpr size_t kHugeHeaderBytes = 64 * 1024 * 1024;

class Strangers : public testing::Test {
 protected:
  Strangers() {
    follower_.start();
    follower_.await_first_cycle();
    const std::string address = read_file(follower_.path("state/api.address"));
    port_ = static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    token_ = read_file(follower_.path("state/api.token"));
    while (token_.ends_with('\n'))
      token_.pop_back();
  }
  ~Strangers() override { EXPECT_EQ(follower_.stop(SIGTERM), 0) << follower_.daemon().err(); }

  std::string head(const std::string& request_line, const std::string& fields = "") const {
    return request_line + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
           "\r\nAuthorization: Bearer " + token_ + "\r\nContent-Type: application/json\r\n" + fields;
  }
  /// A whole request that asks for a sync, with these fields beside.
  std::string sync_with(const std::string& fields) const {
    return head("POST /v1/syncs", "Connection: close\r\nContent-Length: 2\r\n" + fields) + "\r\n{}";
  }

  std::string answer_to(const std::string& bytes) const {
    RawConnection connection(port_);
    connection.send(bytes);
    bool closed = false;
    std::string answer = connection.read_all(&closed);
    EXPECT_TRUE(closed) << bytes.substr(0, 100);
    return answer;
  }

  /// The engine does its work: a change in the CRM arrives when a sync is asked for.
  void expect_the_engine_to_work(const std::string& title) const {
    crm_.change({"edit", "Contact", crm_.example_contact(), "Title=" + title});
    const Ended synced = follower_.ask({"sync"});
    EXPECT_EQ(synced.code, 0) << synced.err;
    const Json found = follower_.data({"prospects", "--filter", "title:\"" + title + "\""});
    EXPECT_EQ(found.size(), 1U);
  }

  int64_t resident_kilobytes() {
    std::ifstream status("/proc/" + std::to_string(follower_.daemon().pid()) + "/status");
    std::string word;
    int64_t kilobytes = 0;
    while (status >> word) {
      if (word == "VmRSS:") status >> kilobytes;
    }
    return kilobytes;
  }

  const SandboxCrm crm_{{"--people", "50"}};
  Follower follower_{crm_};
  uint16_t port_ = 0;
  std::string token_;
};

std::string with_nul(std::string text) {
  text[text.find('@')] = '\0';
  return text;
}

TEST_F(Strangers, F60_BrokenAndHostileRequestsAreRefusedAndTheEngineDoesNotNotice) {
  expect_the_engine_to_work("Before");
  const int64_t before = resident_kilobytes();
  std::deque<RawConnection> slow;
  for (int i = 0; i < kSlowConnections; ++i)
    EXPECT_TRUE(slow.emplace_back(port_).send("POST /v1/syncs HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "));
  const std::pair<const char*, std::string> attacks[] = {
      {"chunk size -1", head("POST /v1/syncs", "Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n")},
      {"two lengths", head("POST /v1/syncs", "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ")},
      {"TE and CL",
       head("POST /v1/syncs", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n")},
      {"absolute form", "GET http://127.0.0.1/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"},
      {"NUL in the target", with_nul(head("GET /v1/st@atus") + "\r\n")},
      {"NUL in a field", with_nul(head("GET /v1/status", "X-A: a@b\r\n") + "\r\n")},
      {"bare line feeds", "GET /v1/status HTTP/1.1\nHost: 127.0.0.1\n\n"},
      {"huge body claimed", head("POST /v1/syncs", "Content-Length: 1099511627776\r\n\r\n{}")},
  };
  for (const auto& [name, bytes] : attacks) {
    const std::string answer = answer_to(bytes);
    EXPECT_THAT(status_of_raw(answer), testing::AllOf(Ge(400), Lt(500))) << name << "\n" << answer;
  }
  // Refused long before its end, so that the rest of it may meet a closed connection.
  const std::string huge = answer_to(head("GET /v1/status", "X-Huge: " + std::string(kHugeHeaderBytes, 'a')));
  EXPECT_THAT(status_of_raw(huge), AnyOf(0, 431)) << huge;
  EXPECT_LT(resident_kilobytes() - before, kMemoryRiseKilobytesMax);
  expect_the_engine_to_work("Meanwhile");
  for (RawConnection& connection : slow) {
    bool closed = false;
    const std::string answer = connection.read_all(&closed);
    EXPECT_TRUE(closed);
    EXPECT_THAT(status_of_raw(answer), AnyOf(0, 408)) << answer;
  }
  EXPECT_TRUE(follower_.daemon().running());
}

TEST_F(Strangers, F61_WebPagesReboundNamesAndWrongTokensAreRefusedAndNothingChanges) {
  const auto state = [this] {
    return follower_.data({"settings", "list"}).dump() + follower_.data({"tokens", "list", "--all"}).dump() +
           follower_.data({"prospects"}).dump();
  };
  const std::string before = state();
  const auto replaced = [this](const std::string& from, const std::string& to) {
    std::string bytes = sync_with("");
    return bytes.replace(bytes.find(from), from.size(), to);
  };
  const std::string host = "Host: 127.0.0.1:" + std::to_string(port_);
  const std::pair<std::string, int> refused[] = {
      {sync_with("Origin: https://evil.test\r\n"), 403},
      {sync_with("Origin: null\r\n"), 403},
      {sync_with("Sec-Fetch-Site: cross-site\r\n"), 403},
      {replaced(host, "Host: evil.test:" + std::to_string(port_)), 403},
      {replaced(host, "Host: 127.0.0.1.evil.test"), 403},
      {replaced("Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded"), 415},
      {replaced("Content-Type: application/json", "Content-Type: text/plain"), 415},
      {replaced("Authorization: Bearer " + token_ + "\r\n", ""), 401},
      {replaced("Bearer " + token_, "Bearer guess"), 401},
  };
  for (const auto& [bytes, status] : refused) {
    const std::string answer = answer_to(bytes);
    EXPECT_EQ(status_of_raw(answer), status) << answer;
    EXPECT_EQ(answer.find("Access-Control-"), std::string::npos) << "there is no CORS";
  }
  EXPECT_EQ(state(), before);
}

TEST_F(Strangers, F61_AWrongRoleDoesNothingAndARevokedTokenIsRefusedAtOnce) {
  const Json made =
      follower_.data({"tokens", "create", "report", "--user", "ana@acme.test", "--role", "read"});
  const std::string file = follower_.path("ana.token");
  write_file(file, made.at("token").get<std::string>() + "\n");
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  const Follower& asking = follower_;
  ::setenv("PROSPECTD__API__TOKEN_FILE", file.c_str(), 1);
  EXPECT_EQ(asking.ask({"status"}).code, 0);
  const Ended sync = asking.ask({"sync"});
  EXPECT_EQ(sync.code, 4);
  EXPECT_THAT(sync.err, HasSubstr("takes a token of the role user, and yours has the role read"));
  const Ended set = asking.ask({"settings", "set", "prospects.same_email", "select_crm_id"});
  EXPECT_EQ(set.code, 4);
  ::unsetenv("PROSPECTD__API__TOKEN_FILE");
  EXPECT_TRUE(asking.data({"settings", "get", "prospects.same_email"}).at("set").is_null());
  EXPECT_EQ(asking.ask({"tokens", "revoke", made.at("id")}).code, 0);
  ::setenv("PROSPECTD__API__TOKEN_FILE", file.c_str(), 1);
  const Ended refused = asking.ask({"status"});
  ::unsetenv("PROSPECTD__API__TOKEN_FILE");
  EXPECT_EQ(refused.code, 4);
  EXPECT_THAT(refused.err, HasSubstr("it was revoked at"));
  const std::string log = follower_.daemon().err();
  EXPECT_EQ(log.find(made.at("token").get<std::string>()), std::string::npos);
  EXPECT_EQ(log.find("ana@acme.test"), std::string::npos) << "no personal value in the log (I11)";
}

}  // namespace
}  // namespace prospectd::e2e
