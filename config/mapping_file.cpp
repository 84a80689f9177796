#include "config/mapping_file.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <vector>

#include "base/text.h"
#include "config/files.h"
#include "config/tables.h"
#include "mapping/coerce.h"
#include "mapping/transforms.h"

namespace prospectd::config {
namespace {

using mapping::Direction;
using mapping::FieldSpec;
using mapping::LocalField;
using mapping::LocalType;

// What is wrong with a default for a field of that type; empty when it is good.
std::string default_complaint(LocalType type, const std::string& text) {
  mapping::Value value(text);
  const std::string_view problem = mapping::coerce(value, type);
  if (!problem.empty()) return std::string(problem);
  return value.is_blank() ? "is blank: leave it out" : "";
}

// The fields that a mapping may fill.
const std::vector<LocalField>& fields_of(MappingSide side) {
  static const mapping::LocalSchema person;
  return side == MappingSide::kPerson ? person.fields() : mapping::account_fields();
}

// One file's entries, checked.
class Checker {
 public:
  Checker(Reader& reader, const At& fields, MappingSide side)
      : reader_(reader), fields_(fields), side_(side) {}

  void check(std::vector<FieldSpec>& specs) {
    for (size_t i = 0; i < specs.size(); ++i) {
      const At item = reader_.item(fields_, i);
      specs[i].where = format_place(reader_.place(item));
      if (specs[i].local.empty()) {
        all_locals_known_ = false;
      } else {
        check_local(item, specs[i]);
      }
      check_transforms(reader_.child(reader_.child(item, "transform"), "in"));
      check_transforms(reader_.child(reader_.child(item, "transform"), "out"));
      check_twice(item, specs[i]);
    }
    if (side_ == MappingSide::kPerson) check_email(specs);
  }

 private:
  void check_local(const At& item, const FieldSpec& spec) {
    const auto type = type_of(item, spec);
    if (!type) {
      all_locals_known_ = false;
      return;
    }
    const At defaults = reader_.child(item, "default");
    check_default(reader_.child(defaults, "in"), *type, spec.default_in);
    check_default(reader_.child(defaults, "out"), *type, spec.default_out);
  }

  std::optional<LocalType> type_of(const At& item, const FieldSpec& spec) {
    const At at = reader_.child(item, "local");
    if (side_ == MappingSide::kPerson && spec.local.starts_with(mapping::kCustomPrefix)) {
      const auto added = mapping::LocalSchema().add_custom(spec.local, spec.type, spec.indexed);
      if (added) return spec.type;
      reader_.fault(at, added.error().message, "write it like custom.birthday");
      return std::nullopt;
    }
    std::vector<std::string> names;
    for (const LocalField& field : fields_of(side_)) {
      if (field.name == spec.local) {
        refuse_custom_keys(item, field);
        return field.type;
      }
      names.push_back(field.name);
    }
    const bool person = side_ == MappingSide::kPerson;
    std::string hint = meant_hint(spec.local, names);
    if (hint.empty()) {
      hint = person ? "a field of your own is written custom.NAME" : "accounts have no fields of your own";
    }
    reader_.fault(at,
                  std::string(person ? "prospects" : "accounts") + " have no field " + json_quote(spec.local),
                  hint);
    return std::nullopt;
  }

  void refuse_custom_keys(const At& item, const LocalField& field) {
    for (const std::string_view key : {"type", "indexed"}) {
      if (item.node->find(key) == nullptr) continue;
      reader_.fault(reader_.child(item, key),
                    "only for custom.* fields; " + field.name + " is a standard one", "remove it");
    }
  }

  void check_default(const At& at, LocalType type, const std::optional<std::string>& value) {
    if (!value) return;
    const std::string complaint = default_complaint(type, *value);
    if (!complaint.empty()) reader_.fault(at, complaint);
  }

  void check_transforms(const At& list) {
    if (list.node->kind != yaml::Kind::kList) return;
    for (size_t i = 0; i < list.node->children.size(); ++i) {
      const At at = reader_.item(list, i);
      if (at.node->kind != yaml::Kind::kScalar || at.node->scalar.empty()) continue;
      if (mapping::find_transform(at.node->scalar) != nullptr) continue;
      reader_.fault(at, "no transform is called " + json_quote(at.node->scalar),
                    meant_hint(at.node->scalar, mapping::transform_names()));
    }
  }

  void check_twice(const At& item, const FieldSpec& spec) {
    if (spec.direction != Direction::kOut && !spec.local.empty()) {
      const auto [before, is_new] = inward_.emplace(spec.local, item.mark.line);
      if (!is_new) {
        reader_.fault(
            reader_.child(item, "local"),
            spec.local + " is filled by the entry on line " + std::to_string(before->second) + " already",
            "keep one of them, or make one direction: out");
      }
    }
    if (spec.direction != Direction::kIn && !spec.remote.empty()) {
      const auto [before, is_new] = outward_.emplace(to_lower_ascii(spec.remote), item.mark.line);
      if (!is_new) {
        reader_.fault(
            reader_.child(item, "remote"),
            spec.remote + " is written by the entry on line " + std::to_string(before->second) + " already",
            "make one of them direction: in");
      }
    }
  }

  void check_email(const std::vector<FieldSpec>& specs) {
    const bool mapped = std::any_of(specs.begin(), specs.end(), [](const FieldSpec& spec) {
      return spec.local == "email" && spec.direction != Direction::kOut;
    });
    if (mapped || !all_locals_known_) return;
    reader_.fault(fields_, "no entry fills email, by which records and prospects are matched",
                  "add { remote: Email, local: email }");
  }

  Reader& reader_;
  const At& fields_;
  MappingSide side_;
  bool all_locals_known_ = true;
  std::map<std::string, int> inward_;   // local field → line
  std::map<std::string, int> outward_;  // remote field → line
};

void check_object(Reader& reader, const At& root, const MappingDocument& document, std::string_view object) {
  if (document.object.empty() || object.empty() || document.object == object) return;
  reader.fault(reader.child(root, "object"), "the file that names this mapping says " + std::string(object),
               "make both the same");
}

void report_unreadable(Reader& parent, const At& at, const std::string& path, const FileText& file) {
  if (!file.missing) {
    parent.fault(at, file.problem + ": " + path);
    return;
  }
  const auto meant = nearest_file(parent.shown(path));
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const std::string hint =
      meant ? "did you mean " + (folder / std::filesystem::path(*meant).filename()).string() + "?" : "";
  parent.fault(at, "file not found: " + path, hint);
}

}  // namespace

std::optional<mapping::MappingSpec> read_mapping(Reader& parent, const At& at, const std::string& path,
                                                 std::string_view object, MappingSide side) {
  const std::string shown = parent.shown(path);
  const FileText file = read_text_file(shown);
  if (!file.text) {
    report_unreadable(parent, at, path, file);
    return std::nullopt;
  }
  Reader reader(shown, parent.faults());
  yaml::Document tree;
  const auto root = parse_file(reader, *file.text, tree);
  if (!root) return std::nullopt;
  MappingDocument document;
  read_section(reader, mapping_table(), *root, &document);
  check_object(reader, *root, document, object);
  const At fields = reader.child(*root, "fields");
  if (!document.fields.empty()) Checker(reader, fields, side).check(document.fields);
  mapping::MappingSpec spec;
  spec.object = object.empty() ? document.object : std::string(object);
  spec.fields = std::move(document.fields);
  spec.where = format_place(reader.place(*root));
  return spec;
}

}  // namespace prospectd::config
