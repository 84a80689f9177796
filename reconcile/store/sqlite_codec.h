// Codec: values of the model as the database keeps them: custom fields, shadows, pending references and
// conflict values as JSON by field name; standard fields as columns. Immutable, any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reconcile/plan.h"
#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

using mapping::Value;

/// The columns of a prospect's standard fields, in the order of LocalSchema: "email, first_name, …".
const std::string& standard_columns();
constexpr size_t kStandardColumns = mapping::field::kStandardCount;

/// Binds one value to the next parameter. Text must outlive the run.
void bind_value(Query& query, const Value& value);
/// The value of a column of that type; null where the column is NULL.
Value read_value(const Query& query, int column, mapping::LocalType type);

struct NameHash {
  using is_transparent = void;
  size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
};
/// Positions in the local schema by field name.
using FieldPositions = std::unordered_map<std::string, size_t, NameHash, std::equal_to<>>;

class Codec {
 public:
  explicit Codec(mapping::LocalSchema schema);

  const mapping::LocalSchema& schema() const { return schema_; }
  bool has_custom() const { return schema_.size() > kStandardColumns; }

  /// The custom fields of a prospect's values; empty when all of them are null or absent.
  std::string custom_json(const std::vector<Value>& fields) const;
  /// `stored` with the changes of custom fields; what the schema does not name stays.
  /// **Errors:** kStateDamaged when `stored` is no JSON object.
  Result<std::string> changed_custom(const std::string& stored,
                                     const std::vector<reconcile::FieldChange>& changes) const;
  /// Fills the custom fields of `fields`; what the schema does not name is left out.
  Result<void> read_custom(std::string_view stored, std::vector<Value>& fields) const;

  /// Empty for an empty shadow. Fields of `stored` (the shadow before, may be empty) that the schema does not
  /// name stay.
  Result<std::string> shadow_json(const reconcile::Shadow& shadow, const std::string& stored) const;
  Result<reconcile::Shadow> read_shadow(std::string_view stored) const;

  /// Pending references by field name; empty when there is none. Fields are of `names`.
  static std::string pending_json(const std::vector<reconcile::PendingRef>& pending,
                                  const std::vector<mapping::LocalField>& names);
  static Result<std::vector<reconcile::PendingRef>> read_pending(
      std::string_view stored, const std::vector<mapping::LocalField>& names);

  /// Values by field name, each with its kind; empty for none. What the schema does not name is left out when
  /// they are read.
  std::string sent_json(const reconcile::SentValues& values) const;
  Result<reconcile::SentValues> read_sent(std::string_view stored) const;

  /// Any value, its kind kept.
  static std::string tagged_json(const Value& value);
  /// What tagged_json made; null for what it did not make.
  static Value untagged_json(std::string_view stored);

 private:
  Result<void> append_unnamed(std::string& out, const std::string& stored) const;
  /// The schema's size for a name that it does not have.
  size_t position_of(std::string_view name) const;

  mapping::LocalSchema schema_;
  FieldPositions positions_;
};

}  // namespace prospectd::store
