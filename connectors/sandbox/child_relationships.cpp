#include "connectors/sandbox/child_relationships.h"

namespace prospectd::sandbox {
namespace {

struct RelationshipRow {
  std::string_view child;
  std::string_view reference;
  std::string_view name;
};
constexpr RelationshipRow kRelationships[] = {{"Account", "ParentId", "ChildAccounts"},
                                              {"Contact", "AccountId", "Contacts"}};

}  // namespace

std::string_view child_relationship(const ObjectType& child, const Field& reference) {
  for (const RelationshipRow& row : kRelationships) {
    if (row.child == child.name() && row.reference == reference.name) return row.name;
  }
  return reference.children;
}

}  // namespace prospectd::sandbox
