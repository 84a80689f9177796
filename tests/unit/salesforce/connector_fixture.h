// What the tests of the connector as a whole share: a connector with a scripted org at its other end.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "connectors/salesforce/salesforce_connector.h"
#include "tests/unit/salesforce/fake_org.h"
#include "tests/unit/salesforce/fixtures.h"

namespace prospectd::salesforce::test {

inline Options options() {
  Options out;
  out.login_url = "http://127.0.0.1:9443";
  out.client_id = "client";
  out.client_secret = Secret("s3cret");
  out.test_endpoint = true;
  return out;
}

inline Timestamp at(const char* text) {
  return *parse_timestamp(text);
}

inline FeedQuery leads() {
  FeedQuery query;
  query.object = "Lead";
  query.fields = {"LastName", "Email"};
  query.lower = at("2026-11-20T08:00:00.999Z");
  query.upper = at("2026-11-20T09:00:00Z");
  return query;
}

class ConnectorTest : public ::testing::Test {
 protected:
  Result<Page> fetch(FeedQuery query) { return run(connector_->fetch(std::move(query))); }
  Result<Page> next(const std::string& place) { return run(connector_->fetch_next(leads(), place)); }
  void expect_error(const Result<Page>& page, ErrorCode code) {
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, code) << page.error().text();
    EXPECT_THAT(page.error().text(), ::testing::Not(::testing::HasSubstr("s3cret")));
    EXPECT_THAT(page.error().text(), ::testing::Not(::testing::HasSubstr("token.")));
    EXPECT_THAT(page.error().text(), ::testing::Not(::testing::HasSubstr("acme.test")));
  }

  FakeOrg org_;
  std::unique_ptr<Connector> connector_ = make_salesforce_connector(org_, options());
};

}  // namespace prospectd::salesforce::test
