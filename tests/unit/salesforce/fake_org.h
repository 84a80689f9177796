// FakeOrg: the other end of the wire as a Transport: it logs callers in, tells the time, describes leads, and
// answers queries from a script. Everything sent to it is kept for the tests to look at. One thread.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "connectors/http/transport.h"
#include "tests/support/run_coroutine.h"

namespace prospectd::salesforce::test {

http::Response json_answer(int status, std::string body);
/// A refusal as the API writes it.
http::Response refusal(int status, const std::string& code, const std::string& message);

class FakeOrg final : public http::Transport {
 public:
  using Answer = std::function<Result<http::Response>(const http::Request&)>;

  boost::asio::awaitable<Result<http::Response>> send(http::Request request) override;
  void cancel_all() override { cancelled_ = true; }

  /// The next query (or page) is answered by this; without one it is an empty page.
  void then(Answer answer) { script_.push_back(std::move(answer)); }
  void then(http::Response response);
  void then_page(std::string body) { then(json_answer(200, std::move(body))); }
  /// From now on the token is no longer good; the next login gives another.
  void revoke() { valid_token_ = "revoked"; }

  std::string login_body;  ///< what a login answers instead of a good token; {token} is replaced
  int login_status = 200;
  std::string login_type = "application/json;charset=UTF-8";
  std::string describe_body;  ///< of every object
  int describe_status = 200;
  bool refuse_every_token = false;
  std::string date = "Fri, 20 Nov 2026 09:00:00 GMT";
  std::string limit_info = "api-usage=18/5000";

  std::vector<http::Request> requests;
  /// How many requests had this in their URL.
  int count(const std::string& part) const;
  int logins() const { return count("/services/oauth2/token"); }
  /// The SOQL of the last query.
  std::string last_query() const;
  const http::Request& last() const { return requests.back(); }

 private:
  Result<http::Response> answer(const http::Request& request);
  http::Response log_in();

  std::deque<Answer> script_;
  std::string valid_token_;
  int tokens_ = 0;
  bool cancelled_ = false;
};

using prospectd::test::run;

}  // namespace prospectd::salesforce::test
