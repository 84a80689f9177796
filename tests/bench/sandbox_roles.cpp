#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/csv.h"
#include "base/memory.h"
#include "connectors/sandbox/bulk_csv.h"
#include "connectors/sandbox/generator.h"
#include "connectors/sandbox/plain_value.h"
#include "connectors/sandbox/serve.h"
#include "tests/bench/roles.h"

namespace prospectd::bench {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRowsAWrite = 10'000;

Error not_written(const fs::path& file) {
  return make_error(ErrorCode::kInternal, "can't write " + file.string());
}

Result<void> write_table(const sandbox::Table& table, const fs::path& file) {
  std::ofstream out(file, std::ios::binary);
  std::vector<const sandbox::Field*> fields;
  sandbox::CsvRows rows;
  for (const sandbox::Field& field : table.type().fields()) {
    if (field.compound != sandbox::Compound::kNone) continue;
    fields.push_back(&field);
    rows.add(field.name);
  }
  rows.end_row();
  std::string value;
  for (sandbox::Row row = 0; row < table.rows(); ++row) {
    for (const sandbox::Field* field : fields) {
      value.clear();
      sandbox::append_plain_value(value, table, row, *field);
      rows.add(value);
    }
    rows.end_row();
    if (rows.rows() < kRowsAWrite) continue;
    out << rows.all();
    rows = sandbox::CsvRows();
  }
  out << rows.all();
  if (!out.flush()) return not_written(file);
  return {};
}

}  // namespace

Result<void> write_export(int64_t people, const std::string& folder) {
  sandbox::OrgOptions clock;
  clock.now = [] { return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()); };
  sandbox::Org org(std::move(clock));
  sandbox::GeneratorOptions options;
  options.people = people;
  PD_TRY(sandbox::generate(org, options));
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return not_written(folder);
  for (const auto& table : org.tables()) {
    if (table->rows() > 0)
      PD_TRY(write_table(*table, fs::path(folder) / (std::string(table->type().name()) + ".csv")));
  }
  return {};
}

Result<void> read_export(const std::string& folder) {
  const double began = seconds_now();
  int64_t records = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    CsvReader reader([&file](char* to, size_t size) {
      file.read(to, static_cast<std::streamsize>(size));
      return static_cast<size_t>(file.gcount());
    });
    while (reader.next())
      ++records;
    --records;  // the line of names
  }
  std::printf("records=%" PRId64 " seconds=%.6f\n", records, seconds_now() - began);
  return {};
}

Result<void> load_and_serve(const std::string& folder) {
  boost::asio::io_context io{1};
  give_back_memory();
  const int64_t before = resident_bytes();
  const double began = seconds_now();
  sandbox::SandboxOptions options;
  options.load = folder;
  options.knobs.daily_limit = int64_t{1} << 40;
  PD_ASSIGN(made, sandbox::make_sandbox(io, std::move(options)));
  const double seconds = seconds_now() - began;
  give_back_memory();
  std::printf("records=%" PRId64 " seconds=%.6f bytes=%" PRId64 "\n%s %s %s\n",
              made->load_report()->records(), seconds, resident_bytes() - before, made->url().c_str(),
              made->client_id().c_str(), std::string(made->client_secret().reveal()).c_str());
  std::fflush(stdout);
  run_until_input_ends(io);
  return {};
}

}  // namespace prospectd::bench
