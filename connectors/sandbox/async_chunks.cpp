#include "connectors/sandbox/async_chunks.h"

#include <algorithm>
#include <variant>

#include "base/text.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/bulk_request.h"
#include "connectors/sandbox/bulk_upload.h"

namespace prospectd::sandbox {
namespace {

namespace soql = salesforce_wire::soql;

Outcome<void> set_chunking_option(Chunking& chunking, std::string_view name, std::string_view value) {
  if (equals_ignore_case_ascii(name, "chunkSize")) {
    const auto rows = soql::Number{std::string(value)}.as_int();
    if (!rows || *rows < 1 || *rows > kChunkRowsMax)
      return invalid_job("chunkSize is a number from 1 to " + std::to_string(kChunkRowsMax));
    chunking.rows = *rows;
    return {};
  }
  const auto id = salesforce_wire::canonical_id(value);
  if (!equals_ignore_case_ascii(name, "startRow") || !id)
    return invalid_job("Unsupported option of PK chunking: " + std::string(name));
  chunking.start = *id;
  return {};
}

// The ids that a query of a table may find, from the first that counts, in their order.
std::vector<std::string> ids_of(const Table& table, const Chunking& chunking, bool with_deleted) {
  std::vector<std::string> ids;
  for (Row row = 0; row < table.rows(); ++row) {
    const RowState state = table.state(row);
    const bool there = state == RowState::kLive || (with_deleted && state == RowState::kDeleted);
    if (there && table.id(row) >= chunking.start) ids.emplace_back(table.id(row));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

// The query for ids from `from` up to but not including `to`; empty: no end.
std::string query_of_range(const soql::Query& query, const std::string& from, const std::string& to) {
  std::vector<soql::Condition> terms;
  if (query.where) terms.push_back(*query.where);
  terms.push_back(soql::compare("Id", soql::Operator::kGreaterOrEqual, from));
  if (!to.empty()) terms.push_back(soql::compare("Id", soql::Operator::kLess, to));
  soql::Query out = query;
  out.where = soql::all_of(std::move(terms));
  return soql::print(out);
}

}  // namespace

Outcome<std::optional<Chunking>> chunking_of(std::string_view header) {
  header = trim_ascii(header);
  if (header.empty() || equals_ignore_case_ascii(header, "false")) return std::optional<Chunking>();
  Chunking chunking;
  while (!header.empty() && !equals_ignore_case_ascii(header, "true")) {
    const size_t end = std::min(header.find(';'), header.size());
    const std::string_view option = trim_ascii(header.substr(0, end));
    header = trim_ascii(header.substr(std::min(end + 1, header.size())));
    const size_t equal = std::min(option.find('='), option.size());
    const std::string_view value = option.substr(std::min(equal + 1, option.size()));
    PD_TRY(set_chunking_option(chunking, trim_ascii(option.substr(0, equal)), trim_ascii(value)));
  }
  return std::optional(chunking);
}

Outcome<std::vector<std::string>> chunks_of(const Org& org, const Chunking& chunking, bool with_deleted,
                                            std::string_view text) {
  const auto parsed = soql::parse(text);
  const auto* query = std::get_if<soql::Query>(&parsed);
  const Table* table = query == nullptr ? nullptr : org.table(query->object);
  if (table == nullptr) return std::vector<std::string>{std::string(text)};
  if (query->aggregates() || query->count || !query->order.empty() || query->limit || query->offset)
    return invalid_batch("PK chunking takes a query without other clauses than WHERE");
  const std::vector<std::string> ids = ids_of(*table, chunking, with_deleted);
  const auto rows = static_cast<size_t>(chunking.rows);
  if (ids.size() > rows * kChunksOfQueryMax) {
    return invalid_batch("PK chunking makes at most " + std::to_string(kChunksOfQueryMax) +
                         " chunks of a query; take a larger chunkSize");
  }
  std::vector<std::string> chunks;
  for (size_t at = 0; at < ids.size(); at += rows)
    chunks.push_back(query_of_range(*query, ids[at], at + rows < ids.size() ? ids[at + rows] : ""));
  return chunks;
}

}  // namespace prospectd::sandbox
