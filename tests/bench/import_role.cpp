#include <sys/stat.h>

#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "tests/bench/engine.h"
#include "tests/bench/roles.h"

namespace prospectd::bench {
namespace {

namespace asio = boost::asio;

// Far enough back for every record of the CRM to be read again.
constexpr auto kWholeOverlap = std::chrono::hours{24 * 365 * 20};
// Until what an import leaves for the idle time is done.
constexpr milliseconds kIdleAfter{1'500};

/// What tells whether a page of a database was written: SQLite writes pages to the log, and from there to the
/// file.
struct Traces {
  std::array<int64_t, 3> file{};  ///< size, and when it was last written
  std::array<int64_t, 3> log{};
};

std::array<int64_t, 3> trace_of(const std::string& path) {
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0) return {};
  return {s.st_size, s.st_mtim.tv_sec, s.st_mtim.tv_nsec};
}

class Import {
 public:
  explicit Import(const ImportOptions& options) : options_(options) {}

  Result<Figures> run() {
    EngineOptions options;
    options.config = options_.config;
    options.database = options_.database;
    options.pages_per_commit = options_.pages_per_commit;
    if (options_.again) options.overlap = kWholeOverlap;
    PD_ASSIGN(engine, Engine::open(options));
    engine_ = std::move(engine);
    before_ = traces();
    meter_.emplace();
    PD_TRY(engine_->run([this] { return sync(); }));
    return figures();
  }

 private:
  Traces traces() const { return {trace_of(options_.database), trace_of(options_.database + "-wal")}; }

  asio::awaitable<Result<void>> sync() {
    std::string every;
    Result<engine::CycleSummary> summary = co_await engine_->supervisor().sync_now(std::move(every));
    meter_->mark_committed();
    if (!summary) co_return std::move(summary).error();
    summary_ = *std::move(summary);
    if (!options_.idle) co_return Result<void>{};
    co_await engine_->scheduler().sleep(kIdleAfter, nullptr);
    idle_bytes_ = resident_bytes();
    co_return Result<void>{};
  }

  Result<Figures> figures() {
    if (!summary_.complete) return *summary_.first_error;
    Figures figures;
    for (const auto& [object, counts] : summary_.objects)
      figures.records += counts.read;
    figures.people = summary_.people.read;
    figures.calls = summary_.calls;
    figures.rows_written = engine_->store().rows_written();
    figures.idle_bytes = idle_bytes_;
    const Traces after = traces();
    figures.log_bytes = after.log[0] - before_.log[0];
    // A log that is begun anew keeps its size, but not the time of its last write.
    figures.touches = (after.file == before_.file ? 0 : 1) + (after.log == before_.log ? 0 : 1);
    engine_->close();
    meter_->fill(figures);
    if (options_.again && figures.rows_written > 0) {
      return make_error(ErrorCode::kInternal, "reading unchanged records again wrote " +
                                                  std::to_string(figures.rows_written) + " rows");
    }
    return figures;
  }

  const ImportOptions& options_;
  std::unique_ptr<Engine> engine_;
  std::optional<Meter> meter_;
  engine::CycleSummary summary_;
  Traces before_;
  int64_t idle_bytes_ = 0;
};

}  // namespace

Result<Figures> run_import(const ImportOptions& options) {
  return Import(options).run();
}

}  // namespace prospectd::bench
