#include "tests/bench/figures.h"

#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <fstream>
#include <optional>

namespace prospectd::bench {
namespace {

double cpu_of_process() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds_of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

// Of this program's memory alone; getrusage's also knows what ran in the process before.
int64_t memory_of_process(std::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return std::stoll(line.substr(line.find_first_of("0123456789"))) * 1024;
  }
  return 0;
}

int64_t now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1};
}

template <class Number>
bool read(std::string_view text, std::string_view name, Number& to) {
  const std::string key = " " + std::string(name) + "=";
  const std::string line = " " + std::string(text);
  const size_t at = line.find(key);
  if (at == std::string::npos) return false;
  const char* begin = line.data() + at + key.size();
  return std::from_chars(begin, line.data() + line.size(), to).ec == std::errc{};
}

}  // namespace

std::string to_text(const Figures& f) {
  return "records=" + std::to_string(f.records) + " people=" + std::to_string(f.people) +
         " committed_seconds=" + std::to_string(f.committed_seconds) +
         " seconds=" + std::to_string(f.seconds) + " cpu_seconds=" + std::to_string(f.cpu_seconds) +
         " peak_bytes=" + std::to_string(f.peak_bytes) + " calls=" + std::to_string(f.calls) +
         " rows_written=" + std::to_string(f.rows_written) + " log_bytes=" + std::to_string(f.log_bytes) +
         " touches=" + std::to_string(f.touches) + " idle_bytes=" + std::to_string(f.idle_bytes);
}

Result<Figures> figures_of(std::string_view text) {
  Figures f;
  const bool whole = read(text, "records", f.records) && read(text, "people", f.people) &&
                     read(text, "committed_seconds", f.committed_seconds) &&
                     read(text, "seconds", f.seconds) && read(text, "cpu_seconds", f.cpu_seconds) &&
                     read(text, "peak_bytes", f.peak_bytes) && read(text, "calls", f.calls) &&
                     read(text, "rows_written", f.rows_written) && read(text, "log_bytes", f.log_bytes) &&
                     read(text, "touches", f.touches) && read(text, "idle_bytes", f.idle_bytes);
  if (!whole) return make_error(ErrorCode::kInternal, "a measured run ended without its figures");
  return f;
}

Result<double> figure_in(std::string_view text, std::string_view name) {
  double figure = 0;
  if (read(text, name, figure)) return figure;
  return make_error(ErrorCode::kInternal, "a measured run ended without its " + std::string(name));
}

int64_t resident_bytes() {
  return memory_of_process("VmRSS:");
}

double seconds_now() {
  return static_cast<double>(now_ns()) / 1e9;
}

Meter::Meter() : began_ns_(now_ns()), cpu_before_(cpu_of_process()) {}

double Meter::elapsed() const {
  return static_cast<double>(now_ns() - began_ns_) / 1e9;
}

void Meter::fill(Figures& figures) const {
  figures.seconds = elapsed();
  figures.committed_seconds = committed_ > 0 ? committed_ : figures.seconds;
  figures.cpu_seconds = cpu_of_process() - cpu_before_;
  figures.peak_bytes = memory_of_process("VmHWM:");
}

}  // namespace prospectd::bench
