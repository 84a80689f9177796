#include "mapping/local_schema.h"

#include <algorithm>

namespace prospectd::mapping {
namespace {

struct Standard {
  std::string_view name;
  LocalType type;
};

constexpr Standard kStandard[] = {
    {"email", LocalType::kEmail},       {"first_name", LocalType::kText},  {"last_name", LocalType::kText},
    {"title", LocalType::kText},        {"company", LocalType::kText},     {"phone", LocalType::kText},
    {"mobile_phone", LocalType::kText}, {"street", LocalType::kText},      {"city", LocalType::kText},
    {"state", LocalType::kText},        {"postal_code", LocalType::kText}, {"country", LocalType::kText},
    {"website", LocalType::kText},      {"source", LocalType::kText},      {"stage", LocalType::kText},
    {"opted_out", LocalType::kBoolean}, {"owner", LocalType::kUser},       {"account", LocalType::kAccount},
};
static_assert(std::size(kStandard) == field::kStandardCount);
static_assert(kStandard[field::kStage].name == "stage" && kStandard[field::kOwner].name == "owner");

constexpr Standard kAccountFields[] = {
    {"name", LocalType::kText},  {"website", LocalType::kText}, {"industry", LocalType::kText},
    {"phone", LocalType::kText}, {"owner", LocalType::kUser},
};
static_assert(std::size(kAccountFields) == account_field::kCount);

template <size_t N>
std::vector<LocalField> make_fields(const Standard (&table)[N]) {
  std::vector<LocalField> fields;
  fields.reserve(N);
  for (const Standard& s : table)
    fields.push_back(LocalField{std::string(s.name), s.type, false});
  return fields;
}

bool is_custom_name(std::string_view name) {
  if (name.size() <= kCustomPrefix.size() || name.size() > kCustomNameBytesMax) return false;
  if (name.substr(0, kCustomPrefix.size()) != kCustomPrefix) return false;
  name.remove_prefix(kCustomPrefix.size());
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

std::string_view name_of(LocalType type) {
  constexpr std::string_view kNames[] = {"text",     "boolean", "integer", "number", "date",
                                         "datetime", "email",   "user",    "account"};
  return kNames[static_cast<size_t>(type)];
}

LocalSchema::LocalSchema() : fields_(make_fields(kStandard)) {}

Result<void> LocalSchema::add_custom(std::string_view name, LocalType type, bool indexed) {
  const std::string quoted = "custom field \"" + std::string(name.substr(0, kCustomNameBytesMax)) + "\"";
  if (!is_custom_name(name)) {
    return make_error(ErrorCode::kConfigInvalid,
                      quoted +
                          " has no valid name: it is \"custom.\" and lower-case letters, digits and '_', " +
                          std::to_string(kCustomNameBytesMax) + " characters at most");
  }
  if (type == LocalType::kUser || type == LocalType::kAccount) {
    return make_error(
        ErrorCode::kConfigInvalid,
        quoted + " can't be a reference (" + std::string(name_of(type)) + "): keep the id as text instead");
  }
  const size_t at = find(name);
  if (at != npos) {
    LocalField& known = fields_[at];
    if (known.type != type) {
      return make_error(ErrorCode::kConfigInvalid, quoted + " is " + std::string(name_of(known.type)) +
                                                       " in one mapping and " + std::string(name_of(type)) +
                                                       " in another");
    }
    known.indexed = known.indexed || indexed;
    return {};
  }
  if (fields_.size() >= kLocalFieldsMax) {
    return make_error(ErrorCode::kConfigInvalid, quoted + " is one too many: a prospect has " +
                                                     std::to_string(kLocalFieldsMax) + " fields at most");
  }
  fields_.push_back(LocalField{std::string(name), type, indexed});
  return {};
}

size_t LocalSchema::find(std::string_view name) const {
  const auto it =
      std::find_if(fields_.begin(), fields_.end(), [name](const LocalField& f) { return f.name == name; });
  return it == fields_.end() ? npos : static_cast<size_t>(it - fields_.begin());
}

std::vector<std::string> LocalSchema::names() const {
  std::vector<std::string> names;
  names.reserve(fields_.size());
  for (const LocalField& f : fields_)
    names.push_back(f.name);
  return names;
}

const std::vector<LocalField>& account_fields() {
  static const std::vector<LocalField> fields = make_fields(kAccountFields);
  return fields;
}

}  // namespace prospectd::mapping
