// Queries and their pages (SALESFORCE_API §5).
#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/json_text.h"
#include "connectors/sandbox/record_writer.h"
#include "connectors/sandbox/rest_call.h"
#include "connectors/sandbox/selection_writer.h"
#include "connectors/sandbox/soql_columns.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
namespace soql = salesforce_wire::soql;

constexpr int kPageRowsMin = 200;
constexpr int kPageRowsMax = 2'000;

// "batchSize=500" out of Sforce-Query-Options; a hint, so what makes no sense is passed over.
int batch_size_of(const http::ServerRequest& request) {
  constexpr std::string_view kKey = "batchSize";
  const auto header = request.headers.get("Sforce-Query-Options");
  std::string_view rest = header.value_or("");
  while (!rest.empty()) {
    const size_t end = rest.find_first_of(",;");
    const std::string_view option = trim_ascii(rest.substr(0, end));
    const size_t equal = option.find('=');
    if (equal != std::string_view::npos &&
        equals_ignore_case_ascii(trim_ascii(option.substr(0, equal)), kKey)) {
      const std::string_view digits = trim_ascii(option.substr(equal + 1));
      int rows = 0;
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), rows);
      if (read.ec == std::errc{} && read.ptr == digits.data() + digits.size()) {
        return std::clamp(rows, kPageRowsMin, kPageRowsMax);
      }
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return kPageRowsMax;
}

size_t page_rows(const Call& call) {
  return static_cast<size_t>(
      std::max(1, std::min(batch_size_of(call.request), call.state.knobs.page_size_max)));
}

void append_head(std::string& body, Call& call, const Cursor& cursor, size_t to) {
  body += "{\"totalSize\":";
  append_number(body, static_cast<int64_t>(cursor.rows.size()));
  if (to < cursor.rows.size()) {
    const salesforce_wire::Locator next{cursor.id, static_cast<int64_t>(to)};
    body += ",\"done\":false,\"nextRecordsUrl\":\"" + salesforce_wire::next_records_url(call.version, next) +
            "\"";
  } else {
    body += ",\"done\":true";
  }
  body += ",\"records\":[";
}

// Rows of a page as they are now; a row that was purged since the query began is left out.
http::Response page_of_fields(Call& call, const Cursor& cursor, size_t from) {
  const size_t to = std::min(cursor.rows.size(), from + page_rows(call));
  std::string body;
  append_head(body, call, cursor, to);
  const RecordWriter writer(*cursor.table, cursor.fields, call.version.text());
  const size_t begin = body.size();
  for (size_t i = from; i < to; ++i) {
    const Row row = cursor.rows[i];
    if (cursor.table->state(row) == RowState::kPurged) continue;
    if (body.size() > begin) body += ',';
    writer.append(body, row);
    ++call.state.stats.records_served;
    if (i == from) body.reserve(begin + (body.size() - begin) * (to - from) * 5 / 4);
  }
  body += "]}";
  return json_answer(200, std::move(body));
}

// The same with parents and children. Children count as rows of the page, too, so that a page may hold fewer
// of the query's own.
http::Response page_of_selection(Call& call, Cursor& cursor, size_t from) {
  const size_t rows_max = page_rows(call);
  const KeepList keep = [&](const LongList& list) {
    Cursor kept;
    kept.table = list.children.query.table;
    kept.selection = list.children.query.selection;
    kept.rows = list.rows;
    kept.lists = list.deeper;
    kept.list = &list.children;
    kept.parent = list.parent;
    const Cursor& open = call.state.sessions.open_nested(cursor, std::move(kept));
    return salesforce_wire::next_records_url(call.version, {open.id, static_cast<int64_t>(list.from)});
  };
  const SelectionWriter writer(call.state.org, *cursor.selection, call.version.text(), rows_max, keep);
  std::string records;
  size_t written = 0;
  size_t at = from;
  for (; at < cursor.rows.size(); ++at) {
    const Row row = cursor.rows[at];
    if (cursor.table->state(row) == RowState::kPurged) continue;
    if (written > 0 && written + writer.records(row, cursor.lists) > rows_max) break;
    if (written > 0) records += ',';
    written += writer.append(records, row, cursor.lists);
  }
  call.state.stats.records_served += static_cast<int64_t>(written);
  std::string body;
  append_head(body, call, cursor, at);
  return json_answer(200, body + records + "]}");
}

http::Response page_answer(Call& call, Cursor& cursor, size_t from) {
  return cursor.selection == nullptr ? page_of_fields(call, cursor, from)
                                     : page_of_selection(call, cursor, from);
}

// Whether an answer of one page holds it all.
bool fits_a_page(const Call& call, const Cursor& cursor) {
  size_t records = cursor.rows.size();
  if (cursor.lists != nullptr) {
    for (const ChildRows& list : *cursor.lists) {
      if (list.deeper != nullptr) return false;
      for (const auto& [parent, rows] : list.of)
        records += rows.size();
    }
  }
  return records <= page_rows(call);
}

