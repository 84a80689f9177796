// The schemas and the reference page: the files of the tree are what the tables say, and what the loader
// accepts, the schemas accept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "config/json_schema.h"
#include "config/reference.h"
#include "config/tables.h"
#include "config/yaml.h"
#include "tests/unit/config/folder.h"

namespace prospectd::config {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

std::string file_text(const std::string& file) {
  std::ifstream in(std::string(PROSPECTD_SOURCE_DIR) + "/" + file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// As much of JSON Schema as ours use, held against a YAML tree: what does not fit, by its path.
class Judge {
 public:
  std::vector<std::string> faults;

  void judge(const Json& schema, const yaml::Node& node, const std::string& path) {
    if (schema.contains("anyOf")) {
      const bool fits = std::ranges::any_of(schema["anyOf"], [&](const Json& one) {
        Judge inner;
        inner.judge(one, node, path);
        return inner.faults.empty();
      });
      if (!fits) faults.push_back(path + ": none of anyOf");
    }
    if (schema.contains("type") && !is_of(schema["type"], node)) faults.push_back(path + ": type");
    if (node.kind == yaml::Kind::kScalar) judge_scalar(schema, node, path);
    if (node.kind == yaml::Kind::kMap) judge_object(schema, node, path);
    if (node.kind == yaml::Kind::kList) {
      count(schema, "minItems", "maxItems", node.children.size(), path);
      for (const yaml::Child& item : node.children)
        judge(schema.value("items", Json::object()), *item.value, path + "[]");
    }
  }

 private:
  static bool is_one(const std::string& type, const yaml::Node& node) {
    const std::string& s = node.scalar;
    const bool scalar = node.kind == yaml::Kind::kScalar;
    const bool whole = scalar && !node.quoted && std::regex_match(s, std::regex("-?[0-9]+"));
    const bool truth = scalar && !node.quoted && (s == "true" || s == "false");
    if (type == "object") return node.kind == yaml::Kind::kMap;
    if (type == "array") return node.kind == yaml::Kind::kList;
    if (type == "null") return node.kind == yaml::Kind::kNull;
    if (type == "boolean") return truth;
    if (type == "integer" || type == "number") return whole;
    return type == "string" && scalar && !whole && !truth;
  }

  static bool is_of(const Json& type, const yaml::Node& node) {
    if (type.is_string()) return is_one(type, node);
    return std::ranges::any_of(type, [&](const Json& one) { return is_one(one, node); });
  }

  void judge_scalar(const Json& schema, const yaml::Node& node, const std::string& path) {
    if (schema.contains("enum") &&
        std::ranges::find(schema["enum"], Json(node.scalar)) == schema["enum"].end())
      faults.push_back(path + ": enum");
    if (schema.contains("pattern") &&
        !std::regex_search(node.scalar, std::regex(schema["pattern"].get<std::string>())))
      faults.push_back(path + ": pattern");
    if (!is_one("integer", node)) return;
    const int64_t n = std::stoll(node.scalar);
    if (n < schema.value("minimum", INT64_MIN) || n > schema.value("maximum", INT64_MAX))
      faults.push_back(path + ": range");
  }

  void judge_object(const Json& schema, const yaml::Node& node, const std::string& path) {
    count(schema, "minProperties", "maxProperties", node.children.size(), path);
    for (const Json& key : schema.value("required", Json::array())) {
      if (node.find(key.get<std::string>()) == nullptr)
        faults.push_back(path + ": without " + key.get<std::string>());
    }
    const Json properties = schema.value("properties", Json::object());
    for (const yaml::Child& child : node.children) {
      const std::string inside = path + "." + child.key;
      if (properties.contains(child.key)) {
        judge(properties[child.key], *child.value, inside);
      } else if (const Json others = schema.value("additionalProperties", Json(true)); others.is_object()) {
        judge(others, *child.value, inside);
      } else if (others == false) {
        faults.push_back(inside + ": unknown");
      }
    }
  }

  void count(const Json& schema, const char* least, const char* most, size_t n, const std::string& path) {
    if (n < schema.value(least, size_t{0})) faults.push_back(path + ": too few");
    if (n > schema.value(most, SIZE_MAX)) faults.push_back(path + ": too many");
  }
};

std::vector<std::string> judged(const std::string& schema, const std::string& text) {
  Judge judge;
  judge.judge(Json::parse(json_schema(schema)), *yaml::parse(text).root, "");
  return judge.faults;
}

TEST(Schema, TheFilesOfTheTreeAreWhatTheTablesSay) {
  for (const SchemaFile& file : schema_files()) {
    const std::string path = "config/schema/" + std::string(file.name) + ".json";
    EXPECT_EQ(file_text(path), json_schema(file.name))
        << "renew it: prospectd config schema " << file.name << " > " << path;
  }
  EXPECT_EQ(json_schema("mappings"), "");
}

TEST(Schema, TheReferencePageIsWhatTheTablesSay) {
  EXPECT_EQ(file_text("docs/reference.md"), reference_page())
      << "renew it: prospectd config reference > docs/reference.md";
}

TEST(Schema, TheExamplesFitAndNameTheirSchema) {
  for (const char* name : {"prospectd.yaml", "sandbox.yaml"}) {
    const std::string text = file_text("config/examples/" + std::string(name));
    EXPECT_THAT(judged("prospectd", text), IsEmpty()) << name;
    EXPECT_THAT(judged("part", text), IsEmpty()) << name;
    EXPECT_THAT(text, HasSubstr("# yaml-language-server: $schema=../schema/prospectd.json\n"));
  }
  for (const char* name : {"account.yaml", "contact.yaml", "lead.yaml"}) {
    const std::string text = file_text("config/examples/mappings/" + std::string(name));
    EXPECT_THAT(judged("mapping", text), IsEmpty()) << name;
    EXPECT_THAT(text, HasSubstr("# yaml-language-server: $schema=../../schema/mapping.json\n"));
  }
}

TEST(Schema, WhatTheLoaderTakesOrRefusesByASingleKeyTheSchemaDoesToo) {
  const std::string good = good_text();
  EXPECT_THAT(judged("prospectd", good), IsEmpty());
  const std::pair<size_t, const char*> kBad[] = {
      {1, "version: 2"},
      {1, "version: 'x'"},
      {1, "vesion: 1"},
      {2, "state: {}"},
      {2, ""},
      {6, "    client_id: [a]"},
      {7, "    client_secret: plain"},
      {6, "    client_id: app\n    poll: { interval: 10 }"},
      {6, "    client_id: app\n    page_size: 10"},
      {9, "      - objet: Lead"},
      {11, "users: { create: yes }"},
      {11, "prospects: { same_email: maybe }"},
      {11, "log: debug"},
  };
  const Folder folder;
  folder.write("mappings/lead.yaml", kGoodMapping);
  for (const auto& [line, text] : kBad) {
    folder.write("prospectd.yaml", good_with(line, text));
    EXPECT_FALSE(folder.load().config) << text;
    EXPECT_FALSE(judged("prospectd", good_with(line, text)).empty()) << text;
  }
}

TEST(Schema, APartMayLeaveKeysToOtherFilesAndKnowsTheSameOnes) {
  const std::string part = "plugins: { crm: { poll: { interval: 1m } } }\n";
  EXPECT_THAT(judged("part", part), IsEmpty());
  EXPECT_FALSE(judged("prospectd", part).empty());
  EXPECT_FALSE(judged("part", "plugins: { crm: { pole: {} } }\n").empty());
}

TEST(Schema, OneWordStandsForBothDirectionsOfBlanks) {
  const auto fields = [](const std::string& blanks) {
    return "version: 1\nobject: Lead\nfields: [{ remote: Email, local: email, blanks: " + blanks + " }]\n";
  };
  EXPECT_THAT(judged("mapping", fields("mirror")), IsEmpty());
  EXPECT_THAT(judged("mapping", fields("{ in: mirror }")), IsEmpty());
  EXPECT_FALSE(judged("mapping", fields("sometimes")).empty());
}

// Every key of a table and of the tables inside it has a row in the page, with its help.
void expect_described(const Table& table, const std::string& page) {
  for (const Row& row : table.rows) {
    EXPECT_THAT(page, HasSubstr("| `" + std::string(row.key) + "` |"));
    EXPECT_THAT(page, HasSubstr(std::string(row.help) + " |")) << row.key;
    if (row.table != nullptr) expect_described(*row.table, page);
  }
}

TEST(Reference, NamesEveryKey) {
  expect_described(config_table(), reference_page());
  expect_described(mapping_table(), reference_page());
}

}  // namespace
}  // namespace prospectd::config
