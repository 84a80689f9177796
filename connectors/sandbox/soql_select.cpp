// What a query selects of each record: fields, parents through lookups, lists of children.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/child_relationships.h"
#include "connectors/sandbox/soql_names.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
namespace soql = salesforce_wire::soql;

// SALESFORCE_API §5.3
constexpr size_t kParentsMax = 55;
constexpr size_t kSubqueriesMax = 20;
constexpr size_t kSubqueryDepthMax = 5;
constexpr int kDeepSubqueriesSince = 58;

class SelectionBinder {
 public:
  explicit SelectionBinder(const BindScope& scope) : scope_(scope) {
    root_.table = scope.table;
    root_.type_name = scope.table->type().name();
  }

  Outcome<Selection> bind(const soql::Query& query) {
    for (const soql::SelectItem& item : query.select) {
      if (const auto* path = item.field()) {
        PD_TRY(add_path(root_, *path, 0, item.alias));
      } else if (const auto* subquery = std::get_if<soql::Subquery>(&item.expression)) {
        PD_TRY(add_children(subquery->query.front()));
      } else if (const auto* type_of = std::get_if<soql::TypeOf>(&item.expression)) {
        PD_TRY(add_type_of(*type_of));
      } else {
        PD_TRY(add_fields(std::get<soql::FieldsOf>(item.expression), query));
      }
    }
    return std::move(root_);
  }

 private:
  Outcome<void> add(Selection& node, Selection::Column column) {
    const bool twice = std::any_of(node.columns.begin(), node.columns.end(), [&](const auto& known) {
      return equals_ignore_case_ascii(known.name, column.name);
    });
    if (twice) {
      return scope_.refuse(code::kMalformedQuery, column.name, "duplicate field selected: " + column.name);
    }
    node.columns.push_back(std::move(column));
    return {};
  }

  Outcome<void> add_field(Selection& node, const Field& field, const std::string& alias) {
    Selection::Column column;
    column.name = alias.empty() ? field.name : alias;
    column.field = &field;
    return add(node, std::move(column));
  }

  // The part of a path from `at` on, seen from a selection.
  Outcome<void> add_path(Selection& node, const soql::FieldPath& path, size_t at, const std::string& alias) {
    if (at + 1 == path.parts.size()) {
      // Checks the function, too; what is shown of a label is the value.
      if (path.function != soql::Function::kNone) PD_TRY(find_source(scope_, path));
      PD_ASSIGN(field, find_column(scope_, *node.table, path.parts[at]));
      return add_field(node, *field, alias);
    }
    PD_ASSIGN(relation, find_relation(scope_, *node.table, path.parts[at], path));
    PD_TRY(count_parent(path, at));
    PD_ASSIGN(place, column_of(node, relation));
    Selection::Column& column = node.columns[place];
    if (column.type_of) return duplicate(relation);
    if (relation.targets.size() == 1) return add_path(column.parents.front(), path, at + 1, alias);
    if (at + 2 < path.parts.size()) {
      PD_TRY(find_source(scope_, path));  // which refuses it
    }
    PD_ASSIGN(choices, find_choices(scope_, relation, path.parts.back()));
    return add_choices(column, choices, path.parts.back());
  }

  ApiError duplicate(const Relation& relation) const {
    const std::string& name = relation.reference->relationship;
    return scope_.refuse(code::kMalformedQuery, name, "duplicate field selected: " + name);
  }

  Outcome<void> count_parent(const soql::FieldPath& path, size_t at) {
    std::string prefix;
    for (size_t i = 0; i <= at; ++i)
      prefix += to_lower_ascii(path.parts[i]) + ".";
    parents_.insert(std::move(prefix));
    if (parents_.size() <= kParentsMax) return {};
    return scope_.refuse(
        code::kMalformedQuery, path.dotted(),
        "a query follows at most " + std::to_string(kParentsMax) + " child-to-parent relationships");
  }

  // The column that shows a parent; made where there is none yet.
  Outcome<size_t> column_of(Selection& node, const Relation& relation) {
    for (size_t i = 0; i < node.columns.size(); ++i) {
      if (node.columns[i].reference == relation.reference) return i;
    }
    Selection::Column column;
    column.name = relation.reference->relationship;
    column.reference = relation.reference;
    for (const Table* target : relation.targets) {
      Selection parent;
      parent.table = target;
      parent.type_name = relation.targets.size() > 1 ? "Name" : std::string(target->type().name());
      column.parents.push_back(std::move(parent));
    }
    PD_TRY(add(node, std::move(column)));
    return node.columns.size() - 1;
  }

  Outcome<void> add_choices(Selection::Column& column, const std::vector<Choice>& choices,
                            const std::string& name) {
    // One name for all of them, whichever type a record's parent has.
    const auto known =
        std::find_if(choices.begin(), choices.end(), [](const Choice& c) { return c.field != nullptr; });
    const std::string shown = known == choices.end() ? std::string("Type") : known->field->name;
    for (size_t i = 0; i < choices.size(); ++i) {
      Selection::Column shows;
      shows.name = shown;
      shows.field = choices[i].field;
      shows.constant = choices[i].constant;
      if (auto added = add(column.parents[i], std::move(shows)); !added) {
        return scope_.refuse(code::kMalformedQuery, name,
                             "duplicate field selected: " + column.name + "." + shown);
      }
    }
    return {};
  }

