// Figures: what prospectd knows of itself at one moment, for its metrics. What is not known is not there, and
// no series is made of it. Plain data, any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/changes.h"
#include "daemon/service/service.h"

namespace prospectd::metrics {

/// Of this process, as the system counts it.
struct ProcessFigures {
  double cpu_seconds = 0;
  std::optional<int64_t> resident_bytes;
  std::optional<int64_t> open_descriptors;
  std::optional<int64_t> descriptors_max;
};

/// Of the database's files and the file system that holds them.
struct StorageFigures {
  std::optional<int64_t> database_bytes;
  std::optional<int64_t> log_bytes;   ///< what has not been moved into the database file yet
  std::optional<int64_t> free_bytes;  ///< for a process without privileges
};

/// How far an object has been read and committed.
struct CursorFigure {
  std::string connection;
  std::string object;
  reconcile::Cursor cursor;
};

struct Figures {
  std::string version;
  Timestamp now{};
  Timestamp started_at{};
  std::vector<service::Check> checks;   ///< of readiness
  std::optional<store::Totals> totals;  ///< none: the database could not be read
  std::vector<CursorFigure> cursors;
  std::vector<engine::ConnectionStatus> connections;
  std::map<std::string, int64_t> requests;  ///< to CRMs, by outcome
  config::ReloadHistory reloads;
  ProcessFigures process;
  StorageFigures storage;
};

}  // namespace prospectd::metrics
