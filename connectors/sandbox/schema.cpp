#include "connectors/sandbox/schema.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace prospectd::sandbox {
namespace {

struct KindRow {
  std::string_view describe;
  std::string_view soap;
  bool text;
};
// In the order of FieldKind.
constexpr std::array<KindRow, 16> kKinds = {{{"id", "tns:ID", true},
                                             {"reference", "tns:ID", true},
                                             {"string", "xsd:string", true},
                                             {"textarea", "xsd:string", true},
                                             {"picklist", "xsd:string", true},
                                             {"boolean", "xsd:boolean", false},
                                             {"int", "xsd:int", false},
                                             {"double", "xsd:double", false},
                                             {"currency", "xsd:double", false},
                                             {"date", "xsd:date", false},
                                             {"datetime", "xsd:dateTime", false},
                                             {"email", "xsd:string", true},
                                             {"phone", "xsd:string", true},
                                             {"url", "xsd:string", true},
                                             {"address", "urn:address", false},
                                             {"multipicklist", "xsd:string", true}}};

const KindRow& kind_row(FieldKind kind) {
  return kKinds[static_cast<size_t>(kind)];
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const size_t comma = list.find(',');
    out.emplace_back(list.substr(0, comma));
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return out;
}

Field field_of(const FieldRow& row) {
  Field f;
  f.name = row.name;
  f.label = row.label;
  f.kind = row.kind;
  f.length = row.length;
  f.flags = row.flags;
  f.reference_to = split_list(row.reference_to);
  f.relationship = row.relationship;
  f.picklist = split_list(row.picklist);
  f.compound_of = row.compound;
  return f;
}

struct SystemRow {
  std::string_view name;
  int SystemColumns::*column;
};
constexpr SystemRow kSystemColumns[] = {
    {"Id", &SystemColumns::id},
    {"CreatedDate", &SystemColumns::created},
    {"CreatedById", &SystemColumns::created_by},
    {"LastModifiedDate", &SystemColumns::modified},
    {"LastModifiedById", &SystemColumns::modified_by},
    {"SystemModstamp", &SystemColumns::stamp},
    {"IsDeleted", &SystemColumns::deleted},
    {"MasterRecordId", &SystemColumns::master},
    {"OwnerId", &SystemColumns::owner},
};

// The parts of an address in the order of the compound's own keys; a part is recognised by how its name ends.
constexpr std::string_view kAddressParts[] = {"City", "Country", "PostalCode", "State", "Street"};

// The kinds that a field of an organisation's own may have.
constexpr FieldKind kHeldKinds[] = {FieldKind::kReference, FieldKind::kString,       FieldKind::kTextArea,
                                    FieldKind::kPicklist,  FieldKind::kBoolean,      FieldKind::kInt,
                                    FieldKind::kDouble,    FieldKind::kCurrency,     FieldKind::kDate,
                                    FieldKind::kDateTime,  FieldKind::kEmail,        FieldKind::kPhone,
                                    FieldKind::kUrl,       FieldKind::kMultiPicklist};

// Types of a describe that are kept as a simpler one.
struct SimplerType {
  std::string_view type;
  FieldKind kind;
};
constexpr SimplerType kSimplerTypes[] = {
    {"combobox", FieldKind::kString},
    {"encryptedstring", FieldKind::kString},
    {"percent", FieldKind::kDouble},
    {"long", FieldKind::kInt},
};

}  // namespace

bool is_api_name(std::string_view name) {
  constexpr size_t kNameMax = 80;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.empty() || name.size() > kNameMax || !letter(name.front())) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::string_view describe_type(FieldKind kind) {
  return kind_row(kind).describe;
}
std::optional<FieldKind> kind_of_describe_type(std::string_view type) {
  for (const FieldKind kind : kHeldKinds) {
    if (describe_type(kind) == type) return kind;
  }
  for (const SimplerType& row : kSimplerTypes) {
    if (row.type == type) return row.kind;
  }
  return std::nullopt;
}
std::vector<std::string_view> held_describe_types() {
  std::vector<std::string_view> types;
  for (const FieldKind kind : kHeldKinds)
    types.push_back(describe_type(kind));
  for (const SimplerType& row : kSimplerTypes)
    types.push_back(row.type);
  return types;
}
std::string_view soap_type(FieldKind kind) {
  return kind_row(kind).soap;
}
bool holds_text(FieldKind kind) {
  return kind_row(kind).text;
}

