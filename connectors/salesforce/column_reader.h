// How one value of a record becomes a Value, by the kind of its column: the strict part of decoding, apart
// from the parser. Owned by salesforce; pure, any thread. Free of coroutines. Source: API §13.
#pragma once

#include <cstdint>
#include <string_view>

#include "connectors/salesforce/page_layout.h"
#include "mapping/record.h"
#include "mapping/value.h"

namespace prospectd::salesforce {

/// Why a value can't be taken.
enum class Fault : uint8_t {
  kNone,
  kWrongType,
  kBadText,
  kTooLong,
  kOutOfRange,
  kBadDate,
  kTooDeep,
};
/// For BadRecord::reason, after the field's name: "not of the type that the describe tells".
std::string_view reason_of(Fault fault);

enum class JsonKind : uint8_t { kNull, kBoolean, kInteger, kReal, kText, kContainer };

/// One JSON value as the parser found it.
struct JsonValue {
  JsonKind kind = JsonKind::kNull;
  bool flag = false;       ///< of kBoolean
  int64_t integer = 0;     ///< of kInteger
  double real = 0;         ///< of kReal; finite
  bool unescaped = false;  ///< `text` had escapes, and so may hold a NUL
  std::string_view text;   ///< of kText its content; of kInteger, kReal and kContainer the JSON itself
};

Fault read_value(const JsonValue& json, ColumnKind kind, mapping::Value& out);

/// Takes a system column's value into the record; null counts as not said. False when it had to be a record
/// id and is none.
bool apply_role(Role role, const mapping::Value& value, mapping::Record& record);

}  // namespace prospectd::salesforce
