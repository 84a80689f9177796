#include "tests/bench/bench_import.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "base/text.h"
#include "config/examples.h"
#include "tests/bench/child.h"
#include "tests/bench/figures.h"
#include "tests/bench/profile.h"

namespace prospectd::bench {
namespace {

namespace fs = std::filesystem;

/// What is measured, in the order in which one round runs it.
struct KindRow {
  const char* name;   ///< in the JSON
  const char* title;  ///< in the table
  const char* role;
  const char* reference;  ///< whose rate it is told against
  bool keeps_database;    ///< works on what the run before left
  bool ours;
};
constexpr KindRow kKinds[] = {
    {"bare_fetch", "bare, fetch and decode alone", "bare-fetch", "bare_import", false, false},
    {"bare_import", "bare, import", "bare", "bare_import", false, false},
    {"bare_again", "bare, all upserted again", "bare", "bare_again", true, false},
    {"import", "prospectd, import", "import", "bare_import", false, true},
    {"again", "prospectd, read again, nothing changed", "again", "bare_again", true, true},
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

template <class Get>
double median_of(const std::vector<Figures>& runs, Get get) {
  std::vector<double> values;
  for (const Figures& run : runs)
    values.push_back(static_cast<double>(get(run)));
  return median(std::move(values));
}

// "records_per_second": 123.4, for the JSON.
std::string member(const char* name, double value) {
  std::ostringstream out;
  out.precision(10);
  out << "\"" << name << "\": " << value;
  return out.str();
}

/// A folder of its own under that of the results, gone at the end.
class WorkFolder {
 public:
  explicit WorkFolder(const fs::path& parent) : path_(parent / ("work." + std::to_string(::getpid()))) {
    fs::create_directories(path_ / "mappings");
  }
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }
  void protect(const std::string& name) const {
    fs::permissions(path_ / name, fs::perms::owner_read | fs::perms::owner_write);
  }
  /// Forgets a database with all that lies beside it.
  void remove_database(const std::string& name) const {
    for (const char* end : {"", "-wal", "-shm", ".lock"})
      fs::remove(path_ / (name + end));
  }

 private:
  fs::path path_;
};

class ImportBench {
 public:
  explicit ImportBench(const BenchOptions& options)
      : options_(options), work_(fs::absolute(options.out).parent_path()) {}

  Result<void> run() {
    PD_TRY(start_sandbox());
    for (int round = 0; round < options_.runs; ++round) {
      for (const KindRow& kind : kKinds)
        PD_TRY(measure(kind, round));
    }
    PD_TRY(compare_counts());
    print_table();
    if (options_.profile) PD_TRY(profile());
    write_json();
    return sandbox_.finish();
  }

 private:
  Result<void> start_sandbox() {
    std::fprintf(stderr, "A sandbox CRM with %s people…\n", group_digits(options_.people).c_str());
    PD_ASSIGN(child, Child::start({own_program(), "role", "sandbox", std::to_string(options_.people)}));
    sandbox_ = std::move(child);
    std::istringstream line(sandbox_.read_line());
    line >> url_ >> client_id_ >> client_secret_;
    if (client_secret_.empty()) return make_error(ErrorCode::kInternal, "the sandbox did not start");
    write_config();
    return {};
  }

  void write_config() const {
    config::DemoValues values;
    values.login_url = url_;
    values.client_id = client_id_;
    values.secret_file = "secret";
    values.state_directory = work_.file("state");
    work_.write("secret", client_secret_ + "\n");
    work_.protect("secret");
    work_.write("prospectd.yaml", config::demo_config(values));
    for (const auto& [name, text] : config::example_mappings())
      work_.write("mappings/" + name, text);
  }

  std::vector<std::string> words_of(const std::string& role) const {
    if (role == "import" || role == "again") {
      return {own_program(),
              "role",
              role,
              work_.file("prospectd.yaml"),
              work_.file("ours.db"),
              std::to_string(options_.pages_per_commit)};
    }
    const std::string database = role == "bare" ? work_.file("bare.db") : "";
    return {own_program(), "role", "bare", url_, client_id_, work_.file("secret"), database};
  }

  Result<void> measure(const KindRow& kind, int round) {
    if (!kind.keeps_database) work_.remove_database(kind.ours ? "ours.db" : "bare.db");
    PD_ASSIGN(line, run_child(words_of(kind.role)));
    PD_ASSIGN(figures, figures_of(line));
    std::fprintf(stderr, "  %d/%d %-40s %9s/s\n", round + 1, options_.runs, kind.title,
                 group_digits(std::llround(figures.rate())).c_str());
    runs_[kind.name].push_back(figures);
    return {};
  }