Outcome<http::Response> answer_groups(Call& call, const BoundQuery& query, bool with_deleted) {
  const std::vector<Cells> groups = run_grouping(query, with_deleted);
  if (groups.size() > static_cast<size_t>(kPageRowsMax)) {
    return api_error(std::string(code::kExceededIdLimit),
                     "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a "
                     "single batch");
  }
  std::string body = "{\"totalSize\":" + std::to_string(groups.size()) + ",\"done\":true,\"records\":[";
  for (const Cells& cells : groups) {
    if (&cells != &groups.front()) body += ',';
    body += "{\"attributes\":{\"type\":\"AggregateResult\"}";
    for (const Grouping::Column& column : query.grouping->columns) {
      body += ',';
      append_quoted(body, column.name);
      body += ':';
      append_datum(body, cells[static_cast<size_t>(column.cell)]);
    }
    body += '}';
  }
  call.state.stats.records_served += static_cast<int64_t>(groups.size());
  return json_answer(200, body + "]}");
}

ApiError invalid_locator() {
  return api_error(std::string(code::kInvalidQueryLocator), "invalid query locator");
}

// The one plan that there is; a scan of the whole table costs 1.
http::Response explain_answer(const BoundQuery& query, std::string_view text) {
  const QueryPlan plan = plan_query(query);
  const size_t all = query.table->count(RowState::kLive) + query.table->count(RowState::kDeleted);
  std::string body = "{\"plans\":[{\"cardinality\":" + std::to_string(plan.rows) + ",\"fields\":[";
  for (const std::string& field : plan.fields)
    append_quoted(body, field);
  body += "],\"leadingOperationType\":\"" + plan.leading + "\",\"notes\":[],\"relativeCost\":";
  append_number(body, all == 0 ? 0.0 : static_cast<double>(plan.rows) / static_cast<double>(all));
  body += ",\"sobjectCardinality\":" + std::to_string(all) + ",\"sobjectType\":";
  append_quoted(body, query.table->type().name());
  return json_answer(200, body + "}],\"sourceQuery\":" + json_quote(std::string(text)) + "}");
}

Outcome<BoundQuery> bound_of(const Call& call, std::string_view text, const QueryContext& context) {
  auto parsed = soql::parse(text);
  if (const auto* error = std::get_if<soql::ParseError>(&parsed))
    return api_error(error->code, error->message);
  return bind_query(call.state.org, call.state.knobs, std::get<soql::Query>(parsed), text, context);
}

}  // namespace

Outcome<http::Response> answer_query(Call& call) {
  QueryContext context;
  context.user = call.session.user;
  context.api_version = call.version.major;
  context.with_deleted = call.segments.front() == "queryAll";
  if (const auto explained = call.parameter("explain")) {
    PD_ASSIGN(query, bound_of(call, *explained, context));
    return explain_answer(query, *explained);
  }
  const auto text = call.parameter("q");
  if (!text) {
    return api_error(std::string(code::kMalformedQuery), "a query string has to be specified");
  }
  PD_ASSIGN(bound, bound_of(call, *text, context));
  if (const auto columns = call.parameter("columns"); columns && equals_ignore_case_ascii(*columns, "true"))
    return json_answer(200, describe_columns(bound));
  if (bound.grouping != nullptr) return answer_groups(call, bound, context.with_deleted);
  std::vector<Row> rows = run_query(bound, context.with_deleted);
  if (bound.count) {
    return json_answer(200,
                       "{\"totalSize\":" + std::to_string(rows.size()) + ",\"done\":true,\"records\":[]}");
  }
  Cursor cursor;
  cursor.table = bound.table;
  cursor.fields = std::move(bound.select);
  cursor.rows = std::move(rows);
  cursor.selection = bound.selection;
  if (cursor.selection != nullptr)
    cursor.lists = run_children(call.state.org, *cursor.selection, context.with_deleted);
  if (fits_a_page(call, cursor)) return page_answer(call, cursor, 0);
  Cursor& open = call.state.sessions.open_cursor(call.session, std::move(cursor), call.state.org.now(),
                                                 call.state.knobs);
  return page_answer(call, open, 0);
}

Outcome<http::Response> answer_query_page(Call& call) {
  const auto locator = salesforce_wire::parse_locator(call.segments[1]);
  const auto id = locator ? salesforce_wire::canonical_id(locator->cursor) : std::nullopt;
  if (!id) return invalid_locator();
  Cursor* cursor = call.state.sessions.use_cursor(call.session, *id, call.state.org.now(), call.state.knobs);
  if (cursor == nullptr || locator->offset < 0 ||
      static_cast<size_t>(locator->offset) >= cursor->rows.size()) {
    return invalid_locator();
  }
  return page_answer(call, *cursor, static_cast<size_t>(locator->offset));
}

}  // namespace prospectd::sandbox
