// What is written for Prometheus: what is known, in base units, with labels that name nobody, and never more
// than there is room for.
#include "daemon/metrics/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace prospectd::metrics {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const Timestamp kNow{seconds{1'800'000'000}};

std::vector<std::string> series_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with('#')) lines.push_back(line);
  }
  return lines;
}

class Exposition : public testing::Test {
 protected:
  Exposition() {
    figures.version = "0.1.0";
    figures.now = kNow;
    figures.started_at = kNow - seconds{60};
    figures.totals = store::Totals{};
    figures.connections.push_back(connection("salesforce"));
  }

  static engine::ConnectionStatus connection(const std::string& name) {
    engine::ConnectionStatus one;
    one.name = name;
    one.state = engine::ConnectionState::kIdle;
    one.poll_interval = seconds{600};
    return one;
  }
  engine::ConnectionStatus& salesforce() { return figures.connections.front(); }

  CursorFigure& cursor(const std::string& object) {
    CursorFigure at;
    at.connection = "salesforce";
    at.object = object;
    figures.cursors.push_back(at);
    return figures.cursors.back();
  }

  std::vector<std::string> series() const { return series_of(exposition(figures)); }

  Figures figures;
};

TEST_F(Exposition, WhatBecameOfChangesMadeHereIsCounted) {
  salesforce().tally.pushed.written = 7;
  salesforce().tally.pushed.refused = 2;
  const auto lines = series();
  EXPECT_THAT(lines, Contains(R"(prospectd_pushes_total{connection="salesforce",result="written"} 7)"));
  EXPECT_THAT(lines, Contains(R"(prospectd_pushes_total{connection="salesforce",result="refused"} 2)"));
  EXPECT_THAT(lines, Contains(R"(prospectd_pushes_total{connection="salesforce",result="at_rest"} 0)"));
}

TEST_F(Exposition, RecordsAreCountedByObjectDirectionAndResult) {
  reconcile::PlanCounts& counts = salesforce().tally.applied["Lead"];
  counts.read = 20;
  counts.created = 12;
  counts.quarantined = 1;
  const auto lines = series();
  const std::string labels = R"({connection="salesforce",object="Lead",direction="in",result=)";
  EXPECT_THAT(lines, Contains("prospectd_records_total" + labels + "\"created\"} 12"));
  EXPECT_THAT(lines, Contains("prospectd_records_total" + labels + "\"quarantined\"} 1"));
  EXPECT_THAT(lines, Contains("prospectd_records_total" + labels + "\"deleted\"} 0"));
  EXPECT_THAT(lines, Contains(R"(prospectd_records_read_total{connection="salesforce",object="Lead"} 20)"));
}

TEST_F(Exposition, LagIsInSecondsAndWhatNoCycleHasReadHasNone) {
  engine::status_of(salesforce().objects, "Lead").lag = milliseconds{2'500};
  engine::status_of(salesforce().objects, "Contact").lag.reset();
  const auto lines = series();
  EXPECT_THAT(lines, Contains(R"(prospectd_sync_lag_seconds{connection="salesforce",object="Lead"} 2.5)"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("Contact"))));
}

TEST_F(Exposition, DriftIsWhatTheLastScanOfAnObjectFound) {
  reconcile::Verification scan;
  scan.object = "Lead";
  scan.began_at = kNow;
  scan.counts = {100, 1, 2, 3, 4, 5};
  scan.code = "MASS_CHANGE";
  engine::status_of(salesforce().objects, "Lead").verification = scan;
  salesforce().verify.every = std::chrono::hours{1};
  const auto lines = series();
  const std::string labels = R"({connection="salesforce",object="Lead")";
  EXPECT_THAT(lines, Contains("prospectd_drift_records" + labels + R"(,kind="missing_here"} 1)"));
  EXPECT_THAT(lines, Contains("prospectd_drift_records" + labels + R"(,kind="gone_there"} 4)"));
  EXPECT_THAT(lines, Contains("prospectd_drift_repaired_records" + labels + "} 5"));
  EXPECT_THAT(lines, Contains("prospectd_verified_timestamp_seconds" + labels + "} 1800000000"));
  EXPECT_THAT(lines, Contains("prospectd_verification_stopped" + labels + "} 1"));
  EXPECT_THAT(lines, Contains(R"(prospectd_verify_interval_seconds{connection="salesforce"} 3600)"));
}

