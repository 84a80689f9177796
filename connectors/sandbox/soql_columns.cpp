#include "connectors/sandbox/soql_columns.h"

#include "connectors/sandbox/json_text.h"

namespace prospectd::sandbox {
namespace {

// In the order of FieldKind.
constexpr std::string_view kApexTypes[] = {"Id",       "Id",      "String", "String",  "String",
                                           "Boolean",  "Integer", "Double", "Decimal", "Date",
                                           "Datetime", "String",  "String", "String",  "Address"};
static_assert(std::size(kApexTypes) == static_cast<size_t>(FieldKind::kAddress) + 1);

bool is_column_number(FieldKind kind) {
  return kind == FieldKind::kInt || kind == FieldKind::kDouble || kind == FieldKind::kCurrency;
}
bool is_column_text(FieldKind kind) {
  return holds_text(kind) && kind != FieldKind::kId && kind != FieldKind::kReference;
}

/// One element of columnMetadata.
struct ColumnMetadata {
  std::string_view name;
  FieldKind kind = FieldKind::kString;
  const Field* field = nullptr;  ///< what it shows, where it shows a field as it is
  bool aggregate = false;        ///< an aggregate, or a list of children
  bool typed = true;             ///< false: parents and lists have no type of their own
  std::string joined = {};       ///< the columns inside it
};

void append_column(std::string& out, const ColumnMetadata& c) {
  const auto flag = [&](std::string_view key, bool value) {
    out += ",\"" + std::string(key) + "\":" + (value ? "true" : "false");
  };
  const auto quoted_key = [&](std::string_view key) { out += ",\"" + std::string(key) + "\":"; };
  out += out.ends_with('}') ? ",{" : "{";
  out += std::string("\"aggregate\":") + (c.aggregate ? "true" : "false");
  quoted_key("apexType");
  if (c.typed) {
    append_quoted(out, kApexTypes[static_cast<size_t>(c.kind)]);
  } else {
    out += "null";
  }
  flag("booleanType", c.typed && c.kind == FieldKind::kBoolean);
  quoted_key("columnName");
  append_quoted(out, c.name);
  flag("custom", c.field != nullptr && c.field->has(kCustom));
  quoted_key("displayName");
  append_quoted(out, c.name);
  quoted_key("foreignKeyName");
  if (c.field != nullptr && !c.field->relationship.empty()) {
    append_quoted(out, c.field->relationship);
  } else {
    out += "null";
  }
  flag("insertable", c.field != nullptr && c.field->has(kCreateable));
  out += ",\"joinColumns\":[" + c.joined + "]";
  flag("numberType", c.typed && is_column_number(c.kind));
  flag("textType", c.typed && is_column_text(c.kind));
  flag("updatable", c.field != nullptr && c.field->has(kUpdateable));
  out += '}';
}

std::string columns_of(const Selection& selection);

ColumnMetadata metadata_of(const Selection::Column& column) {
  ColumnMetadata out;
  out.name = column.name;
  out.field = column.field;
  if (column.field != nullptr) out.kind = column.field->kind;
  // All types of a parent show the same columns, but for TYPEOF.
  if (column.reference != nullptr) out.joined = columns_of(column.parents.front());
  if (column.children != nullptr) out.joined = columns_of(*column.children->query.selection);
  out.aggregate = column.children != nullptr;
  out.typed = column.reference == nullptr && column.children == nullptr;
  return out;
}

std::string columns_of(const Selection& selection) {
  std::string out;
  for (const Selection::Column& column : selection.columns)
    append_column(out, metadata_of(column));
  return out;
}

std::string columns_of(const Grouping& grouping) {
  std::string out;
  for (const Grouping::Column& column : grouping.columns) {
    const auto cell = static_cast<size_t>(column.cell);
    ColumnMetadata metadata;
    metadata.name = column.name;
    metadata.aggregate = cell >= grouping.keys.size();
    metadata.kind = metadata.aggregate ? grouping.aggregates[cell - grouping.keys.size()].kind
                                       : kind_of(grouping.keys[cell]);
    append_column(out, metadata);
  }
  return out;
}

std::string columns_of(const std::vector<const Field*>& fields) {
  std::string out;
  for (const Field* field : fields) {
    ColumnMetadata metadata;
    metadata.name = field->name;
    metadata.kind = field->kind;
    metadata.field = field;
    append_column(out, metadata);
  }
  return out;
}

bool selects_id(const BoundQuery& query) {
  const int id = query.table->type().system().id;
  for (const Field* field : query.select) {
    if (field->column == id) return true;
  }
  if (query.selection == nullptr) return false;
  for (const Selection::Column& column : query.selection->columns) {
    if (column.field != nullptr && column.field->column == id) return true;
  }
  return false;
}

}  // namespace

std::string describe_columns(const BoundQuery& query) {
  std::string out = "{\"columnMetadata\":[";
  if (query.grouping != nullptr) {
    out += columns_of(*query.grouping);
  } else if (query.selection != nullptr) {
    out += columns_of(*query.selection);
  } else {
    out += columns_of(query.select);
  }
  const ObjectRow& object = query.table->type().row();
  out += "],\"entityName\":";
  append_quoted(out, object.name);
  out += std::string(",\"groupBy\":") +
         (query.grouping != nullptr && !query.grouping->keys.empty() ? "true" : "false");
  out += std::string(",\"idSelected\":") + (selects_id(query) ? "true" : "false");
  out += ",\"keyPrefix\":";
  append_quoted(out, object.key_prefix);
  return out + "}";
}

}  // namespace prospectd::sandbox
