// Collections: the tables that lists show row by row, as data: what each row says, what it refers to, and how
// expressions name it. One table serves the database's lists, the control API's resources and their filters;
// prospects, duplicates and dead letters have lists of their own (store.h). Immutable, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mapping/expression.h"

namespace prospectd::store {

enum class ColumnType { kText, kInteger, kFlag, kTime, kJson };

struct Column {
  std::string name;  ///< as expressions write it: "due_at"
  std::string sql;   ///< over the table as t
  ColumnType type = ColumnType::kText;
  bool record_id = false;  ///< the id of a CRM record
};

/// A row of another collection, by its number.
struct Reference {
  std::string name;
  std::string sql;
  std::string to;  ///< Collection::type, or "prospects"
};

struct Collection {
  std::string type;     ///< the API's name: "sequenceStates"
  std::string table;    ///< whose `id` is the row's number
  std::string subject;  ///< "a sequence state", for messages
  std::vector<Column> columns;
  std::vector<Reference> references;
  std::vector<std::string> labels;  ///< columns by which expressions know what refers to it: owner:"ana@x"
  bool versioned = false;           ///< its rows have a version, which is told beside them
};

/// In the order of the API's documentation.
const std::vector<Collection>& collections();
/// Null when there is none of that type.
const Collection* collection_named(std::string_view type);
/// Not listed by itself: by which columns prospects are sorted, and their labels.
const Collection& prospect_collection();

/// What expressions may name: the columns (but for JSON), the references, and id.
mapping::expression::Catalogue catalogue_of(const Collection& collection);

/// Field::at of what catalogue_of names.
constexpr size_t kIdField = mapping::expression::kOwnFields;
constexpr size_t kFirstColumnField = kIdField + 1;
constexpr size_t kFirstReferenceField = kFirstColumnField + 100;

}  // namespace prospectd::store