  // A rate tells nothing when one of the two has read less.
  Result<void> compare_counts() const {
    const int64_t people = runs_.at("bare_import").front().people;
    for (const auto& [name, runs] : runs_) {
      for (const Figures& run : runs) {
        if (run.people == people) continue;
        return make_error(ErrorCode::kInternal, name + " read " + std::to_string(run.people) +
                                                    " people, the bare pipeline " + std::to_string(people));
      }
    }
    return {};
  }

  double rate_of(const std::string& kind) const {
    return median_of(runs_.at(kind), [](const Figures& f) { return f.rate(); });
  }
  double ratio_of(const KindRow& kind) const { return rate_of(kind.name) / rate_of(kind.reference); }

  void print_table() const {
    std::printf("%s people, medians of %d, records/s until the database is closed\n",
                group_digits(options_.people).c_str(), options_.runs);
    std::printf("%-40s %10s %8s %10s %8s %8s %7s\n", "", "records/s", "x bare", "committed", "CPU us",
                "RSS MB", "calls");
    for (const KindRow& kind : kKinds) {
      const std::vector<Figures>& runs = runs_.at(kind.name);
      const auto digits = [&](auto get) { return group_digits(std::llround(median_of(runs, get))); };
      const bool reference = std::string(kind.name) == kind.reference;
      char ratio[16] = "";
      if (!reference) std::snprintf(ratio, sizeof ratio, "%.2f", ratio_of(kind));
      std::printf("%-40s %10s %8s %10s %8.2f %8.1f %7s\n", kind.title,
                  digits([](const Figures& f) { return f.rate(); }).c_str(), ratio,
                  digits([](const Figures& f) { return f.committed_rate(); }).c_str(),
                  median_of(runs, [](const Figures& f) { return f.cpu_us_per_record(); }),
                  median_of(runs, [](const Figures& f) { return f.peak_bytes; }) / 1e6,
                  digits([](const Figures& f) { return f.calls; }).c_str());
    }
  }

  Result<void> profile() {
    work_.remove_database("ours.db");
    PD_ASSIGN(text, profile_child(words_of("import"), work_.file("perf.data")));
    std::printf("\n%s", text.c_str());
    return {};
  }

  std::string json_of(const KindRow& kind) const {
    const std::vector<Figures>& runs = runs_.at(kind.name);
    const auto of = [&](const char* name, auto get) { return ", " + member(name, median_of(runs, get)); };
    std::string out = "    {\"name\": \"" + std::string(kind.name) + "\", \"reference\": \"" +
                      kind.reference + "\", " + member("ratio", ratio_of(kind));
    out += of("records_per_second", [](const Figures& f) { return f.rate(); });
    out += of("committed_records_per_second", [](const Figures& f) { return f.committed_rate(); });
    out += of("seconds", [](const Figures& f) { return f.seconds; });
    out += of("cpu_us_per_record", [](const Figures& f) { return f.cpu_us_per_record(); });
    out += of("peak_rss_bytes", [](const Figures& f) { return f.peak_bytes; });
    out += of("crm_calls", [](const Figures& f) { return f.calls; });
    out += of("records", [](const Figures& f) { return f.records; });
    out += of("rows_written", [](const Figures& f) { return f.rows_written; });
    out += ", \"runs_records_per_second\": [";
    for (size_t i = 0; i < runs.size(); ++i)
      out += (i == 0 ? "" : ", ") + std::to_string(std::llround(runs[i].rate()));
    return out + "]}";
  }

  void write_json() const {
    std::string out = "{\n  \"bench\": \"import\", \"people\": " + std::to_string(options_.people) +
                      ", \"runs\": " + std::to_string(options_.runs) +
                      ", \"pages_per_commit\": " + std::to_string(options_.pages_per_commit) +
                      ",\n  \"results\": [\n";
    for (const KindRow& kind : kKinds)
      out += (&kind == kKinds ? "" : ",\n") + json_of(kind);
    std::ofstream(options_.out) << out << "\n  ]\n}\n";
    std::fprintf(stderr, "Written to %s\n", options_.out.c_str());
  }

  const BenchOptions& options_;
  WorkFolder work_;
  Child sandbox_;
  std::string url_;
  std::string client_id_;
  std::string client_secret_;
  std::map<std::string, std::vector<Figures>> runs_;
};

}  // namespace

Result<void> bench_import(const BenchOptions& options) {
  return ImportBench(options).run();
}

}  // namespace prospectd::bench
