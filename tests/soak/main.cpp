// prospectd_soak: what `./dev soak` runs.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "tests/soak/soak.h"

namespace prospectd::soak {
namespace {

constexpr const char* kUsage =
    "usage: ./dev soak [--minutes N] [--people N] [--seed S] [--faults]\n"
    "\n"
    "The daemon follows a sandbox CRM of N generated people (12,000) that is edited at random all the time, "
    "for\n"
    "N minutes (30). Then the edits stop, and a few polls later both sides have to agree. Judged, too: that\n"
    "memory stays flat, that no call is made beyond what polls need, that every poll is complete and that "
    "the\n"
    "log has no error. Exit 0 when all is good.\n"
    "  --seed S   another seed, other people and other edits (1)\n"
    "  --faults   sessions end, logins are refused, objects can't be read, pages shrink, all at random\n";
constexpr int64_t kMinutesMax = 30 * 24 * 60;
constexpr int64_t kPeopleMax = 5'000'000;

/// Reads the options; false when they make no sense.
bool read_options(const std::vector<std::string>& words, SoakOptions& options) {
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--faults") {
      options.faults = true;
      continue;
    }
    if (i + 1 == words.size()) return false;
    const std::string& value = words[i + 1];
    int64_t number = -1;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ptr != value.data() + value.size() || number < 0) return false;
    if (words[i] == "--minutes" && number > 0 && number <= kMinutesMax) {
      options.minutes = number;
    } else if (words[i] == "--people" && number > 0 && number <= kPeopleMax) {
      options.people = number;
    } else if (words[i] == "--seed") {
      options.seed = static_cast<uint64_t>(number);
    } else {
      return false;
    }
    ++i;
  }
  return true;
}

int run(const std::vector<std::string>& words) {
  if (words.size() == 2 && (words[1] == "--help" || words[1] == "-h")) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  SoakOptions options;
  if (!read_options(words, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  try {
    return run_soak(options) ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "soak: %s\n", e.what());
    return 1;
  }
}

}  // namespace
}  // namespace prospectd::soak

int main(int argc, char** argv) {
  return prospectd::soak::run({argv, argv + argc});
}