TEST_F(Exposition, ACursorIsWhereItStandsByTheCrmsClock) {
  cursor("Lead").cursor.stamp = kNow;
  EXPECT_THAT(
      series(),
      Contains(R"(prospectd_cursor_timestamp_seconds{connection="salesforce",object="Lead"} 1800000000)"));
}

TEST_F(Exposition, WhatIsNotKnownHasNoSeries) {
  cursor("Lead");
  figures.totals.reset();
  const std::string text = exposition(figures);
  for (const char* name :
       {"prospectd_sync_lag_seconds", "prospectd_cursor_timestamp_seconds", "prospectd_api_limit_ratio",
        "prospectd_prospects", "prospectd_dlq_depth", "prospectd_database_bytes", "process_open_fds"})
    EXPECT_THAT(text, Not(HasSubstr(name)));
  EXPECT_THAT(series_of(text), Contains("prospectd_database_up 0"));
}

TEST_F(Exposition, TheDatabasesTotalsAreGauges) {
  figures.totals->prospects = 11'689;
  figures.totals->dead_letters = 3;
  figures.totals->outbox = 2;
  figures.totals->outbox_dead = 1;
  figures.totals->outbox_oldest = store::OldestPush{kNow - seconds{90}, {}, {}, {}};
  const auto lines = series();
  EXPECT_THAT(lines, Contains("prospectd_database_up 1"));
  EXPECT_THAT(lines, Contains("prospectd_prospects 11689"));
  EXPECT_THAT(lines, Contains("prospectd_dlq_depth{direction=\"in\"} 3"));
  EXPECT_THAT(lines, Contains("prospectd_dlq_depth{direction=\"out\"} 1"));
  EXPECT_THAT(lines, Contains("prospectd_outbox_oldest_seconds 90"));
  EXPECT_THAT(lines, Contains("prospectd_outbox_depth 2"));
}

