// prospectd_bench: what `./dev bench` runs. Started as `prospectd_bench role …` it is one of its own parts.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "tests/bench/bare_pipeline.h"
#include "tests/bench/roles.h"
#include "tests/bench/rows.h"

namespace prospectd::bench {
namespace {

constexpr const char* kUsage =
    "usage: ./dev bench [ROW…] [--people N] [--runs R] [--pages-per-commit P] [--out FILE] [--profile]\n"
    "\n"
    "Measures prospectd with N generated people (200,000), R times (3), each figure beside a reference\n"
    "from the same run. Prints medians, ratios and goals, and writes them to FILE\n"
    "(build/bench/bench.json).\n"
    "\n"
    "  import    a first import, beside the bare pipeline\n"
    "  again     everything read again, nothing changed, beside the bare pipeline\n"
    "  poll      polls of 0, 100 and 10,000 changed records, beside the bare pipeline and a bare fetch\n"
    "  push      100,000 changes made here written to the CRM, beside the same calls from memory\n"
    "  latency   an import at 100 ms a request, beside the bare pipeline there\n"
    "  memory    the resident set of imports of several sizes, and when idle again\n"
    "  growth    what a record costs, beside an import of a tenth of the size\n"
    "  start     from the start of the daemon to its first request, beside an empty database\n"
    "  status    the control API under load, beside a server that answers the same bytes\n"
    "  sandbox   an export loaded by the sandbox, served and written to, beside the bare bytes\n"
    "Without a ROW: all of them.\n"
    "\n"
    "  --profile              one more import under perf: where its time goes\n"
    "  --pages-per-commit P   pages of 2,000 records in one transaction of prospectd (10)\n";

int64_t number_of(const std::string& text) {
  int64_t number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

int end(const Result<void>& outcome) {
  if (outcome) return 0;
  std::fprintf(stderr, "bench: %s\n", outcome.error().text().c_str());
  return 1;
}

Result<void> print(const Result<Figures>& figures) {
  if (!figures) return figures.error();
  std::printf("%s\n", to_text(*figures).c_str());
  return {};
}

Result<void> run_bare(const std::vector<std::string>& words) {
  BareSource source;
  source.url = words[3];
  source.client_id = words[4];
  std::getline(std::ifstream(words[5]), source.client_secret);
  return print(run_bare_pipeline(source, words[6]));
}

Result<void> run_ours(const std::vector<std::string>& words) {
  ImportOptions options;
  options.again = words[2] == "again";
  options.idle = words[2] == "import-idle";
  options.config = words[3];
  options.database = words[4];
  options.pages_per_commit = static_cast<size_t>(number_of(words[5]));
  return print(run_import(options));
}

Result<void> run_poll_role(const std::vector<std::string>& words) {
  PollRoleOptions options;
  options.config = words[3];
  options.database = words[4];
  options.crm = words[5];
  std::getline(std::ifstream(words[6]), options.admin_token);
  options.client_id = words[7];
  std::getline(std::ifstream(words[8]), options.client_secret);
  options.bare_database = words[9];
  options.together = words[10] == "together";
  for (size_t i = options.together ? 11 : 10; i < words.size(); ++i)
    options.changes.push_back(number_of(words[i]));
  return run_polls(options);
}

Result<void> play_role(const std::vector<std::string>& words) {
  const std::string role = words.size() > 2 ? words[2] : "";
  if (role == "sandbox" && words.size() == 4) return serve_sandbox(number_of(words[3]));
  if (role == "write-export" && words.size() == 5) return write_export(number_of(words[3]), words[4]);
  if (role == "read-export" && words.size() == 4) return read_export(words[3]);
  if (role == "load-export" && words.size() == 4) return load_and_serve(words[3]);
  if (role == "bytes" && words.size() == 4) return serve_bytes(number_of(words[3]));
  if (role == "poll" && words.size() > 10) return run_poll_role(words);
  if (role == "push" && words.size() == 7)
    return run_pushes({words[3], words[4], number_of(words[5]), static_cast<int>(number_of(words[6]))});
  if (role == "bare" && words.size() == 7) return run_bare(words);
  const bool imports = role == "import" || role == "import-idle" || role == "again";
  if (imports && words.size() == 6) return run_ours(words);
  return make_error(ErrorCode::kInvalidInput, "no such role");
}

/// Reads the options; false when they make no sense.
bool read_options(const std::vector<std::string>& words, BenchOptions& options) {
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--profile") {
      options.profile = true;
      continue;
    }
    if (std::ranges::any_of(kRows, [&](const Row& row) { return words[i] == row.name; })) {
      options.rows.push_back(words[i]);
      continue;
    }
    if (i + 1 == words.size()) return false;
    const std::string& value = words[i + 1];
    const int64_t number = number_of(value);
    if (words[i] == "--people" && number > 0) {
      options.people = number;
    } else if (words[i] == "--runs" && number > 0 && number <= kRunsMax) {
      options.runs = static_cast<int>(number);
    } else if (words[i] == "--pages-per-commit" && number > 0) {
      options.pages_per_commit = number;
    } else if (words[i] == "--out") {
      options.out = value;
    } else {
      return false;
    }
    ++i;
  }
  return true;
}

int run(const std::vector<std::string>& words) {
  if (words.size() > 1 && words[1] == "role") return end(play_role(words));
  BenchOptions options;
  options.out = PROSPECTD_SOURCE_DIR "/build/bench/bench.json";
  if (words.size() == 2 && (words[1] == "--help" || words[1] == "-h")) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if (!read_options(words, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  return end(run_rows(options));
}

}  // namespace
}  // namespace prospectd::bench

int main(int argc, char** argv) {
  return prospectd::bench::run({argv, argv + argc});
}
