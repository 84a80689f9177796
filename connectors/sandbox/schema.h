// The objects and fields that the sandbox org has, as tables: one line a field, true to the real org's
// describe. Static data, any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prospectd::sandbox {

enum class FieldKind : uint8_t {
  kId,
  kReference,
  kString,
  kTextArea,
  kPicklist,
  kBoolean,
  kInt,
  kDouble,
  kCurrency,
  kDate,
  kDateTime,
  kEmail,
  kPhone,
  kUrl,
  kAddress,
  kMultiPicklist,  ///< "A;B"
};

/// What describe calls the kind: "reference", "datetime", …
std::string_view describe_type(FieldKind kind);
/// The kind that a type of a describe is kept as, a simpler one where need be; nullopt for what the org can't
/// hold, and for ids and addresses.
std::optional<FieldKind> kind_of_describe_type(std::string_view type);
/// All types that have a kind.
std::vector<std::string_view> held_describe_types();
/// "xsd:string", "tns:ID", …
std::string_view soap_type(FieldKind kind);
/// True where a value is text of its own (ids and references included).
bool holds_text(FieldKind kind);

enum FieldFlag : uint32_t {
  kNillable = 1u << 0,
  kCreateable = 1u << 1,
  kUpdateable = 1u << 2,
  kDefaulted = 1u << 3,       ///< defaultedOnCreate
  kNotFilterable = 1u << 4,   ///< and so not sortable either
  kIdLookup = 1u << 5,        ///< usable as a key
  kRestricted = 1u << 6,      ///< restricted picklist
  kNameField = 1u << 7,       ///< what a person calls the record
  kPolymorphic = 1u << 8,     ///< reference to more than one type
  kCustom = 1u << 9,          ///< a field of this org only
  kDefaultTrue = 1u << 10,    ///< a boolean that starts true
  kExternalId = 1u << 11,     ///< a key of somebody else's system
  kUnique = 1u << 12,         ///< no two live records share a value
  kCaseSensitive = 1u << 13,  ///< letter case counts in comparing keys
  kWritable = kCreateable | kUpdateable,
  kOptional = kNillable | kWritable,
  kOwned = kWritable | kDefaulted,  ///< the one who writes is the owner
  kFlag = kWritable | kDefaulted,
};

inline constexpr std::string_view kIndustries =
    "Agriculture,Banking,Biotechnology,Chemicals,Communications,Construction,Consulting,Education,"
    "Electronics,"
    "Energy,Engineering,Entertainment,Finance,Government,Healthcare,Hospitality,Insurance,Machinery,"
    "Manufacturing,Media,Retail,Shipping,Technology,Telecommunications,Transportation,Utilities,Other";

/// One line of a table. Lists are comma-separated; empty text means none.
struct FieldRow {
  std::string_view name;
  std::string_view label;
  FieldKind kind;
  int length;  ///< characters; 0 where it doesn't apply
  uint32_t flags;
  std::string_view reference_to = {};
  std::string_view relationship = {};
  std::string_view picklist = {};  ///< values in order; the first is the default of a kDefaulted field
  std::string_view compound = {};  ///< the compound field that this one is a part of
};

struct ObjectRow {
  std::string_view name;
  std::string_view label;
  std::string_view label_plural;
  std::string_view key_prefix;
  std::span<const FieldRow> fields;
  bool createable = true;
  bool deletable = true;  ///< and so undeletable, with IsDeleted
  bool mergeable = true;
  bool custom = false;  ///< from a schema, not one of the standard ones here
};

/// How a compound value that is not stored comes from its parts.
enum class Compound : uint8_t { kNone, kPersonName, kAddress };

class Formula;

/// A field of a living org: a table's line, or a custom field.
struct Field {
  std::string name;
  std::string label;
  FieldKind kind = FieldKind::kString;
  int length = 255;
  uint32_t flags = kOptional;
  std::vector<std::string> reference_to = {};
  std::string relationship = {};
  std::string children = {};  ///< a reference's relationship as its target sees it, "Contacts"
  std::vector<std::string> picklist = {};
  std::vector<std::string> inactive = {};  ///< values of the picklist that new records don't take any more
  std::string formula = {};                ///< what its value is computed from; such a field takes no writes
  std::shared_ptr<const Formula> computed = nullptr;  ///< none: its value stays blank
  std::string compound_of = {};                       ///< the compound field it is a part of
  Compound compound = Compound::kNone;
  int column = -1;              ///< where its value is stored; -1 for a compound
  std::vector<int> parts = {};  ///< columns of a compound's parts, in the compound's own order

  bool has(uint32_t flag) const { return (flags & flag) != 0; }
};

/// Whether it has values to pick from, one or several.
bool is_picklist(const Field& field);
/// Whether ORDER BY takes the field.
bool sortable(const Field& field);
/// Whether GROUP BY takes the field as it is.
bool groupable(const Field& field);

/// Columns that the model itself reads and writes; -1 where the object has none.
struct SystemColumns {
  int id = -1;
  int created = -1;
  int created_by = -1;
  int modified = -1;
  int modified_by = -1;
  int stamp = -1;
  int deleted = -1;
  int master = -1;
  int owner = -1;
};

/// An object of a living org. Field positions and columns never change once given.
class ObjectType {
 public:
  explicit ObjectType(const ObjectRow& row);

  const ObjectRow& row() const { return row_; }
  /// The text must outlive the type.
  void set_key_prefix(std::string_view prefix) { row_.key_prefix = prefix; }
  std::string_view name() const { return row_.name; }
  const std::deque<Field>& fields() const { return fields_; }
  int columns() const { return columns_; }
  const SystemColumns& system() const { return system_; }
  /// The field of that name ignoring ASCII case; nullptr when there is none.
  const Field* find(std::string_view name) const;
  Field* find_to_change(std::string_view name);
  /// The column of a field that the tables are known to have (exact name).
  int column(std::string_view name) const;
  /// Adds a custom text field of 255 characters, or gives the one of that name. nullptr when the name can't
  /// be a field's (letters, digits and '_', at most 80, beginning with a letter), or there are
  /// kCustomFieldsMax already.
  const Field* add_custom_text(std::string_view name);
  /// Adds a custom field as it is described. nullptr for a name that can't be a field's or is taken, and when
  /// there are kCustomFieldsMax already.
  const Field* add_custom(Field field);

 private:
  void add(Field field);
  void link_compounds();

  ObjectRow row_;
  std::deque<Field> fields_;  // so that a field stays where it is when another joins
  std::vector<std::pair<std::string, uint16_t>>
      by_name_;  // lower-case names with places in fields_, in order
  int columns_ = 0;
  SystemColumns system_;
};
/// True for what an object or a field can be called: letters, digits and '_', at most 80, a letter first.
bool is_api_name(std::string_view name);

constexpr size_t kCustomFieldsMax = 500;

/// User, Group, Account, Contact, Lead: in the order in which parents come first.
std::span<const ObjectRow> standard_objects();
/// The fields of every custom object.
std::span<const FieldRow> custom_object_fields();
std::span<const FieldRow> user_fields();
std::span<const FieldRow> group_fields();
std::span<const FieldRow> account_fields();
std::span<const FieldRow> contact_fields();
std::span<const FieldRow> lead_fields();

}  // namespace prospectd::sandbox
