// The metrics as Prometheus reads them: names, labels and help of every family, in one place. Labels are
// names of the configuration (connections, objects) and words of our own, never an id or a value of a record
// (I11). Pure, any thread.
#pragma once

#include <string>

#include "daemon/metrics/figures.h"

namespace prospectd::metrics {

/// Of one exposition, a histogram's buckets counted each. What a configuration with many connections has
/// beyond that is left out, the counts by object first, and prospectd_metrics_series_left_out says how much.
constexpr size_t kSeriesMax = 500;

constexpr const char* kMediaType = "text/plain; version=0.0.4; charset=utf-8";

/// In Prometheus' text format 0.0.4.
std::string exposition(const Figures& figures);

}  // namespace prospectd::metrics
