#include "connectors/sandbox/load_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/load_types.h"

namespace prospectd::sandbox {
namespace {

/// Where a column of the file goes.
struct FileColumn {
  const Field* field = nullptr;  ///< nullptr: not taken
};

template <class T>
bool read_load_number(std::string_view text, T& number) {
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
  FileLoad(CsvReader& reader, Table& table, const Org& org, LoadedFile& loaded, LoadReport& report)
      : reader_(reader), table_(table), org_(org), loaded_(loaded), report_(report) {}

  void run() {
    if (!reader_.next()) return issue(0, "the file is empty");
    if (!read_header()) return;
    while (reader_.next())
      ++(read_row() ? loaded_.records : loaded_.refused);
  }

 private:
  void issue(int64_t line, std::string reason) { add_issue(report_, loaded_.file, line, std::move(reason)); }

  bool read_header() {
    for (const std::string_view cell : reader_.fields())
      columns_.push_back({column_named(trim_ascii(cell))});
    if (id_place_ == kNowhere) issue(reader_.line(), "there is no Id column; the file was left out");
    return id_place_ != kNowhere;
  }

  // The field that the next column fills; nullptr when it is passed over.
  const Field* column_named(std::string_view name) {
    const Field* field = table_.type().find(name);
    const auto same = [&](const FileColumn& c) { return c.field == field; };
    if (field == nullptr) {
      issue(reader_.line(),
            is_api_name(name)
                ? "there are too many custom fields; column " + std::string(name) + " was left out"
                : "a column's name can't be a field's; the column was left out");
    } else if (field->column >= 0 && std::any_of(columns_.begin(), columns_.end(), same)) {
      issue(reader_.line(), "column " + field->name + " comes twice; the second one was left out");
    } else if (field->column >= 0) {
      if (field->column == table_.type().system().id) id_place_ = columns_.size();
      return field;
    }
    // A compound field follows from its parts.
    constexpr size_t kNameBytesMax = 80;
    ++loaded_.columns_passed_over;
    if (loaded_.passed_over.size() < kPassedOverMax)
      loaded_.passed_over.push_back(repair_utf8(name.substr(0, kNameBytesMax)));
    return nullptr;
  }

  bool read_row() {
    const auto& cells = reader_.fields();
    const int64_t line = reader_.line();
    if (reader_.oddity() == CsvOddity::kUnclosedQuote) {
      issue(
          line,
          "a quote that is never closed takes in all that follows, to the end of the file; the row was left "
          "out");
      return false;
    }
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
        if (!read_load_number(text, number)) return false;
        table_.set_number(row, field.column, number);
        return true;
      }
      case FieldKind::kDouble:
      case FieldKind::kCurrency: {
        double number = 0;
        if (!read_load_number(text, number) || !std::isfinite(number)) return false;
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
    const auto moment = parse_export_datetime(text);
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
  Table& table_;
  const Org& org_;
  LoadedFile& loaded_;
  LoadReport& report_;
  std::vector<FileColumn> columns_;
  size_t id_place_ = kNowhere;
};

}  // namespace

void add_issue(LoadReport& report, const std::string& file, int64_t line, std::string reason) {
  ++report.issues_total;
  if (report.issues.size() < kLoadIssuesMax) report.issues.push_back({file, line, std::move(reason)});
}

void load_rows(CsvReader& reader, Table& table, const Org& org, LoadedFile& loaded, LoadReport& report) {
  FileLoad(reader, table, org, loaded, report).run();
}

}  // namespace prospectd::sandbox
