// What a query reads of a record: a field of its own, or of a parent up to five lookups away, or what a
// function makes of one. Bound sources borrow the org's tables and stay good as long as those. Pure, one
// thread (the org's).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/soql_dates.h"

namespace prospectd::sandbox {

/// One value, out of the table or made from several.
struct Datum {
  FieldKind kind = FieldKind::kString;
  bool null = true;
  int64_t whole = 0;  ///< flags as 0 and 1, whole numbers, days, or seconds
  double real = 0;
  std::string text = {};
};

/// A lookup that a path follows.
struct Hop {
  const Field* reference = nullptr;
  const Table* to = nullptr;  ///< nullptr: whatever table the id belongs to
};

/// What a path's last name means in one of the tables that a lookup to several may lead to.
struct Choice {
  const Table* table = nullptr;
  const Field* field = nullptr;  ///< nullptr: `constant`, or null where that is empty
  std::string constant = {};
};

struct Source {
  std::vector<Hop> hops = {};
  const Field* field = nullptr;      ///< behind the hops; where there are choices, that of one of them
  std::vector<Choice> choices = {};  ///< behind a lookup to several types
  salesforce_wire::soql::Function function = salesforce_wire::soql::Function::kNone;
  UserZone zone = {};  ///< of convertTimezone()

  /// True when it is a field of the row itself.
  bool direct() const { return hops.empty() && function == salesforce_wire::soql::Function::kNone; }
  bool operator==(const Source& other) const;
};
/// The kind of the values that a source gives.
FieldKind kind_of(const Source& source);

struct Place {
  const Table* table = nullptr;
  Row row = 0;
};
/// Where a lookup leads; nullopt when it is empty or leads to what was purged.
std::optional<Place> follow(const Org& org, Place from, const Hop& hop);
/// The same for one after the other.
std::optional<Place> follow(const Org& org, Place from, const std::vector<Hop>& hops);

/// A field's value; for a person's compound name the whole name.
Datum read_field(const Table& table, Row row, const Field& field);
Datum read_source(const Org& org, Place from, const Source& source);
/// As it stands in a JSON answer.
void append_datum(std::string& out, const Datum& datum);
/// The value with its text in folded case, so that two of them compare as the CRM compares; ids are left as
/// they are.
Datum folded(Datum datum);
/// −1, 0, 1 for two values of one kind, neither null, both folded.
int compare_data(const Datum& a, const Datum& b);

}  // namespace prospectd::sandbox
