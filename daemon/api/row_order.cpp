#include "daemon/api/row_order.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/api/body.h"
#include "daemon/api/call.h"
#include "daemon/api/resources.h"
#include "daemon/api/shapes.h"

namespace prospectd::api {
namespace {

using mapping::Value;
using reconcile::Cell;
using reconcile::CellType;
using reconcile::RowKind;

/// Reads the members of one change.
class RowMembers {
 public:
  RowMembers(const RowKind& kind, RowBody& out) : kind_(kind), out_(out) {}

  /// `plain`: no resource, so that references are members too, and local names do.
  void read(const Body& members, const std::string& pointer, bool plain) {
    if (!members.is_object()) refuse_member(pointer, "an object is wanted here");
    for (const auto& [name, given] : members.items()) {
      const std::string at = pointer_to(pointer, name);
      const size_t found = find(name, plain);
      if (found != RowKind::npos) take(found, given, at);
      if (found == RowKind::npos) note_unknown(name, at, plain);
    }
  }

  void read_relationships(const Body& relationships, const std::string& pointer) {
    if (!relationships.is_object()) refuse_member(pointer, "an object is wanted here");
    for (const auto& [name, given] : relationships.items()) {
      const std::string at = pointer_to(pointer, name);
      const size_t found = find(name, true);
      if (found == RowKind::npos || kind_.cells[found].type != CellType::kReference) {
        note(at, "field_unknown",
             with_article(kind_.noun) + " has no relationship " + quoted_member(name) + " that can be set");
      } else if (const auto id = linked_id(given, kind_.cells[found].to)) {
        take(found, *id, at);
      } else {
        note(at, "field_error", linkage_words(kind_.cells[found].to));
      }
    }
  }

 private:
  size_t find(const std::string& name, bool plain) const {
    for (size_t at = 0; at < kind_.cells.size(); ++at) {
      const Cell& cell = kind_.cells[at];
      if (!plain && cell.type == CellType::kReference) continue;
      if (camel_case(cell.name) == name || (plain && cell.name == name)) return at;
    }
    return RowKind::npos;
  }

  void take(size_t at, const Body& given, const std::string& pointer) {
    const Cell& cell = kind_.cells[at];
    if (out_.pointers.contains(at)) {
      note(pointer, "field_error", cell.name + " is given twice");
      return;
    }
    if (has_too_many_digits(given)) {
      note(pointer, "field_error", cell.name + kTooManyDigits);
      return;
    }
    const auto value = cell.type == CellType::kObject ? object_value(given) : single_value(given);
    if (!value) {
      note(pointer, "field_error",
           cell.name + (cell.type == CellType::kObject ? " is an object of JSON" : " takes a single value"));
      return;
    }
    out_.pointers.emplace(at, pointer);
    out_.edit.cells.emplace_back(at, *value);
  }

  // An object, or its text.
  static std::optional<Value> object_value(const Body& given) {
    if (given.is_null()) return Value::null();
    Body object = given;
    if (given.is_string()) object = Body::parse(given.get<std::string>(), nullptr, false);
    if (!object.is_object()) return std::nullopt;
    return Value(object.dump(-1, ' ', false, Body::error_handler_t::replace));
  }

  void note_unknown(const std::string& name, const std::string& pointer, bool plain) {
    const auto shape = shape_of(kind_.type, mapping::LocalSchema());
    if (find(name, true) != RowKind::npos) {
      note(pointer, "field_unknown", name + " is a relationship: it is set among the relationships");
    } else if (shape && std::ranges::find(shape->attributes, name) != shape->attributes.end()) {
      note(pointer, "field_unknown", name + " is shown, and not set here");
    } else {
      const auto meant = did_you_mean(name, names(plain));
      note(pointer, "field_unknown",
           with_article(kind_.noun) + " has no field " + quoted_member(name) +
               (meant ? " (did you mean " + *meant + "?)" : ""));
    }
  }

  std::vector<std::string> names(bool plain) const {
    std::vector<std::string> all;
    for (const Cell& cell : kind_.cells) {
      if (cell.use != reconcile::CellUse::kShown) all.push_back(plain ? cell.name : camel_case(cell.name));
    }
    return all;
  }

  void note(const std::string& pointer, std::string code, std::string detail) {
    out_.faults.push_back({pointer, std::move(code), std::move(detail), {}});
  }

  const RowKind& kind_;
  RowBody& out_;
};

RowBody row_edit_of(const Body& whole, const std::string& id, const RowKind& kind) {
  RowBody out;
  out.edit.type = kind.type;
  RowMembers members(kind, out);
  std::string pointer;
  const Body& attributes = attributes_in(whole, kind.type, pointer, id, {"relationships"});
  members.read(attributes, pointer, pointer.empty());
  if (!pointer.empty() && whole["data"].contains("relationships"))
    members.read_relationships(whole["data"]["relationships"], "/data/relationships");
  return out;
}

int64_t linked_number(const Body& given, const std::string& pointer, const std::string& type) {
  check_members(given, pointer, {"type", "id", "meta"});
  if (given.value("type", Body()) != type)
    refuse_member(pointer + "/type", "\"type\" must be \"" + type + "\"");
  const std::string id = text_member(given, pointer, "id");
  const auto number = number_of(id);
  if (!number) refuse_member(pointer + "/id", "\"id\" must be a number, as text");
  return *number;
}

}  // namespace

std::variant<RowBody, Refusal> parse_row_edit(const std::string& body, const std::string& id,
                                              const RowKind& kind) {
  return read_body<RowBody>(body, [&](const Body& whole) { return row_edit_of(whole, id, kind); });
}

std::vector<MemberFault> faults_at(const RowBody& body, const std::vector<reconcile::RowFault>& faults) {
  std::vector<MemberFault> out;
  for (const reconcile::RowFault& fault : faults) {
    const auto place = body.pointers.find(fault.cell);
    out.push_back({place == body.pointers.end() ? std::string() : place->second,
                   to_lower_ascii(code_of(fault.reason)),
                   fault.message,
                   {}});
  }
  return out;
}

std::variant<std::vector<int64_t>, Refusal> parse_linkage(const std::string& body, const std::string& type,
                                                          size_t most) {
  return read_body<std::vector<int64_t>>(body, [&](const Body& whole) {
    check_members(whole, "", {"data", "jsonapi", "meta"});
    const auto found = whole.find("data");
    if (found == whole.end() || !found->is_array())
      refuse_member("/data", "\"data\" must be an array of " + type + ", each with its type and id");
    if (found->size() > most)
      refuse_member("/data", "at most " + std::to_string(most) + " can be named at once");
    std::vector<int64_t> numbers;
    for (size_t i = 0; i < found->size(); ++i)
      numbers.push_back(linked_number((*found)[i], "/data/" + std::to_string(i), type));
    return numbers;
  });
}

}  // namespace prospectd::api
