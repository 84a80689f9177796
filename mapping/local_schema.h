// The prospect's fields as this database keeps them: the standard ones, always there and in this order, then
// the custom ones that the mappings name. A prospect's values are a vector in this order. Pure data, any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace prospectd::mapping {

enum class LocalType { kText, kBoolean, kInteger, kNumber, kDate, kDateTime, kEmail, kUser, kAccount };

std::string_view name_of(LocalType type);

/// Positions of the standard fields in every prospect's values.
namespace field {
inline constexpr size_t kEmail = 0;  ///< the primary address as typed; its key lives with the addresses
inline constexpr size_t kFirstName = 1;
inline constexpr size_t kLastName = 2;
inline constexpr size_t kTitle = 3;
inline constexpr size_t kCompany = 4;
inline constexpr size_t kPhone = 5;
inline constexpr size_t kMobilePhone = 6;
inline constexpr size_t kStreet = 7;
inline constexpr size_t kCity = 8;
inline constexpr size_t kState = 9;
inline constexpr size_t kPostalCode = 10;
inline constexpr size_t kCountry = 11;
inline constexpr size_t kWebsite = 12;
inline constexpr size_t kSource = 13;
inline constexpr size_t kStage = 14;
inline constexpr size_t kOptedOut = 15;  ///< monotone: any side's true wins (SEMANTICS §11)
inline constexpr size_t kOwner = 16;     ///< a UserId's number, or null
inline constexpr size_t kAccount = 17;   ///< an AccountId's number, or null
inline constexpr size_t kStandardCount = 18;
}  // namespace field

struct LocalField {
  std::string name;  ///< "first_name", or "custom.birthday"
  LocalType type = LocalType::kText;
  bool indexed = false;  ///< custom fields only: gets an expression index
};

constexpr size_t kLocalFieldsMax = 500;                       ///< standard and custom ones together
inline constexpr std::string_view kCustomPrefix = "custom.";  ///< of the names of fields of one's own
constexpr size_t kCustomNameBytesMax = 64;                    ///< with "custom."

class LocalSchema {
 public:
  /// The standard fields alone.
  LocalSchema();

  /// Adds a custom field ("custom." and lower-case letters, digits, '_'), or agrees when it is there with the
  /// same type; it is indexed when any of the calls says so.
  /// **Errors:** kConfigInvalid for a bad name, for one that is there with another type, for a reference
  /// (kUser, kAccount: only the standard fields are resolved), or over kLocalFieldsMax.
  Result<void> add_custom(std::string_view name, LocalType type, bool indexed);

  const std::vector<LocalField>& fields() const { return fields_; }
  size_t size() const { return fields_.size(); }
  size_t find(std::string_view name) const;  ///< position, or npos
  std::vector<std::string> names() const;
  static constexpr size_t npos = static_cast<size_t>(-1);

 private:
  std::vector<LocalField> fields_;
};

/// The fields of an account that a mapping may name; positions in every account's values.
namespace account_field {
inline constexpr size_t kName = 0;
inline constexpr size_t kWebsite = 1;
inline constexpr size_t kIndustry = 2;
inline constexpr size_t kPhone = 3;
inline constexpr size_t kOwner = 4;  ///< a UserId's number, or null
inline constexpr size_t kCount = 5;
}  // namespace account_field

const std::vector<LocalField>& account_fields();

}  // namespace prospectd::mapping
