// FieldMap: a MappingSpec compiled against the local schema. Turns a CRM record into values in local terms.
// References (owner, account) stay remote ids here: resolving them needs the database and is reconcile's.
// Immutable after compile, any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "mapping/record.h"
#include "mapping/schema.h"
#include "mapping/spec.h"
#include "mapping/transforms.h"

namespace prospectd::mapping {

/// One compiled line of a mapping.
struct MapEntry {
  FieldSpec spec;
  size_t local = 0;  ///< position in the local schema
  LocalType type = LocalType::kText;
  std::vector<const Transform*> in;
  std::vector<const Transform*> out;

  bool takes_in() const { return spec.direction != Direction::kOut; }
  bool gives_out() const { return spec.direction != Direction::kIn; }
};

/// A value that could not be taken; the record's other fields go on.
struct FieldError {
  size_t entry = 0;
  std::string message;
};

/// A record in local terms. `values` is parallel to FieldMap::entries(); absent where the record did not say
/// or the value was in error. For kUser and kAccount entries the value is the remote id as a string, or null.
struct MappedRecord {
  RemoteId id;
  Timestamp version{};
  bool deleted = false;
  LineageMark lineage;
  uint64_t hash = 0;  ///< over everything the record said in mapped fields, and its lineage and deletion
  std::vector<Value> values;
  std::optional<std::string> email_key;
  std::vector<FieldError> errors;
};

class FieldMap {
 public:
  /// **Errors:** kConfigInvalid, naming spec.where, for an unknown local field or transform, or a local field
  /// mapped twice inward.
  static Result<FieldMap> compile(const MappingSpec& spec, const LocalSchema& schema);
  /// The same for accounts, against account_fields().
  static Result<FieldMap> compile_account(const MappingSpec& spec);

  const std::string& object() const { return object_; }
  const std::vector<MapEntry>& entries() const { return entries_; }
  /// The CRM fields to ask for, each once, in the mapping's order.
  std::vector<std::string> remote_fields() const;
  /// The entry that fills a local field inward; nullptr when none does.
  const MapEntry* inward(size_t local) const;

  /// The position of each entry's remote field in `layout` (FieldList::npos where the page doesn't carry it):
  /// once a page.
  std::vector<size_t> bind(const FieldList& layout) const;
  /// Maps one record whose values lie as `binding` says. Never fails as a whole: bad values become errors.
  MappedRecord to_local(const Record& record, const std::vector<size_t>& binding) const;

  /// One local value as the CRM should hold it, by entry `e` (value map reversed, outward transforms). Absent
  /// when the direction or the blank rule keeps it back.
  Value to_remote(const MapEntry& e, const Value& local) const;

 private:
  friend FieldMap without(const FieldMap& map, const std::vector<size_t>& dropped);
  std::string object_;
  std::vector<MapEntry> entries_;
};

/// What of a mapping the CRM's describe contradicts.
struct SchemaFault {
  size_t entry = 0;
  bool fatal = false;   ///< the field can't be asked for; else only the outward direction is in doubt
  std::string message;  ///< "Contact has no field Titel (did you mean Title?)"
};

/// Checks a mapping against a live describe: missing fields, and outward fields that are read-only.
std::vector<SchemaFault> check_against(const FieldMap& map, const ObjectSchema& schema);
/// The map without the entries at `dropped` (positions), for going on when fields have vanished (F11).
FieldMap without(const FieldMap& map, const std::vector<size_t>& dropped);

}  // namespace prospectd::mapping
