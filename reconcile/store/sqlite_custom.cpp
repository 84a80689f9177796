#include "reconcile/store/sqlite_custom.h"

#include <map>

namespace prospectd::store {
namespace {

constexpr const char* kIndexPrefix = "custom_index_";

std::string index_sql(const std::string& name, const mapping::LocalField& field) {
  return "CREATE INDEX \"" + name + "\" ON prospects (" + custom_value_sql("custom", field) +
         ") WHERE custom IS NOT NULL";
}

}  // namespace

std::string custom_value_sql(const std::string& column, const mapping::LocalField& field) {
  // The name has letters, digits, '_' and '.': nothing to escape.
  const std::string value = "json_extract(" + column + ", '$.\"" + field.name + "\"')";
  return field.type == mapping::LocalType::kText ? value + " COLLATE NOCASE" : value;
}

Result<void> make_custom_indexes(Database& db, const mapping::LocalSchema& schema) {
  std::map<std::string, std::string> wanted;
  for (const mapping::LocalField& field : schema.fields()) {
    const std::string name = kIndexPrefix + field.name;
    if (field.indexed) wanted.emplace(name, index_sql(name, field));
  }
  std::map<std::string, std::string> there;
  {
    Statement statement(db, "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND name GLOB '" +
                                std::string(kIndexPrefix) + "*'");
    Query query(statement);
    while (query.step())
      there.emplace(query.text(0), query.text(1));
    PD_TRY(query.done());
  }
  for (const auto& [name, sql] : there) {
    const auto kept = wanted.find(name);
    if (kept == wanted.end() || kept->second != sql) PD_TRY(db.exec("DROP INDEX \"" + name + "\""));
  }
  for (const auto& [name, sql] : wanted) {
    const auto known = there.find(name);
    if (known == there.end() || known->second != sql) PD_TRY(db.exec(sql));
  }
  return {};
}

}  // namespace prospectd::store
