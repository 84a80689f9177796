#include "daemon/wire/inspect.h"

#include "reconcile/store/inspect.h"

namespace prospectd::wire {
namespace {

Result<cli::StateReport> inspect(const config::Config& config) {
  PD_ASSIGN(seen, store::inspect_sqlite(config.state.database_file()));
  cli::StateReport report;
  report.found = seen.found;
  report.bytes = seen.bytes;
  report.log_bytes = seen.log_bytes;
  report.log_bytes_max = seen.log_bytes_max;
  report.schema = seen.schema;
  report.newest_schema = seen.newest_schema;
  report.prospects = seen.totals.prospects;
  report.open_duplicates = seen.totals.open_duplicates;
  report.dead_letters = seen.totals.dead_letters;
  report.open_conflicts = seen.totals.open_conflicts;
  report.outbox_dead = seen.totals.outbox_dead;
  for (store::NamedCursor& cursor : seen.cursors)
    report.cursors.push_back({std::move(cursor.connection), std::move(cursor.object), cursor.verified});
  return report;
}

Result<void> look_through(const config::Config& config, std::function<bool()> stop) {
  return store::look_through_sqlite(config.state.database_file(), std::move(stop));
}

std::optional<std::string> owner(const config::Config& config) {
  return store::sqlite_owner(config.state.database_file());
}

}  // namespace

cli::StateHooks state_hooks() {
  return {inspect, look_through, owner};
}

}  // namespace prospectd::wire
