#include "connectors/salesforce/column_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "connectors/salesforce/page_decoder.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/ids.h"

namespace prospectd::salesforce {
namespace {

using mapping::Value;

constexpr double kExactIntegerMax = 9'007'199'254'740'992.0;  ///< 2^53: beyond it doubles skip integers

size_t count_chars(std::string_view text) {
  const auto starts_char = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), starts_char));
}

Fault take_text(std::string_view text, Value& out) {
  if (text.size() > kTextCharsMax && count_chars(text) > kTextCharsMax) return Fault::kTooLong;
  out = Value(std::string(text));
  return Fault::kNone;
}

/// The content of a string, with NULs replaced.
Fault take_content(const JsonValue& json, Value& out) {
  if (json.unescaped && json.text.find('\0') != std::string_view::npos) {
    return take_text(repair_utf8(json.text), out);
  }
  return take_text(json.text, out);
}

Fault read_text(const JsonValue& json, Value& out) {
  return json.kind == JsonKind::kText ? take_content(json, out) : Fault::kWrongType;
}

Fault read_boolean(const JsonValue& json, Value& out) {
  if (json.kind != JsonKind::kBoolean) return Fault::kWrongType;
  out = Value(json.flag);
  return Fault::kNone;
}

/// The API writes some whole numbers as doubles ("300.0"): taken when nothing is lost by it.
Fault read_integer(const JsonValue& json, Value& out) {
  if (json.kind == JsonKind::kInteger) {
    out = Value(json.integer);
    return Fault::kNone;
  }
  if (json.kind != JsonKind::kReal) return Fault::kWrongType;
  if (std::abs(json.real) >= kExactIntegerMax || json.real != std::trunc(json.real)) {
    return Fault::kOutOfRange;
  }
  out = Value(static_cast<int64_t>(json.real));
  return Fault::kNone;
}

Fault read_double(const JsonValue& json, Value& out) {
  if (json.kind != JsonKind::kReal && json.kind != JsonKind::kInteger) return Fault::kWrongType;
  out = Value(json.kind == JsonKind::kReal ? json.real : static_cast<double>(json.integer));
  return Fault::kNone;
}

Fault read_date(const JsonValue& json, Value& out) {
  if (json.kind != JsonKind::kText) return Fault::kWrongType;
  const auto date = parse_date(json.text);
  if (!date) return Fault::kBadDate;
  out = Value(*date);
  return Fault::kNone;
}

Fault read_datetime(const JsonValue& json, Value& out) {
  if (json.kind != JsonKind::kText) return Fault::kWrongType;
  const auto moment = salesforce_wire::parse_datetime(json.text);
  if (!moment) return Fault::kBadDate;
  out = Value(*moment);
  return Fault::kNone;
}

Fault read_reference(const JsonValue& json, Value& out) {
  if (json.kind != JsonKind::kText) return Fault::kWrongType;
  auto id = salesforce_wire::checked_id(json.text);
  if (!id) return take_content(json, out);
  out = Value(*std::move(id));
  return Fault::kNone;
}

Fault read_loose(const JsonValue& json, Value& out) {
  if (json.kind == JsonKind::kBoolean) return take_text(json.flag ? "true" : "false", out);
  return take_content(json, out);
}

using Reader = Fault (*)(const JsonValue&, Value&);
/// By ColumnKind.
constexpr std::array<Reader, 8> kReaders{read_text, read_boolean,  read_integer,   read_double,
                                         read_date, read_datetime, read_reference, read_loose};

/// By Fault.
constexpr std::array<std::string_view, 7> kReasons{"nothing wrong",
                                                   "not of the type that the describe tells",
                                                   "a text that is not well formed",
                                                   "longer than 131,072 characters",
                                                   "a number out of range",
                                                   "no date",
                                                   "nested too deep"};

}  // namespace

std::string_view reason_of(Fault fault) {
  return kReasons[static_cast<size_t>(fault)];
}

Fault read_value(const JsonValue& json, ColumnKind kind, Value& out) {
  if (json.kind == JsonKind::kNull) {
    out = Value::null();
    return Fault::kNone;
  }
  return kReaders[static_cast<size_t>(kind)](json, out);
}

bool apply_role(Role role, const Value& value, mapping::Record& record) {
  const auto take_flag = [&value](bool& to) {
    if (const bool* flag = value.get<bool>()) to = *flag;
    return true;
  };
  const auto take_id = [&value](RemoteId& to) {
    if (value.is_null()) return true;
    auto id = salesforce_wire::checked_id(value.str());
    if (!id) return false;
    to = RemoteId(*std::move(id));
    return true;
  };
  switch (role) {
    case Role::kField:
      return true;
    case Role::kId:
      return take_id(record.id);
    case Role::kVersion:
      if (const auto* moment = value.get<Timestamp>()) record.version = *moment;
      return true;
    case Role::kDeleted:
      return take_flag(record.deleted);
    case Role::kMergedInto:
      return take_id(record.lineage.merged_into);
    case Role::kConverted:
      return take_flag(record.lineage.converted);
    case Role::kConvertedContact:
      return take_id(record.lineage.converted_contact);
    case Role::kConvertedAccount:
      return take_id(record.lineage.converted_account);
  }
  return true;
}

}  // namespace prospectd::salesforce
