#include "daemon/metrics/machine.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace prospectd::metrics {
namespace {

namespace fs = std::filesystem;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::optional<int64_t> resident_bytes() {
  std::ifstream file("/proc/self/statm");
  int64_t pages_in_all = 0;
  int64_t pages = 0;
  if (!(file >> pages_in_all >> pages)) return std::nullopt;
  return pages * ::sysconf(_SC_PAGESIZE);
}

std::optional<int64_t> open_descriptors() {
  std::error_code problem;
  int64_t count = 0;
  for (fs::directory_iterator at("/proc/self/fd", problem), end; !problem && at != end; at.increment(problem))
    ++count;
  if (problem || count == 0) return std::nullopt;
  return count - 1;  // the one that this look has open itself
}

std::optional<int64_t> size_of(const std::string& path) {
  std::error_code problem;
  const auto size = fs::file_size(path, problem);
  if (problem) return std::nullopt;
  return static_cast<int64_t>(size);
}

}  // namespace

ProcessFigures process_figures() {
  ProcessFigures figures;
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0)
    figures.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  figures.resident_bytes = resident_bytes();
  figures.open_descriptors = open_descriptors();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    figures.descriptors_max = static_cast<int64_t>(limit.rlim_cur);
  return figures;
}

StorageFigures storage_figures(const std::string& database) {
  StorageFigures figures;
  figures.database_bytes = size_of(database);
  figures.log_bytes = size_of(database + "-wal");
  struct statvfs disk {};
  if (::statvfs(database.c_str(), &disk) == 0)
    figures.free_bytes = static_cast<int64_t>(disk.f_bavail) * static_cast<int64_t>(disk.f_frsize);
  return figures;
}

}  // namespace prospectd::metrics
