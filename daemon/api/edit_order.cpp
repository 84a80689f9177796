#include "daemon/api/edit_order.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/api/body.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

namespace field = mapping::field;
using mapping::LocalSchema;
using mapping::Value;

constexpr const char* kCustomMember = "custom";
/// Of a prospect's attributes, those that nobody sets.
constexpr std::string_view kShownOnly[] = {"addresses", "links",     "tags",
                                           "createdAt", "updatedAt", "touchedAt"};

/// Reads the members of one edit.
class EditMembers {
 public:
  EditMembers(const LocalSchema& schema, EditBody& out) : schema_(schema), out_(out) {}

  /// `plain`: no resource, so that owner and account are members too, and local names do.
  void read(const Body& members, const std::string& pointer, bool plain) {
    if (!members.is_object()) refuse_member(pointer, "an object is wanted here");
    for (const auto& [name, given] : members.items()) {
      const std::string at = pointer_to(pointer, name);
      if (name == kCustomMember) {
        read_custom(given, at);
      } else if (const size_t found = find(name, plain); found != LocalSchema::npos) {
        take(found, given, at);
      } else {
        note_unknown(name, at, plain);
      }
    }
  }

  void read_relationships(const Body& relationships, const std::string& pointer) {
    if (!relationships.is_object()) refuse_member(pointer, "an object is wanted here");
    for (const auto& [name, given] : relationships.items()) {
      const std::string at = pointer_to(pointer, name);
      if (name == "owner" || name == "account") {
        read_linkage(name == "owner" ? field::kOwner : field::kAccount,
                     name == "owner" ? "users" : "accounts", given, at);
      } else {
        note(at, "field_unknown",
             "a prospect has no relationship " + quoted_member(name) + " that can be set");
      }
    }
  }

 private:
  size_t find(const std::string& name, bool plain) const {
    const auto& fields = schema_.fields();
    for (size_t at = 0; at < fields.size(); ++at) {
      const bool is_reference = at == field::kOwner || at == field::kAccount;
      const bool is_custom = fields[at].name.starts_with(mapping::kCustomPrefix);
      if (plain && fields[at].name == name) return at;
      if (!is_custom && (plain || !is_reference) && camel_case(fields[at].name) == name) return at;
    }
    return LocalSchema::npos;
  }

  void read_custom(const Body& given, const std::string& pointer) {
    if (!given.is_object()) {
      note(pointer, "field_error", "custom is an object of fields");
      return;
    }
    for (const auto& [name, value] : given.items()) {
      const size_t at = schema_.find(std::string(mapping::kCustomPrefix) + name);
      const std::string place = pointer_to(pointer, name);
      if (at == LocalSchema::npos) {
        note_unknown(std::string(mapping::kCustomPrefix) + name, place, true);
      } else {
        take(at, value, place);
      }
    }
  }

  // {"data": {"type": "users", "id": "7"}}, or {"data": null}.
  void read_linkage(size_t at, const std::string& type, const Body& given, const std::string& pointer) {
    if (const auto id = linked_id(given, type)) {
      take(at, *id, pointer);
    } else {
      note(pointer, "field_error", linkage_words(type));
    }
  }

  void take(size_t at, const Body& given, const std::string& pointer) {
    if (out_.pointers.contains(at)) {
      note(pointer, "field_error", schema_.fields()[at].name + " is given twice");
      return;
    }
    if (schema_.fields()[at].type != mapping::LocalType::kNumber && has_too_many_digits(given)) {
      note(pointer, "field_error", schema_.fields()[at].name + kTooManyDigits);
      return;
    }
    auto value = single_value(given);
    if (!value) {
      note(pointer, "field_error", schema_.fields()[at].name + " takes a single value");
      return;
    }
    out_.pointers.emplace(at, pointer);
    out_.edit.values.emplace_back(at, *std::move(value));
  }

  void note_unknown(const std::string& name, const std::string& pointer, bool plain) {
    if (!plain && (name == "owner" || name == "account")) {
      note(pointer, "field_unknown", name + " is a relationship: it is set among the relationships");
    } else if (std::ranges::find(kShownOnly, name) != std::end(kShownOnly)) {
      note(pointer, "field_unknown", name + " is shown, and not set here");
    } else {
      const auto meant = did_you_mean(name, names(plain));
      note(pointer, "field_unknown",
           "a prospect has no field " + quoted_member(name) +
               (meant ? " (did you mean " + *meant + "?)" : ""));
    }
  }

  std::vector<std::string> names(bool plain) const {
    std::vector<std::string> all = schema_.names();
    for (std::string& name : all)
      name = plain ? name : camel_case(name);
    return all;
  }

  void note(const std::string& pointer, std::string code, std::string detail) {
    out_.faults.push_back({pointer, std::move(code), std::move(detail), {}});
  }

  const LocalSchema& schema_;
  EditBody& out_;
};

EditBody edit_of(const Body& whole, const std::string& id, const LocalSchema& schema) {
  EditBody out;
  EditMembers members(schema, out);
  std::string pointer;
  const Body& attributes = attributes_in(whole, "prospects", pointer, id, {"relationships"});
  members.read(attributes, pointer, pointer.empty());
  if (!pointer.empty() && whole["data"].contains("relationships"))
    members.read_relationships(whole["data"]["relationships"], "/data/relationships");
  return out;
}

ImportRow row_of(const Body& given, const std::string& pointer, const LocalSchema& schema) {
  check_members(given, pointer, {"line", "fields"});
  ImportRow row;
  const Body line = given.value("line", Body(0));
  if (!line.is_number_unsigned() || line.get<uint64_t>() > std::numeric_limits<uint32_t>::max())
    refuse_member(pointer + "/line", "\"line\" must be a line's number");
  row.line = line.get<int64_t>();
  if (!given.contains("fields")) refuse_member(pointer, "\"fields\" is missing");
  EditMembers(schema, row.body).read(given["fields"], pointer + "/fields", true);
  return row;
}

}  // namespace

std::variant<EditBody, Refusal> parse_prospect_edit(const std::string& body, const std::string& id,
                                                    const LocalSchema& schema) {
  return read_body<EditBody>(body, [&](const Body& whole) { return edit_of(whole, id, schema); });
}

std::variant<std::vector<ImportRow>, Refusal> parse_import(const std::string& body,
                                                           const LocalSchema& schema) {
  return read_body<std::vector<ImportRow>>(body, [&](const Body& whole) {
    std::string pointer;
    const Body& attributes = attributes_in(whole, "imports", pointer, "");
    check_members(attributes, pointer, {"rows"});
    const auto found = attributes.find("rows");
    if (found == attributes.end() || !found->is_array())
      refuse_member(pointer, "\"rows\" must be an array of rows");
    if (found->size() > kImportRowsMax) {
      refuse_member(pointer + "/rows",
                    "at most " + std::to_string(kImportRowsMax) + " rows can be brought in at once");
    }
    std::vector<ImportRow> rows;
    for (size_t i = 0; i < found->size(); ++i)
      rows.push_back(row_of((*found)[i], pointer + "/rows/" + std::to_string(i), schema));
    return rows;
  });
}

std::vector<MemberFault> faults_at(const EditBody& body, const std::vector<reconcile::EditFault>& faults) {
  std::vector<MemberFault> out;
  for (const reconcile::EditFault& fault : faults) {
    const auto place = body.pointers.find(fault.field);
    out.push_back({place == body.pointers.end() ? std::string() : place->second,
                   to_lower_ascii(code_of(fault.reason)), fault.message, fault.holder});
  }
  return out;
}

}  // namespace prospectd::api
