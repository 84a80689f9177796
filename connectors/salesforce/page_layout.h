// PageLayout: what a query selects and how each column of its answer is read: which JSON key, as which type,
// into which place of a Record. Built once for a query from the object's describe; then read by every page.
// Owned by salesforce; immutable after make, any thread. Free of coroutines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "mapping/record.h"
#include "mapping/schema.h"

namespace prospectd::salesforce {

/// How a column's JSON becomes a Value. Null stays null in every kind.
enum class ColumnKind : uint8_t {
  kText,       ///< a JSON string
  kBoolean,    ///< true or false
  kInteger,    ///< a whole number, exact
  kDouble,     ///< any finite number
  kDate,       ///< "2026-11-20"
  kDateTime,   ///< any datetime of API §13
  kReference,  ///< a record id, brought to 18 characters; what is no record id stays as it came
  kLoose,      ///< whatever came, as text: strings as they are, the rest as its JSON (compound fields)
};

/// Where a column goes besides its place among the values.
enum class Role : uint8_t {
  kField,
  kId,
  kVersion,
  kDeleted,
  kMergedInto,
  kConverted,
  kConvertedContact,
  kConvertedAccount,
};

struct Column {
  std::string key;  ///< the field's name in the letter case of the describe, which answers use
  ColumnKind kind = ColumnKind::kText;
  Role role = Role::kField;
  size_t slot = mapping::FieldList::npos;  ///< position among the values; npos when it wasn't asked for
};

class PageLayout {
 public:
  /// Id, SystemModstamp and those of IsDeleted, MasterRecordId, IsConverted, ConvertedContactId and
  /// ConvertedAccountId that the object has, then `fields`, each selected once. Names match ignoring ASCII
  /// case. At most kColumnsMax columns. **Errors:** kUnknownField for a field that the object lacks;
  /// kInvalidInput for too many.
  static Result<PageLayout> make(const mapping::ObjectSchema& schema, const std::vector<std::string>& fields);

  /// In SELECT order.
  const std::vector<Column>& columns() const { return columns_; }
  /// The fields asked for, under the names and in the order they were asked.
  const std::shared_ptr<const mapping::FieldList>& fields() const { return fields_; }
  /// Places that repeat another one, for fields that were asked for twice: {from, to}.
  const std::vector<std::pair<size_t, size_t>>& copies() const { return copies_; }

 private:
  PageLayout() = default;
  Result<void> add_field(const mapping::ObjectSchema& schema, const std::string& name, size_t slot);

  std::vector<Column> columns_;
  std::vector<std::pair<size_t, size_t>> copies_;
  std::shared_ptr<const mapping::FieldList> fields_;
};
constexpr size_t kColumnsMax = 1'000;

/// "Lead has no field 'Titel' that this login may read (did you mean Title?)"
Error unknown_field(const mapping::ObjectSchema& schema, std::string_view name);

}  // namespace prospectd::salesforce
