// What the machine allows the daemon: the one that runs, or one that would be started as this program was.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <sstream>

#include "base/text.h"
#include "config/files.h"
#include "daemon/cli/doctor.h"

namespace prospectd::cli::doctor {
namespace {

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();
constexpr int64_t kMegabyte = 1'000'000;
constexpr int64_t kFilesLeast = 64;
constexpr int64_t kFilesWished = 256;
constexpr int64_t kMemoryLeast = 64 * kMegabyte;  // PERFORMANCE.md: what it takes at most
constexpr int64_t kMemoryWished = 128 * kMegabyte;
constexpr int64_t kLockedLeast = 64 * 1024;

// "/proc/4711" of the daemon that works on the state, else our own.
std::string process_of(const Facts& facts) {
  const std::string owner = facts.owner.value_or("");
  const size_t digits = owner.find_first_of("0123456789");
  return "/proc/" + (digits == std::string::npos ? "self" : owner.substr(digits));
}

std::string text_of(const std::string& path) {
  return config::read_text_file(path).text.value_or("");
}

int64_t number_in(const std::string& text) {
  std::istringstream words(text);
  int64_t number = 0;
  return words >> number ? number : kUnlimited;
}

// The soft limit of a row of /proc/PID/limits: "Max open files            1024       1048576    files".
int64_t limit_of(const Facts& facts, const std::string& name) {
  const std::string text = text_of(process_of(facts) + "/limits");
  const size_t at = text.find(name);
  return at == std::string::npos ? kUnlimited : number_in(text.substr(at + name.size()));
}

// What its control group may take (cgroup v2), its own and those above it.
int64_t group_limit_of(const Facts& facts) {
  std::string group = text_of(process_of(facts) + "/cgroup");
  const size_t at = group.find("0::/");
  if (at == std::string::npos) return kUnlimited;
  group = group.substr(at + 3, group.find('\n', at) - at - 3);
  int64_t limit = kUnlimited;
  while (!group.empty()) {  // bounded by the path's length
    const std::string text = text_of("/sys/fs/cgroup" + group + "/memory.max");
    if (!text.empty()) limit = std::min(limit, number_in(text));
    group.erase(std::min(group.rfind('/'), group.size()));
  }
  return limit;
}

int64_t available_memory() {
  const std::string text = text_of("/proc/meminfo");
  const std::string name = "MemAvailable:";
  const size_t at = text.find(name);
  const int64_t kilobytes = at == std::string::npos ? kUnlimited : number_in(text.substr(at + name.size()));
  return kilobytes == kUnlimited ? kUnlimited : kilobytes * 1'024;
}

std::string megabytes(int64_t bytes) {
  return bytes == kUnlimited ? "no limit" : group_digits(bytes / kMegabyte) + " MB";
}

Outcome look_at_open_files(const Question& q) {
  const int64_t limit = limit_of(q.facts, "Max open files");
  const std::string evidence =
      limit == kUnlimited ? "no limit" : group_digits(limit) + " may be open at once";
  const std::string remedy = "raise it: LimitNOFILE=1024 in the unit, or ulimit -n 1024";
  if (limit < kFilesLeast) return {failure(ErrorCode::kInternal, evidence, remedy)};
  if (limit < kFilesWished) return {warning(evidence, remedy)};
  return {ok(evidence)};
}

Outcome look_at_memory(const Question& q) {
  const int64_t limit = std::min(limit_of(q.facts, "Max address space"), group_limit_of(q.facts));
  const int64_t available = available_memory();
  const std::string evidence = "limit: " + megabytes(limit) + ", available: " + megabytes(available);
  const std::string remedy = "raise MemoryMax= of the unit, or give the machine more";
  const int64_t least = std::min(limit, available);
  if (least < kMemoryLeast) return {failure(ErrorCode::kInternal, evidence, remedy)};
  if (least < kMemoryWished) return {warning(evidence, remedy)};
  return {ok(evidence)};
}

Outcome look_at_locked_memory(const Question& q) {
  const int64_t limit = limit_of(q.facts, "Max locked memory");
  if (limit >= kLockedLeast) return {ok("secrets are kept out of the swap")};
  return {warning(group_digits(limit) + " bytes may be locked: secrets could reach the swap",
                  "LimitMEMLOCK=1M in the unit, or ulimit -l 1024")};
}

}  // namespace

Group machine_checks() {
  return {"machine",
          {{"open_files", "open files", look_at_open_files},
           {"memory", "memory", look_at_memory},
           {"locked_memory", "locked memory", look_at_locked_memory}}};
}

}  // namespace prospectd::cli::doctor