TEST_F(Exposition, CyclesAreAHistogramWhoseBucketsAddUp) {
  for (const int ms : {40, 60, 2'000, 5'000'000})
    salesforce().tally.cycles.add(milliseconds{ms});
  const auto lines = series();
  const std::string bucket = R"(prospectd_cycle_duration_seconds_bucket{connection="salesforce",le=)";
  EXPECT_THAT(lines, Contains(bucket + "\"0.05\"} 1"));
  EXPECT_THAT(lines, Contains(bucket + "\"0.1\"} 2"));
  EXPECT_THAT(lines, Contains(bucket + "\"1\"} 2"));
  EXPECT_THAT(lines, Contains(bucket + "\"5\"} 3"));
  EXPECT_THAT(lines, Contains(bucket + "\"1800\"} 3"));
  EXPECT_THAT(lines, Contains(bucket + "\"+Inf\"} 4"));
  EXPECT_THAT(lines, Contains(R"(prospectd_cycle_duration_seconds_count{connection="salesforce"} 4)"));
  EXPECT_THAT(lines, Contains(R"(prospectd_cycle_duration_seconds_sum{connection="salesforce"} 5002.1)"));
}

TEST_F(Exposition, ACycleThatTakesExactlyABoundBelongsToIt) {
  salesforce().tally.cycles.add(seconds{5});
  EXPECT_THAT(series(),
              Contains(R"(prospectd_cycle_duration_seconds_bucket{connection="salesforce",le="5"} 1)"));
}

TEST_F(Exposition, OneStateOfAConnectionIsOne) {
  salesforce().state = engine::ConnectionState::kNeedsAttention;
  salesforce().circuit = engine::Circuit::kOpen;
  salesforce().failing_for = seconds{90};
  const auto lines = series();
  EXPECT_THAT(lines,
              Contains(R"(prospectd_connection_state{connection="salesforce",state="needs_attention"} 1)"));
  EXPECT_THAT(lines, Contains(R"(prospectd_connection_state{connection="salesforce",state="idle"} 0)"));
  EXPECT_THAT(lines, Contains(R"(prospectd_circuit_state{connection="salesforce"} 2)"));
  EXPECT_THAT(lines, Contains(R"(prospectd_failing_seconds{connection="salesforce"} 90)"));
}

TEST_F(Exposition, RequestsAndTheAllowance) {
  figures.requests = {{"200", 24}, {"timeout", 1}};
  salesforce().usage = {3'000, 15'000};
  const auto lines = series();
  EXPECT_THAT(lines, Contains(R"(prospectd_api_requests_total{code="200"} 24)"));
  EXPECT_THAT(lines, Contains(R"(prospectd_api_requests_total{code="timeout"} 1)"));
  EXPECT_THAT(lines, Contains(R"(prospectd_api_limit_ratio{connection="salesforce"} 0.2)"));
}

TEST_F(Exposition, F59_ARefusedReloadShows) {
  figures.reloads = {2, 1, false, kNow};
  const auto lines = series();
  EXPECT_THAT(lines, Contains("prospectd_config_last_reload_successful 0"));
  EXPECT_THAT(lines, Contains("prospectd_config_last_reload_success_timestamp_seconds 1800000000"));
  EXPECT_THAT(lines, Contains(R"(prospectd_config_reloads_total{result="refused"} 1)"));
}

TEST_F(Exposition, ChecksOfReadinessAreOneOrZero) {
  figures.checks = {{"engine", true, {}}, {"login", false, "a sentence"}};
  const auto lines = series();
  EXPECT_THAT(lines, Contains(R"(prospectd_check_ok{check="engine"} 1)"));
  EXPECT_THAT(lines, Contains(R"(prospectd_check_ok{check="login"} 0)"));
}

TEST_F(Exposition, ANameThatNeedsItIsEscaped) {
  salesforce().name = "a\"b\\c\nd";
  EXPECT_THAT(series(), Contains(R"(prospectd_circuit_state{connection="a\"b\\c\nd"} 0)"));
}

TEST_F(Exposition, ThereAreNeverMoreThanFiveHundredSeriesAndWhatIsLeftOutIsCounted) {
  const auto fill = [this](size_t connections) {
    figures.connections.clear();
    figures.cursors.clear();
    for (size_t i = 0; i < connections; ++i) {
      engine::ConnectionStatus one = connection("org" + std::to_string(i));
      for (const char* object : {"User", "Group", "Account", "Contact", "Lead"}) {
        one.tally.applied[object].read = 1;
        engine::status_of(one.objects, object).lag = milliseconds{0};
        CursorFigure at{one.name, object, {}};
        at.cursor.stamp = kNow;
        figures.cursors.push_back(at);
      }
      figures.connections.push_back(std::move(one));
    }
  };
  fill(2);
  EXPECT_THAT(series(), Contains("prospectd_metrics_series_left_out 0"));
  fill(40);
  const auto many = series();
  EXPECT_LE(many.size(), kSeriesMax);
  EXPECT_THAT(many, Not(Contains("prospectd_metrics_series_left_out 0")));
  EXPECT_THAT(many, Contains(HasSubstr("prospectd_metrics_series_left_out ")));
  EXPECT_THAT(many, Contains(R"(prospectd_sync_lag_seconds{connection="org39",object="Lead"} 0)"))
      << "the lag is the last to go";
}

}  // namespace
}  // namespace prospectd::metrics
