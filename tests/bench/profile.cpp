#include "tests/bench/profile.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string_view>

#include "base/text.h"
#include "tests/bench/child.h"

namespace prospectd::bench {
namespace {

constexpr int kSamplesPerSecond = 997;
constexpr size_t kTopMax = 12;  ///< functions told of a thread
constexpr size_t kNameMax = 100;

struct Frame {
  std::string symbol;
  std::string library;
};

/// What tells the stage of a frame: a part of its function's name, or of its library's. First fit wins.
struct StageRow {
  const char* part;
  const char* stage;  ///< nullptr: plain data, which belongs to whoever handles it
};
constexpr StageRow kLibraryStages[] = {
    {"libsqlite3", "store"}, {"libsodium", "store"}, {"libcurl", "http"},     {"libsimdjson", "decode"},
    {"libidn2", "map"},      {"libutf8proc", "map"}, {"libunistring", "map"},
};
constexpr StageRow kSymbolStages[] = {
    {"prospectd::mapping::Value", nullptr},
    {"prospectd::store::", "store"},
    {"prospectd::reconcile::", "decide"},
    {"prospectd::mapping::", "map"},
    {"prospectd::engine::map_", "map"},
    {"prospectd::salesforce::", "decode"},
    {"prospectd::salesforce_wire::", "decode"},
    {"simdjson::", "decode"},
    {"prospectd::http::", "http"},
    {"prospectd::engine::", "engine"},
    {"boost::asio::", "engine"},
};
constexpr const char* kStages[] = {"http", "decode", "map", "decide", "store", "engine", "other"};

struct Pipe {
  void operator()(FILE* file) const { ::pclose(file); }
};

// The name of a function without its arguments' types, so that a line holds it.
std::string short_name(std::string_view symbol) {
  std::string out;
  int depth = 0;
  for (const char c : symbol) {
    if (c == '(' && !out.empty() && out.find("::(") == std::string::npos && !out.ends_with("::")) break;
    depth += c == '<' ? 1 : 0;
    if (depth == 0) out += c;
    depth -= c == '>' && depth > 0 ? 1 : 0;
  }
  for (std::string_view noise : {"(anonymous namespace)::", "prospectd::"}) {
    for (size_t at = out.find(noise); at != std::string::npos; at = out.find(noise))
      out.erase(at, noise.size());
  }
  return out.substr(0, kNameMax);
}

/// Samples of one thread.
class ThreadProfile {
 public:
  void add(const std::vector<Frame>& frames) {
    if (frames.empty()) return;
    ++samples_;
    const std::string stage = stage_of(frames);
    ++stages_[stage];
    const Frame& top = frames.front();
    const bool named = top.symbol != "[unknown]";
    ++functions_[stage + ": " + (named ? short_name(top.symbol) : "(no name)") + "  [" + top.library + "]"];
  }
  int64_t samples() const { return samples_; }

  std::string text(const std::string& name, int64_t all) const {
    char line[256];
    std::snprintf(line, sizeof line, "thread %s: %.2f s of processor time, %.0f%% of all\n ", name.c_str(),
                  static_cast<double>(samples_) / kSamplesPerSecond, share(samples_, all));
    std::string out = line;
    for (const char* stage : kStages) {
      const auto found = stages_.find(stage);
      if (found == stages_.end()) continue;
      std::snprintf(line, sizeof line, "  %s %.1f%%", stage, share(found->second, samples_));
      out += line;
    }
    out += "\n";
    std::vector<std::pair<int64_t, std::string>> top;
    for (const auto& [function, count] : functions_)
      top.emplace_back(count, function);
    std::ranges::sort(top, std::greater<>());
    for (size_t i = 0; i < std::min(top.size(), kTopMax); ++i) {
      std::snprintf(line, sizeof line, "    %5.1f%%  ", share(top[i].first, samples_));
      out += line + top[i].second + "\n";
    }
    return out;
  }

 private:
  static double share(int64_t part, int64_t all) {
    return all > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(all) : 0;
  }

