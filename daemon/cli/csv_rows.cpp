#include "daemon/cli/csv_rows.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "daemon/cli/json.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

constexpr CsvLimits kRowLimits{.field_bytes_max = 40 * 1024, .row_bytes_max = 40 * 1024, .fields_max = 500};

Error csv_fault(std::string message) {
  return make_error(ErrorCode::kInvalidInput, std::move(message));
}

// "First Name" → "first_name"
std::string field_name_of(std::string_view column) {
  std::string name = to_lower_ascii(trim_ascii(column));
  std::ranges::replace(name, ' ', '_');
  return name;
}

Result<std::map<std::string, std::string>> named_columns(const std::vector<std::string>& words) {
  std::map<std::string, std::string> named;
  for (const std::string& word : words) {
    const size_t at = word.rfind('=');
    if (at == std::string::npos || at == 0) return csv_fault("\"" + word + "\" is no COLUMN=FIELD");
    if (!named.emplace(word.substr(0, at), word.substr(at + 1)).second)
      return csv_fault("the column \"" + word.substr(0, at) + "\" is named twice");
  }
  return named;
}

}  // namespace

Result<CsvRows> CsvRows::open(const std::string& path, const std::vector<std::string>& columns) {
  CsvRows rows;
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  rows.file_ = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (error || !*rows.file_) return csv_fault("the file " + path + " can't be read");
  rows.bytes_ = static_cast<int64_t>(bytes);
  rows.reader_ = std::make_unique<CsvReader>(
      [file = rows.file_.get(), read = rows.read_](char* to, size_t size) {
        file->read(to, static_cast<std::streamsize>(size));
        *read += file->gcount();
        return static_cast<size_t>(file->gcount());
      },
      kRowLimits);
  if (auto done = rows.read_header(columns); !done) return std::move(done).error().within(path);
  return rows;
}

Result<void> CsvRows::read_header(const std::vector<std::string>& columns) {
  PD_ASSIGN(named, named_columns(columns));
  if (!reader_->next()) return csv_fault("it has no line of field names");
  for (const std::string_view cell : reader_->fields()) {
    const std::string column = repair_utf8(trim_ascii(cell));
    const auto given = named.find(column);
    const std::string field = given == named.end() ? field_name_of(column) : given->second;
    if (given != named.end()) named.erase(given);
    fields_.push_back(field);
    if (!field.empty() && !columns_.emplace(field, column).second)
      return csv_fault("two of its columns are the field " + field);
  }
  if (!named.empty()) return csv_fault("it has no column \"" + named.begin()->first + "\"");
  if (columns_.empty()) return csv_fault("none of its columns is a field");
  if (fields_.size() == 1 && fields_[0].find_first_of(";\t") != std::string::npos) {
    return csv_fault(
        "its first line is one column with semicolons or tabs in it: columns are parted by commas "
        "here, so save the file with commas");
  }
  return {};
}

std::string CsvRows::row_json(std::string& why) const {
  const auto& cells = reader_->fields();
  if (reader_->oddity() != CsvOddity::kNone) why = describe(reader_->oddity());
  if (cells.size() > fields_.size()) why = "more fields than the first line has names";
  if (cells.size() < fields_.size() && why.empty()) {
    why = "only " + counted(static_cast<int64_t>(cells.size()), "field") + ", where the first line has " +
          counted(static_cast<int64_t>(fields_.size()), "name");
  }
  Json fields = Json::object();
  for (size_t i = 0; i < std::min(cells.size(), fields_.size()) && why.empty(); ++i) {
    if (fields_[i].empty() || trim_ascii(cells[i]).empty()) continue;
    if (!is_valid_utf8(cells[i])) why = fields_[i] + " is not in UTF-8";
    fields[fields_[i]] = std::string(cells[i]);
  }
  if (why.empty() && fields.empty()) why = "no value in it";
  return why.empty() ? dump_json_line(Json{{"line", reader_->line()}, {"fields", fields}}) : std::string();
}

std::optional<RowChunk> CsvRows::next() {
  RowChunk chunk;
  const auto take = [&chunk](std::string row) {
    chunk.rows += (chunk.count++ == 0 ? "" : ",") + std::move(row);
  };
  if (!held_.empty()) take(std::exchange(held_, {}));
  bool more = false;
  while (chunk.count < kChunkRowsMax && chunk.bad.size() < kChunkRowsMax && (more = reader_->next())) {
    std::string why;
    std::string row = row_json(why);
    if (row.size() > kChunkBytesMax) why = "the row is too large";
    if (!why.empty()) {
      chunk.bad.push_back({reader_->line(), std::move(why)});
    } else if (chunk.count > 0 && chunk.rows.size() + row.size() > kChunkBytesMax) {
      held_ = std::move(row);
      break;
    } else {
      take(std::move(row));
    }
  }
  if (!more && chunk.count == 0 && chunk.bad.empty()) return std::nullopt;
  chunk.rows = "[" + chunk.rows + "]";
  return chunk;
}

int64_t CsvRows::bytes_read() const {
  return *read_;
}

}  // namespace prospectd::cli
