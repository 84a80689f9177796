#include "connectors/sandbox/bulk_query.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/plain_value.h"
#include "connectors/sandbox/soql_source.h"

namespace prospectd::sandbox {
namespace {

namespace soql = salesforce_wire::soql;

ApiError not_in_bulk(std::string_view what) {
  return api_error("API_ERROR", std::string(what) + " is not supported by the Bulk API");
}

/// A row to take values from; none where a lookup leads nowhere.
using From = std::optional<Place>;

Outcome<void> check_selection(const Selection& selection) {
  for (const Selection::Column& column : selection.columns) {
    if (column.children != nullptr) return not_in_bulk("A subquery");
    if (column.type_of) return not_in_bulk("TYPEOF");
    if (column.field != nullptr && column.field->compound == Compound::kAddress)
      return api_error("API_ERROR", "Selecting compound data not supported in Bulk Query");
    for (const Selection& parent : column.parents)
      PD_TRY(check_selection(parent));
  }
  return {};
}

// "Account.Owner.Name": a lookup to several types shows the same fields of each.
void add_names(const Selection& selection, const std::string& prefix, std::vector<std::string>& names) {
  for (const Selection::Column& column : selection.columns) {
    if (column.reference == nullptr) names.push_back(prefix + column.name);
    if (!column.parents.empty()) add_names(column.parents.front(), prefix + column.name + ".", names);
  }
}

void add_values(const Org& org, const Selection& selection, const From& from, CsvRows& rows) {
  for (const Selection::Column& column : selection.columns) {
    if (column.reference == nullptr) {
      std::string value = column.constant;
      if (column.field != nullptr && from) append_plain_value(value, *from->table, from->row, *column.field);
      rows.add(from ? value : std::string());
      continue;
    }
    if (column.parents.empty()) continue;
    const From parent = from ? follow(org, *from, Hop{column.reference, nullptr}) : From{};
    const auto fitting = std::find_if(column.parents.begin(), column.parents.end(),
                                      [&](const Selection& s) { return parent && s.table == parent->table; });
    const bool there = fitting != column.parents.end();
    add_values(org, there ? *fitting : column.parents.front(), there ? parent : From{}, rows);
  }
}

}  // namespace

Outcome<BoundQuery> bind_bulk_query(const Org& org, const Knobs& knobs, std::string_view text) {
  auto parsed = soql::parse(text);
  if (const auto* error = std::get_if<soql::ParseError>(&parsed)) {
    if (!error->construct.empty()) return not_in_bulk(error->construct);
    return api_error(error->code, error->message);
  }
  const soql::Query& query = std::get<soql::Query>(parsed);
  if (query.count) return not_in_bulk("COUNT()");
  if (query.offset) return not_in_bulk("OFFSET");
  PD_ASSIGN(bound, bind_query(org, knobs, query, text));
  if (bound.grouping != nullptr) return not_in_bulk("A query with groups or aggregates");
  if (bound.selection != nullptr) PD_TRY(check_selection(*bound.selection));
  for (const Field* field : bound.select) {
    if (field->compound == Compound::kAddress) {
      return api_error("API_ERROR", "Selecting compound data not supported in Bulk Query");
    }
  }
  return bound;
}

Outcome<BulkAnswer> run_bulk_query(const BoundQuery& query, bool with_deleted, const CsvDialect& dialect,
                                   size_t bytes_max) {
  BulkAnswer answer{{}, CsvRows(dialect)};
  for (const Field* field : query.select)
    answer.columns.push_back(field->name);
  if (query.selection != nullptr) add_names(*query.selection, "", answer.columns);
  std::string value;
  const std::vector<Row> rows = run_query(query, with_deleted);
  for (const Row row : rows) {
    for (const Field* field : query.select) {
      value.clear();
      append_plain_value(value, *query.table, row, *field);
      answer.rows.add(value);
    }
    if (query.selection != nullptr)
      add_values(*query.org, *query.selection, Place{query.table, row}, answer.rows);
    answer.rows.end_row();
    if (answer.rows.bytes() > bytes_max) {
      return api_error("EXCEEDEDQUOTA", "the results take more room than this org has for bulk jobs");
    }
  }
  return answer;
}

}  // namespace prospectd::sandbox
