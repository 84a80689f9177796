#include "config/starter.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "config/example_files.h"
#include "config/json_schema.h"
#include "config/tables.h"

namespace prospectd::config {
namespace {

using mapping::Blanks;
using mapping::Direction;
using mapping::FieldSchema;
using mapping::FieldSpec;
using mapping::FieldType;
using mapping::LocalType;
using mapping::ObjectSchema;

constexpr const char* kAccount = "Account";
constexpr std::string_view kCustomSuffix = "__c";
constexpr size_t kWordsShownMax = 6;
// What the CRM keeps for itself, or what is followed without being mapped.
constexpr std::string_view kOwnFields[] = {"Id",
                                           "IsDeleted",
                                           "MasterRecordId",
                                           "CreatedDate",
                                           "CreatedById",
                                           "LastModifiedDate",
                                           "LastModifiedById",
                                           "SystemModstamp",
                                           "IsConverted",
                                           "Name",
                                           "JigsawContactId",
                                           "PhotoUrl"};

std::string lower(std::string_view text) {
  return to_lower_ascii(text);
}

std::string_view example(std::string_view name) {
  for (const ExampleFile& file : example_files()) {
    if (file.name == name) return file.text;
  }
  return {};
}

// The lines of the example mapping of an object.
std::vector<FieldSpec> example_lines(const std::string& object) {
  const yaml::Document tree = yaml::parse(example("mappings/" + lower(object) + ".yaml"));
  if (tree.root == nullptr) return {};
  std::vector<Fault> none;
  Reader reader("", none);
  MappingDocument document;
  read_section(reader, mapping_table(), At{tree.root.get(), tree.mark, ""}, &document);
  return std::move(document.fields);
}

std::string list_text(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + json_quote(word);
  return "[" + text + "]";
}

// A pair of values for the two directions, each already written.
std::string both_ways(const std::string& in, const std::string& out) {
  return "{ " + (in.empty() ? "" : "in: " + in) + (in.empty() || out.empty() ? "" : ", ") +
         (out.empty() ? "" : "out: " + out) + " }";
}

std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "" : "[" + text + "]";
}

// A line of a mapping file, as a person would write it. The names are API names and need no quotes.
std::string line_text(const FieldSpec& f) {
  std::vector<std::string> parts = {"remote: " + f.remote, "local: " + f.local};
  if (f.direction != Direction::kBoth) parts.push_back("direction: " + std::string(name_of(f.direction)));
  if (f.conflict != FieldSpec{}.conflict) parts.push_back("conflict: " + std::string(name_of(f.conflict)));
  if (!f.blank_words.empty()) parts.push_back("blank_words: " + list_text(f.blank_words));
  if (f.default_in || f.default_out) {
    parts.push_back("default: " + both_ways(f.default_in ? json_quote(*f.default_in) : "",
                                            f.default_out ? json_quote(*f.default_out) : ""));
  }
  if (!f.transforms_in.empty() || !f.transforms_out.empty())
    parts.push_back("transform: " + both_ways(names_text(f.transforms_in), names_text(f.transforms_out)));
  if (f.type != LocalType::kText) parts.push_back("type: " + std::string(name_of(f.type)));
  if (f.indexed) parts.emplace_back("indexed: true");
  const bool block = !f.value_map.empty();
  std::string text;
  for (const std::string& part : parts)
    text += text.empty() ? part : (block ? "\n    " : ", ") + part;
  if (!block) return "  - { " + text + " }\n";
  text += "\n    values:\n";
  for (const auto& [theirs, ours] : f.value_map)
    text += "      " + json_quote(theirs) + ": " + json_quote(ours) + "\n";
  return "  - " + text;
}

// Every active value of the picklist, by the example's word where it has one, else as it is.
void cover_values(FieldSpec& line, const FieldSchema& field) {
  if (field.type != FieldType::kPicklist || line.value_map.empty()) return;
  std::vector<std::pair<std::string, std::string>> covered;
  for (const mapping::PicklistValue& value : field.picklist) {
    if (!value.active || trim_ascii(value.value).empty() || covered.size() >= mapping::kMapWordsMax) continue;
    const auto known =
        std::ranges::find_if(line.value_map, [&](const auto& pair) { return pair.first == value.value; });
    covered.emplace_back(value.value, known == line.value_map.end() ? value.value : known->second);
  }
  line.value_map = std::move(covered);
}

LocalType type_of(FieldType type) {
  switch (type) {
    case FieldType::kBoolean:
      return LocalType::kBoolean;
    case FieldType::kInteger:
      return LocalType::kInteger;
    case FieldType::kDouble:
      return LocalType::kNumber;
    case FieldType::kDate:
      return LocalType::kDate;
    case FieldType::kDateTime:
      return LocalType::kDateTime;
    default:
      return LocalType::kText;
  }
}

// "NumberOfEmployees" → "number_of_employees", "Shoe_Size__c" → "shoe_size".
std::string local_name(std::string_view remote) {
  if (remote.ends_with(kCustomSuffix)) remote.remove_suffix(kCustomSuffix.size());
  std::string name;
  for (size_t i = 0; i < remote.size(); ++i) {
    const bool upper = remote[i] >= 'A' && remote[i] <= 'Z';
    const bool after_lower = i > 0 && remote[i - 1] >= 'a' && remote[i - 1] <= 'z';
    if (upper && after_lower) name += '_';
    name += remote[i];
  }
  return "custom." + lower(name).substr(0, mapping::kCustomNameBytesMax - 7);
}

bool is_suggested(const FieldSchema& field) {
  const bool own = std::ranges::any_of(kOwnFields, [&](std::string_view name) { return name == field.name; });
  const bool holds = field.type != FieldType::kId && field.type != FieldType::kReference &&
                     field.type != FieldType::kCompound && field.type != FieldType::kOther;
  return !own && holds && !field.name.starts_with("Converted") && !check_api_name(field.name);
}

std::string words_of(const FieldSchema& field) {
  std::string words;
  size_t shown = 0;
  for (const mapping::PicklistValue& value : field.picklist) {
    if (!value.active || shown++ >= kWordsShownMax) continue;
    words += (words.empty() ? "" : ", ") + json_quote(value.value);
  }
  if (words.empty()) return {};
  return "  # " + words + (shown > kWordsShownMax ? ", …" : "");
}

class ObjectMapping {
 public:
  ObjectMapping(const ObjectSchema& schema, bool person) : schema_(schema), person_(person) {
    for (FieldSpec& line : example_lines(schema.name)) {
      const FieldSchema* field = schema.find(line.remote);
      if (field == nullptr || field->type == FieldType::kCompound) continue;
      if (!field->createable && !field->updateable) line.direction = Direction::kIn;
      cover_values(line, *field);
      names_.insert(line.local);
      lines_.push_back(std::move(line));
    }
  }

