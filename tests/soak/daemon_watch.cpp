#include "tests/soak/daemon_watch.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"

namespace prospectd::soak {
namespace {

constexpr size_t kWarningsKept = 5;

int64_t kilobytes_of(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string word;
  int64_t kilobytes = 0;
  while (status >> word) {
    if (word == "VmRSS:") status >> kilobytes;
  }
  return kilobytes;
}

// The number behind a series of the Prometheus text format.
int64_t series_of(const std::string& text, const std::string& series) {
  const size_t at = text.find("\n" + series + " ");
  if (at == std::string::npos) return 0;
  return static_cast<int64_t>(std::stod(text.substr(at + series.size() + 2)));
}

}  // namespace

bool DaemonWatch::look(milliseconds since_start) {
  if (!follower_.daemon().running()) return false;
  samples_.push_back({since_start, kilobytes_of(follower_.daemon().pid())});
  look_at_status();
  return true;
}

void DaemonWatch::look_at_status() {
  const auto status = follower_.status();
  if (!status) return;
  const auto& connections = cli::member(*status, "connections");
  if (!connections.is_array() || connections.empty()) return;
  const auto& objects = cli::member(connections.front(), "objects");
  objects_ = std::max(objects_, objects.size());
  int64_t lag = 0;
  for (const auto& object : objects)
    lag = std::max(lag, cli::number_at(object, "lagMs"));
  lag_ = milliseconds(lag);
  lag_max_ = std::max(lag_max_, lag_);
}

const Polls& DaemonWatch::polls() {
  cli::HttpCall call;
  call.base = "http://" + std::string(trim_ascii(e2e::read_file(follower_.path("state/api.address"))));
  call.target = "/metrics";
  if (const auto answer = cli::http_call(call); answer && answer->status == 200) {
    const auto cycles = [&](const std::string& result) {
      return series_of(answer->body,
                       "prospectd_cycles_total{connection=\"salesforce\",result=\"" + result + "\"}");
    };
    polls_ = {cycles("complete"), cycles("incomplete"), cycles("failed")};
  }
  return polls_;
}

int64_t DaemonWatch::median_kilobytes(milliseconds from, milliseconds to) const {
  std::vector<int64_t> seen;
  for (const Sample& sample : samples_) {
    if (sample.at >= from && sample.at <= to) seen.push_back(sample.kilobytes);
  }
  if (seen.empty()) return 0;
  std::ranges::nth_element(seen, seen.begin() + static_cast<std::ptrdiff_t>(seen.size() / 2));
  return seen[seen.size() / 2];
}

LogReport DaemonWatch::read_log() const {
  LogReport report;
  std::istringstream log(follower_.daemon().err());
  for (std::string line; std::getline(log, line);) {
    ++report.lines;
    const auto event = cli::parse_json(line);
    const std::string level = event ? cli::text_at(*event, "level") : "error";
    if (level == "warning") {
      ++report.warnings;
      if (report.first_warnings.size() < kWarningsKept) report.first_warnings.push_back(line);
    }
    if (level == "error") report.errors.push_back(line);
  }
  return report;
}

}  // namespace prospectd::soak
