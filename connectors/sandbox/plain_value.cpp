#include "connectors/sandbox/plain_value.h"

#include "connectors/salesforce_wire/formats.h"
#include "connectors/sandbox/json_text.h"
#include "connectors/sandbox/record_writer.h"

namespace prospectd::sandbox {

bool is_bare(FieldKind kind) {
  return kind == FieldKind::kBoolean || kind == FieldKind::kInt || kind == FieldKind::kDouble ||
         kind == FieldKind::kCurrency;
}

void append_bare_value(std::string& out, const Table& table, Row row, const Field& field) {
  if (field.kind == FieldKind::kBoolean) {
    out += table.flag(row, field.column) ? "true" : "false";
  } else if (field.kind == FieldKind::kInt) {
    append_number(out, table.number(row, field.column));
  } else {
    append_number(out, table.real(row, field.column));
  }
}

void append_plain_value(std::string& out, const Table& table, Row row, const Field& field) {
  if (field.compound == Compound::kPersonName) {
    out += person_name(table, row, field);
    return;
  }
  if (table.is_null(row, field.column)) return;
  switch (field.kind) {
    case FieldKind::kBoolean:
    case FieldKind::kInt:
    case FieldKind::kDouble:
    case FieldKind::kCurrency:
      return append_bare_value(out, table, row, field);
    case FieldKind::kDate:
      out += format_date(Date(std::chrono::days(table.number(row, field.column))));
      return;
    case FieldKind::kDateTime:
      out += salesforce_wire::format_csv_datetime(Timestamp(seconds(table.number(row, field.column))));
      return;
    default:
      out += table.text(row, field.column);
  }
}

}  // namespace prospectd::sandbox
