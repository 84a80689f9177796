#include "connectors/sandbox/record_writer.h"

#include <chrono>

#include "connectors/sandbox/json_text.h"
#include "connectors/sandbox/plain_value.h"

namespace prospectd::sandbox {
namespace {

// The keys of an address in the order of SALESFORCE_API §4. `part` is the place among the field's parts
// (city, country, postal code, state, street); −1 for what this org doesn't know.
struct AddressKey {
  std::string_view key;
  int part;
};
constexpr AddressKey kAddressKeys[] = {
    {"{\"city\":", 0},         {",\"country\":", 1},
    {",\"countryCode\":", -1}, {",\"geocodeAccuracy\":", -1},
    {",\"latitude\":", -1},    {",\"longitude\":", -1},
    {",\"postalCode\":", 2},   {",\"state\":", 3},
    {",\"stateCode\":", -1},   {",\"street\":", 4},
};

void append_address(std::string& out, const Table& table, Row row, const Field& field) {
  bool any = false;
  for (const int column : field.parts)
    any = any || !table.is_null(row, column);
  if (!any) {
    out += "null";
    return;
  }
  for (const AddressKey& k : kAddressKeys) {
    out += k.key;
    const int column = k.part < 0 ? -1 : field.parts[static_cast<size_t>(k.part)];
    if (column < 0 || table.is_null(row, column)) {
      out += "null";
    } else {
      append_quoted(out, table.text(row, column));
    }
  }
  out += '}';
}

void append_milliseconds(std::string& out, std::chrono::milliseconds since_1970) {
  append_number(out, static_cast<int64_t>(since_1970.count()));
}

}  // namespace

std::string person_name(const Table& table, Row row, const Field& field) {
  std::string name(table.text(row, field.parts[0]));
  const std::string_view last = table.text(row, field.parts[1]);
  if (!name.empty() && !last.empty()) name += ' ';
  return name.append(last);
}

RecordWriter::RecordWriter(const Table& table, const std::vector<const Field*>& fields,
                           std::string_view version, MomentForm moments)
    : table_(table), moments_(moments) {
  const std::string type(table.type().name());
  head_ = "{\"attributes\":{\"type\":\"" + type + "\",\"url\":\"/services/data/" + std::string(version) +
          "/sobjects/" + type + "/";
  for (const Field* f : fields)
    parts_.push_back({",\"" + f->name + "\":", f});
}

void RecordWriter::append(std::string& out, Row row) const {
  out += head_;
  out += table_.id(row);
  out += "\"}";
  for (const Part& p : parts_) {
    out += p.key;
    append_field(out, table_, row, *p.field, moments_);
  }
  out += '}';
}

void append_field(std::string& out, const Table& table, Row row, const Field& field, MomentForm moments) {
  if (field.compound == Compound::kAddress) return append_address(out, table, row, field);
  if (field.compound == Compound::kPersonName) return append_quoted(out, person_name(table, row, field));
  if (table.is_null(row, field.column)) {
    out += "null";
    return;
  }
  switch (field.kind) {
    case FieldKind::kBoolean:
    case FieldKind::kInt:
    case FieldKind::kDouble:
    case FieldKind::kCurrency:
      return append_bare_value(out, table, row, field);
    case FieldKind::kDate:
      if (moments == MomentForm::kMilliseconds)
        return append_milliseconds(out, std::chrono::days(table.number(row, field.column)));
      return append_date(out, table.number(row, field.column));
    case FieldKind::kDateTime:
      if (moments == MomentForm::kMilliseconds)
        return append_milliseconds(out, seconds(table.number(row, field.column)));
      return append_datetime(out, table.number(row, field.column));
    default:
      append_quoted(out, table.text(row, field.column));
  }
}

}  // namespace prospectd::sandbox
