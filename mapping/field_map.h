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
  std::vector<std::string> blank_words;  ///< of the spec, trimmed and in lower case
  Value default_in;                      ///< in the local field's kind; absent when there is none
  Value default_out;
  bool read_again = false;  ///< a later entry reads the same CRM field
  /// What both sides agree on is what this entry compares: it fills the local field, or, where none does, is
  /// the first that names it.
  bool speaks = false;
  bool goes_elsewhere = false;  ///< another entry gives the local field out, too
  /// What it compares, as a hash: the two fields and how the CRM's value reads here. Directions, rules and
  /// what goes out are no part of it.
  uint64_t line = 0;

  bool takes_in() const { return spec.direction != Direction::kOut; }
  bool gives_out() const { return spec.direction != Direction::kIn; }
};

/// A value that could not be taken; the record's other fields go on.
struct FieldError {
  size_t entry = 0;
  std::string message;  ///< "Birthdate is no date (expected YYYY-MM-DD)"; never the value (I11)
};

constexpr size_t kMapEntriesMax = 500;  ///< lines of one mapping
constexpr size_t kMapWordsMax = 1000;   ///< pairs of a value map, blank words or transforms of one line

/// A record in local terms. `values` is parallel to FieldMap::entries(); absent where the record did not say
/// or the value was in error; null where it was said to be blank (and the entry has no default). For kUser
/// and kAccount entries the value is the remote id as a string, or null. Entries that only give out are
/// filled too: what of it flows in is the caller's to decide (MapEntry::takes_in, blanks_in).
struct MappedRecord {
  RemoteId id;
  Timestamp version{};
  bool deleted = false;
  LineageMark lineage;
  uint64_t hash =
      0;  ///< over all that the record said in mapped fields, its lineage and deletion, and the mapping
  std::vector<Value> values;
  std::optional<std::string> email_key;
  std::vector<FieldError> errors;
};

class FieldMap {
 public:
  /// **Errors:** kConfigInvalid, naming the line's `where`, for an unknown local field or transform, a CRM
  /// field name that is none, a local field mapped twice inward or a CRM field twice outward, a value map
  /// with a blank or repeated CRM value, a default that its field can't hold, or over a maximum. All faults
  /// of all lines, one a line of the message.
  static Result<FieldMap> compile(const MappingSpec& spec, const LocalSchema& schema);
  /// The same for accounts, against account_fields().
  static Result<FieldMap> compile_account(const MappingSpec& spec);

  const std::string& object() const { return object_; }
  const std::vector<MapEntry>& entries() const { return entries_; }
  /// The CRM fields to ask for, each once (ignoring case, as the CRM does), in the mapping's order.
  std::vector<std::string> remote_fields() const;
  /// MapEntry::line of all entries, ascending.
  std::vector<uint64_t> lines() const;
  /// The entry that fills a local field inward; nullptr when none does.
  const MapEntry* inward(size_t local) const;

  /// The position of each entry's remote field in `layout` (FieldList::npos where the page doesn't carry it):
  /// once a page. The exact name, else the same ignoring ASCII case.
  std::vector<size_t> bind(const FieldList& layout) const;
  /// Maps one record whose values lie as `binding` says. Never fails as a whole: bad values become errors.
  /// Each value goes through: blank words, value map, transforms, the field's kind, default. Blank text is
  /// null.
  MappedRecord to_local(const Record& record, const std::vector<size_t>& binding) const;
  /// The same, taking the record's texts instead of copying them.
  MappedRecord to_local(Record&& record, const std::vector<size_t>& binding) const;

  /// One local value as the CRM should hold it, by entry `e` (value map reversed, outward transforms). Absent
  /// when the direction or the blank rule keeps it back. A blank local value is the outward default where
  /// there is one. References are given as remote ids in text; the number of a local row is none, and gives
  /// absent.
  Value to_remote(const MapEntry& e, const Value& local) const;

 private:
  friend FieldMap without(const FieldMap& map, const std::vector<size_t>& dropped);
  static Result<FieldMap> compile_against(const MappingSpec& spec, const std::vector<LocalField>& fields,
                                          size_t email);
  void finish();  ///< works out what depends on all entries together

  static constexpr size_t kNone = static_cast<size_t>(-1);
  std::string object_;
  std::vector<MapEntry> entries_;
  size_t email_local_ = kNone;  ///< the local field that holds the key address
  size_t email_entry_ = kNone;  ///< the entry that fills it inward
  uint64_t fingerprint_ = 0;    ///< of all that the mapping says
};

/// The map without the entries at `dropped` (positions), for going on when fields have vanished (F11).
FieldMap without(const FieldMap& map, const std::vector<size_t>& dropped);

}  // namespace prospectd::mapping