  bool has_address() const {
    return std::ranges::any_of(lines_, [](const FieldSpec& line) { return line.local == "email"; });
  }
  const std::string& name() const { return schema_.name; }
  StarterObject object() const { return {schema_.name, lines_.size(), suggested_}; }
  std::string file() const { return "mappings/" + lower(schema_.name) + ".yaml"; }

  std::string text() {
    std::string text =
        "# yaml-language-server: $schema=../schema/mapping.json\n"
        "# How " +
        std::string(schema_.name == kAccount ? "an " : "a ") + schema_.name + "'s fields become " +
        (person_ ? "a prospect's" : "an account's") + ", made of what the CRM says of them.\n" +
        "# Every key: prospectd config reference. After a change: prospectd check --online\n"
        "version: 1\n"
        "object: " +
        schema_.name +
        "\n"
        "fields:\n";
    for (const FieldSpec& line : lines_)
      text += line_text(line);
    if (person_) suggest(text);
    return text;
  }

 private:
  void suggest(std::string& text) {
    std::vector<const FieldSchema*> fields;
    for (const FieldSchema& field : schema_.fields) {
      const auto maps = [&](const FieldSpec& line) {
        return equals_ignore_case_ascii(line.remote, field.name);
      };
      if (is_suggested(field) && std::ranges::none_of(lines_, maps)) fields.push_back(&field);
    }
    // What the organisation added itself is wanted first.
    std::ranges::stable_partition(fields,
                                  [](const FieldSchema* f) { return f->name.ends_with(kCustomSuffix); });
    fields.resize(std::min(fields.size(), kSuggestionsMax));
    if (fields.empty()) return;
    text +=
        "\n  # Not mapped. Take the # away from what you want; the name after custom. is yours to choose.\n";
    for (const FieldSchema* field : fields) {
      FieldSpec line;
      line.remote = field->name;
      line.local = free_name(local_name(field->name));
      line.direction = Direction::kIn;
      line.type = type_of(field->type);
      std::string written = line_text(line);
      written.pop_back();
      text += "  #" + written.substr(1) + words_of(*field) + "\n";
      ++suggested_;
    }
  }

