#include "daemon/api/shapes.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

using store::Collection;
using store::Column;
using store::ColumnType;
using store::Reference;

struct OwnShape {
  const char* type;
  std::vector<std::string> attributes;
  std::vector<Relationship> relationships;
};

// What is no plain row of a table.
const std::vector<OwnShape>& own_shapes() {
  static const std::vector<OwnShape> table = {
      {"duplicates",
       {"kind", "reason", "sentence", "connection", "object", "remoteId", "prospectId", "linkedObject",
        "linkedRemoteId", "emailKey", "policy", "firstSeen", "open"},
       {{"prospect", "prospects"}}},
      {"deadLetters",
       {"connection", "object", "remoteId", "version", "reason", "payload", "payloadBytes", "firstSeen",
        "lastSeen", "seen"},
       {}},
  };
  return table;
}

std::string path_of(const std::string& type, const std::string& id) {
  return "/v1/" + type + "/" + id;
}

Shape prospect_shape(const mapping::LocalSchema& schema) {
  namespace field = mapping::field;
  Shape shape;
  shape.type = "prospects";
  for (size_t at = 0; at < std::min(schema.size(), field::kStandardCount); ++at) {
    if (at != field::kOwner && at != field::kAccount)
      shape.attributes.push_back(camel_case(schema.fields()[at].name));
  }
  for (const char* name : {"custom", "addresses", "links", "tags", "createdAt", "updatedAt", "touchedAt"})
    shape.attributes.emplace_back(name);
  shape.relationships = {{"owner", "users"}, {"account", "accounts"}};
  shape.collection = &store::prospect_collection();
  return shape;
}

Shape shape_of_collection(const Collection& collection) {
  Shape shape;
  shape.type = collection.type;
  for (const Column& column : collection.columns)
    shape.attributes.push_back(camel_case(column.name));
  for (const Reference& reference : collection.references)
    shape.relationships.push_back({camel_case(reference.name), reference.to});
  shape.collection = &collection;
  return shape;
}

void add_fields_parameters(std::string_view type, std::vector<std::string>& parameters) {
  const auto shape = shape_of(type, mapping::LocalSchema());
  if (!shape) return;
  parameters.emplace_back("fields[" + shape->type + "]");
  if (!shape->relationships.empty()) parameters.emplace_back("include");
  for (const Relationship& relationship : shape->relationships) {
    std::string fields = "fields[" + relationship.to + "]";
    if (std::ranges::find(parameters, fields) == parameters.end()) parameters.push_back(std::move(fields));
  }
}

// Text of JSON in a column; what can't be read is shown as the text that it is.
Json json_of(std::string_view text) {
  Json parsed = Json::parse(text, nullptr, false);
  return parsed.is_discarded() ? Json(std::string(text)) : parsed;
}

Json cell_json(const Column& column, const mapping::Value& value) {
  return column.type == ColumnType::kJson && value.is_string() ? json_of(value.str()) : value_json(value);
}

}  // namespace

std::optional<Shape> shape_of(std::string_view type, const mapping::LocalSchema& schema) {
  if (type == "prospects") return prospect_shape(schema);
  for (const OwnShape& own : own_shapes()) {
    if (own.type == type) return Shape{own.type, own.attributes, own.relationships, nullptr};
  }
  const Collection* collection = store::collection_named(type);
  if (collection == nullptr) return std::nullopt;
  return shape_of_collection(*collection);
}

std::vector<std::string> list_parameters(std::string_view type) {
  std::vector<std::string> parameters;
  if (const Collection* collection = store::collection_named(type)) {
    parameters.emplace_back("filter[q]");
    for (const Column& column : collection->columns) {
      if (column.type != ColumnType::kJson) parameters.push_back("filter[" + camel_case(column.name) + "]");
    }
    for (const Reference& reference : collection->references)
      parameters.push_back("filter[" + camel_case(reference.name) + "]");
  }
  if (type == "prospects") parameters = {"filter[q]", "filter[text]", "filter[withoutKey]"};
  if (type == "duplicates") parameters = {"filter[open]"};
  for (const char* name : {"sort", "page[size]", "page[after]"})
    parameters.emplace_back(name);
  add_fields_parameters(type, parameters);
  return parameters;
}

std::vector<std::string> resource_parameters(std::string_view type) {
  std::vector<std::string> parameters;
  add_fields_parameters(type, parameters);
  return parameters;
}

Json row_resource(const Collection& collection, const store::ListRow& row) {
  Json attributes = Json::object();
  for (size_t i = 0; i < collection.columns.size(); ++i)
    attributes[camel_case(collection.columns[i].name)] = cell_json(collection.columns[i], row.values[i]);
  Json out = resource(collection.type, std::to_string(row.id), std::move(attributes));
  for (size_t i = 0; i < collection.references.size(); ++i) {
    const Reference& reference = collection.references[i];
    add_relationship(out, {camel_case(reference.name), reference.to}, row.references[i]);
  }
  add_self(out);
  return out;
}

void add_relationship(Json& resource, const Relationship& relationship, std::optional<int64_t> id,
                      const std::string& name) {
  Json& out = resource["relationships"][relationship.name];
  out["data"] = nullptr;
  if (!id || *id == 0) return;
  const std::string number = std::to_string(*id);
  out["data"] = {{"type", relationship.to}, {"id", number}};
  out["links"]["related"] = path_of(relationship.to, number);
  if (!name.empty()) out["meta"]["name"] = name;
}

void add_self(Json& resource) {
  resource["links"]["self"] = path_of(resource["type"].get<std::string>(), resource["id"].get<std::string>());
}

}  // namespace prospectd::api