bool is_picklist(const Field& f) {
  return f.kind == FieldKind::kPicklist || f.kind == FieldKind::kMultiPicklist;
}

bool sortable(const Field& f) {
  return !f.has(kNotFilterable) && f.kind != FieldKind::kMultiPicklist;
}

bool groupable(const Field& f) {
  return sortable(f) && f.kind != FieldKind::kDateTime && f.kind != FieldKind::kTextArea &&
         f.kind != FieldKind::kCurrency && f.kind != FieldKind::kDouble;
}

ObjectType::ObjectType(const ObjectRow& row) : row_(row) {
  for (const FieldRow& f : row.fields)
    add(field_of(f));
  link_compounds();
  for (const SystemRow& s : kSystemColumns) {
    if (const Field* f = find(s.name)) system_.*(s.column) = f->column;
  }
}

void ObjectType::add(Field field) {
  const bool is_part_of_name = std::any_of(fields_.begin(), fields_.end(), [&](const Field& f) {
    return f.compound_of == "Name" && field.name == "Name";
  });
  if (is_part_of_name) field.compound = Compound::kPersonName;
  if (field.kind == FieldKind::kAddress) field.compound = Compound::kAddress;
  if (field.compound == Compound::kNone) field.column = columns_++;

  std::pair<std::string, uint16_t> entry{to_lower_ascii(field.name), static_cast<uint16_t>(fields_.size())};
  by_name_.insert(std::lower_bound(by_name_.begin(), by_name_.end(), entry), std::move(entry));
  fields_.push_back(std::move(field));
}

void ObjectType::link_compounds() {
  for (Field& whole : fields_) {
    if (whole.compound == Compound::kPersonName) {
      whole.parts = {column("FirstName"), column("LastName")};
    } else if (whole.compound == Compound::kAddress) {
      for (const std::string_view ending : kAddressParts) {
        for (const Field& part : fields_) {
          if (part.compound_of == whole.name && part.name.ends_with(ending))
            whole.parts.push_back(part.column);
        }
      }
    }
  }
}

const Field* ObjectType::find(std::string_view name) const {
  const std::string key = to_lower_ascii(name);
  const auto at = std::lower_bound(by_name_.begin(), by_name_.end(), key,
                                   [](const auto& entry, const std::string& k) { return entry.first < k; });
  return at == by_name_.end() || at->first != key ? nullptr : &fields_[at->second];
}

Field* ObjectType::find_to_change(std::string_view name) {
  return const_cast<Field*>(find(name));
}

int ObjectType::column(std::string_view name) const {
  const Field* f = find(name);
  return f == nullptr ? -1 : f->column;
}

const Field* ObjectType::add_custom_text(std::string_view name) {
  if (const Field* known = find(name)) return known;
  Field f;
  f.name = name;
  f.label = name.ends_with("__c") ? name.substr(0, name.size() - 3) : name;
  f.flags |= kCustom;
  return add_custom(std::move(f));
}

const Field* ObjectType::add_custom(Field field) {
  const size_t custom = fields_.size() - row_.fields.size();
  if (!is_api_name(field.name) || find(field.name) != nullptr || custom >= kCustomFieldsMax) return nullptr;
  add(std::move(field));
  return &fields_.back();
}

std::span<const ObjectRow> standard_objects() {
  static const ObjectRow kObjects[] = {
      {"User", "User", "Users", "005", user_fields(), true, false, false},
      {"Group", "Group", "Groups", "00G", group_fields(), true, true, false},
      {"Account", "Account", "Accounts", "001", account_fields(), true, true, true},
      {"Contact", "Contact", "Contacts", "003", contact_fields(), true, true, true},
      {"Lead", "Lead", "Leads", "00Q", lead_fields(), true, true, true},
  };
  return kObjects;
}

}  // namespace prospectd::sandbox