  // Another field of this object may be called the same but for its case, or its __c.
  std::string free_name(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !names_.insert(name).second; ++i)
      name = wanted.substr(0, mapping::kCustomNameBytesMax - 4) + "_" + std::to_string(i);
    return name;
  }

  const ObjectSchema& schema_;
  bool person_;
  std::vector<FieldSpec> lines_;
  std::set<std::string> names_;  ///< local ones that are taken
  size_t suggested_ = 0;
};

void exchange(std::string& text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

std::string config_text(const StarterValues& values, const std::vector<ObjectMapping>& people,
                        bool accounts) {
  std::string text(example("prospectd.yaml"));
  text.erase(0, text.find("version: 1\n"));
  text.resize(text.find("    # The accounts that people belong to"));
  exchange(text, "directory: /var/lib/prospectd", "directory: " + json_quote(values.state_directory));
  exchange(text, "listen: 127.0.0.1:8440", "listen: " + json_quote(values.listen));
  exchange(text, "login_url: https://acme.my.salesforce.com", "login_url: " + json_quote(values.login_url));
  exchange(text, "test_endpoint: false",
           std::string("test_endpoint: ") + (values.test_endpoint ? "true" : "false"));
  exchange(text, "client_id: REPLACE-WITH-THE-CONSUMER-KEY", "client_id: " + json_quote(values.client_id));
  exchange(text, "client_secret: ${file:secrets/salesforce}",
           "client_secret: " + json_quote("${file:" + values.secret_file + "}"));
  if (values.test_endpoint) exchange(text, "interval: 10m", "interval: 2s");
  exchange(text, "start_jitter: true", "start_jitter: false");
  text.insert(
      0,
      "# yaml-language-server: $schema=schema/prospectd.json\n"
      "# A first configuration, with every key and its meaning. Relative paths are relative to this folder.\n"
      "#\n"
      "#   prospectd check --online -c prospectd.yaml    the files, and the CRM's fields and rights\n"
      "#   prospectd run -c prospectd.yaml               until Ctrl-C;  SIGHUP reads this again\n");
  if (accounts) {
    text +=
        "    # The accounts that people belong to; leave it out and none are read.\n"
        "    accounts:\n"
        "      mapping: mappings/account.yaml\n\n";
  }
  text +=
      "    # The person types. Their order decides: of two new records with one address, the type that is "
      "listed\n"
      "    # first makes the prospect.\n"
      "    types:\n";
  for (const ObjectMapping& object : people) {
    text += "      - object: " + object.name() + "\n        mapping: " + object.file() +
            "\n        # From the CRM: new records make prospects; changed records change them.\n"
            "        inbound: { create: true, update: true }\n"
            "        # To the CRM: new prospects make records; changed prospects change them.\n"
            "        outbound: { create: false, update: false }\n";
  }
  return text;
}

}  // namespace

Starter make_starter(const StarterValues& values, const std::vector<ObjectSchema>& objects) {
  std::vector<ObjectMapping> people;
  std::vector<ObjectMapping> accounts;
  for (const ObjectSchema& schema : objects) {
    ObjectMapping mapping(schema, schema.name != kAccount);
    if (schema.name == kAccount) {
      if (mapping.object().mapped > 0) accounts.push_back(std::move(mapping));
    } else if (mapping.has_address()) {
      people.push_back(std::move(mapping));
    }
  }
  Starter starter;
  if (people.empty()) return starter;
  starter.files.push_back({"prospectd.yaml", config_text(values, people, !accounts.empty())});
  for (std::vector<ObjectMapping>* list : {&accounts, &people}) {
    for (ObjectMapping& mapping : *list) {
      std::string text = mapping.text();
      starter.files.push_back({mapping.file(), std::move(text)});
      starter.objects.push_back(mapping.object());
    }
  }
  for (const SchemaFile& file : schema_files())
    starter.files.push_back({"schema/" + std::string(file.name) + ".json", json_schema(file.name)});
  return starter;
}

}  // namespace prospectd::config
