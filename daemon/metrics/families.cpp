#include "daemon/metrics/families.h"

#include <limits>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace prospectd::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// A histogram's bounds, the one above all, and its sum and count.
constexpr size_t kHistogramSeries = engine::kCycleSecondsBounds.size() + 3;

std::vector<ClientMetric::Label> labels_of(Labels labels) {
  std::vector<ClientMetric::Label> out;
  for (auto& [name, value] : labels)
    out.push_back({std::move(name), std::move(value)});
  return out;
}

}  // namespace

struct Families::Impl {
  explicit Impl(size_t series_max) : room(series_max - 1) {}  // the last gauge has its place

  size_t room;
  size_t left_out = 0;
  std::vector<MetricFamily> all;

  void begin(const char* name, const char* help, MetricType type) {
    MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = type;
    all.push_back(std::move(family));
  }
  bool take(size_t series) {
    if (series > room) {
      left_out += series;
      return false;
    }
    room -= series;
    return true;
  }
};

Families::Families(size_t series_max) : impl_(std::make_unique<Impl>(series_max)) {}
Families::~Families() = default;

void Families::counter(const char* name, const char* help) {
  impl_->begin(name, help, MetricType::Counter);
}
void Families::gauge(const char* name, const char* help) {
  impl_->begin(name, help, MetricType::Gauge);
}
void Families::histogram(const char* name, const char* help) {
  impl_->begin(name, help, MetricType::Histogram);
}

void Families::add(Labels labels, double value) {
  if (!impl_->take(1)) return;
  ClientMetric metric;
  metric.label = labels_of(std::move(labels));
  MetricFamily& family = impl_->all.back();
  (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  family.metric.push_back(std::move(metric));
}

void Families::add(Labels labels, const engine::Durations& durations) {
  if (!impl_->take(kHistogramSeries)) return;
  ClientMetric metric;
  metric.label = labels_of(std::move(labels));
  uint64_t count = 0;
  for (size_t i = 0; i < durations.counts.size(); ++i) {
    count += static_cast<uint64_t>(durations.counts[i]);
    const bool last = i == engine::kCycleSecondsBounds.size();
    const double bound = last ? std::numeric_limits<double>::infinity() : engine::kCycleSecondsBounds[i];
    metric.histogram.bucket.push_back({count, bound});
  }
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = durations.seconds_sum;
  impl_->all.back().metric.push_back(std::move(metric));
}

std::string Families::text() {
  impl_->room = 1;
  gauge("prospectd_metrics_series_left_out", "Series for which there was no room in this answer.");
  add({}, static_cast<double>(std::exchange(impl_->left_out, 0)));
  std::erase_if(impl_->all, [](const MetricFamily& family) { return family.metric.empty(); });
  return prometheus::TextSerializer().Serialize(impl_->all);
}

}  // namespace prospectd::metrics