  static std::string stage_of(const std::vector<Frame>& frames) {
    for (const Frame& frame : frames) {
      for (const StageRow& row : kLibraryStages) {
        if (frame.library.find(row.part) != std::string::npos) return row.stage;
      }
      const auto* row = std::ranges::find_if(
          kSymbolStages, [&](const StageRow& r) { return frame.symbol.find(r.part) != std::string::npos; });
      if (row != std::end(kSymbolStages) && row->stage != nullptr) return row->stage;
    }
    return "other";
  }

  int64_t samples_ = 0;
  std::map<std::string, int64_t> stages_;
  std::map<std::string, int64_t> functions_;
};

/// Reads what `perf script` prints: a line with the thread's name and number, its frames below, a blank line.
class ScriptReader {
 public:
  void take(std::string_view line) {
    if (trim_ascii(line).empty()) {
      threads_[thread_].add(frames_);
      frames_.clear();
    } else if (line.front() != ' ' && line.front() != '\t') {
      thread_ = trim_ascii(line.substr(0, line.find_last_not_of(" 0123456789:\t\n") + 1));
    } else {
      take_frame(trim_ascii(line));
    }
  }

  std::string text() const {
    int64_t all = 0;
    for (const auto& [name, thread] : threads_)
      all += thread.samples();
    std::string out;
    for (const auto& [name, thread] : threads_) {
      if (thread.samples() > 0) out += thread.text(name, all);
    }
    return out;
  }

 private:
  // "55d0c2 prospectd::f(int)+0x12 (/path/of/library)"
  void take_frame(std::string_view line) {
    const size_t open = line.rfind(" (");
    const size_t blank = line.find(' ');
    if (open == std::string_view::npos || blank == std::string_view::npos || blank > open) return;
    std::string_view library = line.substr(open + 2, line.size() - open - 3);
    library.remove_prefix(library.rfind('/') + 1);
    const std::string_view symbol = blank < open ? line.substr(blank + 1, open - blank - 1) : "[unknown]";
    frames_.push_back({std::string(symbol), std::string(library)});
  }

  std::string thread_;
  std::vector<Frame> frames_;
  std::map<std::string, ThreadProfile> threads_;
};

bool runs(const std::string& command) {
  return std::system(("(" + command + ") >/dev/null 2>&1").c_str()) == 0;
}

// Where the processor's own counters are not to be had (most virtual machines), perf would take a clock
// without a word; it is named.
bool counts_cycles() {
  return runs("perf stat -x, -e cycles true 2>&1 | grep -q '^[0-9]'");
}

}  // namespace

Result<std::string> profile_child(const std::vector<std::string>& words, const std::string& data_file) {
  if (!runs("perf --version"))
    return std::string("No profile: there is no perf here (Debian: linux-perf).\n");
  const bool cycles = counts_cycles();
  std::vector<std::string> command = {"perf",
                                      "record",
                                      "-q",
                                      "-e",
                                      cycles ? "cycles" : "cpu-clock",
                                      "-F",
                                      std::to_string(kSamplesPerSecond),
                                      "--call-graph",
                                      "dwarf,8192",
                                      "-o",
                                      data_file,
                                      "--"};
  command.insert(command.end(), words.begin(), words.end());
  PD_TRY(run_child(command));
  const std::string script =
      "perf script --no-inline -F comm,tid,ip,sym,dso -i '" + data_file + "' 2>/dev/null";
  const std::unique_ptr<FILE, Pipe> pipe(::popen(script.c_str(), "r"));
  if (!pipe) return make_error(ErrorCode::kInternal, "perf script can't be run");
  ScriptReader reader;
  char* line = nullptr;
  size_t room = 0;
  while (::getline(&line, &room, pipe.get()) >= 0)
    reader.take(line);
  ::free(line);
  reader.take("");
  return "Where the time of an import goes (perf, " + std::string(cycles ? "cycles" : "cpu-clock") + ")\n" +
         reader.text();
}

}  // namespace prospectd::bench
