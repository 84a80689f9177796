#include "daemon/wire/org_rows.h"

#include <cstring>
#include <optional>

namespace prospectd::wire {
namespace {

using sandbox::Cell;
using sandbox::Field;
using sandbox::kNullCell;

enum class CellForm : char { kNull = 0, kNumber = 1, kText = 2 };

template <class Number>
void append_raw(std::string& out, Number number) {
  char bytes[sizeof(number)];
  std::memcpy(bytes, &number, sizeof(number));
  out.append(bytes, sizeof(bytes));
}

template <class Number>
bool take_raw(std::string_view& bytes, Number& number) {
  if (bytes.size() < sizeof(number)) return false;
  std::memcpy(&number, bytes.data(), sizeof(number));
  bytes.remove_prefix(sizeof(number));
  return true;
}

/// A cell as it is kept.
struct KeptCell {
  CellForm form = CellForm::kNull;
  Cell number = 0;
  std::string_view text = {};
};

std::optional<KeptCell> take_cell(std::string_view& bytes) {
  KeptCell cell;
  if (!take_raw(bytes, cell.form)) return std::nullopt;
  if (cell.form == CellForm::kNull) return cell;
  if (cell.form == CellForm::kNumber)
    return take_raw(bytes, cell.number) ? std::optional(cell) : std::nullopt;
  uint32_t size = 0;
  if (cell.form != CellForm::kText || !take_raw(bytes, size) || size > bytes.size()) return std::nullopt;
  cell.text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return cell;
}

}  // namespace

RowCodec::RowCodec(const sandbox::Table& table)
    : table_(table), fields_(static_cast<size_t>(table.type().columns())) {
  for (const Field& field : table.type().fields()) {
    if (field.column >= 0) fields_[static_cast<size_t>(field.column)] = &field;
  }
}

void RowCodec::append(std::string& out, sandbox::Row row) const {
  size_t end = out.size();
  for (const Field* field : fields_) {
    const Cell cell = table_.cell(row, field->column);
    if (cell == kNullCell) {
      out += static_cast<char>(CellForm::kNull);
      continue;
    }
    if (sandbox::holds_text(field->kind)) {
      const std::string_view text = table_.text(row, field->column);
      out += static_cast<char>(CellForm::kText);
      append_raw(out, static_cast<uint32_t>(text.size()));
      out += text;
    } else {
      out += static_cast<char>(CellForm::kNumber);
      append_raw(out, cell);
    }
    end = out.size();
  }
  out.resize(end);
}

bool RowCodec::fill(std::string_view bytes, const ColumnMap& columns, sandbox::Table& into,
                    sandbox::Row row) const {
  for (size_t kept = 0; !bytes.empty(); ++kept) {
    const auto cell = take_cell(bytes);
    if (!cell || kept >= columns.size()) return false;
    const int column = columns[kept];
    if (column < 0 || column == into.type().system().id || cell->form == CellForm::kNull) continue;
    const Field& field = *fields_[static_cast<size_t>(column)];
    const bool text = sandbox::holds_text(field.kind);
    if (text != (cell->form == CellForm::kText)) return false;
    const bool repeats =
        field.kind == sandbox::FieldKind::kReference || field.kind == sandbox::FieldKind::kPicklist;
    if (column == into.type().system().stamp) {
      into.set_stamp_seconds(row, static_cast<int64_t>(cell->number));
    } else if (!text) {
      into.set_cell(row, column, cell->number);
    } else if (repeats) {
      into.set_shared_text(row, column, cell->text);
    } else {
      into.set_text(row, column, cell->text);
    }
  }
  return !into.is_null(row, into.type().system().stamp);
}

std::string_view id_in_row(std::string_view bytes, size_t column) {
  for (size_t kept = 0; !bytes.empty(); ++kept) {
    const auto cell = take_cell(bytes);
    if (!cell) return {};
    if (kept == column) return cell->form == CellForm::kText ? cell->text : std::string_view{};
  }
  return {};
}

}  // namespace prospectd::wire
