// Metrics: the figures of the moment, gathered when somebody asks for them. There are no counters beside
// those of the engine and the store, so that metrics and status can't tell two stories. On the loop's thread;
// the database and the system are read on the scheduler's reading thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "daemon/metrics/figures.h"

namespace prospectd::metrics {

class Metrics {
 public:
  virtual ~Metrics() = default;
  /// In Prometheus' text format (exposition.h). A database that can't be read is a figure too, not an error.
  virtual boost::asio::awaitable<std::string> exposition() = 0;
};

/// Where the figures come from; all outlive the metrics.
struct Sources {
  engine::Scheduler& scheduler;
  service::Service& service;
  std::string version;
  std::string database;                                      ///< path of the database file
  std::function<std::map<std::string, int64_t>()> requests;  ///< to CRMs, by outcome
  std::function<config::ReloadHistory()> reloads;
};

std::unique_ptr<Metrics> make_metrics(Sources sources);

}  // namespace prospectd::metrics
