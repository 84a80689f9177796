// Families: metric families as they are written down one after another, held to a number of series. One
// thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/engine/durations.h"

namespace prospectd::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Families {
 public:
  explicit Families(size_t series_max);
  ~Families();
  Families(const Families&) = delete;
  Families& operator=(const Families&) = delete;

  /// Begins a family; what follows belongs to it. One without a series is not written.
  void counter(const char* name, const char* help);
  void gauge(const char* name, const char* help);
  void histogram(const char* name, const char* help);

  void add(Labels labels, double value);
  void add(Labels labels, const engine::Durations& durations);

  /// In the text format, ended by a gauge of the series that found no room.
  std::string text();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prospectd::metrics
