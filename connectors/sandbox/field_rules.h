// What a write may say of a record's fields: names, types, lengths, required fields, picklists, references;
// and the codes and texts of the refusals (SALESFORCE_API §11.2). Pure but for reading the org; one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/sandbox/outcome.h"
#include "connectors/sandbox/table.h"
#include "mapping/value.h"

namespace prospectd::sandbox {

class Org;

using FieldValues = std::vector<std::pair<std::string, mapping::Value>>;

/// A checked value on its way into a column: null, or of the column's own type.
struct Assignment {
  int column = -1;
  FieldKind kind = FieldKind::kString;
  mapping::Value value;
};

enum class WritePurpose { kCreate, kUpdate };

/// Checks the fields of one write against the object's table and brings the values into the column's types:
/// texts trimmed, "" as null, ids in 18 characters, dates parsed.
/// **Errors:** INVALID_FIELD, INVALID_FIELD_FOR_INSERT_UPDATE, REQUIRED_FIELD_MISSING, STRING_TOO_LONG,
/// INVALID_EMAIL_ADDRESS, INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, NUMBER_OUTSIDE_VALID_RANGE, MALFORMED_ID,
/// INVALID_CROSS_REFERENCE_KEY, INACTIVE_OWNER_OR_USER, JSON_PARSER_ERROR.
Outcome<std::vector<Assignment>> check_fields(const Org& org, const Table& table, const FieldValues& fields,
                                              WritePurpose purpose);

/// The value that a text stands for where there are only texts (a command line, a path): one that reads as
/// the field's type is that; "" is null for numbers and dates. nullopt: it stays a text, for check_fields to
/// judge.
std::optional<mapping::Value> value_of_text(const Field& field, std::string_view text);

/// Writes checked values into a row.
void store_fields(Table& table, Row row, const std::vector<Assignment>& fields);

/// The number of characters of a UTF-8 text.
size_t count_characters(std::string_view text);

}  // namespace prospectd::sandbox
