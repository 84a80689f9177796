// Trees: new records with their children in one call, all or none of them (SALESFORCE_API §7.4).
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/child_relationships.h"
#include "connectors/sandbox/record_calls.h"
#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;
namespace code = salesforce_wire::error_name;

constexpr size_t kTreeRecordsMax = 200;
constexpr size_t kTreeTypesMax = 5;
constexpr size_t kTreeDepthMax = 5;

// One record of a tree. Parents stand before their children.
struct Node {
  const Table* table = nullptr;
  const Json* record = nullptr;
  std::string reference;
  size_t depth = 1;
  size_t parent = 0;              ///< place among the nodes; its own at the root
  const Field* lookup = nullptr;  ///< the field that holds the parent
  std::string id = {};
};

// The children of a type under their relationship's name.
struct Kinship {
  const Table* table = nullptr;
  const Field* lookup = nullptr;
};
Kinship kinship_of(const Call& call, const Table& parent, std::string_view relationship) {
  for (const auto& table : call.state.org.tables()) {
    const ObjectType& type = table->type();
    for (const Field& field : type.fields()) {
      const bool kin = std::find(field.reference_to.begin(), field.reference_to.end(),
                                 parent.type().name()) != field.reference_to.end();
      const std::string_view name = kin ? child_relationship(type, field) : std::string_view{};
      const bool seen = kin && call.state.knobs.object_enabled(type.name()) &&
                        call.state.knobs.field_visible(type.name(), field.name);
      if (seen && !name.empty() && equals_ignore_case_ascii(name, relationship)) return {table.get(), &field};
    }
  }
  return {};
}

Outcome<Node> node_of(const Call& call, const Json& record, const Table& expected) {
  if (!record.is_object()) return wrong_shape("sobject", record);
  PD_ASSIGN(table, table_of_record(call, record));
  if (table != &expected) {
    return api_error(std::string(code::kInvalidType),
                     "A record of the type " + std::string(expected.type().name()) + " is expected");
  }
  const Json* attributes = find_member(record, "attributes");
  const Json* reference = find_member(*attributes, "referenceId");
  if (reference == nullptr || !reference->is_string() || reference->get_ref<const std::string&>().empty()) {
    return api_error("INVALID_INPUT", "The attributes of a record have to give its referenceId");
  }
  Node node;
  node.table = table;
  node.record = &record;
  node.reference = reference->get<std::string>();
  return node;
}

class Tree {
 public:
  explicit Tree(const Call& call) : call_(call) {}

  Outcome<void> read(const Json& records, const Table& root) {
    PD_TRY(add_all(records, root, nullptr, 0));
    for (size_t i = 0; i < nodes_.size(); ++i)
      PD_TRY(add_children(i));
    return {};
  }
  std::vector<Node>& nodes() { return nodes_; }

 private:
  Outcome<void> add_all(const Json& records, const Table& table, const Field* lookup, size_t parent) {
    if (!records.is_array()) return wrong_shape("list of sobjects", records);
    for (const Json& record : records) {
      PD_ASSIGN(node, node_of(call_, record, table));
      node.parent = lookup == nullptr ? nodes_.size() : parent;
      node.depth = lookup == nullptr ? 1 : nodes_[parent].depth + 1;
      node.lookup = lookup;
      types_.insert(node.table);
      if (!references_.insert(node.reference).second) {
        return api_error("INVALID_INPUT", "The referenceId '" + node.reference + "' is used more than once");
      }
      nodes_.push_back(std::move(node));
      if (nodes_.size() > kTreeRecordsMax) return over("records", kTreeRecordsMax);
      if (types_.size() > kTreeTypesMax) return over("types", kTreeTypesMax);
      if (nodes_.back().depth > kTreeDepthMax) return over("levels", kTreeDepthMax);
    }
    return {};
  }

  // An object with "records" in it is a list of children; what relationship it names has to be there.
  Outcome<void> add_children(size_t parent) {
    const Table& table = *nodes_[parent].table;
    const Json& record = *nodes_[parent].record;
    for (const auto& [name, value] : record.items()) {
      const Json* records = find_member(value, "records");
      if (records == nullptr) continue;
      const Kinship kin = kinship_of(call_, table, name);
      if (kin.table == nullptr) {
        return api_error(
            std::string(code::kInvalidField),
            "No such relation '" + name + "' on sobject of type " + std::string(table.type().name()));
      }
      PD_TRY(add_all(*records, *kin.table, kin.lookup, parent));
    }
    return {};
  }

  static ApiError over(const char* what, size_t max) {
    return api_error(std::string(code::kLimitExceeded),
                     "A tree has at most " + std::to_string(max) + " " + what);
  }

  const Call& call_;
  std::vector<Node> nodes_;
  std::set<std::string> references_;
  std::set<const Table*> types_;
};

// The record without its children, with its parent.
Json record_of(const Node& node, const std::vector<Node>& nodes) {
  Json record = *node.record;
  for (auto at = record.begin(); at != record.end();)
    at = find_member(at.value(), "records") != nullptr ? record.erase(at) : std::next(at);
  if (node.lookup != nullptr) record[node.lookup->name] = nodes[node.parent].id;
  return record;
}

std::string tree_error(const Node& node, const ApiError& error) {
  return "{\"referenceId\":" + json_quote(node.reference) + ",\"errors\":[" + item_errors_json(error) + "]}";
}

}  // namespace

Outcome<http::Response> answer_tree(Call& call) {
  PD_ASSIGN(root, visible_table(call, call.segments[2]));
  PD_ASSIGN(body, parse_request_body(call.request));
  const Json* records = find_member(body, "records");
  if (records == nullptr) return wrong_shape("list of sobjects", Json());
  Tree tree(call);
  PD_TRY(tree.read(*records, *root));
  std::vector<Node>& nodes = tree.nodes();

  Org::Transaction transaction(call.state.org);
  std::string made;
  std::string refused;
  for (Node& node : nodes) {
    const bool orphan = node.lookup != nullptr && nodes[node.parent].id.empty();
    if (orphan) continue;  // its parent was refused
    auto saved = create_record(call, *node.table, record_of(node, nodes));
    if (saved) {
      node.id = std::move(saved->id);
      made += (made.empty() ? "" : ",") + std::string("{\"referenceId\":") + json_quote(node.reference) +
              ",\"id\":\"" + node.id + "\"}";
    } else {
      refused += (refused.empty() ? "" : ",") + tree_error(node, saved.error());
    }
  }
  if (!refused.empty()) return json_answer(400, "{\"hasErrors\":true,\"results\":[" + refused + "]}");
  transaction.commit();
  return json_answer(201, "{\"hasErrors\":false,\"results\":[" + made + "]}");
}

}  // namespace prospectd::sandbox
