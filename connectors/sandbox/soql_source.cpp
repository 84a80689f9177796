#include "connectors/sandbox/soql_source.h"

#include <algorithm>
#include <utility>

#include "connectors/sandbox/json_text.h"
#include "connectors/sandbox/record_writer.h"
#include "connectors/sandbox/text_fold.h"

namespace prospectd::sandbox {
namespace {

namespace soql = salesforce_wire::soql;
using soql::Function;

bool is_real(FieldKind kind) {
  return kind == FieldKind::kDouble || kind == FieldKind::kCurrency;
}
bool is_id(FieldKind kind) {
  return kind == FieldKind::kId || kind == FieldKind::kReference;
}

Datum apply_function(const Source& source, Datum value) {
  if (!soql::is_date_function(source.function) || value.null) return value;
  constexpr int64_t kSecondsOfDay = 86'400;
  const int64_t moment =
      value.kind == FieldKind::kDate ? value.whole * kSecondsOfDay : local_seconds(source.zone, value.whole);
  value.whole = date_part(source.function, moment);
  value.kind = kind_of(source);
  return value;
}

Datum read_choice(const Place& place, const std::vector<Choice>& choices) {
  Datum nothing;
  for (const Choice& choice : choices) {
    if (choice.table != place.table) continue;
    if (choice.field != nullptr) return read_field(*place.table, place.row, *choice.field);
    nothing.null = choice.constant.empty();
    nothing.text = choice.constant;
    break;
  }
  return nothing;
}

template <class T>
int sign_of(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

}  // namespace

bool Source::operator==(const Source& other) const {
  const auto same_hops = [](const Hop& a, const Hop& b) { return a.reference == b.reference; };
  return field == other.field && function == other.function && zone.zone == other.zone.zone &&
         std::equal(hops.begin(), hops.end(), other.hops.begin(), other.hops.end(), same_hops) &&
         std::equal(
             choices.begin(), choices.end(), other.choices.begin(), other.choices.end(),
             [](const Choice& a, const Choice& b) { return a.field == b.field && a.table == b.table; });
}

FieldKind kind_of(const Source& source) {
  if (source.function == Function::kDayOnly) return FieldKind::kDate;
  if (soql::is_date_function(source.function)) return FieldKind::kInt;
  return source.field == nullptr ? FieldKind::kString : source.field->kind;
}

std::optional<Place> follow(const Org& org, Place from, const Hop& hop) {
  const std::string_view id = from.table->text(from.row, hop.reference->column);
  if (id.empty()) return std::nullopt;
  const Table* to = hop.to != nullptr ? hop.to : org.table_of_id(id);
  const auto row = to == nullptr ? std::nullopt : to->find(id);
  if (!row || to->state(*row) == RowState::kPurged) return std::nullopt;
  return Place{to, *row};
}

std::optional<Place> follow(const Org& org, Place from, const std::vector<Hop>& hops) {
  std::optional<Place> at = from;
  for (const Hop& hop : hops) {
    at = follow(org, *at, hop);
    if (!at) break;
  }
  return at;
}

Datum read_field(const Table& table, Row row, const Field& field) {
  Datum value;
  value.kind = field.kind;
  if (field.compound == Compound::kPersonName) {
    value.text = person_name(table, row, field);
    value.null = value.text.empty();
    return value;
  }
  if (field.column < 0 || table.is_null(row, field.column)) return value;
  value.null = false;
  if (holds_text(field.kind)) {
    value.text = table.text(row, field.column);
  } else if (is_real(field.kind)) {
    value.real = table.real(row, field.column);
  } else {
    value.whole = table.number(row, field.column);
  }
  return value;
}

Datum read_source(const Org& org, Place from, const Source& source) {
  const auto place = follow(org, from, source.hops);
  if (!place) {
    Datum nothing;
    nothing.kind = kind_of(source);
    return nothing;
  }
  Datum value = source.choices.empty() ? read_field(*place->table, place->row, *source.field)
                                       : read_choice(*place, source.choices);
  return apply_function(source, std::move(value));
}

void append_datum(std::string& out, const Datum& d) {
  if (d.null) {
    out += "null";
  } else if (d.kind == FieldKind::kBoolean) {
    out += d.whole != 0 ? "true" : "false";
  } else if (d.kind == FieldKind::kInt) {
    append_number(out, d.whole);
  } else if (is_real(d.kind)) {
    append_number(out, d.real);
  } else if (d.kind == FieldKind::kDate) {
    append_date(out, d.whole);
  } else if (d.kind == FieldKind::kDateTime) {
    append_datetime(out, d.whole);
  } else {
    append_quoted(out, d.text);
  }
}

Datum folded(Datum d) {
  if (!is_id(d.kind)) d.text = fold_case(d.text);
  return d;
}

int compare_data(const Datum& a, const Datum& b) {
  if (const int c = sign_of(a.whole, b.whole); c != 0) return c;
  if (const int c = sign_of(a.real, b.real); c != 0) return c;
  return sign_of(a.text, b.text);
}

}  // namespace prospectd::sandbox
