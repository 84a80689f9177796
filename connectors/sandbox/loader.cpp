#include "connectors/sandbox/loader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/text.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/ids.h"

namespace prospectd::sandbox {
namespace {

/// Where a column of the file goes.
struct Column {
  const Field* field = nullptr;  ///< nullptr: not taken
};

template <class T>
bool read_number(std::string_view text, T& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

// At most `length` characters of a well-formed text.
std::string_view first_characters(std::string_view text, int length) {
  int left = length;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (begins && left-- == 0) return text.substr(0, i);
  }
  return text;
}

class FileLoad {
 public:
  FileLoad(CsvReader& reader, const std::string& file, Table& table, Org& org, LoadReport& report)
      : reader_(reader), file_(file), table_(table), org_(org), report_(report) {}

  void run() {
    LoadedFile loaded;
    loaded.object = table_.type().name();
    if (!reader_.next()) {
      issue(0, "the file is empty");
    } else if (read_header(loaded)) {
      while (reader_.next()) {
        if (read_row()) ++loaded.records;
      }
    }
    report_.files.push_back(std::move(loaded));
  }

 private:
  void issue(int64_t line, std::string reason) {
    ++report_.issues_total;
    if (report_.issues.size() < kLoadIssuesMax) report_.issues.push_back({file_, line, std::move(reason)});
  }

  bool read_header(LoadedFile& loaded) {
    for (const std::string_view cell : reader_.fields()) {
      const std::string_view name = trim_ascii(cell);
      const bool known = table_.type().find(name) != nullptr;
      const Field* field = org_.add_custom_text(table_, name);
      const auto same = [&](const Column& c) { return c.field == field; };
      if (field == nullptr || field->column < 0) {
        if (field == nullptr)
          issue(reader_.line(), "a column's name can't be a field's; the column was left out");
        columns_.push_back({});
      } else if (std::any_of(columns_.begin(), columns_.end(), same)) {
        issue(reader_.line(), "column " + field->name + " comes twice; the second one was left out");
        columns_.push_back({});
      } else {
        if (!known) loaded.custom_fields.push_back(field->name);
        id_place_ = field->column == table_.type().system().id ? columns_.size() : id_place_;
        columns_.push_back({field});
      }
    }
    if (id_place_ == kNowhere) issue(reader_.line(), "there is no Id column; the file was left out");
    return id_place_ != kNowhere;
  }

  bool read_row() {
    const auto& cells = reader_.fields();
    const int64_t line = reader_.line();
    if (reader_.oddity() != CsvOddity::kNone) issue(line, std::string(describe(reader_.oddity())));
    if (reader_.oddity() == CsvOddity::kTooLarge) return false;
    if (cells.size() > columns_.size()) issue(line, "more fields than columns; the rest was left out");
    if (cells.size() < columns_.size()) issue(line, "fewer fields than columns; the rest is empty");
    const auto id =
        id_place_ < cells.size() ? salesforce_wire::canonical_id(trim_ascii(cells[id_place_])) : std::nullopt;
    if (!id || salesforce_wire::id_prefix(*id) != table_.type().row().key_prefix) {
      issue(line, "Id is not a record id of this object; the row was left out");
      return false;
    }
    if (table_.find(*id)) {
      issue(line, "record " + *id + " comes twice; the second one was left out");
      return false;
    }
    const Row row = table_.append(*id);
    for (size_t i = 0; i < columns_.size() && i < cells.size(); ++i) {
      const Field* field = columns_[i].field;
      if (field == nullptr || i == id_place_ || trim_ascii(cells[i]).empty()) continue;
      if (!store(row, *field, trim_ascii(cells[i]), line)) {
        issue(line,
              field->name + " is no " + std::string(describe_type(field->kind)) + "; it was left empty");
      }
    }
    finish(row);
    return true;
  }

  bool store(Row row, const Field& field, std::string_view text, int64_t line) {
    switch (field.kind) {
      case FieldKind::kBoolean:
        return store_flag(row, field, text);
      case FieldKind::kInt: {
        int64_t number = 0;
        if (!read_number(text, number)) return false;
        table_.set_number(row, field.column, number);
        return true;
      }
      case FieldKind::kDouble:
      case FieldKind::kCurrency: {
        double number = 0;
        if (!read_number(text, number) || !std::isfinite(number)) return false;
        table_.set_real(row, field.column, number);
        return true;
      }
      case FieldKind::kDate: {
        const auto day = parse_date(text);
        if (day) table_.set_date(row, field.column, *day);
        return day.has_value();
      }
      case FieldKind::kDateTime:
        return store_datetime(row, field, text);
      case FieldKind::kReference: {
        const auto id = salesforce_wire::canonical_id(text);
        if (id && *id != salesforce_wire::kNullId) table_.set_shared_text(row, field.column, *id);
        return id.has_value();
      }
      default:
        store_text(row, field, text, line);
        return true;
    }
  }

