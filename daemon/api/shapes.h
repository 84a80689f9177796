// Shapes: which attributes and relationships the resources of a type have, and by what their lists are
// sorted, as one table for rendering, sparse fields, includes and links. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/answers.h"
#include "mapping/local_schema.h"
#include "reconcile/store/list.h"

namespace prospectd::api {

/// A relationship to one resource.
struct Relationship {
  std::string name;  ///< "sequenceState"
  std::string to;    ///< the type of what it leads to
};

struct Shape {
  std::string type;
  std::vector<std::string> attributes;
  std::vector<Relationship> relationships;
  const store::Collection* collection = nullptr;  ///< whose columns sort its lists; null: by number alone
};

/// Nothing for a type that has no lists. The schema names a prospect's attributes.
std::optional<Shape> shape_of(std::string_view type, const mapping::LocalSchema& schema);

/// The query parameters that a list of the type takes, and those that one resource takes.
std::vector<std::string> list_parameters(std::string_view type);
std::vector<std::string> resource_parameters(std::string_view type);

/// A row of a collection as a resource.
Json row_resource(const store::Collection& collection, const store::ListRow& row);

/// {"owner": {"data": …, "links": {"related": …}}}; null data for no one. `name`, where it is known, is told
/// in the relationship's meta.
void add_relationship(Json& resource, const Relationship& relationship, std::optional<int64_t> id,
                      const std::string& name = {});
/// "/v1/tasks/7", as links.self.
void add_self(Json& resource);

}  // namespace prospectd::api
