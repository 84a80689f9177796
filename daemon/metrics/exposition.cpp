#include "daemon/metrics/exposition.h"

#include <algorithm>

#include "daemon/metrics/families.h"

namespace prospectd::metrics {
namespace {

using engine::ConnectionState;
using engine::ConnectionStatus;
using reconcile::PlanCounts;
using Connections = std::vector<ConnectionStatus>;

double number(int64_t n) {
  return static_cast<double>(n);
}

double seconds_of(milliseconds d) {
  return std::chrono::duration<double>(d).count();
}

double unix_seconds(Timestamp t) {
  return seconds_of(t.time_since_epoch());
}

// ---- the daemon ----

void add_daemon(Families& out, const Figures& figures) {
  out.gauge("prospectd_build_info", "1; the version is a label.");
  out.add({{"version", figures.version}}, 1);
  out.gauge("prospectd_check_ok", "1 while the check of /readyz holds.");
  for (const service::Check& check : figures.checks)
    out.add({{"check", check.name}}, check.ok ? 1 : 0);
  out.gauge("prospectd_lease_held", "1 while this process holds the lock of its database.");
  out.add({}, 1);  // the store is not open without it
  out.gauge("prospectd_config_last_reload_successful",
            "1 while the last reload of the configuration was taken.");
  out.add({}, figures.reloads.last_taken ? 1 : 0);
  out.gauge("prospectd_config_last_reload_success_timestamp_seconds",
            "When a configuration was last taken, the start's included.");
  out.add({}, unix_seconds(figures.reloads.taken_at));
  out.counter("prospectd_config_reloads_total", "Reloads of the configuration since the start, by result.");
  out.add({{"result", "taken"}}, number(figures.reloads.taken));
  out.add({{"result", "refused"}}, number(figures.reloads.refused));
}

void add_process(Families& out, const Figures& figures) {
  const ProcessFigures& process = figures.process;
  out.gauge("process_start_time_seconds", "When the process began, since the epoch.");
  out.add({}, unix_seconds(figures.started_at));
  out.counter("process_cpu_seconds_total", "User and system time spent.");
  out.add({}, process.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Resident memory.");
  if (process.resident_bytes) out.add({}, number(*process.resident_bytes));
  out.gauge("process_open_fds", "Open file descriptors.");
  if (process.open_descriptors) out.add({}, number(*process.open_descriptors));
  out.gauge("process_max_fds", "File descriptors that may be open at once.");
  if (process.descriptors_max) out.add({}, number(*process.descriptors_max));
}

// ---- the database ----

struct TotalRow {
  const char* name;
  const char* help;
  int64_t store::Totals::*count;
};

using store::Totals;
constexpr TotalRow kTotals[] = {
    {"prospectd_prospects", "Prospects in the database.", &Totals::prospects},
    {"prospectd_prospects_without_key", "Of these, those without a usable address.", &Totals::without_key},
    {"prospectd_links", "Prospects' links to records of CRMs.", &Totals::links},
    {"prospectd_duplicates_open", "Records held back, because another prospect has their address.",
     &Totals::open_duplicates},
    {"prospectd_conflicts_open", "Fields that both sides changed and a person has to review.",
     &Totals::open_conflicts},
    {"prospectd_outbox_depth", "Changes that wait to be written to a CRM.", &Totals::outbox},
};

// What was given up, and how long what is to be written waits.
void add_waiting(Families& out, const Figures& figures) {
  if (!figures.totals) return;
  out.gauge("prospectd_dlq_depth",
            "What was given up for a person to see. in: records that can't be read; out: writes that a CRM "
            "refused.");
  out.add({{"direction", "in"}}, number(figures.totals->dead_letters));
  out.add({{"direction", "out"}}, number(figures.totals->outbox_dead));
  out.gauge("prospectd_outbox_oldest_seconds",
            "How long the oldest change waits to be written; 0 while none does.");
  const auto& oldest = figures.totals->outbox_oldest;
  const Timestamp since = oldest ? oldest->made : figures.now;
  out.add({}, seconds_of(std::max(figures.now - since, milliseconds{0})));
}

void add_database(Families& out, const Figures& figures) {
  out.gauge("prospectd_database_up", "1 while the database can be read.");
  out.add({}, figures.totals ? 1 : 0);
  for (const TotalRow& row : kTotals) {
    out.gauge(row.name, row.help);
    if (figures.totals) out.add({}, number(*figures.totals.*row.count));
  }
  add_waiting(out, figures);
  const StorageFigures& storage = figures.storage;
  out.gauge("prospectd_database_bytes", "Size of the database file.");
  if (storage.database_bytes) out.add({}, number(*storage.database_bytes));
  out.gauge("prospectd_database_log_bytes", "Size of the write-ahead log.");
  if (storage.log_bytes) out.add({}, number(*storage.log_bytes));
  out.gauge("prospectd_state_free_bytes", "Free space on the file system of the database.");
  if (storage.free_bytes) out.add({}, number(*storage.free_bytes));
}

// ---- the connections ----

constexpr ConnectionState kStates[] = {ConnectionState::kStarting, ConnectionState::kIdle,
                                       ConnectionState::kSyncing,  ConnectionState::kBackingOff,
                                       ConnectionState::kWaiting,  ConnectionState::kNeedsAttention,
                                       ConnectionState::kStopped};

void add_states(Families& out, const Connections& connections) {
  out.gauge("prospectd_connection_state", "1 for the state that the connection is in.");
  for (const ConnectionStatus& one : connections) {
    for (const ConnectionState state : kStates) {
      out.add({{"connection", one.name}, {"state", std::string(engine::name_of(state))}},
              one.state == state ? 1 : 0);
    }
  }
  out.gauge("prospectd_circuit_state",
            "0 closed: polls at its interval; 1 half open: tries one cycle after a failed one; 2 open: rests "
            "first.");
  for (const ConnectionStatus& one : connections)
    out.add({{"connection", one.name}}, static_cast<double>(one.circuit));
  out.gauge("prospectd_consecutive_failures", "Cycles in a row that failed, or had to leave an object out.");
  for (const ConnectionStatus& one : connections)
    out.add({{"connection", one.name}}, one.consecutive_failures);
  out.gauge("prospectd_failing_seconds", "Since the first of these; 0 while there is none.");
  for (const ConnectionStatus& one : connections)
    out.add({{"connection", one.name}}, seconds_of(one.failing_for.value_or(milliseconds{0})));
  out.gauge("prospectd_connection_alerts", "What the last cycle found that a person should look at.");
  for (const ConnectionStatus& one : connections)
    out.add({{"connection", one.name}}, static_cast<double>(one.alerts.size()));
}

void add_lag(Families& out, const Figures& figures) {
  out.gauge("prospectd_sync_lag_seconds", "How old what is known of the object may be.");
  for (const ConnectionStatus& one : figures.connections) {
    for (const engine::ObjectStatus& object : one.objects) {
      if (object.lag) out.add({{"connection", one.name}, {"object", object.object}}, seconds_of(*object.lag));
    }
  }
  out.gauge("prospectd_cursor_timestamp_seconds",
            "Up to which change of the object all is committed, by the CRM's clock.");
  for (const CursorFigure& at : figures.cursors) {
    if (at.cursor.stamp)
      out.add({{"connection", at.connection}, {"object", at.object}}, unix_seconds(*at.cursor.stamp));
  }
  out.gauge("prospectd_poll_interval_seconds", "How often the connection is polled.");
  for (const ConnectionStatus& one : figures.connections)
    out.add({{"connection", one.name}}, seconds_of(one.poll_interval));
}

// What the last drift scan of each object has found.
void add_drift(Families& out, const Connections& connections) {
  const auto each = [&](const auto& add) {
    for (const ConnectionStatus& one : connections) {
      for (const engine::ObjectStatus& object : one.objects)
        if (object.verification) add(one.name, object.object, *object.verification);
    }
  };
  using Scan = reconcile::Verification;
  out.gauge("prospectd_drift_records",
            "Records that the last drift scan found apart from the CRM's, by how they were.");
  each([&](const std::string& connection, const std::string& object, const Scan& scan) {
    for (const reconcile::DriftKind kind : reconcile::kDriftKinds) {
      out.add({{"connection", connection}, {"object", object}, {"kind", std::string(name_of(kind))}},
              number(scan.counts.of(kind)));
    }
  });
  out.gauge("prospectd_drift_repaired_records", "Of these, those that it repaired.");
  each([&](const std::string& connection, const std::string& object, const Scan& scan) {
    out.add({{"connection", connection}, {"object", object}}, number(scan.counts.repaired));
  });
  out.gauge("prospectd_verified_timestamp_seconds", "When the object's last drift scan began.");
  each([&](const std::string& connection, const std::string& object, const Scan& scan) {
    out.add({{"connection", connection}, {"object", object}}, unix_seconds(scan.began_at));
  });
  out.gauge("prospectd_verification_stopped", "1 where that scan could not be finished.");
  each([&](const std::string& connection, const std::string& object, const Scan& scan) {
    out.add({{"connection", connection}, {"object", object}}, scan.code.empty() ? 0 : 1);
  });
  out.gauge("prospectd_verify_interval_seconds", "How often drift is looked for; 0: never by itself.");
  for (const ConnectionStatus& one : connections)
    out.add({{"connection", one.name}}, seconds_of(one.verify.every));
}

void add_requests(Families& out, const Figures& figures) {
  out.counter("prospectd_api_requests_total",
              "Requests to CRMs since the start, logins included, by HTTP status or what went wrong.");
  for (const auto& [outcome, count] : figures.requests)
    out.add({{"code", outcome}}, number(count));
  out.gauge("prospectd_api_limit_ratio",
            "Share of the CRM's daily allowance of calls that is used, by anybody.");
  for (const ConnectionStatus& one : figures.connections) {
    if (one.usage.allowed > 0)
      out.add({{"connection", one.name}}, number(one.usage.used) / number(one.usage.allowed));
  }
}

void add_cycles(Families& out, const Connections& connections) {
  out.histogram("prospectd_cycle_duration_seconds", "How long a cycle over a connection's objects took.");
  for (const ConnectionStatus& one : connections)
    out.add({{"connection", one.name}}, one.tally.cycles);
  out.counter("prospectd_cycles_total", "Cycles since the start; incomplete: an object could not be read.");
  for (const ConnectionStatus& one : connections) {
    out.add({{"connection", one.name}, {"result", "complete"}}, number(one.tally.complete));
    out.add({{"connection", one.name}, {"result", "incomplete"}}, number(one.tally.incomplete));
    out.add({{"connection", one.name}, {"result", "failed"}}, number(one.tally.failed));
  }
}

struct ResultRow {
  const char* result;
  int64_t PlanCounts::*count;
};

constexpr ResultRow kResults[] = {
    {"unchanged", &PlanCounts::unchanged},
    {"created", &PlanCounts::created},
    {"updated", &PlanCounts::updated},
    {"linked", &PlanCounts::linked},
    {"held", &PlanCounts::held},
    {"held_again", &PlanCounts::held_again},
    {"deleted", &PlanCounts::deleted},
    {"restored", &PlanCounts::restored},
    {"moved", &PlanCounts::moved},
    {"skipped", &PlanCounts::skipped},
    {"quarantined", &PlanCounts::quarantined},
};

void add_records(Families& out, const Connections& connections) {
  out.counter("prospectd_records_read_total", "Records read since the start, each as often as it was.");
  for (const ConnectionStatus& one : connections) {
    for (const auto& [object, counts] : one.tally.applied)
      out.add({{"connection", one.name}, {"object", object}}, number(counts.read));
  }
  out.counter("prospectd_records_total",
              "What was committed of records since the start; one that is restored may be updated too.");
  for (const ConnectionStatus& one : connections) {
    for (const auto& [object, counts] : one.tally.applied) {
      for (const ResultRow& row : kResults) {
        out.add({{"connection", one.name}, {"object", object}, {"direction", "in"}, {"result", row.result}},
                number(counts.*row.count));
      }
    }
  }
  out.counter(
      "prospectd_pushes_total",
      "What became of changes made here, towards the CRM, since the start; tried again: once each time.");
  for (const ConnectionStatus& one : connections) {
    for (const engine::PushCount& row : engine::kPushCounts) {
      out.add({{"connection", one.name}, {"result", std::string(row.name)}},
              number(one.tally.pushed.*row.count));
    }
  }
}

}  // namespace

std::string exposition(const Figures& figures) {
  Families out(kSeriesMax);
  add_daemon(out, figures);
  add_process(out, figures);
  add_database(out, figures);
  add_requests(out, figures);
  add_lag(out, figures);
  add_drift(out, figures.connections);
  add_states(out, figures.connections);
  add_cycles(out, figures.connections);
  add_records(out, figures.connections);
  return out.text();
}

}  // namespace prospectd::metrics