  bool store_flag(Row row, const Field& field, std::string_view text) {
    const bool yes = equals_ignore_case_ascii(text, "true") || text == "1";
    if (!yes && !equals_ignore_case_ascii(text, "false") && text != "0") return false;
    if (yes && field.column == table_.type().system().deleted) table_.set_state(row, RowState::kDeleted);
    table_.set_flag(row, field.column, yes);
    return true;
  }

  bool store_datetime(Row row, const Field& field, std::string_view text) {
    const auto moment = salesforce_wire::parse_datetime(text);
    if (!moment) return false;
    if (field.column == table_.type().system().stamp) {
      table_.set_stamp_seconds(row, std::chrono::floor<seconds>(*moment).time_since_epoch().count());
    } else {
      table_.set_datetime(row, field.column, *moment);
    }
    return true;
  }

  void store_text(Row row, const Field& field, std::string_view text, int64_t line) {
    const bool valid = is_valid_utf8(text) && text.find('\0') == std::string_view::npos;
    const std::string repaired = valid ? std::string{} : repair_utf8(text);
    if (!valid) issue(line, field.name + " is not well-formed UTF-8; it was repaired");
    const std::string_view whole = valid ? text : std::string_view(repaired);
    const std::string_view kept = first_characters(whole, field.length);
    if (kept.size() < whole.size()) {
      issue(line, field.name + " is longer than " + std::to_string(field.length) + " characters; it was cut");
    }
    if (field.kind == FieldKind::kPicklist) {
      table_.set_shared_text(row, field.column, kept);
    } else {
      table_.set_text(row, field.column, kept);
    }
  }

  // Dates that an export leaves out follow from those that it has.
  void finish(Row row) {
    const SystemColumns& c = table_.type().system();
    const auto first_of = [&](std::initializer_list<int> columns) {
      for (const int column : columns) {
        if (!table_.is_null(row, column)) return table_.number(row, column);
      }
      return std::chrono::floor<seconds>(org_.now()).time_since_epoch().count();
    };
    const int64_t stamp = first_of({c.stamp, c.modified, c.created});
    const int64_t modified = first_of({c.modified, c.stamp});
    const int64_t created = first_of({c.created, c.modified, c.stamp});
    table_.set_stamp_seconds(row, stamp);
    table_.set_number(row, c.modified, table_.is_null(row, c.modified) ? stamp : modified);
    table_.set_number(row, c.created, table_.is_null(row, c.created) ? stamp : created);
  }

  static constexpr size_t kNowhere = static_cast<size_t>(-1);

  CsvReader& reader_;
  const std::string& file_;
  Table& table_;
  Org& org_;
  LoadReport& report_;
  std::vector<Column> columns_;
  size_t id_place_ = kNowhere;
};

struct CloseFile {
  void operator()(std::FILE* f) const { std::fclose(f); }
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

void load_csv(CsvReader& reader, const std::string& file, Table& table, Org& org, LoadReport& report) {
  FileLoad(reader, file, table, org, report).run();
}

Result<LoadReport> load_directory(const std::string& directory, Org& org) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (!fs::is_directory(directory, failed)) {
    return make_error(
        ErrorCode::kConfigInvalid,
        directory + " is not a folder; give one with CSV files such as Lead.csv and Contact.csv");
  }
  LoadReport report;
  bool any = false;
  for (const auto& table : org.tables()) {
    const std::string file = std::string(table->type().name()) + ".csv";
    const std::string path = directory + "/" + file;
    if (!fs::exists(path, failed)) continue;
    const std::unique_ptr<std::FILE, CloseFile> in(std::fopen(path.c_str(), "rb"));
    if (!in) return make_error(ErrorCode::kConfigInvalid, path + " can't be read; check its permissions");
    any = true;
    CsvReader reader([&](char* to, size_t size) { return std::fread(to, 1, size, in.get()); });
    load_csv(reader, file, *table, org, report);
    if (std::ferror(in.get()) != 0) {
      return make_error(ErrorCode::kConfigInvalid, path + " could not be read to its end");
    }
  }
  if (!any) {
    return make_error(ErrorCode::kConfigInvalid,
                      directory + " has none of User.csv, Group.csv, Account.csv, Contact.csv, Lead.csv");
  }
  org.complete();
  return report;
}

}  // namespace prospectd::sandbox
