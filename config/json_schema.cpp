#include "config/json_schema.h"

#include <algorithm>

#include "config/json_writer.h"
#include "config/tables.h"
#include "mapping/field_map.h"

namespace prospectd::config {
namespace {

constexpr std::string_view kDraft = "http://json-schema.org/draft-07/schema#";
constexpr std::string_view kPart = "part";
constexpr std::string_view kMapping = "mapping";

class SchemaText {
 public:
  /// `whole`: keys that must be there are asked for; a file of conf.d may leave them to others.
  explicit SchemaText(bool whole) : whole_(whole) {}

  std::string document(std::string_view title, const Table& table) && {
    json_.open_object();
    json_.text("$schema", kDraft);
    json_.text("title", title);
    section(table);
    json_.close();
    return std::move(json_).take();
  }

 private:
  void section(const Table& table) {
    json_.texts("type", std::vector<std::string_view>{"object", "null"});
    std::vector<std::string_view> needed;
    for (const Row& row : table.rows) {
      if (row.needed()) needed.push_back(row.key);
    }
    if (whole_ && !needed.empty()) json_.texts("required", needed);
    json_.truth("additionalProperties", false);
    json_.open_object("properties");
    for (const Row& row : table.rows) {
      json_.open_object(row.key);
      json_.text("description", description_of(row));
      value(row);
      default_of(row);
      json_.close();
    }
    json_.close();
  }

  static std::string description_of(const Row& row) {
    std::string text(row.help);
    if (!row.fallback_in_words.empty()) text += " (default: " + std::string(row.fallback_in_words) + ")";
    return text;
  }

  void value(const Row& row) {
    switch (row.takes) {
      case Takes::kText:
        return free_text(row);
      case Takes::kPath:
      case Takes::kMappingFile:
        return json_.text("type", "string");
      case Takes::kBoolean:
        return json_.text("type", "boolean");
      case Takes::kInteger:
        json_.text("type", "integer");
        return bounds("minimum", "maximum", row);
      case Takes::kDuration:
        json_.text("type", "string");
        return json_.text("pattern", row.may_be_off ? "^([0-9]+(ms|s|m|h|d)|off)$" : "^[0-9]+(ms|s|m|h|d)$");
      case Takes::kChoice:
        return json_.texts("enum", row.words);
      case Takes::kSecret:
        json_.text("type", "string");
        return json_.text("pattern", "^\\$\\{(file|credential):.+\\}$");
      case Takes::kTextList:
        json_.text("type", "array");
        json_.number("maxItems", static_cast<int64_t>(mapping::kMapWordsMax));
        return inside("items", [&] { free_text(row); });
      case Takes::kTextPairs:
        json_.text("type", "object");
        json_.number("maxProperties", static_cast<int64_t>(mapping::kMapWordsMax));
        return inside("additionalProperties", [&] { free_text(row); });
      case Takes::kSection:
        return row.one_for_all ? one_or_section(row) : section(*row.table);
      case Takes::kSectionList:
        json_.text("type", "array");
        bounds("minItems", "maxItems", row);
        return inside("items", [&] { section(*row.table); });
      case Takes::kNamedSections:
        json_.text("type", "object");
        bounds("minProperties", "maxProperties", row);
        return inside("additionalProperties", [&] { section(*row.table); });
    }
  }

  // The loader takes any single value for a text, so that 4711 needs no quotes.
  void free_text(const Row& row) {
    const std::vector<std::string_view> types = {"string", "number", "boolean"};
    if (row.suggests == nullptr) {
      json_.texts("type", types);
      return;
    }
    json_.open_list("anyOf");
    inside({}, [&] { json_.texts("enum", row.suggests()); });
    inside({}, [&] { json_.texts("type", types); });
    json_.close();
  }

  void one_or_section(const Row& row) {
    json_.open_list("anyOf");
    inside({}, [&] { value(row.table->rows.front()); });
    inside({}, [&] { section(*row.table); });
    json_.close();
  }

  void bounds(std::string_view least, std::string_view most, const Row& row) {
    json_.number(least, row.least);
    if (row.most != std::numeric_limits<int64_t>::max()) json_.number(most, row.most);
  }

  void default_of(const Row& row) {
    if (row.fallback.empty()) return;
    if (row.takes == Takes::kBoolean) {
      json_.truth("default", row.fallback == "true");
    } else if (row.takes == Takes::kInteger) {
      json_.number("default", std::stoll(std::string(row.fallback)));
    } else {
      json_.text("default", row.fallback);
    }
  }

  template <class Write>
  void inside(std::string_view key, Write write) {
    json_.open_object(key);
    write();
    json_.close();
  }

  bool whole_;
  JsonWriter json_;
};

}  // namespace

const std::vector<SchemaFile>& schema_files() {
  static const std::vector<SchemaFile> files = {
      {"prospectd", "the daemon's file"},
      {kPart, "a file of conf.d, which may leave keys to others"},
      {kMapping, "a mapping file"},
  };
  return files;
}

std::string json_schema(std::string_view name) {
  const auto& files = schema_files();
  const auto file =
      std::find_if(files.begin(), files.end(), [&](const SchemaFile& f) { return f.name == name; });
  if (file == files.end()) return {};
  const std::string title = "prospectd: " + std::string(file->about);
  const Table& table = name == kMapping ? static_cast<const Table&>(mapping_table()) : config_table();
  return SchemaText(name != kPart).document(title, table);
}

}  // namespace prospectd::config
