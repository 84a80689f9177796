#include "connectors/sandbox/bulk_query.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <variant>

#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/plain_value.h"
#include "connectors/sandbox/record_writer.h"
#include "connectors/sandbox/selection_writer.h"
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

// FIELDS() with a set of fields that each org has another one of (§5.1).
bool names_fields_of_the_org(const soql::SelectItem& item) {
  const auto* fields = std::get_if<soql::FieldsOf>(&item.expression);
  return fields != nullptr && *fields != soql::FieldsOf::kStandard;
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

using RowAppender = std::function<void(Row)>;

RowAppender csv_appender(const BoundQuery& query, BulkAnswer& answer) {
  for (const Field* field : query.select)
    answer.columns.push_back(field->name);
  if (query.selection != nullptr) add_names(*query.selection, "", answer.columns);
  return [&query, &answer](Row row) {
    std::string value;
    for (const Field* field : query.select) {
      value.clear();
      append_plain_value(value, *query.table, row, *field);
      answer.rows.add(value);
    }
    if (query.selection != nullptr)
      add_values(*query.org, *query.selection, Place{query.table, row}, answer.rows);
    answer.rows.end_row();
  };
}

// Records as the query resource writes them, but for their moments, which are numbers.
RowAppender json_appender(const BoundQuery& query, const BulkJob& job, BulkAnswer& answer) {
  static const KeepList kNoLists;  // such a query has no subqueries
  if (query.selection == nullptr) {
    return [writer = RecordWriter(*query.table, query.select, job.version.text(), MomentForm::kMilliseconds),
            &answer](Row row) {
      if (!answer.json.empty()) answer.json += ',';
      writer.append(answer.json, row);
    };
  }
  const std::string version = job.version.text();
  return [writer =
              SelectionWriter(*query.org, *query.selection, version, 0, kNoLists, MomentForm::kMilliseconds),
          &answer](Row row) {
    if (!answer.json.empty()) answer.json += ',';
    writer.append(answer.json, row, nullptr);
  };
}

}  // namespace

Outcome<BoundQuery> bind_bulk_query(const Org& org, const Knobs& knobs, std::string_view text,
                                    const QueryContext& context) {
  auto parsed = soql::parse(text);
  if (const auto* error = std::get_if<soql::ParseError>(&parsed)) {
    if (!error->construct.empty()) return not_in_bulk(error->construct);
    return api_error(error->code, error->message);
  }
  const soql::Query& query = std::get<soql::Query>(parsed);
  if (query.count) return not_in_bulk("COUNT()");
  if (query.offset) return not_in_bulk("OFFSET");
  if (std::any_of(query.select.begin(), query.select.end(), names_fields_of_the_org))
    return not_in_bulk("FIELDS(ALL) or FIELDS(CUSTOM)");
  PD_ASSIGN(bound, bind_query(org, knobs, query, text, context));
  if (bound.grouping != nullptr) return not_in_bulk("A query with groups or aggregates");
  if (bound.selection != nullptr) PD_TRY(check_selection(*bound.selection));
  for (const Field* field : bound.select) {
    if (field->compound == Compound::kAddress) {
      return api_error("API_ERROR", "Selecting compound data not supported in Bulk Query");
    }
  }
  return bound;
}

Outcome<BulkAnswer> run_bulk_query(const BoundQuery& query, const BulkJob& job, size_t bytes_max) {
  BulkAnswer answer{{}, CsvRows(job.dialect)};
  const RowAppender append =
      job.form == BulkForm::kJson ? json_appender(query, job, answer) : csv_appender(query, answer);
  const std::vector<Row> rows = run_query(query, job.operation == BulkOperation::kQueryAll);
  for (const Row row : rows) {
    append(row);
    ++answer.count;
    if (answer.rows.bytes() + answer.json.size() > bytes_max) {
      return api_error("EXCEEDEDQUOTA", "the results take more room than this org has for bulk jobs");
    }
  }
  return answer;
}

}  // namespace prospectd::sandbox
