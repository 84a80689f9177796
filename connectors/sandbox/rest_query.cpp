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

// Rows of a page as they are now; a row that was purged since the query began is left out.
http::Response page_answer(Call& call, const Cursor& cursor, size_t from) {
  const size_t to = std::min(cursor.rows.size(), from + page_rows(call));
  std::string body = "{\"totalSize\":";
  append_number(body, static_cast<int64_t>(cursor.rows.size()));
  if (to < cursor.rows.size()) {
    const salesforce_wire::Locator next{cursor.id, static_cast<int64_t>(to)};
    body += ",\"done\":false,\"nextRecordsUrl\":\"" + salesforce_wire::next_records_url(call.version, next) +
            "\"";
  } else {
    body += ",\"done\":true";
  }
  body += ",\"records\":[";
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

ApiError invalid_locator() {
  return api_error(std::string(code::kInvalidQueryLocator), "invalid query locator");
}

}  // namespace

Outcome<http::Response> answer_query(Call& call) {
  const auto text = call.parameter("q");
  if (!text) {
    return api_error(std::string(code::kMalformedQuery), "a query string has to be specified");
  }
  auto parsed = soql::parse(*text);
  if (const auto* error = std::get_if<soql::ParseError>(&parsed))
    return api_error(error->code, error->message);
  PD_ASSIGN(bound, bind_query(call.state.org, call.state.knobs, std::get<soql::Query>(parsed), *text));
  std::vector<Row> rows = run_query(bound, call.segments.front() == "queryAll");
  if (bound.count) {
    return json_answer(200,
                       "{\"totalSize\":" + std::to_string(rows.size()) + ",\"done\":true,\"records\":[]}");
  }
  Cursor cursor;
  cursor.table = bound.table;
  cursor.fields = std::move(bound.select);
  cursor.rows = std::move(rows);
  if (cursor.rows.size() <= page_rows(call)) return page_answer(call, cursor, 0);
  const Cursor& open = call.state.sessions.open_cursor(call.session, std::move(cursor), call.state.org.now(),
                                                       call.state.knobs);
  return page_answer(call, open, 0);
}

Outcome<http::Response> answer_query_page(Call& call) {
  const auto locator = salesforce_wire::parse_locator(call.segments[1]);
  const auto id = locator ? salesforce_wire::canonical_id(locator->cursor) : std::nullopt;
  if (!id) return invalid_locator();
  const Cursor* cursor =
      call.state.sessions.use_cursor(call.session, *id, call.state.org.now(), call.state.knobs);
  if (cursor == nullptr || locator->offset < 0 ||
      static_cast<size_t>(locator->offset) >= cursor->rows.size()) {
    return invalid_locator();
  }
  return page_answer(call, *cursor, static_cast<size_t>(locator->offset));
}

}  // namespace prospectd::sandbox