  Outcome<void> add_type_of(const soql::TypeOf& type_of) {
    const std::string& name = type_of.relation.parts.front();
    PD_ASSIGN(relation, find_relation(scope_, *root_.table, name, type_of.relation));
    if (type_of.relation.parts.size() > 1 || !relation.reference->has(kPolymorphic)) {
      return scope_.refuse(
          code::kMalformedQuery, name,
          "TYPEOF takes a relationship to several types: '" + type_of.relation.dotted() + "'");
    }
    const size_t before = root_.columns.size();
    PD_ASSIGN(place, column_of(root_, relation));
    if (place < before) return duplicate(relation);
    root_.columns[place].type_of = true;
    for (const soql::TypeOf::Branch& branch : type_of.branches) {
      PD_ASSIGN(table, find_table(scope_, branch.type));
      const auto& targets = relation.targets;
      if (std::find(targets.begin(), targets.end(), table) == targets.end()) {
        return scope_.refuse(code::kMalformedQuery, branch.type,
                             "'" + branch.type + "' is no type of the relationship '" + name + "'");
      }
    }
    for (Selection& parent : root_.columns[place].parents) {
      parent.type_name = parent.table->type().name();
      for (const soql::FieldPath& field : fields_for(type_of, *parent.table))
        PD_TRY(add_path(parent, field, 0, {}));
    }
    return {};
  }

  static const std::vector<soql::FieldPath>& fields_for(const soql::TypeOf& type_of, const Table& table) {
    for (const soql::TypeOf::Branch& branch : type_of.branches) {
      if (equals_ignore_case_ascii(branch.type, table.type().name())) return branch.fields;
    }
    return type_of.otherwise;
  }

  Outcome<void> add_fields(soql::FieldsOf set, const soql::Query& query) {
    const bool bounded = query.limit && *query.limit <= soql::kFieldsLimitMax;
    if (set != soql::FieldsOf::kStandard && !bounded) {
      return scope_.refuse(
          code::kMalformedQuery, "FIELDS",
          "The SOQL FIELDS function must have a LIMIT of at most " + std::to_string(soql::kFieldsLimitMax));
    }
    for (const Field& field : root_.table->type().fields()) {
      if (!scope_.knobs.field_visible(root_.table->type().name(), field.name)) continue;
      const bool custom = field.has(kCustom);
      if (set == soql::FieldsOf::kStandard ? custom : set == soql::FieldsOf::kCustom && !custom) continue;
      PD_TRY(add_field(root_, field, {}));
    }
    return {};
  }

  Outcome<void> add_children(const soql::Query& query) {
    const size_t depth_max = scope_.context.api_version >= kDeepSubqueriesSince ? kSubqueryDepthMax : 1;
    if (scope_.depth == depth_max || root_.child_lists == kSubqueriesMax) {
      return scope_.refuse(code::kMalformedQuery, query.object,
                           "a query has at most " + std::to_string(kSubqueriesMax) +
                               " subqueries, inside each other to " + std::to_string(depth_max) +
                               (depth_max == 1 ? " level" : " levels"));
    }
    Children children;
    PD_ASSIGN(inner, find_children(query.object, children));
    if (query.count || query.aggregates()) {
      return scope_.refuse(code::kMalformedQuery, query.object,
                           "aggregates are not supported in subqueries of SELECT");
    }
    PD_ASSIGN(bound, bind_scoped(inner, query));
    children.query = std::move(bound);
    Selection::Column column;
    column.name = children.relationship;
    column.children = std::make_shared<const Children>(std::move(children));
    column.children_at = root_.child_lists++;
    return add(root_, std::move(column));
  }

  // Fills in the relationship and gives the scope that the subquery is bound in.
  Outcome<BindScope> find_children(const std::string& name, Children& children) const {
    for (const auto& table : scope_.org.tables()) {
      if (!scope_.knobs.object_enabled(table->type().name())) continue;
      for (const Field& field : table->type().fields()) {
        const std::string_view relationship = child_relationship(table->type(), field);
        const auto& to = field.reference_to;
        if (relationship.empty() || !equals_ignore_case_ascii(relationship, name)) continue;
        if (std::find(to.begin(), to.end(), root_.table->type().name()) == to.end()) continue;
        children.relationship = relationship;
        children.reference = &field;
        BindScope inner = scope_;
        inner.table = table.get();
        ++inner.depth;
        return inner;
      }
    }
    return scope_.refuse(
        code::kInvalidType, name,
        "Didn't understand relationship '" + name +
            "' in FROM part of query call. If you are attempting to use a custom relationship, be sure to "
            "append the '__r' after the custom relationship name. Please reference your WSDL or the "
            "describe call for the appropriate names.");
  }

  const BindScope& scope_;
  Selection root_;
  std::set<std::string> parents_;
};

}  // namespace

Outcome<Selection> bind_selection(const BindScope& scope, const soql::Query& query) {
  return SelectionBinder(scope).bind(query);
}

}  // namespace prospectd::sandbox
