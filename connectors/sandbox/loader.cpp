#include "connectors/sandbox/loader.h"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>

#include "base/text.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/export_files.h"
#include "connectors/sandbox/load_objects.h"
#include "connectors/sandbox/load_rows.h"

namespace prospectd::sandbox {
namespace {

/// Tells how far the load is, now and then.
class Teller {
 public:
  Teller(const std::vector<ExportFile>& files, const LoadOptions& options) : options_(options) {
    for (const ExportFile& file : files)
      progress_.of_bytes += file.bytes;
  }
  void begin(const std::string& object) { progress_.object = object; }
  /// There is one more reading of so many bytes to come.
  void expect(uint64_t bytes) { progress_.of_bytes += bytes; }
  void read(size_t bytes) {
    progress_.bytes += bytes;
    if (options_.progress) options_.progress(progress_);
  }

 private:
  const LoadOptions& options_;
  LoadProgress progress_;
};

/// Whether a reference's id has a record. References share their texts, so that an address stands for an id;
/// the last ones are remembered, because most records refer to few owners.
class Targets {
 public:
  explicit Targets(const Org& org) : org_(org) {}

  bool has(Cell cell) {
    Seen& seen = seen_[cell / sizeof(Cell) % seen_.size()];
    if (seen.cell != cell) {
      const std::string_view id = TextArena::read(reinterpret_cast<const char*>(cell));
      const Table* table = org_.table_of_id(id);
      seen = {cell, table != nullptr && table->find(id).has_value()};
    }
    return seen.found;
  }

 private:
  struct Seen {
    Cell cell = kNullCell;
    bool found = false;
  };
  const Org& org_;
  std::array<Seen, 4096> seen_{};
};

using Names = std::vector<std::string>;

class ExportLoad {
 public:
  ExportLoad(ExportFiles found, Org& org, const LoadOptions& options)
      : found_(std::move(found)), org_(org), options_(options), teller_(found_.files, options) {}

  Result<LoadReport> run() {
    for (const ExportFile& file : found_.files)
      PD_TRY(look_through(file));
    for (ObjectPlan& plan : plans_)
      make_object(plan, org_, report_);
    for (ObjectPlan& plan : plans_)
      make_fields(plan, org_);
    // In the order in which parents come first, for what the defaults of later records take from earlier
    // ones.
    for (const auto& table : org_.tables()) {
      for (ObjectPlan& plan : plans_) {
        if (plan.table == table.get()) PD_TRY(load(plan));
      }
    }
    org_.complete();
    count_dangling();
    note_the_rest();
    return std::move(report_);
  }

 private:
  Result<void> with_reader(const ExportFile& file, const std::function<void(CsvReader&)>& use) {
    PD_ASSIGN(source, file.open());
    teller_.begin(file.object);
    CsvReader reader([&](char* to, size_t size) {
      const size_t got = source->read(to, size);
      teller_.read(got);
      return got;
    });
    use(reader);
    if (!source->failure().empty()) return make_error(ErrorCode::kConfigInvalid, source->failure());
    return {};
  }

  ObjectPlan& plan_of(const std::string& object) {
    const auto known = std::find_if(plans_.begin(), plans_.end(), [&](const ObjectPlan& plan) {
      return equals_ignore_case_ascii(plan.object, object);
    });
    if (known != plans_.end()) return *known;
    plans_.push_back({object, org_.table(object)});
    return plans_.back();
  }

  // Finds out what a file holds: its columns, and of those that the org doesn't know the types.
  Result<void> look_through(const ExportFile& file) {
    ObjectPlan& plan = plan_of(file.object);
    plan.files.push_back(&file);
    return with_reader(file, [&](CsvReader& reader) {
      FileLook look(plan);
      if (!reader.next()) return;
      look.header(reader.fields());
      if (look.wants_all_rows()) teller_.expect(file.bytes);
      while (look.wants_more() && reader.next())
        look.row(reader.fields());
    });
  }

  Result<void> load(const ObjectPlan& plan) {
    for (const ExportFile* file : plan.files) {
      LoadedFile loaded;
      loaded.file = file->name;
      loaded.object = plan.table->type().name();
      loaded.custom_fields = file == plan.files.front() ? plan.made_fields : std::vector<std::string>{};
      const Row first = static_cast<Row>(plan.table->rows());
      const size_t deleted = plan.table->count(RowState::kDeleted);
      PD_TRY(with_reader(*file,
                         [&](CsvReader& reader) { load_rows(reader, *plan.table, org_, loaded, report_); }));
      loaded.deleted = static_cast<int64_t>(plan.table->count(RowState::kDeleted) - deleted);
      ranges_.push_back({plan.table, first, static_cast<Row>(plan.table->rows())});
      report_.files.push_back(std::move(loaded));
    }
    return {};
  }

  void count_dangling() {
    Targets targets(org_);
    for (size_t i = 0; i < ranges_.size(); ++i) {
      const auto& [table, first, last] = ranges_[i];
      for (const Field& field : table->type().fields()) {
        if (field.kind != FieldKind::kReference || field.column < 0) continue;
        for (Row row = first; row < last; ++row) {
          if (!table->is_null(row, field.column) && !targets.has(table->cell(row, field.column)))
            ++report_.files[i].dangling;
        }
      }
    }
  }

  void note_the_rest() {
    for (const std::string& part : found_.missing)
      report_.notes.push_back("part " + part + " of the export is missing");
    Names made;
    Names without_rows;
    Names text_lookups;
    for (const ObjectPlan& plan : plans_) {
      if (plan.made) made.push_back(plan.object);
      if (plan.table == nullptr && !plan.refused) without_rows.push_back(plan.object);
      text_lookups.insert(text_lookups.end(), plan.text_lookups.begin(), plan.text_lookups.end());
    }
    note_list(
        options_.with_schema
            ? "objects that the schema doesn't tell of, made from their columns: "
            : "objects that the organisation didn't have, made from their columns (their describe results as "
              "--schema tell the true types): ",
        made, made.size());
    note_list("files without records, whose objects the organisation doesn't have: ", without_rows,
              without_rows.size());
    note_list("lookups to objects that the organisation doesn't have, kept as text: ", text_lookups,
              text_lookups.size());
    note_list("files that are no CSV of an object: ", found_.other, static_cast<size_t>(found_.other_total));
  }

  // "no CSV file of an object: a, b and 7 more"
  void note_list(const std::string& what, const Names& names, size_t total) {
    if (total == 0) return;
    std::string note = what;
    const size_t shown = std::min(names.size(), kOtherFilesMax);
    for (size_t i = 0; i < shown; ++i)
      note += (i > 0 ? ", " : "") + names[i];
    if (total > shown) note += " and " + std::to_string(total - shown) + " more";
    report_.notes.push_back(std::move(note));
  }

  struct Range {
    const Table* table;
    Row first;
    Row last;
  };

  ExportFiles found_;
  Org& org_;
  const LoadOptions& options_;
  Teller teller_;
  LoadReport report_;
  std::deque<ObjectPlan> plans_;
  std::vector<Range> ranges_;  // of the files of the report
};

}  // namespace

std::string LoadIssue::text() const {
  return (line > 0 ? file + ":" + std::to_string(line) : file) + ": " + reason;
}

int64_t LoadReport::records() const {
  int64_t sum = 0;
  for (const LoadedFile& f : files)
    sum += f.records;
  return sum;
}

Result<LoadReport> load_export(const std::string& path, Org& org, const LoadOptions& options) {
  PD_ASSIGN(found, find_export(path));
  return ExportLoad(std::move(found), org, options).run();
}

}  // namespace prospectd::sandbox
